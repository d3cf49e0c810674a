"""What step code writes in Python: print, sys.stderr and logging, sent line by line as it comes."""

import io
import logging
import sys
import threading
import time
import traceback
from collections.abc import Callable, Iterable

from infrastructure.workers.lines import LineCutter, clean
from infrastructure.workers.wire import Lines

Send = Callable[[Lines], None]


class Console:
    """Takes the place of stdout, stderr and the root logger's handlers in a worker.

    Lines go out at once: a step that is killed in the next instruction has said what it had said. A full
    socket blocks the writer, so a flood slows the step down instead of filling memory.
    """

    def __init__(self, send: Send) -> None:
        self._send = send
        self.seq = 0
        self.stdout = _Stream(self, 1, "info", "stdout")
        self.stderr = _Stream(self, 2, "warning", "stderr")
        self._handler = _Handler(self)

    def install(self) -> None:
        """Put everything (back) in place; called before each attempt, as code may replace it."""
        sys.stdout = self.stdout
        sys.stderr = self.stderr
        root = logging.getLogger()
        if root.handlers != [self._handler]:
            root.handlers[:] = [self._handler]
        if root.level != logging.INFO:
            root.setLevel(logging.INFO)

    def flush(self) -> None:
        """Send last lines that have no line end."""
        self.stdout.finish()
        self.stderr.finish()

    def write(self, level: str, stream: str, lines: Iterable[str]) -> None:
        """Send lines that are clean already."""
        at = time.time() * 1000
        self._send(Lines(seq=self.seq, lines=[(at, level, stream, line) for line in lines]))

    def log(self, level: str, message: str) -> None:
        """Send a message of the step's own log, one line for each of its lines."""
        self.write(level, "log", [clean(line) for line in message.split("\n")])

    def after_fork(self) -> None:
        """In a child forked by step code: only the pipes remain, the socket is the parent's."""
        logging.getLogger().handlers[:] = [logging.StreamHandler(sys.__stderr__)]
        sys.stdout = sys.__stdout__
        sys.stderr = sys.__stderr__


class _Stream(io.TextIOBase):
    """A text stream whose lines become log lines."""

    def __init__(self, console: Console, fd: int, level: str, name: str) -> None:
        super().__init__()
        self._console, self._fd, self._level, self._name = console, fd, level, name
        self._cutter = LineCutter()
        self._lock = threading.RLock()
        self._bytes: io.FileIO | None = None

    @property
    def encoding(self) -> str:  # type: ignore[override]  # a read-only attribute in typeshed
        return "utf-8"

    @property
    def errors(self) -> str:  # type: ignore[override]  # as above
        return "replace"

    @property
    def name(self) -> str:
        return f"<{self._name}>"

    @property
    def buffer(self) -> io.FileIO:
        """For code that writes bytes: straight into the pipe."""
        if self._bytes is None:
            self._bytes = io.FileIO(self._fd, "w", closefd=False)
        return self._bytes

    def fileno(self) -> int:
        return self._fd

    def writable(self) -> bool:
        return True

    def isatty(self) -> bool:
        return False

    def write(self, text: str, /) -> int:
        if type(text) is not str:
            text = str(text)
        with self._lock:
            lines = self._cutter.feed(text)
            if lines:
                self._console.write(self._level, self._name, lines)
        return len(text)

    def finish(self) -> None:
        """Send what has no line end yet."""
        with self._lock:
            lines = self._cutter.finish()
            if lines:
                self._console.write(self._level, self._name, lines)


class _Handler(logging.Handler):
    """Log records as lines with their level; an exception's traceback follows as lines of it."""

    def __init__(self, console: Console) -> None:
        super().__init__()
        self._console = console

    def emit(self, record: logging.LogRecord) -> None:
        try:
            message = record.getMessage()
            if record.exc_info and record.exc_info[0] is not None:
                message += "\n" + "".join(traceback.format_exception(*record.exc_info)).rstrip()
        except Exception as error:
            message = f"(a log message could not be formatted: {type(error).__name__} in {record.msg!r:.200})"
        number = record.levelno
        level = (
            "error" if number >= logging.ERROR
            else "warning" if number >= logging.WARNING
            else "info" if number >= logging.INFO
            else "debug"
        )  # fmt: skip
        self._console.log(level, message)
