"""A database that can't be used stops the start with one sentence, whatever is wrong with it."""

import socket
from collections.abc import Callable
from pathlib import Path
from time import monotonic
from urllib.parse import urlsplit, urlunsplit

import psycopg
import pytest

from tests.fixtures.server import StartServer
from tests.integration.test_cli_refusals import runwright, sentence


def up(folder: Path, url: str, *more: str) -> str:
    arguments = ["up", "--port", "0", "--data-dir", str(folder / "state"), "--database-url", url, *more]
    return sentence(runwright(*arguments, cwd=folder))


def test_a_database_that_takes_the_connection_and_never_answers(data_folder: Path) -> None:
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        began = monotonic()
        said = up(data_folder, f"postgresql://u:very-secret@127.0.0.1:{silent.getsockname()[1]}/d")
    assert "cannot be reached" in said
    assert "very-secret" not in said
    assert monotonic() - began < 20


def test_what_answers_is_no_postgres(data_folder: Path, start_server: StartServer) -> None:
    other = start_server(arguments=["--no-examples"])  # speaks HTTP
    said = up(data_folder, f"postgresql://u@{other.url.removeprefix('http://')}/d")
    assert "cannot be reached" in said


def test_a_wrong_password_and_a_database_that_does_not_exist(data_folder: Path, database_url: str) -> None:
    parts = urlsplit(database_url)
    wrong = parts._replace(netloc=f"{parts.username}:wrong-secret@{parts.hostname or ''}")
    said = up(data_folder, urlunsplit(wrong))
    assert "password authentication failed" in said
    assert "wrong-secret" not in said
    said = up(data_folder, urlunsplit(parts._replace(path="/nobody_made_this")))
    assert "does not exist" in said
    assert (parts.password or "?") not in said


def test_a_database_of_a_newer_version(data_folder: Path, database_url: str) -> None:
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute(
            "insert into schema_migrations (number, name, sha256)"
            " select max(number) + 1, '9999_of_tomorrow', '' from schema_migrations"
        )
    assert "install the newer version" in up(data_folder, database_url)


def test_a_role_that_may_not_create_tables(data_folder: Path, empty_database_url: str) -> None:
    parts = urlsplit(empty_database_url)
    with psycopg.connect(empty_database_url, autocommit=True) as connection:
        connection.execute("create role onlooker login password 'look-only'")
        try:
            netloc = f"onlooker:look-only@{parts.netloc.rpartition('@')[2]}"
            assert "permission denied" in up(data_folder, urlunsplit(parts._replace(netloc=netloc)))
        finally:
            connection.execute("drop role onlooker")


@pytest.mark.parametrize("make", [lambda path: path.write_text("x"), lambda path: path.symlink_to("/nonexistent/x")])
def test_something_else_stands_where_the_data_directory_should_be(
    data_folder: Path, make: Callable[[Path], object]
) -> None:
    make(data_folder / "state")
    arguments = ["up", "--port", "0", "--data-dir", str(data_folder / "state")]
    assert "--data-dir" in sentence(runwright(*arguments, cwd=data_folder))


def test_a_second_server_on_the_data_directory_of_a_running_one(data_folder: Path, start_server: StartServer) -> None:
    first = start_server(data_dir=data_folder / "state", arguments=["--no-examples"])
    said = sentence(runwright("up", "--port", "0", "--data-dir", str(data_folder / "state"), cwd=data_folder))
    assert f"in use by the server with pid {first.process.pid}" in said
    assert first.process.poll() is None


@pytest.mark.parametrize(
    ("text", "said_of_it"),
    [
        ("[nonsense]\nx = 1\n", "nonsense"),
        ("port = 99999\n", "port"),
        ("log_level = 'loud'\n", "log_level"),
        ("\0", "TOML"),
    ],
)
def test_settings_that_cannot_work(data_folder: Path, text: str, said_of_it: str) -> None:
    (data_folder / "runwright.toml").write_text(text)
    assert said_of_it in sentence(runwright("up", cwd=data_folder))
