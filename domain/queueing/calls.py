"""How many attempts of a step that calls another program are out at once, by how that answers. Pure.

A step is not limited until it is told that it asks too often, or is not answered in time; then half of what was out may
be, and one more after as many answers as are out. Far above what was ever out the limit is dropped.
"""

from collections import OrderedDict
from dataclasses import dataclass

CALL = "call:"
"""Begins the name of the resource that is one attempt of a step that calls."""
MOST_STEPS = 1_000
APART_S = 1.0
"""Refusals within this time are one: they answer what was out together."""


@dataclass(slots=True)
class _Calls:
    limit: int
    answered: int
    halved_at: float
    most: int


class Calls:
    """By the name of the resource."""

    def __init__(self) -> None:
        self._steps: OrderedDict[str, _Calls] = OrderedDict()

    def limits(self) -> dict[str, float]:
        """What may be out, of steps that were refused."""
        return {name: float(calls.limit) for name, calls in self._steps.items()}

    def refused(self, name: str, out: int, now: float) -> tuple[int, int] | None:
        """It asks too often, with so many out (itself among them); from which limit to which, when that moves it."""
        calls = self._steps.get(name)
        if calls is None:
            calls = self._steps[name] = _Calls(max(2, out), 0, now - APART_S, max(2, out))
            if len(self._steps) > MOST_STEPS:
                self._steps.popitem(last=False)
        calls.answered = 0
        if now - calls.halved_at < APART_S:
            return None
        before, calls.limit, calls.halved_at = calls.limit, max(1, min(calls.limit, out) // 2), now
        return (before, calls.limit) if before != calls.limit else None

    def answered(self, name: str) -> tuple[int, int | None] | None:
        """It was answered; from which limit to which (None: to none), when that moves it."""
        calls = self._steps.get(name)
        if calls is None:
            return None
        calls.answered += 1
        if calls.answered < calls.limit:
            return None
        calls.answered = 0
        before, calls.limit = calls.limit, calls.limit + 1
        if calls.limit > 2 * calls.most:
            del self._steps[name]
            return before, None
        return before, calls.limit
