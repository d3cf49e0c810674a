"""Record the golden histories anew: `python -m tests.histories.record [name ...]` from the repository's root.

Each is one run on a real server (`runwright up` in a folder of its own), read back over HTTP: the events as
`GET /executions/{id}/events` tells them, and as `view` what the server answers about that run. Ids and times
differ with every recording; what the view says should not. `dropped_lines` comes from the domain and the mapper
instead: no worker drops lines on purpose.

Longer than 200 lines because the workflows that lead to each end stand here in full.
"""

import json
import shutil
import signal
import sys
import tempfile
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from uuid import UUID

from application.live import LogStream
from application.ports import AttemptId, Logged, StoredEvent
from domain.event import Cause, RecordedEvent
from domain.execution import events as e
from domain.execution.execution import Execution
from domain.values import EMPTY_OBJECT, JsonText, LogLine
from infrastructure import mapper
from infrastructure.data_directory import DataDirectory
from infrastructure.postgres.embedded import EmbeddedPostgres
from tests.fixtures.api import Api, Json, python, until, workflow
from tests.fixtures.postgres import new_folder
from tests.fixtures.server import RunningServer, launch

FOLDER = Path(__file__).parent
# Whoever records: the histories name one person, not the account of a machine.
PERSON = {"LOGNAME": "ada", "USER": "ada"}
KILL_MYSELF = (
    "import os, signal\ndef main(step):\n    if step.attempt == 1:\n        os.kill(os.getpid(), signal.SIGKILL)"
)


class Recording:
    """A server, and the same again after a kill."""

    def __init__(self) -> None:
        self.folder = new_folder()
        self.server: RunningServer | None = None
        self.api = self._start()

    def _start(self) -> Api:
        self.server = launch(self.folder / "state", ["--no-examples"], PERSON)
        return Api(self.server.url)

    def kill_and_start_again(self) -> None:
        self.api.close()
        assert self.server is not None
        self.server.end(signal.SIGKILL)
        self.api = self._start()

    def close(self) -> None:
        self.api.close()
        assert self.server is not None
        self.server.end()
        with DataDirectory(self.server.data_dir).open(for_postgres=True) as directory:
            EmbeddedPostgres(directory).stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def run(self, definition: Json, **inputs: object) -> str:
        return self.api.run(self.api.save(definition), **inputs)

    def wait_for_step(self, execution_id: str, path: str, status: str) -> None:
        until(lambda: self.api.steps(execution_id).get(path, {}).get("status") == status or None)


# ── the runs ─────────────────────────────────────────────────────────────────────────────────────


def completed(on: Recording) -> str:
    """Branches side by side, a skipped one, a join that is not met, a failure that is handled; completed."""
    load = python("load", "def main(n):\n    print('reading', n)\n    return {'n': n}", args={"n": "${inputs.n}"})
    left = python(
        "left",
        "import time\n"
        "def main(step):\n"
        "    step.progress(0.5, 'half way')\n"
        "    time.sleep(0.6)\n"
        "    step.attach('report.html', '<h1>Report</h1>', 'text/html')\n"
        "    print('wrote the report')\n"
        "    return 'left'",
    )
    right = {
        "id": "right",
        "kind": "sql",
        "config": {"tables": {"t": [{"v": 1}, {"v": 2}]}, "query": "select sum(v)::int as total from t"},
    }
    soft = python("soft", "def main():\n    raise ValueError('not this time')", on_error="continue")
    large = python("large", "def main():\n    return ['x' * 100] * 200")
    join = {"id": "end", "kind": "transform", "join": "any", "config": {"expression": {"n": "${steps.load.output.n}"}}}
    edges = [
        {"from": "load", "to": "left"},
        {"from": "load", "to": "right"},
        {"from": "load", "to": "soft"},
        {"from": "load", "to": "large"},
        {"from": "load", "to": "never", "when": "${steps.load.output.n > 100}"},
        {"from": "never", "to": "both"},
        {"from": "left", "to": "both"},
        {"from": "left", "to": "end"},
        {"from": "right", "to": "end"},
        {"from": "soft", "to": "end"},
        {"from": "large", "to": "end"},
    ]
    ok = "def main():\n    return 1"
    definition = workflow(
        "completes", load, left, right, soft, large, python("never", ok), python("both", ok, join="all"), join,
        edges=edges, inputs={"type": "object", "properties": {"n": {"type": "integer", "default": 5}}},
        output="${steps.end.output}",
    )  # fmt: skip
    return on.run(definition, n=5)


