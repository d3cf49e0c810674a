"""The settings of a trigger as somebody sends them: every problem of them at once."""

from collections.abc import Mapping
from typing import cast
from uuid import UUID

from domain.errors import InvalidInput, Problem
from domain.triggering.trigger import CatchUp, Kind, Overlap, TriggerSettings
from domain.triggering.when import BadTime, Cron, parsed, zone_of
from domain.workflow.validation import pointer_token

MIN_EVERY_S, MAX_EVERY_S = 1.0, 366 * 24 * 3600.0
MAX_JITTER_S = 3600.0
MAX_NAME = 100
FIELDS = frozenset({
    "name", "workflow_id", "kind", "cron", "timezone", "every_s", "inputs", "priority", "overlap", "catch_up",
    "jitter_s",
})  # fmt: skip
_TIMING = {Kind.CRON: ("cron", "timezone"), Kind.INTERVAL: ("every_s",), Kind.WEBHOOK: ()}
_BY_CLOCK = ("overlap", "catch_up", "jitter_s")


class _Reader:
    """Takes fields out of a body and gathers what is wrong with them."""

    def __init__(self, body: Mapping[str, object]) -> None:
        self._body = body
        self.problems: list[Problem] = []

    def refuse(self, field: str, code: str, message: str, advice: str) -> None:
        problem = Problem(code=code, message=message, advice=advice, pointer=f"/{pointer_token(field)}")
        self.problems.append(problem)

    def text(self, field: str, what: str, most: int) -> str:
        value = self._body.get(field)
        if isinstance(value, str) and 0 < len(value.strip()) <= most and "\x00" not in value:
            return value.strip()
        self.refuse(field, "bad_text", f"{what} is a text of 1 to {most} characters.", f"Send {field}.")
        return ""

    def number(self, field: str, low: float, high: float, *, whole: bool = False) -> float | None:
        value = self._body.get(field)
        if value is None:
            return None
        fits = isinstance(value, int | float) and not isinstance(value, bool) and low <= value <= high
        if fits and (not whole or float(cast("float", value)).is_integer()):
            return float(cast("float", value))
        kind = "a whole number" if whole else "a number"
        self.refuse(field, "out_of_range", f"{field} is {kind} from {low:g} to {high:g}.", "Send one of these.")
        return None

    def choice(self, field: str, choices: list[str], otherwise: str) -> str:
        value = self._body.get(field)
        if value is None:
            return otherwise
        if isinstance(value, str) and value in choices:
            return value
        self.refuse(field, "bad_choice", f"{field} is one of {', '.join(choices)}.", "Send one of these.")
        return otherwise


def read(body: Mapping[str, object], *, changes: Kind | None = None) -> tuple[TriggerSettings, Mapping[str, object]]:
    """The settings and the inputs. `changes`: the kind of the trigger whose settings they become, which stays what it
    is, as does its workflow. Raises InvalidInput with every problem."""
    r = _Reader(body)
    for field in sorted(body.keys() - FIELDS):
        r.refuse(field, "unknown_field", f"{field} is no field of a trigger.", f"Fields: {', '.join(sorted(FIELDS))}.")
    name = r.text("name", "The name of a trigger", MAX_NAME)
    kind = Kind(r.choice("kind", [*Kind], changes or Kind.CRON))
    if body.get("kind") is None and changes is None:
        r.refuse("kind", "missing_field", "What makes it fire is not said.", "kind is cron, interval or webhook.")
    elif changes not in (None, kind):
        r.refuse("kind", "kind_is_fixed", f"This trigger is of kind {changes} and stays so.", "Make another trigger.")
    else:
        _refuse_of_others(r, body, kind)
    zone = str(body["timezone"]) if body.get("timezone") is not None else "UTC"
    cron = _cron(r, body, zone) if kind is Kind.CRON else None
    every_s = r.number("every_s", MIN_EVERY_S, MAX_EVERY_S) if kind is Kind.INTERVAL else None
    if kind is Kind.INTERVAL and body.get("every_s") is None:
        r.refuse("every_s", "missing_field", "How often it fires is not said.", "Send every_s in seconds: 300, say.")
    priority = r.number("priority", -100, 100, whole=True)
    overlap = Overlap(r.choice("overlap", [*Overlap], Overlap.SKIP))
    catch_up = CatchUp(r.choice("catch_up", [*CatchUp], CatchUp.LATEST))
    if catch_up is CatchUp.ALL and overlap in (Overlap.SKIP, Overlap.REPLACE):
        r.refuse(
            "catch_up", "policies_disagree", f"All that were missed can't be made up for with overlap {overlap}.",
            "Let them overlap (allow) or wait for each other (queue), or catch up with the latest one.",
        )  # fmt: skip
    if catch_up is CatchUp.NONE and overlap is Overlap.QUEUE:
        r.refuse(
            "catch_up", "policies_disagree", "What waits for the one before is late, and catch_up none drops it.",
            "Catch up with the latest one, or skip what overlaps.",
        )  # fmt: skip
    inputs = body.get("inputs", {})
    if not isinstance(inputs, dict):
        r.refuse("inputs", "not_an_object", "inputs holds values by name.", 'Send {"city": "Oslo"}, say.')
    jitter_s = r.number("jitter_s", 0, MAX_JITTER_S) or 0.0
    if r.problems:
        raise InvalidInput("trigger_invalid", r.problems[0].message, r.problems[0].advice, r.problems)
    settings = TriggerSettings(
        name=name, kind=kind, cron=cron, timezone=zone if kind is Kind.CRON else None,
        every_s=None if every_s is None else round(every_s, 3),
        priority=None if priority is None else int(priority), overlap=overlap, catch_up=catch_up, jitter_s=jitter_s,
    )  # fmt: skip
    return settings, cast("Mapping[str, object]", inputs)


def workflow_of(body: Mapping[str, object]) -> UUID:
    """The workflow a new trigger is for. Raises InvalidInput."""
    try:
        return UUID(str(body.get("workflow_id")))
    except ValueError:
        problem = Problem(
            code="bad_id", message="A trigger is of a workflow, and none is named.",
            advice="Send its id as workflow_id; GET /workflows lists them.", pointer="/workflow_id",
        )  # fmt: skip
        raise InvalidInput("trigger_invalid", problem.message, problem.advice, [problem]) from None


def _refuse_of_others(r: _Reader, body: Mapping[str, object], kind: Kind) -> None:
    """Fields that mean nothing to this kind."""
    theirs = {*_TIMING[Kind.CRON], *_TIMING[Kind.INTERVAL], *_BY_CLOCK}
    own = {*_TIMING[kind], *(_BY_CLOCK if kind is not Kind.WEBHOOK else ())}
    for field in sorted(theirs - own):
        if body.get(field) is not None:
            r.refuse(field, "not_of_this_kind", f"{field} means nothing to a trigger of kind {kind}.", "Leave it out.")


def _cron(r: _Reader, body: Mapping[str, object], zone: str) -> str | None:
    text = body.get("cron")
    if not isinstance(text, str) or not text.strip():
        r.refuse("cron", "missing_field", "When it fires is not said.", "Send cron: 0 8 * * 1-5 is 8:00 on workdays.")
        return None
    spoken, problems = text.strip(), len(r.problems)
    for field, check in (("cron", lambda: parsed(spoken)), ("timezone", lambda: zone_of(zone))):
        try:
            check()
        except BadTime as bad:
            r.problems.append(bad.problem(f"/{field}"))
    if len(r.problems) == problems:
        try:
            Cron(spoken, zone)
        except BadTime as bad:  # it would never be due
            r.problems.append(bad.problem("/cron"))
    return spoken
