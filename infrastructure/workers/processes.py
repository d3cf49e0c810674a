"""What Linux knows about processes: start times, children, parents' deaths, limits.

Everything here is Linux only: /proc, prctl(2), subreapers. There is no portable way to prove that
all descendants of a process are gone.
"""

import contextlib
import ctypes
import os
import signal
import time
from pathlib import Path

_PR_SET_PDEATHSIG = 1
_PR_SET_CHILD_SUBREAPER = 36

libc = ctypes.CDLL(None, use_errno=True)


def start_time(pid: int) -> int | None:
    """When a process began, in clock ticks since boot; None when there is no such process.

    With the pid it names a process for good: a pid alone is given to another process later. A zombie
    counts as gone: none of its code can run.
    """
    try:
        stat = Path(f"/proc/{pid}/stat").read_bytes()
    except OSError:
        return None
    fields = stat[stat.rindex(b")") + 2 :].split()
    return None if fields[0] in (b"Z", b"X") else int(fields[19])


def children(pid: int) -> list[int]:
    """Direct children of all threads of a process, zombies included; empty when it is gone."""
    found: list[int] = []
    with contextlib.suppress(OSError):
        for thread in os.listdir(f"/proc/{pid}/task"):
            with contextlib.suppress(OSError):
                found += map(int, Path(f"/proc/{pid}/task/{thread}/children").read_bytes().split())
    return found


def descendants(pid: int) -> list[int]:
    """All processes below one, nearest first. A process that forks meanwhile may be missed: ask again."""
    found: list[int] = []
    level = [pid]
    while level:
        level = [child for parent in level for child in children(parent)]
        found += level
    return found


def resident_bytes(pid: int) -> int:
    """Resident memory of one process in bytes, 0 when it is gone (or when `pid` is 0)."""
    try:
        pages = Path(f"/proc/{pid}/statm").read_bytes().split()[1]
    except OSError:
        return 0
    return int(pages) * os.sysconf("SC_PAGE_SIZE")


def become_subreaper() -> None:
    """Orphans below this process become its children instead of init's. Raises OSError."""
    if libc.prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "prctl(PR_SET_CHILD_SUBREAPER) was refused")


def die_with_parent(parent: int) -> None:
    """Ask the kernel for SIGKILL when the thread that created this process ends; exit at once when the
    parent is gone already (the request only counts for later deaths)."""
    libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != parent:
        os._exit(1)


def signal_all(pids: list[int], signum: int) -> None:
    """Send a signal to each process that still exists."""
    for pid in pids:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.kill(pid, signum)


def reap(known: set[int] | None = None) -> tuple[dict[int, int], bool]:
    """Collect ended children: ({pid: wait status}, whether any child is left)."""
    ended: dict[int, int] = {}
    while True:
        try:
            pid, status = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return ended, False
        if pid == 0:
            return ended, True
        ended[pid] = status
        if known is not None:
            known.discard(pid)


def kill_descendants(spare: set[int] | None = None) -> dict[int, int]:
    """SIGKILL everything below this process, but not below `spare`, until nothing of it is left.

    The caller must be a subreaper: killing a parent then brings its children here, however they were
    forked. Returns the wait statuses of direct children. Does not return while something can't be
    killed (a process in uninterruptible sleep): that is then not proven dead.
    """
    ended: dict[int, int] = {}
    began = time.monotonic()
    while True:
        reaped, _ = reap(spare)
        ended |= reaped
        targets = [pid for pid in children(os.getpid()) if spare is None or pid not in spare]
        if not targets:
            return ended
        for pid in targets:
            # A parent before its children: one that outlives them for a moment would see them die and go on.
            signal_all([pid, *descendants(pid)], signal.SIGKILL)
        time.sleep(0.0005 if time.monotonic() - began < 1 else 0.05)
