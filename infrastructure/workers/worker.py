"""The process that runs step code, one attempt at a time, in its main thread.

It blocks on its ticket pipe; a ticket read is an attempt that begins. There is no thread of ours: step
code owns the interpreter, a signal reaches it directly, and nothing of ours can be starved by it.
"""

import contextlib
import ctypes
import fcntl
import gc
import importlib
import os
import resource
import shutil
import signal
import socket
import sys
import termios
import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import cast

import msgspec

from infrastructure.workers import namespaces, output, processes
from infrastructure.workers.failures import failure_of
from infrastructure.workers.results import to_json
from infrastructure.workers.step import Step, StepCancelled, StepPorts
from infrastructure.workers.wire import (
    INPUT_HEAD,
    PACKET_BYTES,
    Attached,
    Board,
    Done,
    Failure,
    Frame,
    Lines,
    Progress,
    Raw,
    Task,
    pack,
)

_TASKS = msgspec.msgpack.Decoder(Task)
_GONE = "infrastructure.nodes.function_step:gone"  # refuses: the kind was there when the version became ready
_PROGRESS_BURST = 50
_PROGRESS_PER_S = 20
_LINE_BUFFERED = 1  # _IOLBF of stdio.h
_CLEAR_HIGH_WATER = b"5"  # proc(5): /proc/pid/clear_refs, resets VmHWM


class WorkerOptions(msgspec.Struct, frozen=True, kw_only=True):
    """What every worker of a pool shares.

    `kinds` maps a node kind to `module:function`, called with (input, step), or to `module:maker argument`: what the
    maker gives for the argument is called so. `file_roots` are folders that
    `files` of a node may name files in. `http_allowed` are private networks
    that http nodes may reach. `module_paths` are searched for `callable`s.
    `secrets` hold for a kind what its steps alone are handed (see `Step.secrets`).
    `data_limit_bytes` bounds writable memory of each process (RLIMIT_DATA). `namespace`: each has a PID namespace of
    its own. `role` is steps or expressions.
    """

    kinds: dict[str, str]
    file_roots: tuple[str, ...] = ()
    http_allowed: tuple[str, ...] = ()
    module_paths: tuple[str, ...] = ()
    secrets: dict[str, dict[str, str]] = {}
    data_limit_bytes: int | None = None
    namespace: bool = False
    role: str = "steps"


