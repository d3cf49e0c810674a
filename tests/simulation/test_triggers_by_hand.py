"""Triggers over two servers, as stories: what takes whose place, and who remembers what runs."""

import asyncio
from typing import Any
from uuid import UUID

import pytest

from application import commands as c
from domain.execution.status import FINAL
from domain.triggering.trigger import TriggerEvent, TriggerFired, TriggerSkipped
from tests.simulation.test_several_by_hand import Two, for_ever, told
from tests.simulation.world import ADA, Server

MINUTE = 60.0


async def triggered(world: Two, server: Server, overlap: str, **settings: Any) -> tuple[UUID, UUID]:
    """A workflow that runs for ever, and a trigger of it each minute."""
    for_ever(server)
    flow = await world.flow(server, **settings)
    body = {"name": "t", "kind": "interval", "every_s": MINUTE, "overlap": overlap, "workflow_id": str(flow)}
    trigger, *_ = await server.triggers.create(c.CreateTrigger(actor=ADA, body=body))
    return flow, trigger.id


def events(world: Two, trigger_id: UUID) -> list[TriggerEvent]:
    log = (world.truth.event(n) for n in range(1, len(world.truth.log.records) + 1))
    return [event for event in log if isinstance(event, TriggerEvent) and event.originator_id == trigger_id]


def started(world: Two, trigger_id: UUID) -> list[UUID]:
    return [event.execution_id for event in events(world, trigger_id) if isinstance(event, TriggerFired)]


def skipped(world: Two, trigger_id: UUID) -> list[str]:
    return [event.reason for event in events(world, trigger_id) if isinstance(event, TriggerSkipped)]


def fire_of(trigger_id: UUID) -> c.FireTrigger:
    return c.FireTrigger(actor=ADA, trigger_id=trigger_id)


def test_what_is_replaced_is_stopped_once_and_the_next_one_runs() -> None:
    async def story(world: Two) -> None:
        a, b = await world.start(1), await world.start(2)
        for_ever(b)
        _, trigger_id = await triggered(world, a, "replace")
        await asyncio.sleep(2.8 * MINUTE)
        first, second = started(world, trigger_id)
        assert (world.stands(first), world.stands(second)) == ("stopped", "running")
        assert world.kinds(first).count("StopRequested") == 1

    told(story)


def test_where_nothing_may_start_the_one_that_runs_goes_on() -> None:
    async def story(world: Two) -> None:
        a = await world.start(1)
        flow, trigger_id = await triggered(world, a, "replace")
        await asyncio.sleep(1.5 * MINUTE)
        await a.handlers.change_workflow(c.ChangeWorkflow(actor=ADA, workflow_id=flow, change="pause"))
        await asyncio.sleep(2 * MINUTE)
        [first] = started(world, trigger_id)
        assert world.stands(first) == "running"
        assert set(skipped(world, trigger_id)) == {"workflow_is_paused"}
        await a.handlers.change_workflow(c.ChangeWorkflow(actor=ADA, workflow_id=flow, change="resume"))
        await asyncio.sleep(1.3 * MINUTE)
        assert world.stands(first) == "stopped"
        assert len(started(world, trigger_id)) == 2

    told(story)


@pytest.mark.parametrize("on_limit", ["refuse", "cancel_newest"])
def test_a_workflow_that_lets_no_further_one_in_keeps_the_one_that_runs(on_limit: str) -> None:
    async def story(world: Two) -> None:
        a = await world.start(1)
        _, trigger_id = await triggered(world, a, "replace", concurrency={"limit": 1, "on_limit": on_limit})
        await asyncio.sleep(4.5 * MINUTE)
        first, *others = started(world, trigger_id)
        assert world.stands(first) == "running"
        if on_limit == "refuse":
            assert skipped(world, trigger_id) == ["concurrency_limit_reached"] * 3
        assert {world.stands(one) for one in others} <= {"stopped"}, "cancelled as they came"

    told(story)


