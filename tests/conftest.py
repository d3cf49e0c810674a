"""Fixtures for every test, split by theme in tests/fixtures/."""

import uvloop

pytest_plugins = ["tests.fixtures.postgres", "tests.fixtures.chromium", "tests.fixtures.server"]


def pytest_asyncio_loop_factories() -> dict[str, object]:
    """The server's loop, for it is not asyncio's in every trait: libuv stops polling a socket at its first error."""
    return {"uvloop": uvloop.new_event_loop}
