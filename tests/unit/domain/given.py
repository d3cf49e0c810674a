"""Short ways to say "given this graph and this history", for tests of the domain."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from uuid import UUID

from domain.errors import Category
from domain.event import Cause, RecordedEvent, StepError
from domain.execution import events as e
from domain.execution.execution import Execution
from domain.execution.plan import Plan
from domain.values import EMPTY_OBJECT, JsonText, Part
from domain.workflow.graph import Graph

WORKFLOW = UUID("01900000-0000-7000-8000-000000000001")
EXECUTION = UUID("01900000-0000-7000-8000-000000000002")
SERVER = UUID("01900000-0000-7000-8000-000000000003")
COMMAND = UUID("01900000-0000-7000-8000-000000000004")
BEGAN = datetime(2026, 1, 1, tzinfo=UTC)


def cause(*, seconds: float = 0, actor: str = "local:ada") -> Cause:
    return Cause(at=BEGAN + timedelta(seconds=seconds), actor=actor, command_id=COMMAND)


def step_error(message: str = "it broke", *, category: Category = Category.STEP) -> StepError:
    return StepError(
        code="python_exception", category=category, type="ValueError", message=message, advice="Mend the code.",
        retryable=False,
    )  # fmt: skip


def graph(
    nodes: Mapping[str, Mapping[str, object]] | str,
    edges: str = "",
    *,
    when: Mapping[str, str] | None = None,
    settings: Mapping[str, object] | None = None,
) -> Graph:
    """`graph("a b c", "a>b b>c", when={"b>c": "${inputs.ok}"})`; nodes with fields of their own as a mapping."""
    named = {name: {} for name in nodes.split()} if isinstance(nodes, str) else nodes
    return Graph.of(
        {
            "nodes": [{"id": name, "kind": "python", "config": {}, **fields} for name, fields in named.items()],
            "edges": [_edge(text, when or {}) for text in edges.split()],
            "settings": dict(settings or {}),
        }
    )


def _edge(text: str, when: Mapping[str, str]) -> dict[str, object]:
    source, target = text.split(">")
    condition = {"when": when[text]} if text in when else {}
    return {"from": source, "to": target, **condition}


def queued(execution_id: UUID = EXECUTION, part: Part | None = None) -> Execution:
    return Execution.create(
        execution_id, cause(), workflow_id=WORKFLOW, workflow_version=1, workflow_name="weather",
        graph_hash="0" * 64, inputs=EMPTY_OBJECT, priority=0, labels={}, trigger="person", part=part,
    )  # fmt: skip


def running(execution_id: UUID = EXECUTION) -> Execution:
    execution = queued(execution_id)
    execution.start(cause(), owner=SERVER, epoch=1, isolation="process")
    return execution


def hand_over(execution: Execution, path: str) -> int:
    return execution.start_step(
        cause(), path, kind="python", input=EMPTY_OBJECT, input_artifact=None, input_hash="0" * 64
    )


def facts(execution: Execution) -> list[RecordedEvent]:
    """Take the pending events away and answer them."""
    return [event for event in execution.collect_events() if isinstance(event, RecordedEvent)]


def replayed(history: Sequence[RecordedEvent]) -> Execution:
    """The aggregate from its events alone."""
    execution: Execution | None = None
    for event in history:
        execution = event.mutate(execution)
    assert execution is not None
    return execution


class Run:
    """One execution taken through a graph by hand, the plan told of every event as the conductor does."""

    def __init__(self, of: Graph) -> None:
        self.graph = of
        self.execution = running()
        self.history = facts(self.execution)
        self.plan = Plan(of, self.execution.state)

    def observed(self) -> list[RecordedEvent]:
        new = facts(self.execution)
        self.history += new
        for event in new:
            self.plan.observe(event)
        return new

    def start(self, *paths: str) -> "Run":
        for path in paths:
            assert path in self.plan.startable(), f"{path} may not start; {self.plan.startable()} may"
            hand_over(self.execution, path)
            self.observed()
        return self

    def complete(self, *paths: str, output: bytes = b"null") -> "Run":
        for path in paths:
            if path not in self.execution.state.open_attempts:
                self.start(path)
            attempt = self.execution.state.open_attempts[path]
            self.execution.complete_step(cause(), path, attempt, output=JsonText(output))
            self.observed()
        return self

    def fail(self, *paths: str) -> "Run":
        for path in paths:
            if path not in self.execution.state.open_attempts:
                self.start(path)
            self.execution.fail_step(cause(), path, self.execution.state.open_attempts[path], step_error(path))
            self.observed()
        return self

    def lose(self, path: str, *, retry_safe: bool = True) -> "Run":
        if path not in self.execution.state.open_attempts:
            self.start(path)
        attempt = self.execution.state.open_attempts[path]
        self.execution.lose_step(cause(), path, attempt, reason="worker_died", retry_safe=retry_safe)
        self.observed()
        return self

    def decide(self, source: str, **taken: bool) -> "Run":
        assert source in self.plan.undecided()
        self.execution.decide_edges(cause(), source, taken)
        self.observed()
        return self

    def skip_all(self) -> list[tuple[str, str]]:
        """Skip what the plan says, the cascade included; answers all of it."""
        skipped: list[tuple[str, str]] = []
        while skips := self.plan.skips():
            for path, reason in skips:
                self.execution.skip_step(cause(), path, reason)
            self.observed()
            skipped += skips
        return skipped

    def last(self, event_class: type[RecordedEvent]) -> RecordedEvent:
        return next(event for event in reversed(self.history) if isinstance(event, event_class))


TERMINAL = (e.Completed, e.Failed, e.Stopped)
