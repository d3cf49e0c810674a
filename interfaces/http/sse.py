"""The response of a stream: sends what a generator gives until it ends, the client leaves, or does not read.

Not a library's: its group of tasks for each stream, and a time limit and a send for each event, were more than a
tenth of the server's time in a short run. Heartbeats come from the generators, which wait for events anyway.
"""

import logging
from collections.abc import AsyncGenerator, Iterable, Iterator

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from interfaces.http.line import Line, carry

CHUNK_BYTES = 64 * 1024
HEARTBEAT = b": heartbeat\n\n"
_HEADERS = [
    (b"content-type", b"text/event-stream; charset=utf-8"),
    (b"cache-control", b"no-store"),
    (b"x-accel-buffering", b"no"),
]
log = logging.getLogger("runwright.http")


class EventStream(Response):
    """Server-Sent Events, in chunks of whole messages."""

    media_type = "text/event-stream"

    def __init__(self, chunks: AsyncGenerator[bytes]) -> None:
        self._chunks = chunks
        self.status_code = 200
        self.raw_headers = [*_HEADERS]
        self.background = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002 - ASGI
        """Send until one side ends."""
        await send({"type": "http.response.start", "status": 200, "headers": self.raw_headers})
        line = Line()
        if await carry(line, self._send_all(line, send), _left(receive)):
            log.info("a stream was cut off: its client does not read")

    async def _send_all(self, line: Line, send: Send) -> None:
        try:
            async for chunk in self._chunks:
                await line.send(send, {"type": "http.response.body", "body": chunk, "more_body": True})
            await send({"type": "http.response.body", "body": b"", "more_body": False})
        finally:
            await self._chunks.aclose()


def chunks(messages: Iterable[bytes]) -> Iterator[bytes]:
    """Messages joined, so that what is there at once is sent at once, in pieces a slow client can take.

    A message is asked for when its piece is made: nothing more is held for a client that does not read.
    """
    piece: list[bytes] = []
    size = 0
    for message in messages:
        piece.append(message)
        size += len(message)
        if size >= CHUNK_BYTES:
            yield b"".join(piece)
            piece, size = [], 0
    if piece:
        yield b"".join(piece)


async def _left(receive: Receive) -> None:
    """Return when the client is gone."""
    while (await receive())["type"] != "http.disconnect":
        pass
