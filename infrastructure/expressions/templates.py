"""Where expressions stand inside values: `${...}` in texts, and everything else as it is."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import cast

MAX_EXPRESSION_BYTES = 4096
"""One expression, in UTF-8. What is longer belongs into a python node."""


@dataclass(frozen=True, kw_only=True)
class Expression:
    """The text between `${` and its `}`; `at` is the index of the `$` in the string it stands in."""

    text: str
    at: int


@dataclass(frozen=True, kw_only=True)
class Template:
    """A string in parts. `sole`: it is exactly one expression, so the value keeps its type."""

    parts: tuple[str | Expression, ...]

    @property
    def sole(self) -> Expression | None:
        """The one expression, when there is nothing else."""
        only = self.parts[0] if len(self.parts) == 1 else None
        return only if isinstance(only, Expression) else None

    @property
    def expressions(self) -> tuple[Expression, ...]:
        """All expressions in order."""
        return tuple(part for part in self.parts if isinstance(part, Expression))


class UnclosedExpression(ValueError):
    """A `${` whose `}` does not come; `at` is its index."""

    def __init__(self, at: int) -> None:
        super().__init__(f"the expression that begins at character {at + 1} has no closing }}")
        self.at = at


@lru_cache(maxsize=4096)
def parse(text: str) -> Template:
    """Cut a string at its expressions. `$${` stands for a literal `${`. Raises UnclosedExpression."""
    parts: list[str | Expression] = []
    literal = ""
    at = 0
    while (start := text.find("${", at)) >= 0:
        if start > at and text[start - 1] == "$":
            literal += text[at : start - 1] + "${"
            at = start + 2
            continue
        literal += text[at:start]
        end = _closing(text, start + 2, start)
        if literal:
            parts.append(literal)
            literal = ""
        parts.append(Expression(text=text[start + 2 : end].strip(), at=start))
        at = end + 1
    literal += text[at:]
    if literal or not parts:
        parts.append(literal)
    return Template(parts=tuple(parts))


def _closing(text: str, at: int, start: int) -> int:
    """Index of the `}` that ends an expression: quoted texts, quoted names and comments are passed over."""
    depth = 0
    while at < len(text):
        char = text[at]
        if char in "\"'`":
            at = _end_of_quote(text, at, start)
        elif char == "/" and text.startswith("/*", at):
            end = text.find("*/", at + 2)
            if end < 0:
                raise UnclosedExpression(start)
            at = end + 1
        elif char == "{":
            depth += 1
        elif char == "}":
            if depth == 0:
                return at
            depth -= 1
        at += 1
    raise UnclosedExpression(start)


def _end_of_quote(text: str, at: int, start: int) -> int:
    quote = text[at]
    at += 1
    while at < len(text):
        if text[at] == "\\" and quote != "`":
            at += 1
        elif text[at] == quote:
            return at
        at += 1
    raise UnclosedExpression(start)


def strings(value: object, pointer: str = "") -> Iterator[tuple[str, str]]:
    """Every string inside a JSON value with its JSON pointer. Keys of objects are no templates."""
    pending: list[tuple[str, object]] = [(pointer, value)]
    while pending:
        where, item = pending.pop()
        if isinstance(item, str):
            yield where, item
        elif isinstance(item, Mapping):
            below = list(cast(Mapping[str, object], item).items())
            pending += [(f"{where}/{escape(str(key))}", inner) for key, inner in reversed(below)]
        elif isinstance(item, list | tuple):
            listed = list(enumerate(cast(list[object], item)))
            pending += [(f"{where}/{index}", inner) for index, inner in reversed(listed)]


def escape(key: str) -> str:
    """A key as a part of a JSON pointer (RFC 6901)."""
    return key.replace("~", "~0").replace("/", "~1")
