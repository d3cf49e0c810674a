"""The local executor: a pool of worker processes on this machine.

Attempts are handed to few workers several at once as long as they are quick (the workers then
never wait for the server); what lasts gets a worker of its own. Both are found out by doing: an
attempt that has not begun can be taken back at any time (see `wire`: tickets), so nothing waits longer
than two ticks behind something slow.
"""

import asyncio
import logging
import os
import signal
import time
from collections import OrderedDict, deque
from collections.abc import Callable, Collection, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType

from application.ports import (
    Attempt,
    AttemptId,
    Cancelled,
    Capacity,
    Erred,
    Lost,
    Outcome,
    Signal,
)
from infrastructure import failpoints
from infrastructure.workers import processes
from infrastructure.workers.entries import Entry
from infrastructure.workers.handle import WorkerHandle
from infrastructure.workers.outcomes import oom_kills, outcome_of, own_end, timeout_error, usage_of
from infrastructure.workers.records import wait_until_gone
from infrastructure.workers.spawning import Zygote
from infrastructure.workers.wire import Done
from infrastructure.workers.worker import WorkerOptions

AHEAD = 8
"""Attempts handed to one worker at once. Measured: throughput of a burst grows up to 4-8, hardly after."""
TICK_S = 0.02
QUICK_MS = 20.0
"""Code whose attempts take longer on average gets a worker of its own from the start."""
IDLE_S = 10.0
"""Workers beyond `idle_workers` end after being idle for so long."""
SLIM_BYTES = 40 * 2**20
"""Resident memory above which an idle worker is replaced; a fresh one has 22 MB, most of it shared."""
_PATIENCE_S = 2.0  # a supervisor needs milliseconds to kill all of its worker
_PROFILES = 10_000
_SLACK_S = 0.005  # a timer may fire a moment early
_LOG = logging.getLogger("runwright.workers")
STEP_KINDS = {
    "python": "infrastructure.nodes.python_step:run",
    "sql": "infrastructure.nodes.sql_step:run",
    "http": "infrastructure.nodes.http_step:run",
    "shell": "infrastructure.nodes.shell_step:refuse",
    "llm": "infrastructure.nodes.llm_step:run",
}
"""What a worker calls for a kind of node; shell commands are refused unless somebody allows them."""
STEP_KINDS_WITH_SHELL = STEP_KINDS | {"shell": "infrastructure.nodes.shell_step:run"}


