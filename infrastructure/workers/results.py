"""What a step returns, as a value: plain JSON, or a sentence that says what to change."""

import json
import math
from collections.abc import Mapping
from typing import cast

import msgspec

from infrastructure.workers.step import StepRefused

MAX_DEPTH = 64
MAX_OUTPUT_BYTES = 64 * 1024 * 1024

_INT_MIN, _INT_MAX = -(2**63), 2**63 - 1
_WAYS_OUT = {
    "datetime": "use value.isoformat()",
    "date": "use value.isoformat()",
    "time": "use value.isoformat()",
    "timedelta": "use value.total_seconds()",
    "Decimal": "use float(value), or str(value) to keep every digit",
    "Fraction": "use float(value)",
    "UUID": "use str(value)",
    "Path": "use str(path)",
    "PosixPath": "use str(path)",
    "set": "use sorted(value) or list(value)",
    "frozenset": "use sorted(value) or list(value)",
    "bytes": "use value.decode() for text, or step.attach(name, value) for a file",
    "bytearray": "use step.attach(name, bytes(value))",
    "complex": "return its parts, [value.real, value.imag]",
    "ndarray": "use value.tolist()",
    "DataFrame": 'use value.to_dict("records") for a list of rows',
    "Series": "use value.tolist()",
    "Timestamp": "use value.isoformat()",
    "generator": "use list(value)",
    "coroutine": "await it, or make main async",
    "dict_keys": "use list(value)",
    "dict_values": "use list(value)",
    "DuckDBPyRelation": "use value.fetchall()",
}


class NotJson(Exception):
    """A value that can't be recorded; `where` is a JSON pointer into it."""

    def __init__(self, where: str, why: str, way_out: str) -> None:
        super().__init__(f"{why} (at {where or 'the top'})")
        self.where, self.why, self.way_out = where, why, way_out


def to_json(value: object) -> bytes:
    """Compact UTF-8 JSON of what a step returned. Raises StepRefused with the place and the way out.

    Tuples and named tuples become lists; subclasses of str, int, float, list and dict count as their
    base. Nothing else is converted silently.
    """
    try:
        exact = _check(value, 0)
        text = (
            msgspec.json.encode(value)
            if exact
            else json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode()
        )
        if b"\\u0000" in text:
            _find_text(value, "")
    except UnicodeEncodeError:
        try:
            _find_text(value, "")
        except NotJson as error:
            raise _refused(error) from None
        raise
    except NotJson as error:
        raise _refused(_located(value, error)) from None
    if len(text) > MAX_OUTPUT_BYTES:
        raise StepRefused(
            "output_too_large",
            f"The output is {len(text) / 2**20:.0f} MiB of JSON; at most 64 MiB can be handed on.",
            "Return a summary, or store the data elsewhere and return where it is.",
        )
    return text


def _check(value: object, depth: int) -> bool:
    """Raise NotJson (its place not yet known) or say whether every type is exactly a JSON type."""
    kind = type(value)
    if kind is str or value is None or kind is bool:
        return True
    if kind is int:
        if not _INT_MIN <= cast(int, value) <= _INT_MAX:
            raise NotJson("", "an integer does not fit 64 bits", "return it as text with str(value)")
        return True
    if kind is float:
        if not math.isfinite(cast(float, value)):
            raise NotJson("", f"{value} is not a JSON number", "replace NaN and infinity by None")
        return True
    if depth >= MAX_DEPTH and isinstance(value, dict | list | tuple):
        raise NotJson("", f"the value is nested deeper than {MAX_DEPTH} levels", "return a flatter value")
    if isinstance(value, dict):
        exact = kind is dict
        for key, item in cast(dict[object, object], value).items():
            if type(key) is not str:
                if not isinstance(key, str):
                    raise NotJson(
                        "", f"a key is {type(key).__name__} {str(key)[:50]!r}, not text", "make keys text with str(key)"
                    )
                exact = False
            exact = _check(item, depth + 1) and exact
        return exact
    if isinstance(value, list | tuple):
        exact = kind is list or kind is tuple
        for item in cast(list[object], value):
            exact = _check(item, depth + 1) and exact
        return exact
    if isinstance(value, str):
        return False
    if isinstance(value, int):
        _check(int(value), depth)
        return False
    if isinstance(value, float):
        _check(float(value), depth)
        return False
    raise _unknown(value)


def _unknown(value: object) -> NotJson:
    kind = type(value)
    name = kind.__name__
    way_out = _WAYS_OUT.get(name)
    if way_out is None and kind.__module__.split(".")[0] == "numpy":
        way_out = "use value.item()"
    if way_out is None and hasattr(kind, "__dataclass_fields__"):
        way_out = "use dataclasses.asdict(value)"
    return NotJson("", f"{kind.__module__}.{name} is not a JSON type".replace("builtins.", ""), way_out or
                   "return numbers, text, true/false, None, lists and dicts of them")  # fmt: skip


def _located(value: object, error: NotJson) -> NotJson:
    """The same error with its place. Found by a second walk: the first, on every output, stays quick."""
    if error.where:
        return error
    place = _place_of(value, 0)
    return NotJson(place if place is not None else "", error.why, error.way_out)


def _place_of(value: object, depth: int) -> str | None:
    """The pointer of the first wrong value below, or None when all is well."""
    items = _items(value)
    if items is not None and depth < MAX_DEPTH:
        if isinstance(value, dict) and any(not isinstance(key, str) for key, _ in items):
            return ""
        for key, item in items:
            below = _place_of(item, depth + 1)
            if below is not None:
                return f"/{_escape(str(key)[:80])}{below}"
        return None
    try:
        _check(value, depth)
    except NotJson:
        return ""
    return None


def _find_text(value: object, where: str) -> None:
    """Raise NotJson for the first text that has NUL or a lone surrogate."""
    if isinstance(value, str):
        _refuse_text(value, where)
    for key, item in _items(value) or []:
        if isinstance(key, str):
            _refuse_text(key, f"{where}/{_escape(key[:80])}")
        _find_text(item, f"{where}/{_escape(str(key)[:80])}")


def _refuse_text(text: str, where: str) -> None:
    if "\0" in text:
        raise NotJson(where, "a text holds a NUL character", 'remove it: text.replace("\\0", "")')
    try:
        text.encode()
    except UnicodeEncodeError:
        raise NotJson(
            where, "a text holds half of a surrogate pair", 'clean it: text.encode(errors="replace").decode()'
        ) from None


def _items(value: object) -> list[tuple[object, object]] | None:
    if isinstance(value, dict):
        return list(cast(Mapping[object, object], value).items())
    if isinstance(value, list | tuple):
        return list(enumerate(cast(list[object], value)))
    return None


def _escape(key: str) -> str:
    return key.replace("~", "~0").replace("/", "~1").encode(errors="replace").decode().replace("\0", "?")


def _refused(error: NotJson) -> StepRefused:
    where = error.where or "the whole output"
    return StepRefused(
        "output_not_json",
        f"The output can't be recorded: {error.why} (at {where}).",
        f"In the code, {error.way_out}.",
        kind="TypeError",
    )
