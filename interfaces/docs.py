"""docs/events.md and docs/execution-lifecycle.md, made from the code: `python -m interfaces.docs [openapi]`.

A test fails when the files are not what `render` gives, so what they say is what runs. Words about
an event come from its class's docstring, fields and types from its annotations, states from the
tables in `status.py`. Only who writes an event stands here, for no single line of code says it.
"""

import dataclasses
import inspect
import json
import re
import sys
import types
from collections.abc import Iterable, Mapping
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Any, Union, cast, get_args, get_origin, get_type_hints
from uuid import UUID

from domain.errors import Problem
from domain.event import EVENT_CLASSES, RecordedEvent, StepError
from domain.execution.events import DECISIONS, LOG_EVENTS
from domain.execution.status import FINAL, STEP_FINAL, STEP_TRANSITIONS, TRANSITIONS, ExecutionStatus, StepStatus
from domain.queueing.limits import QUEUE_EVENTS, WorkflowLimit
from domain.triggering.trigger import TRIGGER_EVENTS, Standing, TriggerSettings
from domain.values import ArtifactRef, Concurrency, Debounce, JsonText, LogLine, Part, Usage, WaitedFor
from domain.workflow.workflow import FACTS, WORKFLOW_TRANSITIONS, WorkflowStatus

if TYPE_CHECKING:
    from interfaces.http.service import Service

_CONDUCTOR = "conductor"
_HANDLERS = "command of a person or program"
WRITTEN_BY = {
    "workflow.created.v1": _HANDLERS,
    "workflow.version_saved.v1": _HANDLERS,
    "workflow.readied.v1": _HANDLERS,
    "workflow.paused.v1": _HANDLERS,
    "workflow.resumed.v1": _HANDLERS,
    "workflow.archived.v1": _HANDLERS,
    "workflow.renamed.v1": _HANDLERS,
    "execution.created.v1": _HANDLERS,
    "execution.owner_changed.v1": "conductor of the server that takes over",
    "execution.started.v1": "admission",
    "execution.step_started.v1": _CONDUCTOR,
    "execution.step_begun.v1": "conductor, from the worker's report",
    "execution.step_logged.v1": "conductor, from the worker's output",
    "execution.step_progressed.v1": "conductor, from the step's report",
    "execution.step_completed.v1": "conductor, from the worker's outcome; or the answer to a waiting step",
    "execution.step_failed.v1": "conductor, from the worker's outcome; or the answer to a waiting step",
    "execution.step_retry_scheduled.v1": _CONDUCTOR,
    "execution.edges_decided.v1": _CONDUCTOR,
    "execution.step_skipped.v1": _CONDUCTOR,
    "execution.step_given.v1": _HANDLERS,
    "execution.step_expanded.v1": _CONDUCTOR,
    "execution.child_started.v1": _CONDUCTOR,
    "execution.step_waiting.v1": _CONDUCTOR,
    "execution.step_resumed.v1": _HANDLERS,
    "execution.step_lost.v1": _CONDUCTOR,
    "execution.outcome_ignored.v1": _CONDUCTOR,
    "execution.queue_changed.v1": _HANDLERS,
    "execution.paused.v1": _HANDLERS,
    "execution.resumed.v1": _HANDLERS,
    "execution.retried.v1": _HANDLERS,
    "execution.stop_requested.v1": _HANDLERS,
    "execution.step_stopped.v1": "conductor, from the executor's proof",
    "execution.stop_unconfirmed.v1": _CONDUCTOR,
    "execution.stopped.v1": _CONDUCTOR,
    "execution.completed.v1": _CONDUCTOR,
    "execution.failed.v1": _CONDUCTOR,
    "trigger.created.v1": _HANDLERS,
    "trigger.changed.v1": _HANDLERS,
    "trigger.paused.v1": _HANDLERS,
    "trigger.resumed.v1": _HANDLERS,
    "trigger.fired.v1": "the first server that could when it was due; or command of a person or program",
    "trigger.skipped.v1": "the first server that looked when it was due",
    "trigger.secret_changed.v1": _HANDLERS,
    "trigger.removed.v1": _HANDLERS,
    "queue.limits_changed.v1": _HANDLERS,
    "queue.limit_moved.v1": "the server whose limit it is, from the load of its machine",
}

