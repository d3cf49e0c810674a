"""Two servers and a limit, as stories: one thing comes at the worst moment. Each was a way to wait for ever, to run too
many, or to run twice."""

import asyncio
from collections import Counter
from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest

from application import commands as c
from application.ports import (
    Appended,
    LeadingMemberFailed,
    LeaseLost,
    LimitReached,
    Member,
    OpenExecution,
    Replayed,
    StoreUnavailable,
    Succeeded,
)
from domain.errors import CapacityExceeded, NotFound, TransitionRefused, Unavailable
from domain.execution import events as e
from domain.execution.execution import Execution
from domain.values import JsonText, Usage
from infrastructure.mapper import UnknownTopic
from tests.simulation.graphs import SEATS
from tests.simulation.loop import VirtualLoop, run
from tests.simulation.test_by_hand import ByHand, execute, steps
from tests.simulation.world import ADA, Server


class Two(ByHand):
    """Servers by number, each with a limit of attempts; a step takes a moment, or for ever where it is told to."""

    async def start(self, number: int, limit: int = 4, *, begin: bool = True) -> Server:
        server = Server(self.truth, self.loop, self.artifacts, UUID(int=number), number, limit)
        server.executor._outcome = lambda attempt, began: Succeeded(  # type: ignore[method-assign]
            id=attempt.id, output=JsonText(b"{}"), attachments=[],
            usage=Usage(wall_ms=1, cpu_ms=1, peak_memory_bytes=1, began_at_ms=began),
        )  # fmt: skip
        if begin:
            await server.start()
        return server

    async def flow(self, server: Server, **settings: Any) -> UUID:
        definition = {**steps("a"), "settings": settings}
        command = c.CreateWorkflow(actor=ADA, name="w", description="", labels={}, definition=definition, ready=True)
        workflow, _ = await server.handlers.create_workflow(command)
        return workflow.id

    def stands(self, execution_id: UUID) -> str:
        return dict(self.everything())[execution_id].value

    def created(self, execution_id: UUID) -> e.Created:
        [event] = [event for event in self.truth.history(execution_id) if isinstance(event, e.Created)]
        return event

    def kinds(self, execution_id: UUID) -> list[str]:
        return [type(event).__name__ for event in self.truth.history(execution_id)]


def told(story: Any) -> None:
    loop = VirtualLoop()
    world = Two(loop)
    run(story(world), loop)
    assert world.truth.breaches == []


def for_ever(server: Server) -> None:
    async def play(attempt: Any) -> None:
        await asyncio.sleep(36_000)

    server.executor._play = play  # type: ignore[method-assign]


def lets_in(server: Server, slots: int) -> None:
    server.conductor.slots.limit = server.executor._limit = slots
    server.conductor._queue.admit_soon()


def stop_of(execution_id: UUID) -> c.StopExecution:
    return c.StopExecution(actor=ADA, execution_id=execution_id, grace_s=0, reason=None)


async def next_one_runs(world: Two, server: Server, flow: UUID) -> None:
    """Nobody counts who does not run: the limit is free again."""
    accepted = await server.handlers.execute(execute(flow))
    await asyncio.sleep(300)
    assert world.stands(accepted.execution_id) == "completed"


def slowly_told(server: Server) -> Any:
    """What the database says of open executions arrives seconds later; the call that makes it quick again."""
    leases: Any = server.conductor._leases
    names = ("open_executions", "owned_executions")

    def slow(real: Any) -> Any:
        async def ask() -> list[OpenExecution]:
            rows = [*await real()]
            await asyncio.sleep(3)
            return rows

        return ask

    for name in names:
        setattr(leases, name, slow(getattr(leases, name)))
    return lambda: [delattr(leases, name) for name in names]


