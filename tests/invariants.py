"""Checks a log against the invariants of a run: what must hold whatever broke on the way.

    broken(log) -> sentences, none when all is well      log: (position, event) in the order of the log

It folds the events by itself and asks the tables of `status.py` only: a mistake in `state.py` or `plan.py` can't
hide behind the same mistake here. Each sentence begins with the number of its invariant:

    1 every execution ends · 2 nothing acknowledged is lost or stored twice · 3 versions have no gap · 4 one outcome
    for an attempt, one end for a run · 5 a step starts only after what it depends on · 6 nothing of a step is heard
    before its start is stored · 7 slots held are attempts open, within the limits · 8 views are the fold of the log ·
    10 nothing ends while something of it is open · 11 every event goes back to a person's command · 12 no secret

The rest is called `status` (a change that the tables forbid), `counts` (what terminal events count), `fence` (an
owner that was replaced has written), `number`, `limit` (more run at
once than a workflow lets), `duration` (one is negative). Invariant 9 is checked where streams are read.

Longer than 200 lines because the rules of one execution share what is known of it.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby
from types import MappingProxyType
from uuid import UUID

from application.children import parent_of, trigger_of
from application.deciding import ACTOR
from domain.event import RecordedEvent
from domain.execution import events as e
from domain.execution.status import (
    FINAL,
    STEP_FINAL,
    ExecutionStatus,
    StepStatus,
    may_become,
    step_may_become,
)
from domain.paths import Reused, map_of, node_of, template_of
from domain.values import Part
from domain.workflow.graph import Edge, Graph, Join, OnError
from infrastructure import mapper

Log = Sequence[tuple[int, RecordedEvent]]
GraphOf = Callable[[UUID, int], Graph | None]
S, X = StepStatus, ExecutionStatus
IN_A_WORKER = frozenset({"python", "sql", "http", "shell", "llm"})
CLOCK_SLACK_MS = 50.0
"""A timer may fire a moment early, and two processes read the clock one after the other."""
LOSSES = 3


def broken(
    log: Log,
    *,
    graph_of: GraphOf = lambda workflow, version: None,
    settled: bool = True,
    limit: int | None = None,
    writers: Mapping[int, UUID] | None = None,
    secrets: Sequence[str] = (),
    acknowledged: Sequence[tuple[UUID, int]] = (),
    resources: Mapping[str, float] = MappingProxyType({}),
    clocks_hold: bool = True,
) -> list[str]:
    """Every breach, as a sentence.

    `settled`: everything must have ended. `limit` bounds the attempts in workers. `writers`: position -> the server
    that appended it. `acknowledged`: stream and version of every event whose append was answered. `resources`: how
    much there is of each on the one server. `clocks_hold`: nobody has put a server's clock, so that moments of
    different events can be compared; durations are never negative whoever did.
    """
    found: list[str] = []
    runs: dict[UUID, _Run] = {}
    for position, event in log:
        if isinstance(event, e.ExecutionEvent) or event.TOPIC.startswith("execution."):
            execution_id = e.execution_of(event)
            if execution_id not in runs:
                runs[execution_id] = _Run(execution_id, graph_of, found, clocks_hold)
            runs[execution_id].take(position, event)
    found += _order(log)
    found += _numbers(log)
    found += _causes(log)
    found += _family(runs)
    found += _durations(log)
    found += _slots(log, limit) if limit is not None and clocks_hold else []
    for resource, there in resources.items() if clocks_hold else ():
        found += _slots(log, there, resource, graph_of)
    found += _limits(log)
    found += [] if writers is None else _fence(log, writers)
    found += _secrets(log, secrets)
    stored = Counter((event.originator_id, event.originator_version) for _, event in log)
    found += [
        f"2 {stream} version {n} was acknowledged and is gone" for stream, n in acknowledged if not stored[stream, n]
    ]
    if settled:
        found += [f"1 {run.id} is {run.status} for ever" for run in runs.values() if run.status not in FINAL]
    return found


@dataclass
class _Step:
    status: StepStatus = S.PENDING
    attempt: int = 0
    losses: int = 0
    open: bool = False
    resumed: bool = False
    waits_for: str = ""
    due_at_ms: float = 0.0
    items: int | None = None
    """Of a map whose items run."""
    last: RecordedEvent | None = None


@dataclass
class _Run:
    """What is known of one execution so far."""

    id: UUID
    graph_of: GraphOf
    found: list[str]
    clocks_hold: bool = True
    status: ExecutionStatus | None = None
    run: int = 1
    epoch: int = 0
    graph: Graph | None = None
    part: Part | None = None
    workflow: UUID | None = None
    steps: dict[str, _Step] = field(default_factory=dict[str, _Step])
    decided: dict[str, dict[str, bool]] = field(default_factory=dict[str, dict[str, bool]])
    children: dict[str, UUID] = field(default_factory=dict[str, UUID])
    versions: Counter[UUID] = field(default_factory=Counter[UUID])
    ends: Counter[int] = field(default_factory=Counter[int])
    lines: int = 0
    dropped: int = 0
    trigger: str = ""
    ended_at: list[int] = field(default_factory=list[int])
    resumed_at: list[tuple[UUID, int]] = field(default_factory=list[tuple[UUID, int]])
    born: list[tuple[UUID, str]] = field(default_factory=list[tuple[UUID, str]])
    before: RecordedEvent | None = None

    def say(self, rule: str, position: int, text: str) -> None:
        self.found.append(f"{rule} {self.id} at {position}: {text}")

    def step(self, path: str) -> _Step:
        return self.steps.setdefault(path, _Step())

    def take(self, position: int, event: RecordedEvent) -> None:
        stream = event.originator_id
        self.versions[stream] += 1
        if event.originator_version != self.versions[stream]:
            self.say("3", position, f"version {event.originator_version} follows {self.versions[stream] - 1}")
            self.versions[stream] = event.originator_version
        if isinstance(event, e.Created):
            self._opened(event)
        elif self.status is None:
            self.say("3", position, f"{type(event).__name__} comes before the execution was created")
        elif not isinstance(event, e.ExecutionEvent):
            self._told(position, event)
        elif self.status in FINAL and not isinstance(event, e.OutcomeIgnored | e.Retried):
            self.say("4", position, f"{type(event).__name__} comes after the run has ended")
        elif isinstance(event, e.TerminalEvent):
            self._ended(position, event)
        elif hasattr(event, "path"):
            self._step_event(position, event)
        else:
            self._execution_event(position, event)
        if isinstance(event, e.ExecutionEvent):
            self.before = event

    def _opened(self, event: e.Created) -> None:
        self.status, self.workflow, self.trigger = X.QUEUED, event.workflow_id, event.trigger
        self.part = event.part
        self.graph = self._graph(event.workflow_id, event.workflow_version)

    def _graph(self, workflow: UUID, version: int) -> Graph | None:
        whole = self.graph_of(workflow, version)
        return whole if whole is None or self.part is None else whole.only(self.part)

    def _become(self, position: int, wanted: ExecutionStatus) -> None:
        if self.status is None or not may_become(self.status, wanted):
            self.say("status", position, f"{self.status} can't become {wanted}")
        self.status = wanted

    def _step_become(self, position: int, path: str, wanted: StepStatus) -> None:
        step = self.step(path)
        if not step_may_become(step.status, wanted):
            self.say("status", position, f"step {path} is {step.status} and can't become {wanted}")
        step.status = wanted

    # ── the execution ──

    def _execution_event(self, position: int, event: RecordedEvent) -> None:
        match event:
            case e.Started() | e.OwnerChanged():
                if event.epoch <= self.epoch:
                    self.say("fence", position, f"epoch {event.epoch} follows {self.epoch}")
                self.epoch = event.epoch
                if isinstance(event, e.Started):
                    self._become(position, X.RUNNING)
            case e.QueueChanged():
                if self.status is not X.QUEUED:
                    self.say("status", position, f"its place in the queue changes while it is {self.status}")
            case e.Paused():
                self._become(position, X.PAUSED)
            case e.Resumed():
                self._become(position, X.RUNNING)
            case e.StopRequested():
                self._become(position, X.STOPPING)
            case e.StopUnconfirmed():
                held = [path for path, step in self.steps.items() if step.open]
                if self.status is not X.STOPPING or not held or sorted(held) != sorted(event.paths):
                    self.say("10", position, f"{event.paths} are in doubt while {self.status} with {held} open")
            case e.EdgesDecided():
                if event.source in self.decided:
                    self.say("4", position, f"the conditions behind {event.source} are decided twice")
                if self.step(event.source).status not in (S.COMPLETED, S.FAILED):
                    self.say("5", position, f"conditions are decided before {event.source} has ended")
                self.decided[event.source] = dict(event.taken)
            case e.Retried():
                self._retried(position, event)
            case _:
                self.say("status", position, f"nothing is known of {type(event).__name__}")

    def _retried(self, position: int, event: e.Retried) -> None:
        self._become(position, X.QUEUED)
        if event.run != self.run + 1:
            self.say("4", position, f"run {event.run} follows {self.run}")
        kept = Reused(event.reused)
        reused = {path: step for path, step in self.steps.items() if path in kept}
        # A map, or an item that is one, when it is kept whole keeps what failed in it too.
        items = {path for path in reused if map_of(path) == node_of(path) and node_of(path) not in kept}
        named = items | {path for path in event.reused if map_of(path) is None}
        wrong = [path for path in named if self.step(path).status not in (S.COMPLETED, S.SKIPPED)]
        if wrong:
            self.say("5", position, f"{wrong} have no outcome to keep")
        self.run, self.decided = event.run, {}
        self.steps = reused
        if self.workflow is not None:
            self.graph = self._graph(self.workflow, event.workflow_version)

    def _ended(self, position: int, event: e.Completed | e.Failed | e.Stopped) -> None:
        wanted = {e.Completed: X.COMPLETED, e.Failed: X.FAILED, e.Stopped: X.STOPPED}[type(event)]
        self._become(position, wanted)
        self.ends[self.run] += 1
        self.ended_at.append(position)
        if self.ends[self.run] > 1:
            self.say("4", position, f"run {self.run} ends twice")
        held = [path for path, step in self.steps.items() if step.open]
        if held or self.children:
            self.say("10", position, f"it is {wanted} while {held or [*self.children]} are open")
        if isinstance(event, e.Stopped):
            idle = [path for path, step in self.steps.items() if step.status in (S.WAITING, S.RETRYING)]
            if idle:
                self.say("10", position, f"it is stopped while {idle} wait")
        if isinstance(event, e.Completed) and self.graph is not None:
            left = [path for path in self.graph.nodes if self.step(path).status not in STEP_FINAL]
            if left or (unhandled := [*self._unhandled()]):
                self.say("5", position, f"it is completed with {left or unhandled} not dealt with")
        counted = (event.events, event.log_lines, event.dropped_lines)
        stored = (self.versions.total(), self.lines, self.dropped)
        if counted != stored:
            self.say("counts", position, f"it counts {counted} events, lines and dropped lines; {stored} are stored")

    # ── steps ──

    def _step_event(self, position: int, event: RecordedEvent) -> None:
        path: str = event.path  # type: ignore[attr-defined]
        step = self.step(path)
        attempt: int | None = getattr(event, "attempt", None)
        if attempt is not None and not isinstance(event, e.StepStarted | e.OutcomeIgnored) and attempt != step.attempt:
            self.say("4", position, f"{type(event).__name__} of attempt {attempt} of {path} in attempt {step.attempt}")
        match event:
            case e.StepStarted():
                self._started(position, event, step)
            case e.StepCompleted() | e.StepFailed():
                given_up = (
                    isinstance(event, e.StepFailed) and isinstance(step.last, e.StepLost) and step.losses >= LOSSES
                )
                if not (step.open or step.resumed or given_up or step.items is not None):
                    self.say("4", position, f"attempt {attempt} of {path} has a second outcome")
                self._items_ended(position, path, step, complete=isinstance(event, e.StepCompleted))
                step.open = step.resumed = False
                self._step_become(position, path, S.COMPLETED if isinstance(event, e.StepCompleted) else S.FAILED)
            case e.StepRetryScheduled():
                if not isinstance(self.before, e.StepFailed) or self.before.path != path:
                    self.say("4", position, f"{path} is to be tried again without having failed")
                step.due_at_ms = event.due_at_ms
                self._step_become(position, path, S.RETRYING)
            case e.StepLost():
                if not step.open:
                    self.say("4", position, f"attempt {attempt} of {path} is lost after its outcome")
                step.open, step.losses = False, step.losses + 1
                self._step_become(position, path, S.READY)
            case e.StepWaiting():
                if not step.open and not (event.reason == "unknown_outcome" and isinstance(step.last, e.StepLost)):
                    self.say("4", position, f"{path} waits although its attempt is not open")
                step.open, step.waits_for = False, event.reason
                self._step_become(position, path, S.WAITING)
            case e.StepResumed():
                self._resumed(position, event, step)
            case e.StepSkipped():
                if self.graph is not None and self._join(path) is not False:
                    self.say("5", position, f"{path} is skipped although its edges do not say so")
                self._step_become(position, path, S.SKIPPED)
            case e.StepGiven():
                if self.part is None or path not in self.part.given or self.status is not X.QUEUED:
                    self.say("5", position, f"{path} is given an output while {self.status}, of {self.part}")
                self._step_become(position, path, S.COMPLETED)
            case e.StepExpanded():
                if not step.open:
                    self.say("4", position, f"{path} gets items although its attempt is not open")
                step.open, step.items = False, event.count
                self._step_become(position, path, S.RUNNING)
                for inside, item in self.steps.items():
                    if map_of(inside) == path and item.status in (S.FAILED, S.STOPPED):
                        item.status = S.PENDING  # a second pass
            case e.StepStopped():
                again = step.status is S.READY and not step.open  # it was lost, or a person said so
                held = again or step.status in (S.WAITING, S.RETRYING) or step.items is not None
                if not (step.open or step.resumed or held):
                    self.say("4", position, f"attempt {attempt} of {path} is stopped after its outcome")
                self._items_ended(position, path, step, complete=False)
                step.open = step.resumed = False
                self._step_become(position, path, S.STOPPED)
            case e.ChildStarted():
                self.children[path] = event.child
                self.born.append((event.child, path))
            case e.OutcomeIgnored():
                if step.open and attempt == step.attempt:
                    self.say("4", position, f"the outcome of attempt {attempt} of {path} counts and is ignored")
            case _:
                self.say("status", position, f"nothing is known of {type(event).__name__}")
        step.last = event

    def _started(self, position: int, event: e.StepStarted, step: _Step) -> None:
        path = event.path
        if self.status is not X.RUNNING:
            self.say("5", position, f"{path} starts while the execution is {self.status}")
        if step.open or event.attempt != step.attempt + 1:
            self.say(
                "4", position, f"attempt {event.attempt} of {path} starts after {step.attempt} (open: {step.open})"
            )
        is_early = self.clocks_hold and step.status is S.RETRYING
        if is_early and event.timestamp.timestamp() * 1000 < step.due_at_ms - CLOCK_SLACK_MS:
            self.say("5", position, f"{path} is tried again before its backoff is over")
        outer = map_of(path)
        if outer is not None and self.step(outer).items is None:
            self.say("5", position, f"{path} starts although its map does not run")
        if self.graph is not None and self.part is not None and node_of(path) not in self.graph.nodes:
            self.say("5", position, f"{path} starts although it is not of {self.part}")
        if self.graph is not None and path in self.graph.nodes:
            if self._join(path) is not True:
                self.say("5", position, f"{path} starts before what it depends on is final")
            if unhandled := [*self._unhandled()]:
                self.say("5", position, f"{path} starts although {unhandled} failed")
        self._step_become(position, path, S.READY)
        step.open, step.attempt = True, event.attempt

    def _items_ended(self, position: int, path: str, step: _Step, *, complete: bool) -> None:
        """A map ends after its items; it is complete when all of them came to an end of their own."""
        if step.items is None:
            return
        items = {one: item.status for one, item in self.steps.items() if map_of(one) == path}
        if left := [one for one, status in items.items() if status not in STEP_FINAL and status is not S.PENDING]:
            self.say("5", position, f"{path} ends before {left}")
        if complete and len([s for s in items.values() if s in (S.COMPLETED, S.FAILED)]) != step.items:
            self.say("5", position, f"{path} is completed with {len(items)} of {step.items} items")
        step.items = None

    def _resumed(self, position: int, event: e.StepResumed, step: _Step) -> None:
        if step.status is not S.WAITING or step.resumed:
            self.say("4", position, f"{event.path} goes on although it does not wait")
        if event.decision == "child":
            child = self.children.pop(event.path, None)
            if child is None:
                self.say("10", position, f"{event.path} has no child that could have ended")
            else:
                self.resumed_at.append((child, position))
        if event.decision == "run_again":
            self._step_become(position, event.path, S.READY)
        else:
            step.resumed = True

    # ── edges, read anew from statuses each time ──

    def _edge(self, edge: Edge) -> bool | None:
        """True taken, False dead, None open."""
        assert self.graph is not None
        status, node = self.step(edge.source).status, self.graph.nodes[edge.source]
        if status not in STEP_FINAL:
            return None
        if status in (S.SKIPPED, S.STOPPED):
            return False
        failed = status is S.FAILED
        if failed and node.on_error is OnError.FAIL:
            return None
        if edge.when is not None:
            taken = self.decided.get(edge.source)
            return None if taken is None else taken.get(edge.target)
        return not failed or node.on_error is OnError.CONTINUE

    def _join(self, path: str) -> bool | None:
        """True may start, False is skipped, None waits."""
        assert self.graph is not None
        edges = [self._edge(edge) for edge in self.graph.incoming[path]]
        join = self.graph.nodes[path].join
        if not edges or (join is Join.FIRST and True in edges):
            return True
        if None in edges:
            return None
        return all(edges) if join is Join.ALL else any(edges)

    def _unhandled(self) -> Iterator[str]:
        assert self.graph is not None
        for path, node in self.graph.nodes.items():
            if self.step(path).status is not S.FAILED or node.on_error is OnError.CONTINUE:
                continue
            conditional = any(edge.when is not None for edge in self.graph.outgoing[path])
            taken = self.decided.get(path)
            undecided = node.on_error is OnError.EDGES and conditional and taken is None
            if not undecided and not (node.on_error is OnError.EDGES and taken is not None and any(taken.values())):
                yield path

    # ── the log stream ──

    def _told(self, position: int, event: RecordedEvent) -> None:
        path: str = event.path  # type: ignore[attr-defined]
        attempt: int = event.attempt  # type: ignore[attr-defined]
        step = self.step(path)
        if attempt > step.attempt or (self.status in FINAL and not step.attempt):
            self.say("6", position, f"{path} speaks in attempt {attempt}, which has not started")
        elif not step.open or attempt != step.attempt:
            self.say("6", position, f"{path} speaks in attempt {attempt}, which has its outcome")
        if isinstance(event, e.StepBegun) and step.last is not None:
            started_ms = step.last.timestamp.timestamp() * 1000
            if (
                self.clocks_hold
                and isinstance(step.last, e.StepStarted)
                and event.began_at_ms < started_ms - CLOCK_SLACK_MS
            ):
                self.say("6", position, f"{path} began {started_ms - event.began_at_ms:.0f} ms before it was started")
        if isinstance(event, e.StepLogged):
            if event.first_line != self.lines + 1:
                self.say("counts", position, f"line {event.first_line} follows {self.lines}")
            self.lines += len(event.lines)
            self.dropped += event.dropped


# ── over all executions ──


def _limits(log: Log) -> list[str]:
    """Whoever starts finds fewer running than the limit it came under says."""
    asked: dict[UUID, e.Created | e.Retried] = {}
    running: dict[UUID, tuple[UUID, str | None]] = {}
    found: list[str] = []
    for position, event in log:
        match event:
            case e.Created() | e.Retried():
                asked[event.originator_id] = event
            case e.Started():
                mine = asked[event.originator_id]
                under = mine.concurrency
                if under is not None and not mine.exempt:
                    others = [
                        key for flow, key in running.values() if flow == event.workflow_id and under.key in (None, key)
                    ]
                    if len(others) >= under.limit:
                        found.append(f"limit {event.originator_id} at {position}: {len(others)} run, {under.limit} may")
                running[event.originator_id] = (event.workflow_id, None if under is None else under.key)
            case e.Completed() | e.Failed() | e.Stopped():
                running.pop(event.originator_id, None)
            case _:
                pass
    return found


def _order(log: Log) -> list[str]:
    found: list[str] = []
    seen: set[tuple[UUID, int]] = set()
    last = 0
    for position, event in log:
        key = (event.originator_id, event.originator_version)
        if key in seen:
            found.append(f"2 {key[0]} version {key[1]} is stored twice")
        if position <= last:
            found.append(f"2 position {position} follows {last}")
        seen.add(key)
        last = position
    return found


def _numbers(log: Log) -> list[str]:
    """Numbers of a workflow rise with the log; a log of one execution begins anywhere."""
    found: list[str] = []
    last: dict[UUID, int] = {}
    for _, event in log:
        if isinstance(event, e.Created):
            before = last.get(event.workflow_id)
            if before is not None and event.number != before + 1:
                found.append(f"number {event.originator_id} is number {event.number} after {before}")
            last[event.workflow_id] = event.number
    return found


def _causes(log: Log) -> list[str]:
    """A stop and the lines before it are stored together, the lines first: the command may stand behind them."""
    found: list[str] = []
    known = {e.execution_of(event) for _, event in log if isinstance(event, e.Created)}
    commands: set[UUID] = set()
    for _, event in log:
        parent = parent_of(event.trigger) if isinstance(event, e.Created) else None
        from_elsewhere = parent is not None and parent[0] not in known
        if event.actor != ACTOR or from_elsewhere:
            commands.add(event.cause)
    for position, event in log:
        if not event.actor:
            found.append(f"11 {event.originator_id} at {position}: nobody did {type(event).__name__}")
        elif event.cause not in commands:
            found.append(f"11 {event.originator_id} at {position}: {type(event).__name__} has no command behind it")
    return found


def _family(runs: Mapping[UUID, _Run]) -> list[str]:
    found: list[str] = []
    born: Counter[UUID] = Counter()
    for run in runs.values():
        for child, path in run.born:
            born[child] += 1
            if child in runs and runs[child].trigger != trigger_of(run.id, path):
                found.append(f"11 {child} does not say that {run.id} asked for it")
        for child, position in run.resumed_at:
            if child in runs and not any(ended < position for ended in runs[child].ended_at):
                found.append(f"10 {run.id} at {position}: its child {child} had not ended")
    for run in runs.values():
        parent = parent_of(run.trigger)
        if parent is not None and parent[0] in runs and born[run.id] != 1:
            found.append(f"4 {run.id} was started {born[run.id]} times by its parent")
    return found


def _durations(log: Log) -> list[str]:
    """Times that something took are not negative, in whatever way the clocks went."""
    found: list[str] = []
    for position, event in log:
        took: dict[str, float] = {}
        if isinstance(event, e.Started):
            took = dict(event.waited_ms)
        elif isinstance(event, e.StepStopped):
            took = {"death": event.death_ms}
        elif isinstance(event, e.StepCompleted) and event.usage is not None:
            took = {"wall": event.usage.wall_ms, "cpu": event.usage.cpu_ms}
        found += [f"duration {event.TOPIC} at {position} says {name} {ms} ms" for name, ms in took.items() if ms < 0]
    return found


def _slots(
    log: Log, limit: float, resource: str | None = None, graph_of: GraphOf = lambda workflow, version: None
) -> list[str]:
    """Attempts in workers, or what they and running executions take of a resource. One whose next event ends it never
    got as far.

    By the times of the decisions: a slot is free once an outcome is decided about, and what starts in it may be stored
    a moment before that outcome. When an attempt ended that a restart found open, nobody knows: it is not counted.
    """
    found: list[str] = []
    following = {(event.originator_id, event.originator_version): event for _, event in log}
    found_open = {(event.originator_id, event.originator_version) for event in _starts_of_ends(log)}
    held: dict[tuple[UUID, str], float] = {}
    graphs: dict[UUID, Graph | None] = {}
    for at, together in groupby(sorted((x for _, x in log), key=_at), key=_at):
        for event in together:
            match event:
                case e.StepStarted():
                    after = following.get((event.originator_id, event.originator_version + 1))
                    at_once = isinstance(after, e.StepFailed) and after.path == event.path
                    unknown = (event.originator_id, event.originator_version) in found_open
                    if event.kind in IN_A_WORKER and not (at_once or unknown):
                        taken = _taken(event, resource, graphs.get(event.originator_id))
                        held[event.originator_id, event.path] = taken
                case e.Created() | e.Retried():
                    graphs[event.originator_id] = graph_of(event.workflow_id, event.workflow_version)
                case e.Started() if resource is not None:
                    graph = graphs.get(event.originator_id)
                    whole = 0.0 if graph is None else graph.settings.needs.get(resource, 0.0)
                    held[event.originator_id, ""] = whole
                case e.Completed() | e.Failed() | e.Stopped():
                    held.pop((event.originator_id, ""), None)
                case e.StepCompleted() | e.StepFailed() | e.StepLost() | e.StepStopped():
                    held.pop((event.originator_id, event.path), None)
                case _:
                    pass
        if sum(held.values()) > limit:
            found.append(f"7 at {at}: {sum(held.values())} of {resource or 'slots'} are out and the limit is {limit}")
    return found


def _taken(event: e.StepStarted, resource: str | None, graph: Graph | None) -> float:
    if resource is None:
        return 1.0
    if graph is None or resource in graph.settings.needs:
        return 0.0
    return graph.templates[template_of(event.path)].needs.get(resource, 0.0)


def _starts_of_ends(log: Log) -> Iterator[RecordedEvent]:
    """The starts of attempts that a restart found open."""
    starts: dict[tuple[UUID, str], RecordedEvent] = {}
    for _, event in log:
        if isinstance(event, e.StepStarted):
            starts[event.originator_id, event.path] = event
        elif isinstance(event, e.StepLost | e.StepStopped):
            how = event.reason if isinstance(event, e.StepLost) else event.proof
            if how == "server_restarted" and (event.originator_id, event.path) in starts:
                yield starts[event.originator_id, event.path]


def _at(event: RecordedEvent) -> datetime:
    return event.timestamp


def _fence(log: Log, writers: Mapping[int, UUID]) -> list[str]:
    """What the service decides is written by the owner of that moment. What is asked may be written by any server, and
    that what a server ran before its death is dead, by that server."""
    found: list[str] = []
    owners: dict[UUID, UUID] = {}
    for position, event in log:
        if isinstance(event, e.Started | e.OwnerChanged):
            owners[e.execution_of(event)] = event.owner
        elif isinstance(event, e.Retried):
            owners.pop(event.originator_id, None)  # whoever admits it next
        if event.TOPIC.startswith("execution."):
            owner, writer = owners.get(e.execution_of(event)), writers[position]
            asked = isinstance(event, e.StopRequested | e.Paused | e.Resumed)
            proven = isinstance(event, e.StepStopped) and event.proof == "server_restarted"
            if event.actor == ACTOR and not (asked or proven) and owner is not None and owner != writer:
                found.append(f"fence {e.execution_of(event)} at {position}: {writer} wrote, {owner} is the owner")
    return found


def _secrets(log: Log, secrets: Sequence[str]) -> list[str]:
    if not secrets:
        return []
    return [
        f"12 position {position} holds a secret"
        for position, event in log
        if any(secret.encode() in mapper.encode(event) for secret in secrets)
    ]
