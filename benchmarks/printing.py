"""Every worker prints as fast as it can: lines may be dropped, but none without being counted."""

import asyncio
import time
from typing import Any

from benchmarks.client import Ours, session
from benchmarks.figures import Figure, Target
from benchmarks.rig import Postgres, Server, runwright

STEPS = 8
"""More than one attempt for each worker of a small machine's pool."""
CODE = """
def main(n):
    for i in range(n):
        print("a line as programs write them, eighty characters or so, the number of it is", i)
"""


def measure(server: Postgres, *, quick: bool) -> list[Figure]:
    """The figures of this subject."""
    with runwright(server.database("printing"), server.folder / "printing") as ours:
        return asyncio.run(_measure(ours, lines=4_000 if quick else 20_000))


async def _measure(at: Server, *, lines: int) -> list[Figure]:
    definition: dict[str, Any] = {
        "apiVersion": "runwright/v1",
        "name": "printing",
        "nodes": [
            {"id": f"s{n}", "kind": "python", "config": {"code": CODE, "args": {"n": lines}}} for n in range(STEPS)
        ],
        "edges": [],
    }
    async with session() as made:
        ours = Ours(made, at.url)
        await ours.listen()
        workflow = await ours.save(definition)
        began = time.perf_counter()
        execution = await ours.start(workflow)
        await ours.ended(execution)
        took = time.perf_counter() - began
        await ours.close()
        printed = STEPS * lines
        shown = await ours.get(f"/executions/{execution}")
        counted = shown["counts"]["log_lines"]
        dropped = sum(
            item["data"].get("dropped", 0) for item in await _events(ours, execution) if item["stream"] == "log"
        )
        read = await _lines(ours, execution)
    return [
        Figure(
            name=f"{STEPS} steps printing at once: lines lost without being counted", unit=f"of {printed:,}",
            ours=printed - read - dropped, target=Target(of="ours", bound="at most", value=0),
        ),
        Figure(name="... lines stored", unit="lines/s", ours=counted / took),
        Figure(name="... lines dropped and counted", unit=f"of {printed:,}", ours=dropped),
    ]  # fmt: skip


async def _events(ours: Ours, execution: str) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = []
    after = 0
    while True:
        page = await ours.get(f"/executions/{execution}/events", after=after, limit=200)
        items += page["items"]
        if page["next_cursor"] is None:
            return items
        after = page["next_cursor"]


async def _lines(ours: Ours, execution: str) -> int:
    """How many lines can be read."""
    count = after = 0
    while True:
        page = await ours.get(f"/executions/{execution}/logs", after=after, limit=1000)
        count += len(page["items"])
        if page["next_cursor"] is None:
            return count
        after = page["next_cursor"]
