"""JSON Schemas that people write, applied inside the server: what they may hold, and how much work they may make.

The library alone is not safe for that. It fetches a `$ref` to an address over the network (or a file of this machine),
patterns can take for ever, and so can `uniqueItems` and references that double at each level. Here references stay
inside the schema, patterns run on an engine whose time grows with the text, and work is counted.
"""

from collections.abc import Callable, Generator, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from functools import lru_cache
from typing import Any, Final, cast

import msgspec
from jsonschema import Draft202012Validator, validators
from jsonschema.exceptions import SchemaError, ValidationError
from referencing import Registry
from referencing.exceptions import Unresolvable
from referencing.jsonschema import DRAFT202012

from domain.errors import Problem, Severity
from infrastructure.nodes.patterns import matcher, problem_of_pattern

MAX_VALUES: Final = 2_000
"""Values inside a schema: at most half a second of checking it (its meta-schema takes 0.25 ms for a property)."""
WORK: Final = 10_000
"""Keywords that may be applied in any case; 5 to 10 µs each."""
WORK_PER_VALUE: Final = 20
WORK_AT_MOST: Final = 400_000
_PATTERN_STEPS = 650  # of the engine in the time of one keyword, measured on patterns that are made to be slow
_VALUES = frozenset({"enum", "const", "default", "examples"})  # hold values, not schemas
_BY_NAME = frozenset({"properties", "patternProperties", "$defs", "definitions", "dependentSchemas"})
_TOO_MUCH = "Checking a value against the schema takes too much work."
_left: ContextVar[list[int]] = ContextVar("work left")


class TooMuchWork(Exception):
    """The schema makes more work than a value of that size may cost."""


@contextmanager
def work_for(value: object) -> Generator[None]:
    """Bounds the work of everything inside by the size of the value. What exceeds it raises TooMuchWork."""
    token = _left.set([min(WORK_AT_MOST, WORK + WORK_PER_VALUE * _count(value, WORK_AT_MOST))])
    try:
        yield
    finally:
        _left.reset(token)


def problems_of_schema(schema: Mapping[str, object]) -> list[Problem]:
    """Why it can't be used as a schema, at each place; values that are given by default and don't fit are warned of."""
    if _count(schema, MAX_VALUES + 1) > MAX_VALUES:
        return [_bad(f"The schema has more than {MAX_VALUES} values.", "Write a smaller schema.")]
    try:
        cast("Any", Draft202012Validator).check_schema(schema, format_checker=None)
    except SchemaError as error:
        return [_bad(str(error.message)[:500], "Write a JSON Schema.", _pointer(error))]
    except RecursionError:
        return [_bad("The schema is too deep.", "Write a flatter schema.")]
    found = [*_foreign(schema)]
    return found or [*_wrong_defaults(schema)]


def validator_of(schema: Mapping[str, object]) -> Draft202012Validator:
    """What applies it, inside `work_for`. The schema has no problem."""
    return _SAFE(cast("Any", schema), registry=_REGISTRY())


@lru_cache(maxsize=512)
def compiled(schema: bytes) -> tuple[Draft202012Validator, tuple[Problem, ...]]:
    """A schema as JSON ready to be applied, and the errors that forbid it."""
    decoded = msgspec.json.decode(schema, type=dict[str, object])
    errors = tuple(one for one in problems_of_schema(decoded) if one.severity is Severity.ERROR)
    return validator_of(decoded), errors


# ── what a schema may hold ──


def _foreign(schema: Mapping[str, object]) -> Iterator[Problem]:
    """References that leave the schema or lead nowhere, patterns that our engine does not know."""
    resolver: Any = _REGISTRY().with_resource("", DRAFT202012.create_resource(cast("Any", schema))).resolver()
    words: set[str] = set()
    for pointer, part in _parts(schema):
        words |= part.keys()
        for word in ("$ref", "$dynamicRef"):
            reference = part.get(word)
            if not isinstance(reference, str):
                continue
            if not reference.startswith("#"):
                yield _bad(
                    f"The schema refers to {reference[:200]!r}, which is not fetched.",
                    "Put that part into $defs and refer to it as #/$defs/name.", f"{pointer}/{word}",
                )  # fmt: skip
                continue
            try:
                resolver.lookup(reference)
            except Unresolvable:
                yield _bad(
                    f"The schema refers to {reference[:200]!r}, which is not there.",
                    "Correct the reference, or add that part to $defs.", f"{pointer}/{word}",
                )  # fmt: skip
        places: list[tuple[str, object]] = [("pattern", part.get("pattern"))]
        places += [(f"patternProperties/{_token(one)}", one) for one in part.get("patternProperties", ())]
        for word, pattern in places:
            if isinstance(pattern, str) and (reason := problem_of_pattern(pattern)) is not None:
                yield _bad(
                    f"The pattern {pattern[:200]!r} can't be used: {reason}.",
                    "Correct it; look-around and back-references are not known here: check such a value in a step.",
                    f"{pointer}/{word}",
                )  # fmt: skip
    if {"patternProperties", "unevaluatedProperties"} <= words:
        yield _bad(
            "patternProperties and unevaluatedProperties do not go together here.",
            "Write additionalProperties instead.",
        )