def failed(on: Recording) -> str:
    """The first failure, a second one that was under way, and a step that never started because of them."""
    broken = "import time\ndef main():\n    print('about to break')\n    time.sleep({})\n    raise {}"
    return on.run(
        workflow(
            "fails",
            python("load", "def main():\n    return {'year': 2031}"),
            python("first", broken.format(0.3, "KeyError('2031')")),
            python("second", broken.format(1.0, "RuntimeError('it broke as well')")),
            python("fine", "import time\ndef main():\n    time.sleep(0.6)"),
            python("after", "def main():\n    return 1"),
            edges=[
                {"from": "load", "to": "first"},
                {"from": "load", "to": "second"},
                {"from": "load", "to": "fine"},
                {"from": "first", "to": "after"},
            ],
        )
    )


def failed_by_time(on: Recording) -> str:
    """The whole run took longer than its limit: no step is the cause, what ran was stopped."""
    sleep = python("slow", "import time\ndef main():\n    time.sleep(60)")
    return on.run(workflow("too-slow", sleep, python("after", "def main(): pass"), settings={"timeout_s": 0.8}))


def waited(on: Recording) -> str:
    """A wait in the middle: it holds no worker and goes on by itself."""
    wait = {"id": "wait", "kind": "wait", "config": {"seconds": 0.7}}
    load = python("load", "def main():\n    return 1")
    return on.run(workflow("waits", load, wait, python("after", "def main():\n    return 2")))


def stopped(on: Recording) -> str:
    """Stopped by a person: one step ends by itself, one has to be killed, one never started."""
    stubborn = "signal.signal(signal.SIGTERM, signal.SIG_IGN)"
    code = "import signal, time\ndef main():\n    {}\n    print('up', flush=True)\n    time.sleep(60)"
    execution_id = on.run(
        workflow(
            "stops",
            python("polite", code.format("pass")),
            python("stubborn", code.format(stubborn)),
            python("after", "def main(): pass"),
            edges=[{"from": "polite", "to": "after"}],
        )
    )
    until(lambda: on.api.execution(execution_id)["counts"]["log_lines"] == 2 or None)
    on.api.post(f"/executions/{execution_id}/stop", {"grace_s": 0.5, "reason": "enough seen"})
    return execution_id


def stopped_in_queue(on: Recording) -> str:
    """Stopped before it was let in: nothing of it had begun."""
    sleeper = workflow("sleeps", python("s", "import time\ndef main():\n    time.sleep(300)"))
    workflow_id = on.api.save(sleeper)
    before: list[str] = []
    while True:
        execution_id = on.api.run(workflow_id)
        until(partial(_let_in_or_not, on.api, execution_id))
        if on.api.execution(execution_id)["status"] == "queued":
            break
        before.append(execution_id)
    on.api.post(f"/executions/{execution_id}/stop", {"reason": None})
    for other in before:
        on.api.post(f"/executions/{other}/stop", {"grace_s": 0})
        on.api.finish(other)
    return execution_id


def held(on: Recording) -> str:
    """Waits for its key, is held by a person, gets another priority, and starts once it is released."""
    sleeps = python("s", "import time\ndef main():\n    time.sleep(0.5)")
    limit = {"concurrency": {"limit": 1, "key": "${inputs.city}"}}
    workflow_id = on.api.save({**workflow("one a city", sleeps), "settings": limit})
    before, execution_id = (on.api.run(workflow_id, city="Oslo") for _ in range(2))
    on.api.post(f"/executions/{execution_id}/queue", {"held": True, "reason": "not before lunch"})
    on.api.finish(before)
    on.api.post(f"/executions/{execution_id}/queue", {"held": False, "priority": 5})
    return execution_id


