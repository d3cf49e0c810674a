"""The limits an operator sets: one document, a stream of its own, and every change an event."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, cast
from uuid import UUID

from domain.errors import InvalidInput, Problem
from domain.event import NO_WORKFLOW, Cause, RecordedEvent, register
from domain.workflow.validation import MAX_NEEDED, RESOURCE, pointer_token

LIMITS_ID = UUID("00000000-0000-7000-8000-00006c696d73")
"""The stream of the limits; there is one."""
MOST_NAMED = 1_000
"""Workflows, kinds and resources that may be named, of each."""
MOST_RUNNING, MOST_QUEUED = 10_000, 1_000_000


@dataclass(frozen=True)
class QueueEvent(RecordedEvent):
    """A fact about the queue as a whole; of no workflow, and its own stream is not folded into any view."""


@dataclass(frozen=True, kw_only=True)
class WorkflowLimit:
    """Of one workflow: how many of its executions run, and how many wait, at most; None: no limit from here."""

    workflow_id: UUID
    running: int | None = None
    queued: int | None = None


@dataclass(frozen=True, kw_only=True)
class Limits:
    """`attempts` at once on each server (None: it follows the load); attempts of a kind of node and units of a resource
    likewise on each server; executions of a workflow over all servers."""

    attempts: int | None = None
    workflows: Mapping[UUID, WorkflowLimit] = field(default_factory=dict[UUID, WorkflowLimit])
    kinds: Mapping[str, int] = field(default_factory=dict[str, int])
    resources: Mapping[str, float] = field(default_factory=dict[str, float])


@dataclass(frozen=True)
class LimitsChanged(QueueEvent):
    """The limits an operator has set, all of them. `attempts` null: it follows the load."""

    TOPIC: ClassVar[str] = "queue.limits_changed.v1"
    attempts: int | None
    workflows: list[WorkflowLimit]
    kinds: dict[str, int]
    resources: dict[str, float]

    def limits(self) -> Limits:
        """As they hold since then."""
        return Limits(
            attempts=self.attempts, workflows={one.workflow_id: one for one in self.workflows}, kinds=self.kinds,
            resources=self.resources,
        )  # fmt: skip


@dataclass(frozen=True)
class LimitMoved(QueueEvent):
    """What a server may have out at once has changed: its attempts, or with `resource` that. `from_limit` or `to_limit`
    null: no limit. The pressure it was decided by in shares of 1; null where nothing was measured."""

    TOPIC: ClassVar[str] = "queue.limit_moved.v1"
    server_id: UUID
    resource: str | None
    from_limit: int | None
    to_limit: int | None
    reason: str
    memory_used: float | None
    memory_stall: float | None
    cpu_others: float | None
    cpu_wait: float | None


QUEUE_EVENTS = (LimitsChanged, LimitMoved)
register(*QUEUE_EVENTS)


def changed(limits: Limits, cause: Cause, version: int) -> LimitsChanged:
    """The event that makes them hold; `version` of the stream with it."""
    return LimitsChanged(
        originator_id=LIMITS_ID, originator_version=version, timestamp=cause.at, actor=cause.actor,
        cause=cause.command_id, workflow_id=NO_WORKFLOW,
        attempts=limits.attempts, workflows=[*limits.workflows.values()],
        kinds={**limits.kinds}, resources={**limits.resources},
    )  # fmt: skip


def read(body: Mapping[str, object], *, most_attempts: int, is_kind: Callable[[str], bool]) -> Limits:
    """The limits somebody sends; what is left out has none. Raises InvalidInput with every problem."""
    problems: list[Problem] = []

    def refuse(pointer: str, code: str, message: str, advice: str) -> None:
        problems.append(Problem(code=code, message=message, advice=advice, pointer=pointer))

    def whole(value: object, pointer: str, most: int) -> int | None:
        if isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= most:
            return value
        refuse(pointer, "out_of_range", f"A limit here is a whole number from 1 to {most}.", "Write one of these.")
        return None

    def by_name(field: str) -> Mapping[str, object]:
        value = body.get(field)
        if value is None:
            return {}
        if not isinstance(value, dict):
            refuse(
                f"/{field}",
                "not_an_object",
                f"{field} holds limits by name.",
                f'Write for example {{"{field}": {{}}}}.',
            )
            return {}
        named = cast("dict[str, object]", value)
        if len(named) > MOST_NAMED:
            refuse(f"/{field}", "too_many", f"At most {MOST_NAMED} are kept.", "Name fewer.")
            return {}
        return named

    for name in body.keys() - {"attempts", "workflows", "kinds", "resources"}:
        pointer = f"/{pointer_token(name)}"
        refuse(pointer, "unknown_field", f"{name} is no field here.", "attempts, workflows, kinds and resources are.")
    attempts = body.get("attempts")
    if attempts is not None and (not isinstance(attempts, int) or isinstance(attempts, bool) or attempts < 1):
        refuse("/attempts", "out_of_range", "attempts is a whole number from 1, or null.", "null: it follows the load.")
    elif attempts is not None and attempts > most_attempts:
        refuse(
            "/attempts", "out_of_range", f"This server has workers for {most_attempts} attempts at once.",
            "Write at most that many, or start it with a higher attempt_limit.",
        )  # fmt: skip
    workflows: dict[UUID, WorkflowLimit] = {}
    for text, value in by_name("workflows").items():
        pointer = f"/workflows/{pointer_token(text)}"
        try:
            workflow_id = UUID(text)
        except ValueError:
            refuse(pointer, "bad_id", f"{text!r} is no id of a workflow.", "Write its id.")
            continue
        raw = cast("dict[str, Any]", value) if isinstance(value, dict) else {"?": value}
        if not raw or raw.keys() - {"running", "queued"}:
            refuse(
                pointer, "unknown_field", "A workflow has running and queued.", 'Write {"running": 2, "queued": 50}.'
            )
            continue
        running = None if raw.get("running") is None else whole(raw["running"], f"{pointer}/running", MOST_RUNNING)
        queued = None if raw.get("queued") is None else whole(raw["queued"], f"{pointer}/queued", MOST_QUEUED)
        workflows[workflow_id] = WorkflowLimit(workflow_id=workflow_id, running=running, queued=queued)
    kinds: dict[str, int] = {}
    for name, value in by_name("kinds").items():
        pointer = f"/kinds/{pointer_token(name)}"
        if not is_kind(name):
            refuse(pointer, "unknown_kind", f"There is no kind of node called {name!r}.", "GET /node-kinds lists them.")
        elif (limit := whole(value, pointer, MOST_RUNNING)) is not None:
            kinds[name] = limit
    resources: dict[str, float] = {}
    for name, value in by_name("resources").items():
        pointer = f"/resources/{pointer_token(name)}"
        number = float(value) if isinstance(value, int | float) and not isinstance(value, bool) else math.nan
        if RESOURCE.fullmatch(name) is None:
            refuse(
                pointer, "bad_resource", f"{name!r} is no name of a resource.",
                "Small letters, digits and _, beginning with a letter.",
            )  # fmt: skip
        elif not 0 <= number <= MAX_NEEDED:
            refuse(pointer, "out_of_range", f"{name} is a number from 0 to {MAX_NEEDED:g}.", "Write how much there is.")
        else:
            resources[name] = number
    if problems:
        raise InvalidInput("limits_invalid", problems[0].message, "Mend the fields named.", problems)
    return Limits(attempts=cast("int | None", attempts), workflows=workflows, kinds=kinds, resources=resources)
