"""With whom an execution is counted, and how it stands in the queue: its ticket.

A key is worked out once, from the inputs, when the execution is created or retried; the event holds it.
"""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

import msgspec

from application.failures import expression_error
from application.ports import ExpressionFailed, Expressions, Scope
from application.preparing import PreparedGraph
from domain.errors import InvalidInput, Problem
from domain.execution import events as e
from domain.execution.execution import Execution
from domain.queueing.admission import Bound, Group, Needs, Ticket, WaitCause
from domain.values import EMPTY_OBJECT, Concurrency, JsonText

MAX_KEY = 200
"""Characters of a concurrency key."""


async def concurrency_of(
    prepared: PreparedGraph, inputs: JsonText, expressions: Expressions, now: datetime
) -> Concurrency | None:
    """What the definition says about executions of these inputs. Raises InvalidInput when there is no key."""
    asked = prepared.graph.settings.concurrency
    if asked is None:
        return None
    if asked.key is None:
        return Concurrency(limit=asked.limit, key=None, on_limit=asked.on_limit)
    scope = Scope(inputs=inputs, steps={}, execution=EMPTY_OBJECT, now=now)
    try:
        plain = expressions.is_plain(asked.key)
        value = expressions.resolve_plain(asked.key, scope) if plain else await expressions.resolve(asked.key, scope)
    except ExpressionFailed as failed:
        raise _no_key(expression_error(failed).message) from failed
    key = _text(value)
    if len(key) > MAX_KEY:
        raise _no_key(f"it has {len(key)} characters, and at most {MAX_KEY} are kept")
    if "\x00" in key:
        raise _no_key("it holds the character NUL")
    return Concurrency(limit=asked.limit, key=key, on_limit=asked.on_limit)


def _text(value: JsonText) -> str:
    read = msgspec.json.decode(value)
    return read if isinstance(read, str) else value.decode()


def _no_key(why: str) -> InvalidInput:
    message = f"The concurrency key can't be had from these inputs: {why}."
    advice = "Give inputs that settings.concurrency.key can be worked out from, or change the workflow."
    problem = Problem(code="concurrency_key", message=message, advice=advice, pointer="/settings/concurrency/key")
    return InvalidInput("concurrency_key", message, advice, [problem])


def bound_of(workflow_id: UUID, concurrency: Concurrency | None) -> Bound | None:
    """The limit of its definition."""
    return None if concurrency is None else Bound(Group(workflow_id, concurrency.key), concurrency.limit)


def ticket_of(execution: Execution, position: int, needs: Needs = ()) -> Ticket:
    """Of an execution that is queued now; `needs` of its version's graph."""
    state = execution.state
    assert state.created_at is not None  # noqa: S101 - since it was created
    return Ticket(
        execution_id=execution.id, workflow_id=state.workflow_id, came_at=state.created_at.timestamp(),
        position=position, priority=state.priority, bound=bound_of(state.workflow_id, state.concurrency),
        exempt=state.exempt, needs=needs,
    )  # fmt: skip


def ticket_heard(event: e.Created | e.Retried, position: int) -> Ticket:
    """Of one that another server has queued."""
    return Ticket(
        execution_id=event.originator_id, workflow_id=event.workflow_id, came_at=event.timestamp.timestamp(),
        position=position, priority=event.priority or 0, bound=bound_of(event.workflow_id, event.concurrency),
        exempt=event.exempt,
    )  # fmt: skip


def groups_of(group: Group) -> tuple[Group, ...]:
    """Where an execution counts whose smallest group it is."""
    whole = Group(group.workflow_id)
    return (whole,) if group == whole else (whole, group)


def in_ms(waited: Mapping[WaitCause, float], since: datetime | None, until: datetime) -> dict[str, float]:
    """Seconds by cause as milliseconds that add up to the time since it was queued: what no limit explains was the wait
    for a slot."""
    told = {cause.value: round(seconds * 1000, 3) for cause, seconds in waited.items() if cause is not WaitCause.SLOTS}
    if since is None:
        return told
    rest = (until - since).total_seconds() * 1000 - sum(told.values())
    return {WaitCause.SLOTS.value: round(max(0.0, rest), 3), **told}
