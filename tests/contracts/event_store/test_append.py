"""Appending: members, expected versions, followers, guards, keys and numbers."""

import asyncio
from datetime import timedelta
from uuid import UUID

import pytest

from application.ports import (
    Appended,
    IdempotencyGuard,
    IdempotencyKeyReused,
    LeadingMemberFailed,
    LeaseGuard,
    LeaseLost,
    LeaseOpened,
    LeaseTaken,
    LimitReached,
    Member,
    Orphan,
    Replayed,
    VersionConflict,
)
from domain.execution.execution import Execution
from domain.queueing.admission import Bound, Group
from domain.values import log_stream_id
from tests.contracts.event_store.conftest import World, logged, member
from tests.unit.domain.given import SERVER, WORKFLOW, cause, facts, hand_over, replayed

OTHER = UUID("01900000-0000-7000-8000-0000000000aa")


async def stored(world: World, execution: Execution, **rest: object) -> Appended:
    answer = await world.store.append(member(execution, **rest))
    assert isinstance(answer, Appended)
    return answer


def start(execution: Execution) -> Execution:
    execution.start(cause(), owner=SERVER, epoch=1, isolation="process")
    return execution


def key(execution: Execution, *, body: bytes = b"same", name: str = "k") -> IdempotencyGuard:
    return IdempotencyGuard(scope="local:ada execute", key=name, body_hash=body, execution_id=execution.id)


# ── versions ──


async def test_what_was_appended_is_read_back_equal(world: World) -> None:
    execution = start(world.created())
    hand_over(execution, "a")
    events = facts(execution)
    await world.store.append(Member(events=events))
    read = await world.store.stream(execution.id)
    assert [type(event) for event in read] == [type(event) for event in events]
    assert read[1:] == events[1:]
    assert replayed(read).state.open_attempts == {"a": 1}


async def test_versions_of_a_stream_have_no_gap_and_positions_rise(world: World) -> None:
    execution = world.created()
    first = await stored(world, execution)
    second = await stored(world, start(execution))
    assert [event.originator_version for event in await world.store.stream(execution.id)] == [1, 2]
    assert second.position == first.position + 1
    assert await world.store.head(execution.id) == 2


async def test_an_append_at_the_wrong_head_is_refused_and_stores_nothing(world: World) -> None:
    execution = world.created()
    await stored(world, execution)
    copy = replayed(await world.store.stream(execution.id))
    await stored(world, start(execution))
    with pytest.raises(VersionConflict) as refused:
        await stored(world, start(copy))
    assert (refused.value.stream_id, refused.value.expected, refused.value.actual) == (execution.id, 1, 2)
    assert await world.store.head(execution.id) == 2


async def test_a_version_beyond_the_head_is_refused_though_nobody_has_it(world: World) -> None:
    execution = start(world.created())
    later = facts(execution)[1:]
    with pytest.raises(VersionConflict) as refused:
        await world.store.append(Member(events=later))
    assert (refused.value.expected, refused.value.actual) == (1, 0)
    assert await world.store.head(execution.id) == 0


async def test_versions_inside_a_member_must_follow_each_other(world: World) -> None:
    execution = start(world.created())
    hand_over(execution, "a")
    created, _, step_started = facts(execution)
    with pytest.raises((VersionConflict, ValueError)):
        await world.store.append(Member(events=[created, step_started]))
    assert await world.store.head(execution.id) == 0


async def test_a_member_over_two_streams_is_stored_whole_or_not_at_all(world: World) -> None:
    execution = start(world.created())
    await world.store.append(Member(events=[*facts(execution), logged(execution.id, 1, "one")]))
    hand_over(execution, "a")
    decisions = facts(execution)
    with pytest.raises(VersionConflict) as refused:  # the log stream is at 1
        await world.store.append(Member(events=[*decisions, logged(execution.id, 1, "again")]))
    assert refused.value.stream_id == log_stream_id(execution.id)
    assert (await world.store.head(execution.id), await world.store.head(log_stream_id(execution.id))) == (2, 1)
    await world.store.append(Member(events=[*decisions, logged(execution.id, 2, "two", first_line=2)]))
    assert (await world.store.head(execution.id), await world.store.head(log_stream_id(execution.id))) == (3, 2)


