"""Runs a `shell` node inside a worker: one command, what it writes shown live, its exit code judged.

The output is {exit_code, stdout} (`output: text`; `truncated: true` besides when stdout was longer than
MAX_TEXT_BYTES), {exit_code, json} or {exit_code}. A command ended by signal n has the exit code 128 + n, as shells say.

The command leads a session of its own, so `kill 0` in a script does not reach the worker. What it leaves behind, and
what runs when the step is stopped, is found and killed by the supervisor, whatever session it is in.
"""

import codecs
import contextlib
import os
import selectors
import signal
import subprocess
import sys
from collections import deque
from collections.abc import Iterator, Mapping
from typing import IO, TextIO, cast

import msgspec

from infrastructure.nodes.shell_kind import NOT_ALLOWED, problem_of_variable
from infrastructure.workers.step import Step, StepCancelled, StepRefused

MAX_TEXT_BYTES = 8 * 1024 * 1024
"""Kept of stdout as text. As JSON a byte takes up to six, and that must stay below what a step may give (64 MiB)."""
MAX_JSON_BYTES = 64 * 1024 * 1024
TOLD_LINES, TOLD_CHARACTERS = 10, 2_000
"""How much of the last lines becomes the message of a failure."""
_PIECE = 64 * 1024
_PEEK_S = 0.05
"""How often it is seen whether the command has ended while something it left behind holds its output open."""
_LAST_PIECES = 16  # of a pipe that something left behind goes on filling after the command's end


def refuse(config: dict[str, object], step: Step) -> object:  # noqa: ARG001 - a runner
    """What runs in place of `run` while the setting allow_shell is off."""
    code, message, advice = NOT_ALLOWED
    raise StepRefused(code, message, advice, kind="NotAllowed", category="permission")


def run(config: dict[str, object], step: Step) -> object:
    """Run the command to its end. Raises StepRefused: each way it can fail has its code."""
    output = str(config.get("output", "text"))
    kept = _Kept(0 if output == "none" else MAX_TEXT_BYTES if output == "text" else MAX_JSON_BYTES)
    command = _Command(_start(config, step), _input(config.get("stdin")), kept)
    try:
        command.follow()
    except StepCancelled:
        # All that runs was asked to end as we were: what it still says is heard until the supervisor kills us.
        command.follow()
        raise
    finally:
        command.close()
    code = command.exit_code
    if code not in cast("list[int]", config.get("ok_codes", [0])):
        raise _failed(code, command.told())
    if output == "json":
        return {"exit_code": code, "json": _parsed(kept)}
    if output == "none":
        return {"exit_code": code}
    if kept.is_cut:
        step.log(f"only the first {MAX_TEXT_BYTES // 2**20} MiB of stdout are kept as output", "warning")
    text = {"exit_code": code, "stdout": kept.text()}
    return text | {"truncated": True} if kept.is_cut else text


def _start(config: Mapping[str, object], step: Step) -> "subprocess.Popen[bytes]":
    given = config["command"]
    words = ["/bin/sh", "-c", given] if isinstance(given, str) else cast("list[str]", given)
    try:
        return subprocess.Popen(
            [word.encode() for word in words],
            stdin=subprocess.DEVNULL if config.get("stdin") is None else subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=dict(_environment(cast("Mapping[str, object]", config.get("env") or {}), step)),
            bufsize=0,
            start_new_session=True,
        )
    except FileNotFoundError:
        raise StepRefused(
            "shell_not_found",
            f"There is no program {words[0]!r}.",
            "Correct its name, give its whole path, or install it on the service's machine.",
            kind="FileNotFoundError",
            category="validation",
        ) from None
    except (OSError, ValueError) as error:
        raise StepRefused(
            "shell_not_started",
            f"The command cannot be started: {error.strerror if isinstance(error, OSError) else error}.",
            "Check the program and its permissions. What is long goes into stdin, not into command or env.",
            kind=type(error).__name__,
        ) from None


def _environment(given: Mapping[str, object], step: Step) -> Iterator[tuple[bytes, bytes]]:
    """PATH, HOME and LANG, the key for effects, and what the node names: nothing else of the server's."""
    ours = {
        "PATH": os.environ.get("PATH") or os.defpath,
        "HOME": os.environ.get("HOME") or os.getcwd(),
        "LANG": os.environ.get("LANG") or "C.UTF-8",
    }
    for name, value in ours.items():
        yield os.fsencode(name), os.fsencode(value)
    for name, value in given.items():
        why = problem_of_variable(name)
        text = "" if value is None else value if isinstance(value, str) else msgspec.json.encode(value).decode()
        if why is None and "\0" in text:
            why = "holds a NUL character"
        if why is not None:
            raise StepRefused(
                "shell_env", f"The variable {name!r} {why}.", "Correct the node's env.", category="validation"
            )
        yield name.encode(), text.encode()
    yield b"RUNWRIGHT_IDEMPOTENCY_KEY", step.idempotency_key.encode()


def _input(value: object) -> bytes:
    if value is None:
        return b""
    return value.encode() if isinstance(value, str) else msgspec.json.encode(value)


class _Kept:
    """The beginning of stdout, up to a limit."""

    def __init__(self, limit: int) -> None:
        self._limit, self._content = limit, bytearray()
        self.is_cut = False

    def add(self, piece: bytes) -> None:
        room = self._limit - len(self._content)
        self._content += piece[:room]
        self.is_cut = self.is_cut or len(piece) > room

    def text(self) -> str:
        """As text without the line ends at its end, as `$(...)` of a shell gives it."""
        text = self._content.decode(errors="replace").replace("\0", "\N{REPLACEMENT CHARACTER}")
        return text.rstrip("\r\n")

    def raw(self) -> bytes:
        return bytes(self._content)


