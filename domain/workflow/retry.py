"""When a failed attempt is tried again, and how long that waits. Pure: the same facts give the same delay."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from domain.errors import Category
from domain.event import StepError

RETRIED_BY_DEFAULT = frozenset({Category.STEP, Category.TIMEOUT, Category.INFRASTRUCTURE, Category.CAPACITY})
"""What a repetition may mend when the policy names no category: not what the definition or the input got wrong."""


@dataclass(frozen=True, kw_only=True)
class Retry:
    """The policy of a node. `max_attempts` counts the first; losses of a worker do not count.

    The n-th repetition waits `min(interval_s * backoff ** (n - 1), max_interval_s)` seconds, with jitter somewhere
    between half of it and all of it. `on`: categories; `types`: names of exceptions; `when`: an expression over
    `error` and `attempt`. What is named must all hold; nothing named is RETRIED_BY_DEFAULT.
    """

    max_attempts: int = 1
    interval_s: float = 1.0
    backoff: float = 2.0
    max_interval_s: float = 60.0
    jitter: bool = True
    on: frozenset[Category] | None = None
    types: frozenset[str] | None = None
    when: str | None = None

    @staticmethod
    def of(node: Mapping[str, Any] | None, default: Mapping[str, Any] | None) -> "Retry | None":
        """The node's own fields over the workflow's; None where neither has any."""
        if node is None and default is None:
            return None
        raw = {**(default or {}), **(node or {})}
        on, types = raw.get("on"), raw.get("types")
        return Retry(
            max_attempts=raw.get("max_attempts", 3),
            interval_s=raw.get("interval_s", 1.0),
            backoff=raw.get("backoff", 2.0),
            max_interval_s=raw.get("max_interval_s", 60.0),
            jitter=raw.get("jitter", True),
            on=None if on is None else frozenset(Category(name) for name in on),
            types=None if types is None else frozenset(types),
            when=raw.get("when"),
        )

    def applies(self, error: StepError, failures: int) -> str | None:
        """The rule by which a step that has failed `failures` times in this run may be tried again: category, type
        or default; None when it may not. `when` is not asked here."""
        if failures >= self.max_attempts:
            return None
        if self.types is not None and error.type not in self.types:
            return None
        if self.on is None and self.types is None:
            return "default" if error.category in RETRIED_BY_DEFAULT else None
        if self.on is not None and error.category not in self.on:
            return None
        return "category" if self.types is None else "type"

    def delay_s(self, failures: int, seed: str) -> float:
        """Seconds until the next attempt after the `failures`-th failure."""
        try:
            wait = min(self.interval_s * self.backoff ** (failures - 1), self.max_interval_s)
        except OverflowError:
            wait = self.max_interval_s
        return wait * (0.5 + _fraction(seed) / 2) if self.jitter else wait


def seed_of(execution_id: UUID, run: int, path: str, attempt: int) -> str:
    """What the jitter of one attempt is drawn from."""
    return f"{execution_id}:{run}:{path}:{attempt}"


def _fraction(seed: str) -> float:
    """0 up to 1, evenly, the same for the same seed on every machine."""
    return int.from_bytes(hashlib.sha256(seed.encode()).digest()[:7]) / 2**56
