"""Every trigger as the log has it, on this server, and what people ask of them."""

import hashlib
import hmac
import logging
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import cast
from uuid import UUID

import msgspec

from application import commands as c
from application.handlers import Accepted, Handlers
from application.inputs_of_triggers import check, inputs_at_call, inputs_at_time
from application.patience import patiently
from application.ports import Appended, EventStore, Expressions, Member, VersionConflict, WebhookSecrets
from domain.errors import Conflict, InvalidInput, NotFound, PermissionRefused, Problem
from domain.event import RecordedEvent
from domain.execution.state import ExecutionState
from domain.execution.status import FINAL, ExecutionStatus
from domain.triggering.reading import read, workflow_of
from domain.triggering.trigger import (
    Kind,
    Overlap,
    Trigger,
    TriggerChanged,
    TriggerCreated,
    TriggerEvent,
    TriggerSettings,
    create,
)
from domain.values import JsonText
from domain.workflow.workflow import Workflow, WorkflowStatus

log = logging.getLogger("runwright.triggers")
MAX_INPUTS_BYTES = 64 * 1024
TRIES = 5
"""Of a change, when the trigger fires in between."""
_encode = msgspec.json.Encoder(order="deterministic").encode


class Triggers:
    """Of one server. `new_secret` makes a secret nobody can guess."""

    def __init__(
        self, store: EventStore, handlers: Handlers, expressions: Expressions, secrets: WebhookSecrets,
        new_secret: Callable[[], str],
    ) -> None:  # fmt: skip
        self._store, self._handlers, self._expressions = store, handlers, expressions
        self._secrets, self._new_secret = secrets, new_secret
        self.known: dict[UUID, Trigger] = {}
        self._removed: set[UUID] = set()  # what is read of them late must not bring them back
        self.changed: Callable[[Trigger], None] = _nobody

    # ── as the log has them ──

    async def load(self) -> None:
        """All of them anew: after a start, and when something may have been missed."""
        for event in await patiently(self._store.trigger_heads):
            await self._learn(cast("TriggerEvent", event))

    async def reload(self, trigger_id: UUID) -> None:
        """One of them anew: somebody else has stored something."""
        version = await patiently(lambda: self._store.head(trigger_id))
        event = await patiently(lambda: self._store.event_of(trigger_id, version))
        if isinstance(event, TriggerEvent):
            await self._learn(event)

    async def _learn(self, last: TriggerEvent) -> None:
        if self._knows(last):
            return
        settings = last
        if not isinstance(last, TriggerCreated | TriggerChanged):
            at = last.standing.settings_version
            settings = await patiently(lambda: self._store.event_of(last.originator_id, at))
        # Newer ones may have been heard of while the settings were read.
        if isinstance(settings, TriggerCreated | TriggerChanged) and not self._knows(last):
            self._keep(Trigger.of(settings, last))

    def _knows(self, event: TriggerEvent) -> bool:
        """Whether what is known of its trigger is as new as this."""
        known = self.known.get(event.originator_id)
        return event.originator_id in self._removed or (known is not None and known.version >= event.originator_version)

    def hear(self, event: TriggerEvent) -> bool:
        """It was stored, here or elsewhere. Idempotent; whether that was understood, or it must be loaded anew."""
        if self._knows(event):
            return True
        known = self.known.get(event.originator_id)
        if known is None:
            if isinstance(event, TriggerCreated):
                self._keep(Trigger.of(event, event))
            elif event.standing.removed:
                self._removed.add(event.originator_id)
            return isinstance(event, TriggerCreated) or event.standing.removed
        if event.originator_version > known.version + 1 and not isinstance(event, TriggerChanged):
            return False
        self._keep(known.then(event))
        return True

    def _keep(self, trigger: Trigger) -> None:
        if trigger.standing.removed:
            self.known.pop(trigger.id, None)
            self._removed.add(trigger.id)
        else:
            self.known[trigger.id] = trigger
        self.changed(trigger)

    def get(self, trigger_id: UUID) -> Trigger:
        """One of them. Raises NotFound."""
        trigger = self.known.get(trigger_id)
        if trigger is None:
            raise NotFound("trigger", trigger_id)
        return trigger

    async def append(self, event: TriggerEvent) -> int:
        """Store what was decided about one; the position. Raises VersionConflict, StoreUnavailable."""
        stored = cast("Appended", await self._store.append(Member(events=[cast("RecordedEvent", event)])))
        self.hear(event)
        return stored.position

    async def busy_with(self, trigger: Trigger, *, most: int | None = None) -> list[UUID]:
        """The executions it started that are not over, at most so many, oldest first; where they may overlap nobody
        asks. Each is read from its events."""
        found = list[UUID]()
        for one in () if trigger.settings.overlap is Overlap.ALLOW else trigger.standing.started:
            if len(found) == most:
                break
            if await self._running(one) is not None:
                found.append(one)
        return found

    async def to_stop(self, trigger: Trigger) -> list[UUID]:
        """Those whose place the last one has taken and that nobody has stopped yet."""
        standing = trigger.standing
        if not standing.replaced or standing.execution_id is None:
            return []
        running = {one: state for one in standing.replaced if (state := await self._running(one)) is not None}
        if all(state.status is ExecutionStatus.STOPPING for state in running.values()):
            return []
        last = (await self._handlers.conductor.load(standing.execution_id)).state
        # One that its workflow's concurrency cancelled as it came takes nobody's place; and a run that somebody began
        # later by a retry is none of those it was to replace.
        if last.created_at is None or (last.status is ExecutionStatus.STOPPED and last.started_at is None):
            return []
        return [
            one
            for one, state in running.items()
            if state.status is not ExecutionStatus.STOPPING and state.created_at and state.created_at < last.created_at
        ]

    async def _running(self, execution_id: UUID) -> ExecutionState | None:
        """None when it is over."""
        try:
            state = (await self._handlers.conductor.load(execution_id)).state
        except NotFound:
            return None
        return None if state.status in FINAL else state

    # ── what people ask ──

    async def create(self, command: c.CreateTrigger) -> tuple[Trigger, str | None, int]:
        """A new one, the secret of a webhook, and the position. Raises NotFound, Conflict, InvalidInput."""
        cause = self._handlers.cause(command, "trigger.create", None)
        settings, inputs = read(command.body)
        workflow = await self._handlers.versions.workflow(workflow_of(command.body))
        text = await self._checked(workflow, settings, inputs)
        trigger = create(self._handlers.ids.new(), cause, workflow.id, settings, text)
        secret = self._new_secret() if settings.kind is Kind.WEBHOOK else None
        if secret is not None:
            await self._secrets.put(trigger.id, secret)
        return trigger, secret, await self.append(trigger.last)

    async def change(self, command: c.ChangeTrigger) -> tuple[Trigger, int]:
        """Other settings; the position, 0 when they are the same. Raises NotFound, Conflict, InvalidInput."""
        cause = self._handlers.cause(command, "trigger.change", command.trigger_id)
        known = self.get(command.trigger_id)
        settings, inputs = read(command.body, changes=known.settings.kind)
        if command.body.get("workflow_id") not in (None, str(known.workflow_id)):
            problem = Problem(
                code="workflow_is_fixed", message="A trigger stays with its workflow.",
                advice="Make another trigger for the other workflow.", pointer="/workflow_id",
            )  # fmt: skip
            raise InvalidInput("trigger_invalid", problem.message, problem.advice, [problem])
        text = await self._checked(await self._handlers.versions.workflow(known.workflow_id), settings, inputs)

        def decide(trigger: Trigger) -> TriggerEvent | None:
            expected = command.expected_version
            if expected not in (None, trigger.standing.settings_version):
                raise Conflict(
                    "version_conflict",
                    f"Its settings are at version {trigger.standing.settings_version}, not {expected}.",
                    "Load them anew, put your change in and save again.",
                )
            return trigger.change(cause, settings, text)

        return await self._decide(command.trigger_id, decide)

    async def steer(self, command: c.SteerTrigger) -> tuple[Trigger, int]:
        """Pause, resume or remove; the position, 0 when it was so before. Raises NotFound."""
        cause = self._handlers.cause(command, f"trigger.{command.what}", command.trigger_id)
        ways: dict[str, Callable[[Trigger], TriggerEvent | None]] = {
            "pause": lambda trigger: trigger.pause(cause),
            "resume": lambda trigger: trigger.resume(cause),
            "remove": lambda trigger: trigger.remove(cause),
        }
        answer = await self._decide(command.trigger_id, ways[command.what])
        if command.what == "remove":
            await self._secrets.remove(command.trigger_id)
        return answer

    async def change_secret(self, command: c.ChangeSecret) -> tuple[Trigger, str, int]:
        """A new secret for a webhook, and the position. Raises NotFound, Conflict."""
        cause = self._handlers.cause(command, "trigger.change_secret", command.trigger_id)
        if self.get(command.trigger_id).settings.kind is not Kind.WEBHOOK:
            raise Conflict("no_webhook", "Only a webhook has a secret.", "Make a trigger of kind webhook.")
        secret = self._new_secret()
        await self._secrets.put(command.trigger_id, secret)
        trigger, position = await self._decide(command.trigger_id, lambda one: one.change_secret(cause))
        return trigger, secret, position

    async def fire(self, command: c.FireTrigger) -> Accepted:
        """Start an execution out of turn. Raises NotFound, Conflict, InvalidInput, CapacityExceeded."""
        cause = self._handlers.cause(command, "trigger.fire", command.trigger_id)
        for left in reversed(range(TRIES)):
            trigger = self.get(command.trigger_id)
            if trigger.settings.kind is Kind.WEBHOOK:
                raise Conflict("a_webhook_is_called", "A webhook fires when it is called.", "Call its address.")
            now_ms = float(int(cause.at.timestamp() * 1000))
            try:
                busy = await self.busy_with(trigger)
                return await self.start(
                    trigger, command.actor, now_ms, lambda x, t=trigger, b=busy: t.fire_by_hand(cause, x, b)
                )
            except VersionConflict:
                if not left:
                    raise
                await self.reload(trigger.id)
        raise AssertionError

    async def start(
        self, trigger: Trigger, actor: str, due_ms: float, fired: Callable[[UUID], TriggerEvent]
    ) -> Accepted:
        """An execution for a due time, stored with the event that says so. Raises VersionConflict when the trigger has
        done something else meanwhile, and what refuses an execution."""
        now = self._handlers.clock.now()
        made: list[TriggerEvent] = []

        def beside(execution_id: UUID) -> list[RecordedEvent]:
            made[:] = [fired(execution_id)]
            return cast("list[RecordedEvent]", [*made])

        accepted = await self._handlers.execute(
            c.Execute(
                actor=actor, workflow_id=trigger.workflow_id,
                inputs=await inputs_at_time(trigger, due_ms, self._expressions, now),
                priority=trigger.settings.priority, labels={"trigger": trigger.settings.name}, version=None,
                idempotency_key=None, trigger=f"schedule:{trigger.id}@{due_ms:.0f}",
            ),
            beside,
        )  # fmt: skip
        self.hear(made[0])
        return accepted

    async def call(self, command: c.CallWebhook) -> Accepted:
        """A call from outside. An unknown webhook and a wrong secret are refused alike. Raises PermissionRefused,
        Conflict, InvalidInput, CapacityExceeded."""
        trigger = self.known.get(command.trigger_id)
        secret = await self._secrets.get(command.trigger_id)
        if trigger is None or secret is None or not _proven(command, secret):
            raise PermissionRefused(
                "hook_refused", "There is no such webhook, or this is not its secret.",
                "Send Authorization: Bearer <secret>, or X-Hub-Signature-256: sha256=<HMAC of the body>.",
            )  # fmt: skip
        if trigger.standing.paused:
            raise Conflict("trigger_is_paused", "This webhook is paused.", "Resume it, then call again.")
        now = self._handlers.clock.now()
        inputs = await inputs_at_call(trigger, command, self._expressions, now)
        return await self._handlers.execute(
            c.Execute(
                actor=f"trigger:{trigger.id}", workflow_id=trigger.workflow_id, inputs=inputs,
                priority=trigger.settings.priority, labels={"trigger": trigger.settings.name}, version=None,
                idempotency_key=command.idempotency_key, route="webhook", trigger=f"webhook:{trigger.id}",
                body_hash=_sent(command),
            )
        )  # fmt: skip

    async def _checked(self, workflow: Workflow, settings: TriggerSettings, inputs: Mapping[str, object]) -> JsonText:
        """The inputs, as they are stored. Raises InvalidInput, Conflict."""
        if workflow.status is WorkflowStatus.ARCHIVED:
            raise Conflict(
                "workflow_is_archived", f"The workflow {workflow.name!r} is archived.", "Make it ready again first."
            )
        problems = check(inputs, settings.kind, self._expressions)
        text = _encode(inputs)
        if len(text) > MAX_INPUTS_BYTES:
            problems.append(
                Problem(
                    code="too_large",
                    message=f"The inputs have {len(text)} bytes, and {MAX_INPUTS_BYTES} are kept.",
                    advice="Let the workflow fetch what is large.",
                    pointer="/inputs",
                )
            )
        by_clock = settings.kind is not Kind.WEBHOOK
        if not problems and by_clock and workflow.ready_version and self._expressions.constant(inputs) is not None:
            prepared = await self._handlers.versions.graph(workflow.id, workflow.ready_version)
            _, found = self._handlers.inputs.complete(prepared.graph.inputs_schema, inputs)
            problems += [replace(problem, pointer=f"/inputs{problem.pointer}") for problem in found]
        if problems:
            raise InvalidInput("trigger_invalid", problems[0].message, problems[0].advice, problems)
        return JsonText(text)

    async def _decide(self, trigger_id: UUID, decide: Callable[[Trigger], TriggerEvent | None]) -> tuple[Trigger, int]:
        """Decided anew each time that something was stored in between. Raises NotFound, VersionConflict."""
        for left in reversed(range(TRIES)):
            trigger = self.get(trigger_id)
            event = decide(trigger)
            if event is None:
                return trigger, 0
            try:
                return trigger.then(event), await self.append(event)
            except VersionConflict:
                if not left:
                    raise
                await self.reload(trigger_id)
        raise AssertionError


def _sent(command: c.CallWebhook) -> bytes:
    """A call that comes again is the same by its body and query. The inputs made of it may differ: they can hold the
    time and headers that a sender sets anew with each try."""
    return hashlib.sha256(_encode([hashlib.sha256(command.raw).hexdigest(), command.query])).digest()


def _proven(command: c.CallWebhook, secret: str) -> bool:
    if command.bearer is not None:
        return hmac.compare_digest(command.bearer.encode(), secret.encode())
    if command.signature is None:
        return False
    expected = hmac.new(secret.encode(), command.raw, hashlib.sha256).hexdigest()
    return hmac.compare_digest(command.signature.lower().encode(), expected.encode())


def _nobody(trigger: Trigger) -> None:
    """Before anybody listens."""
