"""The golden histories (tests/histories): stored events stay readable, and the views made of them stay what they were.

The page's reducer is held against the same files in ui/src/execution/applyEvent.test.ts.
"""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from application.projections import rows as r
from application.queries import settled_of, step_answer
from domain.event import RecordedEvent
from domain.execution import events as e
from domain.execution.execution import Execution
from domain.paths import map_of
from infrastructure import mapper
from tests.fixtures import history as history_of
from tests.fixtures.history import stored
from tests.histories.record import standing

ROOT = Path(__file__).resolve().parents[2]
FILES = sorted((ROOT / "tests" / "histories").glob("*.json"))
History = dict[str, Any]

every_history = pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)


def read(file: Path) -> History:
    return json.loads(file.read_bytes())


def decoded(history: History) -> list[tuple[int, RecordedEvent]]:
    return history_of.decoded(history["events"])


class Folded:
    """The rows after some events, as the projector and `?at=` make them."""

    def __init__(self, history: History) -> None:
        self.row: r.ExecutionRow | None = None
        self.rows: dict[str, r.StepRow] = {path: r.StepRow(path=path) for path in history["view"]["steps"]}

    def fold(self, event: RecordedEvent, position: int) -> None:
        if isinstance(event, e.Created):
            self.row = r.open_execution(event, position)
            return
        assert self.row is not None
        r.fold_execution(self.row, event, position)
        if isinstance(event, r.STEP_EVENTS):
            for path in r.rows_of(event):
                r.fold_step(self.rows.setdefault(path, r.StepRow(path=path)), self.row.run, event)
        elif isinstance(event, e.Retried):
            for _ in r.begin_steps_again(self.rows, event):
                pass

    def steps(self) -> dict[str, Any]:
        assert self.row is not None
        return {path: step_answer(step, self.row) for path, step in self.rows.items() if map_of(path) is None}


@every_history
def test_a_history_becomes_the_rows_it_always_became(file: Path) -> None:
    history = read(file)
    view, folded = history["view"], Folded(history)
    for position, event in decoded(history):
        folded.fold(event, position)
    row = folded.row
    assert row is not None
    total = len(view["steps"])
    assert view == {
        "status": row.status,
        "steps": {path: {"status": s["status"], "attempt": s["attempt"]} for path, s in folded.steps().items()},
        "progress": {"done": settled_of(row, total), "total": total},
        "events": row.events,
        "log_lines": row.log_lines,
        "dropped_lines": row.dropped_lines,
        "result": json.loads(bytes(row.result)),
        "error_code": row.error and row.error.code,
        "as_of": view["as_of"],
    }


@every_history
def test_as_of_each_position_the_rows_are_what_the_server_said(file: Path) -> None:
    history = read(file)
    folded, told = Folded(history), {point["position"]: point for point in history["view"]["as_of"]}
    for position, event in decoded(history):
        folded.fold(event, position)
        assert folded.row is not None
        if position in told:
            assert told[position] == {
                "position": position,
                "status": folded.row.status,
                "done": settled_of(folded.row, len(folded.steps())),
                "steps": {path: standing(step) for path, step in folded.steps().items()},
            }


@every_history
def test_the_aggregate_replays_the_history_to_the_same_end(file: Path) -> None:
    history = read(file)
    execution: Execution | None = None
    for _, event in decoded(history):
        if isinstance(event, e.ExecutionEvent):
            execution = event.mutate(execution)
    assert execution is not None
    assert execution.state.status == history["view"]["status"]
    for path, step in execution.state.steps.items():
        if map_of(path) is None:
            assert step.attempt == history["view"]["steps"][path]["attempt"]


@every_history
def test_what_is_sent_again_is_what_was_sent(file: Path) -> None:
    for event in read(file)["events"]:
        assert json.loads(mapper.wire(stored(event))) == event


READS_ALL = """
import json, sys
from pathlib import Path
from uuid import UUID
from infrastructure import mapper

count = 0
for name in sys.argv[1:]:
    for event in json.loads(Path(name).read_bytes())["events"]:
        body = {key: event[key] for key in ("at", "actor", "cause", "workflow_id", "data")}
        number = body["data"].pop("number", None)
        topic = f"{event['type']}.v{event['schema']}"
        read = mapper.decode(topic, UUID(event["id"]), event["version"], json.dumps(body).encode(), number)
        assert getattr(read, "number", None) == number
        assert json.loads(mapper.encode(read)) == body, event
        count += 1
print(count)
"""


def test_a_fresh_process_reads_every_golden_event_before_it_has_written_one() -> None:
    done = subprocess.run(
        [sys.executable, "-c", READS_ALL, *map(str, FILES)], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) == sum(len(read(file)["events"]) for file in FILES)


def test_every_kind_of_event_stands_in_a_history() -> None:
    found = {f"{event['type']}.v{event['schema']}" for file in FILES for event in read(file)["events"]}
    assert found == {kind.TOPIC for kind in (*e.DECISIONS, *e.LOG_EVENTS)}