def given(on: Recording) -> str:
    """One step alone: what it reads is a sample, what an earlier execution gave, and the same again in its next run."""
    nodes = [
        python("load", "def main():\n    return {'n': 20}"),
        python("double", "def main(n):\n    return n * 2", args={"n": "${steps.load.output.n}"}, sample=21),
        python("add", "def main(**given):\n    return sum(given.values())",
               args={"n": "${steps.load.output.n}", "m": "${steps.double.output}"}),
    ]  # fmt: skip
    workflow_id = on.api.save(workflow("one step", *nodes))
    on.api.finish(on.api.run(workflow_id))
    part = {"step": "add", "upstream": "given"}
    execution_id = on.api.post(f"/workflows/{workflow_id}/execute", {"part": part}, 202)["execution_id"]
    on.api.finish(execution_id)
    again = on.api.post(f"/executions/{execution_id}/retry", {"from": "start"}, 202)
    on.api.get(f"/executions/{execution_id}", min_position=again["position"])
    return execution_id


def _let_in_or_not(api: Api, execution_id: str) -> bool:
    return bool(api.execution(execution_id)["why_waiting"] or api.steps(execution_id)["s"]["attempt"])


def unknown_outcome(on: Recording) -> str:
    """A worker died in a step that may not be repeated; a person answers that it is done."""
    after = python("after", "def main(paid):\n    return paid", args={"paid": "${steps.pay.output.paid}"})
    pay = python("pay", KILL_MYSELF, retry_safe=False)
    execution_id = on.run(workflow("unknown", pay, after, output="${steps.after.output}"))
    on.wait_for_step(execution_id, "pay", "waiting")
    answer = {"decision": "completed", "output": {"paid": 42}}
    on.api.post(f"/executions/{execution_id}/steps/pay/answer", answer)
    return execution_id


def unknown_outcome_failed(on: Recording) -> str:
    """The same, and the person answers that it failed."""
    execution_id = on.run(workflow("unknown-failed", python("pay", KILL_MYSELF, retry_safe=False)))
    on.wait_for_step(execution_id, "pay", "waiting")
    on.api.post(f"/executions/{execution_id}/steps/pay/answer", {"decision": "failed"})
    return execution_id


def unknown_outcome_run_again(on: Recording) -> str:
    """The same, and the person lets it run again."""
    execution_id = on.run(workflow("unknown-again", python("pay", KILL_MYSELF, retry_safe=False)))
    on.wait_for_step(execution_id, "pay", "waiting")
    on.api.post(f"/executions/{execution_id}/steps/pay/answer", {"decision": "run_again"})
    return execution_id


def lost(on: Recording) -> str:
    """A step's worker died, then the server: both steps run again, what had finished does not."""
    sleeps = (
        "import time\n"
        "def main(step):\n"
        "    print('try', step.attempt, flush=True)\n"
        "    time.sleep(60 if step.attempt == 1 else 0)"
    )
    died = python("died", KILL_MYSELF)
    execution_id = on.run(workflow("lost", python("once", "def main(): pass"), died, python("restarted", sleeps)))
    on.wait_for_step(execution_id, "restarted", "running")
    until(lambda: on.api.execution(execution_id)["counts"]["log_lines"] or None)
    on.kill_and_start_again()
    return execution_id


def tried_again(on: Recording) -> str:
    """The first attempt fails and the second, after its backoff, does not; a third step gives up after two."""
    flaky = (
        "def main(step):\n"
        "    print('try', step.attempt)\n"
        "    if step.attempt == 1:\n"
        "        raise ValueError('not yet')"
    )
    retry = {"max_attempts": 2, "interval_s": 0.5, "jitter": False}
    hopeless = python("hopeless", "def main():\n    raise KeyError('never')", retry=retry, on_error="continue")
    return on.run(workflow("tries", python("flaky", flaky, retry=retry), hopeless, python("after", "def main(): pass")))


