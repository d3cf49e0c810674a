"""An event loop whose time is not the world's: when nothing is left to do it jumps to the next timer.

An hour of waiting takes no time, and with no thread, no socket and no clock of the machine a seed gives the same run.
"""

import asyncio
import selectors
from collections.abc import Coroutine
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

T = TypeVar("T")
BEGIN = datetime(2026, 1, 1, tzinfo=UTC)


class Stuck(Exception):
    """Nothing is ready and no timer is set: what is waited for never comes."""


class _Jump(selectors.SelectSelector):
    """Waits by moving the time."""

    now = 0.0

    def select(self, timeout: float | None = None) -> list[Any]:
        if timeout is None:
            raise Stuck("nothing will ever happen any more")
        self.now += max(0.0, timeout)
        return []


class VirtualLoop(asyncio.SelectorEventLoop):
    """asyncio's own loop on a selector that jumps."""

    def __init__(self) -> None:
        self._jump = _Jump()
        super().__init__(self._jump)

    def time(self) -> float:
        """Seconds since the loop was made, all of them virtual."""
        return self._jump.now


class VirtualClock:
    """The Clock port by a loop's time."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop

    def now(self) -> datetime:
        return BEGIN + timedelta(seconds=self._loop.time())

    def monotonic(self) -> float:
        return self._loop.time()


class JumpingClock(VirtualClock):
    """A server's own: its wall time is put forward and back, what it measures by does not notice."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        super().__init__(loop)
        self.wrong_s = 0.0

    def now(self) -> datetime:
        return super().now() + timedelta(seconds=self.wrong_s)


def run(work: Coroutine[Any, Any, T], loop: VirtualLoop) -> T:
    """Run to the end, then end whatever is left."""
    try:
        return loop.run_until_complete(work)
    except Stuck as stuck:
        raise Stuck(f"{stuck}: {'; '.join(sorted(map(_place, asyncio.all_tasks(loop))))}") from None
    finally:
        left = asyncio.all_tasks(loop)
        for task in left:
            task.cancel()
        if left:
            loop.run_until_complete(asyncio.gather(*left, return_exceptions=True))
        loop.close()


def _place(task: asyncio.Task[Any]) -> str:
    """What a task waits in: the names of its coroutines, the innermost last."""
    names: list[str] = []
    at: Any = task.get_coro()
    while at is not None:
        names.append(getattr(at, "__qualname__", type(at).__name__))
        at = getattr(at, "cr_await", None)
    return " > ".join(names)
