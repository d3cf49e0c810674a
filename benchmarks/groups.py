"""A control group with little memory, and programs that take memory or CPU time beside a server."""

import os
import subprocess
import sys
import time
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from tempfile import mkdtemp

from benchmarks.rig import BenchmarkError

V1, V2 = Path("/sys/fs/cgroup/memory"), Path("/sys/fs/cgroup")
EMPTY_S = 10.0
_MEMORY = """
import sys, time
procs, most_mb, mb_per_s = sys.argv[1], int(sys.argv[2]), float(sys.argv[3])
open(procs, "w").write("0")
blocks = []
while len(blocks) * 10 < most_mb:
    block = bytearray(10 << 20)
    block[::4096] = bytes([1]) * len(block[::4096])
    blocks.append(block)
    time.sleep(10 / mb_per_s)
print("full", flush=True)
sys.stdin.read()
"""
_CPU = "while True: pass"


@contextmanager
def memory_group(limit_mb: int) -> Generator[Path]:
    """Raises BenchmarkError where none can be made: it needs root and control groups that may be written."""
    parent = V1 if (V1 / "memory.limit_in_bytes").exists() else V2
    try:
        folder = Path(mkdtemp(prefix="runwright-bench-", dir=parent))
        limit = folder / ("memory.limit_in_bytes" if parent == V1 else "memory.max")
        limit.write_text(str(limit_mb << 20))
    except OSError as error:
        raise BenchmarkError(f"no control group can be made below {parent}: {error}") from error
    try:
        yield folder
    finally:
        until = time.monotonic() + EMPTY_S
        while (folder / "cgroup.procs").read_text().strip() and time.monotonic() < until:
            time.sleep(0.1)
        folder.rmdir()


def killed_in(group: Path) -> int:
    """How many processes of the group the kernel has ended because memory had run out."""
    file = group / ("memory.oom_control" if (group / "memory.oom_control").exists() else "memory.events")
    counts = dict(line.split() for line in file.read_text().splitlines())
    return int(counts["oom_kill"])


@contextmanager
def memory_hog(group: Path, mb: int, mb_per_s: float) -> Generator[float]:
    """A program in the group that takes so much and keeps it; when it had all, on the monotonic clock."""
    hog = subprocess.Popen(
        [sys.executable, "-c", _MEMORY, str(group / "cgroup.procs"), str(mb), str(mb_per_s)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert hog.stdout is not None
    try:
        if hog.stdout.readline() != "full\n":
            raise BenchmarkError("the program that takes memory did not get it")
        yield time.monotonic()
    finally:
        hog.kill()
        hog.wait()
        hog.stdout.close()


@contextmanager
def cpu_hogs() -> Generator[float]:
    """Two programs for each core that do nothing else; when they began, on the monotonic clock."""
    hogs = [subprocess.Popen([sys.executable, "-c", _CPU]) for _ in range(2 * (os.cpu_count() or 1))]
    try:
        yield time.monotonic()
    finally:
        for hog in hogs:
            hog.kill()
            hog.wait()
