"""What the benchmarks run on: one PostgreSQL of our own, and real processes on a database each.

PostgreSQL runs with its default durability in a temporary folder on disk (RUNWRIGHT_BENCH_FOLDER chooses another
parent; a folder in memory would hide what a commit costs). Everything started here is ended here.
"""

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from time import sleep
from typing import LiteralString
from urllib.parse import urlsplit, urlunsplit

import psutil
import psycopg
from psycopg import sql

from infrastructure.data_directory import DataDirectory
from infrastructure.postgres.embedded import EmbeddedPostgres

ROOT = Path(__file__).resolve().parents[1]
END_DEADLINE_S = 60
REPORTED_S = 11.0
# The 50 savers of the library's recorder hold a connection each; nothing else differs from the shipped server.
OVERRIDES = {"max_connections": "150"}


class BenchmarkError(Exception):
    """A benchmark could not run; `str(error)` says why."""


@dataclass(frozen=True, kw_only=True)
class Postgres:
    """The server that both sides of a comparison use."""

    url: str
    folder: Path

    def database(self, name: str) -> str:
        """The URL of a new, empty database."""
        with psycopg.connect(self.url, autocommit=True) as connection:
            connection.execute(sql.SQL("drop database if exists {} with (force)").format(sql.Identifier(name)))
            connection.execute(sql.SQL("create database {} template template0").format(sql.Identifier(name)))
        return urlunsplit(urlsplit(self.url)._replace(path=f"/{name}"))

    def checkpoint(self) -> None:
        """Have one behind us, so that none falls into a round by chance."""
        with psycopg.connect(self.url, autocommit=True) as connection:
            connection.execute("checkpoint")

    def commits(self, database: str) -> int:
        """Transactions so far, once every back end has reported its own.

        An idle back end reports what it still holds only after 10 s. Asked earlier, half of a burst is missing, and
        appears in whatever is measured next: in the other side's figure.
        """
        sleep(REPORTED_S)
        return self._number("select xact_commit from pg_stat_database where datname = %s", database)

    def wal_position(self) -> int:
        """Where the write-ahead log of the whole server ends; exact at once, unlike its statistics."""
        return self._number("select pg_current_wal_insert_lsn() - '0/0'")

    def _number(self, question: LiteralString, *parameters: str) -> int:
        with psycopg.connect(self.url, autocommit=True) as connection:
            row = connection.execute(question, parameters).fetchone()
        assert row is not None
        return int(row[0])


@contextmanager
def postgres() -> Generator[Postgres]:
    """A server of the benchmark's own."""
    parent = os.environ.get("RUNWRIGHT_BENCH_FOLDER") or tempfile.gettempdir()
    folder = Path(tempfile.mkdtemp(prefix="runwright-bench-", dir=parent))
    folder.chmod(0o711)  # PostgreSQL runs under an account of its own when we are root
    try:
        with DataDirectory(folder / "postgres").open(for_postgres=True) as directory:
            server = EmbeddedPostgres(directory, overrides=OVERRIDES)
            try:
                yield Postgres(url=server.start(), folder=folder)
            finally:
                server.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@dataclass(frozen=True, kw_only=True)
class Server:
    """A process that answers HTTP on 127.0.0.1."""

    url: str
    pid: int

    def pss_mb(self) -> float:
        """Memory of the process and all its descendants; what they share is counted once."""
        process = psutil.Process(self.pid)
        total_kb = 0
        for one in [process, *process.children(recursive=True)]:
            text = Path(f"/proc/{one.pid}/smaps_rollup").read_text()
            found = re.search(r"^Pss:\s+(\d+) kB", text, re.MULTILINE)
            total_kb += int(found[1]) if found else 0
        return total_kb / 1024


@contextmanager
def runwright(database_url: str, folder: Path, **environment: str) -> Generator[Server]:
    """`runwright up` as people start it, on the given database and a free port."""
    with _up([], database_url, folder, environment) as server:
        yield server


@contextmanager
def runwright_within(group: Path, database_url: str, folder: Path, **environment: str) -> Generator[Server]:
    """The same in a control group, from its first moment on."""
    entering = ["sh", "-c", 'echo $$ > "$0" && exec "$@"', str(group / "cgroup.procs")]
    with _up(entering, database_url, folder, environment) as server:
        yield server


@contextmanager
def _up(before: Sequence[str], database_url: str, folder: Path, environment: dict[str, str]) -> Generator[Server]:
    clean = {name: value for name, value in os.environ.items() if not name.startswith("RUNWRIGHT_")}
    up = [sys.executable, "-m", "interfaces.cli.main", "up", "--json", "--port=0", "--no-examples"]
    settings = {"RUNWRIGHT_DATABASE_URL": database_url, "RUNWRIGHT_LOG_LEVEL": "warning", **environment}
    with process([*before, *up, f"--data-dir={folder}"], {**clean, **settings}, folder.with_suffix(".log")) as server:
        yield server


@contextmanager
def process(command: Sequence[str], environment: dict[str, str], log: Path) -> Generator[Server]:
    """A server process whose first line of output is `{"url": ...}`; ended at the end."""
    with log.open("a") as errors:
        child = subprocess.Popen(
            command,
            cwd=log.parent,
            env={"PYTHONPATH": str(ROOT), **environment},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
        )
    assert child.stdout is not None
    try:
        line = child.stdout.readline()
        if not line:
            raise BenchmarkError(f"a server did not start: {log.read_text()[-2000:]}")
        yield Server(url=json.loads(line)["url"], pid=child.pid)
    finally:
        child.terminate()
        try:
            child.wait(END_DEADLINE_S)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()
        child.stdout.close()
