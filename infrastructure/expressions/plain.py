"""Plain paths (`inputs.city`, `steps.load.output.rows`), resolved in process.

They are the most common expressions by far and cost no hop to another process. The result is what
JSONata gives (a property test compares): a missing name is undefined; a name over a list is looked up in
each item, and the results are joined into one sequence.
"""

import re
from functools import lru_cache
from typing import Final, cast

import msgspec

from application.ports import Scope
from domain.values import JsonText

_NAME = r"(?:[A-Za-z_][A-Za-z0-9_]*|`[^`]+`)"
_PATH = re.compile(rf"{_NAME}(?:\s*\.\s*{_NAME})*")
_NAMES = re.compile(_NAME)
_WORDS = frozenset({"and", "or", "in", "true", "false", "null", "function"})

MISSING: Final = None
"""What a path gives that leads nowhere (JSONata's undefined)."""

_RAW_OBJECT = msgspec.json.Decoder(dict[str, msgspec.Raw])


@lru_cache(maxsize=4096)
def path_of(expression: str) -> tuple[str, ...] | None:
    """The names of a plain path, or None when the expression is more than that."""
    if not _PATH.fullmatch(expression):
        return None
    names = [name.strip("`") for name in _NAMES.findall(expression)]
    return None if any(name in _WORDS for name in names) else tuple(names)


def walk(path: tuple[str, ...], scope: Scope) -> JsonText | None:
    """The value at the end of the path as JSON, or MISSING.

    Objects on the way are only split at their first level, so handing on a large value costs neither
    parsing nor writing it.
    """
    root, *rest = path
    if root == "inputs":
        return _walk(scope.inputs, rest)
    if root == "execution":
        return _walk(scope.execution, rest)
    if root in scope.extra:
        return _walk(scope.extra[root], rest)
    if root != "steps":
        return MISSING
    if not rest:
        return JsonText(msgspec.json.encode({name: msgspec.Raw(text) for name, text in scope.steps.items()}))
    step = scope.steps.get(rest[0])
    return MISSING if step is None else _walk(step, rest[1:])


def _walk(text: JsonText, names: list[str]) -> JsonText | None:
    value = text
    for index, name in enumerate(names):
        head = value[:1]
        if head == b"[":
            return _through_list(value, names[index:])
        if head != b"{":
            return MISSING
        found = _RAW_OBJECT.decode(value).get(name)
        if found is None:
            return MISSING
        value = JsonText(bytes(found))
    return value


def _through_list(text: JsonText, names: list[str]) -> JsonText | None:
    """JSONata's rule for names over a list: collect what each item gives, lists joined one level deep;
    nothing is undefined, one is the value itself."""
    sequence = cast(list[object], msgspec.json.decode(text))
    for position, name in enumerate(names):
        last = position == len(names) - 1
        results = [found for item in sequence if (found := _look_up(item, name)) is not _ABSENT]
        if last and len(results) == 1 and isinstance(results[0], _List):
            only = results[0]
            return JsonText(msgspec.json.encode(only.items))
        sequence = list[object]()
        for found in results:
            if isinstance(found, _List):
                sequence += found.items
            else:
                sequence.append(found)
        if not sequence:
            return MISSING
    return JsonText(msgspec.json.encode(sequence[0] if len(sequence) == 1 else sequence))


class _List:
    """A list that stands in the data, as against a sequence of results."""

    __slots__ = ("items",)

    def __init__(self, items: list[object]) -> None:
        self.items = items


_ABSENT: Final = object()


def _look_up(item: object, name: str) -> object:
    """One name in one item; in a list inside a list, in each of its items (joined: a sequence)."""
    if isinstance(item, dict):
        fields = cast(dict[str, object], item)
        if name not in fields:
            return _ABSENT
        value = fields[name]
        return _List(cast(list[object], value)) if isinstance(value, list) else value
    if isinstance(item, list):
        sequence = _look_up_in_list(cast(list[object], item), name)
        if not sequence:
            return _ABSENT
        return sequence[0] if len(sequence) == 1 else _List(sequence)
    return _ABSENT


def _look_up_in_list(items: list[object], name: str) -> list[object]:
    sequence: list[object] = []
    for item in items:
        if isinstance(item, list):
            sequence += _look_up_in_list(cast(list[object], item), name)
        else:
            found = _look_up(item, name)
            if isinstance(found, _List):
                sequence += found.items
            elif found is not _ABSENT:
                sequence.append(found)
    return sequence