def test_one_that_must_wait_for_the_end_of_what_it_replaces_runs_then() -> None:
    async def story(world: Two) -> None:
        a = await world.start(1)
        _, trigger_id = await triggered(world, a, "replace", concurrency={"limit": 1, "on_limit": "queue"})
        await asyncio.sleep(2.8 * MINUTE)
        first, second = started(world, trigger_id)
        assert (world.stands(first), world.stands(second)) == ("stopped", "running")

    told(story)


@pytest.mark.parametrize("heard", [True, False], ids=["another goes on", "it starts again"])
def test_a_server_that_dies_before_it_stops_what_is_replaced_leaves_that_to_the_next(heard: bool) -> None:
    async def story(world: Two) -> None:
        a = await world.start(1)
        _, trigger_id = await triggered(world, a, "replace")
        stopped = asyncio.Event()

        async def dies(*_: Any, **__: Any) -> int:
            stopped.set()
            await asyncio.sleep(36_000)
            return 0

        a.firing._stops.stop = dies  # type: ignore[method-assign]
        b = await world.start(2) if heard else None
        if b is not None:
            for_ever(b)
            b.firing_task.cancel()  # type: ignore[union-attr]  # a is the first with each due time
        await asyncio.wait_for(stopped.wait(), 3 * MINUTE)
        a.kill()
        b = b or await world.start(2)
        if heard:
            b.firing_task = asyncio.create_task(b.firing.run())
        first, second = started(world, trigger_id)
        assert world.stands(first) == "running"
        await asyncio.sleep(40)
        assert world.stands(first) != "running"
        assert "StopRequested" in world.kinds(first)
        assert "StopRequested" not in world.kinds(second)

    told(story)


def test_a_run_that_somebody_began_later_is_not_replaced() -> None:
    async def story(world: Two) -> None:
        a = await world.start(1)
        _, trigger_id = await triggered(world, a, "replace")
        await asyncio.sleep(2.5 * MINUTE)
        first, _ = started(world, trigger_id)
        assert world.stands(first) == "stopped"
        await a.handlers.retry(
            c.RetryExecution(
                actor=ADA, execution_id=first, origin="start", chosen=(), inputs=None, step_inputs={}, version=None,
                token=None,
            )
        )  # fmt: skip
        await asyncio.sleep(5)
        a.firing.look_at(a.triggers.known[trigger_id])
        await asyncio.sleep(10)
        assert world.stands(first) == "running"

    told(story)


@pytest.mark.parametrize("overlap", ["skip", "queue"])
def test_what_runs_is_not_forgotten_when_one_started_by_hand_is_over(overlap: str) -> None:
    async def story(world: Two) -> None:
        a = await world.start(1)
        _, trigger_id = await triggered(world, a, overlap)
        await asyncio.sleep(1.2 * MINUTE)
        by_hand = await a.triggers.fire(fire_of(trigger_id))
        await asyncio.sleep(5)
        [first, second] = started(world, trigger_id)
        assert second == by_hand.execution_id
        await a.handlers.stop(c.StopExecution(actor=ADA, execution_id=second, grace_s=0, reason=None))
        await asyncio.sleep(3 * MINUTE)
        assert world.stands(second) == "stopped"
        assert world.stands(first) == "running"
        assert started(world, trigger_id) == [first, second], "it does not run beside the first"
        await a.handlers.stop(c.StopExecution(actor=ADA, execution_id=first, grace_s=0, reason=None))
        await asyncio.sleep(1.1 * MINUTE)
        assert len(started(world, trigger_id)) == 3

    told(story)


def test_one_started_by_hand_replaces_nothing_and_counts_as_well() -> None:
    async def story(world: Two) -> None:
        a = await world.start(1)
        _, trigger_id = await triggered(world, a, "replace")
        await asyncio.sleep(1.2 * MINUTE)
        await a.triggers.fire(fire_of(trigger_id))
        await asyncio.sleep(30)
        first, second = started(world, trigger_id)
        assert (world.stands(first), world.stands(second)) == ("running", "running")
        await asyncio.sleep(MINUTE)
        assert (world.stands(first), world.stands(second)) == ("stopped", "stopped")
        assert [x for x, status in world.everything() if status not in FINAL] == started(world, trigger_id)[2:]

    told(story)
