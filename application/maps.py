"""Maps of one server's executions: expanded into their items, ended when all of these are, cut short.

What their items are and give is in `mapping.py`, which of them may start in `domain/execution/mapping.py`.
"""

from functools import partial

from application.evaluation import Evaluator
from application.failures import map_timeout
from application.live import Later, Live, MapCollected
from application.mapping import BadItems, items_failed, items_of
from application.preparing import PreparedNode, as_event_value
from domain.event import Cause
from domain.execution.mapping import MapPlan
from domain.paths import map_of
from domain.values import NULL, JsonText
from domain.workflow.graph import OnFailure


class Maps:
    """Decides about maps; keeps no state of its own."""

    def __init__(self, evaluator: Evaluator, later: Later) -> None:
        self._evaluator, self._later = evaluator, later

    def expand(self, live: Live, path: str, node: PreparedNode, attempt: int, given: JsonText, cause: Cause) -> None:
        """Begin the items of a map that has just started, or fail it when it was given no list."""
        try:
            items = items_of(given)
        except BadItems as bad:
            live.execution.fail_step(cause, path, attempt, bad.error)
            return
        live.items[path] = items
        limit_s = node.node.timeout_s
        due_at_ms = None if limit_s is None else (cause.at.timestamp() + limit_s) * 1000
        live.execution.expand_step(cause, path, attempt, len(items), due_at_ms)

    def cut_short(self, live: Live, path: str) -> None:
        """The map's own time is over."""
        live.overdue.add(path)
        live.plan.maps[path].cut = True

    def end(self, live: Live, cause: Cause) -> None:
        """Record what becomes of maps that are over, and of what waits inside of them."""
        for plan in [*live.plan.maps.values()]:
            if plan.is_over:
                inside = _inside(plan.path)
                for inner in live.plan.maps.values():
                    inner.cut = inner.cut or inner.path.startswith(inside)
                live.execution.stop_held(cause, inside)
                live.observe()
        for plan in live.plan.ended_maps():
            self._end_one(live, plan, cause)
            live.observe()

    def _end_one(self, live: Live, plan: MapPlan, cause: Cause) -> None:
        path, node = plan.path, live.prepared.node(plan.path).node
        value, artifact, error = NULL, None, None
        if plan.has_failed:  # items that waited were stopped because of it
            error = items_failed(plan, live.execution.state)
        elif plan.cut and live.plan.map_is_over(path):
            live.execution.stop_map(cause, path)
            return
        elif plan.cut:
            error = map_timeout(path, node.timeout_s or 0.0)
        else:
            collected = live.collected.pop(path, None) or self._evaluator.map_output_now(live, plan)
            if collected is None:
                failed = partial(MapCollected, path=path, output=None)
                self._later(live, f"collect:{path}", partial(self._evaluator.map_output, live, plan), failed)
                return
            error = collected.error
            if collected.output is not None:
                value, artifact = as_event_value(collected.output)
        live.overdue.discard(path)
        live.items.pop(path, None)
        blocked = live.plan.failing or live.abort is not None or live.plan.map_is_over(path)
        live.execution.end_map(
            cause, path, output=value, output_artifact=artifact, error=error, retry=None if blocked else node.retry
        )

    def to_cancel(self, live: Live) -> list[str]:
        """Items that run although their map is over: of one whose time is over, and where failures stop the rest."""
        stops = live.prepared.graph.settings.on_failure is OnFailure.STOP
        over = tuple(
            _inside(plan.path)
            for plan in live.plan.maps.values()
            if plan.path in live.overdue or (stops and plan.is_over)
        )
        out = [*live.execution.state.children, *live.submitted] if over else []
        return [path for path in out if path.startswith(over)]


def _inside(path: str) -> str:
    """What the steps of all items of a map begin with, those of maps inside it included."""
    return f"{path}[" if map_of(path) is None else f"{path}."
