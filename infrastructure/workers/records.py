"""The supervisors that may live, written down so that the next server can wait for them to be gone.

One file per supervisor, `<pid>.supervisor` holding its start time, written by the supervisor before
it forks its worker and removed when everything below it is dead.
"""

import asyncio
import contextlib
import os
import shutil
import signal
import time
from pathlib import Path

from infrastructure.workers import namespaces
from infrastructure.workers.processes import descendants, signal_all, start_time

_SUFFIX, _UNFINISHED = ".supervisor", ".new"
SCRATCH = ".scratch"
"""The folder a supervisor gives its worker: it is removed by it, or when it was killed by the next server."""


def write_record(folder: Path) -> Path:
    """Record the calling process."""
    record = folder / f"{namespaces.pid()}{_SUFFIX}"
    unfinished = record.with_suffix(_UNFINISHED)
    unfinished.write_text(str(start_time(os.getpid())))
    unfinished.rename(record)
    return record


def living(folder: Path) -> list[int]:
    """Pids of recorded supervisors that still live; records of dead ones are removed.

    A pid whose start time differs is another process by now and is never touched.
    """
    alive: list[int] = []
    for record in folder.glob(f"*{_SUFFIX}"):
        pid = int(record.stem)
        with contextlib.suppress(FileNotFoundError):
            if str(start_time(pid)) == record.read_text():
                alive.append(pid)
            else:
                record.unlink()
    return alive


async def wait_until_gone(folder: Path, *, patience_s: float) -> None:
    """Return when no recorded supervisor lives, and what they kept in the folder is gone.

    They end by themselves when their server is gone; those still there after `patience_s` seconds are
    killed with all they started.
    """
    deadline = time.monotonic() + patience_s
    while alive := living(folder):
        if time.monotonic() > deadline:
            for pid in alive:
                signal_all([*descendants(pid), pid], signal.SIGKILL)
        await asyncio.sleep(0.005)
    _tidy(folder)


def _tidy(folder: Path) -> None:
    for scratch in folder.glob(f"*{SCRATCH}"):
        shutil.rmtree(scratch, ignore_errors=True)
    for unfinished in folder.glob(f"*{_UNFINISHED}"):
        unfinished.unlink(missing_ok=True)
