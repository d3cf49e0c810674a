"""One node for each item of a list: on a real server, seen from outside."""

import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.acceptance.test_stop import alive
from tests.fixtures.api import Api, Json, python, until, workflow
from tests.fixtures.server import RunningServer, StartServer, serving

DOUBLE = "def main(n):\n    return 2 * n\n"
PICKY = """
def main(n, bad):
    if n in bad:
        raise ValueError(f"{n} is bad")
    return n
"""
ONCE = """
from pathlib import Path

def main(n, folder):
    seen = Path(folder, str(n))
    tries = int(seen.read_text()) + 1 if seen.exists() else 1
    seen.write_text(str(tries))
    if n == 1 and tries == 1:
        raise ValueError("not yet")
    return [n, tries]
"""
GATED = """
import os, time
from pathlib import Path

def main(n, folder):
    unseen = Path(folder, f".{n}")
    unseen.write_text(str(os.getpid()))
    unseen.rename(Path(folder, f"began-{n}"))  # never seen empty
    while not Path(folder, f"go-{n}").exists() and not Path(folder, "go").exists():
        time.sleep(0.01)
    return n
"""


@pytest.fixture(scope="module")
def server() -> Iterator[RunningServer]:
    with serving("--no-examples") as running:
        yield running


@pytest.fixture
def api(server: RunningServer) -> Iterator[Api]:
    client = Api(server.url)
    yield client
    client.close()


def each(code: str, items: object, args: Json, **more: object) -> Json:
    """A map node called `m` whose items run `code`; the inner node's fields by `inner`."""
    inner = {"kind": "python", "config": {"code": code, "args": args}, **more.pop("inner", {})}  # type: ignore[dict-item]
    config = {"items": items, "node": inner, **more.pop("config", {})}  # type: ignore[dict-item]
    return {"id": "m", "kind": "map", "config": config, **more}


def items_of(api: Api, execution_id: str, of: str = "m", **parameters: object) -> list[Json]:
    found: list[Json] = []
    cursor: int | None = None
    while True:
        more = {} if cursor is None else {"cursor": cursor}
        page = api.get(f"/executions/{execution_id}/steps", of=of, **parameters, **more)
        found += page["items"]
        cursor = page["next_cursor"]
        if cursor is None:
            return found


def names(folder: Path, prefix: str) -> set[str]:
    return {file.name for file in folder.glob(f"{prefix}*")}


def test_each_item_is_a_step_and_the_outputs_are_a_list_in_their_order(api: Api) -> None:
    node = each(DOUBLE, "${inputs.numbers}", {"n": "${item + index}"})
    after = python("after", "def main(ns, errors):\n    return [sum(ns), errors]", args={
        "ns": "${steps.m.output}", "errors": "${steps.m.errors}"})  # fmt: skip
    execution_id = api.run(api.save(workflow("double", node, after, output="${steps.after.output}")), numbers=[5, 6, 7])
    done = api.finish(execution_id)
    assert done["result"] == [42, []], done["error"]
    step = api.steps(execution_id)["m"]
    assert (step["status"], step["output"]) == ("completed", [10, 14, 18])
    assert step["items"] == {"total": 3, "completed": 3, "failed": 0, "stopped": 0, "settled": 3}
    assert [*api.steps(execution_id)] == ["m", "after"], "items are not listed among the steps"
    items = items_of(api, execution_id)
    assert [(one["path"], one["index"], one["status"], one["output"]) for one in items] == [
        ("m[0]", 0, "completed", 10), ("m[1]", 1, "completed", 14), ("m[2]", 2, "completed", 18)]  # fmt: skip
    assert (done["progress"]["done"], done["progress"]["total"]) == (2, 2)


def test_an_empty_list_gives_an_empty_list(api: Api) -> None:
    node = each(DOUBLE, "${inputs.numbers}", {"n": "${item}"})
    done = api.finish(api.run(api.save(workflow("none", node, output="${steps.m.output}")), numbers=[]))
    assert (done["status"], done["result"]) == ("completed", [])


@pytest.mark.parametrize("given", [None, 7, {"a": 1}, "text"])
def test_what_is_no_list_is_refused_with_the_way_out(api: Api, given: object) -> None:
    node = each(DOUBLE, "${inputs.numbers}", {"n": "${item}"})
    done = api.finish(api.run(api.save(workflow("no-list", node)), numbers=given))
    assert (done["status"], done["error"]["code"], done["error"]["category"]) == ("failed", "map_items", "validation")
    assert done["error"]["advice"]


