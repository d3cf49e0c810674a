"""Any graph, any outcome, any order: a plan rebuilt from the state is the live one, and both follow the rules."""

from collections.abc import Mapping
from dataclasses import dataclass

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from domain.event import RecordedEvent
from domain.execution.plan import Ending, Plan
from domain.execution.status import STEP_FINAL, StepStatus
from domain.workflow.graph import Graph, Join, OnError
from tests.unit.domain.given import Run, cause, facts, graph, hand_over, replayed, step_error

NAMES = "abcdefgh"


@st.composite
def graphs(draw: st.DrawFn) -> Graph:
    """Directed graphs without a cycle: edges lead from an earlier letter to a later one."""
    names = NAMES[: draw(st.integers(1, len(NAMES)))]
    nodes: dict[str, dict[str, object]] = {
        name: {
            "join": draw(st.sampled_from([*Join])).value,
            "on_error": draw(st.sampled_from([*OnError])).value,
            "retry_safe": draw(st.booleans()),
        }
        for name in names
    }
    pairs = [f"{a}>{b}" for i, a in enumerate(names) for b in names[i + 1 :]]
    edges = draw(st.lists(st.sampled_from(pairs), unique=True)) if pairs else []
    when = {pair: "${inputs.x}" for pair in edges if draw(st.booleans())}
    limit = draw(st.none() | st.integers(1, 3))
    return graph(nodes, " ".join(edges), when=when, settings={} if limit is None else {"max_parallel_steps": limit})


@dataclass(frozen=True)
class Picture:
    """What a plan answers. Order among the startable is no part of it: a restart may lose who waited longest."""

    startable: int
    all_startable: frozenset[str]
    skips: Mapping[str, str]
    undecided: frozenset[str]
    ending: Ending | None
    failures: tuple[str, ...]
    handled: int

    @staticmethod
    def of(plan: Plan) -> "Picture":
        return Picture(
            startable=len(plan.startable()),
            all_startable=frozenset(plan.startable())
            if plan.graph.settings.max_parallel_steps is None
            else frozenset(),
            skips=dict(plan.skips()),
            undecided=frozenset(plan.undecided()),
            ending=plan.ending(),
            failures=tuple(plan.failures),
            handled=plan.handled_failures,
        )


class Walk(Run):
    """Takes what the plan offers in an order that is drawn, and checks the claims at every event."""

    def observed(self) -> list[RecordedEvent]:
        new = facts(self.execution)
        for event in new:
            self.history.append(event)
            self.plan.observe(event)
        self.check()
        return new

    def check(self) -> None:
        state = replayed(self.history).state
        assert state == self.execution.state
        assert Picture.of(Plan(self.graph, state)) == Picture.of(self.plan)
        limit = self.graph.settings.max_parallel_steps
        assert limit is None or len(state.open_attempts) <= limit

    def status(self, node: str) -> StepStatus:
        step = self.execution.state.steps.get(node)
        return step.status if step is not None else StepStatus.PENDING

    # ── what the rules say, read anew from statuses each time ──

    def edge(self, source: str, target: str) -> bool | None:
        """True taken, False dead, None open."""
        status, node = self.status(source), self.graph.nodes[source]
        if status not in STEP_FINAL:
            return None
        if status in (StepStatus.SKIPPED, StepStatus.STOPPED):
            return False
        if status is StepStatus.FAILED and node.on_error is OnError.FAIL:
            return None  # the run ends
        edge = next(edge for edge in self.graph.outgoing[source] if edge.target == target)
        if edge.when is not None:
            decided = self.execution.state.decided.get(source)
            return None if decided is None else decided[target]
        return status is StepStatus.COMPLETED or node.on_error is OnError.CONTINUE

    def join(self, node: str) -> bool | None:
        """True may start, False is skipped, None waits."""
        edges = [self.edge(edge.source, node) for edge in self.graph.incoming[node]]
        join = self.graph.nodes[node].join
        if not edges or (join is Join.FIRST and True in edges):
            return True
        if None in edges:
            return None
        return all(edges) if join is Join.ALL else any(edges)

    def step(self, data: st.DataObject) -> bool:
        """One drawn move; False when there is none."""
        state, plan = self.execution.state, self.plan
        moves: list[tuple[str, str]] = []
        moves += [("outcome", path) for path in state.open_attempts]
        moves += [("start", path) for path in plan.startable()]
        moves += [("skip", path) for path, _ in plan.skips()]
        moves += [("decide", path) for path in plan.undecided()]
        moves += [("answer", path) for path, step in state.steps.items() if step.status is StepStatus.WAITING]
        if not moves:
            return False
        move, path = data.draw(st.sampled_from(moves))
        if move == "start":
            hand_over(self.execution, path)
        elif move == "skip":
            self.execution.skip_step(cause(), path, dict(plan.skips())[path])
        elif move == "decide":
            targets = [edge.target for edge in self.graph.outgoing[path] if edge.when is not None]
            self.execution.decide_edges(cause(), path, {target: data.draw(st.booleans()) for target in targets})
        elif move == "answer":
            decision = data.draw(st.sampled_from(["run_again", "completed", "failed"]))
            self.execution.answer_step(cause(), path, decision=decision, output=b"1", error=step_error())  # type: ignore[arg-type]
        else:
            self.outcome(data, path, state.open_attempts[path])
        self.observed()
        return True

    def outcome(self, data: st.DataObject, path: str, attempt: int) -> None:
        how = data.draw(st.sampled_from(["complete", "complete", "fail", "lose"]))
        if how == "complete":
            self.execution.complete_step(cause(), path, attempt, output=b"1")  # type: ignore[arg-type]
        elif how == "fail":
            self.execution.fail_step(cause(), path, attempt, step_error())
        else:
            safe = bool(self.graph.nodes[path].retry_safe)
            self.execution.lose_step(cause(), path, attempt, reason="worker_died", retry_safe=safe)


def walk(of: Graph, data: st.DataObject, most: int) -> Walk:
    run = Walk(of)
    for _ in range(most):
        if run.plan.ending() is not None or not run.step(data):
            break
    return run


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(of=graphs(), data=st.data())
def test_a_plan_rebuilt_from_the_state_equals_the_live_one_at_every_event(of: Graph, data: st.DataObject) -> None:
    walk(of, data, most=60)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(of=graphs(), data=st.data())
def test_steps_start_and_are_skipped_exactly_as_their_edges_and_joins_say(of: Graph, data: st.DataObject) -> None:
    run = Walk(of)
    for _ in range(60):
        if not run.plan.failing and of.settings.max_parallel_steps is None:
            startable, skips = set(run.plan.startable()), dict(run.plan.skips())
            for node in of.nodes:
                if run.status(node) is StepStatus.PENDING:
                    assert (node in startable, node in skips) == (run.join(node) is True, run.join(node) is False), node
        if run.plan.ending() is not None or not run.step(data):
            break


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(of=graphs(), data=st.data())
def test_every_run_can_end(of: Graph, data: st.DataObject) -> None:
    run = Walk(of)
    for _ in range(400):
        if run.plan.ending() is not None:
            break
        assert run.step(data), "nothing may happen any more, and the run has not ended"
    if run.plan.ending() is Ending.COMPLETE:
        assert all(run.status(node) in STEP_FINAL for node in of.nodes)
    elif run.plan.ending() is Ending.FAIL:
        assert run.plan.failures