def paused(on: Recording) -> str:
    """Paused while a step runs: it ends, the next one starts only after the execution was resumed."""
    sleeps = python("sleeps", "import time\ndef main():\n    time.sleep(0.8)")
    execution_id = on.run(workflow("pauses", sleeps, python("after", "def main(): pass")))
    on.wait_for_step(execution_id, "sleeps", "running")
    on.api.post(f"/executions/{execution_id}/pause", {"reason": "lunch"})
    on.wait_for_step(execution_id, "sleeps", "completed")
    on.api.post(f"/executions/{execution_id}/resume")
    return execution_id


def retried(on: Recording) -> str:
    """A run that fails, and its second run, which a person asked for: what had completed is reused."""
    code = (
        "from pathlib import Path\n"
        "def main(file):\n"
        "    if not Path(file).exists():\n"
        "        raise ValueError('no file')"
    )
    needs = python("needs", code, args={"file": "${inputs.file}"})
    inputs = {"type": "object", "properties": {"file": {"type": "string"}}}
    load = python("load", "def main():\n    print('loaded')\n    return 1")
    definition = workflow("again", load, needs, python("after", "def main(): pass"), inputs=inputs)
    execution_id = on.run(definition, file="/no/such/file")
    on.api.finish(execution_id)
    on.api.post(f"/executions/{execution_id}/retry", {"inputs": {"file": "/"}}, 202)
    until(lambda: on.api.final(execution_id) if on.api.execution(execution_id)["run"] == 2 else None)
    return execution_id


def approved(on: Recording) -> str:
    """A person is asked in the middle, and says yes with a note."""
    form = {"type": "object", "properties": {"note": {"type": "string"}}}
    ask = {"id": "ask", "kind": "approval", "config": {"message": "Send ${steps.load.output} mails?", "form": form}}
    load = python("load", "def main():\n    return 3")
    execution_id = on.run(workflow("asks", load, ask, python("after", "def main(): pass")))
    on.wait_for_step(execution_id, "ask", "waiting")
    on.api.post(f"/executions/{execution_id}/steps/ask/answer", {"decision": "approved", "output": {"note": "go"}})
    return execution_id


def child(on: Recording) -> str:
    """A step runs another workflow and takes its result."""
    on.api.save(workflow("inner", python("work", "def main():\n    return 7"), output="${steps.work.output}"))
    call = {"id": "call", "kind": "workflow", "config": {"workflow": "inner"}}
    return on.run(workflow("outer", call, python("after", "def main(): pass"), output="${steps.call.output}"))


def mapped(on: Recording) -> str:
    """A map of which one item is tried again, one fails it, one is a map of its own; and a second run that keeps what
    had completed."""
    code = (
        "from pathlib import Path\n"
        "def main(n, folder):\n"
        "    seen = Path(folder, str(n))\n"
        "    tries = int(seen.read_text()) + 1 if seen.exists() else 1\n"
        "    seen.write_text(str(tries))\n"
        "    if (n, tries) in ((1, 1), (4, 1), (4, 2)):\n"
        "        raise ValueError(f'{n} is not ready')\n"
        "    print('did', n)\n"
        "    return n * 10"
    )
    node = {
        "kind": "python", "config": {"code": code, "args": {"n": "${item}", "folder": "${inputs.folder}"}},
        "retry": {"max_attempts": 2, "interval_s": 0.05, "jitter": False, "on": ["step"]},
    }  # fmt: skip
    each = {"id": "each", "kind": "map", "config": {"items": [0, 1, 2, 3, 4], "max_parallel": 1, "node": node}}
    cell = {"kind": "transform", "config": {"expression": "${item}"}}
    row = {"id": "cell", "kind": "map", "config": {"items": "${item}", "node": cell}}
    rows = {"id": "rows", "kind": "map", "config": {"items": [[1, 2], []], "node": row}}
    definition = workflow("maps", rows, each, output={"each": "${steps.each.output}", "rows": "${steps.rows.output}"})
    with tempfile.TemporaryDirectory() as folder:
        execution_id = on.run(definition, folder=folder)
        on.api.finish(execution_id)
        on.api.post(f"/executions/{execution_id}/retry", {"from": "failed"}, 202)
        until(lambda: on.api.final(execution_id) if on.api.execution(execution_id)["run"] == 2 else None)
    return execution_id


