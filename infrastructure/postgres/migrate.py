"""Brings a database's schema to what this code expects: numbered SQL files, each applied once, in order.

Files are `migrations/NNNN_name.sql`, numbered from 0001 without gaps. Each is applied in a transaction of its
own together with its row in `schema_migrations`, so a failure leaves the schema at a number and never between
two. An applied file is history: it is compared by hash, and a change goes into a new file.

Several servers may start at once: they take turns by an advisory lock, and the later ones find nothing to do.
"""

import hashlib
import re
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import psycopg

MIGRATIONS = Path(__file__).parent / "migrations"
CONNECT_TIMEOUT_S = 10
# Any fixed number that other programs on the same database are unlikely to use: "runwrigh" as ASCII.
_LOCK = 0x72756E7772696768

_FILE = re.compile(r"(\d{4})_[a-z0-9_]+\.sql")

_CREATE_TABLE = b"""
create table if not exists schema_migrations (
    number     integer primary key,
    name       text not null,
    sha256     text not null,
    applied_at timestamptz not null default clock_timestamp()
)
"""


class MigrationError(Exception):
    """The schema cannot be brought up. `str(error)` is a sentence with the way out."""


class MigrationGap(MigrationError):
    """A number is missing among the files, or among what was applied."""


class MigrationEdited(MigrationError):
    """A file was changed after it had been applied."""


class DatabaseNewerThanCode(MigrationError):
    """A newer Runwright has migrated this database."""


class MigrationFailed(MigrationError):
    """PostgreSQL refused a statement; nothing of that file was kept."""


class DatabaseUnreachable(MigrationError):
    """No connection could be made."""


@dataclass(frozen=True, kw_only=True)
class Migration:
    number: int
    name: str
    sql: bytes

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.sql).hexdigest()


async def migrate(url: str, directory: Path = MIGRATIONS) -> list[str]:
    """Apply what is pending; returns the names applied now. Raises `MigrationError`."""
    files = read_migrations(directory)
    applied_now: list[str] = []
    async with _connection(url) as connection:
        await connection.execute("select pg_advisory_lock(%s)", [_LOCK])  # freed when the connection ends
        await connection.execute(_CREATE_TABLE)
        for migration in _unapplied(files, await _applied(connection)):
            try:
                async with connection.transaction():
                    await connection.execute(migration.sql)
                    await connection.execute(
                        "insert into schema_migrations (number, name, sha256) values (%s, %s, %s)",
                        [migration.number, migration.name, migration.sha256],
                    )
            except psycopg.Error as error:
                raise MigrationFailed(
                    f"migration {migration.name} failed ({str(error).splitlines()[0]}) and was rolled back: "
                    f"correct the cause and run `runwright migrate` again."
                ) from error
            applied_now.append(migration.name)
    return applied_now


async def pending(url: str, directory: Path = MIGRATIONS) -> list[str]:
    """The names that `migrate` would apply; changes nothing. Raises `MigrationError`."""
    files = read_migrations(directory)
    async with _connection(url) as connection:
        found = await connection.execute("select to_regclass('schema_migrations') is not null")
        row = await found.fetchone()
        applied = await _applied(connection) if row is not None and row[0] else []
    return [migration.name for migration in _unapplied(files, applied)]


def read_migrations(directory: Path = MIGRATIONS) -> list[Migration]:
    """All files in order. Raises `MigrationGap` and, for a name out of form, `MigrationError`."""
    files: list[Migration] = []
    for number, path in enumerate(sorted(directory.glob("*.sql")), start=1):
        match = _FILE.fullmatch(path.name)
        if match is None:
            raise MigrationError(f"{path.name} is no migration's name: call it NNNN_name.sql, in lower case.")
        if int(match[1]) != number:
            raise MigrationGap(
                f"migration {number:04} is missing before {path.name}: restore it, or number the files without gaps."
            )
        files.append(Migration(number=number, name=path.stem, sql=path.read_bytes()))
    return files


def _unapplied(files: Sequence[Migration], applied: Sequence[tuple[int, str, str]]) -> list[Migration]:
    for place, (number, name, sha256) in enumerate(applied, start=1):
        if number > len(files):
            raise DatabaseNewerThanCode(
                f"the database has migration {name}, which this version of Runwright does not know: "
                f"install the newer version, or use another database."
            )
        if number != place:
            raise MigrationGap(
                f"the database has migration {name} but not number {place:04}: restore it from a backup."
            )
        if files[place - 1].sha256 != sha256:
            raise MigrationEdited(
                f"{files[place - 1].name}.sql was changed after it had been applied: restore the file and put the "
                f"change into a new one."
            )
    return list(files[len(applied) :])


async def _applied(connection: psycopg.AsyncConnection) -> list[tuple[int, str, str]]:
    rows = await connection.execute("select number, name, sha256 from schema_migrations order by number")
    return [(int(number), str(name), str(sha256)) for number, name, sha256 in await rows.fetchall()]


@asynccontextmanager
async def _connection(url: str) -> AsyncGenerator[psycopg.AsyncConnection]:
    try:
        connection = await psycopg.AsyncConnection.connect(url, autocommit=True, connect_timeout=CONNECT_TIMEOUT_S)
    except psycopg.Error as error:
        raise DatabaseUnreachable(
            f"the database at {without_password(url)} cannot be reached ({_reason(error)}): check the URL and that "
            f"the server runs, or leave the URL out to use Runwright's own PostgreSQL."
        ) from None
    async with connection:
        try:
            yield connection
        except psycopg.Error as error:  # our own table of migrations: a role that may only read, a lost connection
            raise MigrationFailed(
                f"the database at {without_password(url)} refused to keep the schema ({str(error).splitlines()[0]}): "
                f"let the URL's role create tables there, or use another database."
            ) from error


def without_password(url: str) -> str:
    """The URL fit for a message or a log line."""
    try:
        parts = urlsplit(url)
        place = parts.netloc.rpartition("@")[2]
        user = f"{parts.username}@" if parts.username else ""
        return f"{parts.scheme}://{user}{place}{parts.path}"
    except ValueError:
        return "the given URL"


def _reason(error: psycopg.Error) -> str:
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return lines[-1] if lines else type(error).__name__
