"""Bad definitions and hostile expressions against a real server: refused by the route, or at run time with node and
advice; the server's own process stays as it is."""

import json
import time
from collections.abc import Iterator
from statistics import median

import psutil
import pytest

from tests.fixtures.api import Api, workflow
from tests.fixtures.corpus import MAYBE, base, cases
from tests.fixtures.server import RunningServer, serving

MEMORY_BYTES = 80 * 2**20


@pytest.fixture(scope="module")
def server() -> Iterator[RunningServer]:
    with serving("--no-examples", RUNWRIGHT_ALLOW_SHELL="true", RUNWRIGHT_LLM_KEY_VARIABLES="MODEL_KEY") as running:
        yield running


def test_the_route_tells_of_every_bad_definition_what_validation_finds(
    api: Api, server: RunningServer, capsys: pytest.CaptureFixture[str]
) -> None:
    assert api.post("/workflows/validate", base())["problems"] == []
    before = psutil.Process(server.process.pid).memory_info().rss
    told, at_the_border = 0, 0
    took_ms: list[float] = []
    for case in cases():
        began = time.monotonic()
        answer = api.client.post(
            "/api/v1/workflows/validate",
            content=json.dumps(case.definition),
            headers={"Content-Type": "application/json"},
        )
        took_ms.append((time.monotonic() - began) * 1000)
        if answer.status_code != 200:  # texts that no JSON may hold, and bodies beyond a limit
            assert answer.status_code in (400, 413, 422), (case.name, answer.text)
            assert answer.json()["advice"]
            at_the_border += 1
            continue
        found = answer.json()
        assert not found["valid"], case.name
        assert all(one["message"] and one["advice"] for one in found["problems"])
        assert any(
            one["code"] == case.code and case.pointer in (one["pointer"], MAYBE) and case.node in (one["node"], MAYBE)
            for one in found["problems"]
        ), (case.name, found["problems"])
        told += 1
    grown = psutil.Process(server.process.pid).memory_info().rss - before
    with capsys.disabled():
        print(f"\n{told} told, {at_the_border} refused at the border")
        print(f"{median(took_ms):.1f} ms each, {max(took_ms):.0f} at most")
        print(f"the server grew by {grown >> 20} MiB")
    assert told >= 300
    assert median(took_ms) < 200
    assert grown < MEMORY_BYTES


HOSTILE = [
    "[1..10000000]", "$sum([1..5000000])", "$pad('x', 999999999)", "($f := function($n) { $f($n) }; $f(1))",
    "$match('aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!', /(a+)+$/)", "($f := function($s) { $f($s & $s) }; $f('x'))",
    "$error('boom')", "1 / 0", "$number('x')", "function($x) { $x }", "$map([1..3000000], function($v) { $v })",
]  # fmt: skip


@pytest.mark.parametrize("place", ["config", "condition", "output"])
def test_a_hostile_expression_fails_its_run_in_time_with_its_node_and_advice(
    api: Api, server: RunningServer, place: str
) -> None:
    before = psutil.Process(server.process.pid).memory_info().rss
    for text in HOSTILE:
        template = "${" + text + "}"
        config = {"expression": {"deep": [template]}} if place == "config" else {"expression": 1}
        then = {"id": "then", "kind": "transform", "config": {"expression": 1}}
        nodes = [{"id": "first", "kind": "transform", "config": config}, then]
        edge = {"from": "first", "to": "then", **({"when": template} if place == "condition" else {})}
        more = {"output": template} if place == "output" else {}
        began = time.monotonic()
        done = api.finish(api.run(api.save(workflow("hostile", *nodes, edges=[edge], **more))))
        assert time.monotonic() - began < 10, text
        if place == "condition" and done["status"] == "completed":
            continue  # any value can be a condition: large lists, functions
        assert done["status"] == "failed", (text, done["result"])
        error = done["error"]
        assert error["message"]
        assert error["advice"]
        assert error["category"] == "validation"
        if place == "config":
            assert api.steps(done["id"])["first"]["error"] == error
    assert psutil.Process(server.process.pid).memory_info().rss - before < MEMORY_BYTES
