"""The words between the server and a worker process.

A worker has these connections to the server:

- *tickets*, a packet pipe: each packet is one attempt. Whoever reads the packet owns the attempt: the
  worker to run it, or the server to take it back. So the server knows for certain, without asking
  the worker, which attempts have not begun, even while the worker spins in C code.
- *data*, a stream socket: frames from the worker (`Frame`), and inputs too large for a ticket the other way.
- *stdout* and *stderr*, pipes that carry what C code and child processes write.
- *board*, a shared memory page: pid, and which attempt runs since when; read without asking.

A supervisor has one connection, *control*: packets of one letter and a number.
"""

import mmap
import struct

import msgspec

PACKET_BYTES = 4096
"""PIPE_BUF: larger packets would be split, and then two readers could each get a half."""

MAX_FRAME_BYTES = 1 << 30
"""A longer frame means the stream is garbage (somebody else wrote to the socket)."""

LENGTH = struct.Struct("<I")
INPUT_HEAD = struct.Struct("<QQ")
BOARD = struct.Struct("<QdQ")
CONTROL = struct.Struct("<cQ")

# server -> supervisor
TERMINATE = b"T"  # SIGTERM to everything, SIGKILL after so many milliseconds
KILL = b"K"  # SIGKILL to everything now
# supervisor -> server
GONE = b"G"  # nothing below is left; the number packs the worker's wait status and whether SIGKILL was needed


class Task(msgspec.Struct, array_like=True, frozen=True):
    """One attempt as a worker gets it. `input` is None when it comes over the data socket."""

    seq: int
    kind: str
    execution_id: str
    run: int
    path: str
    attempt: int
    idempotency_key: str
    input: bytes | None


class Lines(msgspec.Struct, array_like=True, tag=1, frozen=True):
    """Lines written by Python code: [at_ms, level, stream, text] each."""

    seq: int
    lines: list[tuple[float, str, str, str]]


class Raw(msgspec.Struct, array_like=True, tag=2, frozen=True):
    """Bytes found in a pipe at the end of the attempt; `stream` is 1 or 2."""

    seq: int
    stream: int
    content: bytes


class Progress(msgspec.Struct, array_like=True, tag=3, frozen=True):
    """How far the step says it is."""

    seq: int
    fraction: float | None
    text: str | None


class Attached(msgspec.Struct, array_like=True, tag=4, frozen=True):
    """A file of the step's result."""

    seq: int
    name: str
    media_type: str
    content: bytes


class Failure(msgspec.Struct, array_like=True, frozen=True):
    """A StepError in plain words."""

    code: str
    category: str
    type: str
    message: str
    advice: str
    retryable: bool = False
    traceback: str | None = None


class Done(msgspec.Struct, array_like=True, tag=5, frozen=True):
    """The attempt ended: exactly one of output, failure, or terminated without either.

    `terminated`: SIGTERM came before the end.
    """

    seq: int
    began_at_ms: float
    wall_ms: float
    cpu_ms: float
    peak_bytes: int
    terminated: bool
    output: bytes | None
    failure: Failure | None


Frame = Lines | Raw | Progress | Attached | Done

_ENCODER = msgspec.msgpack.Encoder()
_DECODER: msgspec.msgpack.Decoder[Frame] = msgspec.msgpack.Decoder(Frame)


def pack(frame: Frame) -> bytes:
    """A frame with its length in front."""
    body = _ENCODER.encode(frame)
    return LENGTH.pack(len(body)) + body


class FrameBuffer:
    """Puts frames together again from what the socket gives."""

    def __init__(self) -> None:
        self._pending = bytearray()

    def feed(self, chunk: bytes) -> list[Frame]:
        """Every frame that is complete now. Raises ValueError when the stream is garbage."""
        pending = self._pending
        pending += chunk
        frames: list[Frame] = []
        at = 0
        with memoryview(pending) as view:
            while len(view) - at >= 4:
                (length,) = LENGTH.unpack_from(view, at)
                if length > MAX_FRAME_BYTES:
                    raise ValueError(f"a frame of {length} bytes")
                if len(view) - at - 4 < length:
                    break
                frames.append(_DECODER.decode(view[at + 4 : at + 4 + length]))
                at += 4 + length
        del pending[:at]
        return frames


class Board:
    """The shared page. Only the worker writes; a read that overlaps a write is noticed and repeated."""

    SIZE = 4096

    def __init__(self, fd: int) -> None:
        self._page = mmap.mmap(fd, self.SIZE)

    def write(self, seq: int, began_at_ms: float, pid: int) -> None:
        """Worker: this attempt runs since then."""
        self._page[BOARD.size] = 0
        BOARD.pack_into(self._page, 0, seq, began_at_ms, pid)

    def rest(self) -> None:
        """Worker: nothing of the last attempt is left, and it waits for the next."""
        self._page[BOARD.size] = 1

    def read(self) -> tuple[int, float, int]:
        """(sequence number of the attempt that began last, its begin in Unix milliseconds, worker pid)."""
        while True:
            first = BOARD.unpack_from(self._page)
            if first == BOARD.unpack_from(self._page):
                return first

    @property
    def rests(self) -> bool:
        """Whether the worker waits for an attempt."""
        return self._page[BOARD.size] == 1

    def close(self) -> None:
        """Unmap the page."""
        self._page.close()
