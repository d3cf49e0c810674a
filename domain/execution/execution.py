"""③ One execution: what may be decided about it, given everything that has happened to it.

Every method checks the state, then records a fact. Nothing here reads a clock, draws an id or waits:
time, actor and command come in with the `Cause`. The facts are in `events.py`, what they add up to
in `state.py`, what may happen next in `plan.py`.

Longer than 200 lines because every decision about an execution stands here, one short method each.
"""

from collections.abc import Mapping, Sequence
from uuid import UUID

from eventsourcing.domain import Aggregate

from domain.errors import Conflict, TransitionRefused
from domain.event import Cause, StepError, record
from domain.execution import events as e
from domain.execution.state import HELD, LOSSES_UNTIL_FAILED, ExecutionState, lost_too_often
from domain.execution.status import FINAL, ExecutionStatus, StepStatus, may_become
from domain.values import ArtifactRef, Concurrency, Debounce, JsonText, Part, Usage, WaitedFor
from domain.workflow.retry import Retry, seed_of

STOPPED_AT_ONCE = 300
"""Steps without a worker that are ended by one decision: an append holds at most 1,000 events."""


class Execution(Aggregate):
    """The aggregate. Its state is the fold of its decisions; pending events wait to be appended."""

    TOPIC = "execution"
    Event = e.ExecutionEvent
    Created = e.Created
    state: ExecutionState

    def open(self, created: e.Created) -> None:
        """Begin the state from the opening fact."""
        self.state = ExecutionState(
            status=ExecutionStatus.QUEUED,
            workflow_id=created.workflow_id,
            workflow_version=created.workflow_version,
            workflow_name=created.workflow_name,
            number=created.number,
            trigger=created.trigger,
            inputs=created.inputs,
            priority=created.priority,
            concurrency=created.concurrency,
            exempt=created.exempt,
            not_before_ms=created.not_before_ms,
            debounce=created.debounce,
            part=created.part,
            created_at=created.timestamp,
            command_actor=created.actor,
            command_id=created.cause,
        )

    @classmethod
    def create(
        cls,
        execution_id: UUID,
        cause: Cause,
        *,
        workflow_id: UUID,
        workflow_version: int,
        workflow_name: str,
        graph_hash: str,
        inputs: JsonText,
        priority: int,
        labels: Mapping[str, str],
        trigger: str,
        concurrency: Concurrency | None = None,
        exempt: bool = False,
        not_before_ms: float | None = None,
        debounce: Debounce | None = None,
        part: Part | None = None,
    ) -> "Execution":
        """A new execution in the queue."""
        return cls._create(
            e.Created,
            id=execution_id,
            timestamp=cause.at,
            actor=cause.actor,
            cause=cause.command_id,
            workflow_id=workflow_id,
            number=0,
            workflow_version=workflow_version,
            workflow_name=workflow_name,
            graph_hash=graph_hash,
            inputs=inputs,
            priority=priority,
            labels=dict(labels),
            trigger=trigger,
            concurrency=concurrency,
            exempt=exempt,
            not_before_ms=not_before_ms,
            debounce=debounce,
            part=part,
        )

    def _record(self, event_class: type[e.ExecutionEvent], cause: Cause, **facts: object) -> None:
        record(self, event_class, cause, self.state.workflow_id, **facts)

    def _refuse_unless(self, wanted: ExecutionStatus, verb: str, advice: str) -> None:
        if not may_become(self.state.status, wanted):
            raise TransitionRefused("execution", self.id, self.state.status, verb, advice)

    # ── admission and ownership ──

    def start(
        self, cause: Cause, *, owner: UUID, epoch: int, isolation: str, waited_ms: Mapping[str, float] | None = None,
        waits: Sequence[WaitedFor] = (),
    ) -> None:  # fmt: skip
        """Let it run. `waited_ms` by cause, None when it did not wait. Raises TransitionRefused unless it is queued."""
        self._refuse_unless(ExecutionStatus.RUNNING, "started", "Only a queued execution starts.")
        self._record(
            e.Started, cause, owner=owner, epoch=epoch, isolation=isolation, run=self.state.run,
            waited_ms=dict(waited_ms or {}), waits=[*waits],
        )  # fmt: skip

    def cancel(self, cause: Cause, *, reason: str) -> None:
        """It comes too much: stopped before it ran. Raises TransitionRefused unless it is queued."""
        self.request_stop(cause, grace_s=0, reason=reason)
        self.finish_stopped(cause, proof="never_started", log_events=0, log_lines=0, dropped_lines=0)

    def change_queue(self, cause: Cause, *, priority: int | None, held: bool | None, reason: str | None) -> bool:
        """Change how it waits; None leaves a thing as it is. False when nothing changes.

        Raises TransitionRefused unless it is queued.
        """
        state = self.state
        if state.status is not ExecutionStatus.QUEUED:
            advice = "Only an execution that waits in the queue can be held, released or moved."
            raise TransitionRefused("execution", self.id, state.status, "changed in the queue", advice)
        wanted = (state.priority if priority is None else priority, state.held if held is None else held)
        if wanted == (state.priority, state.held):
            return False
        self._record(e.QueueChanged, cause, priority=wanted[0], held=wanted[1], reason=reason)
        return True

    def take_over(self, cause: Cause, *, owner: UUID, epoch: int, reason: str) -> None:
        """Another server, or this one after a restart, decides from here on.

        Attempts that were open stay open: the new owner reports each as lost.
        """
        self._record(e.OwnerChanged, cause, owner=owner, epoch=epoch, reason=reason)

    # ── steps ──

    def start_step(
        self,
        cause: Cause,
        path: str,
        *,
        kind: str,
        input: JsonText,  # noqa: A002 - the field's word
        input_artifact: ArtifactRef | None,
        input_hash: str,
    ) -> int:
        """Hand an attempt over; answers its number."""
        step = self.state.step(path)
        self._record(
            e.StepStarted,
            cause,
            path=path,
            attempt=step.attempt + 1,
            kind=kind,
            input=input,
            input_artifact=input_artifact,
            input_hash=input_hash,
            generation=step.generation,
        )
        return step.attempt

    def complete_step(
        self,
        cause: Cause,
        path: str,
        attempt: int,
        *,
        output: JsonText,
        output_artifact: ArtifactRef | None = None,
        artifacts: Sequence[ArtifactRef] = (),
        usage: Usage | None = None,
        last_line: int = 0,
    ) -> None:
        """Record the outcome, or that it came too late to count."""
        if self._is_late(cause, path, attempt, "completed"):
            return
        self._record(
            e.StepCompleted,
            cause,
            path=path,
            attempt=attempt,
            output=output,
            output_artifact=output_artifact,
            artifacts=list(artifacts),
            usage=usage,
            last_line=last_line,
        )

    def fail_step(
        self,
        cause: Cause,
        path: str,
        attempt: int,
        error: StepError,
        *,
        usage: Usage | None = None,
        last_line: int = 0,
        retry: Retry | None = None,
    ) -> None:
        """Record the outcome, or that it came too late to count; and the next attempt, where `retry` allows it."""
        if not self._is_late(cause, path, attempt, "failed"):
            self._fail(cause, path, attempt, error, usage, last_line, retry)

    def _fail(
        self, cause: Cause, path: str, attempt: int, error: StepError, usage: Usage | None, last_line: int,
        retry: Retry | None,
    ) -> None:  # fmt: skip
        self._record(e.StepFailed, cause, path=path, attempt=attempt, error=error, usage=usage, last_line=last_line)
        if retry is None or self.state.status not in (ExecutionStatus.RUNNING, ExecutionStatus.PAUSED):
            return
        failures = self.state.step(path).failures
        rule = retry.applies(error, failures)
        if rule is not None:
            delay_s = retry.delay_s(failures, seed_of(self.id, self.state.run, path, attempt))
            due_at_ms = round((cause.at.timestamp() + delay_s) * 1000, 3)
            rule = rule if retry.when is None else "when"
            self._record(e.StepRetryScheduled, cause, path=path, attempt=attempt, due_at_ms=due_at_ms, rule=rule)

    def _is_late(self, cause: Cause, path: str, attempt: int, outcome: str) -> bool:
        if self.state.is_open(path, attempt):
            return False
        reason = "execution_is_final" if self.state.status in FINAL else "attempt_is_not_open"
        self._record(e.OutcomeIgnored, cause, path=path, attempt=attempt, outcome=outcome, reason=reason)
        return True

    def lose_step(self, cause: Cause, path: str, attempt: int, *, reason: str, retry_safe: bool) -> None:
        """The worker is gone: run again, wait for a person when effects may not repeat, or give up."""
        if self._is_late(cause, path, attempt, "lost"):
            return
        self._record(e.StepLost, cause, path=path, attempt=attempt, reason=reason)
        step = self.state.step(path)
        if not retry_safe:
            self._record(e.StepWaiting, cause, path=path, attempt=attempt, reason="unknown_outcome", due_at_ms=None)
        elif step.losses >= LOSSES_UNTIL_FAILED:
            error = lost_too_often(step.losses)
            self._record(e.StepFailed, cause, path=path, attempt=attempt, error=error, usage=None, last_line=0)

    def answer_step(self, cause: Cause, path: str, *, decision: str, output: JsonText, error: StepError) -> None:
        """A person says what became of a step with an unknown outcome, or answers an approval.

        `decision` is run_again (not of an approval), completed (with `output`) or failed (with `error`). Raises
        Conflict when the step does not wait for such an answer.
        """
        step = self.state.steps.get(path)
        going_on = self.state.status in (ExecutionStatus.RUNNING, ExecutionStatus.PAUSED)
        approval = step is not None and step.waits("approval")
        waits = approval or (step is not None and step.waits("unknown_outcome"))
        if not going_on or step is None or not waits or (approval and decision == "run_again"):
            raise Conflict(
                "step_is_not_waiting",
                f"Step {path} does not wait for an answer.",
                "Reload the execution: it may have been answered or stopped meanwhile.",
            )
        self._record(e.StepResumed, cause, path=path, attempt=step.attempt, decision=decision)
        if decision == "completed":
            self._record(
                e.StepCompleted, cause, path=path, attempt=step.attempt, output=output,
                output_artifact=None, artifacts=[], usage=None, last_line=0,
            )  # fmt: skip
        elif decision == "failed":
            self._record(e.StepFailed, cause, path=path, attempt=step.attempt, error=error, usage=None, last_line=0)

    def ask_person(self, cause: Cause, path: str, attempt: int, due_at_ms: float | None) -> None:
        """The step that has just started waits for a person's answer, until `due_at_ms` (Unix milliseconds)."""
        self._record(e.StepWaiting, cause, path=path, attempt=attempt, reason="approval", due_at_ms=due_at_ms)

    def end_approval(self, cause: Cause, path: str, error: StepError) -> None:
        """Nobody answered in time; a pause does not stop that clock."""
        step = self.state.steps.get(path)
        going_on = self.state.status in (ExecutionStatus.RUNNING, ExecutionStatus.PAUSED)
        if going_on and step is not None and step.waits("approval"):
            self._record(e.StepResumed, cause, path=path, attempt=step.attempt, decision="due")
            self._record(e.StepFailed, cause, path=path, attempt=step.attempt, error=error, usage=None, last_line=0)

    def wait_for_child(
        self, cause: Cause, path: str, attempt: int, child: "Execution", due_at_ms: float | None
    ) -> None:
        """The step that has just started runs another workflow as `child`, until `due_at_ms` at the latest."""
        self._record(
            e.ChildStarted, cause, path=path, attempt=attempt, child=child.id,
            child_workflow=child.state.workflow_id, child_version=child.state.workflow_version,
        )  # fmt: skip
        self._record(e.StepWaiting, cause, path=path, attempt=attempt, reason="child", due_at_ms=due_at_ms)

    def end_child(
        self, cause: Cause, path: str, *, output: JsonText, output_artifact: ArtifactRef | None,
        error: StepError | None, retry: Retry | None,
    ) -> None:  # fmt: skip
        """The child of a waiting step has ended: with its result, or with `error`. A stop takes neither."""
        step = self.state.step(path)
        self._record(e.StepResumed, cause, path=path, attempt=step.attempt, decision="child")
        if self.state.status is ExecutionStatus.STOPPING:
            self._record(
                e.StepStopped, cause, path=path, attempt=step.attempt, signal="none", death_ms=0.0,
                proof="child_ended", last_line=0,
            )  # fmt: skip
        elif error is None:
            self._record(
                e.StepCompleted, cause, path=path, attempt=step.attempt, output=output,
                output_artifact=output_artifact, artifacts=[], usage=None, last_line=0,
            )  # fmt: skip
        else:
            self._fail(cause, path, step.attempt, error, None, 0, retry)

    def expand_step(self, cause: Cause, path: str, attempt: int, count: int, due_at_ms: float | None) -> None:
        """The map that has just started runs its items, until `due_at_ms` (Unix milliseconds) at the latest."""
        self._record(e.StepExpanded, cause, path=path, attempt=attempt, count=count, due_at_ms=due_at_ms)

    def end_map(
        self, cause: Cause, path: str, *, output: JsonText, output_artifact: ArtifactRef | None,
        error: StepError | None, retry: Retry | None,
    ) -> None:  # fmt: skip
        """Every item of a running map is final: with the list of their outputs, or with `error`."""
        attempt = self.state.step(path).attempt
        if error is None:
            self._record(
                e.StepCompleted, cause, path=path, attempt=attempt, output=output, output_artifact=output_artifact,
                artifacts=[], usage=None, last_line=0,
            )  # fmt: skip
        else:
            self._fail(cause, path, attempt, error, None, 0, retry)

    def stop_map(self, cause: Cause, path: str) -> None:
        """A running map inside one that is over: its items have ended."""
        attempt = self.state.step(path).attempt
        self._record(
            e.StepStopped, cause, path=path, attempt=attempt, signal="none", death_ms=0.0, proof="items_ended",
            last_line=0,
        )  # fmt: skip

    def wait_until(self, cause: Cause, path: str, attempt: int, due_at_ms: float) -> None:
        """The step that has just started waits for a point of time (Unix milliseconds)."""
        self._record(e.StepWaiting, cause, path=path, attempt=attempt, reason="timer", due_at_ms=due_at_ms)

    def end_wait(self, cause: Cause, path: str, *, output: JsonText, error: StepError | None) -> bool:
        """The time of a waiting step has come, or its own limit has (`error`); False when it waits no more."""
        step = self.state.steps.get(path)
        if self.state.status is not ExecutionStatus.RUNNING or step is None or not step.waits("timer"):
            return False
        self._record(e.StepResumed, cause, path=path, attempt=step.attempt, decision="due")
        if error is None:
            self._record(
                e.StepCompleted, cause, path=path, attempt=step.attempt, output=output,
                output_artifact=None, artifacts=[], usage=None, last_line=0,
            )  # fmt: skip
        else:
            self._record(e.StepFailed, cause, path=path, attempt=step.attempt, error=error, usage=None, last_line=0)
        return True

    def skip_step(self, cause: Cause, path: str, reason: str) -> None:
        """The step will not run."""
        self._record(e.StepSkipped, cause, path=path, reason=reason)

    def give_step(
        self, cause: Cause, path: str, *, output: JsonText, output_artifact: ArtifactRef | None, source: str,
        execution: UUID | None,
    ) -> None:  # fmt: skip
        """The step does not run, for its output is known: from a sample, or from an earlier `execution`."""
        self._record(
            e.StepGiven, cause, path=path, output=output, output_artifact=output_artifact, source=source,
            execution=execution,
        )  # fmt: skip

    def decide_edges(self, cause: Cause, source: str, taken: Mapping[str, bool]) -> None:
        """Record what the conditions behind a final step gave."""
        self._record(e.EdgesDecided, cause, source=source, taken=dict(taken))

    # ── pause ──

    def pause(self, cause: Cause, *, reason: str | None) -> bool:
        """Let nothing new start; False when it is paused already. Raises TransitionRefused unless it runs."""
        if self.state.status is ExecutionStatus.PAUSED:
            return False
        self._refuse_unless(ExecutionStatus.PAUSED, "paused", "Only a running execution can be paused.")
        self._record(e.Paused, cause, reason=reason)
        return True

    def resume(self, cause: Cause) -> bool:
        """Go on; False when it runs already. Raises TransitionRefused unless it is paused."""
        if self.state.status is ExecutionStatus.RUNNING:
            return False
        if self.state.status is not ExecutionStatus.PAUSED:
            advice = "Only a paused execution can be resumed."
            raise TransitionRefused("execution", self.id, self.state.status, "resumed", advice)
        self._record(e.Resumed, cause)
        return True

    # ── the next run ──

    def refuse_retry(self) -> None:
        """Raises TransitionRefused unless the execution has ended."""
        self._refuse_unless(ExecutionStatus.QUEUED, "retried", "Only an execution that has ended can be retried.")

    def retry(
        self,
        cause: Cause,
        *,
        workflow_version: int,
        graph_hash: str,
        origin: str,
        chosen: Sequence[str],
        reused: Sequence[str],
        generations: Mapping[str, int],
        inputs: JsonText,
        step_inputs: JsonText,
        token: str | None,
        concurrency: Concurrency | None = None,
    ) -> None:
        """Queue the next run. Raises TransitionRefused unless the execution has ended."""
        self.refuse_retry()
        self._record(
            e.Retried, cause, run=self.state.run + 1, workflow_version=workflow_version, graph_hash=graph_hash,
            origin=origin, chosen=list(chosen), reused=list(reused), generations=dict(generations), inputs=inputs,
            step_inputs=step_inputs, token=token, priority=self.state.priority, concurrency=concurrency,
            exempt=False,
        )  # fmt: skip

    # ── stop ──

    def request_stop(self, cause: Cause, *, grace_s: float, reason: str | None) -> bool:
        """Ask for a stop; False when it is being stopped or is stopped already (the same answer).

        Raises TransitionRefused when it completed or failed.
        """
        if self.state.status in (ExecutionStatus.STOPPING, ExecutionStatus.STOPPED):
            return False
        self._refuse_unless(ExecutionStatus.STOPPING, "stopped", "It has ended; nothing of it runs any more.")
        self._record(e.StopRequested, cause, grace_s=grace_s, reason=reason)
        return True

    def stop_step(
        self, cause: Cause, path: str, attempt: int, *, signal: str, death_ms: float, proof: str, last_line: int
    ) -> None:
        """The attempt was ended and everything of it is dead."""
        if self._is_late(cause, path, attempt, "stopped"):
            return
        self._record(
            e.StepStopped, cause, path=path, attempt=attempt, signal=signal, death_ms=death_ms,
            proof=proof, last_line=last_line,
        )  # fmt: skip

    def doubt_stop(self, cause: Cause, server: UUID) -> None:
        """What is open ran on a server that is gone: nobody can say that it is dead."""
        paths = [*self.state.open_attempts]
        self._record(
            e.StopUnconfirmed, cause, paths=paths, server=server, since_ms=round(cause.at.timestamp() * 1000, 3)
        )

    # ── the end; counts cover both streams including the event itself ──

    def finish_stopped(self, cause: Cause, *, proof: str, log_events: int, log_lines: int, dropped_lines: int) -> None:
        """Everything is proven dead. Steps that waited, also for their next attempt, have nothing that could live."""
        self.stop_held(cause)
        self._record(
            e.Stopped, cause, proof=proof, events=self.version + 1 + log_events, log_lines=log_lines,
            dropped_lines=dropped_lines,
        )  # fmt: skip

    def stop_held(self, cause: Cause, inside: str = "") -> bool:
        """End what holds no worker: waits, backoffs, what was lost and would start anew, and maps. Items go before
        their map: it is over when they are. False when there is more of it than one append takes: ask again then.

        With `inside` (what the paths of its items begin with) it is of a map that is over, and neither maps nor steps
        that wait for a child are ended.
        """
        ended = 0
        for path, step in sorted(self.state.steps.items(), key=lambda one: -one[0].count("[")):
            running = inside and step.status is StepStatus.RUNNING
            if not path.startswith(inside) or path in self.state.children or running:
                continue
            lost = step.status is StepStatus.READY and path not in self.state.open_attempts
            if not (lost or step.status in HELD or step.status is StepStatus.RETRYING):
                continue
            if ended == STOPPED_AT_ONCE:
                return False
            proof = "items_ended" if step.status is StepStatus.RUNNING else "never_began"
            self._record(
                e.StepStopped, cause, path=path, attempt=step.attempt, signal="none", death_ms=0.0, proof=proof,
                last_line=0,
            )  # fmt: skip
            ended += 1
        return True

    def complete(
        self,
        cause: Cause,
        *,
        result: JsonText,
        result_artifact: ArtifactRef | None,
        handled_failures: int,
        log_events: int,
        log_lines: int,
        dropped_lines: int,
    ) -> None:
        """Every step is final and no failure went unhandled."""
        self._record(
            e.Completed, cause, result=result, result_artifact=result_artifact,
            handled_failures=handled_failures, events=self.version + 1 + log_events, log_lines=log_lines,
            dropped_lines=dropped_lines,
        )  # fmt: skip

    def fail(
        self,
        cause: Cause,
        error: StepError,
        *,
        cause_path: str | None,
        pointer: str | None = None,
        knock_on: Sequence[str] = (),
        log_events: int,
        log_lines: int,
        dropped_lines: int,
    ) -> None:
        """The first cause, and what it brought down with it: also what waited, and maps whose items run no more."""
        self.stop_held(cause)
        self._record(
            e.Failed, cause, error=error, cause_path=cause_path, pointer=pointer, knock_on=list(knock_on),
            events=self.version + 1 + log_events, log_lines=log_lines, dropped_lines=dropped_lines,
        )  # fmt: skip