def test_no_more_items_run_at_once_than_the_map_says(api: Api, tmp_path: Path) -> None:
    node = each(GATED, [0, 1, 2, 3, 4], {"n": "${item}", "folder": str(tmp_path)}, config={"max_parallel": 2})
    execution_id = api.run(api.save(workflow("two", node)))
    until(lambda: len(names(tmp_path, "began")) == 2)
    step = until(lambda: (one := api.steps(execution_id)["m"]) and one["status"] == "running" and one)
    assert step["items"]["total"] == 5
    (tmp_path / "go-1").touch()
    until(lambda: len(names(tmp_path, "began")) == 3)
    assert names(tmp_path, "began") == {"began-0", "began-1", "began-2"}
    (tmp_path / "go").touch()
    assert api.finish(execution_id)["status"] == "completed"
    open_at_once = most = 0
    for event in api.events(execution_id):
        if event["data"].get("path", "").startswith("m["):
            open_at_once += event["type"] == "execution.step_started"
            open_at_once -= event["type"] == "execution.step_completed"
        most = max(most, open_at_once)
    assert most == 2


@pytest.mark.parametrize(
    ("policy", "status", "output"),
    [
        ("fail", "failed", None),
        ("continue", "completed", [0, None, 2, None]),
        ({"max": 2}, "completed", [0, None, 2, None]),
        ({"max": 1}, "failed", None),
        ({"max": "50%"}, "completed", [0, None, 2, None]),
        ({"max": "49%"}, "failed", None),
    ],
)
def test_what_failed_items_do_is_said_by_the_map(api: Api, policy: object, status: str, output: object) -> None:
    config = {"on_item_error": policy, "max_parallel": 1}
    node = each(PICKY, [0, 1, 2, 3], {"n": "${item}", "bad": [1, 3]}, config=config)
    execution_id = api.run(api.save(workflow("picky", node, output="${[steps.m.output, steps.m.errors.index]}")))
    done = api.finish(execution_id)
    assert done["status"] == status, done["error"]
    step = api.steps(execution_id)["m"]
    assert step["output"] == output
    failed = items_of(api, execution_id, status="failed")
    if status == "completed":
        assert done["result"] == [0, None, 2, None, 1, 3]
        assert [one["path"] for one in failed] == ["m[1]", "m[3]"]
        assert failed[0]["error"]["message"] == "1 is bad"
    else:
        assert done["error"]["code"] == "map_items_failed"
        assert (done["error"]["type"], done["cause_path"]) == ("ValueError", "m")
        assert "m[1]: 1 is bad" in done["error"]["message"]
    if policy == "fail":
        assert {event["data"].get("path") for event in api.events(execution_id)} == {None, "m", "m[0]", "m[1]"}


def test_an_item_is_tried_again_by_its_own_policy(api: Api, tmp_path: Path) -> None:
    node = each(ONCE, [0, 1, 2], {"n": "${item}", "folder": str(tmp_path)},
                inner={"retry": {"max_attempts": 2, "interval_s": 0, "on": ["step"]}})  # fmt: skip
    done = api.finish(api.run(api.save(workflow("again", node, output="${steps.m.output}"))))
    assert done["result"] == [[0, 1], [1, 2], [2, 1]]


def test_a_map_that_is_tried_again_runs_only_what_failed(api: Api, tmp_path: Path) -> None:
    node = each(ONCE, [0, 1, 2], {"n": "${item}", "folder": str(tmp_path)}, config={"max_parallel": 1},
                retry={"max_attempts": 2, "interval_s": 0, "on": ["step"]})  # fmt: skip
    execution_id = api.run(api.save(workflow("pass", node, output="${steps.m.output}")))
    assert api.finish(execution_id)["result"] == [[0, 1], [1, 2], [2, 1]]
    step = api.steps(execution_id)["m"]
    assert (step["attempt"], step["items"]["completed"], step["items"]["failed"]) == (2, 3, 0)


def test_a_persons_retry_keeps_the_items_that_have_completed(api: Api, tmp_path: Path) -> None:
    node = each(ONCE, [0, 1, 2], {"n": "${item}", "folder": str(tmp_path)}, config={"on_item_error": {"max": 0}})
    execution_id = api.run(api.save(workflow("by-hand", node, output="${steps.m.output}")))
    assert api.finish(execution_id)["status"] == "failed"
    token = api.post(f"/executions/{execution_id}/retry/preview", {"from": "failed"})["preview_token"]
    api.post(f"/executions/{execution_id}/retry", {"from": "failed", "preview_token": token}, 202)
    done = until(lambda: (one := api.final(execution_id)) and one["metadata"]["run"] == 2 and one)
    assert done["result"][1] == [1, 2]
    assert done["result"][0] == [0, 1], "what had completed is not run again"
    step = api.steps(execution_id)["m"]
    assert step["items"] == {"total": 3, "completed": 3, "failed": 0, "stopped": 0, "settled": 3}


