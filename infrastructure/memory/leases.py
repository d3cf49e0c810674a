"""Leases without a database, by the time of the clock that is given."""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from application.ports import Clock, OpenExecution
from infrastructure.memory.log import Lease, MemoryLog


class MemoryLeases:
    """Leases on a `MemoryLog`."""

    def __init__(self, log: MemoryLog, clock: Clock) -> None:
        self._log = log
        self._clock = clock

    async def lead(self, role: str, server: UUID, *, ttl_s: float, restarted: bool = False) -> int | None:
        """Take or renew; `restarted` raises the epoch although the owner is the same: a new boot."""
        now, name = self._clock.now(), f"leader:{role}"
        expires_at = now + timedelta(seconds=ttl_s)
        lease = self._log.leases.get(name)
        if lease is None:
            lease = self._log.leases[name] = Lease(server, 1, expires_at)
            return lease.epoch
        valid = lease.expires_at is not None and lease.expires_at > now
        if lease.owner != server and valid:
            return None
        if lease.owner != server or not valid or restarted:
            lease.epoch += 1
        lease.owner, lease.expires_at = server, expires_at
        return lease.epoch

    async def open_executions(self) -> Sequence[OpenExecution]:
        """Every execution that is not final, oldest first."""
        return [
            OpenExecution(execution_id=UUID(name.removeprefix("execution:")), owner=lease.owner, epoch=lease.epoch)
            for name, lease in self._log.leases.items()
            if name.startswith("execution:")
        ]
