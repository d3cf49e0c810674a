"""A service that dies and comes back, the clients that go on asking it, and the checker over what it has stored.

service = Service(folder)        start, kill, start again: one data directory
load = Load(service, workflow_id)  runs are asked for with a key each, until they are accepted, and streams followed
check(service, load, graphs)     every invariant, over the history as the API tells it
"""

import asyncio
import contextlib
import json
import random
import signal
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import psutil
import psycopg
import pytest
from psycopg import sql

from domain.event import RecordedEvent
from domain.execution import events as e
from domain.workflow.graph import Graph
from infrastructure import mapper
from infrastructure.data_directory import DataDirectory
from infrastructure.postgres.embedded import EmbeddedPostgres
from tests.fixtures.api import Api, Json, python, workflow
from tests.fixtures.server import RunningServer, launch
from tests.integration.test_projector import rebuilt, rows_of
from tests.invariants import broken
from tests.unit.test_histories import Folded, stored

SECRET = "sk-chaos-4f1c9a"
"""In the server's environment from the start; no event may hold it."""
DEADLINE_S = 120.0
STEP = """
import time
def main(seconds, name, marks):
    with open(marks, "a") as file:
        file.write(name + "\\n")
    for part in range(3):
        print(name, part)
        time.sleep(seconds / 3)
    return {"name": name, "ok": True}
"""


def definition(marks: Path, seconds: float) -> Json:
    """A fork, a condition, a join and a transform; every step notes that it ran."""
    args = {"seconds": seconds, "marks": str(marks)}

    def step(name: str, **more: Any) -> Json:
        return python(name, STEP, args={**args, "name": "${execution.id}/" + name}, **more)

    nodes = [step("a"), step("b"), step("c"), step("d", join="all"), step("e")]
    nodes.append({"id": "t", "kind": "transform", "config": {"expression": {"was": "${steps.d.output.name}"}}})
    edges = [
        {"from": "a", "to": "b"}, {"from": "a", "to": "c"}, {"from": "b", "to": "d"}, {"from": "c", "to": "d"},
        {"from": "d", "to": "e", "when": "${steps.d.output.ok}"}, {"from": "d", "to": "t"},
    ]  # fmt: skip
    return workflow("chaos", *nodes, edges=edges, output="${steps.e.output.name}")


@dataclass
class Service:
    """`runwright up` on one folder, over and over."""

    folder: Path
    arguments: tuple[str, ...] = ()
    attempt_limit: int = 4
    server: RunningServer | None = None
    url: str = ""
    starts: int = 0
    ready_after_s: list[float] = field(default_factory=list[float])

    def start(self, **environment: str) -> bool:
        """Whether it came up."""
        began = time.monotonic()
        try:
            self.server = launch(
                self.folder / "state", ["--no-examples", *self.arguments],
                {"CHAOS_SECRET": SECRET, "RUNWRIGHT_ATTEMPT_LIMIT": str(self.attempt_limit), **environment},
            )  # fmt: skip
        except pytest.fail.Exception:
            return False
        self.url = self.server.url
        self.starts += 1
        self.ready_after_s.append(time.monotonic() - began)
        return True

    def kill(self) -> None:
        assert self.server is not None
        self.server.end(signal.SIGKILL)

    def end(self) -> None:
        """In order, and PostgreSQL too."""
        assert self.server is not None
        code = self.server.end()
        with DataDirectory(self.server.data_dir).open(for_postgres=True) as directory:
            postgres = EmbeddedPostgres(directory)
            try:
                assert_views_are_rebuilt(postgres.start())
            finally:
                postgres.stop()
        assert code == 0

    @property
    def alive(self) -> bool:
        return self.server is not None and self.server.process.poll() is None

    def give_up(self) -> None:
        """After a failure: nothing of it is left."""
        if self.server is not None:
            self.server.end(signal.SIGKILL)
            with DataDirectory(self.server.data_dir).open(for_postgres=True) as directory:
                EmbeddedPostgres(directory).stop()

    def wait_for_death(self, within_s: float) -> bool:
        assert self.server is not None
        with contextlib.suppress(Exception):
            self.server.process.wait(within_s)
        if not self.alive:
            self.server.end()
        return not self.alive

    def workers(self) -> list[psutil.Process]:
        """Processes that run step code: the children of supervisors, which are children of the zygote."""
        assert self.server is not None
        found: list[psutil.Process] = []
        with contextlib.suppress(psutil.Error):
            for zygote in psutil.Process(self.server.process.pid).children():
                for supervisor in zygote.children():
                    found += supervisor.children()
        return found


