"""The server is killed at every named point, each time on the same data, and everything it accepted ends well."""

import random
import threading

import pytest

from domain.workflow.graph import Graph
from infrastructure.failpoints import POINTS
from tests.chaos.service import Load, Service, check, definition, ran_again_without_a_loss, wait_for_all
from tests.fixtures.api import Api


def die_at(points: list[tuple[str, int]], service: Service, *, runs_each: int) -> None:
    """One death after another: each server takes up what the one before has left, and dies at its own point."""
    marks = service.folder / "marks.txt"
    made = definition(marks, seconds=0.06)
    assert service.start()
    api = Api(service.url)
    workflow_id = api.save(made)
    api.close()
    service.kill()
    load = Load(service, workflow_id, seed=1)
    asking: list[threading.Thread] = []
    died: list[str] = []
    for number, (point, passing) in enumerate(points):
        if not service.start(RUNWRIGHT_TEST_FAILPOINT=f"{point}:{passing}"):
            died.append(f"{point} while starting")
            continue
        new = [threading.Thread(target=load.submit, args=(f"{number}-{i}",)) for i in range(runs_each)]
        for one in new:
            one.start()
        asking += new
        if service.wait_for_death(within_s=20):
            died.append(point)
        else:
            service.kill()
    assert service.start()
    for one in asking:
        one.join(60)
    assert len(load.accepted) == len(asking)
    wait_for_all(service, [*load.accepted.values()])
    log = check(service, load, {workflow_id: Graph.of(made)})
    assert ran_again_without_a_loss(log, marks) == []
    service.end()
    print(f"\n{len(died)} of {len(points)} deaths took effect: {died}; {len(load.accepted)} runs, {len(log)} events")
    assert len(died) == len(points), "a point that is never passed proves nothing"


def test_killed_once_at_every_point(service: Service) -> None:
    die_at([(point, 5) for point in POINTS], service, runs_each=2)


@pytest.mark.long
@pytest.mark.parametrize("seed", range(3))
def test_killed_again_and_again_at_any_point(seed: int, service: Service) -> None:
    chance = random.Random(seed)
    print(f"\nseed {seed}")
    points = [(point, chance.randint(1, 8)) for _ in range(2) for point in chance.sample(POINTS, len(POINTS))]
    die_at(points, service, runs_each=4)
