"""One server for the tests of a file, and a client of it."""

from collections.abc import Iterator

import pytest

from tests.fixtures.api import Api
from tests.fixtures.server import RunningServer, serving


@pytest.fixture(scope="module")
def server() -> Iterator[RunningServer]:
    with serving("--no-examples", RUNWRIGHT_ATTEMPT_LIMIT="8") as running:
        yield running


@pytest.fixture
def api(server: RunningServer) -> Iterator[Api]:
    client = Api(server.url)
    yield client
    client.close()