def test_one_that_ends_while_everything_is_looked_at_does_not_count_for_ever() -> None:
    async def story(world: Two) -> None:
        a, b = await world.start(1), await world.start(2)
        flow = await world.flow(a, concurrency={"limit": 1})
        await a.handlers.execute(execute(flow))
        quick = slowly_told(a)
        await a.conductor.look_at_all()
        quick()
        b.kill()
        await next_one_runs(world, a, flow)

    told(story)


def test_one_that_ends_while_a_server_starts_does_not_count_for_ever() -> None:
    async def story(world: Two) -> None:
        b, a = await world.start(2), await world.start(1, begin=False)
        flow = await world.flow(b, concurrency={"limit": 1})
        await b.handlers.execute(execute(flow))
        quick = slowly_told(a)

        async def at_once() -> None:
            pass

        a.executor.start = at_once  # type: ignore[method-assign]
        await a.start()
        quick()
        b.kill()
        await next_one_runs(world, a, flow)

    told(story)


def test_one_whose_last_append_is_under_way_at_a_cut_off_counts_no_more() -> None:
    async def story(world: Two) -> None:
        a, b = await world.start(1), await world.start(2)
        flow = await world.flow(b, concurrency={"limit": 1})
        append = a.store.append

        async def late(member: Member) -> Appended | Replayed:
            answer = await append(member)
            if any(isinstance(event, e.Completed) for event in member.events):
                await asyncio.sleep(2)
            return answer

        a.store.append = late  # type: ignore[method-assign]
        accepted = await a.handlers.execute(execute(flow))
        while world.stands(accepted.execution_id) != "completed":
            await asyncio.sleep(0.1)
        a.conductor.cut_off()
        await asyncio.sleep(5)
        await a.conductor.take_up_own()
        b.kill()
        await next_one_runs(world, a, flow)

    told(story)


def test_a_start_under_way_at_a_cut_off_that_is_not_stored_is_queued_again() -> None:
    async def story(world: Two) -> None:
        a, b = await world.start(1, 0), await world.start(2, 0)
        flow = await world.flow(b, concurrency={"limit": 1})
        accepted = await a.handlers.execute(execute(flow))
        append = a.store.append

        async def away(member: Member) -> Appended | Replayed:
            await asyncio.sleep(1)
            raise StoreUnavailable("the database is away")

        a.store.append = away  # type: ignore[method-assign]
        lets_in(a, 1)
        await asyncio.sleep(0.5)
        a.conductor.cut_off()
        await asyncio.sleep(3)
        a.store.append = append  # type: ignore[method-assign]
        await a.conductor.take_up_own()
        b.kill()
        await asyncio.sleep(300)
        assert world.stands(accepted.execution_id) == "completed"

    told(story)


def test_a_start_elsewhere_that_is_heard_at_the_wrong_moment_counts_and_nobody_hammers_the_database() -> None:
    async def story(world: Two) -> None:
        a, b = await world.start(1, 4), await world.start(2, 0)
        flow = await world.flow(b, concurrency={"limit": 1})
        object.__setattr__(b.handlers, "queue_limit", 1_000)
        refused, append, load = Counter[str](), a.store.append, a.conductor.load

        async def counted(member: Member) -> Appended | Replayed:
            try:
                return await append(member)
            except LimitReached:
                refused["limit"] += 1
                raise

        async def slowly(execution_id: UUID) -> Execution:
            if execution_id == first.execution_id:
                await asyncio.sleep(0.5)
            return await load(execution_id)

        a.store.append = counted  # type: ignore[method-assign]
        a.conductor.load = slowly  # type: ignore[method-assign]
        first = await b.handlers.execute(execute(flow))
        for _ in range(30):
            await b.handlers.execute(execute(flow))
        for_ever(b)
        await asyncio.sleep(0.25)  # the other one has heard of it and reads it
        lets_in(b, 1)
        await asyncio.sleep(20)
        refused.clear()
        await asyncio.sleep(60)
        assert refused["limit"] <= 1
        assert Counter(status.value for _, status in world.everything()) == {"queued": 30, "running": 1}

    told(story)


