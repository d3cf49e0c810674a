"""Migrations: in order, once, whole; gaps, edits and newer databases are refused with a sentence."""

import asyncio
from pathlib import Path

import psycopg
import pytest

from infrastructure.postgres.migrate import (
    DatabaseNewerThanCode,
    DatabaseUnreachable,
    MigrationEdited,
    MigrationError,
    MigrationFailed,
    MigrationGap,
    migrate,
    pending,
    read_migrations,
)


@pytest.fixture
def files(tmp_path: Path) -> Path:
    (tmp_path / "0001_first.sql").write_text("create table first (it integer); insert into first values (1);")
    (tmp_path / "0002_second.sql").write_text("create table second as select it from first;")
    return tmp_path


def tables(url: str) -> set[str]:
    with psycopg.connect(url) as connection:
        rows = connection.execute("select tablename from pg_tables where schemaname = 'public'").fetchall()
    return {name for (name,) in rows}


async def test_pending_changes_nothing_and_migrate_applies_each_once(empty_database_url: str, files: Path) -> None:
    assert await pending(empty_database_url, files) == ["0001_first", "0002_second"]
    assert tables(empty_database_url) == set()
    assert await migrate(empty_database_url, files) == ["0001_first", "0002_second"]
    assert await pending(empty_database_url, files) == []
    assert await migrate(empty_database_url, files) == []
    assert tables(empty_database_url) == {"first", "second", "schema_migrations"}


async def test_servers_starting_together_apply_each_migration_once(empty_database_url: str, files: Path) -> None:
    applied = await asyncio.gather(*(migrate(empty_database_url, files) for _ in range(5)))
    assert sorted(applied, key=len) == [[], [], [], [], ["0001_first", "0002_second"]]


async def test_a_failing_migration_leaves_nothing_of_itself_and_keeps_those_before(
    empty_database_url: str, files: Path
) -> None:
    (files / "0003_broken.sql").write_text("create table third (it integer); select 1 / 0;")
    with pytest.raises(MigrationFailed, match=r"0003_broken failed \(division by zero\) and was rolled back"):
        await migrate(empty_database_url, files)
    assert tables(empty_database_url) == {"first", "second", "schema_migrations"}
    assert await pending(empty_database_url, files) == ["0003_broken"]


async def test_an_edited_file_is_refused(empty_database_url: str, files: Path) -> None:
    await migrate(empty_database_url, files)
    (files / "0001_first.sql").write_text("create table first (it bigint);")
    with pytest.raises(MigrationEdited, match=r"0001_first\.sql was changed after it had been applied"):
        await migrate(empty_database_url, files)
    with pytest.raises(MigrationEdited):
        await pending(empty_database_url, files)


async def test_a_database_of_a_newer_version_is_refused(empty_database_url: str, files: Path) -> None:
    await migrate(empty_database_url, files)
    (files / "0002_second.sql").unlink()
    with pytest.raises(DatabaseNewerThanCode, match="0002_second.*install the newer version"):
        await migrate(empty_database_url, files)


async def test_a_number_missing_in_the_database_is_refused(empty_database_url: str, files: Path) -> None:
    await migrate(empty_database_url, files)
    with psycopg.connect(empty_database_url) as connection:
        connection.execute("delete from schema_migrations where number = 1")
    with pytest.raises(MigrationGap, match="number 0001"):
        await migrate(empty_database_url, files)


def test_a_gap_or_a_wrong_name_among_the_files_is_refused(files: Path) -> None:
    (files / "0004_fourth.sql").write_text("select 1")
    with pytest.raises(MigrationGap, match="0003 is missing before 0004_fourth"):
        read_migrations(files)
    (files / "0004_fourth.sql").rename(files / "0003-third.sql")
    with pytest.raises(MigrationError, match="0003-third.sql is no migration's name"):
        read_migrations(files)


async def test_an_unreachable_database_is_named_without_its_password(files: Path) -> None:
    with pytest.raises(DatabaseUnreachable, match="cannot be reached") as refused:
        await migrate("postgresql://someone:very-secret@127.0.0.1:1/nowhere", files)
    assert "very-secret" not in str(refused.value)
    assert "someone@127.0.0.1:1/nowhere" in str(refused.value)


async def test_each_test_has_its_own_migrated_database(database_url: str) -> None:
    assert await pending(database_url) == []
