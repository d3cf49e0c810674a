"""② One handler for each command: permission, the aggregate decides, the log stores.

Handlers know ports only. What an execution does after it was accepted is the conductor's.

Longer than 200 lines because every command has its handler here, most of a few lines.
"""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import cast
from uuid import UUID

import msgspec

from application import commands as c
from application.conductor import Conductor
from application.parts import Given, LastOutputs, choose, missing_in
from application.ports import (
    Appended,
    Clock,
    EventStore,
    IdempotencyGuard,
    IdempotencyKeyReused,
    Ids,
    InputChecks,
    LimitReached,
    Member,
    Permissions,
    Replayed,
    VersionConflict,
)
from application.preparing import PreparedGraph, as_event_value
from application.retrying import RetryPlan, Wish
from application.versions import Versions
from domain.errors import (
    CapacityExceeded,
    Category,
    Conflict,
    InvalidInput,
    NotFound,
    PermissionRefused,
    Problem,
    Severity,
    Unavailable,
)
from domain.event import Cause, RecordedEvent, StepError
from domain.execution.execution import Execution
from domain.queueing.limits import read as read_limits
from domain.values import Concurrency, Debounce, JsonText
from domain.workflow.graph import OnLimit
from domain.workflow.workflow import Workflow

_encode = msgspec.json.Encoder(order="deterministic").encode
Beside = Callable[[UUID], Sequence[RecordedEvent]]
"""Events of another stream that an execution of this id is stored with."""


@dataclass(frozen=True, kw_only=True)
class Accepted:
    """An execution that is stored. `replayed`: an earlier request with the same key did it."""

    execution_id: UUID
    number: int
    workflow_id: UUID
    version: int
    position: int
    replayed: bool = False


@dataclass(frozen=True, kw_only=True)
class RetryPreview:
    """What the next run of an execution would do."""

    plan: RetryPlan
    version: int
    graph_hash: str
    inputs: JsonText
    run: int


