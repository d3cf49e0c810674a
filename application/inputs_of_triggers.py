"""The inputs of what a trigger starts: values, or templates over `trigger` and, of a webhook, `request`."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import cast

import msgspec

from application import commands as c
from application.failures import expression_error
from application.ports import ExpressionFailed, Expressions, Scope
from domain.errors import InvalidInput, Problem
from domain.triggering.trigger import Kind, Trigger
from domain.values import EMPTY_OBJECT, JsonText

HIDDEN = frozenset({
    "authorization", "cookie", "proxy-authorization", "x-hub-signature-256", "x-runwright-signature",
})  # fmt: skip
"""Headers of a call that no template sees, and that come into no event."""
_encode = msgspec.json.Encoder().encode


def check(inputs: Mapping[str, object], kind: Kind, expressions: Expressions) -> list[Problem]:
    """What is wrong with the templates."""
    names = ("trigger", "request") if kind is Kind.WEBHOOK else ("trigger",)
    found = expressions.check(inputs, ancestors=frozenset(), names=names)
    return [replace(problem, pointer=f"/inputs{problem.pointer}") for problem in found]


async def inputs_at_time(
    trigger: Trigger, due_ms: float, expressions: Expressions, now: datetime
) -> Mapping[str, object]:
    """For a due time. `trigger` has id, name, due_at, fired_at and previous_due_at (null the first time). Raises
    InvalidInput."""
    before = trigger.standing.due_ms
    facts = {**_facts(trigger, now), "due_at": _at(due_ms), "previous_due_at": None if before is None else _at(before)}
    return await _resolved(trigger, {"trigger": facts}, expressions, now)


async def inputs_at_call(
    trigger: Trigger, command: c.CallWebhook, expressions: Expressions, now: datetime
) -> Mapping[str, object]:
    """For a call. `request` has body, headers (by small names) and query. Without templates the body is the inputs.
    Raises InvalidInput."""
    if trigger.inputs == EMPTY_OBJECT:
        body: object = {} if command.body is None else command.body
        if not isinstance(body, dict):
            raise InvalidInput(
                "not_an_object", "The body becomes the inputs, so it must be an object.",
                'Send an object, or set inputs of the webhook: {"items": "${request.body}"}.',
            )  # fmt: skip
        return cast("Mapping[str, object]", body)
    headers = {name: value for name, value in command.headers.items() if name not in HIDDEN}
    request = {"body": command.body, "headers": headers, "query": command.query}
    return await _resolved(trigger, {"trigger": _facts(trigger, now), "request": request}, expressions, now)


async def _resolved(
    trigger: Trigger, seen: Mapping[str, object], expressions: Expressions, now: datetime
) -> Mapping[str, object]:
    template = cast("dict[str, object]", msgspec.json.decode(trigger.inputs))
    extra = {name: JsonText(_encode(value)) for name, value in seen.items()}
    scope = Scope(inputs=EMPTY_OBJECT, steps={}, execution=EMPTY_OBJECT, now=now, extra=extra)
    try:
        plain = expressions.is_plain(template)
        value = expressions.resolve_plain(template, scope) if plain else await expressions.resolve(template, scope)
    except ExpressionFailed as failed:
        message = f"The inputs can't be had: {expression_error(failed).message}"
        raise InvalidInput("trigger_inputs", message, "Change the inputs of the trigger.") from failed
    return cast("Mapping[str, object]", msgspec.json.decode(value))


def _facts(trigger: Trigger, now: datetime) -> dict[str, object]:
    return {"id": str(trigger.id), "name": trigger.settings.name, "fired_at": _at(now.timestamp() * 1000)}


def _at(ms: float) -> str:
    return datetime.fromtimestamp(ms / 1000, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
