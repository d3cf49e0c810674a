"""kill -9 of workers and of the server at any moment, under load: everything accepted ends, nothing counts twice."""

import random
import signal
import threading
import time
from collections.abc import Iterator
from datetime import datetime

import psutil
import pytest

from domain.event import RecordedEvent
from domain.execution import events as e
from domain.workflow.graph import Graph
from tests.chaos.service import Load, Service, check, definition, ran_again_without_a_loss, wait_for_all
from tests.fixtures.api import Api

ORPHAN_MOVES_ON_S = 20.0
AT_A_TIME = 4
Log = list[tuple[int, RecordedEvent]]


class Pressure(threading.Thread):
    """Runs are asked for one after the other, some at a time, until `enough` is set."""

    def __init__(self, load: Load, name: str, enough: threading.Event) -> None:
        super().__init__(daemon=True)
        self.load, self.prefix, self.enough = load, name, enough
        self.asked = 0

    def run(self) -> None:
        while not self.enough.is_set():
            self.load.submit(f"{self.prefix}-{self.asked}")
            self.asked += 1
            self.enough.wait(0.3)


def kill(service: Service, seed: int, *, workers: int, servers: int) -> None:
    chance = random.Random(seed)
    marks = service.folder / "marks.txt"
    made = definition(marks, seconds=0.15)
    assert service.start()
    api = Api(service.url)
    workflow_id = api.save(made)
    api.close()
    load, enough = Load(service, workflow_id, seed), threading.Event()
    pressure = [Pressure(load, str(number), enough) for number in range(AT_A_TIME)]
    for one in pressure:
        one.start()
    moments = ["worker"] * workers + ["server"] * servers
    chance.shuffle(moments)
    deaths: list[datetime] = []
    killed = 0
    for moment in moments:
        time.sleep(chance.uniform(0.05, 0.6))
        if moment == "worker":
            killed += kill_a_worker(service, chance)
        else:
            deaths.append(datetime.now().astimezone())
            service.kill()
            assert service.start()
    enough.set()
    for one in pressure:
        one.join(60)
    wait_for_all(service, [*load.accepted.values()])
    log = check(service, load, {workflow_id: Graph.of(made)})
    assert ran_again_without_a_loss(log, marks) == []
    service.end()
    report(seed, load, log, killed, deaths, workers)


def kill_a_worker(service: Service, chance: random.Random) -> bool:
    living = service.workers()
    if not living:
        return False
    try:
        chance.choice(living).send_signal(signal.SIGKILL)
    except psutil.Error:
        return False
    return True


def report(seed: int, load: Load, log: Log, killed: int, deaths: list[datetime], workers: int) -> None:
    died = [event for _, event in log if isinstance(event, e.StepLost) and event.reason == "worker_died"]
    orphaned = [event for _, event in log if isinstance(event, e.StepLost) and event.reason == "server_restarted"]
    again = [*seconds_until_taken_over(log, deaths)]
    lines = [*seconds_until_started_again(log)]
    broke = sum(follower.broke for follower in load.followers)
    print(f"\nseed {seed}: {killed} of {workers} workers killed, {len(died)} of them in a step;")
    print(f"{len(deaths)} servers killed, {len(orphaned)} steps were open then; {broke} streams were cut;")
    print(f"{len(load.accepted)} runs, {len(log)} events, 0 violations;")
    print(f"taken over after at most {max(again, default=0):.2f} s, median {median(again):.2f} s;")
    print(f"a lost step started again after at most {max(lines, default=0):.2f} s, median {median(lines):.2f} s")
    assert died, "no kill hit a worker with a step"
    assert orphaned, "no kill of a server hit a step"
    assert broke, "no stream was cut"
    assert max(again) <= ORPHAN_MOVES_ON_S


def median(values: list[float]) -> float:
    return sorted(values)[len(values) // 2] if values else 0.0


def seconds_until_taken_over(log: Log, deaths: list[datetime]) -> Iterator[float]:
    """From each death of a server to the first execution that its successor took over."""
    for death in deaths:
        taken = [x.timestamp for _, x in log if isinstance(x, e.OwnerChanged) and x.timestamp >= death]
        if taken:
            yield (min(taken) - death).total_seconds()


def seconds_until_started_again(log: Log) -> Iterator[float]:
    lost: dict[tuple[object, str], datetime] = {}
    for _, event in log:
        if isinstance(event, e.StepLost):
            lost[event.originator_id, event.path] = event.timestamp
        elif isinstance(event, e.StepStarted) and (event.originator_id, event.path) in lost:
            yield (event.timestamp - lost.pop((event.originator_id, event.path))).total_seconds()


def test_ten_workers_and_five_servers(service: Service) -> None:
    kill(service, random.randrange(2**32), workers=10, servers=5)


@pytest.mark.long
@pytest.mark.parametrize("seed", range(4))
def test_two_hundred_workers_and_a_hundred_servers(seed: int, service: Service) -> None:
    kill(service, seed, workers=50, servers=25)
