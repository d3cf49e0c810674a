"""A database that may only be read, as the old one and the new one may be for a while in a failover, is one that is
away: what is to be stored waits and is stored once it may be written, and nothing is refused for good."""

import asyncio
from collections.abc import AsyncIterator

import psycopg
import pytest
from psycopg import sql

from application.ports import Appended, StoreUnavailable
from infrastructure.memory.system import SequentialIds
from infrastructure.postgres.artifacts import PostgresArtifacts
from infrastructure.postgres.connection import Connections
from infrastructure.postgres.event_store import PostgresEventStore
from tests.contracts.event_store.conftest import member
from tests.unit.domain.given import queued

WRITES = "-c default_transaction_read_only=off"


@pytest.fixture
async def reads(database_url: str) -> AsyncIterator[Connections]:
    connections = Connections(database_url)
    yield connections
    await connections.close()


async def let_write(url: str, *, may: bool) -> None:
    """From now on; connections of before go on as they are."""
    async with await psycopg.AsyncConnection.connect(url, autocommit=True, options=WRITES) as connection:
        name = connection.info.dbname
        await connection.execute(
            sql.SQL("alter database {} set default_transaction_read_only = {}").format(
                sql.Identifier(name), sql.SQL("off" if may else "on")
            )
        )


async def test_a_value_that_could_not_be_stored_is_stored_as_soon_as_it_may_be(
    database_url: str, reads: Connections
) -> None:
    artifacts = PostgresArtifacts(reads, max_bytes=1_000)
    await let_write(database_url, may=False)
    with pytest.raises(StoreUnavailable):
        await artifacts.put(b"value", "text/plain")
    await let_write(database_url, may=True)
    assert (await artifacts.put(b"value", "text/plain")).size_bytes == 5


async def test_an_append_waits_for_a_database_that_may_be_written_and_connects_to_it_anew(
    database_url: str, reads: Connections
) -> None:
    await let_write(database_url, may=False)
    store = PostgresEventStore(database_url, reads)
    await store.open()
    appending = asyncio.create_task(store.append(member(queued(SequentialIds().new()))))
    await asyncio.sleep(0.5)
    assert not appending.done()
    await let_write(database_url, may=True)
    assert isinstance(await appending, Appended)
    await store.close()