def test_maps_stand_inside_maps(api: Api) -> None:
    cell = {"kind": "python", "config": {"code": DOUBLE, "args": {"n": "${item}"}}}
    inner = {"id": "cell", "kind": "map", "config": {"items": "${item}", "node": cell}}
    node = {"id": "rows", "kind": "map", "config": {"items": "${inputs.table}", "node": inner}}
    execution_id = api.run(api.save(workflow("nested", node, output="${steps.rows.output}")), table=[[1, 2], [], [3]])
    done = api.finish(execution_id)
    assert done["result"] == [[2, 4], [], [6]], done["error"]
    assert [one["path"] for one in items_of(api, execution_id, "rows")] == ["rows[0]", "rows[1]", "rows[2]"]
    assert [one["path"] for one in items_of(api, execution_id, "rows[0]")] == ["rows[0].cell[0]", "rows[0].cell[1]"]


def test_an_item_may_be_another_workflow_a_wait_or_a_transform(api: Api) -> None:
    inputs = {"type": "object", "properties": {"n": {"type": "integer"}}}
    api.save(workflow("squares", python("sq", "def main(n):\n    return n * n", args={"n": "${inputs.n}"}),
                      inputs=inputs, output="${steps.sq.output}"))  # fmt: skip

    def over(name: str, kind: str, config: Json) -> Json:
        return {"id": name, "kind": "map", "config": {"items": [2, 3], "node": {"kind": kind, "config": config}}}

    nodes = [
        over("child", "workflow", {"workflow": "squares", "inputs": {"n": "${item}"}}),
        over("pause", "wait", {"seconds": 0.05}),
        over("shape", "transform", {"expression": {"value": "${item}", "at": "${index}"}}),
    ]
    output = {
        "child": "${steps.child.output}",
        "shape": "${steps.shape.output}",
        "pauses": "${$count(steps.pause.output)}",
    }
    done = api.finish(api.run(api.save(workflow("kinds", *nodes, edges=[], output=output))))
    shapes = [{"value": 2, "at": 0}, {"value": 3, "at": 1}]
    assert done["result"] == {"child": [4, 9], "shape": shapes, "pauses": 2}, done["error"]


def test_a_stop_ends_every_item_with_proof(api: Api, tmp_path: Path) -> None:
    node = each(GATED, [0, 1, 2, 3, 4, 5, 6, 7], {"n": "${item}", "folder": str(tmp_path)}, config={"max_parallel": 3})
    execution_id = api.run(api.save(workflow("stopped", node)))
    until(lambda: len(names(tmp_path, "began")) == 3)
    pids = [int(file.read_text()) for file in tmp_path.glob("began*")]
    api.post(f"/executions/{execution_id}/stop", {"grace_s": 0})
    assert api.finish(execution_id)["status"] == "stopped"
    assert not any(map(alive, pids))
    stopped = [event["data"] for event in api.events(execution_id) if event["type"] == "execution.step_stopped"]
    assert {(one["path"], one["proof"]) for one in stopped} == {
        *((f"m[{index}]", "descendants_gone") for index in range(3)), ("m", "items_ended"),
    }  # fmt: skip
    assert stopped[-1]["path"] == "m", "the map is stopped when its items are"


def test_a_map_over_its_time_ends_its_items_and_fails(api: Api, tmp_path: Path) -> None:
    node = each(GATED, [0, 1, 2], {"n": "${item}", "folder": str(tmp_path)}, config={"max_parallel": 2}, timeout_s=0.6)
    execution_id = api.run(api.save(workflow("late", node)))
    until(lambda: len(names(tmp_path, "began")) == 2)
    pids = [int(file.read_text()) for file in tmp_path.glob("began*")]
    done = api.finish(execution_id)
    assert (done["status"], done["error"]["code"], done["error"]["category"]) == ("failed", "step_timeout", "timeout")
    assert not any(map(alive, pids))
    assert names(tmp_path, "began") == {"began-0", "began-1"}


