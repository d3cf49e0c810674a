"""`runwright up`: everything on one machine, and the same machinery for `migrate` and for `run` without a server.

Order of a start: settings, data directory (lock), port, PostgreSQL, migrations, boot number, then the composition
root. Whatever fails or ends, the way back is walked in full: a server that was asked to end leaves no process.

The four concrete things named here (data directory, embedded PostgreSQL, migrations, whether the kernel allows
namespaces) are asked before there is anything to compose; everything else is made in interfaces/bootstrap.py.
"""

import asyncio
import contextlib
import importlib
import json
import logging
import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

import uvloop

from infrastructure.data_directory import DataDirectory, DataDirectoryError
from infrastructure.postgres.embedded import (
    EmbeddedPostgres,
    EmbeddedPostgresError,
    check_socket_path,
    installed_programs,
)
from infrastructure.postgres.migrate import MigrationError, migrate, pending
from infrastructure.workers.spawning import namespaces_refused
from interfaces.cli.refusal import Refusal
from interfaces.settings import Settings, SettingsError

log = logging.getLogger("runwright")

START_REFUSALS = (SettingsError, DataDirectoryError, EmbeddedPostgresError, MigrationError)
"""Everything that stops a start by itself; each says its own sentence."""

ADDRESS_FILE = "server.json"  # {url, pid}, there while the server answers; how other commands find it
COMPOSITION_ROOT = "interfaces.bootstrap"
LOOK_AGAIN_S = 0.5
OWN_SERVER_DEADLINE_S = 120  # a first start: initdb, migrations, page; a slow disk included


def up(settings: Settings, on_ready: Callable[[str], None]) -> None:
    """Run until SIGINT or SIGTERM. Raises one of `START_REFUSALS` or `Refusal`."""
    check_namespaces(settings)
    with _ending_by_signals(), _data_directory(settings) as directory:
        # Read from disk while PostgreSQL starts: each takes about as long as the other.
        threading.Thread(target=importlib.import_module, args=[COMPOSITION_ROOT], daemon=True).start()
        with _database(settings, directory) as url:
            refuse_busy_port(settings)
            with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
                runner.run(_serve(settings, url, directory, on_ready))


def migrate_only(settings: Settings) -> list[str]:
    """Bring the database's schema up without serving; the names applied."""
    with _ending_by_signals(), _data_directory(settings) as directory, _database(settings, directory) as url:
        return asyncio.run(migrate(url))


def pending_migrations(database_url: str) -> list[str]:
    return asyncio.run(pending(database_url))


def holder_of(data_dir: Path) -> DataDirectoryError | None:
    """Why the data directory cannot be taken now; None when it is free. Leaves it as it was found."""
    if not data_dir.exists():
        return None  # made at the first start
    directory = DataDirectory(data_dir)
    try:
        directory.open(for_postgres=False)
    except DataDirectoryError as refusal:
        return refusal
    directory.close()
    return None


def check_embedded(settings: Settings) -> None:
    """Whether our own PostgreSQL could start in this data directory. Raises `EmbeddedPostgresError`."""
    check_socket_path(DataDirectory(settings.data_dir).postgres)
    installed_programs()


def check_namespaces(settings: Settings) -> None:
    """Whether workers can have what `process_namespaces` asks for. Raises `SettingsError`."""
    reason = namespaces_refused() if settings.process_namespaces else None
    if reason:
        raise SettingsError(
            "process_namespaces",
            f"is true, but this machine refuses ({reason}): run as root with CAP_SYS_ADMIN, allow user namespaces, "
            "or set it to false.",
        )


