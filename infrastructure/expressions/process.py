"""The server's side of the expression worker: one process, asked one thing at a time, killed when overdue."""

import asyncio
import contextlib

import msgspec

from infrastructure.expressions.evaluator import Answer, Question
from infrastructure.workers.spawning import Connections, Zygote
from infrastructure.workers.wire import CONTROL, KILL, LENGTH
from infrastructure.workers.worker import WorkerOptions

TIME_LIMIT_S = 1.0
"""One evaluation. Anything longer is a program and belongs into a node."""
_START_LIMIT_S = 30.0  # on a machine that is swamped


class EvaluationOverdue(Exception):
    """The evaluation was killed at its limit, or its process died (out of memory, a crash)."""


class ExpressionProcess:
    """Starts the process when it is needed, and again after it was killed."""

    def __init__(self, zygote: Zygote, time_limit_s: float) -> None:
        self._time_limit_s = time_limit_s
        self._zygote = zygote
        self._turn = asyncio.Lock()
        self._connections: Connections | None = None
        self._dying: set[asyncio.Future[None]] = set()
        self._gone: asyncio.Future[None] | None = None

    async def ask(self, question: Question) -> Answer:
        """Evaluate. Raises EvaluationOverdue. Cancelling the call kills the evaluation."""
        async with self._turn:
            try:
                connections = await self._started()
                body = msgspec.msgpack.encode(question)
                async with asyncio.timeout(self._time_limit_s):
                    return await self._exchange(connections, LENGTH.pack(len(body)) + body)
            except TimeoutError:
                self._kill()
                raise EvaluationOverdue(
                    f"The expression took longer than {self._time_limit_s:g} s and was ended; "
                    "do work of this size in a python or sql node."
                ) from None
            except (ConnectionError, EOFError):
                self._kill()
                raise EvaluationOverdue(
                    "The expression brought its process down, most likely by using too much memory; "
                    "do work of this size in a python or sql node."
                ) from None
            except BaseException:
                self._kill()
                raise

    async def close(self) -> None:
        """End the process and wait until nothing of it lives."""
        self._kill()
        if self._dying:
            await asyncio.wait(self._dying)

    async def _started(self) -> Connections:
        if self._connections is None:
            gone: asyncio.Future[None] = asyncio.get_running_loop().create_future()
            self._gone = gone
            options = WorkerOptions(kinds={}, role="expressions")

            def ended(proven: bool) -> None:  # noqa: ARG001 - as the zygote calls it
                if not gone.done():
                    gone.set_result(None)

            self._connections = self._zygote.spawn(options, ended)
            async with asyncio.timeout(_START_LIMIT_S):
                await self._receive(self._connections)  # it says that it is ready
        return self._connections

    async def _exchange(self, connections: Connections, question: bytes) -> Answer:
        await asyncio.get_running_loop().sock_sendall(connections.data, question)
        return await self._receive(connections)

    async def _receive(self, connections: Connections) -> Answer:
        (length,) = LENGTH.unpack(await self._read(connections, LENGTH.size))
        return msgspec.msgpack.decode(await self._read(connections, length), type=Answer)

    async def _read(self, connections: Connections, length: int) -> bytes:
        loop = asyncio.get_running_loop()
        content = bytearray(length)
        at = 0
        while at < length:
            got = await loop.sock_recv(connections.data, min(length - at, 1 << 20))
            if not got:
                raise EOFError
            content[at : at + len(got)] = got
            at += len(got)
        return bytes(content)

    def _kill(self) -> None:
        connections, self._connections = self._connections, None
        if connections is None or self._gone is None:
            return
        self._dying.add(self._gone)
        self._gone.add_done_callback(self._dying.discard)
        with contextlib.suppress(OSError):
            connections.control.send(CONTROL.pack(KILL, 0))
        connections.close()  # the supervisor kills on that alone, too
