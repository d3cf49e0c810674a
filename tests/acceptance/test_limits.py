"""Limits of a workflow: how many executions run at once, of all or of those with a key, and what comes of one more."""

import signal
from datetime import datetime
from pathlib import Path

import pytest

from tests.acceptance.test_several_servers import GATED, Start, began, start
from tests.fixtures.api import Api, Json, python, until, workflow
from tests.fixtures.history import breaches
from tests.fixtures.server import StartServer

__all__ = ["start"]


def limited(name: str, folder: Path, **concurrency: object) -> Json:
    """A workflow whose one step waits for a file `go-<tag>`; the tag and the city are inputs."""
    step = python("s", GATED, args={"name": "${inputs.tag}", "folder": str(folder)})
    return {**workflow(name, step), "settings": {"concurrency": concurrency}}


def go(folder: Path, *tags: str) -> None:
    for tag in tags:
        (folder / f"go-{tag}").touch()


def queued(api: Api, execution_id: str, code: str) -> Json:
    """What it waits for, once it says this code."""

    def told() -> Json | None:
        why = api.execution(execution_id)["why_waiting"]
        return why["params"] if why is not None and why["code"] == code else None

    return until(told)


def event(api: Api, execution_id: str, kind: str) -> Json:
    return next(one for one in api.events(execution_id) if one["type"] == f"execution.{kind}")


def test_those_with_a_key_wait_for_each_other_and_say_who_holds_it(api: Api, tmp_path: Path) -> None:
    flow = api.save(limited("keys", tmp_path, limit=1, key="${inputs.city}"))
    first, second = (api.run(flow, city="Seattle", tag=tag) for tag in ("a", "b"))
    other = api.run(flow, city="Tokyo", tag="c")
    began(tmp_path, "a")
    began(tmp_path, "c")
    said = queued(api, second, "key_limit")
    assert (said["key"], said["limit"], said["running"], said["place"]) == ("Seattle", 1, 1, 1)
    assert [(one["execution_id"], one["number"]) for one in said["holders"]] == [(first, 1)]
    assert event(api, second, "created")["data"]["concurrency"] == {"limit": 1, "key": "Seattle", "on_limit": "queue"}
    go(tmp_path, "a", "b", "c")
    done = [api.finish(one) for one in (first, second, other)]
    assert {one["status"] for one in done} == {"completed"}
    started = event(api, second, "started")
    assert started["position"] > event(api, first, "completed")["position"]
    waited = started["data"]["waited_ms"]
    since = datetime.fromisoformat(event(api, second, "created")["at"])
    total_ms = (datetime.fromisoformat(started["at"]) - since).total_seconds() * 1000
    assert sum(waited.values()) == pytest.approx(total_ms, abs=1)
    waits = started["data"]["waits"]
    assert (waits[0]["cause"], waits[0]["holder"]) == ("key_limit", first), "who held it is in the log"
    assert sum(turn["ms"] for turn in waits) == pytest.approx(total_ms, abs=100)
    assert waited["key_limit"] > total_ms / 2


@pytest.mark.parametrize(
    ("key", "expected"), [("${$uppercase(inputs.city)}", "OSLO"), ("one-${inputs.city}", "one-Oslo")]
)
def test_a_key_may_be_any_expression_over_the_inputs(api: Api, tmp_path: Path, key: str, expected: str) -> None:
    flow = api.save(limited("keys", tmp_path, limit=1, key=key))
    execution_id = api.run(flow, city="Oslo", tag="a")
    go(tmp_path, "a")
    api.finish(execution_id)
    told = event(api, execution_id, "created")["data"]["concurrency"]["key"]
    assert told == expected


def test_a_key_that_cant_be_had_is_refused_with_its_place(api: Api, tmp_path: Path) -> None:
    flow = api.save(limited("keys", tmp_path, limit=1, key="${$number(inputs.city)}"))
    problem = api.post(f"/workflows/{flow}/execute", {"inputs": {"city": "Oslo", "tag": "a"}}, 422)
    assert problem["code"] == "concurrency_key"
    assert problem["errors"][0]["pointer"] == "/settings/concurrency/key"