_METADATA = (
    ("position", "whole number", "global order in the log; rises, may have holes"),
    ("stream", "text", "`workflow`, `execution` (decisions), `log` (lines, progress), `queue` (limits) or `trigger`"),
    ("id", "UUID", "the stream"),
    ("execution_id", "UUID", "of the two streams of an execution"),
    ("version", "whole number", "order within the stream, from 1, without a gap"),
    ("type", "text", "the topic without its version"),
    ("schema", "whole number", "the topic's version"),
    ("at", "time", "when it was decided, RFC 3339, UTC"),
    ("actor", "text", "`key:<id>`, `local:<os user>`, or `runwright` for what the service decides alone"),
    ("cause", "UUID", "the command everything in the chain goes back to"),
    ("workflow_id", "UUID", "the workflow concerned; null in the stream `queue`"),
    ("data", "object", "the fields below"),
)
_UNITS = (
    ("_at_ms", "Unix time in ms"),
    ("_ms", "ms"),
    ("_s", "s"),
    ("_bytes", "bytes"),
    ("sha256", "hex"),
    ("_hash", "hex"),
    ("fraction", "0..1"),
)
_OWN_UNITS = {"at_ms": "Unix time in ms"}
_SIMPLE: dict[object, str] = {
    str: "text",
    int: "whole number",
    float: "number",
    bool: "true or false",
    UUID: "UUID",
    datetime: "time",
    JsonText: "any JSON",
}
_PARTS: tuple[type[Any], ...] = (
    ArtifactRef, Concurrency, Debounce, LogLine, Part, Problem, Standing, StepError, TriggerSettings, Usage, WaitedFor,
    WorkflowLimit,
)  # fmt: skip
_HEAD = "<!-- Made from the code by `python -m interfaces.docs`. Do not edit. -->\n"


def render() -> dict[str, str]:
    """Path -> text of every generated document. Raises KeyError when an event does not say who writes it."""
    return {"docs/events.md": _events(), "docs/execution-lifecycle.md": _lifecycle()}


# ── events ──


def _events() -> str:
    lines = [
        _HEAD,
        "# Events",
        "",
        "Everything Runwright knows is a fold of these. An event is never changed; a new meaning is a new topic.",
        "Readers: the aggregates (to decide), the projector (views), REST, SSE and the WebSocket (as stored).",
        "",
        "## What every event carries",
        "",
        *_table(("field", "type", "meaning"), ((f"`{name}`", kind, says) for name, kind, says in _METADATA)),
    ]
    for title, classes in (
        ("Workflow", FACTS),
        ("Execution: decisions", DECISIONS),
        ("Execution: the log stream", LOG_EVENTS),
        ("Queue", QUEUE_EVENTS),
        ("Triggers", TRIGGER_EVENTS),
    ):
        lines += ["", f"## {title}"]
        for event_class in classes:
            lines += _event(event_class)
    known = {*FACTS, *DECISIONS, *LOG_EVENTS, *QUEUE_EVENTS, *TRIGGER_EVENTS}
    old = [event_class for event_class in EVENT_CLASSES.values() if event_class not in known]
    if old:
        lines += ["", "## Earlier versions, still read"]
        for event_class in old:
            lines += _event(event_class)
    lines += ["", "## Parts"]
    for part in _PARTS:
        lines += ["", f"### {part.__name__}", "", _words(part), "", *_fields(part, frozenset())]
    return "\n".join(lines) + "\n"


def _event(event_class: type[RecordedEvent]) -> list[str]:
    base = {field.name for field in dataclasses.fields(RecordedEvent)} | {"originator_topic"}
    return [
        "",
        f"### `{event_class.TOPIC}`",
        "",
        _words(event_class),
        "",
        f"Written by: {WRITTEN_BY[event_class.TOPIC]}.",
        "",
        *_fields(event_class, frozenset(base)),
    ]


def _fields(part: type[Any], without: frozenset[str]) -> list[str]:
    hints = get_type_hints(part)
    rows = [
        (f"`{field.name}`", _type(hints[field.name]), _unit(field.name) or _left_out(part, field.name))
        for field in dataclasses.fields(part)
        if field.name not in without
    ]
    return _table(("field", "type", "unit"), rows) if rows else ["No fields of its own."]


