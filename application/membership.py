"""This server among others on the same database: its heartbeat, the executions of servers that are gone, and what
becomes of its own steps when it is cut off.

All by the database's clock, but for one thing: how long it has not been heard is measured here, by the monotonic
clock, so that its steps are dead before another server may start them again.
"""

import asyncio
import logging
from collections.abc import Callable, Sequence
from typing import Protocol
from uuid import UUID

from application.ports import Clock, Leases, Orphan, StoreUnavailable

log = logging.getLogger("runwright.membership")

LEASE_S = 15.0
"""A server that was not heard for so long is gone; its executions go to others."""
BEATS_A_LEASE = 4
SCAN_S = 0.5
CUT_OFF = 11 / 15
"""Share of the lease after which a server that is not heard ends its own steps: what is left is for the killing."""


class Member(Protocol):
    """What a conductor does as one of several."""

    async def take_over(self, orphans: Sequence[Orphan]) -> None: ...
    async def take_up_own(self) -> None: ...
    def cut_off(self) -> None: ...


class Membership:
    """One server's. `lease_s`: see LEASE_S; `scan_s` lies between two looks for what others left."""

    def __init__(
        self, leases: Leases, clock: Clock, member: Member, server_id: UUID, *, lease_s: float = LEASE_S,
        scan_s: float = SCAN_S,
    ) -> None:  # fmt: skip
        self._leases, self._clock, self._member, self._server_id = leases, clock, member, server_id
        self._lease_s, self._scan_s = lease_s, min(scan_s, lease_s / 6)
        self._heard_at = self._steady_since = 0.0
        self._is_cut_off = False
        self._returning: asyncio.Task[None] | None = None
        self._tasks: list[asyncio.Task[None]] = []
        self.others = 0
        """Other servers that were alive at the last heartbeat."""

    async def start(self) -> None:
        """Be heard from now on, before anything is taken up. Raises StoreUnavailable."""
        self._steady_since = self._clock.monotonic()
        await self._beat()
        self._tasks = [
            asyncio.create_task(self._every(self._lease_s / BEATS_A_LEASE, self._be_heard), name="heartbeat")
        ]

    def run(self) -> None:
        """Look after what others left, and whether this server is still heard."""
        self._tasks += [
            asyncio.create_task(self._every(self._scan_s, self._look_after), name="orphans"),
            asyncio.create_task(self._every(min(self._scan_s, self._lease_s / 15), self._watch), name="cut-off"),
        ]

    async def close(self) -> None:
        """Stop looking. It is still heard: ending what it runs may take longer than a lease."""
        await _end([*self._tasks[1:], *([] if self._returning is None else [self._returning])])

    async def resign(self) -> None:
        """Nothing of this server lives any more: others need not wait until its lease is over."""
        await _end(self._tasks)
        try:
            await self._leases.resign(self._server_id)
        except StoreUnavailable as error:
            log.warning("others will wait for the end of this server's lease: %s", error)

    async def _every(self, seconds: float, work: Callable[[], object]) -> None:
        while True:
            try:
                done = work()
                if asyncio.iscoroutine(done):
                    await done
            except StoreUnavailable as error:
                log.warning("the database was not reached: %s", error)
            except Exception:  # a member that is silent for ever would be taken for dead
                log.exception("a part of the membership failed; it is tried again")
            await asyncio.sleep(seconds)

    async def _beat(self) -> None:
        asked = self._clock.monotonic()
        self.others = await self._leases.beat(self._server_id, ttl_s=self._lease_s)
        if asked - self._heard_at > self._lease_s:
            self._steady_since = asked  # it was away: others get the time that it has had
        self._heard_at = asked

    async def _be_heard(self) -> None:
        await self._beat()
        if self._is_cut_off and (self._returning is None or self._returning.done()):
            # Beside the heartbeat: what it waits for may take longer than a lease.
            self._returning = asyncio.create_task(self._return(), name="return")

    async def _return(self) -> None:
        try:
            await self._member.take_up_own()
        except Exception:  # the next heartbeat tries again
            log.exception("what was this server's own could not be taken up yet")
        else:
            self._is_cut_off = False

    def _watch(self) -> None:
        """Alone it goes on: nobody can take what is its own while nobody reaches the database."""
        silent_s = self._clock.monotonic() - self._heard_at
        if self.others and not self._is_cut_off and silent_s > self._lease_s * CUT_OFF:
            log.error("not heard for %.1f s: the steps of this server are ended before others take them", silent_s)
            self._is_cut_off = True
            self._member.cut_off()

    async def _look_after(self) -> None:
        orphans = await self._leases.orphans()
        if self._is_cut_off:
            return
        # After the database was away nobody has been heard: everybody gets one lease to come back.
        steady = self._clock.monotonic() - self._steady_since >= self._lease_s
        taken = [one for one in orphans if one.owner != self._server_id and (one.resigned or steady)]
        if taken:
            await self._member.take_over(taken)


async def _end(tasks: Sequence[asyncio.Task[None]]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