class _Stream:
    """What comes out of one pipe: shown as it comes, its last lines remembered."""

    def __init__(self, pipe: IO[bytes], shown: TextIO) -> None:
        self.pipe, self._shown = pipe, shown
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._tail: deque[str] = deque(maxlen=TOLD_LINES)
        self._rest = ""
        os.set_blocking(pipe.fileno(), False)

    def take(self, piece: bytes) -> None:
        """Show a piece; an empty one is the end."""
        text = self._decoder.decode(piece, final=not piece)
        *lines, rest = (self._rest + text).split("\n")
        self._tail.extend(line[-TOLD_CHARACTERS:] for line in lines[-TOLD_LINES:] if line.strip())
        self._rest = rest[-TOLD_CHARACTERS:]
        if text:
            self._shown.write(text)

    def told(self) -> str:
        """The last lines, the very last for certain."""
        lines = [*self._tail, self._rest] if self._rest.strip() else [*self._tail]
        # What stands before a carriage return was written over, as by a bar of progress.
        visible = (line.rstrip("\r").rpartition("\r")[2] for line in lines[-TOLD_LINES:])
        return "\n".join(visible)[-TOLD_CHARACTERS:].strip()


class _Command:
    """A running command: fed, heard and waited for in this one thread, where an order to end arrives at once."""

    def __init__(self, process: "subprocess.Popen[bytes]", content: bytes, kept: _Kept) -> None:
        self._process, self._kept = process, kept
        self._unsent = memoryview(content)
        assert process.stdout is not None and process.stderr is not None  # noqa: S101, PT018 - both are pipes
        self._out = _Stream(process.stdout, sys.stdout)
        self._err = _Stream(process.stderr, sys.stderr)
        self._selector = selectors.DefaultSelector()
        self._open = {self._out, self._err}
        for stream in self._open:
            self._selector.register(stream.pipe, selectors.EVENT_READ, stream)
        if process.stdin is not None:
            os.set_blocking(process.stdin.fileno(), False)
            self._selector.register(process.stdin, selectors.EVENT_WRITE, None)

    @property
    def exit_code(self) -> int:
        code = self._process.returncode
        return code if code >= 0 else 128 - code

    def follow(self) -> None:
        """Until the command itself has ended and all it wrote is taken. Called again it goes on."""
        while self._selector.get_map():
            for key, _ in self._selector.select(_PEEK_S):
                if key.data is None:
                    self._feed()
                else:
                    self._hear(cast("_Stream", key.data))
            if self._process.poll() is not None:
                self._hear_the_rest()
                break
        self._process.wait()

    def told(self) -> str:
        """What it said last: on stderr, else on stdout."""
        return self._err.told() or self._out.told()

    def close(self) -> None:
        """Give up its pipes; whoever still writes into them gets an error."""
        self._selector.close()
        for pipe in (self._process.stdin, self._process.stdout, self._process.stderr):
            if pipe is not None:
                with contextlib.suppress(OSError):
                    pipe.close()

    def _hear(self, stream: _Stream) -> bool:
        """Take one piece; False when nothing is there now."""
        try:
            piece = os.read(stream.pipe.fileno(), _PIECE)
        except BlockingIOError:
            return False
        if stream is self._out:
            self._kept.add(piece)
        if not piece:
            self._selector.unregister(stream.pipe)
            self._open.discard(stream)
        stream.take(piece)
        return bool(piece)

    def _hear_the_rest(self) -> None:
        """What the ended command left in the pipes. Something it left behind may hold them open for ever."""
        for stream in [*self._open]:
            for _ in range(_LAST_PIECES):
                if not self._hear(stream):
                    break
            if stream in self._open:
                stream.take(b"")

    def _feed(self) -> None:
        stdin = self._process.stdin
        assert stdin is not None  # noqa: S101 - only then it is waited for
        try:
            self._unsent = self._unsent[os.write(stdin.fileno(), self._unsent[:_PIECE]) :]
        except BlockingIOError:
            return
        except BrokenPipeError:  # it does not read to the end, as `head` does
            self._unsent = self._unsent[:0]
        if not self._unsent:
            self._selector.unregister(stdin)
            stdin.close()


def _failed(code: int, told: str) -> StepRefused:
    how = f"ended with exit code {code}"
    if code > 128:
        with contextlib.suppress(ValueError):
            how = f"was ended by {signal.Signals(code - 128).name} (exit code {code})"
    said = f":\n{told}" if told else " and said nothing."
    return StepRefused(
        "shell_exit",
        f"The command {how}{said}",
        "Read its last lines; correct the command or what it is given, or name the code in `ok_codes` if it is meant.",
        kind=f"exit code {code}",
    )


def _parsed(kept: _Kept) -> object:
    if kept.is_cut:
        raise StepRefused(
            "output_too_large",
            f"The command wrote more than {MAX_JSON_BYTES // 2**20} MiB of JSON.",
            "Let it write a summary, or store the data elsewhere and write where it is.",
        )
    try:
        return msgspec.json.decode(kept.raw())
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        why = f"is no JSON ({error})" if kept.raw().strip() else "is empty"
        raise StepRefused(
            "shell_not_json",
            f"What the command wrote on stdout {why}: {kept.text()[:200]!r}.",
            "Let it write one JSON value and nothing else on stdout (what is for people goes to stderr), or take "
            "output: text.",
        ) from None
