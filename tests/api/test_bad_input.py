"""Every route with everything that is wrong: a problem with a fitting 4xx, and nothing half-written."""

import json
from collections.abc import Callable, Iterator
from time import monotonic
from uuid import UUID

import httpx
import pytest

from tests.api.conftest import log_position, problem
from tests.fixtures.api import Api, Json, python, workflow
from tests.fixtures.server import RunningServer

OK = "def main():\n    return 1"
NOBODY = "01900000-0000-7000-8000-00000000dead"
DEFINITION = workflow("w", python("a", OK))
JSON_TYPE = {"Content-Type": "application/json"}

# Every route that takes a body; {w} is a ready workflow, {x} a finished execution.
WRITING = [
    ("POST", "/workflows"),
    ("POST", "/workflows/validate"),
    ("POST", "/workflows/import"),
    ("PUT", "/workflows/{w}"),
    ("POST", "/workflows/{w}/ready"),
    ("POST", "/workflows/{w}/duplicate"),
    ("POST", "/workflows/{w}/execute"),
    ("POST", "/workflows/{w}/stop"),
    ("POST", "/executions/{x}/stop"),
    ("POST", "/executions/{x}/steps/a/answer"),
]
MALFORMED: dict[str, tuple[bytes, int, str]] = {
    "no JSON": (b"{", 400, "not_json"),
    "something after it": (b"{} {}", 400, "not_json"),
    "a byte order mark": (b"\xef\xbb\xbf{}", 400, "not_json"),
    "not UTF-8": (b'{"name": "\xff"}', 400, "not_utf8"),
    "UTF-16": ('{"name": "x"}'.encode("utf-16"), 400, "not_utf8"),
    "a list": (b"[]", 422, "not_an_object"),
    "a text": (b'"x"', 422, "not_an_object"),
    "null": (b"null", 422, "not_an_object"),
    "NaN": (b'{"inputs": {"a": NaN}}', 400, "not_finite"),
    "Infinity": (b'{"inputs": [-Infinity]}', 400, "not_finite"),
    "a number beyond doubles": (b'{"inputs": 1e999}', 400, "not_finite"),
    "an integer of 65 bits": (b'{"inputs": 18446744073709551616}', 400, "integer_too_large"),
    "an integer of 5,000 digits": (b'{"inputs": ' + b"9" * 5_000 + b"}", 400, "integer_too_large"),
    "one key twice": (b'{"inputs": {"a": 1, "a": 2}}', 400, "duplicate_key"),
    "NUL in a text": (rb'{"inputs": {"a": "x\u0000"}}', 400, "value_refused"),
    "NUL in a key": (rb'{"inputs": {"\u0000": 1}}', 400, "value_refused"),
    "half a character": (rb'{"inputs": ["\ud83d"]}', 400, "value_refused"),
    "half a character in a key": (rb'{"inputs": {"\udc00": 1}}', 400, "value_refused"),
    "NUL below half a character": (rb'{"inputs": {"\ud800": {"a": "\u0000"}}}', 400, "value_refused"),
    "half a key twice": (rb'{"\ud800": 1, "\ud800": 2}', 400, "duplicate_key"),
    "65 levels": (b'{"inputs": ' + b"[" * 64 + b"]" * 64 + b"}", 400, "too_deep"),
    "100,000 levels": (b'{"inputs": ' + b"[" * 100_000 + b"]" * 100_000 + b"}", 400, "too_deep"),
    "100,000 open brackets": (b"[" * 100_000, 400, "too_deep"),
    "more than 1 MiB": (b'{"inputs": "' + b"x" * 1024 * 1024 + b'"}', 413, "body_too_large"),
}
WRONG_FIELDS = [
    ("POST", "/workflows", {"definition": DEFINITION | {"name": 1}}, "/name"),
    ("POST", "/workflows", {"name": "x"}, "/definition"),
    ("PUT", "/workflows/{w}", {"description": "x"}, "/definition"),
    ("POST", "/workflows", {"name": "", "definition": DEFINITION}, "/name"),
    ("POST", "/workflows", {"name": 1, "definition": DEFINITION}, "/name"),
    ("POST", "/workflows", {"name": "x" * 201, "definition": DEFINITION}, "/name"),
    ("POST", "/workflows", {"name": "x", "definition": DEFINITION, "description": "x" * 2001}, "/description"),
    ("POST", "/workflows", {"name": "x", "definition": DEFINITION, "labels": {"a": 1}}, "/labels"),
    ("POST", "/workflows", {"name": "x", "definition": DEFINITION, "labels": {"": "x"}}, "/labels"),
    ("POST", "/workflows", {"name": "x", "definition": DEFINITION, "labels": []}, "/labels"),
    ("POST", "/workflows", {"name": "x", "definition": DEFINITION, "ready": "yes"}, "/ready"),
    ("POST", "/workflows", {"name": "x", "definition": DEFINITION, "ready": 1}, "/ready"),
    ("POST", "/workflows", {"name": "x", "definition": DEFINITION, "colour": "red"}, "/colour"),
    ("POST", "/workflows/import", {"name": "x", "definition": DEFINITION, "colour": "red"}, "/colour"),
    ("PUT", "/workflows/{w}", {"name": "", "definition": DEFINITION}, "/name"),
    ("PUT", "/workflows/{w}", {"labels": "x"}, "/labels"),
    ("POST", "/workflows/{w}/ready", {"version": "1"}, "/version"),
    ("POST", "/workflows/{w}/ready", {"version": True}, "/version"),
    ("POST", "/workflows/{w}/duplicate", {"name": []}, "/name"),
    ("POST", "/workflows/{w}/execute", {"inputs": []}, "/inputs"),
    ("POST", "/workflows/{w}/execute", {"inputs": {}, "priority": 101}, "/priority"),
    ("POST", "/workflows/{w}/execute", {"inputs": {}, "priority": 1.5}, "/priority"),
    ("POST", "/workflows/{w}/execute", {"inputs": {}, "priority": True}, "/priority"),
    ("POST", "/workflows/{w}/execute", {"version": 0}, "/version"),
    ("POST", "/workflows/{w}/execute", {"version": 2**40}, "/version"),
    ("POST", "/workflows/{w}/execute", {"labels": {"a": None}}, "/labels"),
    ("POST", "/workflows/{w}/execute", {"nonsense": 1}, "/nonsense"),
    ("POST", "/workflows/{w}/execute", {"inputs": {"n": "text"}}, "/inputs/n"),
    ("POST", "/executions/{x}/stop", {"grace_s": -1}, "/grace_s"),
    ("POST", "/executions/{x}/stop", {"grace_s": 3601}, "/grace_s"),
    ("POST", "/executions/{x}/stop", {"grace_s": "5"}, "/grace_s"),
    ("POST", "/executions/{x}/stop", {"reason": "x" * 2001}, "/reason"),
    ("POST", "/executions/{x}/stop", {"reason": 1}, "/reason"),
    ("POST", "/executions/{x}/steps/a/answer", {}, "/decision"),
    ("POST", "/executions/{x}/steps/a/answer", {"decision": "perhaps"}, "/decision"),
    ("POST", "/executions/{x}/steps/a/answer", {"decision": "completed", "output": "x" * 16_400}, "/output"),
]
UNKNOWN = [
    ("GET", "/workflows/{id}"), ("GET", "/workflows/{id}/versions"), ("GET", "/workflows/{id}/versions/1"),
    ("GET", "/workflows/{id}/export"), ("GET", "/workflows/{id}/status"), ("PUT", "/workflows/{id}"),
    ("POST", "/workflows/{id}/ready"), ("POST", "/workflows/{id}/pause"), ("POST", "/workflows/{id}/resume"),
    ("POST", "/workflows/{id}/archive"), ("POST", "/workflows/{id}/duplicate"), ("POST", "/workflows/{id}/execute"),
    ("POST", "/workflows/{id}/stop"), ("GET", "/executions/{id}"), ("GET", "/executions/{id}/steps"),
    ("GET", "/executions/{id}/timings"), ("GET", "/executions/{id}/logs"), ("GET", "/executions/{id}/events"),
    ("GET", "/executions/{id}/stream"), ("POST", "/executions/{id}/stop"),
    ("POST", "/executions/{id}/steps/a/answer"), ("GET", "/executions/{id}/artifacts/" + "0" * 64),
]  # fmt: skip
READING = [
    "/workflows", "/executions", "/executions/{x}/logs", "/executions/{x}/events",
]  # fmt: skip
BAD_PARAMETERS = [
    *[(path, f"limit={limit}") for path in READING for limit in ("0", "1001", "-1", "many", "", "1.5", "9" * 30)],
    *[(path, f"min_position={value}") for path in READING for value in ("-1", "x", str(2**63))],
    ("/workflows", "cursor=-1"), ("/workflows", "cursor=x"), ("/workflows", "status=gone"),
    ("/workflows", "q=" + "x" * 201), ("/executions", "status=happy"), ("/executions", "workflow_id=me"),
    ("/workflows", "q=a%00b"),
    ("/executions", "label=nonsense"), ("/executions", "label=a%00=b"), ("/executions", "since=yesterday"),
    ("/executions", "since=2026-01-01T00:00:00"), ("/executions", "since=0001-01-01T00:00:00%2B23:59"),
    ("/executions", f"cursor={2**63}"), ("/executions/{x}", "at=-1"), ("/executions/{x}", "at=x"),
    ("/executions/{x}/events", "after=-1"), ("/executions/{x}/events", f"before={2**64}"),
    ("/executions/{x}/logs", "level=loud"), ("/executions/{x}/logs", "step=a%00b"),
    ("/executions/{x}/logs", "q=" + "x" * 501), ("/executions/{x}/stream", "after=-1"),
    ("/executions/{x}/stream", "after=x"), ("/stream", "topics=weather"), ("/stream", "topics=execution:me"),
    ("/stream", "topics=" + ",".join(["queue"] * 51)), ("/stream", "after=x"),
    ("/workflows/{w}/versions", "cursor=0"), ("/workflows/{w}/versions", "limit=1001"),
    ("/workflows/{w}/export", "format=xml"),
]  # fmt: skip


