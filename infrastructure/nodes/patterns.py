"""Patterns that people write in schemas, on an engine whose time grows with the text: no pattern holds the server."""

from collections.abc import Callable
from functools import lru_cache


def problem_of_pattern(pattern: str) -> str | None:
    """Why the engine does not take a pattern, or None."""
    try:
        matcher(pattern)
    except ValueError as error:
        return str(error)
    return None


@lru_cache(maxsize=1024)
def matcher(pattern: str) -> tuple[Callable[[object], bool], int]:
    """Whether a text has the pattern somewhere, and the size of the machine that looks. Raises ValueError."""
    from pydantic_core import SchemaError as Refused  # noqa: PLC0415 - megabytes that schemas without patterns need not
    from pydantic_core import SchemaValidator, core_schema  # noqa: PLC0415

    try:
        found = SchemaValidator(core_schema.str_schema(pattern=pattern, regex_engine="rust-regex"))
    except Refused as error:
        raise ValueError(str(error).strip().splitlines()[-1].removeprefix("error: ").strip()[:200]) from None
    return found.isinstance_python, size_of_pattern(pattern)


def size_of_pattern(pattern: str) -> int:
    """About how many states its machine has: characters, times the counts `{n,m}` behind them. Each may be looked at
    for each character of a text (the engine's worst case)."""
    sizes, last, at = [0], 0, 0
    while at < len(pattern):
        char = pattern[at]
        if char == "{":
            end = pattern.find("}", at)
            counts = [
                int(one) for one in pattern[at + 1 : max(end, at)].split(",") if one.isascii() and one.isdecimal()
            ]
            if counts:
                sizes[-1] += last * (max(counts) - 1)
                at = end
        elif char == "(":
            sizes.append(0)
        elif char == ")" and len(sizes) > 1:
            last = sizes.pop()
            sizes[-1] += last
        elif char not in "*+?|^$":
            last = 1
            sizes[-1] += 1
            if char == "\\":
                at += 1
            elif char == "[":
                at = max(pattern.find("]", at + 2), at)
        at += 1
    return max(1, sum(sizes))