def test_the_condition_of_a_retry_sees_the_item_and_its_index(api: Api) -> None:
    code = "def main(n):\n    raise ValueError('no')\n"
    retry = {"max_attempts": 2, "interval_s": 0, "when": "${item.again and index < 2}"}
    items = [{"again": True}, {"again": False}, {"again": True}]
    node = each(code, items, {"n": "${item}"}, inner={"retry": retry}, config={"on_item_error": {"max": 3}})
    execution_id = api.run(api.save(workflow("picky-retry", node)))
    api.finish(execution_id)
    failed = [event["data"] for event in api.events(execution_id) if event["type"] == "execution.step_failed"]
    assert {one["path"]: one["attempt"] for one in failed} == {"m[0]": 2, "m[1]": 1, "m[2]": 1}


def test_a_paused_map_starts_no_item_and_goes_on_when_it_is_resumed(api: Api, tmp_path: Path) -> None:
    node = each(GATED, [0, 1, 2], {"n": "${item}", "folder": str(tmp_path)}, config={"max_parallel": 1})
    execution_id = api.run(api.save(workflow("paused", node, output="${steps.m.output}")))
    until(lambda: names(tmp_path, "began") == {"began-0"})
    api.post(f"/executions/{execution_id}/pause")
    (tmp_path / "go").touch()
    until(lambda: items_of(api, execution_id)[0]["status"] == "completed" or None)
    assert names(tmp_path, "began") == {"began-0"}
    api.post(f"/executions/{execution_id}/resume")
    assert api.finish(execution_id)["result"] == [0, 1, 2]


def test_a_map_goes_on_after_a_crash_and_no_item_that_was_recorded_runs_again(
    start_server: StartServer, data_folder: Path, tmp_path: Path
) -> None:
    server = start_server(data_dir=data_folder / "state", arguments=["--no-examples"])
    api = Api(server.url)
    node = each(GATED, "${inputs.numbers}", {"n": "${item}", "folder": str(tmp_path)}, config={"max_parallel": 2})
    execution_id = api.run(api.save(workflow("crash", node, output="${steps.m.output}")), numbers=[0, 1, 2, 3, 4])
    (tmp_path / "go-0").touch()
    (tmp_path / "go-1").touch()
    until(lambda: len(names(tmp_path, "began")) == 4)
    server.end(signal.SIGKILL)
    api.close()
    (tmp_path / "go").touch()
    server = start_server(data_dir=data_folder / "state", arguments=["--no-examples"])
    api = Api(server.url)
    assert api.finish(execution_id)["result"] == [0, 1, 2, 3, 4]
    started = [event["data"]["path"] for event in api.events(execution_id) if event["type"] == "execution.step_started"]
    assert sorted(started) == ["m", "m[0]", "m[1]", "m[2]", "m[2]", "m[3]", "m[3]", "m[4]"]
    api.close()


def test_items_and_outputs_that_are_large_travel_out_of_line(api: Api) -> None:
    node = each("def main(text):\n    return text * 2", "${inputs.texts}", {"text": "${item}"})
    texts = ["x" * 20_000, "y", "z" * 30_000]
    after = python("after", "def main(texts):\n    return [len(text) for text in texts]",
                   args={"texts": "${steps.m.output}"})  # fmt: skip
    execution_id = api.run(api.save(workflow("large", node, after, output="${steps.after.output}")), texts=texts)
    done = api.finish(execution_id)
    assert done["result"] == [40_000, 2, 60_000], done["error"]
    items = items_of(api, execution_id)
    assert items[0]["output_artifact"]["size_bytes"] == 40_002
    assert len(api.get(f"/executions/{execution_id}/artifacts/{items[0]['output_artifact']['sha256']}")) == 40_000


def test_a_thousand_items_are_folded_in_the_views_and_counted(api: Api) -> None:
    node = each(DOUBLE, "${[1..1000]}", {"n": "${item}"})
    execution_id = api.run(api.save(workflow("thousand", node, output="${$sum(steps.m.output)}")))
    done = api.finish(execution_id)
    assert done["result"] == 1_001_000, done["error"]
    assert [*api.steps(execution_id)] == ["m"]
    items = items_of(api, execution_id, limit=300)
    assert [one["index"] for one in items] == [*range(1000)]
    assert done["complete"]["events"] == len(api.events(execution_id))


