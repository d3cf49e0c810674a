"""Clients of streams as cheap as Python allows, so that a thousand of them measure the server and not themselves.

Each keeps its record of one execution over any number of connections: positions, when each event came and how old it
was. They can be cut off, come again after their last position, and stop reading their socket.
"""

import asyncio
import socket
from abc import ABC, abstractmethod
from collections.abc import Iterator
from datetime import datetime
from itertools import pairwise
from time import time
from typing import cast
from urllib.parse import urlsplit
from uuid import UUID

import msgspec
from websockets.client import ClientProtocol
from websockets.extensions.permessage_deflate import ClientPerMessageDeflateFactory
from websockets.frames import Frame, Opcode
from websockets.http11 import Response
from websockets.uri import parse_uri

SMALL_BUFFER_BYTES = 16 * 1024
ETHERNET_SEGMENT_BYTES = 1_460
"""Over the loopback's own segments of 64 KiB the kernel takes megabytes before a sender learns of a full line."""


class End(msgspec.Struct, frozen=True):
    """The last message: how many events and lines the execution has in all."""

    status: str
    events: int
    log_lines: int


class _Told(msgspec.Struct):
    type: str
    position: int = 0
    at: datetime | None = None
    data: msgspec.Raw = msgspec.Raw(b"{}")


_told = msgspec.json.Decoder(_Told).decode
_end = msgspec.json.Decoder(End).decode


class Watcher(ABC, asyncio.Protocol):
    """One client of one execution. All times are Unix times in seconds, on the machine of the server."""

    def __init__(self, url: str, execution_id: str | UUID) -> None:
        self._at = urlsplit(url)
        self._execution_id = execution_id
        self._transport: asyncio.Transport | None = None
        self._opened: asyncio.Future[None] | None = None
        self.over = asyncio.Event()
        self.positions: list[int] = []
        self.appended: list[float] = []
        self.received: list[float] = []
        self.end: End | None = None
        self.opened_at = 0.0
        self.port = 0

    async def open(self, *, reads: bool = True) -> None:
        """Connect, after the last position when there is one; return once the server has answered.

        `reads=False`: send the request over a line of small buffers and never look at what comes.
        """
        loop = asyncio.get_running_loop()
        self.over.clear()
        line = socket.socket()
        line.setblocking(False)
        if not reads:
            line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, SMALL_BUFFER_BYTES)
            line.setsockopt(socket.IPPROTO_TCP, socket.TCP_MAXSEG, ETHERNET_SEGMENT_BYTES)
        await loop.sock_connect(line, (self._at.hostname, self._at.port))
        self.port = line.getsockname()[1]
        self._opened = loop.create_future() if reads else None
        transport, _ = await loop.create_connection(lambda: self, sock=line)
        if not reads:
            transport.pause_reading()
        transport.write(self._request(self.positions[-1] if self.positions else 0))
        if self._opened is not None:
            await self._opened

    def cut(self) -> None:
        """End the connection at once, with RST when something was not read."""
        if self._transport is not None:
            self._transport.abort()

    def lags(self, start: float, stop: float) -> list[float]:
        """Milliseconds from decision to receipt, of events that came within a time."""
        return [
            (received - appended) * 1000
            for appended, received in zip(self.appended, self.received, strict=True)
            if start <= received < stop
        ]

    def caught_up(self) -> float:
        """When the last event came that was older than the newest connection."""
        older = [r for a, r in zip(self.appended, self.received, strict=True) if a <= self.opened_at < r]
        return max(older, default=self.opened_at)

    @property
    def whole(self) -> bool:
        """Each event of the execution once and in order, to the end, as many as the end says."""
        ordered = all(a < b for a, b in pairwise(self.positions))
        return self.end is not None and ordered and len(self.positions) == self.end.events

    # ── the connection ──

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """See asyncio."""
        self._transport = cast("asyncio.Transport", transport)  # uvloop's own is none by class

    def connection_lost(self, exc: Exception | None) -> None:
        """See asyncio."""
        if self._opened is not None and not self._opened.done():
            self._opened.set_exception(exc or ConnectionResetError("closed before an answer"))
        self.over.set()

    def data_received(self, data: bytes) -> None:
        """See asyncio."""
        now = time()
        for text in self._messages(data):
            told = _told(text)
            if told.at is None:
                self.end = _end(told.data)
                self.over.set()
            else:
                self.positions.append(told.position)
                self.appended.append(told.at.timestamp())
                self.received.append(now)

    def _answered(self, status: int, wanted: int) -> None:
        self.opened_at = time()
        assert self._opened is not None
        if status == wanted:
            self._opened.set_result(None)
        else:
            self._opened.set_exception(ConnectionError(f"the server answered {status}"))

    @abstractmethod
    def _request(self, after: int) -> bytes: ...

    @abstractmethod
    def _messages(self, data: bytes) -> Iterator[bytes]:
        """The JSON of whole messages in what came, the last one as `{"type": "end", "data": {...}}`."""


class SseWatcher(Watcher):
    """By Server-Sent Events; comes again with `Last-Event-ID`."""

    def _request(self, after: int) -> bytes:
        self._head = True
        self._rest = b""
        last = f"Last-Event-ID: {after}\r\n" if after else ""
        return (
            f"GET /api/v1/executions/{self._execution_id}/stream HTTP/1.1\r\nHost: {self._at.netloc}\r\n"
            f"Accept: text/event-stream\r\n{last}\r\n"
        ).encode()

    def _messages(self, data: bytes) -> Iterator[bytes]:
        self._rest += data
        if self._head:
            head, mark, self._rest = self._rest.partition(b"\r\n\r\n")
            if not mark:
                self._rest = head
                return
            self._head = False
            self._answered(int(head[9:12]), 200)
        while True:  # the server makes its chunks of whole messages (interfaces/http/sse.py)
            size_text, mark, rest = self._rest.partition(b"\r\n")
            size = int(size_text, 16) if mark else 0
            if size == 0 or len(rest) < size + 2:
                return
            self._rest = rest[size + 2 :]
            for message in rest[:size].split(b"\n\n"):
                kind, mark, text = message.partition(b"\ndata: ")
                if mark:
                    yield b'{"type":"end","data":%s}' % text if kind == b"event: end" else text


class SocketWatcher(Watcher):
    """By WebSocket, offering compression as browsers do; comes again with `?after=`."""

    def _request(self, after: int) -> bytes:
        address = f"ws://{self._at.netloc}/api/v1/executions/{self._execution_id}/ws?after={after}"
        self._protocol = ClientProtocol(
            parse_uri(address), extensions=[ClientPerMessageDeflateFactory(client_max_window_bits=True)], max_size=None
        )
        self._protocol.send_request(self._protocol.connect())
        return b"".join(self._protocol.data_to_send())

    def _messages(self, data: bytes) -> Iterator[bytes]:
        self._protocol.receive_data(data)
        for event in self._protocol.events_received():
            if isinstance(event, Response):
                self._answered(event.status_code, 101)
            elif isinstance(event, Frame) and event.opcode is Opcode.TEXT:
                yield bytes(event.data)
        assert self._transport is not None
        for answer in self._protocol.data_to_send():  # to a ping, or to a close
            if answer:
                self._transport.write(answer)
