"""Between events and the bytes of the log.

An event is stored as one JSON object, `{"at", "actor", "cause", "workflow_id", "data": {...}}`: the very
text that REST, SSE and the WebSocket send, so serving history is joining bytes. Values of users
(`JsonText`) go in and out verbatim and are never interpreted; everything else is typed by the event
class's annotations. The library's own transcoder is not used: user data of the form
`{"_type_": ...}` could never be loaded again by it.
"""

import dataclasses
from collections.abc import Callable
from datetime import datetime
from functools import cache
from typing import Any, get_type_hints
from uuid import UUID

import msgspec

from application.ports import StoredEvent
from domain.event import EVENT_CLASSES, NO_WORKFLOW, RecordedEvent
from domain.execution.events import Created
from domain.execution.execution import Execution
from domain.queueing.limits import QueueEvent
from domain.triggering import trigger  # noqa: F401  # pyright: ignore[reportUnusedImport] - its events can be read
from domain.values import JsonText, execution_id_of_log
from domain.workflow.workflow import Workflow, WorkflowCreated

_BASE = {
    "originator_id",
    "originator_version",
    "timestamp",
    "actor",
    "cause",
    "workflow_id",
    "originator_topic",
    "number",
}
_encoder = msgspec.json.Encoder()


class UnknownTopic(Exception):
    """The log holds an event this code has no class for: it was written by a newer Runwright."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class _Codec:
    encode: Callable[[RecordedEvent], bytes]
    decode: Callable[[UUID, int, bytes, int | None], RecordedEvent]


@cache
def _codec(event_class: type[RecordedEvent]) -> _Codec:
    hints = get_type_hints(event_class)
    names = [f.name for f in dataclasses.fields(event_class) if f.name not in _BASE]
    raw = frozenset(name for name in names if hints[name] is JsonText)
    types = {name: msgspec.Raw if name in raw else hints[name] for name in names}
    added = event_class.ADDED
    fields = [(name, types[name], added[name]) if name in added else (name, types[name]) for name in names]
    data_type = msgspec.defstruct("Data", fields, kw_only=True, omit_defaults=bool(added))
    body_type = msgspec.defstruct(
        "Body",
        [("at", datetime), ("actor", str), ("cause", UUID), ("workflow_id", UUID | None), ("data", data_type)],
    )
    decoder: Any = msgspec.json.Decoder(body_type)

    of_none = issubclass(event_class, QueueEvent)

    def encode(event: RecordedEvent) -> bytes:
        values = {name: getattr(event, name) for name in names}
        for name in raw:
            values[name] = msgspec.Raw(values[name])
        of = None if of_none else event.workflow_id
        body = body_type(event.timestamp, event.actor, event.cause, of, data_type(**values))
        return _encoder.encode(body)

    is_created = issubclass(event_class, Created)

    def decode(stream_id: UUID, version: int, state: bytes, number: int | None) -> RecordedEvent:
        body = decoder.decode(state)
        values: dict[str, Any] = {name: getattr(body.data, name) for name in names}
        for name in raw:
            values[name] = JsonText(bytes(values[name]))
        if is_created:
            values["number"] = number or 0
            values["originator_topic"] = Execution.TOPIC
        elif issubclass(event_class, WorkflowCreated):
            values["originator_topic"] = Workflow.TOPIC
        return event_class(
            originator_id=stream_id,
            originator_version=version,
            timestamp=body.at,
            actor=body.actor,
            cause=body.cause,
            workflow_id=body.workflow_id or NO_WORKFLOW,
            **values,
        )

    return _Codec(encode=encode, decode=decode)


def encode(event: RecordedEvent) -> bytes:
    """The bytes to store."""
    return _codec(type(event)).encode(event)


def decode(topic: str, stream_id: UUID, version: int, state: bytes, number: int | None) -> RecordedEvent:
    """The event that was stored. Raises UnknownTopic, and msgspec.ValidationError when it is damaged."""
    event_class = EVENT_CLASSES.get(topic)
    if event_class is None:
        raise UnknownTopic(f"no event class is registered for topic {topic}")
    return _codec(event_class).decode(stream_id, version, state, number)


def decode_stored(event: StoredEvent) -> RecordedEvent:
    """The event behind what readers are given (the number of a `created` stands in its body)."""
    number: int | None = None
    body = event.body
    if event.topic == Created.TOPIC:
        marked = _NUMBERED.decode(body)
        number = marked.data.number
    return decode(event.topic, event.stream_id, event.version, body, number)


class _NumberOnly(msgspec.Struct):
    number: int = 0


class _NumberedBody(msgspec.Struct):
    data: _NumberOnly


_NUMBERED = msgspec.json.Decoder(_NumberedBody)


def with_number(state: bytes, number: int | None) -> bytes:
    """Put the number the append gave into the data of a `created`.

    The first `"data":{` is the real one: inside a JSON string the quotes would be escaped.
    """
    if number is None:
        return state
    return state.replace(b'"data":{', b'"data":{"number":%d,' % number, 1)


def is_of_execution(topic: str) -> bool:
    """Whether such an event is in the stream of an execution or of its log."""
    return topic.startswith("execution.")


def wire(event: StoredEvent) -> bytes:
    """The event as JSON, everywhere the same (REST, SSE, WebSocket, export)."""
    kind, _, version = event.topic.rpartition(".v")
    stream_version = event.stream_id.version
    if not is_of_execution(event.topic):
        ids = b'"stream":"%s","id":"%s"' % (kind.partition(".")[0].encode(), str(event.stream_id).encode())
    elif stream_version == 8:
        ids = b'"stream":"log","id":"%s","execution_id":"%s"' % (
            str(event.stream_id).encode(),
            str(execution_id_of_log(event.stream_id)).encode(),
        )
    else:
        ids = b'"stream":"execution","id":"%s","execution_id":"%s"' % ((str(event.stream_id).encode(),) * 2)
    return (
        b'{"position":%d,%s,"version":%d,"type":"%s","schema":%s,'
        % (
            event.position,
            ids,
            event.version,
            kind.encode(),
            version.encode(),
        )
        + event.body[1:]
    )
