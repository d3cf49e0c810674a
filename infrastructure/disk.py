"""How much room there is where the database of this machine keeps its data."""

import shutil
import time
from collections.abc import Callable
from pathlib import Path

ASKED_EVERY_S = 0.5
"""A burst of requests asks the system twice a second, not each by itself."""


def free_mb_of(folder: Path) -> Callable[[], float]:
    """A function that says how many MiB are free for us in the file system of the folder, half a second old at most."""
    known, asked = 0.0, float("-inf")

    def free_mb() -> float:
        nonlocal known, asked
        now = time.monotonic()
        if now - asked >= ASKED_EVERY_S:
            known, asked = shutil.disk_usage(folder).free / 2**20, now
        return known

    return free_mb