async def test_an_empty_member_and_one_of_too_many_events_are_errors_of_the_caller(world: World) -> None:
    execution = world.created()
    with pytest.raises(ValueError, match="1 to 1000 events"):
        await world.store.append(Member(events=[]))
    with pytest.raises(ValueError, match="1 to 1000 events"):
        await world.store.append(Member(events=[logged(execution.id, n + 1, "x") for n in range(1_001)]))


# ── members queued together ──


async def test_members_queued_together_follow_each_other_in_queue_order(world: World) -> None:
    execution = world.created()
    members = [member(execution)]
    members.append(member(start(execution)))
    for path in "abc":
        hand_over(execution, path)
        members.append(member(execution))
    answers = await asyncio.gather(*(world.store.append(m) for m in members))
    positions = [answer.position for answer in answers]
    assert positions == sorted(positions)
    assert await world.store.head(execution.id) == 5


async def test_followers_of_a_refused_member_fail_and_others_pass(world: World) -> None:
    refused, other = start(world.created()), start(world.created())
    facts(refused)  # never stored: the stream does not exist
    hand_over(refused, "a")
    leading = member(refused)
    hand_over(refused, "b")
    follower = member(refused)
    answers = await asyncio.gather(
        world.store.append(leading),
        world.store.append(member(other)),
        world.store.append(follower),
        world.store.append(Member(events=[logged(other.id, 1, "x")])),
        return_exceptions=True,
    )
    assert [type(answer) for answer in answers] == [VersionConflict, Appended, LeadingMemberFailed, Appended]
    assert await world.store.head(refused.id) == 0


async def test_a_follower_on_a_second_stream_fails_with_its_leader(world: World) -> None:
    execution = start(world.created())
    await world.store.append(member(execution, leases_opened=[opened(execution)]))
    hand_over(execution, "a")
    decisions = facts(execution)
    leading = Member(
        events=[*decisions, logged(execution.id, 1, "x")], guards=[LeaseGuard(name=lease(execution), epoch=9)]
    )
    follower = Member(events=[logged(execution.id, 2, "y", first_line=2)])
    answers = await asyncio.gather(
        world.store.append(leading), world.store.append(follower), return_exceptions=True
    )  # fmt: skip
    assert [type(answer) for answer in answers] == [LeaseLost, LeadingMemberFailed]
    assert await world.store.head(log_stream_id(execution.id)) == 0


# ── leases ──


def lease(execution: Execution) -> str:
    return f"execution:{execution.id}"


def opened(execution: Execution, owner: UUID | None = SERVER) -> LeaseOpened:
    return LeaseOpened(name=lease(execution), owner=owner, epoch=1)


async def test_a_guard_holds_while_the_epoch_is_the_same(world: World) -> None:
    execution = world.created()
    await stored(world, execution, leases_opened=[opened(execution)])
    await stored(world, start(execution), guards=[LeaseGuard(name=lease(execution), epoch=1)])
    hand_over(execution, "a")
    with pytest.raises(LeaseLost) as lost:
        await stored(world, execution, guards=[LeaseGuard(name=lease(execution), epoch=2)])
    assert (lost.value.name, lost.value.epoch, lost.value.actual) == (lease(execution), 2, 1)
    assert await world.store.head(execution.id) == 2


async def test_taking_over_raises_the_epoch_and_fences_the_former_owner(world: World) -> None:
    execution = start(world.created())
    await stored(world, execution, leases_opened=[opened(execution)])
    heir = replayed(await world.store.stream(execution.id))
    heir.take_over(cause(), owner=OTHER, epoch=2, reason="lease_expired")
    taken = LeaseTaken(name=lease(heir), owner=OTHER, from_epoch=1, epoch=2)
    await stored(world, heir, leases_taken=[taken])
    assert [(x.execution_id, x.owner, x.epoch) for x in await world.leases.open_executions()] == [
        (execution.id, OTHER, 2)
    ]
    with pytest.raises(LeaseLost):  # its log stream is at the expected version: the epoch alone refuses it
        await world.store.append(
            Member(events=[logged(execution.id, 1, "late")], guards=[LeaseGuard(name=lease(execution), epoch=1)])
        )
    heir.take_over(cause(), owner=SERVER, epoch=2, reason="lease_expired")
    with pytest.raises(LeaseLost):
        await stored(world, heir, leases_taken=[LeaseTaken(name=lease(heir), owner=SERVER, from_epoch=1, epoch=2)])


