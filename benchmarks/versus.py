"""Runwright and DBOS beside each other: a process each, a database each on the same PostgreSQL."""

from collections.abc import Generator
from contextlib import contextmanager

from benchmarks.peer import dbos
from benchmarks.rig import Postgres, Server, runwright

OURS, PEER = "versus_runwright", "versus_dbos"


@contextmanager
def both(server: Postgres) -> Generator[tuple[Server, Server]]:
    """Ours and the peer, on fresh databases."""
    with (
        runwright(server.database(OURS), server.folder / OURS) as ours,
        dbos(server.database(PEER), server.folder) as peer,
    ):
        server.checkpoint()
        yield ours, peer
