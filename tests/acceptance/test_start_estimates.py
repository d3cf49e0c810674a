"""What is said of when those in the queue will start, and of how long those that run still take."""

import time
from datetime import datetime
from pathlib import Path

import pytest

from tests.acceptance.test_several_servers import GATED, began
from tests.fixtures.api import Api, Json, python, until, workflow
from tests.fixtures.server import StartServer

TAKES_S = 0.4
SLEEPS = f"""
import time
from pathlib import Path

def main(name, folder):
    time.sleep({TAKES_S})
    while name != "free" and not Path(folder, f"go-{{name}}").exists():
        time.sleep(0.01)
"""


@pytest.fixture
def one_slot(start_server: StartServer):
    running = start_server(arguments=["--no-examples"], environment={"RUNWRIGHT_ATTEMPT_LIMIT": "1"})
    api = Api(running.url)
    yield api
    api.close()


def places(api: Api, many: int) -> list[Json]:
    return until(lambda: found if len(found := api.get("/queue")["items"]) == many else None)


def test_who_waits_is_told_a_range_that_grows_with_its_place(one_slot: Api, tmp_path: Path) -> None:
    api = one_slot
    flow = api.save(workflow("sleeps", python("s", SLEEPS, args={"name": "${inputs.tag}", "folder": str(tmp_path)})))
    for _ in range(6):
        api.finish(api.run(flow, tag="free"))
    api.run(flow, tag="a")
    waiting = [api.run(flow, tag="b") for _ in range(4)]
    api.post(f"/executions/{waiting[3]}/queue", {"held": True})
    first, second, third, held = until(
        lambda: found if (found := places(api, 4))[0]["starts_in_ms"] is not None else None
    )
    assert held["starts_in_ms"] is None
    assert api.get("/queue")["places_estimated"] >= 4
    for before, after in ((first, second), (second, third)):
        apart = after["starts_in_ms"]["p50"] - before["starts_in_ms"]["p50"]
        assert TAKES_S * 500 < apart < TAKES_S * 20_000, "about as long as a run"
        assert after["starts_in_ms"]["p50"] <= after["starts_in_ms"]["p90"]
    own = api.execution(second["id"])["starts_in_ms"]
    assert own["p50"] == pytest.approx(second["starts_in_ms"]["p50"], abs=5_000)
    (tmp_path / "go-a").touch()
    (tmp_path / "go-b").touch()
    assert api.finish(third["id"])["starts_in_ms"] is None
    api.post(f"/executions/{held['id']}/queue", {"held": False})
    api.finish(held["id"])


def test_nothing_is_said_behind_a_workflow_that_has_hardly_run(one_slot: Api, tmp_path: Path) -> None:
    api = one_slot
    known = api.save(workflow("known", python("s", SLEEPS, args={"name": "${inputs.tag}", "folder": str(tmp_path)})))
    new = api.save(workflow("new", python("s", GATED, args={"name": "${inputs.tag}", "folder": str(tmp_path)})))
    for _ in range(6):
        api.finish(api.run(known, tag="free"))
    api.run(known, tag="a")
    for flow, tag in ((new, "x"), (known, "b")):
        api.run(flow, tag=tag)
    ahead, behind = until(lambda: found if (found := places(api, 2))[0]["starts_in_ms"] is not None else None)
    assert behind["starts_in_ms"] is None
    for tag in "axb":
        (tmp_path / f"go-{tag}").touch()
    began(tmp_path, "x")
    api.finish(behind["id"])
    assert api.execution(ahead["id"])["starts_in_ms"] is None


def still(api: Api, execution_id: str) -> Json:
    return api.execution(execution_id)["progress"]


def test_a_wait_and_the_items_of_a_map_are_counted_in_what_is_left(api: Api, tmp_path: Path) -> None:
    wait = {"id": "wait", "kind": "wait", "config": {"seconds": "${inputs.seconds}"}}
    each = {
        "id": "each", "kind": "map",
        "config": {
            "items": "${inputs.list}", "max_parallel": 1,
            "node": python("one", SLEEPS, args={"name": "${inputs.tag}", "folder": str(tmp_path)}),
        },
    }  # fmt: skip
    waits, maps = api.save(workflow("waits", wait)), api.save(workflow("maps", each))
    for _ in range(5):
        api.finish(api.run(waits, seconds=0))
    for _ in range(5):
        api.finish(api.run(maps, list=[1, 2], tag="free"))
    long = api.run(waits, seconds=900)
    left = until(lambda: still(api, long)["eta_ms"])
    assert left["p50"] == pytest.approx(900_000, abs=60_000)
    many = api.run(maps, list=[*range(200)], tag="held")
    until(lambda: (one := api.steps(many).get("each")) and one["status"] == "running")
    told = until(lambda: still(api, many)["eta_ms"])
    assert told["p50"] > 200 * TAKES_S * 900, "a hundred times as many items as in the runs before"
    for one in (long, many):
        api.post(f"/executions/{one}/stop", {"grace_s": 0})


def test_the_wait_for_a_further_attempt_is_counted_in_what_is_left(api: Api) -> None:
    code = "def main(fails):\n    assert not fails"
    step = python("s", code, args={"fails": "${inputs.fails}"}, retry={"max_attempts": 2, "interval_s": 900})
    flow = api.save(workflow("tries", step))
    for _ in range(5):
        api.finish(api.run(flow, fails=False))
    one = api.run(flow, fails=True)
    until(lambda: api.steps(one)["s"]["status"] == "retrying" or None)
    left = until(lambda: still(api, one)["eta_ms"])
    due_ms = datetime.fromisoformat(api.steps(one)["s"]["due_at"]).timestamp() * 1000 - time.time() * 1000
    assert left["p50"] == pytest.approx(due_ms, abs=20_000)
    api.post(f"/executions/{one}/stop", {"grace_s": 0})


def test_who_waits_for_a_person_is_given_no_time(api: Api) -> None:
    flow = api.save(workflow("asks", {"id": "ask", "kind": "approval", "config": {"message": "Go?"}}))
    one = api.run(flow)
    until(lambda: api.steps(one)["ask"]["status"] == "waiting" or None)
    assert (still(api, one)["eta_ms"], still(api, one)["waits_for_person"]) == (None, True)
    api.post(f"/executions/{one}/steps/ask/answer", {"decision": "approved"})
    assert api.finish(one)["progress"]["waits_for_person"] is False
