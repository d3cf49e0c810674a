"""Commands over HTTP: keys, positions, versions, and who may ask at all."""

import socket
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from tests.api.conftest import log_position, problem
from tests.fixtures.api import Api, Json, python, workflow

OK = "def main():\n    return 1"
INPUTS = {"type": "object", "properties": {"n": {"type": "integer", "default": 5}, "t": {"type": "string"}}}


def execute(api: Api, workflow_id: str, body: Json, key: str | None = None) -> httpx.Response:
    headers = {} if key is None else {"Idempotency-Key": key}
    return api.client.post(f"/api/v1/workflows/{workflow_id}/execute", json=body, headers=headers)


@pytest.fixture
def ready(api: Api) -> str:
    return api.save(workflow("keys", python("a", OK), inputs=INPUTS))


def executions_of(api: Api, workflow_id: str) -> list[Json]:
    position = log_position(api)
    return api.get("/executions", workflow_id=workflow_id, min_position=position)["items"]


# ── idempotency keys ──


def test_the_same_body_is_answered_with_the_stored_answer(api: Api, ready: str) -> None:
    first = execute(api, ready, {"inputs": {"n": 1, "t": "x"}, "labels": {"a": "b"}}, "k")
    assert first.status_code == 202
    assert "idempotency-replayed" not in first.headers
    assert first.headers["location"] == f"/api/v1/executions/{first.json()['execution_id']}"
    # The order of keys makes no other body.
    again = execute(api, ready, {"labels": {"a": "b"}, "inputs": {"t": "x", "n": 1}}, "k")
    assert (again.status_code, again.headers["idempotency-replayed"]) == (202, "true")
    assert again.json() == first.json()
    assert again.headers["location"] == first.headers["location"]
    api.finish(first.json()["execution_id"])
    assert execute(api, ready, {"inputs": {"n": 1, "t": "x"}, "labels": {"a": "b"}}, "k").json() == first.json()
    assert len(executions_of(api, ready)) == 1


def test_defaults_written_out_make_no_other_body(api: Api, ready: str) -> None:
    first = execute(api, ready, {"inputs": {"t": "x"}}, "d")
    again = execute(api, ready, {"inputs": {"t": "x", "n": 5}, "labels": {}}, "d")
    assert again.json() == first.json()


@pytest.mark.parametrize(
    "other", [{"inputs": {"n": 2}}, {"inputs": {}, "priority": 7}, {"labels": {"a": "b"}}, {"version": 1}]
)
def test_another_body_is_refused_and_stores_nothing(api: Api, ready: str, other: Json) -> None:
    execute(api, ready, {"inputs": {}}, "k")
    api.finish(executions_of(api, ready)[0]["id"])
    before = log_position(api)
    problem(execute(api, ready, other, "k"), 409, "idempotency_key_reused")
    assert log_position(api) == before
    assert execute(api, ready, other, "l").json()["number"] == 2, "a refused one uses no number"


def test_a_key_belongs_to_its_workflow(api: Api, ready: str) -> None:
    other = api.save(workflow("other", python("a", OK)))
    first, second = execute(api, ready, {}, "same"), execute(api, other, {}, "same")
    assert first.json()["execution_id"] != second.json()["execution_id"]
    assert "idempotency-replayed" not in second.headers


def test_twenty_requests_at_once_with_one_key_are_one_execution(api: Api, ready: str) -> None:
    with ThreadPoolExecutor(20) as pool:
        answers = [*pool.map(lambda _: execute(api, ready, {"inputs": {"n": 3}}, "storm"), range(20))]
    assert {answer.status_code for answer in answers} == {202}
    assert len({answer.json()["execution_id"] for answer in answers}) == 1
    assert sum("idempotency-replayed" not in answer.headers for answer in answers) == 1
    assert [item["id"] for item in executions_of(api, ready)] == [answers[0].json()["execution_id"]]
    assert execute(api, ready, {}).json()["number"] == 2


def test_the_next_run_after_many_replays_begins_at_once(api: Api, ready: str) -> None:
    """A replayed request must give back the slot it was about to take."""
    for _ in range(20):
        execute(api, ready, {}, "again")
    assert api.finish(api.run(ready))["status"] == "completed"


@pytest.mark.parametrize("key", ["", "x" * 256])
def test_a_key_of_a_wrong_length_is_refused(api: Api, ready: str, key: str) -> None:
    problem(execute(api, ready, {}, key), 422)


