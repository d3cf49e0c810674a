"""What is asked again until the database answers, and what is done again when it failed."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import TypeVar

from application.ports import StoreUnavailable

log = logging.getLogger("runwright.conductor")
T = TypeVar("T")
AGAIN_S = 0.3
"""How long something that the database did not answer waits before it is asked again."""
TRIES = 10
LONGEST_PAUSE_S = 30.0
"""With so many tries and pauses, about a minute and a half passes until work is given up."""


async def patiently(work: Callable[[], Awaitable[T]]) -> T:
    """A question that is asked again until the database answers."""
    while True:
        try:
            return await work()
        except StoreUnavailable as error:
            log.warning("a question waits for the database: %s", error)
            await asyncio.sleep(AGAIN_S)


async def stubbornly(work: Callable[[], Awaitable[T]]) -> T:
    """Work that is done again when it failed for a reason nobody foresaw, as having no more files may pass; each pause
    is twice as long as the one before. Raises what it fails by the last time."""
    pause_s = AGAIN_S
    for _ in range(TRIES - 1):
        try:
            return await work()
        except Exception as error:
            log.warning("done again in %.1f s: %r", pause_s, error)
            await asyncio.sleep(pause_s)
            pause_s = min(2 * pause_s, LONGEST_PAUSE_S)
    return await work()