async def test_a_guard_on_a_lease_that_is_gone_is_refused(world: World) -> None:
    execution = start(world.created())
    await stored(world, execution, leases_opened=[opened(execution)])
    hand_over(execution, "a")
    await stored(world, execution, leases_closed=[lease(execution)])
    assert list(await world.leases.open_executions()) == []
    hand_over(execution, "b")
    with pytest.raises(LeaseLost) as lost:
        await stored(world, execution, guards=[LeaseGuard(name=lease(execution), epoch=1)])
    assert lost.value.actual is None


async def test_guards_of_members_queued_together_see_what_earlier_ones_did_to_the_lease(world: World) -> None:
    execution = world.created()
    first = member(execution, leases_opened=[opened(execution)])
    guarded = member(start(execution), guards=[LeaseGuard(name=lease(execution), epoch=1)])
    answers = await asyncio.gather(world.store.append(first), world.store.append(guarded))
    assert all(isinstance(answer, Appended) for answer in answers)
    execution.take_over(cause(), owner=OTHER, epoch=2, reason="lease_expired")
    takes = member(execution, leases_taken=[LeaseTaken(name=lease(execution), owner=OTHER, from_epoch=1, epoch=2)])
    fenced = Member(events=[logged(execution.id, 1, "late")], guards=[LeaseGuard(name=lease(execution), epoch=1)])
    answers = await asyncio.gather(world.store.append(takes), world.store.append(fenced), return_exceptions=True)
    assert [type(answer) for answer in answers] == [Appended, LeaseLost]


async def test_open_executions_come_oldest_first(world: World) -> None:
    executions = [world.created() for _ in range(3)]
    for execution in executions:
        await stored(world, execution, leases_opened=[opened(execution, owner=None)])
    assert [x.execution_id for x in await world.leases.open_executions()] == [x.id for x in executions]


async def test_an_execution_whose_owner_is_not_heard_is_an_orphan(world: World) -> None:
    mine, queued, others = world.created(), world.created(), world.created()
    await stored(world, mine, leases_opened=[opened(mine)])
    await stored(world, queued, leases_opened=[opened(queued, owner=None)])
    await stored(world, others, leases_opened=[opened(others, owner=OTHER)])
    assert await world.leases.beat(SERVER, ttl_s=15) == 0
    assert await world.leases.beat(OTHER, ttl_s=30) == 1
    assert list(await world.leases.orphans()) == []
    world.pass_time(timedelta(seconds=16))
    gone = Orphan(execution_id=mine.id, owner=SERVER, epoch=1, resigned=False)
    assert list(await world.leases.orphans()) == [gone]
    assert await world.leases.beat(OTHER, ttl_s=30) == 0
    assert await world.leases.beat(SERVER, ttl_s=15) == 1
    assert list(await world.leases.orphans()) == [], "it is heard again, and nobody took it"


async def test_a_server_that_resigns_leaves_its_executions_at_once(world: World) -> None:
    execution = world.created()
    await stored(world, execution, leases_opened=[opened(execution)])
    await world.leases.beat(SERVER, ttl_s=15)
    await world.leases.resign(SERVER)
    left = Orphan(execution_id=execution.id, owner=SERVER, epoch=1, resigned=True)
    assert list(await world.leases.orphans()) == [left]
    assert await world.leases.beat(OTHER, ttl_s=15) == 0


# ── idempotency keys ──


