"""The server's side of one worker: what it was handed, what it says, and how it ends."""

import contextlib
import os
import time
from functools import partial

import msgspec

from application.ports import Attachment, Begun, Logged, Progressed
from domain.values import LogLine
from infrastructure.readiness import readiness
from infrastructure.workers.entries import Entry, Pool
from infrastructure.workers.raw import RawLines, read_some
from infrastructure.workers.spawning import Connections
from infrastructure.workers.wire import (
    CONTROL,
    GONE,
    INPUT_HEAD,
    KILL,
    PACKET_BYTES,
    TERMINATE,
    Attached,
    Done,
    Frame,
    FrameBuffer,
    Lines,
    Progress,
    Raw,
    Task,
)

LINES_PER_TICK = 500
"""A worker's lines per tick of 20 ms (25,000 a second). More wait in the pipe, and the step with them."""
BYTES_PER_TICK = 512 * 1024
_READ_BYTES = 256 * 1024

LEFT_BEHIND_S = 0.3
"""What a step that heeded a stop has left running gets to end by itself."""


class WorkerHandle:
    """One worker as the pool sees it."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool
        self._ready = readiness()
        self._frames = FrameBuffer()
        self._raw = RawLines()
        self._unsent = bytearray()
        self._watching_pipes = False
        self._reading = False
        self._budget_lines = LINES_PER_TICK
        self._budget_bytes = BYTES_PER_TICK
        self._control_closed = False
        self._witness_lost = False
        self._is_over = False
        self._data_ended = False
        self._tidies_after = 0
        self.entries: dict[int, Entry] = {}
        self.stopping = False  # ordered to end, or ending by itself: gets nothing more
        self.has_begun = False  # known when it is over
        self.slow = False  # its current attempt has lasted: gets nothing behind it
        self.began_at = self.idle_since = time.monotonic()

    def connect(self, connections: Connections) -> None:
        """Start listening to the worker behind these connections."""
        self._c = connections
        self._ready.add_reader(connections.control, self._on_control)
        self._listen()

    @property
    def usable(self) -> bool:
        """Whether it may be handed something."""
        return not self.stopping

    @property
    def pid(self) -> int:
        """The worker's process, 0 until it has started."""
        return self._c.board.read()[2]

    # ── handing over and taking back ─────────────────────────────────────────────────────────────

    def hand(self, entry: Entry, seq: int) -> None:
        """Give it an attempt, behind those it has."""
        attempt = entry.attempt
        entry.seq, entry.handle = seq, self
        self.entries[seq] = entry
        large = len(attempt.input) > PACKET_BYTES - 1024
        packet = msgspec.msgpack.encode(
            Task(
                seq=seq,
                kind=attempt.kind,
                execution_id=str(attempt.id.execution_id),
                run=attempt.id.run,
                path=attempt.id.path,
                attempt=attempt.id.attempt,
                idempotency_key=attempt.idempotency_key,
                input=None if large else attempt.input,
            )
        )
        if large:
            self._unsent += INPUT_HEAD.pack(seq, len(attempt.input)) + attempt.input
            self._send_inputs()
        os.write(self._c.tickets_write, packet)

    def take_back(self) -> list[Entry]:
        """Every attempt it has not claimed. Certain: the ticket is in one pair of hands only."""
        taken: list[Entry] = []
        with contextlib.suppress(BlockingIOError):
            while packet := os.read(self._c.tickets_read, PACKET_BYTES):
                seq = msgspec.msgpack.decode(packet)[0]
                entry = self.entries.pop(seq)
                entry.handle = None
                taken.append(entry)
        return taken

    # ── ordering the end ─────────────────────────────────────────────────────────────────────────

    def terminate(self, grace_s: float) -> None:
        """SIGTERM to all of it, SIGKILL to what is left after the grace."""
        self._order(TERMINATE, max(0, int(grace_s * 1000)))

    def kill(self) -> None:
        """SIGKILL to all of it."""
        self._order(KILL, 0)

    def _order(self, order: bytes, value: int) -> None:
        self.stopping = True
        with contextlib.suppress(OSError):
            self._c.control.send(CONTROL.pack(order, value))

    # ── hearing of its end ───────────────────────────────────────────────────────────────────────

    def on_witness(self, proven: bool) -> None:
        """The zygote says that the supervisor is gone with everything below it, or can't say any more."""
        if not proven:
            self._witness_lost = True
            if self._control_closed:
                self._over(None, False)
        elif not self._is_over:
            self._on_control()
            self._over(None, True)

    def _on_control(self) -> None:
        while not self._is_over:
            try:
                packet = self._c.control.recv(CONTROL.size)
            except BlockingIOError:
                return
            except OSError:
                packet = b""
            if not packet:
                self._ready.remove_reader(self._c.control)
                self._control_closed = True
                self.stopping = True
                if self._witness_lost:
                    self._over(None, False)
                return
            letter, value = CONTROL.unpack(packet)
            if letter == GONE:
                self._over(value >> 1, bool(value & 1))

    def _over(self, status: int | None, killed: bool) -> None:
        """Everything of it is dead: read what it still said, give back what it never began."""
        if self._is_over:
            return
        self._is_over = self.stopping = True
        self._hush()
        self._ready.remove_reader(self._c.control)
        self._read_data(everything=True)
        returned = self.take_back()
        self._drain_pipes()
        current, _, _ = self._c.board.read()
        self.has_begun = self.has_begun or current > 0
        for entry in [entry for entry in self.entries.values() if entry.seq > current and entry.done is None]:
            # Claimed, but killed before it began.
            entry.deaths += 1
            if entry.deaths < 5 and entry.cancelled_at is None:
                del self.entries[entry.seq]
                entry.handle = None
                returned.insert(0, entry)
        self._say_raw(self._running(), self._raw.finish())
        left = list(self.entries.values())
        self.entries.clear()
        self._c.close()
        self._pool.taken_back(returned)
        self._pool.ended(self, status, killed, left)
        self._pool.flush()

    # ── the clock ────────────────────────────────────────────────────────────────────────────────

    def current(self) -> tuple[Entry, int] | None:
        """What runs in it now, and the pid, as far as its board says."""
        seq, began_at_ms, pid = self._c.board.read()
        entry = self.entries.get(seq)
        if entry is None and seq and self.entries and not (self.stopping or self._c.board.rests):
            # It still tidies up after the last one. A second tick finds it so: what waits behind it need not.
            if self._tidies_after == seq:
                self._pool.taken_back(self.take_back())
            self._tidies_after = seq
        if entry is None or entry.done is not None:
            return None
        if entry.seen_running_at is None:
            entry.seen_running_at = time.monotonic()
        elif not self.slow and not self.stopping:
            # A second tick finds it running: it lasts. Nothing may wait behind it, so that everything in
            # the pipes from now on is its own.
            self.slow = True
            self._announce(entry, began_at_ms)
            self._pool.taken_back(self.take_back())
            self._watch_pipes()
        return entry, pid

    def refill(self) -> None:
        """A new tick: it may say so much again."""
        self._budget_lines = min(LINES_PER_TICK, self._budget_lines + LINES_PER_TICK)
        self._budget_bytes = min(BYTES_PER_TICK, self._budget_bytes + BYTES_PER_TICK)
        if not (self._reading or self._data_ended or self._is_over) and self._may_read():
            self._listen()

    def _may_read(self) -> bool:
        return self._budget_lines > 0 and self._budget_bytes > 0

    # ── what it says ─────────────────────────────────────────────────────────────────────────────

    def _on_data(self) -> None:
        self._read_data(everything=False)
        self._pool.flush()

    def _read_data(self, *, everything: bool) -> None:
        while True:
            try:
                chunk = self._c.data.recv(_READ_BYTES)
            except BlockingIOError:
                return
            except OSError:
                chunk = b""
            if not chunk:
                if self._reading:
                    self._ready.remove_reader(self._c.data)
                    self._reading = False
                self._data_ended = True
                return
            try:
                frames = self._frames.feed(chunk)
            except (ValueError, msgspec.DecodeError):
                self.kill()  # step code wrote to our socket
                return
            for frame in frames:
                entry = self.entries.get(frame.seq)
                if entry is not None:
                    self._take(entry, frame)
            if everything:
                continue
            if not self._may_read():
                self._hush()
                return
            if len(chunk) < _READ_BYTES:
                return

    def _take(self, entry: Entry, frame: Frame) -> None:
        if not (entry.announced or isinstance(frame, Done)):
            seq, began_at_ms, _ = self._c.board.read()
            if seq != entry.seq:
                began_at_ms = frame.lines[0][0] if isinstance(frame, Lines) else time.time() * 1000
            self._announce(entry, began_at_ms)
        match frame:
            case Lines():
                self._budget_lines -= len(frame.lines)
                self._budget_bytes -= sum(len(line[3]) for line in frame.lines)
                lines = [LogLine(at_ms=at, level=level, stream=s, text=text) for at, level, s, text in frame.lines]
                self._pool.say(Logged(id=entry.attempt.id, lines=lines))
            case Raw():
                self._take_raw(entry, frame.stream, frame.content)
            case Progress():
                self._pool.say(Progressed(id=entry.attempt.id, fraction=frame.fraction, text=frame.text))
            case Attached():
                entry.attachments.append(
                    Attachment(name=frame.name, media_type=frame.media_type, content=frame.content)
                )
            case Done():
                self._take_done(entry, frame)

    def _take_done(self, entry: Entry, done: Done) -> None:
        if self._watching_pipes:
            self._drain_pipes()
            self._unwatch_pipes()
        self._say_raw(entry, self._raw.finish())
        self.slow = False
        if self.stopping or done.terminated:
            # The attempt ended, but its worker is being ended: it counts when all of that is dead.
            entry.done = done
            # Its code has returned: what it left behind need not be waited for as long as the code itself.
            self.terminate(LEFT_BEHIND_S)
            return
        del self.entries[entry.seq]
        self.has_begun = True
        if not self.entries:
            self.idle_since = time.monotonic()
        self._pool.finished(entry, done)

    def _announce(self, entry: Entry, began_at_ms: float) -> None:
        if not entry.announced:
            entry.announced = True
            _, _, pid = self._c.board.read()
            self._pool.say(Begun(id=entry.attempt.id, worker=f"worker-{pid}", began_at_ms=began_at_ms))

    # ── what C code and child processes write ────────────────────────────────────────────────────

    def _watch_pipes(self) -> None:
        self._watching_pipes = True
        for stream, fd in ((1, self._c.stdout), (2, self._c.stderr)):
            self._ready.add_reader(fd, partial(self._on_pipe, stream, fd))

    def _unwatch_pipes(self) -> None:
        if self._watching_pipes:
            self._watching_pipes = False
            self._ready.remove_reader(self._c.stdout)
            self._ready.remove_reader(self._c.stderr)

    def _on_pipe(self, stream: int, fd: int) -> None:
        content = read_some(fd)
        if content == b"":
            self._ready.remove_reader(fd)
        elif content is not None:
            self._take_raw(self._running(), stream, content)
            if not self._may_read():
                self._hush()
        self._pool.flush()

    def _drain_pipes(self) -> None:
        for stream, fd in ((1, self._c.stdout), (2, self._c.stderr)):
            for _ in range(4):  # more than a pipe holds; a child that goes on writing must not hold us
                content = read_some(fd)
                if not content:
                    break
                self._take_raw(self._running(), stream, content)

    def _running(self) -> Entry | None:
        """Whose words it is that come now; nobody's, when the next one has not begun: what the last one left behind."""
        first = next(iter(self.entries.values()), None)
        return first if first is not None and first.seq <= self._c.board.read()[0] else None

    @property
    def is_tidying(self) -> bool:
        """Whether it was seen to tidy up for long, and still does."""
        return self._tidies_after > 0 and not self._c.board.rests and self._c.board.read()[0] == self._tidies_after

    def _take_raw(self, entry: Entry | None, stream: int, content: bytes) -> None:
        self._budget_bytes -= len(content)
        self._say_raw(entry, self._raw.feed(stream, content))

    def _say_raw(self, entry: Entry | None, lines: list[LogLine]) -> None:
        if lines and entry is not None and entry.done is None:
            self._budget_lines -= len(lines)
            self._pool.say(Logged(id=entry.attempt.id, lines=lines))

    # ── sockets ──────────────────────────────────────────────────────────────────────────────────

    def _listen(self) -> None:
        self._reading = True
        self._ready.add_reader(self._c.data, self._on_data)
        if self._watching_pipes:
            self._watch_pipes()

    def _hush(self) -> None:
        """Stop reading for now: the socket fills and its writer waits."""
        if self._reading:
            self._reading = False
            self._ready.remove_reader(self._c.data)
        if self._watching_pipes:
            self._ready.remove_reader(self._c.stdout)
            self._ready.remove_reader(self._c.stderr)
        if self._is_over:
            self._ready.remove_writer(self._c.data)

    def _send_inputs(self) -> None:
        try:
            sent = self._c.data.send(self._unsent)
            del self._unsent[:sent]
        except BlockingIOError:
            pass
        except OSError:
            self._unsent.clear()  # it is dead; control tells
        if self._unsent:
            self._ready.add_writer(self._c.data, self._send_inputs)
        else:
            self._ready.remove_writer(self._c.data)