@dataclass(frozen=True, kw_only=True)
class Handlers:
    """All handlers over the same ports."""

    store: EventStore
    conductor: Conductor
    versions: Versions
    permissions: Permissions
    validate: Callable[[object], list[Problem]]
    inputs: InputChecks
    clock: Clock
    ids: Ids
    queue_limit: int
    is_kind: Callable[[str], bool]
    outputs: LastOutputs
    free_mb: Callable[[], float] | None = None
    """MiB free where the database keeps its data; None where that is on another machine."""
    disk_reserve_mb: int = 0
    """Of which so much is left to what runs already: PostgreSQL ends where a log cannot be written."""

    def cause(self, command: c.Command, action: str, subject: UUID | None) -> Cause:
        """Of a command whose actor may do that. Raises PermissionRefused."""
        if not self.permissions.allows(command.actor, action, subject):
            raise PermissionRefused(
                "not_allowed", f"{command.actor} may not {action}.", "Ask an operator for a key that may."
            )
        return Cause(at=self.clock.now(), actor=command.actor, command_id=self.ids.new())

    # ── workflows ──

    async def create_workflow(self, command: c.CreateWorkflow) -> tuple[Workflow, int]:
        """Save a new workflow; answers it and the position."""
        cause = self.cause(command, "workflow.save", None)
        workflow = Workflow.create(
            self.ids.new(), cause, name=command.name, description=command.description, labels=command.labels
        )
        self._save(workflow, cause, command.definition, ready=command.ready)
        return workflow, await self._store_workflow(workflow)

    async def save_version(self, command: c.SaveVersion) -> tuple[Workflow, int]:
        """Save the next version. Raises NotFound, Conflict when it is not based on the latest."""
        cause = self.cause(command, "workflow.save", command.workflow_id)
        workflow = await self.versions.workflow(command.workflow_id, fresh=True)
        if command.expected_version not in (None, workflow.latest_version):
            raise Conflict(
                "version_conflict",
                f"Version {command.expected_version} is not the latest; {workflow.latest_version} is.",
                "Load the latest version, put your change in and save again.",
            )
        workflow.rename(
            cause,
            name=workflow.name if command.name is None else command.name,
            description=workflow.description if command.description is None else command.description,
            labels=workflow.labels if command.labels is None else command.labels,
        )
        self._save(workflow, cause, command.definition, ready=command.ready)
        return workflow, await self._store_workflow(workflow)

    def _save(self, workflow: Workflow, cause: Cause, definition: object, *, ready: bool) -> None:
        problems = self.validate(definition)
        # Kept in the author's order (forms and exports show it); the hash is of the sorted form, so that order alone
        # makes no difference.
        text, graph_hash = JsonText(msgspec.json.encode(definition)), hashlib.sha256(_encode(definition)).hexdigest()
        number = workflow.save_version(cause, text, graph_hash, problems)
        if ready and workflow.version_of(number).valid:
            workflow.ready(cause, number)

    async def change_workflow(self, command: c.ChangeWorkflow) -> tuple[Workflow, int]:
        """Ready, pause, resume or archive."""
        cause = self.cause(command, f"workflow.{command.change}", command.workflow_id)
        workflow = await self.versions.workflow(command.workflow_id, fresh=True)
        match command.change:
            case "ready":
                number = command.version or workflow.latest_version
                self._refuse_what_settings_refuse(workflow, number)
                workflow.ready(cause, number)
            case "pause":
                workflow.pause(cause)
            case "resume":
                workflow.resume(cause)
            case "archive":
                workflow.archive(cause)
            case _:
                raise ValueError(command.change)
        return workflow, await self._store_workflow(workflow)

    def _refuse_what_settings_refuse(self, workflow: Workflow, number: int) -> None:
        """A version saved without problems has some now: the settings have changed. Raises Conflict."""
        version = workflow.version_of(number)
        if not version.valid:
            return
        problems = [
            problem
            for problem in self.validate(msgspec.json.decode(version.definition))
            if problem.severity is Severity.ERROR
        ]
        if problems:
            raise Conflict(
                "version_has_problems",
                f"Version {number} has problems and can't be made ready: {problems[0].message}",
                problems[0].advice,
                problems,
            )

    async def duplicate_workflow(self, command: c.DuplicateWorkflow) -> tuple[Workflow, int]:
        """A new draft with the latest definition."""
        source = await self.versions.workflow(command.workflow_id)
        definition = msgspec.json.decode(source.version_of(source.latest_version).definition)
        return await self.create_workflow(
            c.CreateWorkflow(
                actor=command.actor, name=command.name or f"{source.name} (copy)", description=source.description,
                labels=source.labels, definition=definition, ready=False,
            )
        )  # fmt: skip

    async def _store_workflow(self, workflow: Workflow) -> int:
        events = [event for event in workflow.collect_events() if isinstance(event, RecordedEvent)]
        if not events:
            return 0
        stored = cast("Appended", await self.store.append(Member(events=events)))
        self.versions.forget(workflow.id)
        return stored.position

    # ── executions ──

    async def execute(self, command: c.Execute, beside: Beside | None = None) -> Accepted:
        """Accept a run; with what `beside` makes for it, stored in one append. Raises NotFound, Conflict, InvalidInput,
        CapacityExceeded, and VersionConflict when the stream of what is beside has moved on.

        A key that came before with the same body gets the same answer, whatever has changed meanwhile: the
        workflow is paused, the queue is full, a newer version has other inputs.
        """
        cause = self.cause(command, "workflow.execute", command.workflow_id)
        try:
            try:
                return await self._accept(command, cause, beside)
            except LimitReached:  # by one that another server has let in, of which we had not heard
                await self.conductor.running.recount()
                return await self._accept(command, cause, beside, wait=True)
        except (Conflict, InvalidInput, CapacityExceeded, NotFound, Unavailable):
            before = await self._accepted_before(command)
            if before is None:
                raise
            return before

    async def _accept(self, command: c.Execute, cause: Cause, beside: Beside | None, *, wait: bool = False) -> Accepted:
        workflow = await self.versions.workflow(command.workflow_id)
        version = workflow.runnable(command.version, part=command.part is not None)
        prepared = await self.versions.graph(workflow.id, version.number)
        part, given = None, ()
        if command.part is not None:
            part, given = await choose(prepared, command.part, workflow.id, self.outputs)
            prepared = await self.versions.graph(workflow.id, version.number, part)
        inputs, problems = self.inputs.complete(prepared.graph.inputs_schema, command.inputs)
        if problems:
            raise _inputs_invalid(problems)
        self.conductor.limiting.refuse_beyond(prepared)
        priority = prepared.graph.settings.priority if command.priority is None else command.priority
        self._refuse_when_full(workflow.id, priority, cause.at)
        text = JsonText(_encode(inputs))
        concurrency = await self.versions.concurrency(prepared, text, cause.at)
        too_many = (
            concurrency is not None
            and concurrency.on_limit in (OnLimit.REFUSE, OnLimit.CANCEL_NEWEST)
            and await self.conductor.running.is_over_limit(workflow.id, concurrency)
        )
        if too_many and concurrency is not None and concurrency.on_limit == OnLimit.REFUSE:
            raise _limit_reached(concurrency)
        not_before_ms, debounce = await self._delay(command, prepared, text, cause.at)
        execution = Execution.create(
            self.ids.new(), cause, workflow_id=workflow.id, workflow_version=version.number,
            workflow_name=workflow.name, graph_hash=version.graph_hash, inputs=text,
            priority=priority,
            labels=command.labels, trigger=command.trigger, concurrency=concurrency, not_before_ms=not_before_ms,
            debounce=debounce, part=part,
        )  # fmt: skip
        await self._give(execution, given, cause)
        if too_many:
            execution.cancel(cause, reason="concurrency_limit")
        guard = self._guard(command, execution.id, inputs)
        try:
            also = () if beside is None else beside(execution.id)
            stored = await self.conductor.create(execution, prepared, guard, wait=wait, beside=also)
        except IdempotencyKeyReused as error:
            raise Conflict(
                "idempotency_key_reused", "This idempotency key came before with another body.",
                "Use a new key for a new run.",
            ) from error  # fmt: skip
        if isinstance(stored, Appended):
            return Accepted(
                execution_id=execution.id, number=stored.numbers[execution.id], workflow_id=workflow.id,
                version=version.number, position=stored.position,
            )  # fmt: skip
        return _as_before(stored, await self.conductor.load(stored.execution_id))

    async def _give(self, execution: Execution, given: Sequence[Given], cause: Cause) -> None:
        """The outputs that steps of a part have without running; a large sample is stored beside the events first."""
        for one in given:
            output, artifact = one.output, one.output_artifact
            if artifact is None:
                output, artifact = as_event_value(await self.conductor.out_of_line(output))
            execution.give_step(
                cause, one.path, output=output, output_artifact=artifact, source=one.source, execution=one.execution
            )

    async def _delay(
        self, command: c.Execute, prepared: PreparedGraph, inputs: JsonText, now: datetime
    ) -> tuple[float | None, Debounce | None]:
        """From which Unix milliseconds on it may start, and with whom it is debounced."""
        # A step that a person tries neither waits for executions to come nor keeps one of them from running.
        asked = None if command.part is not None else prepared.graph.settings.debounce
        at = None if command.start_at is None else command.start_at.timestamp() * 1000
        if command.delay_s is not None:
            at = max(at or 0.0, (now.timestamp() + command.delay_s) * 1000)
        key = None if asked is None else await self.versions.debounce_key(prepared, inputs, now)
        if asked is None or key is None:
            return at, None
        now_ms = now.timestamp() * 1000
        since_ms = await self.conductor.arrivals.debounced_since(command.workflow_id, key) or now_ms
        until = now_ms + asked.wait_s * 1000
        if asked.max_wait_s is not None:
            until = min(until, since_ms + asked.max_wait_s * 1000)
        return max(until, at or 0.0), Debounce(key=key, since_ms=since_ms)

    def _refuse_when_full(self, workflow_id: UUID, priority: int, now: datetime) -> None:
        """Raises CapacityExceeded, with the place it would have had or how much room there is."""
        free = None if self.free_mb is None else self.free_mb()
        if free is not None and free < self.disk_reserve_mb:
            raise _disk_full(free, self.disk_reserve_mb)
        waiting, of_workflow = self.conductor.queue_view.waiting_with(workflow_id)
        limit = self.conductor.limiting.limits.workflows.get(workflow_id)
        if waiting >= self.queue_limit:
            most, of = self.queue_limit, ""
        elif limit is not None and limit.queued is not None and of_workflow >= limit.queued:
            most, of = limit.queued, " of this workflow"
        else:
            return
        raise _queue_full(most, of, self.conductor.queue_view.place_of(workflow_id, priority, now))

    async def _accepted_before(self, command: c.Execute) -> Accepted | None:
        """The answer this key got, when the body is the same by the inputs of the version that ran then."""
        if command.idempotency_key is None:
            return None
        known = await self.store.recall(_scope(command), command.idempotency_key)
        if known is None:
            return None
        first = await self.conductor.load(known.replayed.execution_id)
        prepared = await self.versions.graph(first.state.workflow_id, first.state.workflow_version)
        inputs, problems = self.inputs.complete(prepared.graph.inputs_schema, command.inputs)
        same = not (problems and command.body_hash is None) and known.body_hash == _body_hash(command, inputs)
        return _as_before(known.replayed, first) if same else None

    def _guard(self, command: c.Execute, execution_id: UUID, inputs: Mapping[str, object]) -> IdempotencyGuard | None:
        if command.idempotency_key is None:
            return None
        return IdempotencyGuard(
            scope=_scope(command), key=command.idempotency_key, body_hash=_body_hash(command, inputs),
            execution_id=execution_id,
        )  # fmt: skip

    async def stop(self, command: c.StopExecution) -> int:
        """Ask for a stop; 0 when it was asked before. Raises NotFound, TransitionRefused, with force Conflict."""
        cause = self.cause(command, "execution.stop", command.execution_id)
        if command.force:
            return await self.conductor.force_stop(command.execution_id, cause)
        return await self.conductor.stop(command.execution_id, cause, grace_s=command.grace_s, reason=command.reason)

    async def set_limits(self, command: c.SetLimits) -> int:
        """Let other limits hold; the position. Raises InvalidInput, NotFound, Conflict."""
        cause = self.cause(command, "queue.set_limits", None)
        most = self.conductor.capacity_view.most_attempts
        limits = read_limits(command.body, most_attempts=most, is_kind=self.is_kind)
        for workflow_id in limits.workflows:
            await self.versions.workflow(workflow_id)
        return await self.conductor.limiting.change(limits, cause, command.expected_version)

    async def change_queue(self, command: c.ChangeQueue) -> int:
        """Hold, release or move; 0 when it was so before. Raises NotFound, TransitionRefused."""
        cause = self.cause(command, "execution.change_queue", command.execution_id)
        return await self.conductor.change_queue(
            command.execution_id, cause, priority=command.priority, held=command.held, reason=command.reason
        )

    async def pause(self, command: c.PauseExecution) -> int:
        """Pause or resume; 0 when it was so before. Raises NotFound, TransitionRefused."""
        verb = "resume" if command.resume else "pause"
        cause = self.cause(command, f"execution.{verb}", command.execution_id)
        return await self.conductor.pause(command.execution_id, cause, reason=command.reason, resume=command.resume)

    async def preview_retry(self, command: c.RetryExecution) -> RetryPreview:
        """What a retry would do. Raises NotFound, TransitionRefused, InvalidInput, Conflict."""
        self.cause(command, "execution.retry", command.execution_id)
        return await self._plan_retry(command, await self.conductor.load(command.execution_id))

    async def retry(self, command: c.RetryExecution) -> tuple[RetryPreview, int]:
        """Queue the next run; what it does and the position. Raises as the preview, and CapacityExceeded."""
        cause = self.cause(command, "execution.retry", command.execution_id)
        execution = await self.conductor.load(command.execution_id)
        preview = await self._plan_retry(command, execution)
        if command.token not in (None, preview.plan.token):
            raise Conflict(
                "preview_stale", "Something has changed since the preview.", "Look at the preview again, then retry."
            )
        self._refuse_when_full(execution.state.workflow_id, execution.state.priority, cause.at)
        prepared = await self.versions.graph(execution.state.workflow_id, preview.version, execution.state.part)
        self.conductor.limiting.refuse_beyond(prepared)
        execution.retry(
            cause, workflow_version=preview.version, graph_hash=preview.graph_hash, origin=command.origin,
            chosen=command.chosen, reused=preview.plan.reused, generations=preview.plan.generations,
            inputs=preview.inputs, step_inputs=JsonText(_encode(command.step_inputs)), token=command.token,
            concurrency=await self.versions.concurrency(prepared, preview.inputs, cause.at),
        )  # fmt: skip
        try:
            return preview, await self.conductor.retry(execution)
        except VersionConflict as error:
            raise Conflict(
                "preview_stale", "Something has happened to the execution meanwhile.", "Load it anew, then retry."
            ) from error

    async def _plan_retry(self, command: c.RetryExecution, execution: Execution) -> RetryPreview:
        state = execution.state
        execution.refuse_retry()
        workflow = await self.versions.workflow(state.workflow_id)
        part, version = state.part, state.workflow_version
        old = await self.versions.graph(state.workflow_id, version, part)
        if command.version is not None:
            version = workflow.runnable(command.version, part=part is not None).number
        if part is not None:
            missing_in(await self.versions.graph(state.workflow_id, version), part)
        new = await self.versions.graph(state.workflow_id, version, part)
        given = (
            cast("dict[str, object]", msgspec.json.decode(state.inputs)) if command.inputs is None else command.inputs
        )
        inputs, problems = self.inputs.complete(new.graph.inputs_schema, given)
        if problems:
            raise _inputs_invalid(problems)
        text = JsonText(_encode(inputs))
        wish = Wish(origin=command.origin, chosen=command.chosen, inputs=text, step_inputs=command.step_inputs)
        copy = await self.conductor.load(command.execution_id)
        plan = await self.conductor.plan_retry(copy, old, new, version, wish)
        return RetryPreview(
            plan=plan, version=version, graph_hash=workflow.version_of(version).graph_hash, inputs=text,
            run=state.run + 1,
        )  # fmt: skip

    async def answer(self, command: c.AnswerStep) -> int:
        """Answer an unknown outcome or an approval. Raises NotFound, Conflict, InvalidInput."""
        cause = self.cause(command, "execution.answer", command.execution_id)
        if not command.path:
            raise NotFound("step", command.path)
        state = (await self.conductor.load(command.execution_id)).state
        step = state.steps.get(command.path)
        if step is not None and step.waits("approval"):
            node = (await self.versions.graph(state.workflow_id, state.workflow_version)).node(command.path).node
            return await self._answer_approval(command, cause, node.config)
        if command.decision in ("approved", "rejected"):
            raise Conflict(
                "step_asks_for_no_approval", f"Step {command.path} does not wait for an approval.",
                "Reload the execution: it may have been answered or stopped meanwhile.",
            )  # fmt: skip
        error = StepError(
            code="answered_failed", category=Category.STEP, type="AnsweredFailed",
            message=f"{command.actor} said that this step failed.", advice="Look into what it was to do.",
            retryable=True,
        )  # fmt: skip
        return await self.conductor.answer(
            command.execution_id, cause, command.path, decision=command.decision, output=command.output, error=error
        )

    async def _answer_approval(self, command: c.AnswerStep, cause: Cause, config: Mapping[str, object]) -> int:
        approved = command.decision in ("approved", "completed")
        if command.decision == "run_again":
            raise Conflict("approval_is_answered", "An approval is approved or rejected.", "Send one of these.")
        answer = cast("object", msgspec.json.decode(command.output))
        if approved:
            given: object = {} if answer is None else answer
            if not isinstance(given, dict):
                raise InvalidInput("output_invalid", "The answer is an object.", "Send fields by name.")
            fields = cast("dict[str, object]", given)
            answer, problems = self.inputs.complete(cast("Mapping[str, object]", config.get("form") or {}), fields)
            if problems:
                raise InvalidInput(
                    "output_invalid", "The answer does not fit the form.", "Mend the fields named.",
                    [replace(problem, pointer=f"/output{problem.pointer}") for problem in problems],
                )  # fmt: skip
        goes_on = approved or config.get("on_reject") == "continue"
        error = StepError(
            code="approval_rejected", category=Category.STEP, type="ApprovalRejected",
            message=f"{command.actor} rejected it.", advice="Ask why; change what was asked about, then retry.",
            retryable=False,
        )  # fmt: skip
        return await self.conductor.answer(
            command.execution_id, cause, command.path, decision="completed" if goes_on else "failed",
            output=_approval(cause, approved=approved, answer=answer), error=error,
        )  # fmt: skip


