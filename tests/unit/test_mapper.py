"""Between events and bytes: every event class comes back equal, whatever users put into it."""

import dataclasses
import json
import subprocess
import sys
import types
import typing
from datetime import UTC, datetime
from enum import Enum
from pathlib import Path
from uuid import UUID

import eventsourcing.domain
import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from application.ports import StoredEvent
from domain.event import EVENT_CLASSES, NO_WORKFLOW, RecordedEvent
from domain.execution import events as e
from domain.queueing.limits import QueueEvent
from domain.values import NULL, JsonText
from domain.workflow.workflow import Workflow
from infrastructure import mapper
from tests.unit.domain.given import cause, facts, hand_over, running, step_error

ROOT = Path(__file__).parents[2]

# Values of users that other ways of storing lose, change, or can never read again.
HOSTILE = {
    "the library's own marks": b'{"_type_":"uuid_hex","_data_":"no uuid"}',
    "marks of something else": b'{"_type_":"datetime_iso","_data_":{"_type_":"tuple_as_list","_data_":1}}',
    "a number no double holds": b'[123456789012345678901234567890,0.1000000000000000055511151231257827,1e400]',
    "NUL": rb'{"\u0000":"\u0000"}',
    "one key twice": b'{"a":1,"a":2}',
    "nested deeply": b'[' * 900 + b']' * 900,
    "a long text": b'"' + b"x" * 300_000 + b'"',
    "our own fields": b'{"data":{"number":7},"position":1,"at":"never"}',
    "the end of a message": rb'"\n\nevent: end\ndata: {}\n\n"',
    "line separators": '"\u2028\u2029\x85"'.encode(),
}  # fmt: skip
EVERY_CLASS = sorted(EVENT_CLASSES.values(), key=lambda event_class: event_class.TOPIC)
every_class = pytest.mark.parametrize("event_class", EVERY_CLASS, ids=lambda event_class: event_class.TOPIC)
every_hostile = pytest.mark.parametrize("value", HOSTILE.values(), ids=HOSTILE.keys())

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT | st.sampled_from(["_type_", "data"]), inner),
    max_leaves=6,
)


def values(kind: object) -> st.SearchStrategy[object]:
    """Every value an annotation allows."""
    if kind is JsonText:
        return JSON.map(lambda value: JsonText(json.dumps(value).encode())) | st.sampled_from([*HOSTILE.values()])
    simple: dict[object, st.SearchStrategy[object]] = {
        str: TEXT,
        int: st.integers(-(2**63), 2**63 - 1),
        float: st.floats(allow_nan=False, allow_infinity=False),
        bool: st.booleans(),
        UUID: st.uuids(),
        datetime: st.datetimes(timezones=st.just(UTC)),
        types.NoneType: st.none(),
    }
    if kind in simple:
        return simple[kind]
    origin, inner = typing.get_origin(kind), typing.get_args(kind)
    if origin is list:
        return st.lists(values(inner[0]), max_size=3)
    if origin is tuple:
        return values(list[inner[0]]).map(tuple)
    if origin is dict:
        return st.dictionaries(values(inner[0]), values(inner[1]), max_size=3)
    if origin in (types.UnionType, typing.Union):
        return st.one_of([values(one) for one in inner])
    assert isinstance(kind, type), kind
    if issubclass(kind, Enum):
        return st.sampled_from([*kind])
    assert dataclasses.is_dataclass(kind), kind
    hints = typing.get_type_hints(kind)
    return st.builds(kind, **{field.name: values(hints[field.name]) for field in dataclasses.fields(kind)})


def events(event_class: type[RecordedEvent]) -> st.SearchStrategy[RecordedEvent]:
    """Every event of a class, by its annotations."""
    hints = typing.get_type_hints(event_class)
    names = [field.name for field in dataclasses.fields(event_class) if field.name != "originator_topic"]
    given_values = {name: values(UUID if name == "originator_id" else hints[name]) for name in names}
    given_values["originator_version"] = st.integers(1, 2**31)
    if issubclass(event_class, QueueEvent):
        given_values["workflow_id"] = st.just(NO_WORKFLOW)
    if "number" in names:
        given_values["number"] = st.integers(1, 2**40)
    if event_class is e.Created:
        given_values["originator_topic"] = st.just("execution")
    elif issubclass(event_class, eventsourcing.domain.Aggregate.Created):
        given_values["originator_topic"] = st.just(Workflow.TOPIC)
    return st.builds(event_class, **given_values)


@every_class
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(data=st.data())
def test_every_event_comes_back_equal(event_class: type[RecordedEvent], data: st.DataObject) -> None:
    event = data.draw(events(event_class))
    number = getattr(event, "number", None)
    body = mapper.encode(event)
    assert mapper.decode(event.TOPIC, event.originator_id, event.originator_version, body, number) == event
    assert body == mapper.encode(event), "the same event is always the same bytes: retries are compared by them"
    stored = StoredEvent(
        position=1, stream_id=event.originator_id, version=event.originator_version, topic=event.TOPIC,
        body=mapper.with_number(body, number),
    )  # fmt: skip
    assert mapper.decode_stored(stored) == event