def test_one_that_was_stopped_and_retried_while_it_was_to_start_is_queued_again() -> None:
    async def story(world: Two) -> None:
        a, b = await world.start(1, 0), await world.start(2, 0)
        flow = await world.flow(b, concurrency={"limit": 1})
        accepted = await b.handlers.execute(execute(flow))
        await asyncio.sleep(1)
        append = a.store.append

        async def late(member: Member) -> Appended | Replayed:
            if any(isinstance(event, e.Started) for event in member.events):
                await asyncio.sleep(2)
            return await append(member)

        a.store.append = late  # type: ignore[method-assign]
        lets_in(a, 1)
        await asyncio.sleep(0.5)
        await b.handlers.stop(stop_of(accepted.execution_id))
        await b.handlers.retry(
            c.RetryExecution(
                actor=ADA, execution_id=accepted.execution_id, origin="start", chosen=(), inputs=None, step_inputs={},
                version=None, token=None,
            )
        )  # fmt: skip
        b.kill()
        a.store.append = append  # type: ignore[method-assign]
        await asyncio.sleep(60)
        assert world.stands(accepted.execution_id) == "completed"
        await next_one_runs(world, a, flow)

    told(story)


def test_one_that_is_about_to_start_is_not_queued_again_meanwhile() -> None:
    async def story(world: Two) -> None:
        b, a = await world.start(2, 0), await world.start(1, 0)
        accepted = await b.handlers.execute(execute(await world.flow(b)))
        await asyncio.sleep(1)
        load = a.conductor.load

        async def slowly(execution_id: UUID) -> Execution:
            found = await load(execution_id)
            await asyncio.sleep(0.5)
            return found

        a.conductor.load = slowly  # type: ignore[method-assign]
        lets_in(a, 2)
        await asyncio.sleep(0.1)
        await a.conductor.look_at_all()
        await asyncio.sleep(30)
        assert world.kinds(accepted.execution_id).count("StepStarted") == 1
        assert world.stands(accepted.execution_id) == "completed"

    told(story)


def test_what_another_server_has_just_started_does_not_fail_by_its_time_in_the_queue() -> None:
    async def story(world: Two) -> None:
        a, b = await world.start(1, 0), await world.start(2, 0)
        flow = await world.flow(b, queue_timeout_s=5, concurrency={"limit": 1})
        accepted = await b.handlers.execute(execute(flow))
        for_ever(b)
        await asyncio.sleep(4.9)
        lets_in(b, 1)
        await asyncio.sleep(5)
        assert world.stands(accepted.execution_id) == "running"
        a.kill()

    told(story)


def test_one_that_could_not_be_stopped_waits_on_and_starts() -> None:
    async def story(world: Two) -> None:
        a = await world.start(1)
        flow = await world.flow(a, concurrency={"limit": 1})
        await a.handlers.execute(execute(flow))
        second = await a.handlers.execute(execute(flow))
        append = a.store.append

        async def away(member: Member) -> Appended | Replayed:
            if any(isinstance(event, e.StopRequested) for event in member.events):
                await asyncio.sleep(3)  # the first ends meanwhile
                raise StoreUnavailable("the database is away")
            return await append(member)

        a.store.append = away  # type: ignore[method-assign]
        with pytest.raises(StoreUnavailable):
            await a.handlers.stop(stop_of(second.execution_id))
        await asyncio.sleep(60)
        assert world.stands(second.execution_id) == "completed"

    told(story)


def test_the_oldest_makes_room_although_the_answer_to_the_newest_was_lost() -> None:
    async def story(world: Two) -> None:
        a = await world.start(1)
        flow = await world.flow(a, concurrency={"limit": 1, "on_limit": "replace_oldest"})
        for_ever(a)
        first = await a.handlers.execute(execute(flow))
        world.breaks["answer_given_up"] = 1
        with pytest.raises(StoreUnavailable):
            await a.handlers.execute(execute(flow, "key"))
        await asyncio.sleep(15)
        again = await a.handlers.execute(execute(flow, "key"))
        await asyncio.sleep(60)
        assert (world.stands(first.execution_id), world.stands(again.execution_id)) == ("stopped", "running")

    told(story)


