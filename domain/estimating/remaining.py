"""How long an execution still takes, from how long those before it took. Pure.

Each past run is played on from where the execution stands: what is done is done, what runs takes as long as in that run
(or, when it has run longer already, as in another that took longer), what ends at a known moment ends then, what is to
come starts when its way is open and takes its time again, with the wait for a slot it had. Steps of one run stay
together, because what is slow together is slow together: quantiles of single steps do not add up. Runs that took other
branches than this one has, and those that were much faster or slower until here, are left out while enough others are
left.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from math import inf, log

from domain.estimating.items import Items, items_left_s
from domain.estimating.quantiles import Range, range_of
from domain.workflow.graph import Graph, Join

ENOUGH = 5
"""Past runs, below which nothing is said."""
NEAREST = 0.4
"""Share of the runs that are asked, once a step has ended: those that went most like this one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PastStep:
    """Seconds from when its way was open until it was handed over, and from then to its end with all attempts; None:
    it was skipped. `once_s` of its last attempt alone, None where that is not known; `items_s` of some items of a map.
    """

    lag_s: float
    took_s: float | None
    once_s: float | None = None
    items_s: Sequence[float] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PastRun:
    """A run that completed, its steps by path (items of maps left out)."""

    version: int
    steps: Mapping[str, PastStep]


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """Of one execution now: steps that have ended, with the seconds they took (None: they were skipped), and for how
    many seconds those that are out have been. All others are to come."""

    ended: Mapping[str, float | None]
    out_s: Mapping[str, float]
    again_s: Mapping[str, float] = field(default_factory=dict[str, float])
    """Of steps that are tried again: for how long the present attempt has been out; below 0, when it will be."""
    due_s: Mapping[str, float] = field(default_factory=dict[str, float])
    """Of steps that end at a known moment: in how many seconds."""
    items: Mapping[str, Items] = field(default_factory=dict[str, Items])
    asks: frozenset[str] = frozenset()
    """Steps of `out_s` that a person is to answer."""

    def is_out(self, path: str) -> bool:
        """Whether the step is under way."""
        return path in self.out_s or path in self.again_s or path in self.due_s or path in self.items


def order_of(graph: Graph) -> Sequence[str]:
    """The nodes, each after all that lead to it."""
    waiting = {node_id: len(graph.incoming[node_id]) for node_id in graph.nodes}
    order = [node_id for node_id, count in waiting.items() if count == 0]
    for node_id in order:
        for edge in graph.outgoing[node_id]:
            waiting[edge.target] -= 1
            if waiting[edge.target] == 0:
                order.append(edge.target)
    return order


def remaining(graph: Graph, order: Sequence[str], version: int, past: Sequence[PastRun], now: Standing) -> Range | None:
    """Seconds until it completes; None when too little is known: fewer than ENOUGH runs knew all of its steps."""
    found = played_on(graph, order, version, past, now)
    return range_of(found) if found else None


def played_on(
    graph: Graph, order: Sequence[str], version: int, past: Sequence[PastRun], now: Standing
) -> Sequence[float]:
    """Seconds until it completes, if it went on as each of those runs that went most like it; none, or ENOUGH."""
    left = [node_id for node_id in order if node_id not in now.ended]
    same = [run for run in past if run.version == version]
    usable = same if len(same) >= ENOUGH else [run for run in past if all(node_id in run.steps for node_id in left)]
    if len(usable) < ENOUGH:
        return ()
    alike = [run for run in usable if _took_the_same_ways(run, now)]
    if len(alike) >= ENOUGH:
        usable = alike
    longer = {path: sorted(took for run in usable if (took := _took(run, path)) > s) for path, s in now.out_s.items()}
    if any(len(longer[path]) < ENOUGH for path in now.asks):
        return ()  # what a person does is learnt from what people did, and guessed at from nothing else
    longer |= {
        path: sorted(once for run in usable if (once := _once(run, path)) > s) for path, s in now.again_s.items()
    }
    # A run that a step has outlasted already says nothing about what is left of that step.
    usable = _nearest(usable, now)
    fitting = [run for run in usable if all(_took(run, path) > s for path, s in now.out_s.items())]
    if len(fitting) >= ENOUGH:
        usable = fitting
    return [_played_on(graph, order, run, now, longer, place) for place, run in enumerate(usable)]


def _took_the_same_ways(run: PastRun, now: Standing) -> bool:
    return all(
        (step := run.steps.get(path)) is None or (step.took_s is None) == (took is None)
        for path, took in now.ended.items()
    ) and all(step.took_s is not None for path, step in run.steps.items() if now.is_out(path))


def _nearest(runs: Sequence[PastRun], now: Standing) -> Sequence[PastRun]:
    """Those that took about as long until here, NEAREST of them."""
    ran = {path: took for path, took in now.ended.items() if took}
    keep = max(2 * ENOUGH, round(len(runs) * NEAREST))
    if not ran or len(runs) <= keep:
        return runs
    here = sum(ran.values())

    def apart(run: PastRun) -> float:
        there = sum(max(0.0, _took(run, path)) for path in ran)
        return abs(log(here / there)) if there > 0 else inf

    return sorted(runs, key=apart)[:keep]


def _took(run: PastRun, path: str) -> float:
    """Seconds; below zero when the step did not run."""
    step = run.steps.get(path)
    return -1.0 if step is None or step.took_s is None else step.took_s


def _once(run: PastRun, path: str) -> float:
    """Seconds of its last attempt; below zero when the step did not run."""
    step = run.steps.get(path)
    return _took(run, path) if step is None or step.once_s is None else step.once_s


def _played_on(
    graph: Graph, order: Sequence[str], run: PastRun, now: Standing, longer: Mapping[str, Sequence[float]], place: int
) -> float:
    ends: dict[str, float] = {}
    for node_id in order:
        if node_id in now.ended:
            ends[node_id] = 0.0
            continue
        step = run.steps.get(node_id)
        due_s = now.due_s.get(node_id)
        if due_s is not None:
            ends[node_id] = max(0.0, due_s)
            continue
        items = now.items.get(node_id)
        if items is not None:
            left_s = items_left_s(items, step.items_s if step is not None else (), place)
            ends[node_id] = max(items.out_s, default=0.0) if left_s is None else left_s  # as long again, as below
            continue
        again_s = now.again_s.get(node_id)
        out_s = now.out_s.get(node_id) if again_s is None else again_s
        if out_s is not None:
            took = _took(run, node_id) if again_s is None else max(0.0, _once(run, node_id))
            if took <= out_s:
                others = longer[node_id]
                # Longer than ever: as long again, as for what one knows nothing of but that it still goes on.
                took = others[place % len(others)] if others else 2 * out_s
            ends[node_id] = took - out_s
            continue
        before = [ends[edge.source] for edge in graph.incoming[node_id]]
        start = 0.0 if not before else min(before) if graph.nodes[node_id].join is Join.FIRST else max(before)
        ends[node_id] = start if step is None or step.took_s is None else start + step.lag_s + step.took_s
    return max(ends.values(), default=0.0)