def rejected(on: Recording) -> str:
    """A person is asked and says no: the step fails, what stands behind it is skipped; asked again in a second run."""
    ask = {"id": "ask", "kind": "approval", "config": {"message": "Send it?"}}
    execution_id = on.run(workflow("refuses", ask, python("after", "def main(): pass")))
    on.wait_for_step(execution_id, "ask", "waiting")
    on.api.post(f"/executions/{execution_id}/steps/ask/answer", {"decision": "rejected"})
    on.api.finish(execution_id)
    on.api.post(f"/executions/{execution_id}/retry", {"from": "failed"}, 202)
    on.wait_for_step(execution_id, "ask", "waiting")
    on.api.post(f"/executions/{execution_id}/steps/ask/answer", {"decision": "approved"})
    until(lambda: on.api.final(execution_id) if on.api.execution(execution_id)["run"] == 2 else None)
    return execution_id


def child_failed(on: Recording) -> str:
    """A step fails with the workflow it runs; a second run, from the start with another input, completes."""
    inputs = {"type": "object", "properties": {"n": {"type": "integer"}}}
    work = python("work", "def main(n):\n    return 10 // n", args={"n": "${inputs.n}"})
    on.api.save(workflow("divides", work, inputs=inputs, output="${steps.work.output}"))
    call = {"id": "call", "kind": "workflow", "config": {"workflow": "divides", "inputs": {"n": "${inputs.n}"}}}
    definition = workflow("asks-to-divide", call, python("after", "def main(): pass"), inputs=inputs)
    execution_id = on.run({**definition, "output": "${steps.call.output}"}, n=0)
    on.api.finish(execution_id)
    on.api.post(f"/executions/{execution_id}/retry", {"from": "start", "inputs": {"n": 5}}, 202)
    until(lambda: on.api.final(execution_id) if on.api.execution(execution_id)["run"] == 2 else None)
    return execution_id


def mapped_stopped(on: Recording) -> str:
    """A map that is paused and resumed while its items run, and stopped before the last of them."""
    code = (
        "import time\n"
        "def main(n):\n"
        "    if n > 1:\n"
        "        print('up', flush=True)\n"
        "        time.sleep(60)\n"
        "    return n"
    )
    node = {"kind": "python", "config": {"code": code, "args": {"n": "${item}"}}}
    each = {"id": "each", "kind": "map", "config": {"items": [0, 1, 2, 3], "max_parallel": 1, "node": node}}
    execution_id = on.run(workflow("stops-a-map", each, python("after", "def main(): pass")))
    until(lambda: on.api.execution(execution_id)["counts"]["log_lines"] == 1 or None)
    on.api.post(f"/executions/{execution_id}/pause")
    on.api.post(f"/executions/{execution_id}/resume")
    on.api.post(f"/executions/{execution_id}/stop", {"grace_s": 0.5})
    return execution_id


def standing(step: Json) -> str:
    """How a step stands; of a map with its items: completed + failed + stopped / all."""
    items = step["items"]
    if items is None:
        return step["status"]
    return f"{step['status']} {items['completed']}+{items['failed']}+{items['stopped']}/{items['total']}"


RUNS: Sequence[Callable[[Recording], str]] = (
    completed, failed, failed_by_time, stopped, stopped_in_queue, unknown_outcome, unknown_outcome_failed,
    unknown_outcome_run_again, lost, waited, tried_again, paused, retried,
    approved, child, mapped, held, rejected, child_failed, mapped_stopped, given,
)  # fmt: skip