@pytest.mark.parametrize("on_limit", ["refuse", "cancel_newest", "replace_oldest"])
def test_what_comes_of_one_more_counts_those_that_were_not_heard_of(on_limit: str) -> None:
    async def story(world: Two) -> None:
        a, b = await world.start(1), await world.start(2)
        assert a.following is not None
        a.following.cancel()
        flow = await world.flow(b, concurrency={"limit": 1, "on_limit": on_limit})
        for_ever(b)
        first = await b.handlers.execute(execute(flow))
        if on_limit == "refuse":
            with pytest.raises(CapacityExceeded):
                await a.handlers.execute(execute(flow))
            return
        second = await a.handlers.execute(execute(flow))
        b.following = b.following or asyncio.create_task(b._follow(0))
        await asyncio.sleep(60)
        expected = ("running", "stopped") if on_limit == "cancel_newest" else ("stopped", "running")
        told_of = (world.stands(first.execution_id), world.stands(second.execution_id))
        assert told_of == expected or (on_limit == "replace_oldest" and told_of == ("stopped", "completed"))

    told(story)


@pytest.mark.parametrize("on_limit", ["refuse", "cancel_newest"])
def test_nobody_is_refused_for_one_whose_end_was_not_heard(on_limit: str) -> None:
    async def story(world: Two) -> None:
        a, b = await world.start(1), await world.start(2)
        flow = await world.flow(b, concurrency={"limit": 1, "on_limit": on_limit})
        play = b.executor._play

        async def for_a_while(attempt: Any) -> None:
            await asyncio.sleep(5)
            await play(attempt)

        b.executor._play = for_a_while  # type: ignore[method-assign]
        first = await b.handlers.execute(execute(flow))
        await asyncio.sleep(2)
        assert a.conductor._admission.any_elsewhere, "it has heard that it runs"
        assert a.following is not None
        a.following.cancel()
        while world.stands(first.execution_id) != "completed":
            await asyncio.sleep(0.1)
        second = await a.handlers.execute(execute(flow))
        await asyncio.sleep(60)
        assert world.stands(second.execution_id) == "completed"

    told(story)


async def calls(server: Server, child: UUID) -> UUID:
    """A workflow whose one step runs another workflow."""
    node = {"id": "call", "kind": "workflow", "config": {"workflow": str(child), "inputs": {}}}
    definition = {"apiVersion": "runwright/v1", "name": "parent", "nodes": [node]}
    command = c.CreateWorkflow(actor=ADA, name="parent", description="", labels={}, definition=definition, ready=True)
    workflow, _ = await server.handlers.create_workflow(command)
    return workflow.id


def child_in(world: Two) -> UUID:
    [child] = [x for x, _ in world.everything() if world.created(x).trigger.startswith("parent:")]
    return child


async def parent_with_a_queued_child(world: Two, a: Server) -> tuple[UUID, UUID]:
    """The parent runs on the first server, which has no slot for the child."""
    parent = await calls(a, await world.flow(a))
    accepted = await a.handlers.execute(execute(parent))
    a.conductor.slots.limit = 0
    await asyncio.sleep(1)
    child = child_in(world)
    assert (world.stands(accepted.execution_id), world.stands(child)) == ("running", "queued")
    return accepted.execution_id, child


