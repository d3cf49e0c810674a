"""Leases without a database, by the time of the clock that is given."""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from application.ports import Clock, OpenExecution, Orphan
from infrastructure.memory.log import Lease, MemoryLog


class MemoryLeases:
    """Leases on a `MemoryLog`."""

    def __init__(self, log: MemoryLog, clock: Clock) -> None:
        self._log = log
        self._clock = clock

    async def beat(self, server: UUID, *, ttl_s: float) -> int:
        """This server is alive for some time more; how many others are."""
        now = self._clock.now()
        self._log.leases[f"server:{server}"] = Lease(server, 1, now + timedelta(seconds=ttl_s))
        return sum(self._is_alive(lease.owner) for lease in self._servers() if lease.owner != server)

    async def resign(self, server: UUID) -> None:
        """Nothing of this server lives any more."""
        self._log.leases.pop(f"server:{server}", None)

    async def orphans(self) -> Sequence[Orphan]:
        """Executions of servers that are not alive."""
        return [
            Orphan(
                execution_id=one.execution_id, owner=one.owner, epoch=one.epoch,
                resigned=f"server:{one.owner}" not in self._log.leases,
            )
            for one in await self.open_executions()
            if one.owner is not None and not self._is_alive(one.owner)
        ][:200]  # fmt: skip

    def _servers(self) -> list[Lease]:
        return [lease for name, lease in self._log.leases.items() if name.startswith("server:")]

    def _is_alive(self, server: UUID | None) -> bool:
        lease = self._log.leases.get(f"server:{server}")
        return lease is not None and lease.expires_at is not None and lease.expires_at > self._clock.now()

    async def owned_executions(self) -> Sequence[OpenExecution]:
        """Those that some server has."""
        return [one for one in await self.open_executions() if one.owner is not None]

    async def open_executions(self) -> Sequence[OpenExecution]:
        """Every execution that is not final, oldest first."""
        return [
            OpenExecution(
                execution_id=UUID(name.removeprefix("execution:")),
                owner=lease.owner,
                epoch=lease.epoch,
                group=lease.group,
            )
            for name, lease in self._log.leases.items()
            if name.startswith("execution:")
        ]
