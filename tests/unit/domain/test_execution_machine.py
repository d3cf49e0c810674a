"""Any commands and outcomes in any order: a refusal is a Refusal, the fold is the live state, invariants hold.

What only the conductor asks for (a start, a skip, an end) comes when its plan could say so; everything that comes from
outside (people, workers, clocks) comes at any time, late, twice and about attempts that never were.
"""

from uuid import UUID

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from domain.errors import Refusal
from domain.event import RecordedEvent
from domain.execution.execution import Execution
from domain.execution.status import FINAL, STEP_FINAL, ExecutionStatus, StepStatus
from domain.values import EMPTY_OBJECT, NULL
from domain.workflow.retry import Retry
from tests.invariants import broken
from tests.unit.domain.given import SERVER, cause, facts, queued, replayed, step_error

PATHS = ("a", "b", "c")
paths, attempts = st.sampled_from(PATHS), st.integers(1, 4)
retries = st.none() | st.builds(Retry, max_attempts=st.integers(1, 3), jitter=st.booleans())
COUNTS = {"log_events": 0, "log_lines": 0, "dropped_lines": 0}
GOES_ON = (ExecutionStatus.RUNNING, ExecutionStatus.PAUSED)


class Life(RuleBasedStateMachine):
    """One execution, its history so far, and how often each kind of thing was refused."""

    @initialize()
    def begin(self) -> None:
        self.execution: Execution = queued()
        self.history: list[RecordedEvent] = []
        self.children = 0
        self.seconds = 0.0

    @property
    def status(self) -> ExecutionStatus:
        return self.execution.state.status

    def now(self):
        self.seconds += 0.25
        return cause(seconds=self.seconds)

    def step_status(self, path: str) -> StepStatus:
        step = self.execution.state.steps.get(path)
        return StepStatus.PENDING if step is None else step.status

    # ── what people ask for, at any time ──

    @rule()
    def stop(self) -> None:
        before = self.status
        try:
            asked = self.execution.request_stop(self.now(), grace_s=1, reason=None)
        except Refusal:
            assert before in (ExecutionStatus.COMPLETED, ExecutionStatus.FAILED)
        else:
            assert asked == (before not in (ExecutionStatus.STOPPING, ExecutionStatus.STOPPED))

    @rule(resume=st.booleans())
    def pause(self, resume: bool) -> None:
        before = self.status
        try:
            changed = self.execution.resume(self.now()) if resume else self.execution.pause(self.now(), reason=None)
        except Refusal:
            assert before not in GOES_ON
        else:
            assert changed == (before is (ExecutionStatus.PAUSED if resume else ExecutionStatus.RUNNING))

    @rule(path=paths, decision=st.sampled_from(["run_again", "completed", "failed"]))
    def answer(self, path: str, decision: str) -> None:
        state = self.execution.state
        step = state.steps.get(path)
        asked = step is not None and (
            step.waits("unknown_outcome") or (step.waits("approval") and decision != "run_again")
        )
        try:
            self.execution.answer_step(self.now(), path, decision=decision, output=NULL, error=step_error())
        except Refusal:
            assert not asked or state.status not in GOES_ON
        else:
            assert asked

    @rule(data=st.data())
    def retry(self, data: st.DataObject) -> None:
        before, state = self.status, self.execution.state
        kept = [p for p in state.steps if self.step_status(p) in (StepStatus.COMPLETED, StepStatus.SKIPPED)]
        reused = data.draw(st.lists(st.sampled_from(kept), unique=True)) if kept else []
        try:
            self.execution.retry(
                self.now(), workflow_version=1, graph_hash="0" * 64, origin="failed", chosen=[], reused=reused,
                generations={}, inputs=EMPTY_OBJECT, step_inputs=EMPTY_OBJECT, token=None,
            )  # fmt: skip
        except Refusal:
            assert before not in FINAL
        else:
            assert before in FINAL
            assert state.status is ExecutionStatus.QUEUED

    # ── what workers and clocks tell, at any time, of any attempt ──

    @rule(path=paths, attempt=attempts)
    def completed(self, path: str, attempt: int) -> None:
        self.execution.complete_step(self.now(), path, attempt, output=NULL)

    @rule(path=paths, attempt=attempts, retry=retries)
    def failed(self, path: str, attempt: int, retry: Retry | None) -> None:
        self.execution.fail_step(self.now(), path, attempt, step_error(), retry=retry)

    @rule(path=paths, attempt=attempts, safe=st.booleans())
    def lost(self, path: str, attempt: int, safe: bool) -> None:
        self.execution.lose_step(self.now(), path, attempt, reason="worker_died", retry_safe=safe)

    @rule(path=paths, attempt=attempts)
    def killed(self, path: str, attempt: int) -> None:
        self.execution.stop_step(
            self.now(), path, attempt, signal="SIGTERM", death_ms=1, proof="descendants_gone", last_line=0
        )

    @rule(path=paths)
    def time_is_over(self, path: str) -> None:
        self.execution.end_wait(self.now(), path, output=NULL, error=None)
        self.execution.end_approval(self.now(), path, step_error())

    @precondition(lambda self: self.execution.state.children)
    @rule(retry=retries, failed=st.booleans())
    def child_ends(self, retry: Retry | None, failed: bool) -> None:
        path = next(iter(self.execution.state.children))
        self.execution.end_child(
            self.now(), path, output=NULL, output_artifact=None, error=step_error() if failed else None, retry=retry
        )

    @precondition(lambda self: self.status not in FINAL)
    @rule()
    def server_restarts(self) -> None:
        if self.status is not ExecutionStatus.QUEUED:
            epoch = self.execution.state.epoch + 1
            self.execution.take_over(self.now(), owner=SERVER, epoch=epoch, reason="restarted")

    # ── what the conductor decides, when it could ──

    @precondition(lambda self: self.status is ExecutionStatus.QUEUED)
    @rule()
    def admit(self) -> None:
        epoch = self.execution.state.epoch + 1
        self.execution.start(self.now(), owner=SERVER, epoch=epoch, isolation="process")

    @precondition(lambda self: self.status is ExecutionStatus.RUNNING)
    @rule(path=paths, how=st.sampled_from(["worker", "worker", "wait", "approval", "child"]))
    def start(self, path: str, how: str) -> None:
        startable = self.step_status(path) in (StepStatus.PENDING, StepStatus.READY, StepStatus.RETRYING)
        if not startable or path in self.execution.state.open_attempts:
            return
        self.seconds += 300  # any backoff is over
        attempt = self.execution.start_step(
            self.now(), path, kind="python", input=EMPTY_OBJECT, input_artifact=None, input_hash="0" * 64
        )
        if how == "wait":
            self.execution.wait_until(self.now(), path, attempt, due_at_ms=0)
        elif how == "approval":
            self.execution.ask_person(self.now(), path, attempt, None)
        elif how == "child":
            self.children += 1
            child = queued(UUID(int=0x0190_0000_0000_7000_8000_0000_0000_1000 + self.children))
            self.execution.wait_for_child(self.now(), path, attempt, child, None)

    @precondition(lambda self: self.status in GOES_ON)
    @rule(path=paths)
    def skip(self, path: str) -> None:
        if self.step_status(path) is StepStatus.PENDING:
            self.execution.skip_step(self.now(), path, "no_edge_taken")

    @precondition(lambda self: not self.execution.state.open_attempts and not self.execution.state.children)
    @rule(failed=st.booleans())
    def end(self, failed: bool) -> None:
        if self.status is ExecutionStatus.STOPPING:
            self.execution.finish_stopped(self.now(), proof="all_attempts_dead", **COUNTS)
        elif self.status in GOES_ON and failed:
            self.execution.fail(self.now(), step_error(), cause_path=None, **COUNTS)
        elif self.status in GOES_ON and all(self.step_status(p) in STEP_FINAL for p in self.execution.state.steps):
            self.execution.complete(self.now(), result=NULL, result_artifact=None, handled_failures=0, **COUNTS)

    # ── after each of them ──

    @invariant()
    def the_fold_is_the_live_state(self) -> None:
        if not hasattr(self, "execution"):
            return
        self.history += facts(self.execution)
        again = replayed(self.history)
        assert again.state == self.execution.state
        assert again.version == self.execution.version

    @invariant()
    def no_invariant_is_broken(self) -> None:
        if hasattr(self, "history"):
            assert broken([*enumerate(self.history, 1)], settled=False) == []


Life.TestCase.settings = settings(max_examples=150, stateful_step_count=40, deadline=None)
TestLife = Life.TestCase