def _wrong_defaults(schema: Mapping[str, object]) -> Iterator[Problem]:
    properties = schema.get("properties")
    validator: Any = validator_of(schema)
    for name, part in cast("dict[str, Any]", properties if isinstance(properties, dict) else {}).items():
        if isinstance(part, dict) and "default" in part:
            given = cast("dict[str, Any]", part)["default"]
            try:
                with work_for(given):
                    error = next(validator.descend(given, part), None)
            except (TooMuchWork, RecursionError):
                yield _bad(_TOO_MUCH, "Write a simpler schema.", f"/properties/{_token(name)}")
                continue
            if error is not None:
                yield Problem(
                    code="bad_default",
                    message=f"What {name} is when nobody gives it does not fit: {error.message[:300]}.",
                    advice="Write a default of the right type, or take it out.",
                    pointer=f"/properties/{_token(name)}/default",
                    severity=Severity.WARNING,
                    params={"name": name[:80]},
                )


def _parts(schema: Mapping[str, object]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every object that may be a schema, with its pointer; no values."""
    pending: list[tuple[str, Any, bool]] = [("", schema, False)]
    while pending:
        pointer, part, by_name = pending.pop()
        if isinstance(part, dict):
            fields = cast("dict[str, Any]", part)
            if not by_name:
                yield pointer, fields
            for name, one in fields.items():
                if by_name or name not in _VALUES:
                    pending.append((f"{pointer}/{_token(name)}", one, not by_name and name in _BY_NAME))
        elif isinstance(part, list):
            pending += [(f"{pointer}/{index}", one, False) for index, one in enumerate(cast("list[Any]", part))]


# ── how it is applied ──


def _spend(work: int) -> None:
    left = _left.get(None)
    if left is not None:
        left[0] -= work
        if left[0] < 0:
            raise TooMuchWork(_TOO_MUCH)


def _matches(pattern: str, text: str) -> bool:
    look, size = matcher(pattern)
    _spend(size * len(text) // _PATTERN_STEPS)
    return look(text)


def _counted(keyword: Callable[..., Any]) -> Callable[..., Any]:
    def apply(validator: Any, wanted: Any, value: Any, schema: Any) -> Any:
        _spend(1)
        return keyword(validator, wanted, value, schema)

    return apply


def _pattern(validator: Any, wanted: str, value: object, schema: Any) -> Iterator[ValidationError]:  # noqa: ARG001
    if isinstance(value, str) and not _matches(wanted, value):
        yield ValidationError(f"{value[:200]!r} does not match {wanted!r}")


def _pattern_properties(validator: Any, wanted: Any, value: Any, schema: Any) -> Iterator[ValidationError]:  # noqa: ARG001
    if isinstance(value, dict):
        for pattern, part in wanted.items():
            for name, given in cast("dict[str, Any]", value).items():
                _spend(1)
                if _matches(pattern, name):
                    yield from validator.descend(given, part, path=name, schema_path=pattern)


def _additional_properties(validator: Any, wanted: Any, value: Any, schema: Any) -> Iterator[ValidationError]:
    if "patternProperties" not in schema:
        yield from _OF_LIBRARY["additionalProperties"](validator, wanted, value, schema)
    elif isinstance(value, dict):
        known, patterns = schema.get("properties", {}), schema["patternProperties"]
        for name, given in cast("dict[str, Any]", value).items():
            if name in known or any(_matches(pattern, name) for pattern in patterns):
                continue
            if isinstance(wanted, dict):
                yield from validator.descend(given, wanted, path=name)
            elif not wanted:
                yield ValidationError(f"{name[:200]!r} is no field here")


def _unique_items(validator: Any, wanted: bool, value: object, schema: Any) -> Iterator[ValidationError]:  # noqa: ARG001
    if wanted and isinstance(value, list):
        items = cast("list[object]", value)
        _spend(len(items))
        if len({msgspec.json.encode(_plain(item), order="deterministic") for item in items}) < len(items):
            yield ValidationError("the list has an item twice")


def _plain(value: object) -> object:
    """As JSON Schema compares: 1.0 is 1."""
    if isinstance(value, float) and value.is_integer() and abs(value) < 2**53:
        return int(value)
    if isinstance(value, dict):
        return {name: _plain(one) for name, one in cast("dict[str, object]", value).items()}
    return [_plain(one) for one in cast("list[object]", value)] if isinstance(value, list) else value


_OF_LIBRARY = cast("dict[str, Callable[..., Any]]", Draft202012Validator.VALIDATORS)
_REGISTRY: Any = Registry
_OURS: Mapping[str, Callable[..., Any]] = {
    "pattern": _pattern,
    "patternProperties": _pattern_properties,
    "additionalProperties": _additional_properties,
    "uniqueItems": _unique_items,
}
_SAFE: Any = cast("Any", validators).extend(
    Draft202012Validator, {word: _counted(keyword) for word, keyword in {**_OF_LIBRARY, **_OURS}.items()}
)


def _count(value: object, most: int) -> int:
    """How many values stand inside a value, itself included; counted up to `most`."""
    count, pending = 0, [value]
    while pending and count < most:
        one = pending.pop()
        count += 1
        if isinstance(one, dict):
            pending += cast("dict[str, object]", one).values()
        elif isinstance(one, list):
            pending += cast("list[object]", one)
    return count


def _bad(message: str, advice: str, pointer: str = "") -> Problem:
    return Problem(code="bad_schema", message=message, advice=advice, pointer=pointer)


def _token(text: object) -> str:
    return str(text).replace("~", "~0").replace("/", "~1")


def _pointer(error: SchemaError) -> str:
    return "".join(f"/{_token(part)}" for part in error.absolute_path)
