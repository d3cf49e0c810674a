"""Contents out of line, in parts of 1 MiB, addressed by SHA-256."""

import hashlib
from collections import OrderedDict

from application.ports import StoreUnavailable
from domain.errors import InvalidInput
from domain.values import ArtifactRef
from infrastructure.postgres.connection import Connections, statement

PART_BYTES = 1024 * 1024
CACHE_BYTES = 16 * 1024 * 1024
"""Recent contents kept in memory: the next step usually reads what the last one wrote."""


class PostgresArtifacts:
    """Artifacts on the tables `artifacts` and `artifact_chunks`."""

    def __init__(self, connections: Connections, *, max_bytes: int) -> None:
        self._connections = connections
        self._max_bytes = max_bytes
        self._cache: OrderedDict[str, bytes] = OrderedDict()
        self._cached = 0

    async def put(self, content: bytes, media_type: str, name: str | None = None) -> ArtifactRef:
        """Store and commit. Raises InvalidInput when it is too large, StoreUnavailable."""
        if len(content) > self._max_bytes:
            raise InvalidInput(
                "artifact_too_large",
                f"An artifact of {len(content)} bytes is more than the {self._max_bytes} allowed.",
                "Write less, or raise artifact_max_bytes in the settings.",
            )
        sha256 = hashlib.sha256(content).hexdigest()
        reference = ArtifactRef(sha256=sha256, size_bytes=len(content), media_type=media_type, name=name)
        if sha256 in self._cache:
            return reference
        async with self._connections.use() as connection, connection.transaction():
            cursor = await connection.execute(statement("artifact_put"), (sha256, len(content)))
            if await cursor.fetchone() is not None:
                for part in range(0, max(len(content), 1), PART_BYTES):
                    await connection.execute(
                        statement("artifact_chunk_put"), (sha256, part // PART_BYTES, content[part : part + PART_BYTES])
                    )
        self._remember(sha256, content)
        return reference

    async def get(self, sha256: str) -> bytes | None:
        """The content. Raises StoreUnavailable when it does not match its hash any more."""
        known = self._cache.get(sha256)
        if known is not None:
            self._cache.move_to_end(sha256)
            return known
        parts = await self._connections.rows("artifact_get", (sha256,))
        if not parts:
            return None
        content = b"".join(part for (part,) in parts)
        if hashlib.sha256(content).hexdigest() != sha256:
            raise StoreUnavailable(f"artifact {sha256} is damaged in the database")
        self._remember(sha256, content)
        return content

    def _remember(self, sha256: str, content: bytes) -> None:
        if len(content) > CACHE_BYTES // 4:
            return
        self._cache[sha256] = content
        self._cached += len(content)
        while self._cached > CACHE_BYTES:
            self._cached -= len(self._cache.popitem(last=False)[1])
