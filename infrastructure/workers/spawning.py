"""The server's side of starting supervised processes: the zygote and what it forks."""

import asyncio
import contextlib
import os
import select
import socket
import subprocess
import sys
from collections.abc import Callable, Collection
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import msgspec

from infrastructure.readiness import readiness
from infrastructure.workers.wire import CONTROL, KILL, Board
from infrastructure.workers.worker import WorkerOptions
from infrastructure.workers.zygote import FDS, Report, Spawn

PATIENCE_S = 5.0
"""So long the zygote may take to read the next request while its socket is full (some 160 of them)."""
_PACKAGES = str(Path(__file__).resolve().parents[2])
_START = f"import sys; sys.path.insert(0, {_PACKAGES!r}); from infrastructure.workers.zygote import main; main()"


_TRY = f"import sys; sys.path.insert(0, {_PACKAGES!r}); from infrastructure.workers.namespaces import main; main()"


def namespaces_refused() -> str | None:
    """Why workers can't have PID namespaces here, in the kernel's words; None when they can. Takes about 0.1 s."""
    tried = subprocess.run([sys.executable, "-P", "-c", _TRY], capture_output=True, text=True, check=False)
    return None if tried.returncode == 0 else tried.stderr.strip().rpartition("\n")[2] or "it gave no reason"


@dataclass(frozen=True, kw_only=True)
class Connections:
    """The server's ends of one worker (see `wire`)."""

    control: socket.socket
    data: socket.socket
    tickets_write: int
    tickets_read: int
    stdout: int
    stderr: int
    board: Board

    def close(self) -> None:
        """Close all of them; a supervisor whose control is closed kills everything below it."""
        self.control.close()
        self.data.close()
        for fd in (self.tickets_write, self.tickets_read, self.stdout, self.stderr):
            os.close(fd)
        self.board.close()


def clean_environment() -> dict[str, str]:
    """The environment for step code: without our settings and without database passwords."""
    return {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("RUNWRIGHT_", "PG", "COV_CORE_", "COVERAGE_")) and name != "DATABASE_URL"
    }


class Zygote:
    """Starts workers. One child process of the server, begun with the first worker and begun again when
    it dies; supervisors survive its death and obey their own server all the same. `hidden` names variables that
    step code must not find in its environment, beside those of `clean_environment`."""

    def __init__(self, folder: Path, *, hidden: Collection[str] = ()) -> None:
        self.folder = folder
        self._hidden = frozenset(hidden)
        self._socket: socket.socket | None = None
        self._process: subprocess.Popen[bytes] | None = None
        self._requests = 0
        self._living: dict[int, Connections] = {}
        self._on_end: dict[int, Callable[[bool], None]] = {}
        self._reports = msgspec.msgpack.Decoder(Report)

    @property
    def pid(self) -> int | None:
        """The zygote's process id while it lives."""
        return None if self._process is None else self._process.pid

    def spawn(self, options: WorkerOptions, on_end: Callable[[bool], None]) -> Connections:
        """Start one worker below a supervisor. It can be given attempts at once.

        `on_end(True)` is called on the event loop when the supervisor and everything below it is gone;
        `on_end(False)` when the zygote died and can't tell any more.
        """
        zygote = self._socket or self._begin()
        connections, theirs = _open_connections()
        self._requests += 1
        request = self._requests
        spawn = Spawn(request=request, folder=str(self.folder), options=options)
        try:
            _ask(zygote, spawn, theirs)
        except OSError:
            # It died a moment ago, or reads nothing any more: begin another one, once.
            self._ended(zygote)
            _ask(self._begin(), spawn, theirs)
        finally:
            for fd in theirs:
                os.close(fd)
        self._on_end[request] = on_end
        self._living[request] = connections
        return connections

    async def close(self) -> None:
        """End the zygote and every worker that still lives, and return when all of it is gone."""
        zygote, process = self._socket, self._process
        if zygote is None or process is None:
            return
        for connections in self._living.values():
            with contextlib.suppress(OSError):
                connections.control.send(CONTROL.pack(KILL, 0))
        zygote.shutdown(socket.SHUT_WR)
        while process.poll() is None:  # noqa: ASYNC110 - no event tells; it is a matter of milliseconds
            await asyncio.sleep(0.002)
        self._read(zygote)  # the reports it left, and then the end

    def _begin(self) -> socket.socket:
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-P", "-c", _START, str(theirs.fileno())],
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                env={name: value for name, value in clean_environment().items() if name not in self._hidden},
                cwd=self.folder,
                start_new_session=True,
            )
        ours.setblocking(False)
        self._socket = ours
        readiness().add_reader(ours, partial(self._read, ours))
        return ours

    def _read(self, zygote: socket.socket) -> None:
        while True:
            try:
                packet = zygote.recv(4096)
            except BlockingIOError:
                return
            except OSError:
                packet = b""
            if not packet:
                self._ended(zygote)
                return
            request = self._reports.decode(packet).request
            self._living.pop(request, None)
            self._on_end.pop(request)(True)

    def _ended(self, zygote: socket.socket) -> None:
        """The zygote died on its own: forget it. Its supervisors lost the witness of their end."""
        if zygote is not self._socket:
            return
        readiness().remove_reader(zygote)
        zygote.close()
        self._socket = None
        if self._process is not None:
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(timeout=1)
            self._process = None
        callbacks = list(self._on_end.values())
        self._on_end.clear()
        self._living.clear()
        for callback in callbacks:
            callback(False)


def _ask(zygote: socket.socket, spawn: Spawn, fds: list[int]) -> None:
    """Raises OSError when it is dead, or has not read anything for PATIENCE_S."""
    packet = msgspec.msgpack.encode(spawn)
    try:
        socket.send_fds(zygote, [packet], fds)
    except BlockingIOError:
        # Many were asked for in one breath. It lives: taken for dead, it would take the work of all workers along.
        room = select.poll()
        room.register(zygote, select.POLLOUT)
        room.poll(PATIENCE_S * 1000)
        socket.send_fds(zygote, [packet], fds)


def _open_connections() -> tuple[Connections, list[int]]:
    """Both ends: ours, and the descriptors to send in the order of `FDS`."""
    control, their_control = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    data, their_data = socket.socketpair(socket.AF_UNIX, socket.SOCK_STREAM)
    tickets, tickets_write = os.pipe2(os.O_CLOEXEC | os.O_DIRECT)
    # A second open file of the same pipe: the worker's end blocks, ours must not.
    tickets_read = os.open(f"/proc/self/fd/{tickets}", os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    stdout_read, stdout = os.pipe2(os.O_CLOEXEC)
    stderr_read, stderr = os.pipe2(os.O_CLOEXEC)
    for fd in (tickets_write, stdout_read, stderr_read):
        os.set_blocking(fd, False)
    control.setblocking(False)
    data.setblocking(False)
    board = os.memfd_create("runwright-board", os.MFD_CLOEXEC)
    os.ftruncate(board, Board.SIZE)
    connections = Connections(
        control=control,
        data=data,
        tickets_write=tickets_write,
        tickets_read=tickets_read,
        stdout=stdout_read,
        stderr=stderr_read,
        board=Board(board),
    )
    theirs = {
        "control": their_control.detach(),
        "data": their_data.detach(),
        "tickets": tickets,
        "stdout_read": os.dup(stdout_read),
        "stdout": stdout,
        "stderr_read": os.dup(stderr_read),
        "stderr": stderr,
        "board": board,
    }
    return connections, [theirs[name] for name in FDS]
