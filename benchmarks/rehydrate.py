"""How long a server takes to have an execution in memory again: by its decisions, not by what its steps printed."""

import asyncio
import statistics
import time
from itertools import pairwise
from uuid import UUID

from application.histories import Histories
from benchmarks.client import NO_OP, Json, Ours, chain, session
from benchmarks.figures import Figure
from benchmarks.rig import Postgres, runwright
from benchmarks.scale import FLAT, mapped
from infrastructure.postgres.connection import Connections
from infrastructure.postgres.event_store import PostgresEventStore

NAME = "rehydrate_runwright"
PRINTS = "def main(lines):\n    for number in range(lines):\n        print('reading', number)\n"


def measure(server: Postgres, *, quick: bool) -> list[Figure]:
    """The figures of this subject, ours only."""
    url = server.database(NAME)
    with runwright(url, server.folder / NAME) as ours:
        return asyncio.run(_measure(ours.url, url, quick=quick))


async def _measure(url: str, database_url: str, *, quick: bool) -> list[Figure]:
    async with session() as http:
        client = Ours(http, url)
        await client.listen()
        reads = Connections(database_url, size=1)
        store = PostgresEventStore(database_url, reads)
        await store.open()
        histories = Histories(store)

        async def load(definition: Json) -> tuple[float, int]:
            """Milliseconds at the median, and how many events were read."""
            execution_id = await client.start(await client.save(definition))
            await client.ended(execution_id)
            execution = await histories.load(UUID(execution_id))
            took: list[float] = []
            for _ in range(5 if quick else 20):
                began = time.perf_counter()
                await histories.load(execution.id)
                took.append((time.perf_counter() - began) * 1000)
            return statistics.median(took), execution.version

        try:
            figures: list[Figure] = []
            for what, definition in (
                ("chain of 100", chain("100", 100)),
                ("chain of 5,000", chain("5000", 1_000 if quick else 5_000)),
                ("map of 10,000", mapped("mapped", 1_000 if quick else 10_000)),
            ):
                took, events = await load(definition)
                figures += [
                    Figure(name=f"{what}: loaded", unit="ms", ours=took),
                    Figure(name=f"{what}: for each of its {events:,} events", unit="µs", ours=took / events * 1000),
                ]
            silent, _ = await load(printing("silent", 0))
            lines = 10_000 if quick else 100_000
            loud, _ = await load(printing("loud", lines))
            return [
                *figures,
                Figure(
                    name=f"a step that printed {lines:,} lines: loaded", unit="ms", ours=loud, other=silent,
                    other_name="printed none", ratio=loud / silent, target=FLAT,
                ),
            ]  # fmt: skip
        finally:
            await store.close()
            await reads.close()
            await client.close()


def printing(name: str, lines: int) -> Json:
    """A definition of one step that prints so much, and ten after it that do nothing."""
    nodes = [
        {"id": "prints", "kind": "python", "config": {"code": PRINTS, "args": {"lines": lines}}},
        *({"id": f"s{number}", "kind": "python", "config": {"code": NO_OP}} for number in range(10)),
    ]
    edges = [{"from": one["id"], "to": other["id"]} for one, other in pairwise(nodes)]
    return {"apiVersion": "runwright/v1", "name": name, "nodes": nodes, "edges": edges}
