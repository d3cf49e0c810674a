"""The process that workers are forked from: imported once, small, and with a single thread.

The server sends it the file descriptors of a new worker; it forks a supervisor, which forks the worker.
A forked worker shares the interpreter's memory and is there in milliseconds. When the server's
end closes it waits for its supervisors (they notice the same) and ends.
"""

import gc
import os
import select
import signal
import socket
import sys
import traceback
from pathlib import Path

import msgspec

from infrastructure.workers import namespaces, processes
from infrastructure.workers.supervisor import supervise
from infrastructure.workers.worker import WorkerOptions, WorkerProcess

FDS: tuple[str, ...] = ("control", "data", "tickets", "stdout_read", "stdout", "stderr_read", "stderr", "board")
"""The descriptors sent with a spawn, in this order."""


class Spawn(msgspec.Struct, array_like=True):
    """Server -> zygote, with the descriptors of `FDS`: start a supervised worker."""

    request: int
    folder: str
    options: WorkerOptions


class Report(msgspec.Struct, array_like=True):
    """Zygote -> server: the supervisor of a request has ended with everything below it, or could not be started."""

    request: int


def main() -> None:
    """Serve until the server's end of the socket closes. The socket is file descriptor argv[1]."""
    server = socket.socket(fileno=int(sys.argv[1]))
    server.set_inheritable(False)
    os.umask(0o077)
    processes.become_subreaper()
    for name in ("SIGINT", "SIGHUP", "SIGPIPE"):
        signal.signal(getattr(signal, name), signal.SIG_IGN)
    wake_read, wake_write = os.pipe2(os.O_CLOEXEC | os.O_NONBLOCK)
    signal.signal(signal.SIGCHLD, _ignore)
    signal.set_wakeup_fd(wake_write, warn_on_full_buffer=False)
    gc.collect()
    gc.freeze()
    _Zygote(server, (wake_read, wake_write)).serve()


class _Zygote:
    def __init__(self, server: socket.socket, wake: tuple[int, int]) -> None:
        self._server = server
        self._wake = wake
        self._requests: dict[int, int] = {}
        self._open = True
        self._decoder = msgspec.msgpack.Decoder(Spawn)

    def serve(self) -> None:
        """Fork on request, tell of ends, until the server is gone and no supervisor lives."""
        poll = select.poll()
        poll.register(self._server, select.POLLIN)
        poll.register(self._wake[0], select.POLLIN)
        while self._open or self._requests:
            ready = dict(poll.poll())
            if self._wake[0] in ready:
                os.read(self._wake[0], 4096)
                self._tell_ends()
            if self._open and self._server.fileno() in ready:
                packet, fds, _, _ = socket.recv_fds(self._server, 65536, len(FDS))
                if packet:
                    self._fork(self._decoder.decode(packet), fds)
                else:
                    self._open = False
                    poll.unregister(self._server)

    def _fork(self, spawn: Spawn, fds: list[int]) -> None:
        for fd in fds:
            os.set_inheritable(fd, False)
        try:
            supervisor = namespaces.fork() if spawn.options.namespace else os.fork()
        except OSError:
            supervisor = None
            traceback.print_exc()
        if supervisor == 0:
            self._become_supervisor(spawn, fds)
        for fd in fds:
            os.close(fd)
        if supervisor is None:
            # As one that ended before it did anything: the server tries again, ever more slowly.
            self._tell(Report(request=spawn.request))
            return
        self._requests[supervisor] = spawn.request

    def _become_supervisor(self, spawn: Spawn, fds: list[int]) -> None:
        """In the forked child; never returns."""
        code = 1
        try:
            signal.set_wakeup_fd(-1)
            self._server.close()
            for fd in self._wake:
                os.close(fd)
            by_name = dict(zip(FDS, fds, strict=True))
            control = socket.socket(fileno=by_name.pop("control"))
            work = WorkerProcess(by_name, spawn.options).run
            supervise(control, Path(spawn.folder), work, list(by_name.values()))
            code = 0
        except BaseException:
            traceback.print_exc()
        finally:
            sys.stderr.flush()
            os._exit(code)

    def _tell_ends(self) -> None:
        """A supervisor that was itself killed leaves orphans, which come to us: they go first, so that
        the report of its end is a proof."""
        supervisors = set(self._requests)
        ended, _ = processes.reap()
        ended |= processes.kill_descendants(spare=supervisors - ended.keys())
        for pid in ended:
            request = self._requests.pop(pid, None)
            if request is not None:
                self._tell(Report(request=request))

    def _tell(self, report: Report) -> None:
        try:
            self._server.send(msgspec.msgpack.encode(report))
        except OSError:
            self._open = False


def _ignore(_signum: int, _frame: object) -> None:
    """SIGCHLD only has to wake the poll."""
