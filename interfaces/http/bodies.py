"""Fields of a request's body, each checked, with a problem that points at the field."""

from datetime import UTC, datetime
from typing import Any, cast

from application.parts import PartAsked
from domain.errors import InvalidInput, Problem
from domain.values import UPSTREAM_GIVEN, UPSTREAM_RUN
from domain.workflow.validation import NODE_ID

MAX_DELAY_S = 366 * 24 * 3600


def check_fields(body: dict[str, object], fields: dict[str, type | tuple[type, ...]]) -> None:
    """Every unknown or wrongly typed field of a body at once; `object` takes any value. Raises InvalidInput."""
    problems: list[Problem] = []
    for name, value in [*body.items()]:
        if name not in fields:
            problems.append(
                Problem(
                    code="unknown_field",
                    message=f"{name} is no field here.",
                    advice=f"Fields: {', '.join(sorted(fields))}.",
                    pointer=f"/{name}",
                )
            )
            continue
        wanted = fields[name]
        if wanted is int and isinstance(value, float) and value.is_integer():
            body[name] = int(value)  # 70.0 is a whole number to JSON Schema
            continue
        # true and false are integers to Python and never meant as numbers here
        mistaken = isinstance(value, bool) and wanted not in (bool, object)
        if value is not None and (mistaken or not isinstance(value, wanted)):
            problems.append(
                Problem(
                    code="wrong_type",
                    message=f"{name} has the wrong type.",
                    advice="See the schema of this route.",
                    pointer=f"/{name}",
                )
            )
    if problems:
        raise InvalidInput("body_invalid", "The body has fields that are wrong.", "Mend the fields named.", problems)


def refused_field(field: str, message: str) -> InvalidInput:
    """The refusal of one field of a body."""
    problem = Problem(
        code="out_of_range", message=message, advice="Send a value within the range.", pointer=f"/{field}"
    )
    return InvalidInput("body_invalid", message, "Mend the field named.", [problem])


def labels_of(value: object) -> dict[str, str]:
    """Labels from a body. Raises InvalidInput."""
    labels = cast("dict[str, Any]", value or {})
    if len(labels) > 64 or any(
        not isinstance(v, str) or len(v) > 255 or not 0 < len(k) <= 63 for k, v in labels.items()
    ):
        raise refused_field("labels", "labels are at most 64 texts of 255 characters, by names of 63.")
    return labels


def version_in(body: dict[str, object]) -> int | None:
    """The version a body names. Raises InvalidInput."""
    version = cast("int | None", body.get("version"))
    if version is not None and not 1 <= version <= 2**31:
        raise refused_field("version", "version must be a whole number from 1.")
    return version


def part_in(body: dict[str, object]) -> PartAsked | None:
    """The part of a workflow that a body asks for. Raises InvalidInput."""
    part = cast("dict[str, object] | None", body.get("part"))
    if part is None:
        return None
    step, upstream = part.get("step"), part.get("upstream", UPSTREAM_RUN)
    unknown = sorted(part.keys() - {"step", "upstream"})
    if unknown:
        raise refused_field(f"part/{unknown[0]}", f"part has the fields step and upstream, and no {unknown[0]}.")
    if not isinstance(step, str) or NODE_ID.fullmatch(step) is None:
        raise refused_field("part/step", "part.step is the id of one step.")
    if upstream not in (UPSTREAM_RUN, UPSTREAM_GIVEN):
        raise refused_field("part/upstream", f"part.upstream is {UPSTREAM_RUN} or {UPSTREAM_GIVEN}.")
    return PartAsked(step=step, upstream=upstream)


def moment_in(body: dict[str, object], field: str) -> datetime | None:
    """A time with its zone that a body names. Raises InvalidInput."""
    text = cast("str | None", body.get(field))
    if text is None:
        return None
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        at = None
    if at is None or at.tzinfo is None:
        raise refused_field(field, f"{field} is a time with its zone, such as 2026-01-31T08:00:00Z.")
    return at.astimezone(UTC)


def delay_in(body: dict[str, object]) -> float | None:
    """Seconds of delay that a body names. Raises InvalidInput."""
    delay_s = cast("float | None", body.get("delay_s"))
    if delay_s is not None and not 0 <= delay_s <= MAX_DELAY_S:
        raise refused_field("delay_s", f"delay_s is from 0 to {MAX_DELAY_S} seconds.")
    return delay_s