@pytest.fixture(scope="module")
def known(server: RunningServer) -> dict[str, str]:
    """A ready workflow with an input of a type, and an execution of it that is finished."""
    api = Api(server.url)
    schema = {"type": "object", "properties": {"n": {"type": "integer"}}}
    workflow_id = api.save(workflow("known", python("a", OK), inputs=schema))
    execution_id = api.run(workflow_id)
    api.finish(execution_id)
    api.close()
    return {"w": workflow_id, "x": execution_id}


@pytest.fixture
def send(api: Api, known: dict[str, str]) -> Callable[..., httpx.Response]:
    def send(method: str, path: str, **how: object) -> httpx.Response:
        how.setdefault("headers", JSON_TYPE)
        return api.client.request(method, f"/api/v1{path.format(**known)}", **how)  # type: ignore[arg-type]

    return send


@pytest.mark.parametrize(("method", "path"), WRITING)
def test_a_malformed_body_is_refused_by_every_route_and_changes_nothing(
    api: Api, send: Callable[..., httpx.Response], method: str, path: str
) -> None:
    before = log_position(api)
    for what, (body, status, code) in MALFORMED.items():
        answer = send(method, path, content=body)
        told = problem(answer, status)
        assert told["code"] == code, what
    assert log_position(api) == before