async def _serve(settings: Settings, url: str, directory: DataDirectory, on_ready: Callable[[str], None]) -> None:
    await migrate(url)

    from interfaces import bootstrap  # noqa: PLC0415 - half a second that other commands need not pay

    identity = directory.begin_boot()
    stop = asyncio.Event()
    address_file = directory.path / ADDRESS_FILE

    def ready(address: str) -> None:
        address_file.write_text(json.dumps({"url": address, "pid": os.getpid()}) + "\n")
        on_ready(address)

    task = asyncio.current_task()
    assert task is not None  # noqa: S101 - a coroutine run by a Runner has one
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        # The first asks it to end and drain, a second one hurries.
        loop.add_signal_handler(number, lambda: task.cancel() if stop.is_set() else stop.set())
    try:
        await bootstrap.serve(
            settings, url, server_id=identity.server_id, boot=identity.boot, on_ready=ready, stop=stop
        )
    except asyncio.CancelledError:
        if not stop.is_set():
            raise
    finally:
        address_file.unlink(missing_ok=True)


@contextmanager
def _ending_by_signals() -> Generator[None]:
    """SIGTERM during the start ends it like Ctrl-C, through every `finally`."""

    def end(_number: int, _frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, end)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


@contextmanager
def _data_directory(settings: Settings) -> Generator[DataDirectory]:
    with DataDirectory(settings.data_dir).open(for_postgres=settings.database_url is None) as directory:
        yield directory


@contextmanager
def _database(settings: Settings, directory: DataDirectory) -> Generator[str]:
    if settings.database_url is not None:
        yield settings.database_url
        return
    postgres = EmbeddedPostgres(directory)
    try:
        url = postgres.start()
        with _kept_alive(postgres):
            yield url
    finally:
        # An impatient third signal must not leave PostgreSQL behind.
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, signal.SIG_IGN)
        postgres.stop()


@contextmanager
def _kept_alive(postgres: EmbeddedPostgres) -> Generator[None]:
    """A postmaster that dies while we serve (killed, out of memory) is started again; our connections come back."""
    ended = threading.Event()

    def keep() -> None:
        while not ended.wait(LOOK_AGAIN_S):
            try:
                if not postgres.is_alive:
                    log.error("PostgreSQL has died and is started again")
                    postgres.start()
            except EmbeddedPostgresError as error:
                log.error("%s", error)

    keeper = threading.Thread(target=keep, name="postgres-keeper", daemon=True)
    keeper.start()
    try:
        yield
    finally:
        ended.set()
        keeper.join()


def refuse_busy_port(settings: Settings) -> None:
    """Before a second is spent on a start that cannot answer; the real bind may still lose a race and says so."""
    host = settings.host.strip("[]")
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, settings.port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind, protocol) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except OSError as error:
        raise Refusal(
            f"{settings.host}:{settings.port} cannot be listened on ({error.strerror}): stop what uses it, or choose "
            f"another address with --port or --host (--port 0 takes a free port)."
        ) from None


@contextmanager
def own_server(arguments: list[str]) -> Generator[str]:
    """A server of this command's own, on a free port, ended with it; yields its URL.

    A process of its own, for its Ctrl-C must not meet ours: the caller ends it in order. Raises `Refusal`.
    """
    command = [sys.executable, "-m", "interfaces.cli.main", "up", "--json", "--port", "0", *arguments]
    # stderr goes to a file: a pipe that nobody reads would stop a talkative server.
    with (
        tempfile.TemporaryFile("w+") as log,
        subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
            start_new_session=True,
        ) as process,
    ):
        try:
            assert process.stdout is not None  # noqa: S101 - asked for above
            line = process.stdout.readline()
            if not line:
                process.wait()
                log.seek(0)
                said = log.read().strip().splitlines()
                raise Refusal(_sentence_of(said[-1]) if said else "the server did not start and said nothing.")
            yield str(json.loads(line)["url"])
        finally:
            process.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.communicate(timeout=OWN_SERVER_DEADLINE_S)


def _sentence_of(line: str) -> str:
    try:
        return str(json.loads(line)["detail"])
    except (ValueError, KeyError, TypeError):
        return line.removeprefix("runwright: ")


def running_server(data_dir: Path) -> str | None:
    """The URL of the server that holds this data directory; None when nobody does, or it is still starting."""
    try:
        said = json.loads((data_dir / ADDRESS_FILE).read_text())
        # The file outlives a server killed with -9; the lock does not.
        return str(said["url"]) if DataDirectory(data_dir).is_held() else None
    except (OSError, ValueError, KeyError, TypeError):
        return None
