"""What follows for one live execution: from what came in, from its plan, and how it ends.

Nothing here waits. What needs time is given away with `later` and comes back through the inbox.
"""

from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from typing import TypedDict
from uuid import UUID

from application.children import Called, NotCalled
from application.evaluation import Evaluator
from application.failures import child_failed, execution_timeout, unanswered, wait_timeout
from application.live import (
    AnswerGiven,
    Answering,
    ChildEnded,
    ConditionsEvaluated,
    InputPrepared,
    Later,
    Live,
    MapCollected,
    OutcomeStored,
    PauseAsked,
    ResultEvaluated,
    RetryDue,
    RetryJudged,
    StopAsked,
    TimedOut,
    WaitOver,
    refuse,
)
from application.load import Load
from application.maps import Maps
from application.ports import AttemptId, Cancelled, Clock, Erred, Executor, Lost, Succeeded
from application.preparing import PreparedNode, StepInput, as_event_value, hash_of, merged
from application.waiting import BadWait, due_of, output_of
from domain.errors import Refusal
from domain.event import Cause, StepError
from domain.execution.events import StepStarted
from domain.execution.execution import Execution
from domain.execution.plan import Ending
from domain.execution.status import ExecutionStatus
from domain.queueing.slots import MEMORY, NOTHING, Amounts, Slots
from domain.values import EMPTY_OBJECT, NULL, JsonText
from domain.workflow.graph import OnFailure

ACTOR = "runwright"
EVENTS_A_TURN = 400
"""Decisions taken into one append; a member holds at most 1,000 events."""
DEFAULT_GRACE_S = 5.0

CallChild = Callable[[Live, str, JsonText, Cause], Awaitable[Called | NotCalled]]
"""The child that a step's config asks for."""
StopChild = Callable[[Live, UUID, float], None]
"""Have a child stopped, with that grace in seconds; its end is told as always."""


class _Counts(TypedDict):
    """What terminal events count of the log stream."""

    log_events: int
    log_lines: int
    dropped_lines: int


