"""What is asked again until the database answers."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import TypeVar

from application.ports import StoreUnavailable

log = logging.getLogger("runwright.conductor")
T = TypeVar("T")
AGAIN_S = 0.3
"""How long something that the database did not answer waits before it is asked again."""


async def patiently(work: Callable[[], Awaitable[T]]) -> T:
    """A question that is asked again until the database answers."""
    while True:
        try:
            return await work()
        except StoreUnavailable as error:
            log.warning("a question waits for the database: %s", error)
            await asyncio.sleep(AGAIN_S)
