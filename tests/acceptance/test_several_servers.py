"""Several servers on one database: what one is asked another does, and nothing is lost when one of them goes."""

import os
import random
import signal
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest

from infrastructure import mapper
from tests.acceptance.test_stop import alive
from tests.chaos import service as chaos
from tests.fixtures.api import Api, Json, python, until, workflow
from tests.fixtures.history import breaches
from tests.fixtures.server import RunningServer, StartServer
from tests.unit.test_histories import stored

LEASE_S = 2.0
GATED = """
import os, time
from pathlib import Path

def main(name, folder):
    unseen = Path(folder, f".{name}")
    unseen.write_text(str(os.getpid()))
    unseen.rename(Path(folder, f"began-{name}"))  # never seen empty
    while not Path(folder, f"go-{name}").exists():
        time.sleep(0.01)
    return name
"""
Start = Callable[..., tuple[RunningServer, Api]]


@pytest.fixture
def start(start_server: StartServer, database_url: str) -> Iterator[Start]:
    """Starts one more server on the test's database, with a client of it."""
    clients: list[Api] = []

    def one(
        arguments: Sequence[str] = (), data_dir: Path | None = None, **environment: str
    ) -> tuple[RunningServer, Api]:
        given = {"RUNWRIGHT_DATABASE_URL": database_url, "RUNWRIGHT_LEASE_S": str(LEASE_S), **environment}
        running = start_server(arguments=["--no-examples", *arguments], environment=given, data_dir=data_dir)
        clients.append(Api(running.url or "http://127.0.0.1"))  # a part without a page is asked nothing
        return running, clients[-1]

    yield one
    for client in clients:
        client.close()


def gated(name: str, folder: Path, **more: object) -> Json:
    return python(name, GATED, args={"name": name, "folder": str(folder)}, **more)


def began(folder: Path, name: str) -> int:
    """The process of a step, once it runs."""
    file = folder / f"began-{name}"
    return until(lambda: file.exists() and file.read_text() and int(file.read_text()))


def owners(api: Api, execution_id: str) -> list[str]:
    told = [e for e in api.events(execution_id) if e["type"] in ("execution.started", "execution.owner_changed")]
    return [event["data"]["owner"] for event in told]


def reasons(api: Api, execution_id: str, kind: str) -> list[str]:
    return [event["data"]["reason"] for event in api.events(execution_id) if event["type"] == f"execution.{kind}"]


def test_what_one_is_asked_of_anothers_execution_is_done(start: Start, tmp_path: Path) -> None:
    _, a = start()
    flow = a.save(workflow("two", gated("one", tmp_path), gated("two", tmp_path), output="${steps.two.output}"))
    _, b = start(RUNWRIGHT_ATTEMPT_LIMIT="1")
    first = a.run(flow)
    pid = began(tmp_path, "one")
    assert b.execution(first)["status"] == "running"

    b.post(f"/executions/{first}/pause")
    (tmp_path / "go-one").touch()
    until(lambda: a.steps(first)["one"]["status"] == "completed" or None)
    assert not (tmp_path / "began-two").exists()
    assert a.execution(first)["status"] == "paused"
    b.post(f"/executions/{first}/resume")
    pid = began(tmp_path, "two")
    b.post(f"/executions/{first}/stop", {"grace_s": 0})
    assert b.finish(first)["status"] == "stopped"
    assert not alive(pid)
    assert owners(b, first) == owners(a, first)[:1], "it stayed where it ran"
    assert breaches(a.events(first)) == []


def test_a_question_to_a_person_is_answered_through_any_server(start: Start) -> None:
    _, a = start()
    ask = {"id": "ask", "kind": "approval", "config": {"message": "Go on?"}}
    execution_id = a.run(a.save(workflow("asks", ask, python("after", "def main():\n    return 1"))))
    until(lambda: a.steps(execution_id)["ask"]["status"] == "waiting" or None)
    _, b = start()
    b.post(f"/executions/{execution_id}/steps/ask/answer", {"decision": "approved"})
    assert a.finish(execution_id)["status"] == "completed"


