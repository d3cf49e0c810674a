"""What the simulation found, each as a story of its own: one thing breaks at one moment."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from itertools import pairwise
from typing import Any, cast
from uuid import UUID
from zlib import crc32

import pytest

from application import commands as c
from application.ports import Appended, Logged, Member, Replayed, StoreUnavailable, Succeeded
from application.queue import Queued, Waited
from domain.errors import TransitionRefused
from domain.event import Cause, RecordedEvent
from domain.execution import events as e
from domain.execution.execution import Execution
from domain.execution.status import ExecutionStatus
from domain.values import ArtifactRef, JsonText, LogLine, Usage
from tests.simulation.loop import VirtualLoop, run
from tests.simulation.world import ADA, Server, World

LARGE = JsonText(b'{"ok":true,"text":"%s"}' % (b"x" * 300))


class ByHand(World):
    """A world without chance: only what `breaks` says breaks, so many times. Steps succeed after a second."""

    def __init__(self, loop: VirtualLoop) -> None:
        super().__init__(0, loop)
        self.breaks: Counter[str] = Counter()
        self.several, self.limit = False, 4
        self.output = JsonText(b"{}")
        self.faults.strikes = self._strikes  # type: ignore[method-assign]
        self.faults.pause = self._pause  # type: ignore[method-assign]

    def _strikes(self, name: str) -> bool:
        struck = self.breaks[name] > 0
        self.breaks[name] -= struck
        return struck

    async def _pause(self, most_s: float) -> None:
        await asyncio.sleep(min(most_s, 1.0))

    async def begin(self, definition: dict[str, Any]) -> tuple[Server, UUID]:
        """A server and a workflow."""
        await self.boot()
        assert self.server is not None
        command = c.CreateWorkflow(actor=ADA, name="w", description="", labels={}, definition=definition, ready=True)
        workflow, _ = await self.server.handlers.create_workflow(command)
        executor = self.server.executor
        executor._outcome = lambda attempt, began: Succeeded(  # type: ignore[method-assign]
            id=attempt.id, output=self.output, attachments=[],
            usage=Usage(wall_ms=1, cpu_ms=1, peak_memory_bytes=1, began_at_ms=began),
        )  # fmt: skip
        return self.server, workflow.id

    def status(self) -> ExecutionStatus:
        [(_, status)] = self.everything()
        return status

    async def ended(self) -> list[str]:
        """How the one execution went, once it has ended."""
        for _ in range(100):
            await asyncio.sleep(1)
            if self.everything() and self.status() in (ExecutionStatus.COMPLETED, ExecutionStatus.FAILED):
                return [type(self.truth.event(n)).__name__ for n in range(1, len(self.truth.log.records) + 1)]
        raise AssertionError(f"it has not ended: {self.everything()}")


def steps(*names: str, output: str | None = None) -> dict[str, Any]:
    nodes = [{"id": name, "kind": "python", "config": {"code": "def main(): pass"}} for name in names]
    edges = [{"from": a, "to": b} for a, b in pairwise(names)]
    return {"apiVersion": "runwright/v1", "name": "w", "nodes": nodes, "edges": edges, "output": output}


def execute(workflow_id: UUID, key: str | None = None) -> c.Execute:
    return c.Execute(
        actor=ADA, workflow_id=workflow_id, inputs={}, priority=None, labels={}, version=None, idempotency_key=key
    )


def told(story: Callable[[ByHand], Awaitable[None]]) -> None:
    loop = VirtualLoop()
    world = ByHand(loop)
    run(story(world), loop)  # type: ignore[arg-type]
    world.accepted = {str(x): x for x, _ in world.everything()}
    assert world.check() == []


@pytest.mark.parametrize("busy", [False, True])
def test_an_execution_whose_acceptance_was_never_answered_goes_on_when_it_is_stored(busy: bool) -> None:
    async def story(world: ByHand) -> None:
        if busy:
            world.limit = 0  # it waits in the queue then
        server, workflow_id = await world.begin(steps("a"))
        world.breaks["answer_given_up"] = 1
        with pytest.raises(StoreUnavailable):
            await server.handlers.execute(execute(workflow_id, "key"))
        await asyncio.sleep(12)
        if busy:
            assert server.conductor.queued == 1
            world.limit = server.conductor.slots.limit = server.executor._limit = 1
            server.conductor._queue.admit_soon()
        await world.ended()
        assert (await server.handlers.execute(execute(workflow_id, "key"))).replayed

    told(story)


def test_one_that_was_refused_and_not_stored_is_forgotten_with_its_slots() -> None:
    async def story(world: ByHand) -> None:
        server, workflow_id = await world.begin(steps("a"))
        world.breaks["store_refused"] = 1
        with pytest.raises(StoreUnavailable):
            await server.handlers.execute(execute(workflow_id))
        assert server.conductor.slots.used == 1, "until it is known"
        await asyncio.sleep(12)
        assert server.conductor.slots.used == 0
        assert world.everything() == []

    told(story)


def test_a_retry_that_was_never_answered_goes_on_when_it_is_stored() -> None:
    async def story(world: ByHand) -> None:
        server, workflow_id = await world.begin(steps("a"))
        accepted = await server.handlers.execute(execute(workflow_id))
        await world.ended()
        again = c.RetryExecution(
            actor=ADA, execution_id=accepted.execution_id, origin="start", chosen=(), inputs=None, step_inputs={},
            version=None, token=None,
        )  # fmt: skip
        world.breaks["answer_given_up"] = 1
        with pytest.raises(StoreUnavailable):
            await server.handlers.retry(again)
        await asyncio.sleep(1)
        assert world.status() is ExecutionStatus.QUEUED
        assert (await world.ended()).count("Completed") == 2

    told(story)


def test_a_stop_that_comes_while_the_last_append_is_under_way_is_answered() -> None:
    async def story(world: ByHand) -> None:
        server, workflow_id = await world.begin(steps("a"))
        accepted = await server.handlers.execute(execute(workflow_id))
        stop = c.StopExecution(actor=ADA, execution_id=accepted.execution_id, grace_s=0, reason=None)
        asked: list[asyncio.Task[int]] = []
        append = server.store.append

        async def last(member: Member) -> Appended | Replayed:
            if any(isinstance(event, e.Completed) for event in member.events):
                asked.append(asyncio.create_task(server.handlers.stop(stop)))
                await asyncio.sleep(1)
                assert not asked[0].done()
            return await append(member)

        server.store.append = last  # type: ignore[method-assign]
        await world.ended()
        with pytest.raises(TransitionRefused):
            await asyncio.wait_for(asked[0], 1)

    told(story)


def test_an_expression_waits_for_a_value_that_the_database_does_not_give() -> None:
    async def story(world: ByHand) -> None:
        world.output = LARGE
        server, workflow_id = await world.begin(steps("a", output="${steps.a.output.ok}"))
        get, refused = world.artifacts.get, 0

        async def later(sha256: str) -> bytes | None:
            nonlocal refused
            refused += 1
            if refused < 3:
                raise StoreUnavailable("the database is away")
            return await get(sha256)

        world.artifacts.get = later  # type: ignore[method-assign]
        await server.handlers.execute(execute(workflow_id))
        await world.ended()
        assert refused == 3

    told(story)


def test_an_outcome_of_an_earlier_run_does_not_end_the_attempt_of_a_later_one() -> None:
    async def story(world: ByHand) -> None:
        server, workflow_id = await world.begin(steps("a"))
        accepted = await server.handlers.execute(execute(workflow_id))
        said: list[Any] = []
        tell = server.executor._sink
        server.executor.connect(lambda signals: (said.extend(signals), tell(signals))[1])
        await world.ended()
        again = c.RetryExecution(
            actor=ADA, execution_id=accepted.execution_id, origin="start", chosen=(), inputs=None, step_inputs={},
            version=None, token=None,
        )  # fmt: skip
        await server.handlers.retry(again)
        await asyncio.sleep(0.1)
        tell([x for x in said if isinstance(x, Succeeded)])
        await asyncio.sleep(0.1)
        assert world.status() is ExecutionStatus.RUNNING, "its own outcome is not there yet"
        assert (await world.ended()).count("StepCompleted") == 2

    told(story)


def test_a_server_that_starts_looks_again_when_the_one_before_has_stored_something_meanwhile() -> None:
    async def story(world: ByHand) -> None:
        server, workflow_id = await world.begin(steps("a", "b"))
        accepted = await server.handlers.execute(execute(workflow_id))
        server.kill()
        world.server = None
        successor = Server(world.truth, world.loop, world.artifacts, server.id, 2, 4)
        load, late = successor.conductor.load, 1

        async def and_then(execution_id: UUID) -> Execution:
            nonlocal late
            execution = await load(execution_id)
            if late:
                late = 0
                copy = await load(execution_id)
                copy.pause(Cause(at=copy.modified_on, actor=ADA, command_id=UUID(int=9)), reason=None)
                events = [event for event in copy.collect_events() if isinstance(event, RecordedEvent)]
                await successor.store.append(Member(events=events))
            return execution

        successor.conductor.load = and_then  # type: ignore[method-assign]
        await successor.start()
        world.server = successor
        assert world.status() is ExecutionStatus.PAUSED
        resume = c.PauseExecution(actor=ADA, execution_id=accepted.execution_id, resume=True)
        await successor.handlers.pause(resume)
        assert (await world.ended()).count("OwnerChanged") == 1

    told(story)


@pytest.mark.parametrize("large", [False, True])
def test_an_outcome_in_hand_counts_once_when_another_server_was_asked_for_something_meanwhile(large: bool) -> None:
    async def story(world: ByHand) -> None:
        world.output = LARGE if large else JsonText(b"{}")
        server, workflow_id = await world.begin(steps("a"))
        accepted = await server.handlers.execute(execute(workflow_id))
        append, put, asked = server.store.append, world.artifacts.put, 0

        async def someone_pauses_and_resumes() -> None:
            nonlocal asked
            asked += 1
            copy = await server.conductor.load(accepted.execution_id)
            because = Cause(at=copy.modified_on, actor=ADA, command_id=UUID(int=9))
            copy.pause(because, reason=None)
            copy.resume(because)
            events = [event for event in copy.collect_events() if isinstance(event, RecordedEvent)]
            await append(Member(events=events))
            server.conductor.heard(cast("e.ExecutionEvent", events[-1]), len(world.truth.log.records))

        async def not_alone(member: Member) -> Appended | Replayed:
            if not asked and any(isinstance(event, e.StepCompleted) for event in member.events):
                await someone_pauses_and_resumes()
            return await append(member)

        async def slowly(content: bytes, media_type: str, name: str | None = None) -> ArtifactRef:
            if not asked:
                await someone_pauses_and_resumes()
                await asyncio.sleep(1)
            return await put(content, media_type, name)

        server.store.append = not_alone  # type: ignore[method-assign]
        world.artifacts.put = slowly  # type: ignore[method-assign]
        kinds = await world.ended()
        assert asked == 1
        assert kinds.count("StepStarted") == kinds.count("StepCompleted") == 1
        assert "OutcomeIgnored" not in kinds

    told(story)


def test_what_an_owner_still_hears_after_it_was_replaced_is_not_stored() -> None:
    async def story(world: ByHand) -> None:
        world.several = True
        server, workflow_id = await world.begin(steps("a"))
        await server.handlers.execute(execute(workflow_id))
        while not world.truth.alive:
            await asyncio.sleep(0.01)
        [attempt] = world.truth.alive
        server.executor.kill(tells=False)
        assert server.following is not None
        for task in (*server.membership._tasks, server.following):
            task.cancel()  # it is not heard of any more, and hears nothing
        successor = Server(world.truth, world.loop, world.artifacts, UUID(int=99), 2, 4)
        await successor.start()
        world.server = successor
        while not any(isinstance(event, e.OwnerChanged) for event in world.truth.history(attempt.execution_id)):
            await asyncio.sleep(0.01)
        line = LogLine(at_ms=0, level="info", stream="stdout", text="too late")
        server.executor._sink([Logged(id=attempt, lines=[line])])
        await world.ended()
        assert not server.conductor.has(attempt.execution_id), "it has noticed"

    told(story)


def test_a_next_run_stays_in_the_queue_although_the_last_answer_of_the_run_before_is_still_awaited() -> None:
    async def story(world: ByHand) -> None:
        server, workflow_id = await world.begin(steps("a"))
        accepted = await server.handlers.execute(execute(workflow_id))
        append, kept = server.store.append, asyncio.Event()

        async def slow_at_the_end(member: Member) -> Appended | Replayed:
            stored = await append(member)
            if any(isinstance(event, e.Completed) for event in member.events) and not kept.is_set():
                await kept.wait()
            return stored

        server.store.append = slow_at_the_end  # type: ignore[method-assign]
        await world.ended()
        again = c.RetryExecution(
            actor=ADA, execution_id=accepted.execution_id, origin="start", chosen=(), inputs=None, step_inputs={},
            version=None, token=None,
        )  # fmt: skip
        queue = server.conductor._queue
        start, refused = queue._start, 1

        async def refused_once(queued: Queued, waited: Waited) -> None:
            nonlocal refused
            if refused:
                refused = 0
                raise StoreUnavailable("the database is away")
            await start(queued, waited)

        queue._start = refused_once  # type: ignore[method-assign]
        await server.handlers.retry(again)
        await asyncio.sleep(0.1)
        kept.set()
        assert (await world.ended()).count("Completed") == 2
        assert refused == 0

    told(story)


def named(*, slow: bool, given: str) -> dict[str, Any]:
    """A field that resolves to null, at once or slowly (the world of the simulation draws lots by the text)."""
    templates = (f"${{inputs.{letter}}}" for letter in "abcdefghijkl")
    fields = ({given: {"n": text} if given == "args" else text} for text in templates)
    return next(field for field in fields if (crc32(repr(field).encode()) % 3 == 0) is slow)


def roots(*nodes: dict[str, Any], **settings: Any) -> dict[str, Any]:
    return {"apiVersion": "runwright/v1", "name": "w", "nodes": [*nodes], "edges": [], "settings": settings}


def test_what_runs_is_stopped_when_another_root_fails_at_once() -> None:
    async def story(world: ByHand) -> None:
        never = {"id": "never", "kind": "wait", "config": named(slow=False, given="seconds")}
        runs = {"id": "runs", "kind": "python", "config": {"code": "def main(): pass"}}
        server, workflow_id = await world.begin(roots(never, runs, on_failure="stop"))
        play = server.executor._play

        async def for_long(attempt: Any) -> None:
            await asyncio.sleep(600)
            await play(attempt)

        server.executor._play = for_long  # type: ignore[method-assign]
        began = asyncio.get_running_loop().time()
        await server.handlers.execute(execute(workflow_id))
        assert "StepStopped" in await world.ended()
        assert asyncio.get_running_loop().time() - began < 60

    told(story)


def test_an_input_that_is_ready_while_the_start_is_stored_is_not_left_lying() -> None:
    async def story(world: ByHand) -> None:
        plain = {"id": "plain", "kind": "python", "config": {"code": "def main(): pass"}}
        config = {"code": "def main(n): pass", **named(slow=True, given="args")}
        asks = {"id": "asks", "kind": "python", "config": config}
        server, workflow_id = await world.begin(roots(plain, asks))
        append, play = server.store.append, server.executor._play

        async def slowly(member: Member) -> Appended | Replayed:
            await asyncio.sleep(5)
            return await append(member)

        async def for_long(attempt: Any) -> None:
            await asyncio.sleep(60)
            await play(attempt)

        server.store.append, server.executor._play = slowly, for_long  # type: ignore[method-assign]
        await server.handlers.execute(execute(workflow_id))
        await asyncio.sleep(30)
        [(execution_id, _)] = world.everything()
        started = [event for event in await server.store.stream(execution_id) if isinstance(event, e.StepStarted)]
        assert {event.path for event in started} == {"plain", "asks"}
        await world.ended()

    told(story)


def test_one_that_waits_for_a_slot_goes_on_although_its_acceptance_was_not_answered() -> None:
    """It was heard of by looking at everything, and ran before it was looked for as one whose answer was lost."""

    async def story(world: ByHand) -> None:
        world.limit = 1
        server, workflow_id = await world.begin(steps("a"))
        waits = {"id": "waits", "kind": "wait", "config": {"seconds": 5}}
        work = {"id": "work", "kind": "python", "config": {"code": "def main(): pass"}}
        later = {**roots(waits, work), "edges": [{"from": "waits", "to": "work"}]}
        command = c.CreateWorkflow(actor=ADA, name="l", description="", labels={}, definition=later, ready=True)
        waiting, _ = await server.handlers.create_workflow(command)
        play = server.executor._play

        async def for_a_while(attempt: Any) -> None:
            await asyncio.sleep(20)
            await play(attempt)

        server.executor._play = for_a_while  # type: ignore[method-assign]
        server.conductor.slots.limit = 0
        world.breaks["answer_given_up"] = 1
        with pytest.raises(StoreUnavailable):
            await server.handlers.execute(execute(waiting.id, "key"))
        await asyncio.sleep(1)
        server.conductor.slots.limit = 1
        await server.conductor.look_at_all()
        await asyncio.sleep(1)
        await server.handlers.execute(execute(workflow_id))  # has the slot from before the other asks for it
        await asyncio.sleep(120)
        assert [status.value for _, status in world.everything()] == ["completed", "completed"]

    told(story)


def failing(world: ByHand, server: Server, what: str, times: int) -> None:
    """Work outside of decisions fails so often, for a reason that is none of those it knows."""
    server.conductor._evaluator._expressions.is_plain = lambda template: False  # type: ignore[method-assign]
    owner, name = {
        "output": (world.artifacts, "put"), "result": (server.conductor._evaluator._expressions, "resolve")
    }[what]  # fmt: skip
    real, left = getattr(owner, name), times

    async def fails(*args: Any) -> Any:
        nonlocal left
        left -= 1
        if left >= 0:
            raise OSError(24, "Too many open files")
        return await real(*args)

    setattr(owner, name, fails)


@pytest.mark.parametrize("what", ["output", "result"])
def test_work_that_fails_for_an_unknown_reason_is_done_again(what: str) -> None:
    async def story(world: ByHand) -> None:
        world.output = LARGE if what == "output" else JsonText(b"{}")
        server, workflow_id = await world.begin(steps("a", output="${steps.a.output.ok}"))
        failing(world, server, what, 3)
        await server.handlers.execute(execute(workflow_id))
        assert (await world.ended())[-1] == "Completed"

    told(story)


@pytest.mark.parametrize(("what", "where"), [("output", "StepFailed"), ("result", "Failed")])
def test_work_that_fails_again_and_again_fails_the_step_or_the_execution_and_says_so(what: str, where: str) -> None:
    async def story(world: ByHand) -> None:
        world.output = LARGE if what == "output" else JsonText(b"{}")
        definition = steps("a", output="${steps.a.output.ok}") if what == "result" else steps("a")
        server, workflow_id = await world.begin(definition)
        failing(world, server, what, 1_000)
        accepted = await server.handlers.execute(execute(workflow_id))
        await asyncio.sleep(60)
        assert world.status() is ExecutionStatus.RUNNING, "what is short for a while must not fail a step"
        await world.ended()
        [said] = [x for x in world.truth.history(accepted.execution_id) if type(x).__name__ == where]
        assert (said.error.code, said.error.type) == ("internal_error", "OSError")  # type: ignore[attr-defined]
        assert server.conductor.slots.used == 0

    told(story)