def observe(api: Api, execution_id: str) -> Json:
    """The events, and what the server says of the run at its end and as of every position."""
    final = api.finish(execution_id)
    steps = api.get(f"/executions/{execution_id}/steps", min_position=final["position"])["items"]
    events = api.events(execution_id)
    return {
        "events": events,
        "view": {
            "status": final["status"],
            "steps": {step["path"]: {"status": step["status"], "attempt": step["attempt"]} for step in steps},
            "progress": {"done": final["progress"]["done"], "total": final["progress"]["total"]},
            "events": final["counts"]["events"],
            "log_lines": final["counts"]["log_lines"],
            "dropped_lines": final["counts"]["dropped_lines"],
            "result": final["result"],
            "error_code": final["error"] and final["error"]["code"],
            "as_of": [as_of(api, execution_id, event["position"]) for event in events],
        },
    }


def as_of(api: Api, execution_id: str, position: int) -> Json:
    then = api.get(f"/executions/{execution_id}", at=position)
    steps = api.get(f"/executions/{execution_id}/steps", at=position)["items"]
    return {
        "position": position,
        "status": then["status"],
        "done": then["progress"]["done"],
        "steps": {step["path"]: standing(step) for step in steps},
    }


# ── made from the domain ─────────────────────────────────────────────────────────────────────────


def dropped_lines() -> Json:
    """Batches of log lines of two steps, one with dropped lines, and an outcome that comes too late."""
    made: list[RecordedEvent] = []
    execution_id, workflow_id = UUID(int=2 | 7 << 76 | 2 << 62), UUID(int=1 | 7 << 76 | 2 << 62)
    began = datetime(2026, 1, 1, 9, tzinfo=UTC)

    def cause() -> Cause:
        return Cause(at=began + timedelta(seconds=len(made)), actor="local:ada", command_id=UUID(int=4))

    execution = Execution.create(
        execution_id, cause(), workflow_id=workflow_id, workflow_version=1, workflow_name="chatty",
        graph_hash="0" * 64, inputs=EMPTY_OBJECT, priority=0, labels={"team": "weather"}, trigger="person",
    )  # fmt: skip
    log = LogStream(execution_id=execution_id, workflow_id=workflow_id)

    def keep() -> None:
        for event in execution.collect_events():
            assert isinstance(event, RecordedEvent)
            made.append(event)

    def wrote(path: str, count: int, dropped: int = 0) -> None:
        number = log.lines
        lines = [
            LogLine(at_ms=began.timestamp() * 1000 + number + i, level="warning" if i % 7 == 0 else "info",
                    stream="stdout", text=f"{path} {i}")
            for i in range(count)
        ]  # fmt: skip
        log.add(
            Logged(id=AttemptId(execution_id=execution_id, run=1, path=path, attempt=1), lines=lines, dropped=dropped)
        )

    def flush() -> None:
        now = cause()
        made.extend(log.take(now.at, "runwright", now.command_id))

    execution.start(cause(), owner=UUID(int=3), epoch=1, isolation="process")
    for path in ("talks", "shouts"):
        execution.start_step(cause(), path, kind="python", input=EMPTY_OBJECT, input_artifact=None, input_hash="0" * 64)
    keep()
    wrote("talks", 12)
    wrote("shouts", 620, dropped=1_000)
    flush()
    wrote("talks", 3, dropped=5)
    flush()
    for path in ("talks", "shouts"):
        execution.complete_step(cause(), path, 1, output=JsonText(b'"done"'), last_line=log.last_line_of(path))
    execution.complete(
        cause(), result=JsonText(b"null"), result_artifact=None, handled_failures=0, log_events=log.version,
        log_lines=log.lines, dropped_lines=log.dropped,
    )  # fmt: skip
    execution.complete_step(cause(), "talks", 1, output=JsonText(b'"again"'))
    keep()
    events = [json.loads(_wire(event, position)) for position, event in enumerate(made, start=101)]
    return {
        "events": events,
        "view": {
            "status": "completed",
            "steps": {path: {"status": "completed", "attempt": 1} for path in ("talks", "shouts")},
            "progress": {"done": 2, "total": 2},
            "events": len(events),
            "log_lines": 635,
            "dropped_lines": 1_005,
            "result": None,
            "error_code": None,
            "as_of": [],
        },
    }


