"""Kind `wait`: nothing happens for a while, or until a point of time. It holds no worker and no slot."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from domain.errors import Problem
from infrastructure.nodes.kinds import Kind, problem

MAX_SECONDS = 366 * 24 * 3600

SCHEMA: Mapping[str, object] = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "title": "Wait",
    "type": "object",
    "additionalProperties": False,
    "properties": {
        "seconds": {
            "title": "Seconds",
            "description": "How long, at most 366 days. A number, or an expression ${...} that gives one.",
            "x-key": "wait.seconds",
            "x-expression": True,
            "anyOf": [
                {"type": "number", "minimum": 0, "maximum": MAX_SECONDS},
                {"type": "string", "pattern": r"^\$\{"},
            ],
        },
        "until": {
            "title": "Until",
            "description": "A point of time with its zone, such as 2027-01-31T08:00:00Z, or an expression ${...} that "
            "gives one. When it is past, the step goes on at once.",
            "x-key": "wait.until",
            "x-expression": True,
            "type": "string",
            "minLength": 1,
            "maxLength": 4096,
        },
    },
}


def check(config: Mapping[str, object]) -> Sequence[Problem]:
    """Neither or both of the fields, and a time that is none."""
    until = config.get("until")
    if (until is None) == (config.get("seconds") is None):
        return [
            problem(
                "wait_seconds_or_until",
                "A wait node needs either `seconds` or `until`, and not both.",
                "Write how many seconds, or until when.",
            )
        ]
    if isinstance(until, str) and "${" not in until and not _is_time(until):
        return [
            problem(
                "wait_time",
                f"{until!r} is not a point of time with its zone.",
                "Write for example 2027-01-31T08:00:00Z.",
                "/until",
                text=until[:80],
            )
        ]
    return ()


def _is_time(text: str) -> bool:
    try:
        return datetime.fromisoformat(text).tzinfo is not None
    except ValueError:
        return False


WAIT = Kind(
    name="wait",
    title="Wait",
    text="Waits for some seconds or until a point of time. Needs no worker.",
    icon="clock",
    runs_in="timer",
    schema=SCHEMA,
    example={"seconds": 30},
    checked_by=check,
)
