"""How often a run with a map ends within what was said: drawn runs of `load` and a map over 5 to 60 items, asked when
some of the items have ended. Pure.
"""

from collections.abc import Sequence
from heapq import heapreplace
from random import Random

from domain.estimating.remaining import Items, PastRun, PastStep, Standing, order_of, remaining
from domain.workflow.graph import Graph

SEED = 20_261_127
PAST = 40
WIDE = 4
_NODES: dict[str, object] = {
    "nodes": [
        {"id": "load", "kind": "python", "config": {}},
        {
            "id": "each", "kind": "map",
            "config": {"items": "${steps.load.output}", "max_parallel": WIDE, "node": {"kind": "python", "config": {}}},
        },
    ],
    "edges": [{"from": "load", "to": "each"}],
}  # fmt: skip
GRAPH = Graph.of(_NODES)


def _drawn(random: Random, together: bool) -> tuple[PastRun, Sequence[tuple[float, float]]]:
    """A run, and when each item of its map began and ended, from the map's start, in the order of their ends."""
    slow = random.lognormvariate(0.0, 0.4) if together else 1.0
    free = [0.0] * WIDE
    items: list[tuple[float, float]] = []
    for _ in range(random.randint(5, 60)):
        begun = free[0]
        items.append((begun, begun + 2.0 * slow * random.lognormvariate(0.0, 0.6)))
        heapreplace(free, items[-1][1])
    load = PastStep(lag_s=0.01, took_s=random.lognormvariate(0.0, 0.3) * slow)
    each = PastStep(lag_s=0.01, took_s=max(free), items_s=[end - begun for begun, end in items])
    return PastRun(version=1, steps={"load": load, "each": each}), sorted(items, key=lambda one: one[1])


def coverage(held_out: int, *, together: bool, share: float, seed: int = SEED) -> tuple[float, float]:
    """The shares of held-out runs that ended within p50 and within p90, asked when so many of the items had ended."""
    random = Random(f"{seed} {together} {share}")
    order = order_of(GRAPH)
    within50 = within90 = 0
    for _ in range(held_out):
        past = [_drawn(random, together)[0] for _ in range(PAST)]
        run, items = _drawn(random, together)
        done = min(len(items) - 1, int(len(items) * share))
        now = items[done - 1][1] if done else 0.0
        standing = Standing(
            ended={"load": run.steps["load"].took_s}, out_s={},
            items={
                "each": Items(
                    left=len(items) - done, wide=WIDE, done_s=[end - begun for begun, end in items[:done]],
                    out_s=[now - begun for begun, _ in items[done:] if begun <= now],
                )
            },
        )  # fmt: skip
        told = remaining(GRAPH, order, 1, past, standing)
        assert told is not None
        left_s = items[-1][1] - now
        within50 += left_s <= told.p50 + 1e-6
        within90 += left_s <= told.p90 + 1e-6
    return within50 / held_out, within90 / held_out
