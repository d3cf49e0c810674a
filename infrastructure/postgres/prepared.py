"""One prepared statement on a connection of its own, by libpq's asynchronous calls.

The driver's `execute` finds out types, looks the statement up, and registers the socket with the event loop anew for
each wait: 0.1 ms of a call that is on the way of every step. Here all of that is done once. What the driver does well
stays its own: connecting, its errors.
"""

import asyncio
from collections.abc import Sequence
from time import monotonic

import psycopg
from psycopg import pq

from application.ports import StoreUnavailable
from infrastructure.postgres.connection import DEADLINE_S, Row, connect, cut_after, statement
from infrastructure.readiness import readiness

_BINARY = 1
_ANSWERED = (pq.ExecStatus.TUPLES_OK, pq.ExecStatus.COMMAND_OK)


class PreparedStatement:
    """Calls `sql/<name>.sql`, which prepares a statement of that name, one call at a time."""

    def __init__(self, connection: "psycopg.AsyncConnection[Row]", name: str) -> None:
        self._connection, self._name = connection, name.encode()
        self._pq, self._fd = connection.pgconn, connection.pgconn.socket
        self._loop, self._ready = asyncio.get_running_loop(), readiness()
        self._answer: asyncio.Future[bytes | None] | None = None
        self._result: pq.abc.PGresult | None = None
        self._ready.add_reader(self._fd, self._on_readable)

    @classmethod
    async def on(cls, url: str, name: str, *, within_s: float = DEADLINE_S) -> "PreparedStatement":
        """Connect and prepare. Raises StoreUnavailable, and psycopg.Error when the statement is refused."""
        until = monotonic() + within_s
        connection = await connect(url, within_s=within_s)
        try:
            with cut_after(connection, max(0.0, until - monotonic())):
                await connection.execute(statement(name), prepare=False)
        except BaseException as error:
            await connection.close()
            if isinstance(error, psycopg.OperationalError | psycopg.InterfaceError):
                raise StoreUnavailable(f"the database did not answer: {error}") from error
            raise
        return cls(connection, name)

    @property
    def closed(self) -> bool:
        """Whether another connection is needed."""
        return self._connection.closed

    @property
    def backend_pid(self) -> int:
        """The process of the connection in the database."""
        return self._connection.info.backend_pid

    async def call(self, parameters: Sequence[bytes], *, within_s: float) -> bytes | None:
        """The one value it answers, in binary form; the connection is of no more use after OperationalError.

        Raises psycopg.OperationalError when the answer does not come in time or the connection breaks, and the
        error of the database by its class.
        """
        answer = self._answer = self._loop.create_future()
        late = self._loop.call_later(within_s, self._break, "no answer in time")
        try:
            self._pq.send_query_prepared(
                self._name, parameters, param_formats=[_BINARY] * len(parameters), result_format=_BINARY
            )
            self._flush()
            return await answer
        finally:
            late.cancel()
            self._answer = self._result = None

    async def close(self) -> None:
        """Close the connection."""
        self._forget_socket()
        await self._connection.close()

    def _flush(self) -> None:
        if self._pq.flush():
            self._ready.add_writer(self._fd, self._on_writable)

    def _on_writable(self) -> None:
        try:
            if not self._pq.flush():
                self._ready.remove_writer(self._fd)
        except psycopg.Error as error:
            self._break(str(error))

    def _on_readable(self) -> None:
        try:
            self._pq.consume_input()
            while self._answer is not None and not self._pq.is_busy():
                result = self._pq.get_result()
                if result is None:
                    self._finish(self._answer)
                    return
                self._result = result
        except psycopg.Error as error:
            self._break(str(error))

    def _finish(self, answer: "asyncio.Future[bytes | None]") -> None:
        result = self._result
        if answer.done():
            return
        if result is None:
            answer.set_exception(psycopg.OperationalError("the database gave no answer"))
        elif result.status in _ANSWERED:
            answer.set_result(result.get_value(0, 0))
        else:
            answer.set_exception(_error_of(result))

    def _break(self, why: str) -> None:
        """The connection is lost, or as good as lost: who waits is told at once."""
        if self._answer is not None and not self._answer.done():
            self._answer.set_exception(psycopg.OperationalError(why))
        self._forget_socket()
        self._pq.finish()

    def _forget_socket(self) -> None:
        if self._fd >= 0:
            self._ready.forget(self._fd)  # both at once: libpq may have closed it
            self._fd = -1


def _error_of(result: "pq.abc.PGresult") -> psycopg.Error:
    """The database's refusal as the driver's class for it, so that losing the server is told from a bad value."""
    state = (result.error_field(pq.DiagnosticField.SQLSTATE) or b"").decode()
    try:
        kind = psycopg.errors.lookup(state)
    except KeyError:  # without a state it is libpq that speaks: the connection is lost
        kind = psycopg.DatabaseError if state else psycopg.OperationalError
    return kind(result.error_message.decode("utf-8", "replace").strip())