def test_a_malformed_value_is_pointed_at(send: Callable[..., httpx.Response]) -> None:
    told = problem(send("POST", "/workflows/{w}/execute", content=rb'{"inputs": {"a/b": ["x", "\u0000"]}}'), 400)
    assert [item["pointer"] for item in told["errors"]] == ["/inputs/a~1b/1"]
    told = problem(send("POST", "/workflows/{w}/execute", content=rb'{"inputs": {"a": ["\ud83d"]}}'), 400)
    assert [item["pointer"] for item in told["errors"]] == ["/inputs/a/0"]


@pytest.mark.parametrize(("method", "path", "body", "pointer"), WRONG_FIELDS)
def test_a_wrong_field_is_pointed_at(
    api: Api, send: Callable[..., httpx.Response], method: str, path: str, body: Json, pointer: str
) -> None:
    before = log_position(api)
    told = problem(send(method, path, json=body), 422)
    assert pointer in [item["pointer"] for item in told["errors"]], told
    assert log_position(api) == before


def test_every_wrong_field_is_told_at_once(send: Callable[..., httpx.Response]) -> None:
    told = problem(send("POST", "/workflows/{w}/execute", json={"inputs": 1, "priority": "x", "what": 2}), 422)
    assert {item["pointer"] for item in told["errors"]} == {"/inputs", "/priority", "/what"}


@pytest.mark.parametrize(("method", "path"), UNKNOWN)
@pytest.mark.parametrize("identity", [NOBODY, "no-id", "%00", "%ED%A0%80", "x" * 300, "0" * 32])
def test_an_unknown_id_is_not_found(send: Callable[..., httpx.Response], method: str, path: str, identity: str) -> None:
    body = {"definition": DEFINITION} if method == "PUT" else {"decision": "failed"} if "answer" in path else {}
    problem(send(method, path.replace("{id}", identity), json=body if method != "GET" else None), 404)