class Follower(threading.Thread):
    """Reads one execution's stream to its end, from where it was when the line broke."""

    def __init__(self, service: Service, execution_id: str) -> None:
        super().__init__(daemon=True)
        self.service, self.execution_id = service, execution_id
        self.positions: list[int] = []
        self.broke = 0
        self.ended = False

    def run(self) -> None:
        until = time.monotonic() + DEADLINE_S * 10
        with http_client() as client:
            while not self.ended and time.monotonic() < until:
                try:
                    self._read(client)
                except (httpx.HTTPError, OSError):
                    self.broke += 1
                time.sleep(0.1)

    def _read(self, client: httpx.Client) -> None:
        parameters = {"after": self.positions[-1]} if self.positions else {}
        url = f"{self.service.url}/api/v1/executions/{self.execution_id}/stream"
        with client.stream("GET", url, params=parameters) as answer:
            kind = ""
            for line in answer.iter_lines():
                if line.startswith("event: "):
                    kind = line.removeprefix("event: ")
                    self.ended = self.ended or kind == "end"
                elif line.startswith("data: ") and kind.startswith("execution."):
                    self.positions.append(json.loads(line.removeprefix("data: "))["position"])


def http_client() -> httpx.Client:
    """Made in a moment: without the certificates, which nobody here needs."""
    return httpx.Client(timeout=15, verify=False)  # noqa: S501 - nothing here is encrypted


class Load:
    """Clients: each asks with its key until it has an answer, whatever dies meanwhile."""

    def __init__(self, service: Service, workflow_id: str, seed: int) -> None:
        self.service, self.workflow_id, self.random = service, workflow_id, random.Random(seed)
        self.accepted: dict[str, str] = {}
        self.twice: list[str] = []
        self.followers: list[Follower] = []
        self.refused = 0
        self.client = http_client()

    def execute(self, key: str) -> str | None:
        """The execution's id, or None when there was no answer."""
        try:
            answer = self.client.post(
                f"{self.service.url}/api/v1/workflows/{self.workflow_id}/execute", json={"inputs": {}},
                headers={"Idempotency-Key": key},
            )  # fmt: skip
        except (httpx.HTTPError, OSError):
            return None
        if answer.status_code != 202:
            assert answer.status_code in (429, 503), answer.text
            self.refused += 1
            return None
        execution_id = answer.json()["execution_id"]
        if self.accepted.setdefault(key, execution_id) != execution_id:
            self.twice.append(key)
        return execution_id

    def submit(self, key: str) -> None:
        """Ask until it is accepted; follow the stream of some; ask again for some."""
        until = time.monotonic() + DEADLINE_S
        while (execution_id := self.execute(key)) is None:
            assert time.monotonic() < until, f"{key} was never accepted"
            time.sleep(0.1)
        if sum(not follower.ended for follower in self.followers) < 2:  # some at any time, so that deaths cut them
            self.followers.append(Follower(self.service, execution_id))
            self.followers[-1].start()
        if self.random.random() < 0.3:
            self.execute(key)


def assert_views_are_rebuilt(url: str) -> None:
    """Invariant 8: after all those deaths the views are what one projector makes of the whole log, byte for byte."""
    live = rows_of(url)
    with psycopg.connect(url) as connection:
        for view in ("execution_view", "step_view", "log_view", "workflow_view"):
            connection.execute(sql.SQL("delete from {}").format(sql.Identifier(view)))
        connection.execute("update projection_position set position = 0")
    again = asyncio.run(rebuilt(url, page=500))
    assert live["execution_view"]
    assert again == live