class LocalExecutor:
    """Executor on worker processes of this machine. All calls on one event loop.

    `attempt_limit` bounds the worker processes; `idle_workers` stay alive without work. `runtime_dir`
    (created, 0700) takes the records of supervisors and the scratch folders of workers: one server at a
    time. `memory_mb` bounds the resident memory of an attempt with its children (None: no bound).
    Workers beyond `idle_workers` end after `idle_s` seconds without work. `namespaces` gives each worker a PID
    namespace (see `workers.namespaces`). `file_roots` are folders in which nodes may name files; `http_allowed`
    private networks that http and llm nodes may reach; `module_paths` are searched for `callable`s. `secrets` are what
    steps of one kind alone are handed, by kind; `hidden` names variables of our environment that no step finds in its
    own.
    """

    def __init__(
        self,
        attempt_limit: int,
        idle_workers: int,
        runtime_dir: Path,
        memory_mb: int | None,
        *,
        file_roots: Sequence[Path] = (),
        http_allowed: Sequence[str] = (),
        module_paths: Sequence[Path] = (),
        kinds: Mapping[str, str] = STEP_KINDS,
        secrets: Mapping[str, Mapping[str, str]] = MappingProxyType({}),
        hidden: Collection[str] = (),
        idle_s: float = IDLE_S,
        namespaces: bool = False,
    ) -> None:
        self._limit = attempt_limit
        self._idle_s = idle_s
        self._idle = min(idle_workers, attempt_limit)
        self._base = min(attempt_limit, max(idle_workers, os.cpu_count() or 1))
        self._folder = runtime_dir
        self._memory_bytes = None if memory_mb is None else memory_mb * 2**20
        self._options = WorkerOptions(
            kinds=dict(kinds),
            file_roots=tuple(map(str, file_roots)),
            http_allowed=tuple(http_allowed),
            module_paths=tuple(map(str, module_paths)),
            secrets={kind: dict(values) for kind, values in secrets.items()},
            # Room for code and thread stacks; what is resident is watched besides.
            data_limit_bytes=None if memory_mb is None else (memory_mb + 256) * 2**20,
            namespace=namespaces,
        )
        self.zygote = Zygote(runtime_dir, hidden=hidden)
        self._sink: Callable[[Sequence[Signal]], None] = _nobody
        self._signals: list[Signal] = []
        self._queue: deque[Entry] = deque()
        self._entries: dict[AttemptId, Entry] = {}
        self._handles: list[WorkerHandle] = []
        self._seq = 0
        self._means_ms: OrderedDict[str, float] = OrderedDict()
        self._ticking: asyncio.TimerHandle | None = None
        self._tidying: asyncio.TimerHandle | None = None
        self._closing = False
        self._all_gone = asyncio.Event()
        self._oom_kills = 0
        self._stillborn = 0
        self._may_spawn_at = 0.0

    # ── the port ─────────────────────────────────────────────────────────────────────────────────

    def connect(self, sink: Callable[[Sequence[Signal]], None]) -> None:
        """Where signals go from now on."""
        self._sink = sink

    async def start(self) -> None:
        """Wait until nothing of an earlier server's workers lives, then start the idle workers."""
        self._loop = asyncio.get_running_loop()
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        await wait_until_gone(self._folder, patience_s=_PATIENCE_S)
        self._oom_kills = oom_kills()
        for _ in range(self._idle):
            self._spawn()
        self._tidying = self._loop.call_later(self._idle_s / 5, self._tidy)

    def submit(self, attempts: Sequence[Attempt]) -> None:
        """Hand attempts over; those without a free worker wait here."""
        if self._closing:
            return
        failpoints.passing("hand_over")
        for attempt in attempts:
            entry = Entry(attempt)
            self._entries[attempt.id] = entry
            self._queue.append(entry)
        self._dispatch()

    def cancel(self, attempt: AttemptId, *, grace_s: float) -> None:
        """End an attempt. Its terminal signal comes from the event loop, never from within this call."""
        entry = self._entries.get(attempt)
        if entry is None:
            return
        asked = time.monotonic()
        handle = entry.handle
        if handle is None:
            self._queue.remove(entry)
            self._never_began(entry, asked)
            return
        if entry.cancelled_at is None:
            taken = handle.take_back()
            if entry in taken:
                taken.remove(entry)
                self._never_began(entry, asked)
            elif any(seq > entry.seq for seq in handle.entries):
                pass  # a later one was claimed, so this one has ended: its outcome is on its way
            else:
                if not entry.timed_out:
                    entry.cancelled_at = asked
                handle.terminate(grace_s)
            self.taken_back(taken)
        else:
            handle.terminate(grace_s)

    def capacity(self) -> Capacity:
        """Figures of now."""
        busy = sum(1 for handle in self._handles if handle.entries)
        return Capacity(workers=len(self._handles), busy=busy, attempts=len(self._entries), limit=self._limit)

    async def close(self, *, grace_s: float) -> None:
        """End every worker, and return when nothing of them lives.

        Attempts that end by themselves within the grace are told; the others get no signal: the next
        start finds them open in the log. Attempts submitted from now on are ignored for the same reason.
        """
        self._closing = True
        for timer in (self._ticking, self._tidying):
            if timer is not None:
                timer.cancel()
        self._queue.clear()
        for handle in list(self._handles):
            handle.take_back()
            if handle.entries:
                handle.terminate(grace_s)
            else:
                handle.kill()
        while self._handles:
            self._all_gone.clear()
            await self._all_gone.wait()
        await self.zygote.close()

    # ── choosing a worker ────────────────────────────────────────────────────────────────────────

    def _dispatch(self) -> None:
        while self._queue:
            handle = self._choose(self._queue[0].attempt)
            if handle is None:
                break
            self._seq += 1
            handle.hand(self._queue.popleft(), self._seq)
        if self._ticking is None and self._entries and not self._closing:
            self._ticking = self._loop.call_later(TICK_S, self._tick)

    def _choose(self, attempt: Attempt) -> WorkerHandle | None:
        """An idle worker, else a new one up to the number of cores, else a place behind quick
        attempts, else a new one up to the limit."""
        best: WorkerHandle | None = None
        fewest = AHEAD
        for handle in self._handles:
            if handle.stopping:
                continue
            waiting = len(handle.entries)
            if waiting == 0 and not handle.is_tidying:
                return handle
            if 0 < waiting < fewest and not handle.slow and self._may_wait_behind(handle):
                best, fewest = handle, waiting
        may_spawn = time.monotonic() >= self._may_spawn_at - _SLACK_S
        if may_spawn and len(self._handles) < self._base:
            return self._spawn()
        if best is not None and attempt.retry_safe and self._means_ms.get(attempt.profile, 0) <= QUICK_MS:
            return best
        return self._spawn() if may_spawn and len(self._handles) < self._limit else None

    def _may_wait_behind(self, handle: WorkerHandle) -> bool:
        """Only retry-safe, quick code may have something behind it."""
        return all(
            entry.attempt.retry_safe and self._means_ms.get(entry.attempt.profile, 0) <= QUICK_MS
            for entry in handle.entries.values()
        )

    def _spawn(self) -> WorkerHandle:
        handle = WorkerHandle(self)
        handle.connect(self.zygote.spawn(self._options, handle.on_witness))
        self._handles.append(handle)
        return handle

    # ── what handles tell (the Pool protocol) ────────────────────────────────────────────────────

    def say(self, signal: Signal) -> None:
        """Keep a signal for the next flush."""
        self._signals.append(signal)

    def finished(self, entry: Entry, done: Done) -> None:
        """An attempt ended by itself."""
        failpoints.passing("outcome")
        self._learn(entry.attempt.profile, done.wall_ms)
        self._tell(entry, outcome_of(entry, done))

    def taken_back(self, entries: Sequence[Entry]) -> None:
        """These never began: first in line for another worker."""
        if entries and not self._closing:
            self._queue.extendleft(reversed(entries))
            self._loop.call_soon(self._dispatch)

    def ended(self, handle: WorkerHandle, status: int | None, killed: bool, open_entries: Sequence[Entry]) -> None:
        """All of a worker is dead: tell how its attempts ended, and replace it."""
        self._handles.remove(handle)
        for entry in open_entries:
            outcome = self._outcome_of_death(entry, status, killed)
            if outcome is not None:
                self._tell(entry, outcome)
        if self._closing:
            self._all_gone.set()
            return
        self._loop.call_later(self._respawn_delay_s(handle), self._replace)

    def _respawn_delay_s(self, handle: WorkerHandle) -> float:
        """0, unless workers die without having begun anything (no memory, a broken installation): then new
        ones come ever more slowly instead of in a loop."""
        if handle.has_begun or time.monotonic() - handle.began_at > 5:
            self._stillborn = 0
            return 0
        self._stillborn += 1
        delay = min(5.0, 0.02 * 2**self._stillborn)
        self._may_spawn_at = time.monotonic() + delay
        _LOG.warning("worker_died_at_start deaths=%d next_in_s=%.2f", self._stillborn, delay)
        return delay

    def _replace(self) -> None:
        if self._closing or time.monotonic() < self._may_spawn_at - _SLACK_S:
            return
        while len(self._handles) < self._idle:
            self._spawn()
        self._dispatch()

    def flush(self) -> None:
        """Everything that one read gave, in one call."""
        if self._signals:
            signals, self._signals = self._signals, []
            self._sink(signals)
        if self._queue:
            self._dispatch()

    # ── ends ─────────────────────────────────────────────────────────────────────────────────────

    def _tell(self, entry: Entry, outcome: Outcome) -> None:
        del self._entries[entry.attempt.id]
        self._signals.append(outcome)

    def _never_began(self, entry: Entry, asked: float) -> None:
        death_ms = (time.monotonic() - asked) * 1000
        self._tell(entry, Cancelled(id=entry.attempt.id, signal="none", proof="never_began", death_ms=death_ms))
        self._loop.call_soon(self.flush)

    def _outcome_of_death(self, entry: Entry, status: int | None, killed: bool) -> Outcome | None:
        """What an attempt ended as whose worker is dead; None when it is told by the next start."""
        attempt, done = entry.attempt, entry.done
        if done is not None and not done.terminated:
            return outcome_of(entry, done)
        if entry.cancelled_at is not None:
            death_ms = (time.monotonic() - entry.cancelled_at) * 1000
            # Code that returned heeded the SIGTERM, whatever became of the idle process around it.
            name = "SIGKILL" if killed and done is None else "SIGTERM"
            return Cancelled(id=attempt.id, signal=name, proof="descendants_gone", death_ms=death_ms)
        if entry.timed_out:
            return Erred(id=attempt.id, error=timeout_error(attempt), usage=usage_of(done))
        if done is not None and (done.output is not None or done.failure is not None):
            return outcome_of(entry, done)
        if self._closing:
            return None
        kills = oom_kills()
        by_kernel, self._oom_kills = kills > self._oom_kills, kills
        if entry.out_of_memory or (by_kernel and status == signal.SIGKILL):
            return Lost(id=attempt.id, reason="out_of_memory")
        error = None if status is None or done is not None else own_end(status)
        return (
            Lost(id=attempt.id, reason="worker_died")
            if error is None
            else Erred(id=attempt.id, error=error, usage=None)
        )

    # ── the clock ────────────────────────────────────────────────────────────────────────────────

    def _tick(self) -> None:
        """While attempts are open: find what lasts, what is over its time or its memory."""
        self._ticking = None
        now = time.monotonic()
        for handle in list(self._handles):
            handle.refill()
            running = handle.current() if handle.entries else None
            if running is None or handle.stopping:
                continue
            entry, pid = running
            limit_s = entry.attempt.timeout_s
            if limit_s is not None and entry.seen_running_at is not None and now - entry.seen_running_at >= limit_s:
                self._end_overdue(handle, entry)
            elif self._memory_bytes is not None and handle.slow:
                used = sum(map(processes.resident_bytes, [pid, *processes.descendants(pid)]))
                if used > self._memory_bytes:
                    entry.out_of_memory = True
                    handle.kill()
        self.flush()
        if self._entries and self._ticking is None and not self._closing:
            self._ticking = self._loop.call_later(TICK_S, self._tick)

    def _end_overdue(self, handle: WorkerHandle, entry: Entry) -> None:
        self.taken_back(handle.take_back())
        if not any(seq > entry.seq for seq in handle.entries):
            entry.timed_out = True
            handle.terminate(entry.attempt.grace_s)

    def _tidy(self) -> None:
        """End workers that have been idle for long: those beyond the ones that stay, and those that libraries
        have made large (DuckDB, pandas), for which slim ones come at once."""
        now = time.monotonic()
        # What the kernel killed elsewhere on the machine since must not be told of a worker that dies later.
        self._oom_kills = oom_kills()
        spare = len(self._handles) - self._idle
        for handle in [h for h in self._handles if not h.entries and not h.stopping]:
            if now - handle.idle_since <= self._idle_s:
                continue
            if spare > 0 or processes.resident_bytes(handle.pid) > SLIM_BYTES:
                handle.kill()
                spare -= 1
        self._tidying = self._loop.call_later(self._idle_s / 5, self._tidy)

    def _learn(self, profile: str, wall_ms: float) -> None:
        """Moving average of the last handful of attempts of the same code."""
        mean = self._means_ms.pop(profile, wall_ms)
        self._means_ms[profile] = mean + (wall_ms - mean) * 0.25
        if len(self._means_ms) > _PROFILES:
            self._means_ms.popitem(last=False)


def _nobody(signals: Sequence[Signal]) -> None:
    """Nobody listens yet."""
