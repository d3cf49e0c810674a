"""How often an execution ends, or starts, within what was said: ranges of the remaining time on held-out runs, and of
the time until those in the queue start on held-out queues (`queues.py`).

Drawn runs of graphs with a chain, a fan-out that joins, and a branch; steps of a constant, a lognormal and a bimodal
duration, independent, or all of a run slow together. Asked at the start, and when one of its steps has just ended, as
the page does. (A moment drawn from the run's own time would be no fair question: of all that are still running then
those with a short time left would be asked more often.) A range is right when half of the executions end before its p50
and nine of ten before its p90. Pure: no server.
"""

from collections.abc import Callable, Mapping
from random import Random
from statistics import mean

from benchmarks import maps, queues
from benchmarks.figures import Figure, Target
from benchmarks.rig import Postgres
from domain.estimating.remaining import PastRun, PastStep, Standing, order_of, remaining
from domain.workflow.graph import Graph

Draw = Callable[[Random], float]
PAST = 60
SEED = 20_261_127


def _constant(_: Random) -> float:
    return 10.0


def _lognormal(random: Random) -> float:
    return 10.0 * random.lognormvariate(0.0, 0.6)


def _bimodal(random: Random) -> float:
    return random.gauss(30.0, 3.0) if random.random() < 0.3 else random.gauss(5.0, 0.5)


DURATIONS: Mapping[str, Draw] = {"constant": _constant, "lognormal": _lognormal, "bimodal": _bimodal}


def _graph(nodes: str, *edges: str) -> Graph:
    made: list[dict[str, object]] = [{"id": name, "kind": "python", "config": {}} for name in nodes]
    return Graph.of({"nodes": made, "edges": [{"from": edge[0], "to": edge[1]} for edge in edges]})


GRAPHS: Mapping[str, Graph] = {
    "chain of 6": _graph("abcdef", "ab", "bc", "cd", "de", "ef"),
    "fan-out of 5 with a join": _graph("abcdefg", "ab", "ac", "ad", "ae", "af", "bg", "cg", "dg", "eg", "fg"),
    "branch": _graph("abcde", "ab", "ac", "bd", "ce"),
}


def drawn(name: str, graph: Graph, draw: Draw, together: bool, random: Random) -> PastRun:
    """A run; of the branch one way is taken and the other skipped."""
    slow = random.lognormvariate(0.0, 0.5) if together else 1.0
    skipped = set(random.choice(["bd", "ce"])) if name == "branch" else set[str]()
    return PastRun(
        version=1,
        steps={
            node_id: PastStep(lag_s=0.01, took_s=None if node_id in skipped else max(0.1, draw(random)) * slow)
            for node_id in graph.nodes
        },
    )


def at(graph: Graph, order: list[str], run: PastRun, random: Random | None) -> tuple[Standing, float]:
    """How a run stands when one of its steps, but the last, has just ended (None: at the start), and how long it takes
    from then on."""
    ends: dict[str, float] = {}
    starts: dict[str, float] = {}
    for node_id in order:
        step = run.steps[node_id]
        opened = max((ends[edge.source] for edge in graph.incoming[node_id]), default=0.0)
        starts[node_id] = opened + step.lag_s
        ends[node_id] = opened if step.took_s is None else starts[node_id] + step.took_s
    whole = max(ends.values())
    moments = [end for node_id, end in ends.items() if run.steps[node_id].took_s is not None and end < whole]
    now = 0.0 if random is None else random.choice(moments)
    ended = {n: run.steps[n].took_s for n in order if ends[n] <= now and now > 0}
    out = {n: now - starts[n] for n in order if starts[n] <= now < ends[n] and now > 0}
    return Standing(ended=ended, out_s=out), whole - now


def coverage(
    name: str, draw: Draw, together: bool, held_out: int, *, later: bool, seed: int = SEED
) -> tuple[float, float]:
    """The shares of held-out runs that ended within p50 and within p90."""
    random, graph = Random(f"{seed} {name} {together} {later}"), GRAPHS[name]
    order = [*order_of(graph)]
    within50 = within90 = 0
    for _ in range(held_out):
        past = [drawn(name, graph, draw, together, random) for _ in range(PAST)]
        run = drawn(name, graph, draw, together, random)
        standing, left = at(graph, order, run, random if later else None)
        told = remaining(graph, order, 1, past, standing)
        assert told is not None
        within50 += left <= told.p50 + 1e-6
        within90 += left <= told.p90 + 1e-6
    return within50 / held_out, within90 / held_out


def measure(server: Postgres, *, quick: bool) -> list[Figure]:  # noqa: ARG001 - as every subject
    """The figures of this subject."""
    held_out = 200 if quick else 1_000
    figures: list[Figure] = []
    for later in (False, True):
        p50: list[float] = []
        p90: list[float] = []
        for name in GRAPHS:
            for kind in ("lognormal", "bimodal"):
                for together in (False, True):
                    one = coverage(name, DURATIONS[kind], together, held_out, later=later)
                    p50.append(one[0] * 100)
                    p90.append(one[1] * 100)
        when = "during the run" if later else "at the start"
        figures += [
            Figure(name=f"ended within p50, asked {when}, mean", unit="%", ours=sum(p50) / len(p50)),
            Figure(name="... the case farthest from 50", unit="%", ours=max(p50, key=lambda x: abs(x - 50))),
            Figure(name=f"ended within p90, asked {when}, mean", unit="%", ours=sum(p90) / len(p90)),
            Figure(
                name="... the case farthest from 90", unit="%", ours=max(p90, key=lambda x: abs(x - 90)),
                target=Target(of="ours", bound="at least", value=83),
            ),
        ]  # fmt: skip
    return [*figures, *_of_maps(150 if quick else 1_000), *_of_queues(300 if quick else 1_500)]


def _of_maps(held_out: int) -> list[Figure]:
    found = [
        maps.coverage(held_out, together=together, share=share)
        for together in (False, True)
        for share in (0.0, 0.2, 0.5, 0.9)
    ]
    p50, p90 = [one[0] * 100 for one in found], [one[1] * 100 for one in found]
    return [
        Figure(name="map: ended within p50, asked at 0, 20, 50 and 90 % of its items, mean", unit="%", ours=mean(p50)),
        Figure(name="... the case farthest from 50", unit="%", ours=max(p50, key=lambda x: abs(x - 50))),
        Figure(name="map: ended within p90, mean", unit="%", ours=mean(p90)),
        Figure(
            name="... the case farthest from 90", unit="%", ours=max(p90, key=lambda x: abs(x - 90)),
            target=Target(of="ours", bound="at least", value=83),
        ),
    ]  # fmt: skip


def _of_queues(held_out: int) -> list[Figure]:
    short, long, few = (
        queues.coverage(held_out // share, size=size, past=past)
        for share, size, past in ((1, 40, queues.PAST), (3, 150, queues.PAST), (3, 150, 8))
    )
    return [
        Figure(name="started within p50, 40 in the queue", unit="%", ours=short[0] * 100),
        Figure(
            name="started within p90, 40 in the queue", unit="%", ours=short[1] * 100,
            target=Target(of="ours", bound="at least", value=85),
        ),
        Figure(name="... p50, 150 in the queue", unit="%", ours=long[0] * 100),
        Figure(name="... p90, 150 in the queue", unit="%", ours=long[1] * 100),
        Figure(name="... p90, 150 in the queue, 8 runs of each workflow known", unit="%", ours=few[1] * 100),
    ]  # fmt: skip