# ── positions ──


def test_every_read_after_an_answered_command_shows_it(api: Api) -> None:
    for n in range(20):
        saved = api.post(
            "/workflows", {"name": f"p{n}", "definition": workflow("p", python("a", OK)), "ready": True}, 201
        )
        listed = api.get("/workflows", min_position=saved["position"])
        assert saved["id"] in [item["id"] for item in listed["items"]]
        assert listed["position"] >= saved["position"]
        accepted = api.post(f"/workflows/{saved['id']}/execute", {}, 202)
        assert api.execution(accepted["execution_id"])["id"] == accepted["execution_id"], "never 404, even without it"
        one = api.get(f"/executions/{accepted['execution_id']}", min_position=accepted["position"])
        assert one["position"] >= accepted["position"]
        steps = api.get(f"/executions/{accepted['execution_id']}/steps", min_position=accepted["position"])
        assert steps["position"] >= accepted["position"]


def test_a_position_that_is_not_there_yet_is_waited_for_and_then_said_to_be_behind(api: Api) -> None:
    ahead = log_position(api) + 1_000_000
    told = problem(api.client.get("/api/v1/executions", params={"min_position": ahead}), 503, "view_behind")
    assert told["retryable"]
    assert str(log_position(api)) in told["detail"]


def test_what_is_shown_is_what_the_log_gives_at_the_shown_position(api: Api) -> None:
    """Status and steps come from one moment: streaming on from `position` repeats and misses nothing."""
    code = "import time\ndef main():\n    time.sleep(0.01)\n    return 1"
    nodes = [python(f"n{i}", code) for i in range(12)]
    execution_id = api.run(api.save(workflow("moments", *nodes)))
    compared = 0
    while api.final(execution_id) is None:
        shown = api.get(f"/executions/{execution_id}/steps")
        then = api.get(f"/executions/{execution_id}/steps", at=shown["position"])
        assert [(s["path"], s["status"]) for s in shown["items"]] == [(s["path"], s["status"]) for s in then["items"]]
        compared += 1
    assert compared > 3


# ── versions ──


def test_if_match(api: Api, ready: str) -> None:
    def save(condition: str | None) -> httpx.Response:
        headers = {} if condition is None else {"If-Match": condition.encode("latin-1")}
        body = {"definition": workflow("keys", python("a", f"def main():\n    return {condition!r}"))}
        return api.client.put(f"/api/v1/workflows/{ready}", json=body, headers=headers)

    shown = api.client.get(f"/api/v1/workflows/{ready}")
    assert shown.headers["etag"] == '"1"'
    assert save(shown.headers["etag"]).headers["etag"] == '"2"'
    before = log_position(api)
    problem(save('"1"'), 409, "version_conflict")
    problem(save("7"), 409, "version_conflict")
    for condition in ("abc", '"', "-1", "1.0", "²", '"1", "2"'):
        problem(save(condition), 422, "bad_if_match")
    assert log_position(api) == before
    assert save('W/"2"').json()["version"] == 3
    assert save("*").json()["version"] == 4
    assert save(None).json()["version"] == 5


def test_versions_say_who_saved_them_and_when(api: Api, ready: str) -> None:
    api.client.put(f"/api/v1/workflows/{ready}", json={"definition": {"nodes": []}})
    items = api.get(f"/workflows/{ready}/versions")["items"]
    assert [(item["version"], item["ever_ready"]) for item in items] == [(2, False), (1, True)]
    assert all(item["saved_by"].startswith("local:") for item in items)
    assert items[0]["saved_at"] >= items[1]["saved_at"]
    assert api.get(f"/workflows/{ready}/versions/1")["saved_at"] == items[1]["saved_at"]


def test_two_who_save_the_same_version_at_once_do_not_overwrite_each_other(api: Api, ready: str) -> None:
    def save(n: int) -> httpx.Response:
        body = {"definition": workflow("keys", python("a", f"def main():\n    return {n}"))}
        return api.client.put(f"/api/v1/workflows/{ready}", json=body, headers={"If-Match": "1"})

    with ThreadPoolExecutor(8) as pool:
        answers = [*pool.map(save, range(8))]
    assert sorted(answer.status_code for answer in answers) == [200] + [409] * 7
    for answer in answers:
        if answer.status_code != 200:
            assert problem(answer)["code"] in ("version_conflict", "changed_meanwhile")
    assert api.get(f"/workflows/{ready}")["version"] == 2