def test_one_more_is_refused(api: Api, tmp_path: Path) -> None:
    flow = api.save(limited("refuses", tmp_path, limit=1, on_limit="refuse"))
    first = api.run(flow, tag="a")
    problem = api.post(f"/workflows/{flow}/execute", {"inputs": {"tag": "b"}}, 429)
    assert (problem["code"], problem["category"], problem["retryable"]) == (
        "concurrency_limit_reached", "capacity", True
    )  # fmt: skip
    go(tmp_path, "a", "b")
    api.finish(first)
    assert api.finish(api.run(flow, tag="b"))["status"] == "completed"


def test_the_newest_is_cancelled_and_says_so(api: Api, tmp_path: Path) -> None:
    flow = api.save(limited("cancels", tmp_path, limit=1, on_limit="cancel_newest"))
    first, second = (api.run(flow, tag=tag) for tag in ("a", "b"))
    assert api.finish(second)["status"] == "stopped"
    assert event(api, second, "stop_requested")["data"]["reason"] == "concurrency_limit"
    assert breaches(api.events(second)) == []
    go(tmp_path, "a")
    assert api.finish(first)["status"] == "completed"


def test_the_oldest_makes_room_for_the_newest(api: Api, tmp_path: Path) -> None:
    flow = api.save(limited("replaces", tmp_path, limit=1, on_limit="replace_oldest"))
    first = api.run(flow, tag="a")
    began(tmp_path, "a")
    second, third = (api.run(flow, tag=tag) for tag in ("b", "c"))
    go(tmp_path, "c")
    assert api.finish(first)["status"] == "stopped"
    assert api.finish(second)["status"] == "stopped"
    assert api.finish(third)["status"] == "completed"
    assert event(api, first, "stop_requested")["data"]["reason"] == "replaced by #2"
    assert all(breaches(api.events(one)) == [] for one in (first, second, third))


def test_a_child_of_the_same_workflow_does_not_wait_for_its_parent(api: Api) -> None:
    call = {
        "id": "again", "kind": "workflow",
        "config": {"workflow": "counts down", "inputs": {"n": "${inputs.n - 1}"}},
    }  # fmt: skip
    first = {"id": "go_on", "kind": "transform", "config": {"expression": "${inputs.n}"}}
    definition = {
        **workflow("counts down", first, call, edges=[{"from": "go_on", "to": "again", "when": "${inputs.n > 0}"}]),
        "settings": {"concurrency": {"limit": 1}},
    }
    assert api.finish(api.run(api.save(definition), n=3))["status"] == "completed"


def test_the_higher_priority_goes_first(start_server: StartServer, tmp_path: Path) -> None:
    running = start_server(arguments=["--no-examples"], environment={"RUNWRIGHT_ATTEMPT_LIMIT": "1"})
    api = Api(running.url)
    flow = api.save(workflow("gated", python("s", GATED, args={"name": "${inputs.tag}", "folder": str(tmp_path)})))
    api.run(flow, tag="blocks")
    began(tmp_path, "blocks")
    low = api.run(flow, tag="low")
    body = {"inputs": {"tag": "high"}, "priority": 10}
    high = api.post(f"/workflows/{flow}/execute", body, 202)["execution_id"]
    assert queued(api, high, "slots_taken")["place"] == 1
    said = queued(api, low, "slots_taken")
    assert (said["place"], said["higher"], said["limit"]) == (2, 1, 1)
    go(tmp_path, "blocks", "low", "high")
    api.finish(low)
    assert event(api, high, "started")["position"] < event(api, low, "started")["position"]
    api.close()


def test_a_limit_holds_after_a_server_was_killed(start_server: StartServer, tmp_path: Path) -> None:
    running = start_server(arguments=["--no-examples"])
    api = Api(running.url)
    flow = api.save(limited("keys", tmp_path, limit=1, key="${inputs.city}"))
    ids = [api.run(flow, city="Oslo", tag=str(n)) for n in range(4)]
    began(tmp_path, "0")
    api.close()
    running.end(signal.SIGKILL)
    again = start_server(arguments=["--no-examples"], data_dir=running.data_dir)
    api = Api(again.url)
    assert queued(api, ids[1], "key_limit")["running"] == 1
    go(tmp_path, *"0123")
    assert {api.finish(one)["status"] for one in ids} == {"completed"}
    assert most_at_once(api, ids) == 1
    api.close()


