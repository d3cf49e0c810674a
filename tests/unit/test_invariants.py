"""The checker of invariants: every golden history passes, and each rule turns red on a history that breaks it."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest

from domain.event import RecordedEvent
from domain.execution import events as e
from domain.execution.execution import Execution
from domain.values import EMPTY_OBJECT, LogLine, log_stream_id
from tests.invariants import Log, broken
from tests.unit.domain.given import SERVER, cause, facts, graph, hand_over, queued, step_error
from tests.unit.test_histories import decoded, every_history, read


@every_history
def test_a_golden_history_breaks_no_invariant(file: Path) -> None:
    assert broken(decoded(read(file)), limit=16, secrets=["hunter2"]) == []


CHAIN = graph("a b", "a>b")
History = list[RecordedEvent]


def story() -> tuple[Execution, History]:
    """Two steps, one after the other; both ended, the run not yet."""
    execution = queued()
    execution.start(cause(), owner=SERVER, epoch=1, isolation="process")
    hand_over(execution, "a")
    history = facts(execution)
    history.append(line(execution.id, 1))
    execution.complete_step(cause(), "a", 1, output=EMPTY_OBJECT)
    hand_over(execution, "b")
    execution.complete_step(cause(), "b", 1, output=EMPTY_OBJECT)
    history += facts(execution)
    return execution, history


def line(execution_id: UUID, version: int, *, first_line: int = 1, path: str = "a") -> e.StepLogged:
    because = cause()
    lines = [LogLine(at_ms=0, level="info", stream="stdout", text="hunter2")]
    return e.StepLogged(
        originator_id=log_stream_id(execution_id), originator_version=version, timestamp=because.at,
        actor="runwright", cause=because.command_id, workflow_id=execution_id, path=path, attempt=1,
        first_line=first_line, lines=lines, dropped=0,
    )  # fmt: skip


def whole() -> History:
    execution, history = story()
    execution.complete(
        cause(), result=EMPTY_OBJECT, result_artifact=None, handled_failures=0, log_events=1, log_lines=1,
        dropped_lines=0,
    )  # fmt: skip
    return history + facts(execution)


def as_log(history: History) -> Log:
    """Positions in order; versions as they are."""
    return list(enumerate(history, 1))


def rules(history: History, **more) -> set[str]:
    """The invariants that are broken."""
    found = broken(as_log(history), graph_of=lambda workflow, version: CHAIN, **more)
    return {sentence.split(" ", 1)[0] for sentence in found}


def find(history: History, kind: type[RecordedEvent], path: str | None = None) -> int:
    return next(i for i, x in enumerate(history) if isinstance(x, kind) and path in (None, getattr(x, "path", None)))


def renumbered(history: History) -> History:
    """Versions without a gap again, and a terminal event that counts what is there."""
    heads: dict[UUID, int] = {}
    answer: History = []
    for event in history:
        heads[event.originator_id] = heads.get(event.originator_id, 0) + 1
        fields = {"events": len(answer) + 1} if isinstance(event, e.Completed) else {}
        answer.append(replace(event, originator_version=heads[event.originator_id], **fields))
    return answer


def test_a_story_as_it_should_be_breaks_nothing() -> None:
    assert rules(whole(), limit=1, writers=dict.fromkeys(range(1, 99), SERVER)) == set()


def without(kind: type[RecordedEvent], path: str | None = None) -> Callable[[History], History]:
    def change(history: History) -> History:
        del history[find(history, kind, path)]
        return renumbered(history)

    return change


def again(
    kind: type[RecordedEvent], path: str | None = None, *, at_the_end: bool = False
) -> Callable[[History], History]:
    def change(history: History) -> History:
        place = find(history, kind, path)
        history.insert(len(history) if at_the_end else place + 1, history[place])
        return renumbered(history)

    return change


def b_before_a(history: History) -> History:
    start = history.pop(find(history, e.StepStarted, "b"))
    history.insert(find(history, e.StepCompleted, "a"), start)
    return renumbered(history)


def b_long_before_a_ends(history: History) -> History:
    return [
        replace(x, timestamp=x.timestamp + timedelta(seconds=9)) if isinstance(x, e.StepCompleted) else x
        for x in b_before_a(history)
    ]


def a_line_too_late(history: History) -> History:
    line = history.pop(find(history, e.StepLogged))
    history.insert(find(history, e.StepCompleted, "a") + 1, line)
    return history


def a_line_too_early(history: History) -> History:
    line = history.pop(find(history, e.StepLogged))
    history.insert(find(history, e.StepStarted, "a"), line)
    return history


def changed(kind: type[RecordedEvent], **fields: object) -> Callable[[History], History]:
    def change(history: History) -> History:
        place = find(history, kind)
        history[place] = replace(history[place], **fields)
        return history

    return change


@pytest.mark.parametrize(
    ("rule", "change"),
    [
        ("1", without(e.Completed)),
        ("2", lambda history: [*history, history[-1]]),
        ("3", lambda history: [x for x in history if not (isinstance(x, e.StepCompleted) and x.path == "a")]),
        ("4", again(e.StepCompleted, "a")),
        ("4", again(e.Completed, at_the_end=True)),
        ("5", b_before_a),
        ("5", without(e.StepCompleted, "a")),
        ("6", a_line_too_early),
        ("6", a_line_too_late),
        ("7", b_long_before_a_ends),
        ("10", without(e.StepCompleted, "b")),
        ("11", changed(e.StepStarted, actor="runwright", cause=UUID(int=7))),
        ("11", changed(e.StepStarted, actor="")),
        ("12", lambda history: history),
        ("counts", changed(e.Completed, events=3)),
        ("counts", changed(e.Completed, log_lines=2)),
        ("counts", changed(e.StepLogged, first_line=2)),
        ("status", again(e.Started)),
        ("fence", again(e.Started)),
    ],
)
def test_each_rule_turns_red_on_a_history_that_breaks_it(rule: str, change: Callable[[History], History]) -> None:
    assert rule in rules(change(whole()), limit=1, secrets=["hunter2"])


def test_what_was_acknowledged_must_be_there() -> None:
    history = whole()
    assert rules(history, acknowledged=[(history[0].originator_id, 1)]) == set()
    assert rules(history, acknowledged=[(history[0].originator_id, 99)]) == {"2"}


def test_what_another_server_writes_for_the_owner_is_seen() -> None:
    history = [replace(x, actor="runwright") if i else x for i, x in enumerate(whole())]
    writers = dict.fromkeys(range(1, 99), SERVER)
    assert rules(history, writers=writers) == set()
    assert rules(history, writers={**writers, 5: UUID(int=5)}) == {"fence"}


def test_a_retry_before_its_time_and_a_start_while_paused_are_seen() -> None:
    execution = queued()
    execution.start(cause(), owner=SERVER, epoch=1, isolation="process")
    hand_over(execution, "a")
    execution.fail_step(cause(), "a", 1, step_error())
    history = facts(execution)
    failed = history[-1]
    due = (failed.timestamp + timedelta(seconds=10)).timestamp() * 1000
    planned = e.StepRetryScheduled(
        originator_id=execution.id, originator_version=5, timestamp=failed.timestamp, actor=failed.actor,
        cause=failed.cause, workflow_id=failed.workflow_id, path="a", attempt=1, due_at_ms=due, rule="default",
    )  # fmt: skip
    start = replace(history[2], originator_version=6, attempt=2)
    in_time = replace(start, timestamp=failed.timestamp + timedelta(seconds=11))
    assert rules([*history, planned, start], settled=False) == {"5"}
    assert rules([*history, planned, in_time], settled=False) == set()
    paused = queued()
    paused.start(cause(), owner=SERVER, epoch=1, isolation="process")
    paused.pause(cause(), reason=None)
    hand_over(paused, "a")
    assert rules(facts(paused), settled=False) == {"5"}


def test_an_attempt_that_a_restart_found_open_holds_no_slot() -> None:
    two = graph("a b")
    execution = queued()
    execution.start(cause(), owner=SERVER, epoch=1, isolation="process")
    hand_over(execution, "a")
    hand_over(execution, "b")
    execution.lose_step(cause(seconds=9), "a", 1, reason="worker_died", retry_safe=True)
    history = facts(execution)

    def seen() -> bool:
        return any(x.startswith("7") for x in broken(as_log(history), graph_of=lambda w, v: two, limit=1))

    assert seen()
    history[-1] = replace(history[-1], reason="server_restarted")
    assert not seen()
