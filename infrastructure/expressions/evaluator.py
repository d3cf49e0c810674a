"""The process that evaluates expressions: small, limited in memory, and killed when it takes too long."""

import resource
import signal
import socket
import sys
from collections.abc import Mapping
from typing import Any, cast

import msgspec

from infrastructure.workers.lines import clean
from infrastructure.workers.results import to_json
from infrastructure.workers.step import StepRefused
from infrastructure.workers.wire import LENGTH

MAX_RESULT_BYTES = 16 * 1024 * 1024
MEMORY_BYTES = 512 * 1024 * 1024
"""Writable memory of the process: a list of ten million numbers (`[1..10000000]`) must not fit."""


class Question(msgspec.Struct, array_like=True, frozen=True):
    """Expressions to evaluate against one scope; values are JSON texts. `now_ms` is what $millis gives."""

    expressions: list[str]
    inputs: bytes
    steps: dict[str, bytes]
    execution: bytes
    now_ms: int
    as_truth: bool
    extra: dict[str, bytes] = {}


class Answer(msgspec.Struct, array_like=True, frozen=True):
    """One JSON text for each expression, or which failed and why. The first answer of a process is empty and
    says that it is ready."""

    results: list[bytes]
    failed: str | None = None
    message: str | None = None


def serve(data: socket.socket) -> None:
    """Answer questions until the other end closes."""
    resource.setrlimit(resource.RLIMIT_DATA, (MEMORY_BYTES, MEMORY_BYTES))
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    from infrastructure.expressions.jsonata import Timebox  # noqa: PLC0415 - only this process evaluates

    evaluator = _Evaluator(Timebox)
    sys.setrecursionlimit(6000)  # deep enough for recursive functions; a crash ends only this process
    _send(data, Answer(results=[]))
    decoder = msgspec.msgpack.Decoder(Question)
    shut()
    while True:
        head = _receive(data, LENGTH.size)
        if head is None:
            return
        body = _receive(data, LENGTH.unpack(head)[0])
        if body is None:
            return
        _send(data, evaluator.answer(decoder.decode(body)))


def shut() -> None:
    """From now on this process opens nothing, imports nothing, starts nothing and connects to nothing.

    JSONata has no way to do so; this holds where the library has a hole. All it needs is loaded (a test evaluates every
    kind of expression behind it). It cannot be taken back.
    """
    sys.addaudithook(_refuse_the_machine)


_HARMLESS = frozenset(
    {"object.__getattr__", "object.__setattr__", "object.__delattr__", "sys._getframe", "builtins.id"}
)


def _refuse_the_machine(event: str, arguments: tuple[object, ...]) -> None:  # noqa: ARG001 - an audit hook
    if event not in _HARMLESS:
        raise PermissionError(f"expressions reach nothing of the machine ({event})")


class _Evaluator:
    def __init__(self, timebox: Any) -> None:
        self._now_ms = 0
        # $now and $millis take the time of the library's clock: give it ours, of the deciding event.
        timebox.current_milli_time = staticmethod(lambda: self._now_ms)

    def answer(self, question: Question) -> Answer:
        """Evaluate all; the first that fails ends it."""
        self._now_ms = question.now_ms
        results: list[bytes] = []
        room = MAX_RESULT_BYTES
        expression = ""
        try:
            decode = msgspec.json.decode
            for expression in question.expressions:
                # Decoded anew each time: expressions can change what they are given.
                scope = {
                    "inputs": decode(question.inputs),
                    "steps": {name: decode(text) for name, text in question.steps.items()},
                    "execution": decode(question.execution),
                    **{name: decode(text) for name, text in question.extra.items()},
                }
                result = self._evaluate(expression, scope, as_truth=question.as_truth)
                room -= len(result)
                if room < 0:
                    raise StepRefused("", f"the result is larger than {MAX_RESULT_BYTES >> 20} MiB", "")
                results.append(result)
        except StepRefused as error:
            return Answer(results=[], failed=expression, message=error.message)
        except MemoryError:
            return Answer(results=[], failed=expression, message="it needs more memory than an expression may use")
        except RecursionError:
            return Answer(results=[], failed=expression, message="it calls itself too deeply")
        except Exception as error:
            # $error("a\u0000b") brings any character in, and this becomes the message of an event.
            text = clean(str(error)) or type(error).__name__
            return Answer(results=[], failed=expression, message=text[:500])
        return Answer(results=results)

    def _evaluate(self, expression: str, scope: object, *, as_truth: bool) -> bytes:
        from infrastructure.expressions.jsonata import compile_expression  # noqa: PLC0415 - as above

        compiled: Any = compile_expression(expression)
        for name in ("random", "shuffle", "eval"):
            compiled.register_lambda(name, _refuse)
        result: object = compiled.evaluate(scope)
        if as_truth:
            from infrastructure.expressions.jsonata import Functions  # noqa: PLC0415 - as above

            return b"true" if Functions.to_boolean(result) else b"false"
        return to_json(_plain(result))


def _refuse(*arguments: object) -> object:  # noqa: ARG001 - called with whatever the expression gives
    raise ValueError("$random, $shuffle and $eval are not allowed in expressions")


def _plain(value: object) -> object:
    """The library's lists, ranges and functions as JSON values. A range is no real list: it must be
    counted out, within the limit of a result."""
    if isinstance(value, str | int | float | bool) or value is None:
        return value
    if isinstance(value, Mapping):
        return {key: _plain(item) for key, item in cast(Mapping[str, object], value).items()}
    if isinstance(value, list):
        return [_plain(item) for item in cast(list[object], value)]
    raise StepRefused("", "the result is or holds a function, which is no value", "")


def _receive(data: socket.socket, length: int) -> bytes | None:
    content = bytearray(length)
    view = memoryview(content)
    while view:
        got = data.recv_into(view)
        if got == 0:
            return None
        view = view[got:]
    return bytes(content)


def _send(data: socket.socket, answer: Answer) -> None:
    body = msgspec.msgpack.encode(answer)
    data.sendall(LENGTH.pack(len(body)) + body)
