"""When something is due: a cron text in a time zone, or every so many seconds.

Cron texts have five fields and mean what Debian's cron(8) makes of them, daylight saving included (the library
`cronsim` keeps to it): what runs at fixed times of the day runs once on the day an hour is left out (at the end of the
gap) and once on the day an hour comes twice (the first time); what runs every hour or every few minutes follows the
real time. Times are Unix milliseconds.
"""

import difflib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from zoneinfo import ZoneInfo, available_timezones

from cronsim import CronSim, CronSimError

from domain.errors import Problem

SHORTHANDS = {
    "@hourly": "0 * * * *", "@daily": "0 0 * * *", "@midnight": "0 0 * * *", "@weekly": "0 0 * * 0",
    "@monthly": "0 0 1 * *", "@yearly": "0 0 1 1 *", "@annually": "0 0 1 1 *",
}  # fmt: skip
MAX_CRON = 200
"""Characters of a cron text."""
FIELDS = {
    "minute": "a minute is 0 to 59",
    "hour": "an hour is 0 to 23",
    "day-of-month": "a day of the month is 1 to 31, or L for the last one",
    "month": "a month is 1 to 12, or JAN to DEC",
    "day-of-week": "a day of the week is 0 (Sunday) to 7, or SUN to SAT; MON#2 is the second Monday",
}
"""The fields of a cron text in their order, and what each may hold."""
_LISTS = "* is each, 1-5 a range, 1,3 a list, */15 each fifteenth"


class BadTime(ValueError):
    """A text that names no time; `advice` is the way out, `params` what a page needs to say it in its own words."""

    def __init__(self, code: str, message: str, advice: str, **params: str | int) -> None:
        super().__init__(message)
        self.code, self.message, self.advice, self.params = code, message, advice, params

    def problem(self, pointer: str) -> Problem:
        """As one of what is wrong with something that was sent."""
        params: dict[str, str | int | float] = {**self.params}
        return Problem(code=self.code, message=self.message, advice=self.advice, pointer=pointer, params=params)


@dataclass(frozen=True)
class Cron:
    """A cron text in a zone. Raises BadTime when it is none, or would never be due."""

    text: str
    zone: str

    def __post_init__(self) -> None:
        parsed(self.text)
        zone_of(self.zone)
        if self.after(0.0) is None:
            raise _never(self.text)

    def due(self, after_ms: float) -> Iterator[float]:
        """Every time it is due after that one, in order. Ends when it would not be due for 50 years."""
        last = after_ms
        # On the day an hour comes twice the library begins at the first of the two: what is past is left out.
        for at in CronSim(parsed(self.text), _local(after_ms, zone_of(self.zone))):
            due = at.timestamp() * 1000
            if due > last:
                last = due
                yield due

    def after(self, after_ms: float) -> float | None:
        """The first time it is due after that one."""
        return next(self.due(after_ms), None)


@dataclass(frozen=True)
class Every:
    """Every so many seconds (to the millisecond), counted from `anchor_ms`, a whole number; the first time is one
    interval after it."""

    seconds: float
    anchor_ms: float

    def due(self, after_ms: float) -> Iterator[float]:
        """Every time it is due after that one, in order, without an end."""
        period = round(self.seconds * 1000)
        nth = max(1, int((after_ms - self.anchor_ms) // period) + 1)
        while True:
            yield self.anchor_ms + nth * period
            nth += 1

    def after(self, after_ms: float) -> float | None:
        """The first time it is due after that one."""
        return next(self.due(after_ms))


cron_of = lru_cache(1_000)(Cron)
"""The same, kept: to find that a text is due at all may take milliseconds."""


@lru_cache(1_000)
def parsed(text: str) -> str:
    """A cron text with its shorthand written out. Raises BadTime."""
    if len(text) > MAX_CRON:
        raise BadTime("cron_too_long", f"A cron text has at most {MAX_CRON} characters.", "Write it shorter.")
    spoken = text.strip()
    written = SHORTHANDS.get(spoken.lower(), spoken)
    if spoken.startswith("@") and written is spoken:
        names = ", ".join(SHORTHANDS)
        raise BadTime(
            "cron_shorthand", f"{spoken} is no shorthand that is known.", f"Use one of {names}, or five fields.",
            names=names,
        )  # fmt: skip
    count = len(written.split())
    if count != len(FIELDS):
        more = "Seconds can't be said; use an interval for less than a minute. " if count > len(FIELDS) else ""
        raise BadTime(
            "cron_fields", f"A cron text has five fields and this has {count}.",
            f"{more}Write minute, hour, day of month, month, day of week: 0 8 * * 1-5 is 8:00 on workdays.",
            count=count,
        )  # fmt: skip
    try:
        CronSim(written, datetime(2000, 1, 1, tzinfo=UTC))
    except (CronSimError, ValueError, AssertionError, RecursionError) as error:
        name = str(error).removeprefix("Bad ")
        if name not in FIELDS:
            raise BadTime("bad_cron", f"{text!r} is no cron text.", f"In each field {_LISTS}.") from error
        part = written.split()[[*FIELDS].index(name)]
        if name == "day-of-month" and _is_day(part):
            raise _never(text) from error
        raise BadTime(
            "bad_cron", f"{part!r} is no {name.replace('-', ' ')}.", f"Write it so: {FIELDS[name]}; {_LISTS}.",
            part=part, field=name,
        ) from error  # fmt: skip
    return written


def _is_day(part: str) -> bool:
    """Whether some month has it."""
    try:
        CronSim(f"0 0 {part} * *", datetime(2000, 1, 1, tzinfo=UTC))
    except (CronSimError, ValueError, AssertionError):
        return False
    return True


def _never(text: str) -> BadTime:
    return BadTime("cron_never_due", f"{text!r} names a day that never comes.", "Choose a day that the month has.")


@lru_cache(1_000)
def zone_of(name: str) -> ZoneInfo:
    """A time zone of the IANA database. Raises BadTime."""
    zones = _zones()
    if name in zones:
        return ZoneInfo(name)
    by_small = {zone.lower(): zone for zone in zones}
    close = [by_small[small] for small in difflib.get_close_matches(name.lower(), by_small, n=1, cutoff=0.5)]
    # "Shanghai" means Asia/Shanghai
    close = [zone for zone in sorted(zones) if zone.rpartition("/")[2].lower() == name.lower()][:1] or close
    hint = f"Did you mean {close[0]}?" if close else "Write Europe/Berlin or Asia/Shanghai, say; or UTC."
    raise BadTime("bad_timezone", f"{name!r} is no time zone of the IANA database.", hint, hint=(close or [""])[0])


@lru_cache(1)
def _zones() -> frozenset[str]:
    return frozenset(available_timezones())


def _local(at_ms: float, zone: ZoneInfo) -> datetime:
    # cronsim looks from the whole second on: what is due in this very second has been due when it is over.
    return datetime.fromtimestamp(at_ms / 1000, UTC).replace(microsecond=0).astimezone(zone)
