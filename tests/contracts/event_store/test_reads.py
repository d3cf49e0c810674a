"""Reading: one stream, streams merged, the whole log, the last of something; artifacts."""

from uuid import UUID

import msgspec
import pytest

from application.ports import Member, VersionConflict
from domain.errors import InvalidInput
from domain.execution.events import Completed, Failed, Started, StepStarted, Stopped
from domain.execution.execution import Execution
from domain.triggering.trigger import Fire, Kind, Trigger, TriggerSettings, create
from domain.values import EMPTY_OBJECT, NULL, log_stream_id
from tests.contracts.event_store.conftest import ARTIFACT_LIMIT, World, logged
from tests.unit.domain.given import SERVER, WORKFLOW, cause, facts, hand_over

ENDS = [event.TOPIC for event in (Completed, Failed, Stopped)]


async def history_of(world: World) -> Execution:
    """Two streams, interleaved: 1 created, 2 started, 3 line, 4 step_started, 5 line, 6 completed, 7 completed."""
    execution = world.created()
    execution.start(cause(), owner=SERVER, epoch=1, isolation="process")
    await world.store.append(Member(events=facts(execution)))
    await world.store.append(Member(events=[logged(execution.id, 1, "one")]))
    hand_over(execution, "a")
    await world.store.append(Member(events=[*facts(execution), logged(execution.id, 2, "two", first_line=2)]))
    execution.complete_step(cause(), "a", 1, output=NULL)
    execution.complete(
        cause(), result=NULL, result_artifact=None, handled_failures=0, log_events=2, log_lines=2, dropped_lines=0
    )  # fmt: skip
    await world.store.append(Member(events=facts(execution)))
    return execution


async def test_what_is_written_of_a_log_stream_is_counted(world: World) -> None:
    execution = await history_of(world)
    written = await world.store.written(execution.id)
    assert (written.version, written.lines, written.dropped, dict(written.last_line)) == (2, 2, 0, {"a": 2})
    nobody = await world.store.written(world.ids.new())
    assert (nobody.version, nobody.lines, dict(nobody.last_line)) == (0, 0, {})


async def test_an_unknown_stream_is_empty(world: World) -> None:
    nobody = world.ids.new()
    assert list(await world.store.stream(nobody)) == []
    assert list(await world.store.history([nobody])) == []
    assert await world.store.head(nobody) == 0
    assert await world.store.last_of(nobody, Started.TOPIC) is None
    assert await world.store.last_terminal(nobody, ENDS) is None


async def test_a_stream_is_read_from_a_version_on(world: World) -> None:
    execution = await history_of(world)
    versions = [event.originator_version for event in await world.store.stream(execution.id, after_version=3)]
    assert versions == [4, 5]


async def test_history_merges_both_streams_by_position_and_keeps_its_window(world: World) -> None:
    execution = await history_of(world)
    await history_of(world)  # another execution, not asked for
    both = [execution.id, log_stream_id(execution.id)]
    everything = await world.store.history(both)
    positions = [event.position for event in everything]
    assert positions == list(range(positions[0], positions[0] + 7))
    assert [event.version for event in everything if event.stream_id == execution.id] == [1, 2, 3, 4, 5]
    window = await world.store.history(both, after=positions[1], before=positions[5])
    assert [event.position for event in window] == positions[2:5]
    assert [event.position for event in await world.store.history(both, limit=2)] == positions[:2]


async def test_pages_put_together_are_the_whole_log(world: World) -> None:
    first, second = await history_of(world), await history_of(world)
    whole = await world.store.page(after=0, limit=1_000)
    assert len(whole) == 14
    assert {event.stream_id for event in whole} == {
        first.id, second.id, log_stream_id(first.id), log_stream_id(second.id)
    }  # fmt: skip
    for size in (1, 3, 5):
        together, position = [], 0
        while page := await world.store.page(after=position, limit=size):
            assert len(page) <= size
            together += page
            position = page[-1].position
        assert together == whole