def test_a_limit_holds_over_two_servers(start: Start, tmp_path: Path) -> None:
    _, a = start()
    flow = a.save(limited("keys", tmp_path, limit=2, key="${inputs.city}"))
    _, b = start()
    ids = [(a, b)[n % 2].run(flow, city="Oslo", tag=str(n)) for n in range(16)]
    go(tmp_path, *map(str, range(16)))
    done = [a.finish(one) for one in ids]
    assert [(one["number"], one["error"]) for one in done if one["status"] != "completed"] == []
    assert most_at_once(b, ids) <= 2
    assert all(breaches(b.events(one)) == [] for one in ids)


def test_the_queue_tells_who_waits_in_order_and_why(start_server: StartServer, tmp_path: Path) -> None:
    running = start_server(arguments=["--no-examples"], environment={"RUNWRIGHT_ATTEMPT_LIMIT": "2"})
    api = Api(running.url)
    keyed = api.save(limited("keyed", tmp_path, limit=1, key="${inputs.city}"))
    plain = api.save(workflow("plain", python("s", GATED, args={"name": "${inputs.tag}", "folder": str(tmp_path)})))
    first = api.run(keyed, city="Oslo", tag="a")
    api.run(plain, tag="b")
    began(tmp_path, "a")
    began(tmp_path, "b")
    assert api.get("/queue")["items"] == []
    behind = api.run(keyed, city="Oslo", tag="c")
    low = api.run(plain, tag="d")
    high = api.post(f"/workflows/{plain}/execute", {"inputs": {"tag": "e"}, "priority": 50}, 202)["execution_id"]
    told = until(lambda: len((queue := api.get("/queue"))["items"]) == 3 and queue)
    assert (told["slots"], told["running"], told["queued"]) == ({"used": 2, "limit": 2}, 2, 3)
    assert [(one["id"], one["place"], one["why_waiting"]["code"]) for one in told["items"]] == [
        (high, 1, "slots_taken"), (behind, 2, "key_limit"), (low, 3, "slots_taken"),
    ]  # fmt: skip
    assert told["items"][1]["key"] == "Oslo"
    assert told["items"][1]["why_waiting"]["params"]["holders"][0]["execution_id"] == first
    assert told["items"][2]["why_waiting"]["params"]["higher"] == 1
    assert {one["code"]: one["count"] for one in told["causes"]} == {"slots_taken": 2, "key_limit": 1}
    [limit] = told["limits"]
    assert (limit["workflow"]["name"], limit["key"], limit["limit"], limit["running"], limit["queued"]) == (
        "keyed", "Oslo", 1, 1, 1
    )  # fmt: skip
    page = api.get("/queue", limit=2)
    assert [one["id"] for one in api.get("/queue", limit=2, cursor=page["next_cursor"])["items"]] == [low]
    go(tmp_path, *"abcde")
    for one in (behind, low, high):
        api.finish(one)
    assert api.get("/queue")["queued"] == 0
    api.close()


def change(api: Api, execution_id: str, status: int = 200, **how: object) -> Json:
    return api.post(f"/executions/{execution_id}/queue", how, status)


