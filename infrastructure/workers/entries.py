"""An attempt on its way through the pool, and what the pool is told about it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from application.ports import Attachment, Attempt, Signal
from infrastructure.workers.wire import Done

if TYPE_CHECKING:
    from infrastructure.workers.handle import WorkerHandle as Handle


@dataclass(eq=False)
class Entry:
    """One submitted attempt on its way. `seq` names the latest handing-over."""

    attempt: Attempt
    seq: int = 0
    handle: "Handle | None" = None
    announced: bool = False
    seen_running_at: float | None = None
    cancelled_at: float | None = None
    timed_out: bool = False
    out_of_memory: bool = False
    deaths: int = 0
    done: Done | None = None
    attachments: list[Attachment] = field(default_factory=list[Attachment])


class Pool(Protocol):
    """What a handle tells its pool."""

    def say(self, signal: Signal) -> None:
        """Keep a signal for the next flush."""
        ...

    def finished(self, entry: Entry, done: Done) -> None:
        """An attempt ended by itself and its worker goes on."""
        ...

    def taken_back(self, entries: Sequence[Entry]) -> None:
        """These have not begun and need another worker, before all others."""
        ...

    def ended(self, handle: "Handle", status: int | None, killed: bool, open_entries: Sequence[Entry]) -> None:
        """All of a worker is dead; these had been claimed by it."""
        ...

    def flush(self) -> None:
        """Hand the signals kept to the sink."""
        ...