async def test_readers_are_given_the_number_of_a_created_inside_its_data(world: World) -> None:
    await history_of(world)
    second = await history_of(world)
    created, *_ = await world.store.history([second.id])
    assert msgspec.json.decode(created.body)["data"]["number"] == 2


async def test_the_last_of_a_topic(world: World) -> None:
    execution = await history_of(world)
    last = await world.store.last_of(execution.id, StepStarted.TOPIC)
    assert isinstance(last, StepStarted)
    assert last.originator_version == 3


async def test_the_last_terminal_stays_so_under_late_facts(world: World) -> None:
    execution = await history_of(world)
    terminal = await world.store.last_terminal(execution.id, ENDS)
    assert terminal is not None
    assert (terminal.topic, terminal.version) == (Completed.TOPIC, 5)
    execution.complete_step(cause(), "a", 1, output=NULL)  # too late
    await world.store.append(Member(events=facts(execution)))
    assert await world.store.last_terminal(execution.id, ENDS) == terminal


async def test_a_running_execution_has_no_terminal(world: World) -> None:
    execution = world.created()
    await world.store.append(Member(events=facts(execution)))
    assert await world.store.last_terminal(execution.id, ENDS) is None


@pytest.mark.parametrize("size", [0, 1, 1024 * 1024, 2 * 1024 * 1024 + 17])
async def test_an_artifact_comes_back_byte_for_byte(world: World, size: int) -> None:
    content = bytes(n % 251 for n in range(size))
    reference = await world.artifacts.put(content, "text/html", "report.html")
    assert (reference.size_bytes, reference.media_type, reference.name) == (size, "text/html", "report.html")
    assert await world.artifacts.get(reference.sha256) == content
    assert (await world.artifacts.put(content, "text/plain")).sha256 == reference.sha256


async def test_an_unknown_artifact_is_none_and_one_too_large_is_refused(world: World) -> None:
    assert await world.artifacts.get("0" * 64) is None
    with pytest.raises(InvalidInput, match="more than"):
        await world.artifacts.put(b"x" * (ARTIFACT_LIMIT + 1), "text/plain")


# ── triggers ──


async def test_a_trigger_is_found_by_its_last_event_however_often_it_has_fired(world: World) -> None:
    first, second = (made(world) for _ in range(2))
    await world.store.append(Member(events=[first.last]))
    await world.store.append(Member(events=[second.last]))
    for minute in range(1, 4):
        fired = first.fire(cause(), world.ids.new(), Fire(due_ms=minute * 60_000.0))
        await world.store.append(Member(events=[fired]))
        first = first.then(fired)
    heads = {event.originator_id: event for event in await world.store.trigger_heads()}
    assert heads == {first.id: first.last, second.id: second.last}
    assert await world.store.event_of(first.id, 1) == made(world, first.id).last
    assert await world.store.event_of(first.id, 5) is None


async def test_an_execution_and_what_started_it_are_stored_together_or_not_at_all(world: World) -> None:
    trigger = made(world)
    await world.store.append(Member(events=[trigger.last]))
    one, other = world.created(), world.created()
    fires = [trigger.fire(cause(), execution.id, Fire(due_ms=1.0)) for execution in (one, other)]
    await world.store.append(Member(events=[*facts(one), fires[0]]))
    with pytest.raises(VersionConflict) as refused:
        await world.store.append(Member(events=[*facts(other), fires[1]]))
    assert refused.value.stream_id == trigger.id
    assert await world.store.stream(other.id) == []
    assert await world.store.head(trigger.id) == 2


def made(world: World, identity: UUID | None = None) -> Trigger:
    settings = TriggerSettings(name="often", kind=Kind.INTERVAL, every_s=60.0)
    return create(identity or world.ids.new(), cause(), WORKFLOW, settings, EMPTY_OBJECT)