def test_the_queue_of_one_is_worked_off_by_all(start: Start, tmp_path: Path) -> None:
    _, a = start(RUNWRIGHT_ATTEMPT_LIMIT="1")
    _, b = start(RUNWRIGHT_ATTEMPT_LIMIT="1")
    flow = a.save(workflow("sleeps", python("s", "import time\ndef main():\n    time.sleep(0.3)")))
    ids = [a.run(flow) for _ in range(12)]
    ended = [a.finish(one) for one in ids]
    assert {one["status"] for one in ended} == {"completed"}
    assert len({owners(a, one)[-1] for one in ids}) == 2, "both worked"
    assert all(len(owners(a, one)) == 1 for one in ids), "each was started once"
    assert all(breaches(b.events(one)) == [] for one in ids)


def test_a_server_that_is_asked_to_end_hands_over_and_loses_nothing(start: Start, tmp_path: Path) -> None:
    first, a = start()
    flow = a.save(workflow("two", gated("one", tmp_path), gated("two", tmp_path), output="${steps.two.output}"))
    execution_id = a.run(flow)
    began(tmp_path, "one")
    _, b = start()
    time.sleep(LEASE_S / 2)  # until the first has heard of the second
    first.process.send_signal(signal.SIGTERM)
    time.sleep(0.3)
    (tmp_path / "go-one").touch()  # it may finish what runs
    assert first.process.wait(30) == 0
    ended_at = time.monotonic()
    began(tmp_path, "two")
    assert time.monotonic() - ended_at < LEASE_S, "others do not wait until its lease is over"
    (tmp_path / "go-two").touch()
    assert b.finish(execution_id)["result"] == "two"
    assert reasons(b, execution_id, "owner_changed") == ["handed_over"]
    assert reasons(b, execution_id, "step_lost") == []


def test_executions_of_a_killed_server_go_on_elsewhere(start: Start, tmp_path: Path) -> None:
    first, a = start()
    flow = a.save(workflow("two", gated("one", tmp_path), gated("two", tmp_path), output="${steps.two.output}"))
    execution_id = a.run(flow)
    began(tmp_path, "one")
    _, b = start()
    time.sleep(LEASE_S)  # until it may look for what others left
    first.end(signal.SIGKILL)
    killed_at = time.monotonic()
    until(lambda: reasons(b, execution_id, "owner_changed") or None)
    print(f"went on {time.monotonic() - killed_at:.1f} s after the kill, with a lease of {LEASE_S:g} s")
    (tmp_path / "go-one").touch()
    (tmp_path / "go-two").touch()
    assert b.finish(execution_id)["result"] == "two"
    assert reasons(b, execution_id, "owner_changed") == ["owner_gone"]
    assert reasons(b, execution_id, "step_lost") == ["server_gone"]
    assert breaches(b.events(execution_id)) == []


def test_a_frozen_server_is_fenced_when_it_wakes(start: Start, tmp_path: Path) -> None:
    first, a = start()
    flow = a.save(workflow("two", gated("one", tmp_path), gated("two", tmp_path), output="${steps.two.output}"))
    execution_id = a.run(flow)
    pid = began(tmp_path, "one")
    _, b = start()
    time.sleep(LEASE_S)
    os.kill(first.process.pid, signal.SIGSTOP)
    until(lambda: reasons(b, execution_id, "owner_changed") or None)
    os.kill(first.process.pid, signal.SIGCONT)
    until(lambda: not alive(pid) or None)  # it ends its own step, which another server runs again
    (tmp_path / "go-one").touch()
    (tmp_path / "go-two").touch()
    assert b.finish(execution_id)["result"] == "two"
    events = b.events(execution_id)
    taken = next(i for i, event in enumerate(events) if event["type"] == "execution.owner_changed")
    assert [e["data"]["owner"] for e in events if e["type"] == "execution.owner_changed"] == owners(b, execution_id)[1:]
    assert breaches(events) == []
    assert events[taken]["data"]["reason"] == "owner_gone"
    # The one that woke serves on, and runs what it is given.
    (tmp_path / "went").touch()
    assert a.finish(a.run(flow))["status"] == "completed"