def test_an_update_without_a_definition_keeps_the_one_there_is(api: Api, ready: str) -> None:
    """`definition` is a required field of the body: left out, nothing may be saved in its place."""
    before = log_position(api)
    problem(api.client.put(f"/api/v1/workflows/{ready}", json={"description": "only words"}), 422)
    assert log_position(api) == before
    assert api.get(f"/workflows/{ready}")["status"] == "ready"


# ── who may ask ──

JSON_TYPE = {"Content-Type": "application/json"}


@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:80", "", "127.0.0.1.evil.example", "localhost.evil.example", "[::2]:80"]
)
def test_an_unknown_host_is_refused_on_every_route(api: Api, host: str) -> None:
    before = log_position(api)
    for method, path in [
        ("GET", "/api/v1/workflows"),
        ("POST", "/api/v1/workflows"),
        ("GET", "/"),
        ("GET", "/healthz"),
    ]:
        problem(api.client.request(method, path, headers={"Host": host}), 421, "unknown_host")
    assert log_position(api) == before


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST:1234", "127.0.0.1", "[::1]:8000", "[::1]"])
def test_names_of_this_machine_are_answered(api: Api, host: str) -> None:
    assert api.client.get("/api/v1/workflows", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize(
    "origin", ["https://evil.example", "null", "http://localhost:1", "http://127.0.0.1.evil.example"]
)
def test_a_page_from_elsewhere_may_read_streams_but_order_nothing(api: Api, ready: str, origin: str) -> None:
    before = log_position(api)
    told = problem(
        api.client.post(f"/api/v1/workflows/{ready}/execute", json={}, headers={"Origin": origin}),
        403,
        "origin_refused",
    )
    assert origin in told["detail"]
    assert log_position(api) == before
    answer = api.client.get("/api/v1/workflows", headers={"Origin": origin})
    assert "access-control-allow-origin" not in answer.headers


def test_our_own_page_may_order(api: Api, ready: str) -> None:
    answer = api.client.post(f"/api/v1/workflows/{ready}/execute", json={}, headers={"Origin": api.url})
    assert answer.status_code == 202


@pytest.mark.parametrize(
    "media_type",
    ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "", "text/json", "a"],
)
def test_what_a_form_can_send_orders_nothing(api: Api, ready: str, media_type: str) -> None:
    before = log_position(api)
    headers = {"Content-Type": media_type} if media_type else {}
    answer = api.client.post(f"/api/v1/workflows/{ready}/execute", content=b"{}", headers=headers)
    problem(answer, 415, "unsupported_media_type")
    assert log_position(api) == before


def test_a_form_without_a_body_orders_nothing_either(api: Api, ready: str) -> None:
    """A cross-site form always says its Origin, and its type."""
    path = f"/api/v1/workflows/{ready}/execute"
    problem(api.client.post(path, headers={"Origin": "https://evil.example"}), 403)
    problem(api.client.post(path, headers={"Content-Type": "text/plain"}), 415)
    assert api.client.post(path).status_code == 202, "a command line may leave out both"


def test_yaml_is_for_the_import_alone(api: Api, ready: str) -> None:
    headers = {"Content-Type": "application/yaml"}
    problem(api.client.post(f"/api/v1/workflows/{ready}/execute", content=b"{}", headers=headers), 415)


def test_a_key_nobody_gave_out_is_refused(api: Api) -> None:
    problem(api.client.get("/api/v1/workflows", headers={"Authorization": "Bearer nonsense"}), 401, "bad_key")


@pytest.mark.parametrize(
    "raw",
    [
        b"GET /api/v1/workflows HTTP/1.1\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: x\r\n\r\n",
        b"GET / HTTP/9.9\r\nHost: localhost\r\n\r\n",
        b"GET /\x00 HTTP/1.1\r\nHost: localhost\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        b"GET / HTTP/1.1\r\nHost: localhost\r\nX: " + b"x" * 200_000 + b"\r\n\r\n",
    ],
)
def test_what_is_no_request_is_answered_or_cut_off_and_the_server_goes_on(api: Api, raw: bytes) -> None:
    host, port = api.url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=5) as connection:
        connection.sendall(raw)
        connection.shutdown(socket.SHUT_WR)
        try:
            said = connection.recv(65_536)
        except ConnectionResetError:
            said = b""
    assert said == b"" or said.startswith((b"HTTP/1.1 4",))
    assert httpx.get(f"{api.url}/healthz").status_code == 200
