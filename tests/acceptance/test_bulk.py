"""Many executions at once: a preview changes nothing, and what it named is what is done."""

from pathlib import Path

import pytest

from tests.acceptance.test_limits import go, limited
from tests.acceptance.test_several_servers import began
from tests.fixtures.api import Api, Json, python, until, workflow
from tests.fixtures.history import breaches

FAILS = "def main(fail):\n    assert not fail"


def bulk(api: Api, status: int = 200, **body: object) -> Json:
    return api.post("/executions/bulk", body, status)


def named(answer: Json, part: str = "items") -> set[str]:
    return {item["id"] for item in answer[part]}


def ended(api: Api, execution_id: str, run: int) -> None:
    """Its run of this number has failed."""
    until(lambda: ((x := api.execution(execution_id))["run"] == run and x["status"] == "failed") or None)


@pytest.fixture
def waiting(api: Api, tmp_path: Path) -> tuple[str, list[str]]:
    """A workflow that runs one at a time: one that runs, and three that wait."""
    flow = api.save(limited("one", tmp_path, limit=1))
    ids = [api.run(flow, tag=tag) for tag in "abcd"]
    began(tmp_path, "a")
    until(lambda: {*ids[1:]} <= {one["id"] for one in api.get("/queue")["items"]} or None)
    return flow, ids


def test_those_that_wait_are_held_moved_and_let_go_together(
    api: Api, waiting: tuple[str, list[str]], tmp_path: Path
) -> None:
    flow, (running, *queued) = waiting
    preview = bulk(api, action="hold", filter={"workflow_id": flow})
    assert named(preview) == {*queued}
    assert [(x["id"], x["code"]) for x in preview["refused"]] == [(running, "execution_is_running")]
    assert api.execution(queued[0])["why_waiting"]["code"] != "held", "a preview changes nothing"
    done = bulk(api, action="hold", ids=queued, preview_token=preview["preview_token"])
    assert all(item["done"] for item in done["items"])
    assert {api.execution(one)["why_waiting"]["code"] for one in queued} == {"held"}
    token = bulk(api, action="move", priority=7, ids=queued[:2])["preview_token"]
    bulk(api, action="move", priority=7, ids=queued[:2], preview_token=token)
    bulk(api, action="release", ids=queued, preview_token="any")
    wanted = [(queued[0], 7), (queued[1], 7), (queued[2], 0)]
    until(lambda: [(one["id"], one["priority"]) for one in api.get("/queue")["items"]] == wanted or None)
    go(tmp_path, *"abcd")
    assert {api.finish(one)["status"] for one in (running, *queued)} == {"completed"}
    again = bulk(api, action="hold", ids=queued, preview_token=token)
    assert {(item["done"], item["code"]) for item in again["items"]} == {(False, "execution_is_completed")}


def test_a_stop_meets_those_that_were_named_and_no_later_one(
    api: Api, waiting: tuple[str, list[str]], tmp_path: Path
) -> None:
    flow, ids = waiting
    preview = bulk(api, action="stop", filter={"workflow_id": flow, "status": ["queued", "running"]})
    assert named(preview) == {*ids}
    later = api.run(flow, tag="e")
    bulk(api, action="stop", ids=[*named(preview)], preview_token=preview["preview_token"], grace_s=0, reason="over")
    assert {api.finish(one)["status"] for one in ids} == {"stopped"}
    began(tmp_path, "e")
    assert api.execution(later)["status"] == "running"
    go(tmp_path, "e")
    assert api.finish(later)["status"] == "completed"
    for one in ids:
        assert breaches(api.events(one)) == []


def test_a_retry_says_what_runs_again_and_refuses_when_something_has_changed(api: Api) -> None:
    wants = {"type": "object", "properties": {"fail": {"type": "boolean"}}}
    steps = [python("first", "def main(): return 1"), python("second", FAILS, args={"fail": "${inputs.fail}"})]
    flow = api.save(workflow("fails", *steps, inputs=wants))
    failed = [api.run(flow, fail=True) for _ in range(3)]
    fine = api.run(flow, fail=False)
    assert {api.finish(one)["status"] for one in failed} == {"failed"}
    api.finish(fine)
    preview = until(
        lambda: (x := bulk(api, action="retry", filter={"workflow_id": flow})) and len(x["items"]) == 3 and x
    )
    assert {(x["runs_again"], x["id"] in failed) for x in preview["items"]} == {(1, True)}
    assert [x["code"] for x in preview["refused"]] == ["execution_is_completed"]
    api.post(f"/executions/{failed[0]}/retry", {}, 202)
    ended(api, failed[0], 2)
    stale = bulk(api, 409, action="retry", ids=failed, preview_token=preview["preview_token"])
    assert stale["code"] == "preview_stale"
    fresh = until(lambda: (x := bulk(api, action="retry", ids=failed)) and len(x["items"]) == 3 and x)
    done = bulk(api, action="retry", ids=failed, preview_token=fresh["preview_token"])
    assert all(item["done"] for item in done["items"])
    for one in failed:
        ended(api, one, 3 if one == failed[0] else 2)


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"action": "explode"}, "/action"), ({"action": "move"}, "/priority"),
        ({"action": "stop", "priority": 1}, "/priority"),
        ({"action": "move", "priority": 101}, "/priority"), ({"action": "stop", "grace_s": -1}, "/grace_s"),
        ({"action": "stop", "ids": ["x"]}, "/ids"), ({"action": "stop", "ids": [], "filter": {}}, "/filter"),
        ({"action": "stop", "filter": {"status": ["gone"]}}, "/filter"),
        ({"action": "stop", "preview_token": "x"}, "/ids"),
        ({"action": "stop", "filter": {"workflow_id": "x"}}, "/filter"), ({"action": "stop", "colour": 1}, "/colour"),
    ],
)  # fmt: skip
def test_a_wrong_body_is_refused_at_its_field(api: Api, body: Json, pointer: str) -> None:
    refused = bulk(api, 422, **body)
    assert [problem["pointer"] for problem in refused["errors"]] == [pointer]


def test_more_than_a_call_takes_and_an_unknown_one_are_refused(api: Api) -> None:
    nobody = "01900000-0000-7000-8000-000000000000"
    assert bulk(api, 404, action="stop", ids=[nobody])["code"] == "execution_not_found"
    many = [f"01900000-0000-7000-8000-{n:012d}" for n in range(501)]
    assert bulk(api, 422, action="stop", ids=many)["code"] == "too_many"