class WorkerProcess:
    """One worker, made from the descriptors that the zygote was sent."""

    def __init__(self, fds: Mapping[str, int], options: WorkerOptions) -> None:
        self._fds = dict(fds)
        self._options = options
        self._seq = 0
        self._in_user_code = False
        self._sending = False
        self._terminated = False
        self._owed = False
        self._idle = False
        self._main_thread = threading.get_ident()
        self._send_lock = threading.Lock()
        self._runners: dict[str, Callable[[dict[str, object], Step], object]] = {}
        self._progress_tokens = float(_PROGRESS_BURST)
        self._progress_at = 0.0
        self._progress_held: Progress | None = None

    def run(self, scratch: Path) -> None:
        """Serve until the server closes the ticket pipe, an order to end comes, or an attempt leaves
        something behind that the next one could meet."""
        self._settle_in(scratch)
        if self._options.role == "expressions":
            from infrastructure.expressions.evaluator import serve  # noqa: PLC0415 - only that role needs it

            serve(self._data)
            return
        pid = namespaces.pid()
        namespaces.forget_outside()
        self._board.write(0, 0.0, pid)
        while True:
            self._idle = True
            packet = os.read(self._fds["tickets"], PACKET_BYTES)
            self._idle = False
            if not packet:
                return
            self._attempt(_TASKS.decode(packet), pid)
            # After the outcome was sent: the next step of a chain is decided about meanwhile. Whatever comes in before
            # this process has gone stays in the pipe, and the server takes it back.
            if self._terminated or self._left_behind():
                return
            self._board.rest()

    # ── one attempt ──────────────────────────────────────────────────────────────────────────────

    def _attempt(self, task: Task, pid: int) -> None:
        """Run it and tell how it ended."""
        self._seq = self._console.seq = task.seq
        began = time.time() * 1000
        self._board.write(task.seq, began, pid)
        raw_input = task.input if task.input is not None else self._receive_input(task.seq)
        self._console.install()
        cpu_before = _cpu_s()
        started = time.perf_counter()
        out: bytes | None = None
        failure: Failure | None = None
        sources: dict[str, str] = {}
        try:
            try:
                out = self._run_user_code(task, raw_input, sources)
            finally:
                self._in_user_code = False
        except StepCancelled:
            self._in_user_code = False
        except BaseException as error:
            failure = self._explain(error, sources)
            del error
        wall_ms = (time.perf_counter() - started) * 1000
        self._finish_output()
        self._has_children()  # those that ended and were not waited for count into its CPU time
        usage = resource.getrusage(resource.RUSAGE_SELF)
        self._send(
            Done(
                seq=task.seq,
                began_at_ms=began,
                wall_ms=wall_ms,
                cpu_ms=(_cpu_s() - cpu_before) * 1000,
                peak_bytes=usage.ru_maxrss * 1024,
                terminated=self._terminated,
                output=out,
                failure=failure,
            )
        )

    def _run_user_code(self, task: Task, raw_input: bytes, sources: dict[str, str]) -> bytes:
        step = Step(
            self._ports,
            execution_id=task.execution_id,
            run=task.run,
            path=task.path,
            attempt=task.attempt,
            idempotency_key=task.idempotency_key,
            file_roots=self._options.file_roots,
            http_allowed=self._options.http_allowed,
            secrets=self._options.secrets.get(task.kind),
        )
        config = cast(dict[str, object], msgspec.json.decode(raw_input))
        code = config.get("code")
        if isinstance(code, str):
            sources[f"<{task.path}>"] = code
        self._in_user_code = True
        if self._terminated:
            raise StepCancelled
        return to_json(self._runner(task.kind)(config, step))

    def _runner(self, kind: str) -> Callable[[dict[str, object], Step], object]:
        runner = self._runners.get(kind)
        if runner is None:
            target, _, argument = self._options.kinds.get(kind, f"{_GONE} {kind}").partition(" ")
            module, _, function = target.partition(":")
            found = getattr(importlib.import_module(module), function)
            runner = cast(Callable[[dict[str, object], Step], object], found(argument) if argument else found)
            self._runners[kind] = runner
        return runner

    def _explain(self, error: BaseException, sources: dict[str, str]) -> Failure:
        ours = (__file__, *(sys.modules[runner.__module__].__file__ or "" for runner in self._runners.values()))
        try:
            return failure_of(error, sources=sources, ours=ours)
        except BaseException as inner:
            # An exception class can raise from anything we ask it; the step still gets an answer.
            return Failure(
                code="python_exception",
                category="step",
                type=type(error).__name__,
                message=f"The error could not be described: {type(inner).__name__}.",
                advice="Look at the exception class itself.",
            )

    # ── what an attempt says ─────────────────────────────────────────────────────────────────────

    def _log(self, level: str, message: str) -> None:
        self._console.log(level, message)

    def _progress(self, fraction: float | None, text: str | None) -> None:
        """At most 20 a second after a burst of 50; the last one always arrives, with the end at the latest."""
        frame = Progress(seq=self._seq, fraction=fraction, text=text)
        now = time.monotonic()
        tokens = self._progress_tokens + (now - self._progress_at) * _PROGRESS_PER_S
        self._progress_at = now
        self._progress_tokens = min(tokens, _PROGRESS_BURST)
        if self._progress_tokens < 1:
            self._progress_held = frame
            return
        self._progress_tokens -= 1
        self._progress_held = None
        self._send(frame)

    def _attach(self, name: str, media_type: str, content: bytes) -> None:
        self._send(Attached(seq=self._seq, name=name, media_type=media_type, content=content))

    def _send_lines(self, frame: Lines) -> None:
        self._send(frame)

    def _send(self, frame: Frame) -> None:
        """Write one frame whole: an order to end that arrives meanwhile is obeyed afterwards."""
        content = pack(frame)
        on_main = threading.get_ident() == self._main_thread
        with self._send_lock:
            if on_main:
                self._sending = True
            try:
                self._data.sendall(content)
            finally:
                if on_main:
                    self._sending = False
        if on_main and self._terminated and self._in_user_code and self._owed:
            self._owed = False
            raise StepCancelled

    def _finish_output(self) -> None:
        if self._progress_held is not None:
            held, self._progress_held = self._progress_held, None
            self._send(held)
        self._console.flush()
        processes.libc.fflush(None)
        for stream, fd in ((1, self._fds["stdout_read"]), (2, self._fds["stderr_read"])):
            waiting = bytearray(4)
            fcntl.ioctl(fd, termios.FIONREAD, waiting)
            while any(waiting):
                try:
                    content = os.read(fd, 1 << 20)
                except BlockingIOError:  # the server read it first
                    break
                self._send(Raw(seq=self._seq, stream=stream, content=content))
                fcntl.ioctl(fd, termios.FIONREAD, waiting)

    # ── before and after ─────────────────────────────────────────────────────────────────────────

    def _settle_in(self, scratch: Path) -> None:
        """Make this forked process a worker: descriptors, limits, signals, environment."""
        fds = self._fds
        null = os.open(os.devnull, os.O_RDONLY)
        os.dup2(null, 0)
        os.dup2(fds["stdout"], 1)
        os.dup2(fds["stderr"], 2)
        for fd in (null, fds["stdout"], fds["stderr"]):
            os.close(fd)
        for fd in (0, 1, 2):
            os.set_inheritable(fd, True)
        self._data = socket.socket(fileno=fds["data"])
        self._board = Board(fds["board"])
        os.close(fds["board"])
        self._clear_refs = os.open("/proc/self/clear_refs", os.O_WRONLY)
        supervisor = os.getppid()
        self._siblings = os.open(f"/proc/{supervisor}/task/{supervisor}/children", os.O_RDONLY)
        self._alone = f"{os.getpid()} ".encode()
        self._scratch = str(scratch)
        os.chdir(self._scratch)
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        if self._options.data_limit_bytes is not None:
            resource.setrlimit(resource.RLIMIT_DATA, (self._options.data_limit_bytes, self._options.data_limit_bytes))
        with contextlib.suppress(OSError):
            # When the machine runs out of memory the kernel should take a step, not the database.
            Path("/proc/self/oom_score_adj").write_text("1000")
        signal.signal(signal.SIGTERM, self._on_terminate)
        signal.signal(signal.SIGINT, signal.default_int_handler)
        signal.signal(signal.SIGHUP, signal.SIG_DFL)
        sys.path[:0] = self._options.module_paths
        sys.argv[:] = ["runwright-step"]
        # Own streams on the pipes, used only by children forked from step code.
        sys.__stdout__ = open(1, "w", buffering=1, closefd=False, errors="replace")  # noqa: SIM115
        sys.__stderr__ = open(2, "w", buffering=1, closefd=False, errors="replace")  # noqa: SIM115
        processes.libc.setvbuf(ctypes.c_void_p.in_dll(processes.libc, "stdout"), None, _LINE_BUFFERED, 0)
        self._console = output.Console(self._send_lines)
        os.register_at_fork(after_in_child=self._console.after_fork)
        self._ports = StepPorts(log=self._log, progress=self._progress, attach=self._attach)
        self._environment = dict(os.environ)
        self._module_paths = list(sys.path)
        self._recursion_limit = sys.getrecursionlimit()
        gc.collect()
        gc.freeze()

    def _left_behind(self) -> bool:
        """Put the process back as it was; True when threads or processes of the attempt still live."""
        if threading.active_count() > 1 or self._has_children():
            return True
        if signal.getsignal(signal.SIGTERM) != self._on_terminate:
            signal.signal(signal.SIGTERM, self._on_terminate)
        if signal.getsignal(signal.SIGINT) is not signal.default_int_handler:
            signal.signal(signal.SIGINT, signal.default_int_handler)
        if signal.getitimer(signal.ITIMER_REAL)[0]:
            signal.setitimer(signal.ITIMER_REAL, 0)
        if dict(os.environ) != self._environment:
            os.environ.clear()
            os.environ.update(self._environment)
        if sys.path != self._module_paths:
            sys.path[:] = self._module_paths
        if sys.getrecursionlimit() != self._recursion_limit:
            sys.setrecursionlimit(self._recursion_limit)
        sys.settrace(None)
        sys.setprofile(None)
        os.chdir(self._scratch)
        for entry in os.scandir(self._scratch):
            if entry.is_dir(follow_symlinks=False):
                shutil.rmtree(entry.path, ignore_errors=True)
            else:
                os.unlink(entry.path)
        os.pwrite(self._clear_refs, _CLEAR_HIGH_WATER, 0)
        return False

    def _has_children(self) -> bool:
        try:
            while True:
                pid, _ = os.waitpid(-1, os.WNOHANG)
                if pid == 0:
                    return True
        except ChildProcessError:
            pass
        # Daemons (double forks) are children of the supervisor by now.
        return os.pread(self._siblings, 64, 0) != self._alone

    def _receive_input(self, seq: int) -> bytes:
        """The input of this attempt from the data socket; inputs of attempts taken back are passed over."""
        while True:
            number, length = INPUT_HEAD.unpack(self._receive(INPUT_HEAD.size))
            content = self._receive(length)
            if number == seq:
                return content

    def _receive(self, length: int) -> bytes:
        content = bytearray(length)
        view = memoryview(content)
        while view:
            got = self._data.recv_into(view)
            if got == 0:
                os._exit(0)
            view = view[got:]
        return bytes(content)

    def _on_terminate(self, _signum: int, _frame: object) -> None:
        """SIGTERM: the supervisor's order to end. Step code gets an exception; without any, just end."""
        self._terminated = True
        if self._sending:
            self._owed = True
        elif self._in_user_code:
            raise StepCancelled
        elif self._idle:
            os._exit(0)


def _cpu_s() -> float:
    """CPU seconds of this process and its ended children."""
    own = resource.getrusage(resource.RUSAGE_SELF)
    below = resource.getrusage(resource.RUSAGE_CHILDREN)
    return own.ru_utime + own.ru_stime + below.ru_utime + below.ru_stime
