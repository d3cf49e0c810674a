"""What attempts take, and the limits an operator sets, as stories: who waits, for what it is said to wait, and that it
starts as soon as what it waits for is there."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from application import commands as c
from application.ports import Erred, StoreUnavailable, Succeeded
from domain.errors import CapacityExceeded, Category, Conflict, InvalidInput
from domain.event import StepError
from domain.execution import events as e
from domain.values import JsonText, Usage
from tests.simulation.graphs import MOST_SEATS, SEATS
from tests.simulation.loop import BEGIN
from tests.simulation.test_by_hand import execute, steps
from tests.simulation.test_several_by_hand import Two, for_ever, stop_of, told
from tests.simulation.world import ADA, Server


def needing(amount: float, *, whole: bool = False, nodes: int = 1) -> dict[str, Any]:
    """`nodes` steps side by side that need so many seats each, or an execution that needs them."""
    made = [{"id": f"n{i}", "kind": "python", "config": {"code": "def main(): pass"}} for i in range(nodes)]
    if whole:
        return {"apiVersion": "runwright/v1", "nodes": made, "settings": {"needs": {SEATS: amount}}}
    return {"apiVersion": "runwright/v1", "nodes": [{**one, "needs": {SEATS: amount}} for one in made]}


async def save(server: Server, definition: dict[str, Any], name: str = "w") -> Any:
    command = c.CreateWorkflow(actor=ADA, name=name, description="", labels={}, definition=definition, ready=True)
    workflow, _ = await server.handlers.create_workflow(command)
    return workflow.id


async def limit(server: Server, expected: int | None = None, **body: Any) -> int:
    return await server.handlers.set_limits(c.SetLimits(actor=ADA, body=body, expected_version=expected))


@pytest.mark.parametrize("whole", [False, True])
def test_who_needs_what_is_taken_waits_and_says_so_and_starts_when_it_is_free(whole: bool) -> None:
    async def story(world: Two) -> None:
        server = await world.start(1)
        flow = await save(server, needing(2, whole=whole))
        for_ever(server)
        first = await server.handlers.execute(execute(flow))
        second = await server.handlers.execute(execute(flow))
        await asyncio.sleep(5)
        assert (world.stands(first.execution_id), world.stands(second.execution_id)) == ("running", "queued")
        why = server.conductor.queue_view.why(second.execution_id)
        params = {"resource": SEATS, "needed": 2, "free": 1.0, "limit": MOST_SEATS, "place": 1}
        assert why == {"code": "resources", "params": params}
        await server.handlers.stop(stop_of(first.execution_id))
        await asyncio.sleep(5)
        assert world.stands(second.execution_id) == "running"
        [started] = [x for x in world.truth.history(second.execution_id) if type(x).__name__ == "Started"]
        waited = started.waited_ms  # type: ignore[attr-defined]
        assert waited["resources"] == pytest.approx(5_000, abs=100)
        await server.handlers.stop(stop_of(second.execution_id))
        await asyncio.sleep(5)
        assert [*server.conductor.slots.all_taken()] == []

    told(story)


def test_a_step_that_lacks_a_resource_keeps_nobody_from_the_slots() -> None:
    async def story(world: Two) -> None:
        server = await world.start(1, limit=4)
        wide, narrow = await save(server, needing(2, nodes=2)), await save(server, steps("a"))
        for_ever(server)
        first = await server.handlers.execute(execute(wide))
        other = await server.handlers.execute(execute(narrow))
        await asyncio.sleep(5)
        assert (world.stands(first.execution_id), world.stands(other.execution_id)) == ("running", "running")
        assert server.conductor.slots.used == 2, "one of the two wide steps, and the narrow one"
        said = server.conductor.queue_view.why_steps(first.execution_id)
        params = {"resource": SEATS, "needed": 2, "free": 1.0, "limit": MOST_SEATS}
        assert said == {"code": "steps_resources", "params": params}
        assert server.conductor.queue_view.why_steps(other.execution_id) is None

    told(story)


def test_an_older_one_that_needs_much_gets_it_before_younger_ones_that_need_little() -> None:
    async def story(world: Two) -> None:
        server = await world.start(1, limit=9)
        holder, large, small = [await save(server, needing(n, nodes=k)) for n, k in ((2, 1), (3, 1), (1, 2))]
        for_ever(server)
        first = await server.handlers.execute(execute(holder))
        await asyncio.sleep(1)
        await server.handlers.execute(execute(small))  # takes the third seat; its second step waits
        await asyncio.sleep(1)
        assert server.conductor.slots.taken(SEATS) == 3
        third = await server.handlers.execute(execute(large))
        await asyncio.sleep(1)
        await server.handlers.stop(stop_of(first.execution_id))
        await asyncio.sleep(5)
        assert server.conductor.slots.taken(SEATS) == 2, "both of the older one; the large one waits for all three"
        assert world.stands(third.execution_id) == "queued"

    told(story)


def test_what_could_never_start_is_refused_with_the_place_and_the_way_out() -> None:
    async def story(world: Two) -> None:
        server = await world.start(1)
        definition = needing(4)
        definition["nodes"][0]["needs"]["gpu"] = 1
        flow = await save(server, definition)
        with pytest.raises(InvalidInput) as refused:
            await server.handlers.execute(execute(flow))
        told_of = [(p.code, p.pointer, p.node) for p in refused.value.problems]
        assert told_of == [
            ("needs_too_much", f"/nodes/0/needs/{SEATS}", "n0"), ("unknown_resource", "/nodes/0/needs/gpu", "n0"),
        ]  # fmt: skip
        assert all("PUT /api/v1/queue/limits" in problem.advice for problem in refused.value.problems)
        await limit(server, resources={SEATS: 4, "gpu": 1})
        accepted = await server.handlers.execute(execute(flow))
        await asyncio.sleep(5)
        assert world.stands(accepted.execution_id) == "completed"

    told(story)


def test_limits_hold_on_every_server_and_are_there_after_a_restart() -> None:
    async def story(world: Two) -> None:
        a, b = await world.start(1), await world.start(2)
        flow = await world.flow(a)
        assert await limit(a, 0, workflows={str(flow): {"running": 1}}, kinds={"python": 2}, attempts=3) > 0
        await asyncio.sleep(5)
        again = await world.start(3)
        for server in (a, b, again):
            assert (server.conductor.slots.limit, server.conductor.slots.limit_of("kind:python")) == (3, 2)
        for_ever(a)
        first = await a.handlers.execute(execute(flow))
        second = await b.handlers.execute(execute(flow))
        await asyncio.sleep(10)
        assert (world.stands(first.execution_id), world.stands(second.execution_id)) == ("running", "queued")
        why = b.conductor.queue_view.why(second.execution_id)
        assert (why["code"], why["params"]["limit"]) == ("workflow_limit", 1)  # type: ignore[index]
        await limit(b, 1)
        await asyncio.sleep(10)
        assert world.stands(second.execution_id) in ("running", "completed"), "it starts once the limit is gone"
        assert [server.conductor.slots.limit for server in (a, b, again)] == [4, 4, 4]
        with pytest.raises(Conflict, match="version 2"):
            await limit(a, 1, attempts=2)

    told(story)


def test_a_full_queue_of_a_workflow_refuses_with_the_place_it_would_have_had() -> None:
    async def story(world: Two) -> None:
        server = await world.start(1, limit=1)
        flow, other = await world.flow(server), await world.flow(server)
        await limit(server, workflows={str(flow): {"queued": 2}})
        for_ever(server)
        for _ in range(3):
            await server.handlers.execute(execute(flow))
        with pytest.raises(CapacityExceeded, match="2 executions of this workflow wait already.*number 3") as refused:
            await server.handlers.execute(execute(flow))
        assert refused.value.retry_after_s > 0
        assert refused.value.problems[0].params == {"limit": 2, "place": 3}
        await server.handlers.execute(execute(other))

    told(story)


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"attempts": 0}, "/attempts"), ({"attempts": 5}, "/attempts"), ({"attempts": True}, "/attempts"),
        ({"workflows": []}, "/workflows"), ({"workflows": {"x": {"running": 1}}}, "/workflows/x"),
        ({"kinds": {"python": 0}}, "/kinds/python"), ({"resources": {"GPU": 1}}, "/resources/GPU"),
        ({"resources": {"gpu": -1}}, "/resources/gpu"), ({"resources": {"gpu": "2"}}, "/resources/gpu"),
        ({"slots": 3}, "/slots"),
    ],
)  # fmt: skip
def test_bad_limits_are_refused_whole_with_the_field(body: dict[str, Any], pointer: str) -> None:
    async def story(world: Two) -> None:
        server = await world.start(1)
        with pytest.raises(InvalidInput) as refused:
            await limit(server, **body, **({} if "kinds" in body else {"kinds": {"python": 1}}))
        assert [problem.pointer for problem in refused.value.problems] == [pointer]
        assert all(problem.advice for problem in refused.value.problems)
        assert server.conductor.limiting.version == 0

    told(story)


def test_one_that_was_taken_over_goes_on_although_the_answer_was_lost() -> None:
    """The simulation's seed 126: it was nobody's then, and stood still for ever."""

    async def story(world: Two) -> None:
        a, b = await world.start(1), await world.start(2)
        flow = await world.flow(a)
        for_ever(a)
        accepted = await a.handlers.execute(execute(flow))
        a.kill()
        world.breaks["answer_given_up"] = 1
        await asyncio.sleep(120)
        assert world.breaks["answer_given_up"] == 0
        assert world.stands(accepted.execution_id) == "completed"
        assert b.conductor.slots.used == 0

    told(story)


def test_limits_that_were_set_although_the_answer_was_lost_hold() -> None:
    async def story(world: Two) -> None:
        server = await world.start(1)
        world.breaks["answer_given_up"] = 1
        with pytest.raises(StoreUnavailable):
            await limit(server, attempts=2)
        with pytest.raises(Conflict):
            await limit(server, 0, attempts=3)
        await limit(server, attempts=3)
        assert (server.conductor.slots.limit, server.conductor.limiting.version) == (3, 2)

    told(story)


def test_one_that_is_delayed_starts_at_its_moment_and_says_so_and_its_wait_is_told_by_cause() -> None:
    async def story(world: Two) -> None:
        server = await world.start(1)
        flow = await world.flow(server, queue_timeout_s=5)
        accepted = await server.handlers.execute(replace(execute(flow), delay_s=60.0))
        await asyncio.sleep(59)
        why = server.conductor.queue_view.why(accepted.execution_id)
        assert (why["code"], world.stands(accepted.execution_id)) == ("delayed", "queued")
        assert why["params"]["until"] == BEGIN + timedelta(seconds=60)  # type: ignore[index]
        await asyncio.sleep(3)
        assert world.stands(accepted.execution_id) == "completed", "its time in the queue counts from then on"
        [started] = [x for x in world.truth.history(accepted.execution_id) if isinstance(x, e.Started)]
        assert started.waited_ms is not None
        assert started.waited_ms["delayed"] == pytest.approx(60_000, abs=50)
        assert sum(started.waited_ms.values()) == pytest.approx(60_000, abs=50)

    told(story)


def test_one_that_is_delayed_is_delayed_after_a_restart_too_and_a_person_may_hold_it_longer() -> None:
    async def story(world: Two) -> None:
        a = await world.start(1)
        flow = await world.flow(a)
        first = await a.handlers.execute(replace(execute(flow), start_at=BEGIN + timedelta(seconds=100)))
        second = await a.handlers.execute(replace(execute(flow), delay_s=100.0))
        hold = c.ChangeQueue(actor=ADA, execution_id=second.execution_id, priority=None, held=True)
        await a.handlers.change_queue(hold)
        a.kill()
        await asyncio.sleep(10)
        a = await world.start(1)
        await asyncio.sleep(80)
        assert {world.stands(one.execution_id) for one in (first, second)} == {"queued"}
        await asyncio.sleep(30)
        assert (world.stands(first.execution_id), world.stands(second.execution_id)) == ("completed", "queued")
        await a.handlers.change_queue(replace(hold, held=False))
        await asyncio.sleep(5)
        assert world.stands(second.execution_id) == "completed"

    told(story)


def test_of_those_that_are_debounced_together_the_last_one_runs_whichever_server_it_came_to() -> None:
    async def story(world: Two) -> None:
        a, b = await world.start(1), await world.start(2)
        flow = await world.flow(a, debounce={"wait_s": 10, "max_wait_s": 25})
        came: list[Any] = []
        for n in range(8):
            came.append(await (a if n % 2 else b).handlers.execute(execute(flow)))
            await asyncio.sleep(5)
        await asyncio.sleep(60)
        stands = [world.stands(one.execution_id) for one in came]
        assert stands.count("completed") == 2, "25 s after the first of them one runs although they go on coming"
        assert stands[-1] == "completed"
        assert set(stands) == {"completed", "stopped"}
        stopped = next(one for one, how in zip(came, stands, strict=True) if how == "stopped")
        [asked] = [x for x in world.truth.history(stopped.execution_id) if isinstance(x, e.StopRequested)]
        assert asked.reason is not None
        assert asked.reason.startswith("debounced by #")

    told(story)


def test_two_that_come_to_two_servers_at_once_are_debounced_as_well() -> None:
    async def story(world: Two) -> None:
        a, b = await world.start(1), await world.start(2)
        flow = await world.flow(a, debounce={"wait_s": 10})
        await asyncio.sleep(3)
        came = await asyncio.gather(a.handlers.execute(execute(flow)), b.handlers.execute(execute(flow)))
        await asyncio.sleep(30)
        assert sorted(world.stands(one.execution_id) for one in came) == ["completed", "stopped"]

    told(story)


def test_one_that_is_held_and_was_stopped_leaves_the_queue_although_the_answer_was_lost() -> None:
    async def story(world: Two) -> None:
        server = await world.start(1, limit=1)
        flow = await world.flow(server)
        for_ever(server)
        await server.handlers.execute(execute(flow))
        second = await server.handlers.execute(execute(flow))
        hold = c.ChangeQueue(actor=ADA, execution_id=second.execution_id, priority=None, held=True)
        await server.handlers.change_queue(hold)
        world.breaks["answer_given_up"] = 1
        with pytest.raises(StoreUnavailable):
            await server.handlers.stop(stop_of(second.execution_id))
        assert server.conductor.queued == 1
        await asyncio.sleep(15)
        assert (world.stands(second.execution_id), server.conductor.queued) == ("stopped", 0)

    told(story)


def test_one_whose_acceptance_was_not_answered_waits_although_it_is_held_just_when_it_is_looked_for() -> None:
    async def story(world: Two) -> None:
        server = await world.start(1, limit=1)
        flow = await world.flow(server)
        for_ever(server)
        first = await server.handlers.execute(execute(flow))
        world.breaks["answer_given_up"] = 1
        with pytest.raises(StoreUnavailable):
            await server.handlers.execute(execute(flow, "key"))
        await asyncio.sleep(5)
        second = next(x for x, _ in world.everything() if x != first.execution_id)
        with server.conductor._queue.in_hand(second):
            await asyncio.sleep(15)
            assert server.conductor.queued == 0, "somebody decides about it while it is looked for"
        await asyncio.sleep(1)
        assert server.conductor.queued == 1

    told(story)


def test_what_a_step_took_before_is_what_it_takes_when_it_does_not_say() -> None:
    async def story(world: Two) -> None:
        server = await world.start(1)
        flow = await world.flow(server)
        await limit(server, resources={"memory_mb": 3_000})
        server.executor._outcome = lambda attempt, began: Succeeded(  # type: ignore[method-assign]
            id=attempt.id, output=JsonText(b"{}"), attachments=[],
            usage=Usage(wall_ms=1, cpu_ms=1, peak_memory_bytes=2_000 * 2**20, began_at_ms=began),
        )  # fmt: skip
        for _ in range(5):
            await server.handlers.execute(execute(flow))
            await asyncio.sleep(5)
        for_ever(server)
        first = await server.handlers.execute(execute(flow))
        second = await server.handlers.execute(execute(flow))
        await asyncio.sleep(5)
        assert (server.conductor.slots.used, server.conductor.slots.taken("memory_mb")) == (1, 2_000)
        assert server.conductor.queue_view.why_steps(first.execution_id) is None
        said = server.conductor.queue_view.why_steps(second.execution_id)
        params = {"resource": "memory_mb", "needed": 2_000.0, "free": 1_000.0, "limit": 3_000.0}
        assert said == {"code": "steps_resources", "params": params}

    told(story)


def test_a_step_whose_calls_are_refused_as_too_many_has_fewer_out() -> None:
    async def story(world: Two) -> None:
        server = await world.start(1, limit=8)
        node = {"id": "ask", "kind": "http", "config": {"url": "http://127.0.0.1:9/"}}
        flow = await save(server, {"apiVersion": "runwright/v1", "nodes": [node]})
        too_many = StepError(
            code="http_status", category=Category.INFRASTRUCTURE, type="HTTP 429", message="", advice="", retryable=True
        )
        usage = Usage(wall_ms=1, cpu_ms=1, peak_memory_bytes=1, began_at_ms=0)
        server.executor._outcome = lambda attempt, began: Erred(id=attempt.id, error=too_many, usage=usage)  # type: ignore[method-assign]
        for _ in range(8):
            await server.handlers.execute(execute(flow))
        await asyncio.sleep(60)
        [(name, most)] = server.conductor.load_now.calls.limits().items()
        assert most <= 4, "half of the eight that were out, or less"
        assert server.conductor.slots.limit_of(name) == most
        for_ever(server)
        for _ in range(8):
            await server.handlers.execute(execute(flow))
        await asyncio.sleep(5)
        assert server.conductor.slots.used == most, "no more are out than are borne"
        said = [server.conductor.queue_view.why_steps(one) for one in server.conductor.live]
        assert {"code": "steps_calls", "params": {"limit": most}} in said

    told(story)


def test_a_child_and_a_retry_that_could_never_start_are_refused_and_say_why() -> None:
    async def story(world: Two) -> None:
        server = await world.start(1)
        needy = await save(server, needing(2), "needy")
        node = {"id": "call", "kind": "workflow", "config": {"workflow": str(needy), "inputs": {}}}
        parent = await save(server, {"apiVersion": "runwright/v1", "nodes": [node]}, "parent")
        done = await server.handlers.execute(execute(needy))
        await asyncio.sleep(5)
        await limit(server, resources={SEATS: 1})
        called = await server.handlers.execute(execute(parent))
        await asyncio.sleep(5)
        [failed] = [x for x in world.truth.history(called.execution_id) if isinstance(x, e.StepFailed)]
        assert failed.error.code == "needs_too_much"
        again = c.RetryExecution(
            actor=ADA, execution_id=done.execution_id, origin="start", chosen=(), inputs=None, step_inputs={},
            version=None, token=None,
        )  # fmt: skip
        with pytest.raises(InvalidInput, match="It needs 2 seats, and there are 1"):
            await server.handlers.retry(again)

    told(story)


def test_of_a_resource_that_an_operator_takes_away_there_is_none() -> None:
    async def story(world: Two) -> None:
        server = await world.start(1)
        await limit(server, resources={"licence": 1})
        nodes = [
            {"id": name, "kind": "python", "config": {"code": "def main(): pass"}, "needs": needs}
            for name, needs in (("a", {}), ("b", {"licence": 1}))
        ]
        definition = {"apiVersion": "runwright/v1", "nodes": nodes, "edges": [{"from": "a", "to": "b"}]}
        flow = await save(server, definition)
        play = server.executor._play
        for_ever(server)
        accepted = await server.handlers.execute(execute(flow))
        await limit(server)
        server.executor._play = play  # type: ignore[method-assign]
        await server.handlers.stop(stop_of(accepted.execution_id))
        await asyncio.sleep(5)
        with pytest.raises(InvalidInput, match="licence is nothing this service has"):
            await server.handlers.execute(execute(flow))
        assert server.conductor.slots.lacks({"licence": 1}) == ("licence", 1, 0, 0)
        assert server.conductor.slots.lacks({"kind:python": 1}) is None

    told(story)


def test_needs_deep_inside_maps_are_looked_at_too() -> None:
    async def story(world: Two) -> None:
        server = await world.start(1)
        inner = {"id": "i", "kind": "python", "config": {"code": "def main(): pass"}, "needs": {SEATS: 4}}
        middle = {"id": "m", "kind": "map", "config": {"items": [1], "node": inner}}
        outer = {"id": "o", "kind": "map", "config": {"items": [1], "node": middle}}
        flow = await save(server, {"apiVersion": "runwright/v1", "nodes": [outer]})
        with pytest.raises(InvalidInput) as refused:
            await server.handlers.execute(execute(flow))
        [problem] = refused.value.problems
        assert (problem.pointer, problem.node) == (f"/nodes/0/config/node/config/node/needs/{SEATS}", "o")

    told(story)


@pytest.mark.parametrize("what", ["delay", "queue_timeout_s", "timeout_s"])
def test_what_is_due_by_the_clock_is_not_late_when_the_machine_has_slept(what: str) -> None:
    """Its timers stood still for two hours, and its wall clock did not."""

    async def story(world: Two) -> None:
        server = await world.start(1, limit=0 if what == "queue_timeout_s" else 4)
        flow = await world.flow(server, **({} if what == "delay" else {what: 7_200}))
        if what == "timeout_s":
            for_ever(server)
        accepted = await server.handlers.execute(replace(execute(flow), delay_s=7_200.0 if what == "delay" else None))
        await asyncio.sleep(10)
        before = world.stands(accepted.execution_id)
        server.clock.wrong_s = 7_200.0
        await asyncio.sleep(75)
        assert before == ("running" if what == "timeout_s" else "queued")
        assert world.stands(accepted.execution_id) == ("completed" if what == "delay" else "failed")

    told(story)


@pytest.mark.parametrize("what", ["delay", "queue_timeout_s", "timeout_s"])
def test_what_is_due_by_the_clock_is_not_early_when_the_clock_is_put_back(what: str) -> None:
    async def story(world: Two) -> None:
        server = await world.start(1, limit=0 if what == "queue_timeout_s" else 4)
        flow = await world.flow(server, **({} if what == "delay" else {what: 100}))
        if what == "timeout_s":
            for_ever(server)
        accepted = await server.handlers.execute(replace(execute(flow), delay_s=100.0 if what == "delay" else None))
        await asyncio.sleep(50)
        before = world.stands(accepted.execution_id)
        server.clock.wrong_s = -3_600.0
        await asyncio.sleep(3_000)
        assert world.stands(accepted.execution_id) == before
        await asyncio.sleep(800)
        assert world.stands(accepted.execution_id) == ("completed" if what == "delay" else "failed")

    told(story)


def test_after_a_restart_none_is_given_what_another_one_holds_that_is_taken_up_later() -> None:
    async def story(world: Two) -> None:
        a = await world.start(1)
        wide = needing(1, nodes=3)
        wide["nodes"].insert(0, {"id": "first", "kind": "wait", "config": {"seconds": 1}})
        wide["edges"] = [{"from": "first", "to": f"n{i}"} for i in range(3)]
        older, whole = await save(a, wide), await save(a, needing(1, whole=True))
        for_ever(a)
        first = await a.handlers.execute(execute(older))
        second = await a.handlers.execute(execute(whole))
        await asyncio.sleep(5)
        assert a.conductor.slots.taken(SEATS) == MOST_SEATS, "two steps of the older one, and the other one as a whole"
        a.kill()
        b = await world.start(1)
        for_ever(b)
        await asyncio.sleep(5)
        assert (world.stands(first.execution_id), world.stands(second.execution_id)) == ("running", "running")
        assert b.conductor.slots.taken(SEATS) == MOST_SEATS
        assert len(b.conductor.live[first.execution_id].execution.state.open_attempts) == 2

    told(story)
