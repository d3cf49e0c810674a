"""One server for the tests of a file, and a client of it."""

import shutil
from collections.abc import Iterator

import pytest

from infrastructure.data_directory import DataDirectory
from infrastructure.postgres.embedded import EmbeddedPostgres
from tests.fixtures.api import Api
from tests.fixtures.postgres import new_folder
from tests.fixtures.server import RunningServer, launch


@pytest.fixture(scope="module")
def server() -> Iterator[RunningServer]:
    folder = new_folder()
    running = launch(folder / "state", ["--no-examples"], {"RUNWRIGHT_ATTEMPT_LIMIT": "8"})
    yield running
    code = running.end()
    with DataDirectory(running.data_dir).open(for_postgres=True) as directory:
        EmbeddedPostgres(directory).stop()
    shutil.rmtree(folder, ignore_errors=True)
    assert code == 0


@pytest.fixture
def api(server: RunningServer) -> Iterator[Api]:
    client = Api(server.url)
    yield client
    client.close()