@pytest.mark.parametrize("refused_by", ["version", "lease"])
def test_a_parent_hears_of_the_end_of_a_child_that_another_server_was_quicker_to_start(refused_by: str) -> None:
    async def story(world: Two) -> None:
        a, b = await world.start(1, 1), await world.start(2, 0)
        parent, child = await parent_with_a_queued_child(world, a)
        append, load = a.store.append, a.conductor.load

        async def late(member: Member) -> Appended | Replayed:
            if not any(isinstance(event, e.Started) and event.originator_id == child for event in member.events):
                return await append(member)
            lets_in(b, 1)
            if refused_by == "version":
                await asyncio.sleep(0.5)
                return await append(member)
            await asyncio.sleep(60)
            raise LeaseLost("another server holds it")

        async def slowly(execution_id: UUID) -> Execution:
            found = await load(execution_id)
            await asyncio.sleep(60 if execution_id == child else 0)
            return found

        a.store.append, a.conductor.load = late, slowly  # type: ignore[method-assign]
        lets_in(a, 1)
        await asyncio.sleep(300)
        assert (world.stands(child), world.stands(parent)) == ("completed", "completed")

    told(story)


@pytest.mark.parametrize("read", ["before it began", "after it ended"])
def test_a_parent_hears_of_the_end_of_a_child_that_was_read_to_be_started_here_meanwhile(read: str) -> None:
    async def story(world: Two) -> None:
        a, b = await world.start(1, 1), await world.start(2, 0)
        parent, child = await parent_with_a_queued_child(world, a)
        await b.handlers.change_queue(c.ChangeQueue(actor=ADA, execution_id=child, priority=3, held=None))
        await asyncio.sleep(1)
        load, slow = a.conductor.load, True

        async def slowly(execution_id: UUID) -> Execution:
            nonlocal slow
            if execution_id != child or not slow:
                return await load(execution_id)
            slow = False
            lets_in(b, 1)
            found = await load(execution_id)
            await asyncio.sleep(60)
            return found if read == "before it began" else await load(execution_id)

        a.conductor.load = slowly  # type: ignore[method-assign]
        lets_in(a, 1)
        await asyncio.sleep(300)
        assert (world.stands(child), world.stands(parent)) == ("completed", "completed")

    told(story)


def test_a_parent_hears_of_the_end_of_a_child_that_was_asked_to_stop_too_late() -> None:
    async def story(world: Two) -> None:
        a, b = await world.start(1, 1), await world.start(2, 0)
        parent, child = await parent_with_a_queued_child(world, a)
        load = a.conductor._histories.load

        async def slowly(execution_id: UUID) -> Execution:
            if execution_id == child:
                lets_in(b, 1)
                await asyncio.sleep(60)
            return await load(execution_id)

        a.conductor._histories.load = slowly  # type: ignore[method-assign]
        with pytest.raises(TransitionRefused):
            await a.handlers.stop(stop_of(child))
        await asyncio.sleep(60)
        assert (world.stands(child), world.stands(parent)) == ("completed", "completed")

    told(story)


def test_a_child_that_another_server_starts_while_this_one_tries_to_is_paused_with_its_parent() -> None:
    async def story(world: Two) -> None:
        a, b = await world.start(1, 1), await world.start(2, 0)
        parent, child = await parent_with_a_queued_child(world, a)
        await a.handlers.pause(c.PauseExecution(actor=ADA, execution_id=parent, resume=False))
        append = a.store.append
        for_ever(b)

        async def late(member: Member) -> Appended | Replayed:
            if any(isinstance(event, e.Started) and event.originator_id == child for event in member.events):
                lets_in(b, 1)
                await asyncio.sleep(5)
            return await append(member)

        a.store.append = late  # type: ignore[method-assign]
        lets_in(a, 1)
        await asyncio.sleep(60)
        assert (world.stands(child), world.stands(parent)) == ("paused", "paused")
        b.kill()

    told(story)


def deaf(server: Server) -> None:
    assert server.following is not None
    server.following.cancel()


