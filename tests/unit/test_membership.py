"""One server among others: heard for as long as anything of it lives, and cut off only when others could take over."""

import asyncio
from collections.abc import Sequence
from uuid import UUID

from application.membership import Membership
from application.ports import Orphan, StoreUnavailable
from infrastructure.memory.leases import MemoryLeases
from infrastructure.memory.log import MemoryLog
from tests.simulation.loop import VirtualClock, VirtualLoop, run

ME, OTHER = UUID(int=1), UUID(int=2)
LEASE_S = 15.0


class Leases(MemoryLeases):
    away = False

    async def beat(self, server: UUID, *, ttl_s: float) -> int:
        if self.away:
            raise StoreUnavailable("away")
        return await super().beat(server, ttl_s=ttl_s)


class Member:
    def __init__(self) -> None:
        self.cuts = 0
        self.may_return = asyncio.Event()

    async def take_over(self, orphans: Sequence[Orphan]) -> None:
        raise AssertionError(orphans)

    async def take_up_own(self) -> None:
        await self.may_return.wait()

    def cut_off(self) -> None:
        self.cuts += 1


class World:
    def __init__(self, loop: VirtualLoop) -> None:
        self.clock = VirtualClock(loop)
        self.leases = Leases(MemoryLog(), self.clock)
        self.member = Member()
        self.membership = Membership(self.leases, self.clock, self.member, ME, lease_s=LEASE_S)

    async def others_see_me(self) -> bool:
        return await MemoryLeases.beat(self.leases, OTHER, ttl_s=1_000) == 1


def test_it_is_heard_until_it_resigns_however_long_its_end_takes() -> None:
    loop = VirtualLoop()

    async def live() -> None:
        world = World(loop)
        await world.membership.start()
        world.membership.run()
        await world.membership.close()
        await asyncio.sleep(4 * LEASE_S)
        assert await world.others_see_me()
        await world.membership.resign()
        assert not await world.others_see_me()
        await asyncio.sleep(LEASE_S)
        assert not await world.others_see_me(), "no heartbeat comes after it"

    run(live(), loop)


def test_it_is_heard_before_it_looks_and_while_it_takes_up_its_own() -> None:
    loop = VirtualLoop()

    async def live() -> None:
        world = World(loop)
        await world.membership.start()
        await asyncio.sleep(4 * LEASE_S)  # as long as taking up may last
        assert await world.others_see_me()
        world.membership.run()
        await asyncio.sleep(LEASE_S)  # the other has been counted
        world.leases.away = True
        await asyncio.sleep(LEASE_S)
        assert world.member.cuts == 1
        world.leases.away = False
        await asyncio.sleep(4 * LEASE_S)
        assert await world.others_see_me()
        world.member.may_return.set()
        await world.membership.close()
        await world.membership.resign()

    run(live(), loop)


def test_alone_it_is_never_cut_off() -> None:
    loop = VirtualLoop()

    async def live() -> None:
        world = World(loop)
        await world.membership.start()
        world.membership.run()
        world.leases.away = True
        await asyncio.sleep(10 * LEASE_S)
        assert world.member.cuts == 0
        await world.membership.close()
        await world.membership.resign()

    run(live(), loop)
