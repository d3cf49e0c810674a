"""When a wait is over: from the resolved config of a `wait` node, and from what has passed already."""

from datetime import UTC, datetime, timedelta
from typing import Any, cast

import msgspec

from domain.errors import Category
from domain.event import StepError
from domain.values import JsonText

LONGEST = timedelta(days=366)


class BadWait(Exception):
    """The resolved config names no time that can be waited for; `error` is what the step fails with."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.error = StepError(
            code="wait_time",
            category=Category.VALIDATION,
            type="BadWait",
            message=message,
            advice="Give seconds as a number, or until as a time with its zone such as 2027-01-31T08:00:00Z; both at "
            "most 366 days from now.",
            retryable=False,
        )


def due_of(config: JsonText, now: datetime) -> float:
    """The Unix time in milliseconds at which the wait of `{seconds}` or `{until}` is over. Raises BadWait."""
    fields = cast("dict[str, Any]", msgspec.json.decode(config))
    seconds, until = fields.get("seconds"), fields.get("until")
    if seconds is not None:
        if isinstance(seconds, bool) or not isinstance(seconds, int | float) or seconds < 0:
            raise BadWait(f"seconds is {seconds!r}, which is no number of seconds.")
        due = now + timedelta(seconds=min(float(seconds), 2 * LONGEST.total_seconds()))
    else:
        due = _moment(until)
    if due - now > LONGEST:
        raise BadWait(f"The wait would last until {due.isoformat()}, longer than 366 days.")
    return max(due, now).timestamp() * 1000


def _moment(until: object) -> datetime:
    try:
        found = datetime.fromisoformat(str(until))
    except ValueError:
        raise BadWait(f"until is {until!r}, which is no time.") from None
    if found.tzinfo is None:
        raise BadWait(f"until is {until!r}, which has no time zone.")
    return found


def output_of(due_at_ms: float) -> JsonText:
    """What a wait gives to later steps: `{"until": time}`."""
    return JsonText(msgspec.json.encode({"until": datetime.fromtimestamp(due_at_ms / 1000, UTC)}))