def test_who_waits_is_looked_at_again_when_something_was_missed() -> None:
    async def story(world: Two) -> None:
        a, b = await world.start(1, 0), await world.start(2, 0)
        flow = await world.flow(a)
        held, stopped, moved = [(await a.handlers.execute(execute(flow))).execution_id for _ in range(3)]
        hold = c.ChangeQueue(actor=ADA, execution_id=held, priority=None, held=True)
        await a.handlers.change_queue(hold)
        await asyncio.sleep(1)
        deaf(a)
        await b.handlers.change_queue(replace(hold, held=False))
        await b.handlers.stop(stop_of(stopped))
        await b.handlers.change_queue(replace(hold, execution_id=moved, priority=7, held=None))
        b.kill()
        await asyncio.sleep(1)
        await a.conductor.look_at_all()
        assert [(x.execution_id, x.priority) for x in a.conductor._admission.first(9)] == [(moved, 7), (held, 0)]
        assert a.conductor.queued == 2
        lets_in(a, 1)
        await asyncio.sleep(60)
        assert [world.stands(x) for x in (held, stopped, moved)] == ["completed", "stopped", "completed"]

    told(story)


def test_a_parent_is_told_of_a_queued_child_that_was_stopped_while_something_was_missed() -> None:
    async def story(world: Two) -> None:
        a, b = await world.start(1, 1), await world.start(2, 0)
        parent, child = await parent_with_a_queued_child(world, a)
        deaf(a)
        await b.handlers.stop(stop_of(child))
        await asyncio.sleep(1)
        await a.conductor.look_at_all()
        await asyncio.sleep(5)
        assert (world.stands(child), world.stands(parent)) == ("stopped", "failed")

    told(story)


def test_what_is_heard_while_everything_is_looked_at_is_newer_than_what_was_read() -> None:
    async def story(world: Two) -> None:
        a, b = await world.start(1, 0), await world.start(2, 0)
        accepted = await a.handlers.execute(execute(await world.flow(a)))
        await asyncio.sleep(1)
        load = a.conductor.load

        async def slowly(execution_id: UUID) -> Execution:
            found = await load(execution_id)
            await asyncio.sleep(5)
            return found

        a.conductor.load = slowly  # type: ignore[method-assign]
        looking = asyncio.create_task(a.conductor.look_at_all())
        await asyncio.sleep(1)
        await b.handlers.change_queue(
            c.ChangeQueue(actor=ADA, execution_id=accepted.execution_id, priority=4, held=None)
        )
        await looking
        assert [ticket.priority for ticket in a.conductor._admission.first(9)] == [4]

    told(story)


@pytest.mark.parametrize("error", [UnknownTopic("newer"), LookupError("gone"), NotFound("execution", "x")])
def test_one_that_cannot_be_started_holds_up_nobody_and_is_tried_again(error: Exception) -> None:
    async def story(world: Two) -> None:
        a, b = await world.start(1, 0), await world.start(2, 0)
        flow = await world.flow(b)
        first, second = [(await b.handlers.execute(execute(flow))).execution_id for _ in range(2)]
        await asyncio.sleep(1)
        b.kill()
        load, fails = a.conductor.load, True

        async def refused(execution_id: UUID) -> Execution:
            if fails and execution_id == first:
                raise error
            return await load(execution_id)

        a.conductor.load = refused  # type: ignore[method-assign]
        lets_in(a, 1)
        await asyncio.sleep(60)
        assert (world.stands(first), world.stands(second)) == ("queued", "completed")
        fails = False
        await asyncio.sleep(60)
        assert world.stands(first) == "completed"

    told(story)


def test_one_that_could_not_be_started_and_was_started_elsewhere_is_not_tried_again() -> None:
    async def story(world: Two) -> None:
        a, b = await world.start(1, 0), await world.start(2, 0)
        accepted = await b.handlers.execute(execute(await world.flow(b)))
        await asyncio.sleep(1)
        tried = 0

        async def refused(execution_id: UUID) -> Execution:
            nonlocal tried
            tried += 1
            raise UnknownTopic("newer")

        a.conductor.load = refused  # type: ignore[method-assign]
        lets_in(a, 1)
        await asyncio.sleep(1)
        assert a.conductor.is_queued(accepted.execution_id), "it is not forgotten"
        lets_in(b, 1)
        await asyncio.sleep(300)
        assert world.stands(accepted.execution_id) == "completed"
        assert (tried, a.conductor.is_queued(accepted.execution_id)) == (1, False)

    told(story)


