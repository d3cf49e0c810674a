"""With whom an execution is counted, and how it stands in the queue: its ticket.

A key is worked out once, from the inputs, when the execution is created or retried; the event holds it.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from uuid import UUID

import msgspec

from application.failures import expression_error
from application.ports import ExpressionFailed, Expressions, Scope
from application.preparing import PreparedGraph
from domain.errors import InvalidInput, Problem
from domain.execution import events as e
from domain.execution.execution import Execution
from domain.queueing.admission import Bound, Group, Needs, Ticket, Turn, WaitCause
from domain.values import EMPTY_OBJECT, Concurrency, JsonText, WaitedFor

MAX_KEY = 200
"""Characters of a concurrency key."""


async def concurrency_of(
    prepared: PreparedGraph, inputs: JsonText, expressions: Expressions, now: datetime
) -> Concurrency | None:
    """What the definition says about executions of these inputs. Raises InvalidInput when there is no key."""
    asked = prepared.graph.settings.concurrency
    if asked is None:
        return None
    key = await _key("concurrency", asked.key, inputs, expressions, now)
    return Concurrency(limit=asked.limit, key=key, on_limit=asked.on_limit)


async def debounce_key_of(
    prepared: PreparedGraph, inputs: JsonText, expressions: Expressions, now: datetime
) -> str | None:
    """With which others only the last one runs; None: it is not debounced. Raises InvalidInput when there is no key."""
    asked = prepared.graph.settings.debounce
    return None if asked is None else await _key("debounce", asked.key, inputs, expressions, now) or ""


async def _key(
    setting: str, template: str | None, inputs: JsonText, expressions: Expressions, now: datetime
) -> str | None:
    if template is None:
        return None
    scope = Scope(inputs=inputs, steps={}, execution=EMPTY_OBJECT, now=now)
    try:
        plain = expressions.is_plain(template)
        value = expressions.resolve_plain(template, scope) if plain else await expressions.resolve(template, scope)
    except ExpressionFailed as failed:
        raise _no_key(setting, expression_error(failed).message) from failed
    key = _text(value)
    if len(key) > MAX_KEY:
        raise _no_key(setting, f"it has {len(key)} characters, and at most {MAX_KEY} are kept")
    if "\x00" in key:
        raise _no_key(setting, "it holds the character NUL")
    return key


def _text(value: JsonText) -> str:
    read = msgspec.json.decode(value)
    return read if isinstance(read, str) else value.decode()


def _no_key(setting: str, why: str) -> InvalidInput:
    message = f"The {setting} key can't be had from these inputs: {why}."
    advice = f"Give inputs that settings.{setting}.key can be worked out from, or change the workflow."
    problem = Problem(code=f"{setting}_key", message=message, advice=advice, pointer=f"/settings/{setting}/key")
    return InvalidInput(f"{setting}_key", message, advice, [problem])


def bound_of(workflow_id: UUID, concurrency: Concurrency | None) -> Bound | None:
    """The limit of its definition."""
    return None if concurrency is None else Bound(Group(workflow_id, concurrency.key), concurrency.limit)


def ticket_of(execution: Execution, position: int, needs: Needs = ()) -> Ticket:
    """Of an execution that is queued now; `needs` of its version's graph."""
    state = execution.state
    assert state.created_at is not None  # noqa: S101 - since it was created
    return Ticket(
        execution_id=execution.id, workflow_id=state.workflow_id,
        came_at=due_at(state.created_at, state.not_before_ms).timestamp(), delayed=state.not_before_ms is not None,
        debounce=None if state.debounce is None else state.debounce.key,
        position=position, priority=state.priority, bound=bound_of(state.workflow_id, state.concurrency),
        exempt=state.exempt, needs=needs,
    )  # fmt: skip


def ticket_heard(event: e.Created | e.Retried, position: int) -> Ticket:
    """Of one that another server has queued."""
    not_before_ms = event.not_before_ms if isinstance(event, e.Created) else None
    debounce = event.debounce if isinstance(event, e.Created) else None
    return Ticket(
        execution_id=event.originator_id, workflow_id=event.workflow_id,
        came_at=due_at(event.timestamp, not_before_ms).timestamp(), delayed=not_before_ms is not None,
        debounce=None if debounce is None else debounce.key,
        position=position, priority=event.priority or 0, bound=bound_of(event.workflow_id, event.concurrency),
        exempt=event.exempt,
    )  # fmt: skip


def due_at(created_at: datetime, not_before_ms: float | None) -> datetime:
    """From when on it may start, and its time in the queue counts."""
    if not_before_ms is None:
        return created_at
    return max(created_at, datetime.fromtimestamp(not_before_ms / 1000, UTC))


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


def waits_of(turns: Sequence[Turn], now: float) -> list[WaitedFor]:
    """As the event of its start tells it; nothing of one that waited for a slot only, as most do."""
    if all(turn.cause is WaitCause.SLOTS for turn in turns):
        return []
    ends = [*(turn.since for turn in turns[1:]), now]
    return [
        WaitedFor(cause=turn.cause.value, ms=round((end - turn.since) * 1000, 3), holder=turn.holder)
        for turn, end in zip(turns, ends, strict=True)
        if end > turn.since
    ]
