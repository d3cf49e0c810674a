"""What a step costs the database: transactions and bytes of write-ahead log, counted by PostgreSQL.

Ours include everything: events, leases, read models, and reads, which count as transactions too. What a server
does while it rests (both poll) is measured first and taken off the transactions. Each count of these waits until all
is reported, so this subject takes minutes.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from benchmarks.burst import AT_ONCE, COUNT
from benchmarks.client import chain, connected
from benchmarks.figures import Figure, compared
from benchmarks.rig import Postgres, Server
from benchmarks.versus import OURS, PEER, both

SETTLED_S = 0.5
"""The read models follow within some tens of milliseconds."""


@dataclass(frozen=True, kw_only=True)
class _Written:
    """By one side in one piece of work."""

    commits: int
    wal_bytes: int


def measure(server: Postgres, *, quick: bool) -> list[Figure]:
    """The figures of this subject."""
    with both(server) as (ours, peer):
        return asyncio.run(_measure(server, ours, peer, rounds=1 if quick else 3))


async def _measure(server: Postgres, ours_at: Server, peer_at: Server, *, rounds: int) -> list[Figure]:
    async with connected(ours_at, peer_at) as (ours, peer):
        long = await ours.save(chain("chain", 100))
        short = await ours.save(chain("three", 3))
        await ours.run(long)
        await ours.burst(short, 50, AT_ONCE)
        form = await peer.faster_form("chain")

        async def written(database: str, work: Callable[[], Awaitable[float]]) -> _Written:
            before = await asyncio.to_thread(server.commits, database)
            position = await asyncio.to_thread(server.wal_position)
            await work()
            await asyncio.sleep(SETTLED_S)
            wal_bytes = await asyncio.to_thread(server.wal_position) - position
            commits = await asyncio.to_thread(server.commits, database) - before
            return _Written(commits=commits - resting.get(database, 0), wal_bytes=wal_bytes)

        resting: dict[str, int] = {}
        resting = {name: (await written(name, _nothing)).commits for name in (OURS, PEER)}
        figures: list[Figure] = []
        for name, steps, mine, theirs in (
            ("chain of 100", 100, lambda: ours.run(long), lambda: peer.run("chain", form)),
            (
                f"burst of {COUNT}", COUNT * 3,
                lambda: ours.burst(short, COUNT, AT_ONCE), lambda: peer.burst("three", form, COUNT, AT_ONCE),
            ),
        ):  # fmt: skip
            a = [await written(OURS, mine)]
            b = [await written(PEER, theirs)]
            for _ in range(rounds - 1):
                a.append(await written(OURS, mine))
                b.append(await written(PEER, theirs))
            other = f"DBOS {form}"
            figures += [
                compared(
                    f"{name}: transactions a step", "", [w.commits / steps for w in a], [w.commits / steps for w in b],
                    other_name=other,
                ),
                compared(
                    f"{name}: WAL a step", "bytes", [w.wal_bytes / steps for w in a], [w.wal_bytes / steps for w in b],
                    other_name=other,
                ),
            ]  # fmt: skip
        return figures


async def _nothing() -> float:
    return 0.0
