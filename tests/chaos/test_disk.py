"""A disk that fills up: new runs are refused while there is room for those that run; where there is none at all,
PostgreSQL ends, and once there is room again everything goes on by itself, with nothing acknowledged lost."""

import shutil
import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from domain.workflow.graph import Graph
from infrastructure.data_directory import DataDirectory
from infrastructure.postgres.embedded import EmbeddedPostgres
from tests.chaos.service import Load, Service, check, definition, wait_for_all
from tests.chaos.test_kills import Pressure
from tests.fixtures.api import Api
from tests.fixtures.postgres import new_folder

DISK_MB = 400
RESERVE_MB = 120
BACK_TO_WORK_S = 30.0
"""PostgreSQL is started again every few seconds while it cannot start; it then replays its log."""


@pytest.fixture
def service() -> Iterator[Service]:
    """On a small disk of its own, in memory."""
    folder = new_folder()
    asked = ["mount", "-t", "tmpfs", "-o", f"size={DISK_MB}m,mode=0755", "tmpfs", str(folder)]
    if shutil.which("mount") is None or subprocess.run(asked, check=False, capture_output=True).returncode != 0:
        pytest.skip("a disk of its own needs the right to mount one: run as root")
    service = Service(folder)
    try:
        yield service
    finally:
        ballast_of(service).unlink(missing_ok=True)
        if service.alive:
            service.give_up()
        for _ in range(50):
            if subprocess.run(["umount", str(folder)], check=False, capture_output=True).returncode == 0:
                break
            time.sleep(0.1)


def ballast_of(service: Service) -> Path:
    return service.folder / "ballast"


def fill(service: Service, *, leave_mb: int) -> None:
    """Until so little is free; 0 is to the last byte."""
    with ballast_of(service).open("ab", buffering=0) as file:
        while (free := shutil.disk_usage(service.folder).free) > leave_mb * 2**20:
            try:
                file.write(bytes(min(2**20, free)))
            except OSError:
                return


def use_up_the_log(service: Service) -> int:
    """PostgreSQL has room set aside for its log. MiB written until it had to make more, and ended: what it says of
    that finds no room either."""
    assert service.server is not None
    url = EmbeddedPostgres(DataDirectory(service.server.data_dir)).url
    with psycopg.connect(url, autocommit=True) as connection:
        for written in range(DISK_MB):
            try:
                connection.execute("select pg_logical_emit_message(false, 'chaos', repeat('x', 1024 * 1024))")
            except psycopg.Error:
                assert connection.broken
                return written
    raise AssertionError("the disk was never full")


def test_runs_are_refused_while_room_is_left_for_those_that_run(service: Service) -> None:
    assert service.start(RUNWRIGHT_DISK_RESERVE_MB=str(RESERVE_MB))
    api = Api(service.url)
    workflow_id = api.save(definition(service.folder / "marks.txt", seconds=1.0))
    running = api.run(workflow_id)
    fill(service, leave_mb=RESERVE_MB - 20)
    time.sleep(0.6)
    refused = api.client.post(f"/api/v1/workflows/{workflow_id}/execute", json={"inputs": {}})
    assert (refused.status_code, refused.json()["code"]) == (429, "disk_full"), refused.text
    assert int(refused.headers["Retry-After"]) > 0
    assert "kept for what runs" in refused.json()["detail"]
    assert api.finish(running)["status"] == "completed", "what ran goes on"
    retried = api.client.post(f"/api/v1/executions/{running}/retry", json={"from": "start"})
    assert (retried.status_code, retried.json()["code"]) == (429, "disk_full")
    assert "runwright_disk_free_bytes" in api.client.get("/metrics").text
    ballast_of(service).unlink()
    time.sleep(0.6)
    assert api.finish(api.run(workflow_id))["status"] == "completed", "accepted again by itself"
    api.close()
    service.end()


# The short form of this row is the test above: that it does not come to this.
@pytest.mark.long
def test_a_disk_without_any_room_costs_nothing_that_was_acknowledged(service: Service) -> None:
    assert service.start(RUNWRIGHT_DISK_RESERVE_MB="0")
    made = definition(service.folder / "marks.txt", seconds=0.1)
    api = Api(service.url)
    workflow_id = api.save(made)
    load, enough = Load(service, workflow_id, seed=0), threading.Event()
    pressure = [Pressure(load, str(number), enough) for number in range(2)]
    for one in pressure:
        one.start()
    until = time.monotonic() + 30
    while len(load.accepted) < 3 and time.monotonic() < until:
        time.sleep(0.05)
    # The marks of the steps are on the same disk: a step may fail for want of room, which is its own affair.
    fill(service, leave_mb=0)
    written_mb = use_up_the_log(service)
    time.sleep(12)  # no call hangs longer: those that wait are answered by then
    refused_while_full = load.refused
    ballast_of(service).unlink()
    began = time.monotonic()
    load.submit("after")
    back_s = time.monotonic() - began
    enough.set()
    for one in pressure:
        one.join(60)
    assert service.alive, "our server went on by itself"
    assert service.starts == 1
    wait_for_all(service, [*load.accepted.values()])
    log = check(service, load, {workflow_id: Graph.of(made)})
    api.close()
    service.end()
    print(
        f"\n{len(load.accepted)} runs, {len(log)} events; PostgreSQL ended after {written_mb} MiB more, "
        f"{refused_while_full} runs were refused meanwhile; one was accepted {back_s:.1f} s after there was room"
    )
    assert refused_while_full > 0, "who asked while it was full was told so"
    assert back_s <= BACK_TO_WORK_S