def test_one_that_is_held_starts_when_it_is_released_and_another_may_be_moved_to_the_front(
    start_server: StartServer, tmp_path: Path
) -> None:
    one_slot = {"RUNWRIGHT_ATTEMPT_LIMIT": "1"}
    running = start_server(arguments=["--no-examples"], environment=one_slot)
    api = Api(running.url)
    flow = api.save(workflow("gated", python("s", GATED, args={"name": "${inputs.tag}", "folder": str(tmp_path)})))
    api.run(flow, tag="blocks")
    began(tmp_path, "blocks")
    held, second, third = (api.run(flow, tag=tag) for tag in ("held", "second", "third"))
    assert change(api, held, held=True, reason="not now")["status"] == "queued"
    change(api, held, held=True)
    change(api, third, priority=90)
    assert queued(api, held, "held") == {}
    assert [one["id"] for one in api.get("/queue")["items"]] == [third, second, held]
    assert api.execution(third)["metadata"] is not None
    api.close()
    running.end(signal.SIGKILL)
    again = start_server(arguments=["--no-examples"], data_dir=running.data_dir, environment=one_slot)
    api = Api(again.url)
    until(lambda: [one["id"] for one in api.get("/queue")["items"]] == [third, second, held] or None)
    go(tmp_path, "blocks", "second", "third")
    api.finish(second)
    assert event(api, third, "started")["position"] < event(api, second, "started")["position"]
    assert api.execution(held)["status"] == "queued"
    change(api, held, held=False)
    go(tmp_path, "held")
    assert api.finish(held)["status"] == "completed"
    assert event(api, held, "started")["data"]["waited_ms"]["held"] > 0
    told = [one["data"] for one in api.events(held) if one["type"] == "execution.queue_changed"]
    assert told == [
        {"priority": 0, "held": True, "reason": "not now"}, {"priority": 0, "held": False, "reason": None}
    ]  # fmt: skip
    assert change(api, held, 409, held=True)["category"] == "conflict"
    assert breaches(api.events(held)) == []
    api.close()


@pytest.mark.parametrize("how", [{"priority": 101}, {"priority": "high"}, {"held": 1}, {"place": 1}])
def test_a_change_that_is_none_is_refused_with_its_field(api: Api, tmp_path: Path, how: Json) -> None:
    flow = api.save(limited("plain", tmp_path, limit=1))
    execution_id = api.run(flow, tag="a")
    problem = api.post(f"/executions/{execution_id}/queue", how, 422)
    assert problem["errors"][0]["pointer"] in ("/priority", "/held", "/place")
    go(tmp_path, "a")
    api.finish(execution_id)


def test_what_one_server_is_asked_of_the_queue_all_servers_heed(start: Start, tmp_path: Path) -> None:
    _, a = start(RUNWRIGHT_ATTEMPT_LIMIT="1")
    flow = a.save(limited("one", tmp_path, limit=1))
    first = a.run(flow, tag="a")
    began(tmp_path, "a")
    held = a.run(flow, tag="b")
    _, b = start()
    change(b, held, held=True)
    until(lambda: a.execution(held)["why_waiting"]["code"] == "held" or None)
    go(tmp_path, "a", "b")
    a.finish(first)
    assert not (tmp_path / "began-b").exists()
    change(a, held, held=False)
    assert b.finish(held)["status"] == "completed"


def most_at_once(api: Api, ids: list[str]) -> int:
    """How many ran at most at a time, by the log."""
    changes = [
        (one["position"], 1 if one["type"] == "execution.started" else -1)
        for execution_id in ids
        for one in api.events(execution_id)
        if one["type"] in ("execution.started", "execution.completed")
    ]
    now = most = 0
    for _, change in sorted(changes):
        now += change
        most = max(most, now)
    return most


def test_statistics_tell_of_runs_and_of_a_draft_with_errors_that_there_are_none(api: Api) -> None:
    done = api.save(workflow("measured", python("a", "def main():\n    return 1")))
    for _ in range(6):
        api.finish(api.run(done))
    api.finish(api.run(api.save(workflow("other", python("a", "def main():\n    return 1")))))
    path = f"/stats/workflows/{done}"  # some seconds behind
    told = until(lambda: said if (said := api.get(path))["runs"]["completed"] == 6 else None)
    [step] = told["steps"]
    assert (step["path"], step["runs"], told["bottleneck"]["path"]) == ("a", 6, "a")
    assert 0 < step["duration_ms"]["p50"] <= step["duration_ms"]["p99"]
    draft = api.post("/workflows", {"name": "draft", "definition": [1]}, 201)
    told = api.get(f"/stats/workflows/{draft['id']}")
    assert (told["runs"]["total"], told["steps"], told["bottleneck"]) == (0, [], None)
