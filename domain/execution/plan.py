"""From state alone: which steps may start, which are skipped, and whether the run ends.

The plan counts down as events come in (successors of the step that settled), so a step costs the
same in a graph of ten and of five thousand nodes. It is rebuilt from the state after a restart.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum

from domain.event import RecordedEvent
from domain.execution import events as e
from domain.execution.mapping import MapPlan
from domain.execution.state import HELD, ExecutionState
from domain.execution.status import STEP_FINAL, ExecutionStatus, StepStatus
from domain.paths import map_of, template_of
from domain.workflow.graph import Edge, Graph, Join, OnError

StepEvent = (
    e.StepStarted
    | e.StepExpanded
    | e.StepCompleted
    | e.StepFailed
    | e.StepRetryScheduled
    | e.StepStopped
    | e.StepLost
    | e.StepWaiting
    | e.StepResumed
)
"""Events that change how a step stands, of those that can be about an item of a map."""


class Ending(Enum):
    """How a run may end now."""

    COMPLETE = "complete"
    FAIL = "fail"
    STOP = "stop"


@dataclass(slots=True)
class _Settled:
    """How many of a node's incoming edges are settled so far."""

    taken: int = 0
    dead: int = 0


class Plan:
    """The planner of one live execution. Ask, append what it says, `observe` what was appended."""

    def __init__(self, graph: Graph, state: ExecutionState) -> None:
        self.graph = graph
        self.state = state
        self._edges: dict[str, _Settled] = {node_id: _Settled() for node_id in graph.nodes}
        self._startable: dict[str, None] = {}
        self._skips: dict[str, str] = {}
        self._undecided: dict[str, None] = {}
        self._unsettled = len(graph.nodes)
        self.failures: list[str] = []
        """Steps whose failure nothing handles, in the order they failed: the first is the cause."""
        self.handled_failures = 0
        self.maps: dict[str, MapPlan] = {}
        """Those whose items run, by the map's step."""
        for node_id in graph.nodes:
            if not graph.incoming[node_id]:
                self._startable[node_id] = None
        # A state that has come some way: settle what is final, in graph order, then take back what
        # has already been decided about the nodes behind it.
        for path in [*state.steps]:
            step = state.steps[path]
            if map_of(path) is not None:
                continue
            if step.status in STEP_FINAL:
                self._on_final(path)
            elif step.status is StepStatus.READY and path not in state.open_attempts:
                self._startable[path] = None
        for path, step in state.steps.items():
            held = step.status in HELD or step.status is StepStatus.RETRYING
            if step.status in STEP_FINAL or path in state.open_attempts or held:
                self._startable.pop(path, None)
                self._skips.pop(path, None)
        for path, count in state.maps.items():
            if state.steps[path].status is StepStatus.RUNNING:
                self._expand(path, count)
        for path, step in state.steps.items():
            outer = self.maps.get(map_of(path) or "")
            if outer is not None and step.status is StepStatus.READY and path not in state.open_attempts:
                outer.again(path)

    # ── asked by the conductor ──

    @property
    def failing(self) -> bool:
        """Whether an unhandled failure keeps new steps from starting."""
        return bool(self.failures)

    def undecided(self) -> Iterable[str]:
        """Final steps whose outgoing conditions must be evaluated."""
        return () if self._winding_down else tuple(self._undecided)

    def skips(self) -> list[tuple[str, str]]:
        """Steps that will not run, with the reason."""
        return [] if self._winding_down else list(self._skips.items())

    def startable(self) -> list[str]:
        """Steps that may start now, the longest-waiting first, within `max_parallel_steps`."""
        if self._winding_down or self.state.status is not ExecutionStatus.RUNNING:
            return []
        found = list(self._startable)
        for running in self.maps.values():
            found += running.startable()
        limit = self.graph.settings.max_parallel_steps
        if limit is None:
            return found
        room = limit - len(self.state.open_attempts)
        return found[:room] if room > 0 else []

    def map_is_over(self, path: str) -> bool:
        """Whether the map that a step is an item of lets nothing start any more."""
        outer = map_of(path)
        return outer is not None and (outer not in self.maps or self.maps[outer].is_over)

    def ended_maps(self) -> list[MapPlan]:
        """Maps of which nothing runs or will, innermost first; none while the run winds down."""
        return [] if self._winding_down else [m for m in reversed(self.maps.values()) if m.has_ended]

    def ending(self) -> Ending | None:
        """How the run ends, when nothing is left to wait for."""
        state = self.state
        if state.open_attempts or state.children:
            return None
        if state.status is ExecutionStatus.STOPPING:
            return Ending.STOP
        if state.status not in (ExecutionStatus.RUNNING, ExecutionStatus.PAUSED):
            return None
        if self.failing:
            return Ending.FAIL
        if self._unsettled == 0 and not self._undecided:
            return Ending.COMPLETE
        return None

    # ── told by the conductor ──

    def observe(self, event: RecordedEvent) -> None:
        """Count one event, which the state has folded already."""
        if isinstance(event, StepEvent):
            outer = map_of(event.path)
            if isinstance(event, e.StepExpanded):
                self._expand(event.path, event.count)
            elif self.state.steps[event.path].status is not StepStatus.RUNNING:
                self.maps.pop(event.path, None)
            if outer is not None:
                self._observe_item(outer, event)
                return
        match event:
            case e.StepStarted():
                self._startable.pop(event.path, None)
            case e.StepCompleted() | e.StepFailed() | e.StepStopped():
                self._startable.pop(event.path, None)
                if self.state.steps[event.path].status in STEP_FINAL:  # not one that will be tried again
                    self._on_final(event.path)
            case e.StepSkipped():
                self._skips.pop(event.path, None)
                self._on_final(event.path)
            case e.EdgesDecided():
                self._undecided.pop(event.source, None)
                self._decide(event.source)
            case e.StepLost():
                self._startable[event.path] = None
            case e.StepWaiting() | e.StepExpanded():
                self._startable.pop(event.path, None)
            case e.StepResumed() if event.decision == "run_again":
                self._startable[event.path] = None
            case _:
                pass

    def retry_due(self, path: str) -> None:
        """The backoff of a retrying step is over."""
        if self.state.steps[path].status is not StepStatus.RETRYING:
            return
        outer = map_of(path)
        if outer is None:
            self._startable[path] = None
        elif outer in self.maps:
            self.maps[outer].again(path)

    # ── counting ──

    @property
    def _winding_down(self) -> bool:
        # While paused what follows from what has ended is decided; only nothing starts.
        goes_on = self.state.status in (ExecutionStatus.RUNNING, ExecutionStatus.PAUSED)
        return bool(self.failures) or not goes_on

    def _expand(self, path: str, count: int) -> None:
        self.maps[path] = MapPlan(path, self.graph.templates[template_of(path)], count, self.state.steps)

    def _observe_item(self, outer: str, event: StepEvent) -> None:
        running = self.maps.get(outer)
        if running is None:  # the map has ended: a late fact
            return
        status = self.state.steps[event.path].status
        if isinstance(event, e.StepCompleted | e.StepFailed | e.StepStopped) and status in STEP_FINAL:
            running.settled(event.path, status)
        elif isinstance(event, e.StepLost) or (isinstance(event, e.StepResumed) and event.decision == "run_again"):
            running.again(event.path)
        else:
            running.begun(event.path)

    def _on_final(self, path: str) -> None:
        self._unsettled -= 1
        step = self.state.steps[path]
        node = self.graph.nodes[path]
        outgoing = self.graph.outgoing[path]
        if step.status in (StepStatus.SKIPPED, StepStatus.STOPPED):
            for edge in outgoing:
                self._settle(edge, taken=False)
            return
        failed = step.status is StepStatus.FAILED
        if failed and node.on_error is OnError.FAIL:
            self._fail(path)
            return
        conditional = [edge for edge in outgoing if edge.when is not None]
        if failed and node.on_error is OnError.EDGES and not conditional:
            self._fail(path)
            return
        if failed and node.on_error is OnError.CONTINUE:
            self.handled_failures += 1
        for edge in outgoing:
            if edge.when is None:
                self._settle(edge, taken=not (failed and node.on_error is OnError.EDGES))
        if conditional:
            if path in self.state.decided:
                self._decide(path)
            else:
                self._undecided[path] = None

    def _fail(self, path: str) -> None:
        self.failures.append(path)
        self.failures.sort(key=self.state.failed.index)

    def _decide(self, source: str) -> None:
        taken = self.state.decided[source]
        step = self.state.steps[source]
        if step.status is StepStatus.FAILED and self.graph.nodes[source].on_error is OnError.EDGES:
            if not any(taken.values()):
                self._fail(source)
                return
            self.handled_failures += 1
        for edge in self.graph.outgoing[source]:
            if edge.when is not None:
                self._settle(edge, taken=taken[edge.target])

    def _settle(self, edge: Edge, *, taken: bool) -> None:
        counts = self._edges[edge.target]
        if taken:
            counts.taken += 1
        else:
            counts.dead += 1
        join = self.graph.nodes[edge.target].join
        target = self.state.steps.get(edge.target)
        if target is not None and target.status is not StepStatus.PENDING:
            return  # `first` was met before; later edges are ignored
        if join is Join.FIRST and counts.taken == 1 and taken:
            self._startable[edge.target] = None
            return
        if counts.taken + counts.dead < len(self.graph.incoming[edge.target]) or edge.target in self._startable:
            return
        if join is Join.ALL and counts.dead:
            self._skips[edge.target] = "join_not_met" if counts.taken else "no_edge_taken"
        elif counts.taken:
            self._startable[edge.target] = None
        else:
            self._skips[edge.target] = "no_edge_taken"
