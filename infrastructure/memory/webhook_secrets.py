"""The secrets of webhooks, in a dictionary."""

from uuid import UUID


class MemoryWebhookSecrets:
    """WebhookSecrets without a database."""

    def __init__(self) -> None:
        self._secrets: dict[UUID, str] = {}

    async def put(self, trigger_id: UUID, secret: str) -> None:
        """Keep it instead of the one before."""
        self._secrets[trigger_id] = secret

    async def get(self, trigger_id: UUID) -> str | None:
        """The secret."""
        return self._secrets.get(trigger_id)

    async def remove(self, trigger_id: UUID) -> None:
        """Forget it."""
        self._secrets.pop(trigger_id, None)