def test_a_stop_of_what_ran_on_a_server_that_is_gone_is_not_confirmed_until_it_is_back(
    start: Start, data_folder: Path, tmp_path: Path
) -> None:
    first, a = start(data_dir=data_folder / "first")
    execution_id = a.run(a.save(workflow("one", gated("one", tmp_path))))
    began(tmp_path, "one")
    _, b = start()
    time.sleep(LEASE_S)
    first.end(signal.SIGKILL)
    b.post(f"/executions/{execution_id}/stop", {"grace_s": 0})
    until(lambda: b.execution(execution_id)["metadata"]["stop_unconfirmed"])
    shot = b.execution(execution_id)
    assert shot["status"] == "stopping"
    assert shot["metadata"]["stop_unconfirmed"]["paths"] == ["one"]
    start(data_dir=data_folder / "first")
    assert b.finish(execution_id)["status"] == "stopped"
    stopped = [e["data"] for e in b.events(execution_id) if e["type"] == "execution.step_stopped"]
    assert [one["proof"] for one in stopped] == ["server_restarted"]
    assert breaches(b.events(execution_id)) == []


def test_a_person_may_answer_for_a_stop_that_nobody_can_prove(start: Start, tmp_path: Path) -> None:
    first, a = start()
    execution_id = a.run(a.save(workflow("one", gated("one", tmp_path))))
    began(tmp_path, "one")
    _, b = start()
    refused = b.client.post(f"/api/v1/executions/{execution_id}/stop", json={"force": True})
    assert (refused.status_code, refused.json()["code"]) == (409, "nothing_to_force")
    time.sleep(LEASE_S)
    first.end(signal.SIGKILL)
    b.post(f"/executions/{execution_id}/stop", {"grace_s": 0})
    until(lambda: b.execution(execution_id)["metadata"]["stop_unconfirmed"])
    b.post(f"/executions/{execution_id}/stop", {"force": True})
    assert b.finish(execution_id)["status"] == "stopped"
    stopped = [e for e in b.events(execution_id) if e["type"] == "execution.step_stopped"]
    assert [(e["data"]["proof"], e["actor"].partition(":")[0]) for e in stopped] == [("operator", "local")]


def test_each_part_may_be_a_process_of_its_own(start: Start, start_server: StartServer, tmp_path: Path) -> None:
    _, page = start(["--port=0"], RUNWRIGHT_ROLES="serve")
    flow = page.save(workflow("one", python("s", "def main():\n    return 7"), output="${steps.s.output}"))
    execution_id = page.run(flow)
    assert page.post("/workflows/validate", workflow("one", python("s", "def main(): pass")))["valid"]
    time.sleep(0.3)
    assert not owners(page, execution_id), "nobody conducts"
    start(RUNWRIGHT_ROLES="conduct")
    until(lambda: "execution.completed" in [event["type"] for event in page.events(execution_id)] or None)
    start(RUNWRIGHT_ROLES="project")
    assert page.finish(execution_id)["result"] == 7


def test_a_child_may_run_on_another_server_than_its_parent(start: Start, tmp_path: Path) -> None:
    _, a = start(RUNWRIGHT_ATTEMPT_LIMIT="1")
    a.save(workflow("inner", gated("work", tmp_path), output="${steps.work.output}"))
    call = {"id": "call", "kind": "workflow", "config": {"workflow": "inner"}}
    outer = a.save(workflow("outer", call, output="${steps.call.output}"))
    block = a.run(a.save(workflow("blocks", gated("block", tmp_path))))
    began(tmp_path, "block")
    parent = a.run(outer)  # waits, for the only slot is taken
    _, b = start(RUNWRIGHT_ATTEMPT_LIMIT="4")
    began(tmp_path, "work")
    child = until(lambda: b.steps(parent)["call"]["child_id"])
    b.post(f"/executions/{parent}/pause")
    until(lambda: b.execution(child)["status"] == "paused" or None)
    a.post(f"/executions/{parent}/resume")
    (tmp_path / "go-work").touch()
    (tmp_path / "go-block").touch()
    assert b.finish(parent)["result"] == "work"
    assert a.finish(block)["status"] == "completed"


