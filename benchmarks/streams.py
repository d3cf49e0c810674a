"""A thousand clients that watch, a storm of reconnects, and clients that never read; by SSE and by WebSocket.

Every execution is a chain of short waits, which costs no worker: four events every WAIT_S. An event's age at its
receipt counts from the decision, so the append is within it. A record is whole when each event came once and in
order, and as many as the end of the stream says.
"""

import asyncio
import resource
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import pairwise

import psutil
import uvloop

from benchmarks.client import Json, Ours, session
from benchmarks.figures import Figure, Target, percentile
from benchmarks.rig import Postgres, Server, runwright
from benchmarks.watchers import SocketWatcher, SseWatcher, Watcher

CLIENTS, STORM, SLOW = 1_000, 500, 20
SHARED = 4
"""Clients of one execution: the figure is of streams, so the executions themselves must not take the core."""
WAIT_S = 0.8
AWAY_S = 2.0
"""How long the clients of a storm are away: some ten events to be told again."""
SETTLE_S = 2.0
LIVE_S = 10.0
SLOW_S = 8.0
TOLD_S = 60.0
"""The most that clients wait for something before their records are judged as they are."""
FILES = 8_192
KINDS: dict[str, type[Watcher]] = {"SSE": SseWatcher, "WebSocket": SocketWatcher}
TALK = """
import time
def main(seconds):
    ends = time.monotonic() + seconds
    while time.monotonic() < ends:
        for _ in range(4):
            print("x" * 1000)
        time.sleep(0.02)
"""
"""Some 200 KB a second: a client that does not read it has its buffers full within a second or two."""


@dataclass(frozen=True, kw_only=True)
class _Counts:
    """How many of each."""

    clients: int
    storm: int
    slow: int


def measure(server: Postgres, *, quick: bool) -> list[Figure]:
    """The figures of this subject."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (FILES if hard == resource.RLIM_INFINITY else min(hard, FILES), hard))
    counts = _Counts(clients=200, storm=100, slow=SLOW) if quick else _Counts(clients=CLIENTS, storm=STORM, slow=SLOW)
    with runwright(server.database("streams"), server.folder / "streams") as ours:
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            return runner.run(_measure(ours, counts))


async def _measure(at: Server, counts: _Counts) -> list[Figure]:
    figures: list[Figure] = []
    async with session() as made:
        ours = Ours(made, at.url)
        for name, kind in KINDS.items():
            figures += await _live_and_storm(ours, at, counts, name, kind)
        return figures + await _slow(ours, at, counts)


# ── a thousand clients, and half of them cut off at once ─────────────────────────────────────────


async def _live_and_storm(ours: Ours, at: Server, counts: _Counts, name: str, kind: type[Watcher]) -> list[Figure]:
    executions = await _start(ours, counts.clients // SHARED, seconds=3 * SETTLE_S + LIVE_S + AWAY_S + 12)
    await asyncio.sleep(SETTLE_S)
    watchers = [kind(at.url, execution) for execution in executions for _ in range(SHARED)]
    before_mb = at.pss_mb()
    await asyncio.gather(*(watcher.open() for watcher in watchers))
    await asyncio.sleep(SETTLE_S)
    client_kb = (at.pss_mb() - before_mb) * 1024 / len(watchers)

    live = _Window(at)
    await asyncio.sleep(LIVE_S)
    live.close()
    lags = [lag for watcher in watchers for lag in live.lags(watcher)]

    stormed = watchers[: counts.storm]
    for watcher in stormed:
        watcher.cut()
    await asyncio.gather(*(watcher.over.wait() for watcher in stormed))
    await asyncio.sleep(AWAY_S)
    back = time.time()
    await asyncio.gather(*(watcher.open() for watcher in stormed))
    await _over(watchers)
    caught_up = [watcher.caught_up() - back for watcher in stormed]
    torn = sum(not watcher.whole for watcher in watchers)
    told = f"{counts.clients:,} {name} clients, {len(lags) / live.seconds:,.0f} events/s"
    storm = f"{counts.storm} {name} clients cut at once and back"
    return [
        Figure(name=f"{told}: decision -> receipt, p50", unit="ms", ours=percentile(lags, 50)),
        Figure(
            name=f"{told}: decision -> receipt, p99", unit="ms", ours=percentile(lags, 99),
            target=Target(of="ours", bound="at most", value=300),
        ),
        Figure(name="... server memory for a client", unit="KB", ours=client_kb),
        Figure(name="... server CPU, everything it does", unit="% of a core", ours=100 * live.cpu),
        Figure(
            name=f"{storm}: caught up, p99", unit="s", ours=percentile(caught_up, 99),
            target=Target(of="ours", bound="at most", value=1.5),
        ),
        Figure(name=f"{storm}: all caught up", unit="s", ours=max(caught_up)),
        Figure(
            name=f"... {name} records with a gap, a repeat or no end", unit=f"of {len(watchers):,}", ours=torn,
            target=Target(of="ours", bound="at most", value=0),
        ),
    ]  # fmt: skip


# ── clients that never read ──────────────────────────────────────────────────────────────────────


async def _slow(ours: Ours, at: Server, counts: _Counts) -> list[Figure]:
    """Others watch while some follow an execution that prints; then these are replaced by some that never read."""
    seconds = 5 * SETTLE_S + 3 * SLOW_S + 6
    executions = await _start(ours, counts.clients // SHARED, seconds=seconds)
    (talking,) = await _started(ours, _talk(seconds), 1)
    others = {
        name: [kind(at.url, one) for one in executions for _ in range(SHARED // 2)] for name, kind in KINDS.items()
    }
    everybody = [watcher for group in others.values() for watcher in group]
    await asyncio.gather(*(watcher.open() for watcher in everybody))

    reading = [kind(at.url, talking) for kind in KINDS.values() for _ in range(counts.slow)]
    await asyncio.gather(*(watcher.open() for watcher in reading))
    await asyncio.sleep(SETTLE_S)
    read = _Window(at)
    await asyncio.sleep(SLOW_S)
    read.close()
    for watcher in reading:
        watcher.cut()
    await asyncio.gather(*(watcher.over.wait() for watcher in reading))

    # The executions go on, and with them the server's memory: that growth is not the clients'.
    alone_mb = at.pss_mb()
    await asyncio.sleep(SETTLE_S + SLOW_S)
    before_mb = at.pss_mb()
    stopped = [kind(at.url, talking) for kind in KINDS.values() for _ in range(counts.slow)]
    began = time.monotonic()
    await asyncio.gather(*(watcher.open(reads=False) for watcher in stopped))
    await asyncio.sleep(SETTLE_S)
    unread = _Window(at)
    await asyncio.sleep(SLOW_S)
    unread.close()
    grown_mb = at.pss_mb() - before_mb - (before_mb - alone_mb)
    await _over(everybody)
    for watcher in everybody:
        watcher.cut()
    while (left := _held(at, stopped)) and time.monotonic() - began < TOLD_S:
        await asyncio.sleep(0.2)
    cut_after = time.monotonic() - began
    for watcher in stopped:
        watcher.cut()
    torn = sum(not watcher.whole for watcher in everybody)
    title = f"{counts.slow} {{}} clients do not read (other: they read): p99 of {len(everybody) // 2} others"
    return [
        *(
            _compared(title.format(name), group, unread, read)
            for name, group in others.items()
        ),
        Figure(
            name=f"... server memory for all {len(stopped)} that do not read, its other growth taken off",
            unit="MB", ours=grown_mb,
            target=Target(of="ours", bound="at most", value=40),
        ),
        Figure(
            name="... the last of them is cut off after", unit="s", ours=cut_after,
            target=Target(of="ours", bound="at most", value=45),
        ),
        Figure(
            name="... of their connections never let go", unit=f"of {len(stopped)}", ours=left,
            target=Target(of="ours", bound="at most", value=0),
        ),
        Figure(
            name="... others' records with a gap, a repeat or no end", unit=f"of {len(everybody):,}", ours=torn,
            target=Target(of="ours", bound="at most", value=0),
        ),
    ]  # fmt: skip


def _compared(name: str, group: Sequence[Watcher], unread: "_Window", read: "_Window") -> Figure:
    ours, other = (
        percentile([lag for watcher in group for lag in window.lags(watcher)], 99) for window in (unread, read)
    )
    target = Target(of="ratio", bound="at most", value=1.5)
    return Figure(
        name=name, unit="ms", ours=ours, other=other, other_name="all read", ratio=ours / other, target=target
    )


# ── what both need ───────────────────────────────────────────────────────────────────────────────


class _Window:
    """A stretch of time: its seconds, the server's share of a core, and what came within it."""

    def __init__(self, at: Server) -> None:
        self._process = psutil.Process(at.pid)
        self._used = self._now()
        self._start = self._stop = time.time()
        self.seconds = 0.0
        self.cpu = 0.0

    def close(self) -> None:
        """It ends now."""
        self._stop = time.time()
        self.seconds = self._stop - self._start
        self.cpu = (self._now() - self._used) / self.seconds

    def lags(self, watcher: Watcher) -> list[float]:
        """See Watcher."""
        return watcher.lags(self._start, self._stop)

    def _now(self) -> float:
        times = self._process.cpu_times()
        return times.user + times.system


