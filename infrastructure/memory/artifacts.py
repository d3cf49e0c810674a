"""Contents out of line, in a dictionary."""

import hashlib

from domain.errors import InvalidInput
from domain.values import ArtifactRef


class MemoryArtifacts:
    """Artifacts by SHA-256; `max_bytes` is the largest content."""

    def __init__(self, *, max_bytes: int) -> None:
        self._max_bytes = max_bytes
        self._contents: dict[str, bytes] = {}

    async def put(self, content: bytes, media_type: str, name: str | None = None) -> ArtifactRef:
        """Store. Raises InvalidInput when it is too large."""
        if len(content) > self._max_bytes:
            raise InvalidInput(
                "artifact_too_large",
                f"An artifact of {len(content)} bytes is more than the {self._max_bytes} allowed.",
                "Write less, or raise artifact_max_bytes in the settings.",
            )
        sha256 = hashlib.sha256(content).hexdigest()
        self._contents[sha256] = content
        return ArtifactRef(sha256=sha256, size_bytes=len(content), media_type=media_type, name=name)

    async def get(self, sha256: str) -> bytes | None:
        """The content, or None."""
        return self._contents.get(sha256)
