"""A client's line: something is sent until it is over, the client leaves, or takes nothing for too long."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from typing import TypeVar

M = TypeVar("M")

SEND_TIMEOUT_S = 30
"""A client that takes nothing for so long is cut off; it resumes from the log."""
LOOK_S = 5.0
"""How often it is looked: a time limit of its own for each message was a sixth of the server's work."""


class Line:
    """Since when a message has waited to be taken."""

    def __init__(self) -> None:
        self._since: float | None = None

    async def send(self, send: Callable[[M], Awaitable[None]], message: M) -> None:
        """Send a message, however long it takes: `carry` looks after the time."""
        self._since = asyncio.get_running_loop().time()
        await send(message)
        self._since = None

    @property
    def is_stuck(self) -> bool:
        """Whether a message has waited longer than SEND_TIMEOUT_S."""
        return self._since is not None and asyncio.get_running_loop().time() - self._since >= SEND_TIMEOUT_S


async def carry(line: Line, sent: Coroutine[object, object, None], left: Coroutine[object, object, None]) -> bool:
    """Run `sent` to its end, unless `left` ends first or the line is stuck; whether it is stuck.

    Raises what `sent` raised, but for OSError: that is a line that broke.
    """
    sending, leaving = asyncio.create_task(sent), asyncio.create_task(left)
    try:
        while not sending.done() and not leaving.done() and not line.is_stuck:
            await asyncio.wait({sending, leaving}, timeout=LOOK_S, return_when=asyncio.FIRST_COMPLETED)
        stuck = not sending.done() and not leaving.done()
    finally:
        for task in (sending, leaving):
            task.cancel()
        await asyncio.gather(sending, leaving, return_exceptions=True)
    error = None if sending.cancelled() else sending.exception()
    if error is not None and not isinstance(error, OSError):
        raise error
    return stuck