@pytest.mark.parametrize(
    ("config", "pointer"),
    [
        ({"items": [1]}, "/nodes/0/config"),
        ({"items": 5, "node": {"kind": "wait", "config": {"seconds": 1}}}, "/nodes/0/config/items"),
        ({"items": [1], "node": {"kind": "nope"}}, "/nodes/0/config/node/kind"),
        ({"items": [1], "node": {"kind": "wait", "config": {}}}, "/nodes/0/config/node/config"),
        ({"items": [1], "node": {"kind": "wait", "config": {"seconds": 1}, "join": "all"}},
         "/nodes/0/config/node/join"),
        ({"items": [1], "max_parallel": 0, "node": {"kind": "wait", "config": {"seconds": 1}}},
         "/nodes/0/config/max_parallel"),
        ({"items": [1], "on_item_error": {"max": "101%"}, "node": {"kind": "wait", "config": {"seconds": 1}}},
         "/nodes/0/config/on_item_error"),
    ],
)  # fmt: skip
def test_a_bad_map_is_refused_where_it_is_wrong(api: Api, config: Json, pointer: str) -> None:
    found = api.post("/workflows/validate", workflow("bad", {"id": "m", "kind": "map", "config": config}))
    assert not found["valid"]
    assert pointer in [one["pointer"] for one in found["problems"]], found["problems"]
    assert all(one["advice"] and one["node"] == "m" for one in found["problems"])


def test_a_map_fails_although_another_item_waits_for_its_next_attempt(api: Api) -> None:
    slow_retry = {
        "retry": {"max_attempts": 5, "interval_s": 60, "jitter": False, "on": ["step"], "types": ["ValueError"]}
    }
    code = """
import time
def main(n):
    if n == 0:
        time.sleep(0.5)
        raise KeyError("for good")
    raise ValueError("again")
"""
    node = each(code, [0, 1], {"n": "${item}"}, config={"max_parallel": 2}, inner=slow_retry)
    execution_id = api.run(api.save(workflow("fails", node, python("after", "def main(): pass"))))
    done = api.finish(execution_id)
    assert (done["status"], done["error"]["code"], done["cause_path"]) == ("failed", "map_items_failed", "m")
    assert done["error"]["type"] == "KeyError"
    assert [one["status"] for one in items_of(api, execution_id)] == ["failed", "stopped"]
    assert api.steps(execution_id)["m"]["status"] == "failed"


def test_more_items_than_one_append_takes_are_stopped(api: Api) -> None:
    wait = {"kind": "wait", "config": {"seconds": 600}}
    node = {"id": "m", "kind": "map", "config": {"items": "${[1..1500]}", "max_parallel": 1500, "node": wait}}
    execution_id = api.run(api.save(workflow("many", node)))
    until(lambda: len([e for e in api.events(execution_id) if e["type"] == "execution.step_waiting"]) == 1500 or None)
    api.post(f"/executions/{execution_id}/stop", {"grace_s": 0})
    done = api.finish(execution_id)
    assert done["status"] == "stopped"
    assert api.steps(execution_id)["m"]["items"]["stopped"] == 1500


def test_waits_that_are_over_all_at_once_end_in_turns(api: Api) -> None:
    wait = {"kind": "wait", "config": {"seconds": 2}}
    node = {"id": "m", "kind": "map", "config": {"items": "${[1..800]}", "max_parallel": 800, "node": wait}}
    execution_id = api.run(api.save(workflow("at once", node, output="${$count(steps.m.output)}")))
    assert api.finish(execution_id)["result"] == 800


def test_items_of_another_list_are_not_kept(api: Api, tmp_path: Path) -> None:
    node = each(ONCE, [0, 1], {"n": "${item}", "folder": str(tmp_path)}, config={"max_parallel": 1})
    execution_id = api.run(api.save(workflow("another", node, output="${steps.m.output}")))
    assert api.finish(execution_id)["status"] == "failed"
    api.post(f"/executions/{execution_id}/retry", {"from": "failed", "step_inputs": {"m": {"items": [7, 8]}}}, 202)
    done = until(lambda: (one := api.final(execution_id)) and one["metadata"]["run"] == 2 and one)
    assert done["result"] == [[7, 1], [8, 1]]


def test_a_map_that_is_none_has_no_items_to_tell(api: Api) -> None:
    node = each(DOUBLE, [1], {"n": "${item}"})
    execution_id = api.run(api.save(workflow("told", node)))
    api.finish(execution_id)
    for path in ("nobody", "m[0]", "m[0].x[1]", "m\x00[0]", "m\x00"):
        answer = api.client.get(f"/api/v1/executions/{execution_id}/steps", params={"of": path})
        assert answer.status_code in (404, 422), (path, answer.text)