def test_a_start_that_waits_for_the_database_takes_what_it_needs_once() -> None:
    async def story(world: Two) -> None:
        a = await world.start(1, 0)
        accepted = await a.handlers.execute(execute(await world.flow(a, needs={SEATS: 1})))
        histories = a.conductor._histories
        log_stream_of, left = histories.log_stream_of, 2

        async def away(execution: Execution) -> Any:
            nonlocal left
            left -= 1
            if left >= 0:
                raise StoreUnavailable("the database is away")
            return await log_stream_of(execution)

        histories.log_stream_of = away  # type: ignore[method-assign]
        lets_in(a, 1)
        await asyncio.sleep(60)
        assert world.stands(accepted.execution_id) == "completed"
        assert [*a.conductor.slots.all_taken()] == []

    told(story)


def test_one_that_another_server_holds_keeps_its_time_in_the_queue() -> None:
    async def story(world: Two) -> None:
        a, b = await world.start(1, 0), await world.start(2, 0)
        flow = await world.flow(b, queue_timeout_s=100)
        accepted = await b.handlers.execute(execute(flow))
        await asyncio.sleep(1)
        deaf(a)
        hold = c.ChangeQueue(actor=ADA, execution_id=accepted.execution_id, priority=None, held=True)
        await b.handlers.change_queue(hold)
        b.kill()
        lets_in(a, 1)
        await asyncio.sleep(60)
        assert world.stands(accepted.execution_id) == "queued"
        await asyncio.sleep(60)
        assert world.stands(accepted.execution_id) == "failed"

    told(story)


@pytest.mark.parametrize("error", [LeadingMemberFailed("the one before was refused"), UnknownTopic("newer")])
def test_one_whose_time_in_the_queue_is_over_fails_although_that_could_not_be_stored_at_first(error: Exception) -> None:
    async def story(world: Two) -> None:
        a = await world.start(1, 0)
        accepted = await a.handlers.execute(execute(await world.flow(a, queue_timeout_s=5)))
        append, refused = a.store.append, False

        async def once(member: Member) -> Appended | Replayed:
            nonlocal refused
            if not refused:
                refused = True
                raise error
            return await append(member)

        a.store.append = once  # type: ignore[method-assign]
        await asyncio.sleep(60)
        assert refused
        assert world.stands(accepted.execution_id) == "failed"

    told(story)


def test_nothing_is_called_dead_that_still_dies_of_a_cut_off() -> None:
    async def story(world: Two) -> None:
        a = await world.start(1)
        accepted = await a.handlers.execute(execute(await world.flow(a)))
        while not world.truth.alive:
            await asyncio.sleep(0.01)
        a.conductor.cut_off()
        with pytest.raises(Unavailable):
            await a.handlers.stop(stop_of(accepted.execution_id))
        await a.conductor.take_up_own()
        await a.handlers.stop(stop_of(accepted.execution_id))
        await asyncio.sleep(60)
        assert world.stands(accepted.execution_id) == "stopped"

    told(story)


def test_after_a_cut_off_everything_is_taken_up_whatever_happens_to_one_meanwhile() -> None:
    async def story(world: Two) -> None:
        a = await world.start(1)
        flow = await world.flow(a)
        for_ever(a)
        newer, asked, plain = [(await a.handlers.execute(execute(flow))).execution_id for _ in range(3)]
        load, pauses = a.conductor.load, 1

        async def meanwhile(execution_id: UUID) -> Execution:
            nonlocal pauses
            if execution_id == newer:
                raise UnknownTopic("newer")
            found = await load(execution_id)
            if execution_id == asked and pauses:
                pauses = 0
                await a.handlers.pause(c.PauseExecution(actor=ADA, execution_id=asked, resume=False))
            return found

        a.conductor.cut_off()
        await asyncio.sleep(5)
        a.conductor.load = meanwhile  # type: ignore[method-assign]
        await a.conductor.take_up_own()
        assert [world.kinds(x).count("OwnerChanged") for x in (newer, asked, plain)] == [0, 1, 1]
        assert [a.conductor.has(x) for x in (newer, asked, plain)] == [False, True, True]

    told(story)