async def test_a_key_used_again_with_the_same_body_gives_the_first_answer(world: World) -> None:
    first, again = world.created(), world.created()
    answer = await stored(world, first, idempotency=key(first))
    replay = await world.store.append(member(again, idempotency=key(again)))
    assert replay == Replayed(execution_id=first.id, position=answer.position, number=1)
    assert await world.store.head(again.id) == 0


async def test_a_key_used_again_with_another_body_is_refused(world: World) -> None:
    first, again = world.created(), world.created()
    await stored(world, first, idempotency=key(first))
    with pytest.raises(IdempotencyKeyReused) as refused:
        await stored(world, again, idempotency=key(again, body=b"other"))
    assert refused.value.key == "k"
    assert await world.store.head(again.id) == 0


async def test_two_members_with_one_key_queued_together_are_carried_out_once(world: World) -> None:
    first, again, other = world.created(), world.created(), world.created()
    answers = await asyncio.gather(
        world.store.append(member(first, idempotency=key(first))),
        world.store.append(member(again, idempotency=key(again))),
        world.store.append(member(other, idempotency=key(other, body=b"other"))),
        return_exceptions=True,
    )
    assert isinstance(answers[0], Appended)
    assert answers[1] == Replayed(execution_id=first.id, position=answers[0].position, number=1)
    assert isinstance(answers[2], IdempotencyKeyReused)


async def test_a_replayed_member_fails_no_follower_of_other_streams_and_uses_no_number(world: World) -> None:
    first, again, other = world.created(), world.created(), world.created()
    await stored(world, first, idempotency=key(first))
    replay, passed = await asyncio.gather(
        world.store.append(member(again, idempotency=key(again))), world.store.append(member(other))
    )
    assert isinstance(replay, Replayed)
    assert isinstance(passed, Appended)
    assert passed.numbers == {other.id: 2}


async def test_keys_of_another_scope_and_other_keys_are_free(world: World) -> None:
    first, second, third = world.created(), world.created(), world.created()
    await stored(world, first, idempotency=key(first))
    await stored(world, second, idempotency=key(second, name="l"))
    guard = IdempotencyGuard(scope="local:bob execute", key="k", body_hash=b"same", execution_id=third.id)
    assert (await stored(world, third, idempotency=guard)).numbers == {third.id: 3}


async def test_a_key_is_free_again_after_24_hours(world: World) -> None:
    first, again = world.created(), world.created()
    await stored(world, first, idempotency=key(first))
    world.pass_time(timedelta(hours=24, seconds=1))
    answer = await stored(world, again, idempotency=key(again, body=b"other"))
    assert answer.numbers == {again.id: 2}
    third = world.created()
    replay = await world.store.append(member(third, idempotency=key(third, body=b"other")))
    assert replay == Replayed(execution_id=again.id, position=answer.position, number=2)


# ── numbers ──


async def test_numbers_are_serial_per_workflow_in_queue_order(world: World) -> None:
    executions = [world.created() for _ in range(5)]
    answers = await asyncio.gather(*(world.store.append(member(x)) for x in executions))
    given = [answer.numbers[x.id] for answer, x in zip(answers, executions, strict=True)]  # type: ignore[union-attr]
    assert given == [1, 2, 3, 4, 5]
    read = [replayed(await world.store.stream(x.id)).state.number for x in executions]
    assert read == given


async def test_numbers_of_another_workflow_begin_at_one(world: World) -> None:
    from domain.values import EMPTY_OBJECT

    await stored(world, world.created())
    elsewhere = Execution.create(
        world.ids.new(), cause(), workflow_id=OTHER, workflow_version=1, workflow_name="other", graph_hash="0",
        inputs=EMPTY_OBJECT, priority=0, labels={}, trigger="person",
    )  # fmt: skip
    here = world.created()
    both = await world.store.append(member(elsewhere, here))
    assert isinstance(both, Appended)
    assert both.numbers == {elsewhere.id: 1, here.id: 2}