def stop_unconfirmed() -> Json:
    """A stop of what ran on a server that is gone: nobody can prove its death, and a person answers for it."""
    began = datetime(2026, 1, 1, 9, tzinfo=UTC)
    made: list[RecordedEvent] = []

    def cause(actor: str = "runwright") -> Cause:
        return Cause(at=began + timedelta(seconds=len(made)), actor=actor, command_id=UUID(int=5))

    execution = Execution.create(
        UUID(int=6 | 7 << 76 | 2 << 62), cause("local:ada"), workflow_id=UUID(int=1 | 7 << 76 | 2 << 62),
        workflow_version=1, workflow_name="far", graph_hash="0" * 64, inputs=EMPTY_OBJECT, priority=0, labels={},
        trigger="api",
    )  # fmt: skip
    gone, heir = UUID(int=7), UUID(int=8)
    execution.start(cause(), owner=gone, epoch=1, isolation="process")
    execution.start_step(
        cause(), "far", kind="python", input=EMPTY_OBJECT, input_artifact=None, input_hash="0" * 64
    )  # fmt: skip
    execution.request_stop(cause("local:ada"), grace_s=5, reason=None)
    execution.take_over(cause(), owner=heir, epoch=2, reason="owner_gone")
    execution.doubt_stop(cause(), gone)
    execution.stop_step(cause("local:ada"), "far", 1, signal="none", death_ms=0.0, proof="operator", last_line=0)
    execution.finish_stopped(cause(), proof="all_attempts_dead", log_events=0, log_lines=0, dropped_lines=0)
    made += [event for event in execution.collect_events() if isinstance(event, RecordedEvent)]
    events = [json.loads(_wire(event, position)) for position, event in enumerate(made, start=101)]
    return {
        "events": events,
        "view": {
            "status": "stopped",
            "steps": {"far": {"status": "stopped", "attempt": 1}},
            "progress": {"done": 1, "total": 1},
            "events": len(events),
            "log_lines": 0,
            "dropped_lines": 0,
            "result": None,
            "error_code": None,
            "as_of": [],
        },
    }


MADE: Sequence[Callable[[], Json]] = (dropped_lines, stop_unconfirmed)


def _wire(event: RecordedEvent, position: int) -> bytes:
    number = 1 if isinstance(event, e.Created) else None
    stored = StoredEvent(
        position=position,
        stream_id=event.originator_id,
        version=event.originator_version,
        topic=event.TOPIC,
        body=mapper.with_number(mapper.encode(event), number),
    )
    return mapper.wire(stored)


def write(name: str, says: str | None, history: Json) -> None:
    document = {"name": name, "says": (says or "").strip().split("\n")[0], **history}
    text = _one_line_each(document)
    (FOLDER / f"{name}.json").write_text(text, encoding="utf-8")
    print(f"{name}: {len(history['events'])} events, {history['view']['status']}")


def _one_line_each(document: Json) -> str:
    """JSON with a line for each event and each position, so that a difference can be read."""
    view = dict(document["view"])
    events = ",\n".join("    " + _compact(event) for event in document["events"])
    positions = ",\n".join("      " + _compact(point) for point in view.pop("as_of"))
    facts = ",\n".join(f"    {_compact(key)}: {_compact(value)}" for key, value in view.items())
    return (
        f'{{\n  "name": {_compact(document["name"])},\n  "says": {_compact(document["says"])},\n'
        f'  "events": [\n{events}\n  ],\n  "view": {{\n{facts},\n    "as_of": [\n{positions}\n    ]\n  }}\n}}\n'
    )


def _compact(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)


def main(wanted: Sequence[str]) -> None:
    runs = [run for run in RUNS if not wanted or run.__name__ in wanted]
    if runs:
        on = Recording()
        try:
            for run in runs:
                execution_id = run(on)
                write(run.__name__, run.__doc__, observe(on.api, execution_id))
        finally:
            on.close()
    for make in MADE:
        if not wanted or make.__name__ in wanted:
            write(make.__name__, make.__doc__, make())


if __name__ == "__main__":
    main(sys.argv[1:])