@pytest.mark.parametrize("asked", ["stop", "pause"])
def test_what_is_asked_while_an_append_is_under_way_at_a_cut_off_is_answered(asked: str) -> None:
    async def story(world: Two) -> None:
        a = await world.start(1)
        append = a.store.append

        async def late(member: Member) -> Appended | Replayed:
            if any(isinstance(event, e.StepCompleted) for event in member.events):
                storing.set()
                await asyncio.sleep(5)
            return await append(member)

        storing = asyncio.Event()
        a.store.append = late  # type: ignore[method-assign]
        definition = steps("a", "b")
        command = c.CreateWorkflow(actor=ADA, name="w", description="", labels={}, definition=definition, ready=True)
        workflow, _ = await a.handlers.create_workflow(command)
        accepted = await a.handlers.execute(execute(workflow.id))
        await storing.wait()
        pause = c.PauseExecution(actor=ADA, execution_id=accepted.execution_id, resume=False)
        asking = asyncio.create_task(
            a.handlers.stop(stop_of(accepted.execution_id)) if asked == "stop" else a.handlers.pause(pause)
        )
        await asyncio.sleep(1)
        a.conductor.cut_off()
        await asyncio.wait([asking], timeout=30)
        assert asking.done()
        if asked == "pause":
            assert world.stands(accepted.execution_id) == "paused"
        else:
            assert isinstance(asking.exception(), Unavailable), "what it holds is not taken up again yet"
        await a.conductor.take_up_own()
        assert await a.handlers.stop(stop_of(accepted.execution_id)) > 0
        await asyncio.sleep(60)
        assert world.stands(accepted.execution_id) == "stopped"

    told(story)


def test_one_that_ends_while_two_questions_who_runs_are_under_way_does_not_count_for_ever() -> None:
    async def story(world: Two) -> None:
        a = await world.start(1)
        flow = await world.flow(a, concurrency={"limit": 1})
        for_ever(a)
        first = await a.handlers.execute(execute(flow))
        leases: Any = a.conductor._leases
        real, takes = leases.owned_executions, [5.0, 1.0]

        async def slowly() -> list[OpenExecution]:
            rows = [*await real()]
            await asyncio.sleep(takes.pop(0))
            return rows

        leases.owned_executions = slowly
        asking = [asyncio.create_task(a.conductor.running.recount()) for _ in range(2)]
        await asyncio.sleep(2)
        del leases.owned_executions
        await a.handlers.stop(stop_of(first.execution_id))
        await asyncio.gather(*asking)
        assert not a.conductor._admission.any_elsewhere

    told(story)


def test_one_that_is_stopped_before_its_server_knows_that_it_is_stored_runs_nothing_afterwards() -> None:
    async def story(world: Two) -> None:
        a = await world.start(1)
        flow = await world.flow(a)
        append = a.store.append

        async def late(member: Member) -> Appended | Replayed:
            answer = await append(member)
            if any(isinstance(event, e.Created) for event in member.events):
                await asyncio.sleep(2)
            return answer

        a.store.append = late  # type: ignore[method-assign]
        accepting = asyncio.create_task(a.handlers.execute(execute(flow)))
        await asyncio.sleep(1)
        [(execution_id, _)] = world.everything()
        await a.handlers.stop(stop_of(execution_id))
        await accepting
        await asyncio.sleep(60)
        assert world.stands(execution_id) == "stopped"
        [stopped] = [x for x in world.truth.history(execution_id) if isinstance(x, e.StepStopped)]
        assert stopped.proof != "server_restarted"

    told(story)
