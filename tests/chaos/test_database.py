"""kill -9 of PostgreSQL's processes under load: nothing acknowledged is lost, and our server goes on by itself."""

import random
import threading
import time
from collections.abc import Iterator

import psutil
import pytest

from domain.workflow.graph import Graph
from infrastructure.data_directory import DataDirectory
from infrastructure.postgres.embedded import EmbeddedPostgres
from tests.chaos.service import Load, Service, assert_views_are_rebuilt, check, definition, wait_for_all
from tests.chaos.test_kills import Pressure
from tests.fixtures.api import Api
from tests.fixtures.postgres import new_folder

BACK_TO_WORK_S = 5.0


class Database:
    """A PostgreSQL of its own, which somebody else than our server looks after."""

    def __init__(self) -> None:
        self.folder = new_folder()
        self.directory = DataDirectory(self.folder).open(for_postgres=True)
        self.postgres = EmbeddedPostgres(self.directory)
        self.url = self.postgres.start()

    def processes(self) -> list[psutil.Process]:
        """The postmaster first, then its back ends that serve somebody."""
        postmaster = self.postgres._postmaster()
        assert postmaster is not None
        serving = [
            x for x in postmaster.children() if "runwright" in " ".join(x.cmdline()) or "local" in " ".join(x.cmdline())
        ]
        return [postmaster, *serving]

    def kill_a_back_end(self, chance: random.Random) -> bool:
        """Whether the postmaster noticed: it then ends all others too, and recovers."""
        serving = self.processes()[1:]
        if not serving:
            return False
        before, until = self._crashes(), time.monotonic() + 5
        chance.choice(serving).kill()
        while self._crashes() == before and time.monotonic() < until:
            time.sleep(0.01)
        return self._crashes() > before

    def _crashes(self) -> int:
        return (self.folder / "postgres.log").read_text(errors="replace").count("was terminated by signal 9")

    def kill_all(self) -> None:
        """The postmaster is killed, and started again by whoever looks after it."""
        self.processes()[0].kill()
        time.sleep(0.2)
        self.postgres.start()

    def end(self) -> None:
        self.postgres.stop()
        self.directory.close()


@pytest.fixture
def database() -> Iterator[Database]:
    database = Database()
    yield database
    database.end()


def kill(service: Service, database: Database, seed: int, *, back_ends: int, postmasters: int) -> None:
    chance = random.Random(seed)
    service.arguments = ("--database-url", database.url)
    made = definition(service.folder / "marks.txt", seconds=0.1)
    assert service.start()
    api = Api(service.url)
    workflow_id = api.save(made)
    load, enough = Load(service, workflow_id, seed), threading.Event()
    pressure = [Pressure(load, str(number), enough) for number in range(3)]
    for one in pressure:
        one.start()
    moments = ["back end"] * back_ends + ["postmaster"] * postmasters
    chance.shuffle(moments)
    killed = 0
    back_s: list[float] = []
    for number, moment in enumerate(moments):
        time.sleep(chance.uniform(0.5, 1.5))
        if moment == "postmaster":
            database.kill_all()
            killed += 1
        else:
            killed += database.kill_a_back_end(chance)
        began = time.monotonic()
        load.submit(f"after {number}")
        back_s.append(time.monotonic() - began)
    enough.set()
    for one in pressure:
        one.join(60)
    assert service.alive, "our server went on by itself"
    assert service.starts == 1
    wait_for_all(service, [*load.accepted.values()])
    log = check(service, load, {workflow_id: Graph.of(made)})
    api.close()
    assert service.server is not None
    assert service.server.end() == 0
    assert_views_are_rebuilt(database.url)
    print(f"\nseed {seed}: {killed} of {len(moments)} kills took effect; {len(load.accepted)} runs, {len(log)} events;")
    print(
        f"a run was accepted again after at most {max(back_s):.2f} s, median {sorted(back_s)[len(back_s) // 2]:.2f} s"
    )
    assert killed == len(moments)
    assert max(back_s) <= BACK_TO_WORK_S


def test_back_ends_and_the_postmaster(service: Service, database: Database) -> None:
    kill(service, database, random.randrange(2**32), back_ends=3, postmasters=1)


def test_our_own_postmaster_is_started_again_by_the_server_that_needs_it(service: Service) -> None:
    made = definition(service.folder / "marks.txt", seconds=0.05)
    assert service.start()
    assert service.server is not None
    api = Api(service.url)
    workflow_id = api.save(made)
    load = Load(service, workflow_id, seed=0)
    back_s: list[float] = []
    for number in range(2):
        load.submit(f"before {number}")
        postmaster = min(service.server.postgres_processes(), key=psutil.Process.create_time)
        postmaster.kill()
        began = time.monotonic()
        load.submit(f"after {number}")
        back_s.append(time.monotonic() - began)
        assert postmaster.pid not in {process.pid for process in service.server.postgres_processes()}
    wait_for_all(service, [*load.accepted.values()])
    check(service, load, {workflow_id: Graph.of(made)})
    api.close()
    assert service.starts == 1
    service.end()
    assert service.server.postgres_processes() == []
    print(f"\na run was accepted again after at most {max(back_s):.2f} s")
    assert max(back_s) <= BACK_TO_WORK_S


@pytest.mark.long
def test_forty_back_ends_and_ten_postmasters(service: Service, database: Database) -> None:
    kill(service, database, 0, back_ends=40, postmasters=10)
