"""Leases: which servers are alive and who owns an execution, by the database's clock."""

from collections.abc import Sequence
from uuid import UUID

from application.ports import OpenExecution, Orphan
from domain.queueing.admission import Group
from infrastructure.postgres.connection import Connections, statement


class PostgresLeases:
    """Leases on the table `leases`."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections

    async def beat(self, server: UUID, *, ttl_s: float) -> int:
        """This server is alive for some time more; how many others are."""
        return int((await self._connections.named("beat", {"server": server, "ttl": ttl_s}))[0][0])

    async def resign(self, server: UUID) -> None:
        """Nothing of this server lives any more."""
        async with self._connections.use() as connection:
            await connection.execute(statement("resign"), {"server": server})

    async def orphans(self) -> Sequence[Orphan]:
        """Executions of servers that are not alive."""
        return [
            Orphan(execution_id=UUID(name.removeprefix("execution:")), owner=owner, epoch=epoch, resigned=resigned)
            for name, owner, epoch, resigned in await self._connections.rows("orphans")
        ]

    async def open_executions(self) -> Sequence[OpenExecution]:
        """Every execution that is not final."""
        return await self._executions("open_executions")

    async def owned_executions(self) -> Sequence[OpenExecution]:
        """Those that some server has."""
        return await self._executions("owned_executions")

    async def _executions(self, question: str) -> Sequence[OpenExecution]:
        return [
            OpenExecution(
                execution_id=UUID(name.removeprefix("execution:")), owner=owner, epoch=epoch,
                group=None if workflow_id is None else Group(workflow_id, key),
            )
            for name, owner, epoch, workflow_id, key in await self._connections.rows(question)
        ]  # fmt: skip
