"""Who starts next, and how many attempts may be out at once. Pure bookkeeping: no clock, no I/O.

One limit counts the attempts handed to workers over all executions (slots). An execution is admitted,
first in first out, when a slot is free that no running execution waits for; a running execution's
further steps wait for a slot, the oldest execution first.
"""

from collections import OrderedDict
from dataclasses import dataclass
from typing import Generic, TypeVar
from uuid import UUID

T = TypeVar("T")


@dataclass(slots=True)
class _Wants:
    """A running execution that has steps to start and no slot; `age` is its position in the log."""

    age: int
    steps: int


class Admission(Generic[T]):
    """Slots and queue of one service. `T` is what is kept of a queued execution."""

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self.used = 0
        self._queue: OrderedDict[UUID, T] = OrderedDict()
        self._wants: dict[UUID, _Wants] = {}

    # ── slots ──

    def take(self, slots: int = 1) -> None:
        """Slots are held from the decision to start until the outcome is decided about."""
        self.used += slots

    def give_back(self, slots: int) -> None:
        """Attempts that are over, or were never handed over."""
        self.used -= slots

    def room(self, execution_id: UUID, age: int) -> int:
        """Slots this execution may take now: free ones, less those that older ones wait for."""
        free = self.limit - self.used
        if free > 0 and self._wants:
            free -= sum(w.steps for other, w in self._wants.items() if other != execution_id and w.age < age)
        return max(0, free)

    def wait(self, execution_id: UUID, age: int, steps: int) -> None:
        """The execution could start so many more steps (0: none)."""
        if steps:
            self._wants[execution_id] = _Wants(age, steps)
        else:
            self._wants.pop(execution_id, None)

    def waits(self, execution_id: UUID) -> bool:
        """Whether the execution has steps that wait for a slot."""
        return execution_id in self._wants

    def next_waiting(self) -> UUID | None:
        """The oldest running execution that waits for a slot, when one is free."""
        if not self._wants or self.used >= self.limit:
            return None
        return min(self._wants, key=lambda execution_id: self._wants[execution_id].age)

    # ── queue ──

    @property
    def open(self) -> bool:
        """Whether an execution may start at once: nobody is before it and a slot is free."""
        return not self._queue and self.may_admit

    @property
    def may_admit(self) -> bool:
        """Whether the head of the queue may start now."""
        return not self._wants and self.used < self.limit

    def enqueue(self, execution_id: UUID, kept: T, *, first: bool = False) -> None:
        """Put at the end; `first` puts back what could not be started after all."""
        self._queue[execution_id] = kept
        if first:
            self._queue.move_to_end(execution_id, last=False)

    def next_queued(self) -> T | None:
        """Take the head of the queue, when it may start now."""
        return self._queue.popitem(last=False)[1] if self._queue and self.may_admit else None

    def kept(self, execution_id: UUID) -> T | None:
        """What is kept of a queued execution; None when it is not in the queue."""
        return self._queue.get(execution_id)

    def leave(self, execution_id: UUID) -> T | None:
        """Take out of the queue; None when it is not there."""
        return self._queue.pop(execution_id, None)

    @property
    def queued(self) -> int:
        """How many wait in the queue."""
        return len(self._queue)

    def place(self, execution_id: UUID) -> int | None:
        """The place in the queue, from 1."""
        return next((place for place, queued in enumerate(self._queue, 1) if queued == execution_id), None)
