"""Triggers: by the clock and by calls from outside, on one server, over several, and over the death of one."""

import hashlib
import hmac
import json
import signal
from datetime import datetime
from pathlib import Path
from uuid import UUID

import httpx

from application.ports import StoredEvent
from infrastructure import mapper
from tests.acceptance.test_limits import go
from tests.acceptance.test_several_servers import GATED, Start, began, start
from tests.fixtures.api import Api, Json, python, until, workflow
from tests.fixtures.history import breaches
from tests.trigger_invariants import broken

__all__ = ["start"]
ECHO = "def main(**given): return given"
ANY = {"type": "object"}


def echo(name: str = "echo") -> Json:
    """Gives its inputs back."""
    return workflow(name, python("s", ECHO, args={"got": "${inputs}"}), inputs=ANY, output="${steps.s.output.got}")


def trigger(api: Api, flow: str, status: int = 201, **settings: object) -> Json:
    body = {"workflow_id": flow, "kind": "interval", "name": "often", **settings}
    return api.post("/triggers", body, status)


def runs(api: Api, name: str = "often") -> list[Json]:
    """What a trigger has started, oldest first."""
    return [*reversed(api.get("/executions", label=f"trigger={name}")["items"])]


def told(api: Api, trigger_id: str, *kinds: str) -> list[Json]:
    events = api.get(f"/triggers/{trigger_id}/events", limit=1000)["items"]
    return [event for event in events if not kinds or event["type"].removeprefix("trigger.") in kinds]


def nothing_twice(api: Api, trigger_id: str) -> None:
    """The trigger's events and what they say they started, against the invariants."""
    mine = told(api, trigger_id)
    # The list is a view and may be a moment behind what the trigger says.
    ids = {run["id"] for run in runs(api)} | {
        one["data"]["execution_id"] for one in mine if "execution_id" in one["data"]
    }
    theirs = [api.events(execution_id)[0] for execution_id in ids]
    log = sorted([*mine, *theirs], key=lambda event: event["position"])
    assert broken([(event["position"], mapper.decode_stored(as_stored(event))) for event in log]) == []


def as_stored(event: Json) -> StoredEvent:
    body = {name: event[name] for name in ("at", "actor", "cause", "workflow_id", "data")}
    return StoredEvent(
        position=event["position"], stream_id=UUID(event["id"]), version=event["version"],
        topic=f"{event['type']}.v{event['schema']}", body=json.dumps(body).encode(),
    )  # fmt: skip


def test_an_interval_fires_with_its_due_time_and_rests_while_it_is_paused(api: Api) -> None:
    flow = api.save(echo())
    made = trigger(api, flow, every_s=1, inputs={"due": "${trigger.due_at}", "of": "${trigger.name}"})
    first, second = until(lambda: (runs(api)[:2]) if len(runs(api)) >= 2 else None)
    due = [datetime.fromisoformat(api.finish(run["id"])["result"]["due"]) for run in (first, second)]
    assert round((due[1] - due[0]).total_seconds(), 3) == 1
    assert due[0] <= datetime.fromisoformat(first["queued_at"]), "never early"
    detail = api.execution(first["id"])
    assert detail["result"]["of"] == "often"
    created = api.events(first["id"])[0]
    assert created["data"]["trigger"] == f"schedule:{made['id']}@{due[0].timestamp() * 1000:.0f}"
    assert created["actor"] == f"trigger:{made['id']}"

    assert api.post(f"/triggers/{made['id']}/pause")["paused"]
    fired = api.get(f"/triggers/{made['id']}")["fired"]
    assert api.get(f"/triggers/{made['id']}")["next_at"] is None
    by_hand = api.post(f"/triggers/{made['id']}/fire", status=202)
    assert api.finish(by_hand["execution_id"])["status"] == "completed"
    assert api.get(f"/triggers/{made['id']}")["fired"] == fired + 1
    assert api.post(f"/triggers/{made['id']}/resume")["next_at"] is not None
    until(lambda: api.get(f"/triggers/{made['id']}")["fired"] > fired + 1 or None)
    api.client.delete(f"/api/v1/triggers/{made['id']}").raise_for_status()
    assert api.client.get(f"/api/v1/triggers/{made['id']}").status_code == 404
    kinds = [event["type"] for event in told(api, made["id"])]
    assert (kinds[0], kinds[-1]) == ("trigger.created", "trigger.removed")
    nothing_twice(api, made["id"])