def test_under_load_one_is_killed_and_one_is_frozen_and_wakes(start: Start) -> None:
    nap = "import time\ndef main(n=0):\n    time.sleep(0.05)\n    return n"
    chain = [python(f"s{n}", nap) for n in range(4)]
    over = {"kind": "python", "config": {"code": nap, "args": {"n": "${item}"}}}
    items = {"id": "each", "kind": "map", "config": {"items": [1, 2, 3, 4], "max_parallel": 2, "node": over}}
    definition = workflow("load", *chain, items, output="${$sum(steps.each.output)}")
    first, a = start()
    second, b = start()
    flow = a.save(definition)
    time.sleep(LEASE_S)  # until each may look for what the other left
    ids = [client.run(flow) for client in (a, b) * 15]
    first.end(signal.SIGKILL)
    third, c = start()
    ids += [client.run(flow) for client in (b, c) * 5]
    os.kill(second.process.pid, signal.SIGSTOP)
    time.sleep(LEASE_S * 1.5)
    os.kill(second.process.pid, signal.SIGCONT)
    ids += [client.run(flow) for client in (b, c) * 5]
    ended = {one: c.finish(one) for one in ids}
    assert {one["status"] for one in ended.values()} == {"completed"}
    assert {one["result"] for one in ended.values()} == {10}
    histories = {one: c.events(one) for one in ids}
    assert {one: breaches(events) for one, events in histories.items() if breaches(events)} == {}
    changes = [reason for one in ids for reason in reasons(c, one, "owner_changed")]
    lost = sum(len(reasons(c, one, "step_lost")) for one in ids)
    print(f"{len(ids)} executions, {len(changes)} changed their owner, {lost} attempts were lost")
    assert "owner_gone" in changes, "the kill and the frost met running executions"
    assert third.process.poll() is None
    assert second.process.poll() is None


@pytest.mark.long
@pytest.mark.parametrize("seed", range(3))
def test_one_of_three_is_killed_or_frozen_at_any_moment_again_and_again(
    start: Start, tmp_path: Path, seed: int
) -> None:
    chance = random.Random(seed)
    marks = tmp_path / "marks.txt"
    servers = [start() for _ in range(3)]
    flow = servers[0][1].save(chaos.definition(marks, seconds=0.15))
    time.sleep(LEASE_S)  # until each may look for what another one left
    ids: list[str] = []
    kills = frosts = 0
    for _ in range(15):
        ids += [chance.choice(servers)[1].run(flow) for _ in range(8)]
        time.sleep(chance.uniform(0, 1))
        place = chance.randrange(3)
        victim, _ = servers[place]
        if chance.random() < 0.7:
            victim.end(signal.SIGKILL)
            servers[place] = start()
            kills += 1
        else:
            os.kill(victim.process.pid, signal.SIGSTOP)
            time.sleep(LEASE_S * chance.uniform(0.2, 1.6))
            os.kill(victim.process.pid, signal.SIGCONT)
            frosts += 1
    api = servers[0][1]
    ended = {one: api.finish(one) for one in ids}
    assert {one["status"] for one in ended.values()} == {"completed"}
    histories = {one: api.events(one) for one in ids}
    assert {one: breaches(events) for one, events in histories.items() if breaches(events)} == {}
    log = [(event["position"], mapper.decode_stored(stored(event))) for one in histories.values() for event in one]
    assert chaos.ran_again_without_a_loss(log, marks) == []
    changes = [reason for one in ids for reason in reasons(api, one, "owner_changed")]
    lost = sum(len(reasons(api, one, "step_lost")) for one in ids)
    print(f"\nseed {seed}: {kills} servers of three killed, {frosts} frozen and woken;")
    print(f"{len(ids)} executions, {len(log)} events, 0 violations;")
    print(f"{len(changes)} changed their owner, {lost} attempts were lost")
    assert changes.count("owner_gone") >= kills // 2, "the kills met running executions"
    assert lost