def _approval(cause: Cause, *, approved: bool, answer: object) -> JsonText:
    """What an answered approval gives to later steps."""
    facts = {"approved": approved, "answer": answer, "by": cause.actor, "at": cause.at}
    return JsonText(msgspec.json.encode(facts))


def _inputs_invalid(problems: Sequence[Problem]) -> InvalidInput:
    return InvalidInput(
        "inputs_invalid", "The inputs do not fit the workflow's schema.", "Mend the inputs named.",
        [_inside(problem) for problem in problems],
    )  # fmt: skip


def _queue_full(limit: int, of: str, place: int) -> CapacityExceeded:
    message = f"{limit} executions{of} wait already, and no more may; it would have been number {place}."
    advice = "Try again later, or let an operator raise the limit."
    params: dict[str, str | int | float] = {"limit": limit, "place": place}
    problem = Problem(code="queue_full", message=message, advice=advice, pointer="", params=params)
    return CapacityExceeded("queue_full", message, advice, retry_after_s=5, problems=[problem])


def _disk_full(free_mb: float, reserve_mb: int) -> CapacityExceeded:
    message = f"Only {free_mb:.0f} MiB are free where the database keeps its data; {reserve_mb} are kept for what runs."
    advice = "Make room on that disk; runs are accepted again by themselves. What runs already goes on."
    params: dict[str, str | int | float] = {"free": round(free_mb), "reserve": reserve_mb}
    problem = Problem(code="disk_full", message=message, advice=advice, pointer="", params=params)
    return CapacityExceeded("disk_full", message, advice, retry_after_s=30, problems=[problem])


