"""Connections, statements from files, and a deadline around every call.

libpq's keepalives and `statement_timeout` do not help behind a proxy that swallows packets, so each
call has a deadline of the application; a connection that missed one is thrown away.
"""

import asyncio
import contextlib
import os
import socket
from collections.abc import AsyncGenerator, Generator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from functools import cache
from pathlib import Path
from time import monotonic
from typing import Any

import psycopg

from application.ports import StoreUnavailable

SQL = Path(__file__).parent / "sql"
DEADLINE_S = 5.0
"""A statement that takes longer has lost its connection: the slowest of ours take milliseconds."""
CALL_S = 9.0
"""All of a call: waiting for a connection, making one, the statement, and the second try."""
# A stalled client must not hold the append lock: the server ends its transaction. synchronous_commit is said here
# because a database's or a role's default may be off, which loses acknowledged events in a crash.
_OPTIONS = (
    "-c lock_timeout=4000 -c idle_in_transaction_session_timeout=2000 -c statement_timeout=30000"
    " -c synchronous_commit=on"
)
AWAY = (psycopg.OperationalError, psycopg.InterfaceError, psycopg.errors.ReadOnlySqlTransaction)
"""Errors after which another connection may do: the database is gone, or may only be read: in a failover another one
is in charge."""

Row = tuple[Any, ...]


@cache
def statement(name: str) -> bytes:
    """The text of `sql/<name>.sql`."""
    return (SQL / f"{name}.sql").read_bytes()


async def connect(url: str, *, options: str = "", within_s: float = DEADLINE_S) -> "psycopg.AsyncConnection[Row]":
    """An autocommit connection. Raises StoreUnavailable."""
    try:
        async with asyncio.timeout(within_s):
            return await psycopg.AsyncConnection.connect(
                url, autocommit=True, prepare_threshold=0, options=f"{_OPTIONS} {options}", application_name="runwright"
            )
    except (psycopg.Error, TimeoutError, OSError) as error:
        raise StoreUnavailable(f"the database can't be reached: {error}") from error


@contextmanager
def cut_after(connection: "psycopg.AsyncConnection[Row]", seconds: float) -> Generator[None]:
    """Cut the connection when the block takes longer; what waits for it fails with OperationalError at once.

    A cancellation (asyncio.timeout) would not do: psycopg answers it by asking the server, over the same
    dead network, to cancel, and waits for that another 10 s.
    """
    timer = asyncio.get_running_loop().call_later(seconds, _cut, connection)
    try:
        yield
    finally:
        timer.cancel()


def _cut(connection: "psycopg.AsyncConnection[Row]") -> None:
    with contextlib.suppress(psycopg.Error, OSError):
        with socket.socket(fileno=os.dup(connection.pgconn.socket)) as same:
            same.shutdown(socket.SHUT_RDWR)


class Connections:
    """A few connections for reading, made on demand and thrown away when one fails.

    `size` is the most that are open at once; a caller waits for one at most DEADLINE_S.
    """

    def __init__(self, url: str, *, size: int = 4, options: str = "") -> None:
        self._url = url
        self._options = options
        self._room = asyncio.Semaphore(size)
        self._idle: list[psycopg.AsyncConnection[Row]] = []
        self._closed = False

    @asynccontextmanager
    async def use(self, *, within_s: float = CALL_S) -> AsyncGenerator["psycopg.AsyncConnection[Row]"]:
        """One connection; closed instead of kept when the block fails or misses its deadline.

        `within_s` bounds all of it; no part takes longer than DEADLINE_S.
        """
        until = monotonic() + within_s

        def left() -> float:
            return max(0.0, min(DEADLINE_S, until - monotonic()))

        try:
            async with asyncio.timeout(left()):
                await self._room.acquire()
        except TimeoutError as error:
            raise StoreUnavailable("every database connection is busy") from error
        try:
            connection = (
                self._idle.pop() if self._idle else await connect(self._url, options=self._options, within_s=left())
            )
            good = False
            try:
                with cut_after(connection, left()):
                    yield connection
                good = True
            except AWAY as error:
                raise StoreUnavailable(f"the database did not answer: {error}") from error
            finally:
                if good and not connection.closed and not self._closed:
                    self._idle.append(connection)
                else:
                    await connection.close()
        finally:
            self._room.release()

    async def named(self, name: str, parameters: Mapping[str, object]) -> list[Row]:
        """Run a statement whose parameters have names."""
        return await self._rows(name, parameters)

    async def rows(self, name: str, parameters: Sequence[object] = ()) -> list[Row]:
        """Run a statement whose parameters stand in order."""
        return await self._rows(name, parameters)

    async def _rows(self, name: str, parameters: Sequence[object] | Mapping[str, object]) -> list[Row]:
        """Run a statement. Tried once more on a fresh connection: it may have died while idle."""
        until = monotonic() + CALL_S
        for last in (False, True):
            try:
                async with self.use(within_s=until - monotonic()) as connection:
                    cursor = await connection.execute(statement(name), parameters, binary=True)
                    return await cursor.fetchall() if cursor.description else []
            except StoreUnavailable:
                while self._idle:
                    await self._idle.pop().close()
                if last:
                    raise
        raise AssertionError("unreachable")

    async def close(self) -> None:
        """Close what is idle now and the rest when it comes back."""
        self._closed = True
        while self._idle:
            await self._idle.pop().close()