async def test_a_refused_member_uses_no_number(world: World) -> None:
    refused, good, later = world.created(), world.created(), world.created()
    answers = await asyncio.gather(
        world.store.append(member(refused, guards=[LeaseGuard(name="execution:none", epoch=7)])),
        world.store.append(member(good)),
        return_exceptions=True,
    )
    assert isinstance(answers[0], LeaseLost)
    assert isinstance(answers[1], Appended)
    assert answers[1].numbers == {good.id: 1}
    assert (await stored(world, later)).numbers == {later.id: 2}


# ── limits ──

ONE_OF_IT = Bound(Group(WORKFLOW), 1)


def counted(execution: Execution, key: str | None = None, *, owned: bool = True) -> LeaseOpened:
    name, group = f"execution:{execution.id}", Group(WORKFLOW, key)
    return LeaseOpened(name=name, owner=SERVER if owned else None, epoch=1 if owned else 0, group=group)


async def test_of_two_that_start_at_once_a_limit_of_one_lets_one_in(world: World) -> None:
    first, second = start(world.created()), start(world.created())
    answers = await asyncio.gather(
        *(stored(world, one, leases_opened=[counted(one)], limits=[ONE_OF_IT]) for one in (first, second)),
        return_exceptions=True,
    )
    assert isinstance(answers[0], Appended)
    assert isinstance(answers[1], LimitReached)
    assert (answers[1].workflow_id, answers[1].running) == (WORKFLOW, 1)
    assert await world.store.head(second.id) == 0, "nothing of it is stored"


async def test_who_waits_does_not_count_and_who_has_ended_counts_no_more(world: World) -> None:
    waits, first, second = world.created(), start(world.created()), world.created()
    await stored(world, waits, leases_opened=[counted(waits, owned=False)])
    await stored(world, first, leases_opened=[counted(first)], limits=[ONE_OF_IT])
    await stored(world, second, leases_opened=[counted(second, owned=False)])
    taken = LeaseTaken(name=f"execution:{second.id}", owner=SERVER, from_epoch=0, epoch=1)
    copy = replayed(await world.store.stream(second.id))
    with pytest.raises(LimitReached):
        await stored(world, start(second), leases_taken=[taken], limits=[ONE_OF_IT])
    hand_over(first, "a")
    await stored(world, first, leases_closed=[f"execution:{first.id}"])
    await stored(world, start(copy), leases_taken=[taken], limits=[ONE_OF_IT])


async def test_a_limit_of_a_key_counts_those_with_the_key_and_one_of_the_workflow_all(world: World) -> None:
    one, two, three, four = (start(world.created()) for _ in range(4))
    await stored(world, one, leases_opened=[counted(one, "Seattle")])
    seattle, tokyo = Bound(Group(WORKFLOW, "Seattle"), 1), Bound(Group(WORKFLOW, "Tokyo"), 1)
    with pytest.raises(LimitReached):
        await stored(world, two, leases_opened=[counted(two, "Seattle")], limits=[seattle])
    await stored(world, three, leases_opened=[counted(three, "Tokyo")], limits=[tokyo, Bound(Group(WORKFLOW), 2)])
    with pytest.raises(LimitReached):
        await stored(world, four, leases_opened=[counted(four, "Oslo")], limits=[Bound(Group(WORKFLOW), 2)])


async def test_a_key_that_came_before_is_answered_although_a_limit_is_reached(world: World) -> None:
    first, again = start(world.created()), start(world.created())
    await stored(world, first, leases_opened=[counted(first)], limits=[ONE_OF_IT], idempotency=key(first))
    answer = await world.store.append(
        member(again, leases_opened=[counted(again)], limits=[ONE_OF_IT], idempotency=key(again))
    )
    assert isinstance(answer, Replayed)
    assert answer.execution_id == first.id


async def test_whom_open_executions_count_with_is_told(world: World) -> None:
    execution = start(world.created())
    await stored(world, execution, leases_opened=[counted(execution, "Seattle")])
    waits = world.created()
    await stored(world, waits, leases_opened=[counted(waits, "Oslo", owned=False)])
    running, waiting = await world.leases.open_executions()
    assert (running.group, waiting.group) == (Group(WORKFLOW, "Seattle"), Group(WORKFLOW, "Oslo"))
    assert list(await world.leases.owned_executions()) == [running]
