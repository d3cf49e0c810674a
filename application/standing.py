"""How an execution stands and how one before it went, as estimates ask: from rows of the views."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from application.preparing import PreparedGraph, PreparedNode
from application.projections import rows as r
from domain.estimating.items import Items
from domain.estimating.remaining import PastRun, PastStep, Standing
from domain.estimating.starting import Took
from domain.execution.status import STEP_FINAL, StepStatus
from domain.paths import item_template, map_of
from domain.workflow.graph import Graph

Step = r.StepRow | r.StepTimes


def waits_for_a_person(row: r.ExecutionRow, steps: Sequence[Step], prepared: PreparedGraph) -> bool:
    """Whether it goes on only after an answer that no history foretells: whether a step did its work before its worker
    was lost, or about an item of a map."""
    unknown = any(step.status is StepStatus.WAITING and step.reason == "unknown_outcome" for step in steps)
    return unknown or any(_item_asks(prepared.node(path)) for path in row.waiting if path.endswith("]"))


def _item_asks(node: PreparedNode) -> bool:
    return node.asks or node.in_worker  # a worker's step waits for nothing but an answer


def standing_of(
    steps: Sequence[Step], items: Sequence[r.StepTimes], prepared: PreparedGraph, room: int, now: datetime
) -> Standing:
    """Of one that runs. `items` are some of its maps' items, `room` is how many attempts may be out at once."""
    ended: dict[str, float | None] = {}
    out_s: dict[str, float] = {}
    again_s: dict[str, float] = {}
    due_s: dict[str, float] = {}
    maps: dict[str, Items] = {}
    for step in steps:
        path, node = step.path, prepared.nodes.get(step.path)
        if node is None:
            continue
        if step.status in STEP_FINAL:
            ended[path] = _seconds(step.started_at, step.ended_at)
        elif step.started_at is None or step.status is StepStatus.PENDING:
            continue
        elif step.status is StepStatus.RETRYING and step.due_at_ms is not None:
            again_s[path] = now.timestamp() - step.due_at_ms / 1000
        elif node.waits and step.due_at_ms is not None:
            due_s[path] = step.due_at_ms / 1000 - now.timestamp()
        elif node.maps and step.items is not None:
            maps[path] = _items(
                step.items, [one for one in items if map_of(one.path) == path], node, prepared, room, now
            )
        elif step.attempts and step.attempts[-1].attempt > 1:
            last = step.attempts[-1]
            again_s[path] = 0.0 if last.ended_at is not None else _seconds(last.started_at, now) or 0.0
        else:
            out_s[path] = _seconds(step.started_at, now) or 0.0
    asks = frozenset(path for path in out_s if prepared.nodes[path].asks)
    return Standing(ended=ended, out_s=out_s, again_s=again_s, due_s=due_s, items=maps, asks=asks)


def _items(
    counts: r.ItemCounts, items: Sequence[r.StepTimes], node: PreparedNode, prepared: PreparedGraph, room: int,
    now: datetime,
) -> Items:  # fmt: skip
    out = [item for item in items if item.status not in STEP_FINAL and item.started_at is not None]
    return Items(
        left=max(0, counts.total - counts.completed - counts.failed - counts.stopped),
        wide=max(1, min(_wide(counts, node, prepared), room if _items_work(node, prepared) else counts.total)),
        done_s=_lasted(items), out_s=[_seconds(item.started_at, now) or 0.0 for item in out],
    )  # fmt: skip


def _items_work(node: PreparedNode, prepared: PreparedGraph) -> bool:
    """Whether the items of a map hold slots."""
    return prepared.templates[item_template(node.node.id, node.node.id)].in_worker


def _wide(counts: r.ItemCounts, node: PreparedNode, prepared: PreparedGraph) -> int:
    """How many items the map lets run at once."""
    each, most = node.node.each, prepared.graph.settings.max_parallel_steps
    limits = (counts.total, None if each is None else each.max_parallel, most)
    return min(limit for limit in limits if limit is not None)


def _lasted(items: Sequence[r.StepTimes]) -> list[float]:
    ran = (_seconds(item.started_at, item.ended_at) for item in items if item.status in STEP_FINAL)
    return [seconds for seconds in ran if seconds is not None]


def run_of(
    row: r.ExecutionRow, started: datetime, steps: Sequence[r.StepTimes], items: Sequence[r.StepTimes], graph: Graph
) -> PastRun:
    """Of one that completed; `items` are some of its maps' items."""
    by_path = {step.path: step for step in steps}
    found: dict[str, PastStep] = {}
    for node_id, node in graph.nodes.items():
        step = by_path.get(node_id)
        if step is None or step.started_at is None or step.ended_at is None:
            found[node_id] = PastStep(lag_s=0.0, took_s=None)
            continue
        before = [
            ended
            for edge in graph.incoming[node_id]
            if (source := by_path.get(edge.source)) is not None
            and (ended := source.ended_at) is not None
            and ended <= step.started_at
        ]
        last = step.attempts[-1] if step.attempts else None
        found[node_id] = PastStep(
            lag_s=_seconds(max(before, default=started), step.started_at) or 0.0,
            took_s=_seconds(step.started_at, step.ended_at),
            once_s=None if last is None else _seconds(last.started_at, last.ended_at),
            items_s=() if node.each is None else _lasted([one for one in items if map_of(one.path) == node_id]),
        )
    return PastRun(version=row.workflow_version, steps=found)


def took_of(whole: timedelta, steps: Sequence[r.StepTimes], prepared: PreparedGraph) -> Took:
    """Of one that ended: for how long any attempt was out, and how many at once in that time. Of the items of a map
    the attempts are not read: as many are taken to be out as may be."""
    spans: list[tuple[float, float, int]] = []
    for step in steps:
        node = prepared.nodes.get(step.path)
        if node is None:
            continue
        wide = int(node.in_worker)
        if node.maps and step.items is not None and _items_work(node, prepared):
            wide = _wide(step.items, node, prepared)
        spans += [
            (attempt.started_at.timestamp(), attempt.ended_at.timestamp(), wide)
            for attempt in step.attempts
            if wide and attempt.ended_at is not None
        ]
    works_s, until = 0.0, 0.0
    for start, end, _ in sorted(spans):
        works_s += max(0.0, end - max(start, until))
        until = max(until, end)
    slots_s = sum((end - start) * wide for start, end, wide in spans)
    counts_s = max(0.0, whole.total_seconds())
    return Took(counts_s, min(works_s, counts_s), max(1, round(slots_s / works_s)) if works_s > 0 else 1)


def _seconds(start: datetime | None, end: datetime | None) -> float | None:
    return None if start is None or end is None else max(0.0, (end - start).total_seconds())