def wait_for_all(service: Service, executions: list[str]) -> None:
    """Until each has ended. Fails with those that have not."""
    until = time.monotonic() + DEADLINE_S
    left = list(executions)
    with httpx.Client(base_url=service.url, timeout=30) as client:
        while left and time.monotonic() < until:
            left = [x for x in left if client.get(f"/api/v1/executions/{x}").json()["status"] not in ENDED]
            time.sleep(0.1)
    assert not left, f"1 these have not ended: {left}"


ENDED = ("completed", "failed", "stopped")


def history(api: Api, execution_id: str) -> list[tuple[int, RecordedEvent]]:
    return [(event["position"], mapper.decode_stored(stored(event))) for event in api.events(execution_id)]


def check(service: Service, load: Load, graphs: Mapping[str, Graph]) -> list[tuple[int, RecordedEvent]]:
    """Every invariant; answers the log."""
    api = Api(service.url)
    found = [f"2 the key {key} led to two executions" for key in load.twice]
    log: list[tuple[int, RecordedEvent]] = []
    for execution_id in load.accepted.values():
        events = history(api, execution_id)
        log += events
        found += views_differ(api, execution_id, events)
    log.sort(key=lambda one: one[0])
    listed = api.get("/executions", workflow_id=load.workflow_id, limit=1)
    created = [event for _, event in log if isinstance(event, e.Created)]
    if max((event.number for event in created), default=0) != len(load.accepted):
        found.append(f"2 {len(load.accepted)} runs were asked for and the last has number {created[-1].number}")
    assert listed["items"]
    found += broken(
        log, graph_of=lambda workflow_id, version: graphs.get(str(workflow_id)), limit=service.attempt_limit,
        secrets=[SECRET],
    )  # fmt: skip
    for follower in load.followers:
        follower.join(DEADLINE_S)
        told = [position for position, _ in history(api, follower.execution_id)]
        if follower.positions != told:
            found.append(f"9 a stream of {follower.execution_id} told {follower.positions}, stored is {told}")
    api.close()
    load.client.close()
    if found and service.server is not None:
        found.append(f"the server said: {service.server.stderr.read_text()[-2000:]}")
    assert not found, "\n".join(found)
    return log


def views_differ(api: Api, execution_id: str, events: list[tuple[int, RecordedEvent]]) -> list[str]:
    """Where what the API answers is not the fold of the events."""
    steps = api.steps(execution_id)
    folded = Folded({"view": {"steps": steps}})
    for position, event in events:
        folded.fold(event, position)
    answer = api.execution(execution_id)
    assert folded.row is not None
    found: list[str] = []
    if answer["status"] != folded.row.status or answer["run"] != folded.row.run:
        found.append(f"8 {execution_id} is {answer['status']} and its events say {folded.row.status}")
    for path, step in folded.steps().items():
        told = {name: steps[path][name] for name in ("status", "attempt")}
        if told != {name: step[name] for name in ("status", "attempt")}:
            found.append(f"8 step {path} of {execution_id} is {told} and its events say {step}")
    return found


def ran_again_without_a_loss(log: list[tuple[int, RecordedEvent]], marks: Path) -> list[str]:
    """Steps that ran more often than they were started."""
    starts: dict[str, int] = {}
    for _, event in log:
        if isinstance(event, e.StepStarted):
            key = f"{UUID(str(event.originator_id))}/{event.path}"
            starts[key] = starts.get(key, 0) + 1
    ran: dict[str, int] = {}
    for line in marks.read_text().splitlines():
        ran[line] = ran.get(line, 0) + 1
    return [f"4 {name} ran {times} times" for name, times in ran.items() if times > starts.get(name, 0)]
