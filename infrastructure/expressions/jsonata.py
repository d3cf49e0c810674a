"""The JSONata library behind a few functions, with its traps disarmed.

- Importing it raises the interpreter's recursion limit to 10,000: put back.
- Compiling deep nesting raises RecursionError: told as a mistake of the expression.
- An unknown `$name` is silently null when evaluated: found before, on the parsed tree.
- Its time bound does not hold inside built-in functions: evaluation happens in a process that can be
  killed (see `evaluator`), never in the server. The server only compiles.
"""

import sys
from collections.abc import Iterator
from functools import lru_cache
from typing import Any, cast

from infrastructure.workers.lines import clean

_limit = sys.getrecursionlimit()
from jsonata import Functions as _Functions  # noqa: E402  # type: ignore[reportMissingTypeStubs]  # has none
from jsonata import JException as _JException  # noqa: E402  # type: ignore[reportMissingTypeStubs]
from jsonata import Jsonata as _Jsonata  # noqa: E402  # type: ignore[reportMissingTypeStubs]
from jsonata import Timebox as _Timebox  # noqa: E402  # type: ignore[reportMissingTypeStubs]

sys.setrecursionlimit(_limit)

# The library has no types: from here on it is handled as what it is, anything.
Functions: Any = _Functions
Timebox: Any = _Timebox
Jsonata: Any = _Jsonata

REFUSED = frozenset({"random", "shuffle", "eval"})
"""Functions that would make an evaluation give another result the next time, or run made-up code."""

Node = Any
"""A node of the library's tree; it has no types of its own."""


class NotAnExpression(ValueError):
    """The text is no JSONata; `position` is the index of the character where that shows, or None."""

    def __init__(self, message: str, position: int | None) -> None:
        super().__init__(message)
        self.message, self.position = message, position


@lru_cache(maxsize=1024)
def compile_expression(text: str) -> Any:
    """The compiled expression (216 µs the first time). Raises NotAnExpression."""
    try:
        return Jsonata(text)
    except _JException as error:
        position = error.location if error.location >= 0 else None
        raise NotAnExpression(clean(str(error)), position) from None
    except RecursionError:
        raise NotAnExpression("it is nested too deeply", None) from None
    except Exception as error:
        # The parser lets IndexError, AttributeError, re.error and others out for odd texts.
        raise NotAnExpression(f"it can't be read ({clean(str(error))})", None) from None


def tree_of(text: str) -> Node:
    """The parsed tree of an expression. Raises NotAnExpression."""
    return compile_expression(text).ast


BUILT_IN = frozenset(cast(dict[str, object], Jsonata.static_frame.bindings))
"""Names of the functions every expression has."""


def below(node: Node) -> Iterator[Node]:
    """The nodes right below a node of the tree, whatever they are for."""
    for name, value in cast(dict[str, object], vars(node)).items():
        if name not in _NOT_BELOW:
            yield from _nodes(value)


_NOT_BELOW = frozenset({"_outer_instance", "slot", "ancestor", "seeking_parent", "environment", "lexer"})


def _nodes(value: object) -> Iterator[Node]:
    if isinstance(value, list | tuple):
        for item in cast(list[object], value):
            yield from _nodes(item)
    elif hasattr(value, "lbp") and hasattr(value, "type"):
        yield value
