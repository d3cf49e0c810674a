"""How much of this machine there is, and how hard it is pressed: PSI, control groups v1 and v2, else /proc and psutil.

Sources: Documentation/accounting/psi.rst and Documentation/admin-guide/cgroup-v2.rst of the Linux kernel.
"""

import os
import time
from collections.abc import Iterator
from pathlib import Path

import psutil

from domain.queueing.controller import Pressure

_UNLIMITED = 1 << 60
"""cgroup v1 says "no limit" by a number near 2**63."""
_TICKS = os.sysconf("SC_CLK_TCK") if hasattr(os, "sysconf") else 100
SHARE_FOR_STEPS = 0.8
"""Of the memory; the rest is for the server, its database and the system."""


def cores() -> int:
    """How many this process may use, a quota of its control group included."""
    count = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    quota = _cpu_quota()
    return max(1, min(count, round(quota))) if quota is not None else count


def memory_for_steps_mb() -> float:
    """How much memory steps may be promised in all, in MiB."""
    _, limit = _memory()
    return round(limit * SHARE_FOR_STEPS / 2**20)


class MachinePressure:
    """Samples this machine. CPU time of this process and all it has started is ours, all other is others'."""

    def __init__(self, proc: Path = Path("/proc")) -> None:
        self._proc = proc
        self._at = time.monotonic()
        self._stalls = self._stall_totals()
        self._busy, self._own = self._cpu_seconds()

    def read(self) -> Pressure:
        """How it was since the last reading; call it seconds apart. Some tenths of a millisecond."""
        now = time.monotonic()
        passed = max(now - self._at, 0.001)
        used, memory = _memory()
        stalls = self._stall_totals()
        busy, own = self._cpu_seconds()
        others = max(0.0, (busy - self._busy) - max(0.0, own - self._own)) / (passed * (os.cpu_count() or 1))
        shares = [
            None if before is None or after is None else min(1.0, max(0.0, (after - before) / 1e6 / passed))
            for before, after in zip(self._stalls, stalls, strict=True)
        ]
        self._at, self._stalls, self._busy, self._own = now, stalls, busy, own
        return Pressure(
            memory_used=round(used, 4),
            memory_stall=None if shares[0] is None else round(shares[0], 4),
            cpu_others=round(min(1.0, others), 4),
            cpu_wait=None if shares[1] is None else round(shares[1], 4),
            memory_bytes=memory,
        )

    def _stall_totals(self) -> tuple[float | None, float | None]:
        """Microseconds since boot in which all tasks waited for memory, and in which some waited for a CPU."""
        return _stalled(self._proc / "pressure/memory", "full"), _stalled(self._proc / "pressure/cpu", "some")

    def _cpu_seconds(self) -> tuple[float, float]:
        times = psutil.cpu_times()
        idle = times.idle + getattr(times, "iowait", 0.0)
        stolen = getattr(times, "steal", 0.0)  # another machine's, on the same host
        guests = getattr(times, "guest", 0.0) + getattr(times, "guest_nice", 0.0)  # counted in user and nice too
        own = sum(self._cpu_of(pid) for pid in self._tree(os.getpid()))
        return sum(times) - idle - stolen - guests, own

    def _tree(self, pid: int) -> Iterator[int]:
        waiting = [pid]
        while waiting:
            one = waiting.pop()
            yield one
            try:
                for task in (self._proc / str(one) / "task").iterdir():
                    waiting += [int(child) for child in (task / "children").read_bytes().split()]
            except OSError:  # it has ended, or this is no Linux
                continue

    def _cpu_of(self, pid: int) -> float:
        try:
            stat = (self._proc / str(pid) / "stat").read_bytes()
        except OSError:
            return 0.0
        fields = stat[stat.rindex(b")") + 2 :].split()
        return sum(map(int, fields[11:15])) / _TICKS  # itself, and children it has waited for


def _stalled(file: Path, kind: str) -> float | None:
    try:
        text = file.read_text()
    except OSError:
        return None
    for line in text.splitlines():
        if line.startswith(kind):
            return float(line.rpartition("total=")[2])
    return None


def _memory() -> tuple[float, int]:
    """The share that is in use and could not be given back at once, of the machine or of the control group, whichever
    is fuller; and how many bytes there are."""
    machine = psutil.virtual_memory()
    share = 1 - machine.available / max(machine.total, 1)
    group = _cgroup_memory()
    if group is None or group[1] >= machine.total:
        return share, machine.total
    used, limit = group
    return min(1.0, max(share, used / max(limit, 1))), limit


def _cgroup_memory() -> tuple[int, int] | None:
    for folder, usage, limit, cache in (
        (_group_folder(""), "memory.current", "memory.max", "inactive_file"),
        (_group_folder("memory"), "memory.usage_in_bytes", "memory.limit_in_bytes", "total_inactive_file"),
    ):
        if folder is None:
            continue
        try:
            most = (folder / limit).read_text().strip()
            if most == "max" or int(most) >= _UNLIMITED:
                continue
            stat = dict(line.split() for line in (folder / "memory.stat").read_text().splitlines())
            return max(0, int((folder / usage).read_text()) - int(stat.get(cache, 0))), int(most)
        except (OSError, ValueError):
            continue
    return None


def _cpu_quota() -> float | None:
    try:
        folder = _group_folder("")
        if folder is not None and (folder / "cpu.max").exists():
            quota, period = (folder / "cpu.max").read_text().split()
            return None if quota == "max" else int(quota) / int(period)
        folder = _group_folder("cpu")
        if folder is None:
            return None
        quota_us = int((folder / "cpu.cfs_quota_us").read_text())
        return None if quota_us <= 0 else quota_us / int((folder / "cpu.cfs_period_us").read_text())
    except (OSError, ValueError):
        return None


def _group_folder(controller: str, root: Path = Path("/sys/fs/cgroup")) -> Path | None:
    """Where this process is accounted; `controller` empty: in the unified hierarchy (v2)."""
    try:
        lines = Path("/proc/self/cgroup").read_text().splitlines()
    except OSError:
        return None
    for line in lines:
        _, names, path = line.split(":", 2)
        if controller in names.split(",") if controller else names == "":
            folders = [root / path.lstrip("/"), root] if not controller else [
                root / controller / path.lstrip("/"), root / controller, root / names / path.lstrip("/"),
            ]  # fmt: skip
            return next((folder for folder in folders if folder.is_dir()), None)
    return None
