"""JSON from outside, held to what a value may be; refused with a pointer, never later.

Finite numbers, integers of 64 bits, limited depth, no NUL, no lone surrogates, no duplicate keys.
"""

import json
import math
from collections.abc import Sequence
from typing import Any, cast

from domain.errors import InvalidInput, Problem

MAX_INTEGER, MIN_INTEGER = 2**63 - 1, -(2**63)


class _Refused(ValueError):
    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


def parse(body: bytes, *, max_depth: int) -> object:
    """The value. Raises InvalidInput."""
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError as error:
        raise _invalid("not_utf8", f"The body is not UTF-8 at byte {error.start}.") from error
    if _depth(text) > max_depth:
        raise _invalid("too_deep", f"The body is nested deeper than {max_depth} levels.")
    try:
        value = json.loads(
            text, object_pairs_hook=_object, parse_constant=_constant, parse_int=_integer, parse_float=_float
        )
    except _Refused as error:
        raise _invalid(error.code, str(error)) from error
    except (ValueError, RecursionError) as error:
        raise _invalid("not_json", f"The body is no JSON: {error}") from error
    problems = check(value)
    if problems:
        raise InvalidInput(
            "value_refused", "The body holds values that can't be kept.", "Mend the places named.", problems
        )
    return value


def check(value: object) -> Sequence[Problem]:
    """Texts that can't be kept, with pointers."""
    found: list[Problem] = []
    waiting: list[tuple[str, object]] = [("", value)]
    while waiting and len(found) < 100:
        pointer, item = waiting.pop()
        if isinstance(item, str):
            _text(found, pointer, item)
        elif isinstance(item, dict):
            for key, inner in cast("dict[str, object]", item).items():
                _text(found, pointer, key)
                waiting.append((f"{pointer}/{_escaped(key)}", inner))
        elif isinstance(item, list):
            waiting.extend((f"{pointer}/{index}", inner) for index, inner in enumerate(cast("list[object]", item)))
    return found


def _text(found: list[Problem], pointer: str, text: str) -> None:
    if "\x00" in text:
        found.append(
            Problem(code="nul", message="A text holds the character NUL.", advice="Take it out.", pointer=pointer)
        )
    elif not text.isascii() and any(0xD800 <= ord(character) <= 0xDFFF for character in text):
        found.append(
            Problem(
                code="lone_surrogate", message="A text holds half a character.", advice="Take it out.", pointer=pointer
            )
        )


def _escaped(key: str) -> str:
    """One part of a JSON pointer. Half a character in a key can't be sent back either: it is shown as "?"."""
    return key.encode("utf-8", "replace").decode().replace("~", "~0").replace("/", "~1")


def _depth(text: str) -> int:
    depth = deepest = 0
    inside = escaped = False
    for character in text:
        if inside:
            if escaped:
                escaped = False
            elif character == "\\":
                escaped = True
            elif character == '"':
                inside = False
        elif character == '"':
            inside = True
        elif character in "[{":
            depth += 1
            deepest = max(deepest, depth)
        elif character in "]}":
            depth -= 1
    return deepest


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) < len(pairs):
        seen: set[str] = set()
        for key, _ in pairs:
            if key in seen:
                raise _Refused("duplicate_key", f"The key {key!r} stands twice in one object.")
            seen.add(key)
    return made


def _constant(text: str) -> float:
    raise _Refused("not_finite", f"{text} is no JSON number.")


def _integer(text: str) -> int:
    if len(text) > 20 or not MIN_INTEGER <= int(text) <= MAX_INTEGER:
        raise _Refused("integer_too_large", f"{text[:30]} does not fit into 64 bits; send it as a text.")
    return int(text)


def _float(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise _Refused("not_finite", f"{text[:30]} is too large for a number.")
    return number


def _invalid(code: str, message: str) -> InvalidInput:
    return InvalidInput(code, message, "Send JSON as RFC 8259 has it, within the limits of the documentation.")
