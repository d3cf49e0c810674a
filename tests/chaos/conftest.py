"""A folder and a service that leaves nothing behind."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.chaos.service import Service


@pytest.fixture
def service(data_folder: Path) -> Iterator[Service]:
    service = Service(data_folder)
    yield service
    service.give_up()
