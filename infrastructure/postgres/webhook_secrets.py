"""The secrets of webhooks, in a table of their own."""

from uuid import UUID

from infrastructure.postgres.connection import Connections, statement


class PostgresWebhookSecrets:
    """WebhookSecrets on the table `webhook_secrets`."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections

    async def put(self, trigger_id: UUID, secret: str) -> None:
        """Keep it instead of the one before."""
        async with self._connections.use() as connection, connection.transaction():
            await connection.execute(statement("webhook_secret_put"), (trigger_id, secret))

    async def get(self, trigger_id: UUID) -> str | None:
        """The secret."""
        rows = await self._connections.rows("webhook_secret_get", (trigger_id,))
        return str(rows[0][0]) if rows else None

    async def remove(self, trigger_id: UUID) -> None:
        """Forget it."""
        async with self._connections.use() as connection, connection.transaction():
            await connection.execute(statement("webhook_secret_remove"), (trigger_id,))