@every_hostile
def test_a_value_of_a_user_goes_in_and_out_verbatim_and_is_never_looked_into(value: bytes) -> None:
    execution = running()
    hand_over(execution, "a")
    execution.complete_step(cause(), "a", 1, output=JsonText(value))
    completed = facts(execution)[-1]
    body = mapper.encode(completed)
    assert b'"output":' + value in body
    stored = StoredEvent(
        position=9, stream_id=execution.id, version=completed.originator_version, topic=completed.TOPIC, body=body
    )
    back = mapper.decode_stored(stored)
    assert isinstance(back, e.StepCompleted)
    assert back.output == value
    assert value in mapper.wire(stored)


def test_what_is_sent_of_an_event_is_what_the_contract_says() -> None:
    execution = running()
    created, *_ = facts(execution)
    body = mapper.with_number(mapper.encode(created), 7)
    stored = StoredEvent(position=3, stream_id=execution.id, version=1, topic=created.TOPIC, body=body)
    sent = json.loads(mapper.wire(stored))
    assert [*sent] == [
        "position", "stream", "id", "execution_id", "version", "type", "schema", "at", "actor", "cause", "workflow_id",
        "data",
    ]  # fmt: skip
    assert (sent["stream"], sent["type"], sent["schema"]) == ("execution", "execution.created", 1)
    assert sent["data"]["number"] == 7
    assert sent["at"].endswith("Z")


def test_a_topic_of_a_newer_version_is_told_apart_from_a_damaged_event() -> None:
    with pytest.raises(mapper.UnknownTopic, match="execution.teleported.v1"):
        mapper.decode("execution.teleported.v1", UUID(int=0), 1, b"{}", None)
    with pytest.raises(msgspec.ValidationError):
        mapper.decode(e.Started.TOPIC, UUID(int=0), 1, b"{}", None)


@given(st.text(max_size=50))
def test_no_text_is_mistaken_for_the_place_where_the_number_goes(text: str) -> None:
    actor = text.encode("utf-8", "replace").decode() + '"data":{'
    created = e.Created(
        originator_id=UUID(int=1), originator_version=1, timestamp=datetime(2026, 1, 1, tzinfo=UTC), actor=actor,
        cause=UUID(int=2), workflow_id=UUID(int=3), originator_topic="execution", number=0, workflow_version=1,
        workflow_name='"data":{', graph_hash="", inputs=JsonText(b'{"data":{}}'), priority=0, labels={}, trigger="api",
        concurrency=None, exempt=False, not_before_ms=None, debounce=None, part=None,
    )  # fmt: skip
    body = msgspec.json.decode(mapper.with_number(mapper.encode(created), 12))
    assert body["actor"] == actor
    assert body["data"]["number"] == 12
    assert body["data"]["inputs"] == {"data": {}}


def test_a_process_that_has_written_nothing_reads_every_topic() -> None:
    topics = [event_class.TOPIC for event_class in EVERY_CLASS]
    code = (
        "import sys, json\n"
        "from infrastructure import mapper\n"
        "for topic in json.load(sys.stdin):\n"
        "    try: mapper.decode(topic, None, 1, b'{}', None)\n"
        "    except mapper.UnknownTopic: print(topic)\n"
        "    except Exception: pass\n"
    )
    unknown = subprocess.run(
        [sys.executable, "-c", code], input=json.dumps(topics), capture_output=True, text=True, check=True, cwd=ROOT
    ).stdout.split()
    assert unknown == []
    # ... and the list itself is complete: whatever class there is has its topic in it.
    assert {event_class for event_class in _descendants(RecordedEvent) if "TOPIC" in vars(event_class)} == {
        *EVERY_CLASS
    }


def _descendants(event_class: type[RecordedEvent]) -> set[type[RecordedEvent]]:
    found: set[type[RecordedEvent]] = set()
    for inner in event_class.__subclasses__():
        found |= {inner, *_descendants(inner)}
    return {one for one in found if not one.__module__.startswith("tests")}


def test_no_decision_takes_its_time_or_its_id_from_the_library(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse() -> object:
        raise AssertionError("the library's own clock or ids were used")

    monkeypatch.setattr(eventsourcing.domain, "datetime_now_with_tzinfo", refuse)
    monkeypatch.setattr(eventsourcing.domain, "uuid4", refuse)
    execution = running()
    for path in "abcd":
        hand_over(execution, path)
    execution.complete_step(cause(), "a", 1, output=NULL)
    execution.fail_step(cause(), "b", 1, step_error())
    execution.lose_step(cause(), "c", 1, reason="worker_died", retry_safe=False)
    execution.request_stop(cause(), grace_s=1, reason=None)
    workflow = Workflow.create(UUID(int=1), cause(), name="n", description="", labels={})
    workflow.save_version(cause(), JsonText(b"{}"), "0" * 64, [])
    workflow.ready(cause(), 1)
    workflow.pause(cause())
    workflow.resume(cause())
    workflow.archive(cause())
    decided = [*facts(execution), *workflow.collect_events()]
    for event in decided:
        assert isinstance(event, RecordedEvent)
        number = getattr(event, "number", None)
        back = mapper.decode(event.TOPIC, event.originator_id, event.originator_version, mapper.encode(event), number)
        assert back.timestamp == cause().at, "read back, the time is still the one that was decided"
    assert len({type(event) for event in decided}) >= 12