@pytest.mark.parametrize(("path", "query"), BAD_PARAMETERS)
def test_a_bad_parameter_is_refused(send: Callable[..., httpx.Response], path: str, query: str) -> None:
    told = problem(send("GET", f"{path}?{query}"))
    assert told["status"] in (404, 422)


@pytest.mark.parametrize("limit", [1, 1000])
def test_the_bounds_of_a_limit_are_allowed(send: Callable[..., httpx.Response], limit: int) -> None:
    for path in READING:
        assert send("GET", f"{path}?limit={limit}").status_code == 200


def test_states_that_do_not_allow_it(api: Api, send: Callable[..., httpx.Response]) -> None:
    draft = api.post("/workflows", {"name": "draft", "definition": DEFINITION}, 201)["id"]
    broken = api.post("/workflows", {"name": "broken", "definition": {"nodes": []}, "ready": True}, 201)["id"]
    archived = api.save(DEFINITION)
    api.post(f"/workflows/{archived}/archive")
    before = log_position(api)
    for method, path, body in [
        ("POST", f"/workflows/{draft}/execute", {}),
        ("POST", f"/workflows/{draft}/pause", {}),
        ("POST", f"/workflows/{draft}/resume", {}),
        ("POST", f"/workflows/{broken}/execute", {}),
        ("POST", f"/workflows/{broken}/ready", {}),
        ("GET", f"/workflows/{draft}/status", None),
        ("POST", f"/workflows/{draft}/stop", {}),
        ("POST", f"/workflows/{archived}/execute", {}),
        ("POST", f"/workflows/{archived}/resume", {}),
        ("POST", f"/workflows/{archived}/ready", {}),
        ("PUT", f"/workflows/{archived}", {"definition": DEFINITION}),
        ("POST", "/executions/{x}/stop", {}),
        ("POST", "/executions/{x}/steps/a/answer", {"decision": "failed"}),
    ]:
        problem(send(method, path, json=body), 409)
    problem(send("POST", "/workflows/{w}/execute", json={"version": 7}), 404)
    problem(send("POST", f"/workflows/{draft}/ready", json={"version": 7}), 404)
    assert log_position(api) == before


@pytest.mark.parametrize("path", ["/api/v1/nonsense", "/api/v1/workflows/", "/api", "/api/v2/workflows", "/a.js"])
def test_unknown_routes(api: Api, path: str) -> None:
    problem(httpx.get(f"{api.url}{path}"), 404)


@pytest.mark.parametrize("path", ["/" + "x" * 300, "/..%2f..%2fetc/passwd", "/%00", "/a%00.js", "/%2e%2e/%2e%2e/etc"])
def test_strange_paths_are_pages_or_not_found(api: Api, path: str) -> None:
    answer = httpx.get(f"{api.url}{path}")
    assert answer.status_code in (200, 404)
    assert "root:" not in answer.text


def test_a_wrong_method_is_refused(send: Callable[..., httpx.Response]) -> None:
    problem(send("DELETE", "/workflows/{w}"), 405)
    problem(send("GET", "/workflows/{w}/execute"))
    problem(send("PATCH", "/executions/{x}", json={}), 405)


# ── large and hostile definitions ──


def test_a_hundred_thousand_nodes_are_refused_quickly(send: Callable[..., httpx.Response]) -> None:
    body = b'{"nodes":[' + b",".join([b'{"id":1}'] * 100_000) + b"]}"
    assert len(body) < 1024 * 1024
    began = monotonic()
    answer = send("POST", "/workflows/validate", content=body)
    took = monotonic() - began
    assert answer.status_code == 200
    told = answer.json()
    assert not told["valid"]
    assert "too_many_nodes" in {item["code"] for item in told["problems"]}
    assert took < 3, "on a busy machine; alone it is a fifth of a second"


@pytest.mark.parametrize("size", [5_000])
def test_a_long_chain_and_a_cycle_of_the_allowed_size_are_answered(
    send: Callable[..., httpx.Response], size: int
) -> None:
    nodes = [{"id": f"n{i}", "kind": "python", "config": {"code": OK}} for i in range(size)]
    edges = [{"from": f"n{i}", "to": f"n{(i + 1) % size}"} for i in range(size)]
    answer = send("POST", "/workflows/validate", json={"name": "cycle", "nodes": nodes, "edges": edges})
    assert answer.status_code == 200
    assert "cycle" in {item["code"] for item in answer.json()["problems"]}