async def _over(watchers: Sequence[Watcher]) -> None:
    """Return when all have been told the end, or after TOLD_S; those whom the server sent away come again."""
    waiting = [asyncio.create_task(_to_the_end(watcher)) for watcher in watchers]
    await asyncio.wait(waiting, timeout=TOLD_S)
    for task in waiting:
        task.cancel()
    await asyncio.gather(*waiting, return_exceptions=True)


async def _to_the_end(watcher: Watcher) -> None:
    await watcher.over.wait()
    while watcher.end is None:
        with suppress(OSError):
            await watcher.open()
            await watcher.over.wait()


def _held(at: Server, watchers: Sequence[Watcher]) -> int:
    """How many of their connections the server still has open; one that does not read can't see it."""
    ports = {watcher.port for watcher in watchers}
    lines = psutil.Process(at.pid).net_connections("tcp")
    return sum(bool(line.raddr) and line.raddr.port in ports for line in lines)


async def _start(ours: Ours, count: int, *, seconds: float) -> list[str]:
    """So many executions that live about so long; their ids."""
    ids = [f"s{n}" for n in range(int(seconds / WAIT_S))]
    definition: Json = {
        "apiVersion": "runwright/v1",
        "name": "waits",
        "nodes": [{"id": x, "kind": "wait", "config": {"seconds": WAIT_S}} for x in ids],
        "edges": [{"from": a, "to": b} for a, b in pairwise(ids)],
    }
    return await _started(ours, definition, count)


def _talk(seconds: float) -> Json:
    config: Json = {"code": TALK, "args": {"seconds": seconds}}
    return {
        "apiVersion": "runwright/v1",
        "name": "talk",
        "nodes": [{"id": "talk", "kind": "python", "config": config}],
        "edges": [],
    }


async def _started(ours: Ours, definition: Json, count: int) -> list[str]:
    workflow = await ours.save(definition)
    room = asyncio.Semaphore(50)

    async def one() -> str:
        async with room:
            return await ours.start(workflow)

    return await asyncio.gather(*(one() for _ in range(count)))