class Decider:
    """Decides for every live execution of one server."""

    def __init__(
        self,
        slots: Slots,
        load: Load,
        evaluator: Evaluator,
        executor: Executor,
        clock: Clock,
        later: Later,
        call_child: CallChild,
        stop_child: StopChild,
    ) -> None:
        self._slots, self._load = slots, load
        self._evaluator, self._executor, self._clock = evaluator, executor, clock
        self._later, self._call_child, self._stop_child = later, call_child, stop_child
        self._maps = Maps(evaluator, later)
        self.resting = False
        """Nothing starts any more: this server goes down, and others go on."""

    def cause(self, execution: Execution) -> Cause:
        """What the service decides alone goes back to the command that asked for the execution."""
        return Cause(at=self._clock.now(), actor=ACTOR, command_id=execution.state.command_id)

    # ── from what came in ────────────────────────────────────────────────────────────────────────

    def apply(self, live: Live, items: Sequence[object], cause: Cause) -> list[Answering]:
        """Decide about the items in order; answers who waits for the append."""
        waiting: list[Answering] = []
        outcomes = (Succeeded, Erred, Cancelled, Lost, OutcomeStored, RetryJudged)
        if not live.log.empty and any(isinstance(item, outcomes) for item in items):
            live.flush_due = True  # the last lines of a step go before its outcome, in the same append
        for item in items:
            match item:
                case Erred() if self._asks_about_retry(live, item):
                    pass
                case Succeeded() | Erred() | Cancelled() | Lost() | OutcomeStored() | RetryJudged():
                    self._outcome(live, item, cause)
                case RetryDue():
                    step = live.execution.state.steps[item.path]
                    if step.attempt == item.attempt:
                        live.plan.retry_due(item.path)
                case ConditionsEvaluated():
                    self._decide_edges(live, item, cause)
                case InputPrepared():
                    live.inputs[item.path] = item
                case MapCollected():
                    live.collected[item.path] = item
                case Called() | NotCalled():
                    live.called[item.path] = item
                case ChildEnded():
                    self._child_ended(live, item, cause)
                case ResultEvaluated():
                    live.result = item
                case WaitOver():
                    self._wait_over(live, item, cause)
                case TimedOut():
                    error = execution_timeout(live.prepared.graph.settings.timeout_s)
                    live.abort = live.abort or (error, None)
                case StopAsked() | PauseAsked() | AnswerGiven():
                    if self._command(live, item):
                        waiting.append(item.answer)
                case _:
                    raise TypeError(f"nothing is decided about {type(item).__name__}")
            live.observe()
        return waiting

    def _command(self, live: Live, item: StopAsked | PauseAsked | AnswerGiven) -> bool:
        try:
            if isinstance(item, StopAsked):
                live.execution.request_stop(item.cause, grace_s=item.grace_s, reason=item.reason)
            elif isinstance(item, PauseAsked):
                if item.resume:
                    live.execution.resume(item.cause)
                else:
                    live.execution.pause(item.cause, reason=item.reason)
            else:
                live.execution.answer_step(
                    item.cause, item.path, decision=item.decision, output=item.output, error=item.error
                )
        except Refusal as refusal:
            refuse([item.answer], refusal)
            return False
        return True

    def _asks_about_retry(self, live: Live, item: Erred) -> bool:
        """Whether an expression says first if the step is tried again; then its answer is the outcome."""
        path = item.id.path
        retry = live.prepared.node(path).node.retry
        if retry is None or retry.when is None or not live.execution.state.is_open(path, item.id.attempt):
            return False
        if self._grace_of_ending(live) is not None or live.plan.failing or live.plan.map_is_over(path):
            return False
        if retry.applies(item.error, live.execution.state.steps[path].failures + 1) is None:
            return False
        live.carried[path] = item
        failed = partial(RetryJudged, outcome=item, allowed=False)
        self._later(live, f"retry:{path}", partial(self._evaluator.retry, live, item, retry.when), failed)
        return True

    def _outcome(
        self, live: Live, item: Succeeded | Erred | Cancelled | Lost | OutcomeStored | RetryJudged, cause: Cause
    ) -> None:
        execution = live.execution
        identity = item.outcome.id if isinstance(item, OutcomeStored | RetryJudged) else item.id
        path, attempt = identity.path, identity.attempt
        node = live.prepared.node(path)
        was_open = execution.state.is_open(path, attempt)
        if live.submitted.get(path) == attempt:
            del live.submitted[path]
        live.cancelled.discard(path)
        live.carried.pop(path, None)
        last_line = live.log.last_line_of(path)
        match item:
            case OutcomeStored():
                output, artifact = as_event_value(item.output)
                execution.complete_step(
                    cause,
                    path,
                    attempt,
                    output=output,
                    output_artifact=artifact,
                    artifacts=item.artifacts,
                    usage=item.outcome.usage,
                    last_line=last_line,
                )
            case Succeeded():
                execution.complete_step(cause, path, attempt, output=item.output, usage=item.usage, last_line=last_line)
            case Erred():
                blocked = live.plan.failing or live.abort is not None or live.plan.map_is_over(path)
                retry = None if blocked else node.node.retry
                execution.fail_step(
                    cause, path, attempt, item.error, usage=item.usage, last_line=last_line, retry=retry
                )
            case RetryJudged(outcome=erred):
                if item.error is not None:
                    live.abort = live.abort or (item.error, live.prepared.pointer_of(path) + "/retry/when")
                blocked = not item.allowed or live.plan.failing or live.abort is not None
                blocked = blocked or live.plan.map_is_over(path)
                execution.fail_step(
                    cause, path, attempt, erred.error, usage=erred.usage, last_line=last_line,
                    retry=None if blocked else node.node.retry,
                )  # fmt: skip
            case Cancelled():
                execution.stop_step(
                    cause,
                    path,
                    attempt,
                    signal=item.signal,
                    death_ms=item.death_ms,
                    proof=item.proof,
                    last_line=last_line,
                )
            case Lost():
                execution.lose_step(cause, path, attempt, reason=item.reason, retry_safe=node.retry_safe)
        if was_open:
            self._slots.give_back(live.amounts.pop(path, NOTHING))
            self._load.ended(node, item.outcome if isinstance(item, OutcomeStored | RetryJudged) else item)

    def _wait_over(self, live: Live, item: WaitOver, cause: Cause) -> None:
        step = live.execution.state.steps[item.path]
        if step.attempt != item.attempt or step.due_at_ms is None:
            return
        if step.waits("child"):
            live.overdue.add(item.path)
            self._stop_child(live, live.execution.state.children[item.path], DEFAULT_GRACE_S)
            return
        if item.path in live.plan.maps:
            self._maps.cut_short(live, item.path)
            return
        if step.waits("approval"):
            live.execution.end_approval(cause, item.path, unanswered(item.path))
            return
        limit_s = live.prepared.node(item.path).node.timeout_s
        late = self._clock.now().timestamp() * 1000 < step.due_at_ms and limit_s is not None
        error = wait_timeout(item.path, limit_s) if late and limit_s is not None else None
        live.execution.end_wait(cause, item.path, output=output_of(step.due_at_ms), error=error)

    def _child_ended(self, live: Live, item: ChildEnded, cause: Cause) -> None:
        state, child = live.execution.state, item.child.state
        if state.children.get(item.path) != item.child.id:
            return
        node = live.prepared.node(item.path).node
        error: StepError | None = None
        if item.path in live.overdue:
            live.overdue.discard(item.path)
            error = wait_timeout(item.path, node.timeout_s or 0.0)
        elif child.status is not ExecutionStatus.COMPLETED:
            error = child_failed(child.workflow_name, child.number, child.error)
        blocked = live.plan.failing or live.abort is not None or live.plan.map_is_over(item.path)
        live.execution.end_child(
            cause, item.path, output=child.result, output_artifact=child.result_artifact, error=error,
            retry=None if blocked else node.retry,
        )  # fmt: skip

    def _decide_edges(self, live: Live, item: ConditionsEvaluated, cause: Cause) -> None:
        if item.error is not None:
            live.abort = live.abort or (item.error, item.pointer)
        elif item.source not in live.execution.state.decided:
            live.execution.decide_edges(cause, item.source, item.taken)

    # ── from the plan ────────────────────────────────────────────────────────────────────────────

    def follow(self, live: Live, cause: Cause) -> None:
        """Everything the plan says now: skips, conditions, starts; nothing when the run winds down."""
        live.observe()
        execution, plan = live.execution, live.plan
        if self._grace_of_ending(live) is not None:
            self._slots.wait(live.id, live.position, 0)
            return
        pending, goes_on = execution.pending_events, True
        while goes_on and len(pending) < EVENTS_A_TURN:
            decided = len(pending)
            for path, reason in plan.skips()[: EVENTS_A_TURN - decided]:
                execution.skip_step(cause, path, reason)
            live.observe()
            for source in plan.undecided():
                self._conditions(live, source, cause)
            live.observe()
            self._start_steps(live, cause)
            live.observe()
            self._maps.end(live, cause)
            live.observe()
            # From the start of a step alone nothing follows.
            goes_on = any(not isinstance(event, StepStarted) for event in pending[decided:])
        if plan.failing:
            self._slots.wait(live.id, live.position, 0)

    def wind_down(self, live: Live) -> None:
        """End what runs, when the run is stopped, timed out or fails with `on_failure: stop`.

        Called after the append that says so: nothing is killed for a reason that is not in the log.
        """
        grace_s = self._grace_of_ending(live)
        if grace_s is not None:
            self.cancel_all(live, grace_s)
        else:
            self._cancel(live, self._maps.to_cancel(live), DEFAULT_GRACE_S)

    def _grace_of_ending(self, live: Live) -> float | None:
        """Seconds between SIGTERM and SIGKILL of what runs; None while it may go on."""
        if live.execution.state.status is ExecutionStatus.STOPPING:
            return live.execution.state.grace_s
        stops = live.prepared.graph.settings.on_failure is OnFailure.STOP
        return DEFAULT_GRACE_S if live.abort is not None or (live.plan.failing and stops) else None

    def forget(self, live: Live) -> None:
        """It is another server's now: what runs here is ended; its children are the other's to decide about."""
        self._cancel(live, [*live.submitted], 0.0)

    def cancel_all(self, live: Live, grace_s: float) -> None:
        """End every attempt and child that is out, once."""
        self._cancel(live, [*live.execution.state.children, *live.submitted], grace_s)

    def _cancel(self, live: Live, paths: Sequence[str], grace_s: float) -> None:
        for path in paths:
            if path in live.cancelled:
                continue
            live.cancelled.add(path)
            if path in live.execution.state.children:
                self._stop_child(live, live.execution.state.children[path], grace_s)
            else:
                self._executor.cancel(attempt_id(live, path, live.submitted[path]), grace_s=grace_s)

    def _conditions(self, live: Live, source: str, cause: Cause) -> None:
        now = self._evaluator.conditions_now(live, source)
        if now is not None:
            self._decide_edges(live, now, cause)
        else:
            failed = partial(ConditionsEvaluated, source=source, taken={})
            self._later(live, f"when:{source}", partial(self._evaluator.conditions, live, source), failed)

    def _start_steps(self, live: Live, cause: Cause) -> None:
        if self.resting:
            return
        room = self._slots.room(live.id, live.position)
        wanting = 0
        short: Amounts | None = None
        for path in live.plan.startable():
            if len(live.execution.pending_events) >= EVENTS_A_TURN:
                break
            node = live.prepared.node(path)
            if node.in_worker:
                lacks = self._slots.lacks(self._amounts_of(node), live.position)
                if lacks is not None:
                    short = short or self._amounts_of(node)
                    continue
                if room <= 0:
                    wanting += 1
                    continue
            ready = live.inputs.get(path)
            if ready is None and f"input:{path}" not in live.tasks:
                ready = self._evaluator.input_now(live, path, node)
                if ready is None:
                    failed = partial(InputPrepared, path=path, input=None)
                    self._later(live, f"input:{path}", partial(self._evaluator.input, live, path, node), failed)
            if ready is not None and node.calls and ready.input is not None and path not in live.called:
                live.inputs[path] = ready
                config = merged(ready.input.text, node.verbatim)
                call = partial(self._call_child, live, path, config, cause)
                self._later(live, f"call:{path}", call, partial(NotCalled, path=path))
                continue
            if ready is not None:
                room -= self._start(live, path, node, ready, cause)
        self._slots.wait(live.id, live.position, wanting, short)

    def _amounts_of(self, node: PreparedNode) -> Amounts:
        """What an attempt takes: as declared, and of memory what it took before when nothing is declared."""
        if node.declares_memory:
            return node.amounts
        learnt, there = self._load.memory.mb(node.profile), self._slots.limit_of(MEMORY)
        if learnt is None or there is None:
            return node.amounts
        return {**node.amounts, MEMORY: min(learnt, there)}

    def _start(self, live: Live, path: str, node: PreparedNode, ready: InputPrepared, cause: Cause) -> int:
        """Start a step; answers the slots it takes (a transform and a step without an input take none)."""
        live.inputs.pop(path, None)
        given = ready.input or StepInput(text=EMPTY_OBJECT)
        told = node.in_worker or node.asks or node.maps
        value, artifact = as_event_value(given) if told else (EMPTY_OBJECT, None)
        attempt = live.execution.start_step(
            cause, path, kind=node.node.kind, input=value, input_artifact=artifact, input_hash=hash_of(given.text)
        )
        if ready.error is not None:
            live.execution.fail_step(cause, path, attempt, ready.error)
            return 0
        if node.calls:
            self._call(live, path, node, attempt, cause)
            return 0
        if node.maps:
            self._maps.expand(live, path, node, attempt, given.text, cause)
            return 0
        if node.asks:
            limit_s = node.node.timeout_s
            due_at_ms = None if limit_s is None else (cause.at.timestamp() + limit_s) * 1000
            live.execution.ask_person(cause, path, attempt, due_at_ms)
            return 0
        if node.waits:
            try:
                live.execution.wait_until(cause, path, attempt, due_of(given.text, cause.at))
            except BadWait as bad:
                live.execution.fail_step(cause, path, attempt, bad.error)
            return 0
        if not node.in_worker:
            output, output_artifact = as_event_value(given)
            live.execution.complete_step(cause, path, attempt, output=output, output_artifact=output_artifact)
            return 0
        amounts = live.amounts[path] = self._amounts_of(node)
        self._slots.take(amounts)
        live.inputs[path] = ready
        return 1

    def _call(self, live: Live, path: str, node: PreparedNode, attempt: int, cause: Cause) -> None:
        limit_s = node.node.timeout_s
        called = live.called.pop(path)
        live.cancelled.discard(path)
        if isinstance(called, NotCalled):
            live.execution.fail_step(cause, path, attempt, called.error)
            return
        due_at_ms = None if limit_s is None else (cause.at.timestamp() + limit_s) * 1000
        live.execution.wait_for_child(cause, path, attempt, called.execution, due_at_ms)
        live.born.append(called)

    # ── the end ──────────────────────────────────────────────────────────────────────────────────

    def is_settled(self, live: Live, decided: int) -> bool:
        """Whether nothing more can follow from a turn that decided so many events, until something comes in."""
        return decided < EVENTS_A_TURN and bool(live.execution.state.open_attempts)

    def end(self, live: Live, cause: Cause) -> bool:
        """Record how the run ends, when nothing is left to wait for."""
        execution, plan = live.execution, live.plan
        if execution.state.open_attempts or live.log.waiting or any(name.startswith("store:") for name in live.tasks):
            return False
        counts = _Counts(log_events=live.log.version, log_lines=live.log.lines, dropped_lines=live.log.dropped)
        running = execution.state.status in (ExecutionStatus.RUNNING, ExecutionStatus.PAUSED)
        if live.abort is not None and running:
            if execution.state.children or not execution.stop_held(cause):
                return False
            error, pointer = live.abort
            execution.fail(cause, error, cause_path=None, pointer=pointer, knock_on=plan.failures, **counts)
            return True
        ending = plan.ending()
        if ending in (Ending.STOP, Ending.FAIL) and not execution.stop_held(cause):
            return False  # there are more than one append takes
        match ending:
            case None:
                return False
            case Ending.STOP:
                execution.finish_stopped(cause, proof="all_attempts_dead", **counts)
            case Ending.FAIL:
                first, *others = plan.failures
                error = execution.state.steps[first].error
                assert error is not None  # noqa: S101 - it failed
                execution.fail(cause, error, cause_path=first, knock_on=others, **counts)
            case Ending.COMPLETE:
                return self._complete(live, cause, counts)
        return True

    def _complete(self, live: Live, cause: Cause, counts: _Counts) -> bool:
        result = live.result or self._evaluator.result_now(live)
        if result is None:
            failed = partial(ResultEvaluated, result=None)
            self._later(live, "output", partial(self._evaluator.result, live), failed)
            return False
        if result.error is not None:
            live.execution.fail(cause, result.error, cause_path=None, pointer="/output", **counts)
            return True
        value, artifact = as_event_value(result.result or StepInput(text=NULL))
        live.execution.complete(
            cause, result=value, result_artifact=artifact, handled_failures=live.plan.handled_failures, **counts
        )
        return True


def attempt_id(live: Live, path: str, attempt: int) -> AttemptId:
    """The attempt of the current run."""
    return AttemptId(execution_id=live.id, run=live.execution.state.run, path=path, attempt=attempt)