@pytest.mark.parametrize(
    "definition",
    [1, "x", [], {}, {"nodes": 1}, {"nodes": [1]}, {"nodes": [{}]}, {"nodes": [{"id": []}]}, {"nodes": {}, "edges": {}},
     {"nodes": [{"id": "a", "kind": []}]}, {"nodes": [{"id": "a", "kind": "python", "config": []}]},
     {"nodes": [{"id": "a", "kind": "python", "config": {"code": 1}}], "edges": [1]},
     {"nodes": [{"id": "a", "kind": "python", "config": {"code": OK}}], "edges": [{"from": [], "to": {}}]},
     {"nodes": [{"id": "a", "kind": "python", "config": {"code": OK}, "retry": 1, "timeout_s": "x", "join": 3}]},
     {"nodes": [], "inputs": {"type": "nonsense", "properties": 3}}, {"nodes": [], "inputs": {"$ref": "http://x/"}},
     {"nodes": [], "inputs": {"pattern": "("}}, {"nodes": [], "settings": []}, {"nodes": [], "output": "${"},
     {"nodes": [], "output": {"a": "${steps.nobody.output}"}}, {"apiVersion": "v9", "nodes": []}],
)  # fmt: skip
def test_a_definition_of_any_shape_is_kept_as_a_draft_with_its_problems(
    api: Api, send: Callable[..., httpx.Response], definition: object
) -> None:
    saved = send("POST", "/workflows", json={"name": "any", "definition": definition, "ready": True})
    assert saved.status_code == 201, saved.text
    assert saved.json()["status"] == "draft"
    assert saved.json()["problems"]
    assert all(item["pointer"] == "" or item["pointer"].startswith("/") for item in saved.json()["problems"])
    assert send("GET", f"/workflows/{saved.json()['id']}").json()["definition"] == definition
    problem(send("POST", f"/workflows/{saved.json()['id']}/execute", json={}), 409)


YAML = {"Content-Type": "application/yaml"}
BOMB = b"a: &a [x,x,x,x,x,x,x,x,x]\n" + b"".join(
    b"%c: &%c [%s]\n" % (97 + n, 97 + n, b",".join([b"*%c" % (96 + n)] * 9)) for n in range(1, 12)
)


@pytest.mark.parametrize(
    "text",
    [
        b"{", b"a: [", b"!!python/object/apply:os.system ['true']", b"- x", b"", b"name: x\n" + BOMB,
        b"name: x\nnodes: &a [*a]", b"[" * 2_000, b"name: x\nnodes: " + b"[" * 500_000, b"name: x\nname: y",
        b"name: x\nnodes: [.nan]", b"name: x\nnodes: [.inf]", b"name: x\nnodes: [1" + b"0" * 30 + b"]",
        b'name: x\nnodes: ["\\0"]', b'name: x\nnodes: ["\\ud800"]', b"name: x\nnodes: !!binary aGk=",
        b"name: x\n1: 2", b"name: x\n? [a]\n: 1", b"name: x\nnodes: !!set {a}", b"\xff\xfe\x00",
    ],
)  # fmt: skip
def test_yaml_is_held_to_what_json_can_say(api: Api, send: Callable[..., httpx.Response], text: bytes) -> None:
    before = log_position(api)
    began = monotonic()
    told = problem(send("POST", "/workflows/import", content=text, headers=YAML))
    assert told["status"] in (400, 422)
    assert monotonic() - began < 5
    assert log_position(api) == before


def test_yaml_says_the_same_as_json(send: Callable[..., httpx.Response]) -> None:
    text = (
        b"name: y\ndescription: 2026-01-01\nnodes:\n- {id: a, kind: python, config: {code: 'def main(): return 1'}}\n"
    )
    saved = send("POST", "/workflows/import", content=text, headers=YAML)
    assert saved.status_code == 201, saved.text
    assert saved.json()["definition"]["description"] == "2026-01-01"
    assert UUID(saved.json()["id"]).version == 7


def test_a_body_is_read_to_its_end_before_it_is_refused(api: Api) -> None:
    """Up to 8 MiB: else a client that is still sending never sees the answer."""
    body = json.dumps({"inputs": {"a": "x" * 7 * 1024 * 1024}}).encode()

    def parts() -> Iterator[bytes]:
        for begin in range(0, len(body), 65_536):
            yield body[begin : begin + 65_536]

    for content in (body, parts()):
        answer = api.client.post(f"/api/v1/workflows/{NOBODY}/execute", content=content, headers=JSON_TYPE)
        problem(answer, 413, "body_too_large")
