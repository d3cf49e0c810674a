"""A whole server whose database is cut off again and again: every accepted run completes, without a restart."""

import threading

import httpx

from tests.fixtures.api import DEADLINE_S, Api, python, until, workflow
from tests.fixtures.proxy import Proxy, proxy
from tests.fixtures.server import StartServer

__all__ = ["proxy"]

RUNS, CUTS = 12, 10
STEP = "import time\ndef main():\n    print('line')\n    time.sleep(0.1)\n    return 1"


def test_runs_complete_while_the_database_is_cut_off_again_and_again(start_server: StartServer, proxy: Proxy) -> None:
    server = start_server(arguments=["--no-examples", "--database-url", proxy.url])
    api = Api(server.url)
    workflow_id = api.save(workflow("cut", *[python(f"s{i}", STEP) for i in range(5)], output="${steps.s4.output}"))
    ended = threading.Event()

    def execute(number: int) -> str | None:
        """As a client does: the same key until there is an answer."""
        answer = api.client.post(
            f"/api/v1/workflows/{workflow_id}/execute", json={}, headers={"Idempotency-Key": f"run {number}"}
        )
        if answer.status_code == 503:
            assert answer.json()["retryable"]
            return None
        assert answer.status_code == 202, answer.text
        return answer.json()["execution_id"]

    def cut() -> None:
        for number in range(CUTS):
            if ended.wait(0.3):
                return
            (proxy.reset, proxy.half_close)[number % 2]()

    cutting = threading.Thread(target=cut)
    cutting.start()
    accepted = [until(lambda number=number: execute(number)) for number in range(RUNS)]
    assert len(set(accepted)) == RUNS

    def final(execution_id: str) -> str | None:
        answer = api.client.get(f"/api/v1/executions/{execution_id}")
        assert answer.status_code in (200, 503), "an acknowledged execution is never unknown"
        status = answer.json()["status"]
        return status if status in ("completed", "failed", "stopped") else None

    assert {until(lambda one=one: final(one)) for one in accepted} == {"completed"}
    cutting.join(DEADLINE_S)
    ended.set()
    assert proxy.cuts > CUTS, "the cuts hit open connections"
    until(lambda: httpx.get(f"{server.url}/readyz").status_code == 200 or None)
    for execution_id in accepted:
        events = api.events(execution_id)
        for stream in ("execution", "log"):
            versions = [event["version"] for event in events if event["stream"] == stream]
            assert versions == list(range(1, len(versions) + 1))
        assert not [event for event in events if event["type"] == "execution.outcome_ignored"], (
            "an outcome whose append was answered late is not taken for somebody else's"
        )
        assert events[-1]["type"] == "execution.completed"
        assert api.execution(execution_id)["complete"]["events"] == len(events)
    assert len(api.get("/executions", workflow_id=workflow_id)["items"]) == RUNS
    api.close()
    assert server.end() == 0
    assert "Traceback" not in server.stderr.read_text()