def _left_out(part: type[Any], name: str) -> str:
    added: Mapping[str, object] = getattr(part, "ADDED", {})
    return f"left out when {json.dumps(added[name])}" if name in added else ""


def _words(described: type[Any]) -> str:
    return inspect.cleandoc(described.__doc__ or "")


def _unit(name: str) -> str:
    return _OWN_UNITS.get(name) or next((unit for end, unit in _UNITS if name.endswith(end)), "")


def _type(hint: Any) -> str:
    known = _SIMPLE.get(hint)
    if known is not None:
        return known
    arguments = get_args(hint)
    origin = get_origin(hint)
    if origin in (Union, types.UnionType):
        return " or ".join("null" if kind is type(None) else _type(kind) for kind in arguments)
    if origin in (list, tuple):
        return f"list of {_type(arguments[0])}"
    if origin in (dict, Mapping):
        return f"object: {_type(arguments[1])} by name"
    if inspect.isclass(hint) and issubclass(hint, StrEnum):
        return "one of " + ", ".join(f"`{choice.value}`" for choice in hint)
    if hint in _PARTS:
        return f"[{hint.__name__}](#{hint.__name__.lower()})"
    raise KeyError(f"no word for the type {hint}")


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> list[str]:
    return [
        "| " + " | ".join(head) + " |",
        "|" + "---|" * len(head),
        *("| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |" for row in rows),
    ]


# ── states ──


def _lifecycle() -> str:
    return "\n".join(
        [
            _HEAD,
            "# Life of an execution, of its steps and of a workflow",
            "",
            "Made from the tables in `domain/execution/status.py` and `domain/workflow/workflow.py`: no other",
            "change of status is possible.",
            "",
            "## Execution",
            "",
            *_states(ExecutionStatus, TRANSITIONS, FINAL, ExecutionStatus.QUEUED),
            "",
            "Final means the end of one run: only a retry, which opens the next run of the same execution, leaves it.",
            "",
            "## Step",
            "",
            *_states(StepStatus, STEP_TRANSITIONS, STEP_FINAL, StepStatus.PENDING),
            "",
            "`ready` means handed over to the executor; `running` is shown once its worker reports that it began.",
            "",
            "## Workflow",
            "",
            *_states(WorkflowStatus, WORKFLOW_TRANSITIONS, frozenset({WorkflowStatus.ARCHIVED}), WorkflowStatus.DRAFT),
            "",
        ]
    )


def _states(
    statuses: type[StrEnum], changes: Mapping[Any, frozenset[Any]], final: frozenset[Any], first: StrEnum
) -> list[str]:
    order = list(statuses)
    moved_by = _comments(statuses)
    arrows = [f"    {source} --> {target}" for source in order for target in sorted(changes[source], key=order.index)]
    rows = [
        (
            f"`{status}`",
            "yes" if status in final else "",
            ", ".join(f"`{target}`" for target in sorted(changes[status], key=order.index)),
            moved_by.get(status.value, ""),
        )
        for status in order
    ]
    return [
        "```mermaid",
        "stateDiagram-v2",
        f"    [*] --> {first}",
        *arrows,
        *(f"    {status} --> [*]" for status in order if status in final),
        "```",
        "",
        *_table(("status", "final", "may become", "what it waits for"), rows),
    ]


def _comments(statuses: type[StrEnum]) -> dict[str, str]:
    """The comment behind each value in the class's source."""
    found = re.findall(r'^\s*\w+ = "(\w+)"  # (.+)$', inspect.getsource(statuses), re.MULTILINE)
    return dict(found)


def openapi() -> str:
    """The OpenAPI document, from which the page's types are made. It needs the routes, not a running service."""
    from interfaces.http.app import create_app  # noqa: PLC0415 - a third of a second that the other documents need not

    return json.dumps(create_app(cast("Service", None)).openapi())


def main() -> None:
    """Write the documents into the checkout this module stands in; with `openapi` print that document instead."""
    if sys.argv[1:] == ["openapi"]:
        sys.stdout.write(openapi() + "\n")
        return
    root = Path(__file__).resolve().parents[1]
    for path, text in render().items():
        (root / path).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