def _limit_reached(concurrency: Concurrency) -> CapacityExceeded:
    of = "this workflow" if concurrency.key is None else f"this workflow with key {concurrency.key!r}"
    return CapacityExceeded(
        "concurrency_limit_reached",
        f"{concurrency.limit} executions of {of} run or wait already.",
        "Try again when one has ended, stop one, or let the workflow queue (settings.concurrency.on_limit).",
        retry_after_s=5,
    )


def _scope(command: c.Execute) -> str:
    return f"{command.actor}|{command.route}|{command.workflow_id}"


def _body_hash(command: c.Execute, inputs: Mapping[str, object]) -> bytes:
    if command.body_hash is not None:
        return command.body_hash
    asked: list[object] = [inputs, command.priority, command.labels, command.version]
    if command.start_at is not None or command.delay_s is not None:  # hashes of before had no such fields
        asked.append([command.start_at, command.delay_s])
    if command.part is not None:
        asked.append({"part": [command.part.step, command.part.upstream]})
    return hashlib.sha256(_encode(asked)).digest()


def _as_before(stored: Replayed, first: Execution) -> Accepted:
    return Accepted(
        execution_id=stored.execution_id, number=stored.number, workflow_id=first.state.workflow_id,
        version=first.state.workflow_version, position=stored.position, replayed=True,
    )  # fmt: skip


def _inside(problem: Problem) -> Problem:
    return Problem(
        code=problem.code, message=problem.message, advice=problem.advice, pointer=f"/inputs{problem.pointer}"
    )