def test_what_is_due_while_the_one_before_runs_waits_is_skipped_or_takes_its_place(api: Api, tmp_path: Path) -> None:
    step = python("s", GATED, args={"name": "${inputs.tag}", "folder": str(tmp_path)})
    flow = api.save(workflow("gated", step, inputs=ANY))
    made = {
        overlap: trigger(api, flow, every_s=1, name=overlap, overlap=overlap, inputs={"tag": overlap})
        for overlap in ("skip", "queue", "replace")
    }
    for overlap in made:
        began(tmp_path, overlap)
    skipped = until(lambda: told(api, made["skip"]["id"], "skipped") or None)
    assert skipped[0]["data"]["reason"] == "overlap"
    waiting = until(lambda: (x := api.get(f"/triggers/{made['queue']['id']}"))["waits_for"] and x)
    assert waiting["waits_for"] == runs(api, "queue")[0]["id"]
    assert len(runs(api, "queue")) == 1
    until(lambda: len(runs(api, "replace")) > 1 or None)
    first = until(lambda: (x := api.execution(runs(api, "replace")[0]["id"]))["status"] == "stopped" and x)
    asked = next(event for event in api.events(first["id"]) if event["type"] == "execution.stop_requested")
    assert asked["data"]["reason"] == "replaced by the next of trigger replace"
    go(tmp_path, "queue")
    until(lambda: len(runs(api, "queue")) > 1 or None)
    one, other = runs(api, "queue")[:2]
    assert api.finish(one["id"])["ended_at"] <= api.execution(other["id"])["queued_at"]


def test_a_trigger_whose_workflow_can_not_run_says_so(api: Api) -> None:
    flow = api.save(echo())
    made = trigger(api, flow, every_s=1)
    api.post(f"/workflows/{flow}/pause")
    skip = until(lambda: api.get(f"/triggers/{made['id']}")["last_skip"])
    assert skip["reason"] == "workflow_is_paused"
    assert "paused" in skip["detail"]
    api.post(f"/workflows/{flow}/resume")
    before = api.get(f"/triggers/{made['id']}")["fired"]
    until(lambda: api.get(f"/triggers/{made['id']}")["fired"] > before or None)


def test_a_webhook_takes_its_secret_or_a_signature_and_a_call_that_comes_again_is_one(api: Api) -> None:
    flow = api.save(echo())
    inputs = {"city": "${request.body.city}", "kind": "${request.headers.`x-event`}", "page": "${request.query.page}"}
    made = trigger(api, flow, kind="webhook", inputs=inputs)
    secret, url = made["secret"], f"{api.url}{made['path']}"
    assert "secret" not in api.get(f"/triggers/{made['id']}")
    body = b'{"city": "Oslo"}'
    bearer = {"authorization": f"Bearer {secret}", "content-type": "application/json"}
    called = httpx.post(f"{url}?page=2", content=body, headers={**bearer, "x-event": "push"})
    assert called.status_code == 202, called.text
    run = api.finish(called.json()["execution_id"])
    assert run["result"] == {"city": "Oslo", "kind": "push", "page": "2"}
    events = json.dumps(api.events(run["id"]) + told(api, made["id"]))
    assert secret not in events

    signed = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    as_github = {
        "x-hub-signature-256": f"sha256={signed}", "x-github-delivery": "d-1", "content-type": "application/json",
    }  # fmt: skip
    twice = [httpx.post(url, content=body, headers=as_github) for _ in range(2)]
    assert [answer.status_code for answer in twice] == [202, 202]
    assert twice[0].json()["execution_id"] == twice[1].json()["execution_id"]

    wrong = [
        httpx.post(url, content=body, headers={**bearer, "authorization": "Bearer wrong"}),
        httpx.post(url, content=b'{"city": "Rome"}', headers=as_github),
        httpx.post(url, content=body, headers={"content-type": "application/json"}),
        httpx.post(url.replace(made["id"], "01900000-0000-7000-8000-000000000000"), content=body, headers=bearer),
    ]
    assert [(answer.status_code, answer.json().get("code")) for answer in wrong] == [(403, "hook_refused")] * 4

    fresh = api.post(f"/triggers/{made['id']}/secret")["secret"]
    assert httpx.post(url, content=body, headers=bearer).status_code == 403
    other = {**bearer, "authorization": f"Bearer {fresh}"}
    assert httpx.post(url, content=body, headers=other).status_code == 202
    api.post(f"/triggers/{made['id']}/pause")
    assert httpx.post(url, content=body, headers=other).json()["code"] == "trigger_is_paused"


def test_a_call_that_comes_again_is_one_though_its_time_and_its_headers_differ(api: Api) -> None:
    flow = api.save(echo())
    inputs = {"at": "${trigger.fired_at}", "tries": "${request.headers.`x-tries`}", "of": "${request.query.of}"}
    made = trigger(api, flow, kind="webhook", inputs=inputs)

    def call(tries: int, of: str = "a", body: bytes = b"{}") -> httpx.Response:
        headers = {
            "authorization": f"Bearer {made['secret']}", "content-type": "application/json",
            "x-github-delivery": "d-7", "x-tries": str(tries),
        }  # fmt: skip
        return httpx.post(f"{api.url}{made['path']}", params={"of": of}, content=body, headers=headers)

    first, again = call(1), call(2)
    assert [first.status_code, again.status_code] == [202, 202], again.text
    assert again.json()["execution_id"] == first.json()["execution_id"]
    assert again.headers["idempotency-replayed"] == "true"
    for other in (call(3, of="b"), call(3, body=b'{"x": 1}')):
        assert (other.status_code, other.json()["code"]) == (409, "idempotency_key_reused")


def test_a_query_that_can_not_be_kept_is_refused_and_hides_nothing(api: Api) -> None:
    flow = api.save(echo("queried"))
    made = trigger(api, flow, kind="webhook", inputs={"q": "${request.query.q}"})
    bearer = {"authorization": f"Bearer {made['secret']}"}
    refused = httpx.post(f"{api.url}{made['path']}?q=a%00b&a%00=1", headers=bearer)
    assert (refused.status_code, refused.json()["code"]) == (400, "value_refused")
    assert {problem["pointer"] for problem in refused.json()["errors"]} == {"/query", "/query/q"}
    taken = httpx.post(f"{api.url}{made['path']}?q=b", headers=bearer)
    assert api.finish(taken.json()["execution_id"])["result"] == {"q": "b"}
    assert api.get(f"/stats/workflows/{flow}")


def test_settings_are_refused_with_every_wrong_field_and_the_way_out(api: Api) -> None:
    flow = api.save(echo())
    refused = trigger(
        api, flow, 422, kind="cron", cron="0 25 * * *", timezone="Shanghai", every_s=5, name=" ", overlap="no",
        catch_up="all", jitter_s=-1, priority=1.5, inputs=[], colour="red",
    )  # fmt: skip
    by_field = {problem["pointer"]: problem for problem in refused["errors"]}
    wrong = {"/timezone", "/every_s", "/name", "/overlap", "/jitter_s", "/priority", "/inputs", "/colour", "/catch_up"}
    assert wrong <= by_field.keys()
    assert all(problem["message"] and problem["advice"] for problem in by_field.values())
    assert by_field["/timezone"]["advice"] == "Did you mean Asia/Shanghai?"
    bad_cron = api.post("/triggers/preview", {"cron": "0 25 * * *"})["problems"][0]
    assert (bad_cron["pointer"], bad_cron["message"]) == ("/cron", "'25' is no hour.")
    template = trigger(api, flow, 422, every_s=5, inputs={"a": "${steps.x.output}", "b": "${nobody.x}"})
    assert {problem["pointer"] for problem in template["errors"]} == {"/inputs/a", "/inputs/b"}
    assert trigger(api, "01900000-0000-7000-8000-000000000000", 404, every_s=5)["code"] == "workflow_not_found"
    strict = api.save(
        {
            **echo("strict"),
            "inputs": {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]},
        }
    )
    missing = trigger(api, strict, 422, every_s=60)["errors"][0]
    assert (missing["pointer"], "city" in missing["message"]) == ("/inputs", True)

    made = trigger(api, flow, every_s=600)
    changed = {"name": "often", "kind": "interval", "every_s": 500}
    answer = api.put(f"/triggers/{made['id']}", changed, **{"If-Match": '"1"'})
    assert (answer["every_s"], answer["version"]) == (500, 2)
    assert api.put(f"/triggers/{made['id']}", changed, 409, **{"If-Match": '"1"'})["code"] == "version_conflict"
    assert api.put(f"/triggers/{made['id']}", {**changed, "kind": "cron"}, 422)["errors"][0]["code"] == "kind_is_fixed"


def test_a_cron_says_when_it_is_due_next_in_its_zone(api: Api) -> None:
    flow = api.save(echo())
    made = trigger(api, flow, kind="cron", cron="0 8 * * *", timezone="Asia/Shanghai")
    assert datetime.fromisoformat(made["next_at"]).strftime("%H:%M") == "00:00"
    preview = api.post("/triggers/preview", {"cron": "0 8 * * *", "timezone": "Asia/Shanghai"})["next_at"]
    assert preview[0] == made["next_at"]
    assert len(preview) == 5


def test_two_servers_fire_once_each_time_though_one_is_killed(start: Start) -> None:
    first, a = start()
    _, b = start()
    flow = a.save(echo())
    made = trigger(a, flow, every_s=1)
    until(lambda: len(runs(b)) >= 3 or None)
    first.process.send_signal(signal.SIGKILL)
    first.process.wait()
    before = len(runs(b))
    until(lambda: len(runs(b)) >= before + 3 or None)
    b.post(f"/triggers/{made['id']}/pause")
    for run in runs(b):
        assert b.finish(run["id"])["status"] == "completed"
        assert breaches(b.events(run["id"])) == []
    nothing_twice(b, made["id"])


def test_what_was_missed_while_no_server_was_there_is_made_up_for_as_it_says(start: Start) -> None:
    server, a = start()
    flow = a.save(echo())
    made = trigger(a, flow, every_s=1, catch_up="latest", overlap="allow")
    until(lambda: runs(a) or None)
    server.end(signal.SIGKILL)
    _, b = start(data_dir=server.data_dir)
    before = told(b, made["id"])[-1]["data"]["standing"]["handled_ms"]
    until(lambda: told(b, made["id"])[-1]["data"]["standing"]["handled_ms"] > before or None)
    nothing_twice(b, made["id"])
