"""One seed, one world: a server that is killed again and again, people who meddle, and at the end the checker.

    verdict = simulate(seed)        verdict.breaches must be empty; verdict.counts says which faults took effect

Faults last for a while of virtual time, then everything works. From then on a person resumes what is paused and answers
what asks, and every execution must end.
"""

import asyncio
import logging
import traceback
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any
from uuid import UUID

from application import commands as c
from application.children import Children
from application.conductor import Conductor
from application.firing import Firing
from application.handlers import Handlers
from application.membership import Membership
from application.parts import LastOutput, PartAsked
from application.ports import LeadingMemberFailed, LeaseLost, StoreUnavailable, VersionConflict
from application.triggers import Triggers
from application.versions import Versions
from domain.errors import Refusal
from domain.execution import events as e
from domain.execution.status import FINAL, ExecutionStatus, StepStatus
from domain.queueing.limits import LimitsChanged
from domain.triggering.trigger import TriggerEvent
from domain.values import UPSTREAM_GIVEN, UPSTREAM_RUN, JsonText
from domain.workflow.graph import Graph
from infrastructure import mapper
from infrastructure.memory.event_store import MemoryEventStore
from infrastructure.memory.system import SequentialIds
from infrastructure.memory.webhook_secrets import MemoryWebhookSecrets
from infrastructure.nodes.checking import InputCheck
from infrastructure.nodes.registry import node_kinds
from tests.invariants import broken
from tests.simulation.adapters import FaultyArtifacts, FaultyLeases, FaultyStore, SlowExpressions
from tests.simulation.executor import SimulatedExecutor
from tests.simulation.faults import COMMANDS
from tests.simulation.graphs import MOST_SEATS, SEATS, definition, leaf, limits
from tests.simulation.loop import JumpingClock, Stuck, VirtualClock, VirtualLoop, run
from tests.simulation.truth import Truth
from tests.trigger_invariants import broken as triggers_broken

ADA = "local:ada"
FAULTS_LAST_S = 60.0
PATIENCE_S = 3_600.0
LEASE_S = 15.0
HEARD_AFTER_S = 0.2
"""Virtual seconds in which everything must have ended once faults have ceased."""
NO = (Refusal, StoreUnavailable, VersionConflict, LeadingMemberFailed, LeaseLost)
"""What a person may be told instead of an answer."""
KINDS, INPUTS = node_kinds(), InputCheck()


class Allowed:
    """Permissions: everybody may."""

    def allows(self, actor: str, action: str, subject: UUID | None) -> bool:
        return True


class NothingGiven:
    """No step has an output of an earlier execution: those before a step that runs alone give their samples."""

    async def last_outputs(self, workflow_id: UUID, steps: Sequence[str]) -> Mapping[str, LastOutput]:
        return {}


class Server:
    """One boot: the real conductor and handlers over adapters that break."""

    def __init__(
        self, truth: Truth, loop: VirtualLoop, artifacts: FaultyArtifacts, server_id: UUID, boot: int, limit: int
    ) -> None:
        self.truth, self.id = truth, server_id
        self._calls: set[asyncio.Task[Any]] = set()
        clock, ids = JumpingClock(loop), SequentialIds(boot % 256)
        self.clock, of_database = clock, VirtualClock(loop)
        self.store = FaultyStore(truth, of_database, self.id)
        self.executor = SimulatedExecutor(truth, limit)
        expressions = SlowExpressions(truth)
        versions = Versions(self.store, KINDS, expressions)
        leases = FaultyLeases(truth, of_database)
        self.conductor = Conductor(
            store=self.store, leases=leases, executor=self.executor, expressions=expressions,
            artifacts=artifacts, graphs=versions.graph, clock=clock, server_id=self.id, attempt_limit=limit,
            inline_bytes=200, log_flush_s=0.1, children=Children(versions, INPUTS, _nobody, ids),
            machine={SEATS: MOST_SEATS},
        )  # fmt: skip
        self.membership = Membership(leases, clock, self.conductor, self.id, lease_s=LEASE_S, scan_s=2.0)
        self.following: asyncio.Task[None] | None = None
        self.handlers = Handlers(
            store=self.store, conductor=self.conductor, versions=versions, permissions=Allowed(),
            validate=lambda definition: [], inputs=INPUTS, clock=clock, ids=ids, queue_limit=5,
            is_kind=lambda name: True, outputs=NothingGiven(),
        )  # fmt: skip
        self.triggers = Triggers(self.store, self.handlers, expressions, MemoryWebhookSecrets(), lambda: "secret")
        self.firing = Firing(self.triggers, self.conductor, clock, ids)
        self.firing_task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        await self.executor.start()
        self.following = asyncio.create_task(self._follow(len(self.truth.log.records)))
        await self.membership.start()
        await self.conductor.start()
        self.membership.run()
        await self.triggers.load()
        self.firing_task = asyncio.create_task(self.firing.run())

    async def _follow(self, position: int) -> None:
        """What other servers store is heard, as from the feed."""
        while True:
            await asyncio.sleep(HEARD_AFTER_S)
            while position < len(self.truth.log.records):
                position += 1
                event = self.truth.event(position)
                if isinstance(event, e.ExecutionEvent) and self.truth.writers.get(position) != self.id:
                    self.conductor.heard(event, position)
                elif isinstance(event, LimitsChanged):
                    self.conductor.limiting.hear(event)
                elif isinstance(event, TriggerEvent) and not self.triggers.hear(event):
                    await self.triggers.reload(event.originator_id)
                if isinstance(event, e.Completed | e.Failed | e.Stopped):
                    self.firing.ended(event.originator_id)

    async def call(self, work: Awaitable[Any]) -> Any:
        """A request; it is cut off when the server dies."""
        task = asyncio.ensure_future(work)
        self._calls.add(task)
        try:
            return await task
        except asyncio.CancelledError:
            if self.store.dead:
                raise StoreUnavailable("the connection was closed") from None
            raise
        finally:
            self._calls.discard(task)

    def kill(self) -> None:
        """As by SIGKILL: nothing of it acts any more; what it has sent to the database may still be stored."""
        self.store.dead = True
        self.conductor._closing = True  # type: ignore[reportPrivateUsage]
        self.conductor._queue.close()  # type: ignore[reportPrivateUsage]
        own = [*self._calls, *self.conductor._tasks, *self.membership._tasks]  # type: ignore[reportPrivateUsage]
        for task in [*own, *[x for x in (self.following, self.firing_task) if x is not None]]:
            task.cancel()
        self.executor.kill(tells=False)


async def _nobody(name: str) -> UUID | None:
    return None


@dataclass
class Verdict:
    """What became of a world."""

    seed: int
    breaches: list[str]
    counts: Counter[str]
    executions: int
    events: int
    ends: Counter[str]
    virtual_s: float
    told: list[str] = field(default_factory=list[str])
    lines: list[bytes] = field(default_factory=list[bytes])

    def dump(self, folder: Path) -> Path:
        """The whole log, one event a line, as the API would tell it."""
        folder.mkdir(parents=True, exist_ok=True)
        file = folder / f"seed-{self.seed}.jsonl"
        file.write_bytes(b"\n".join(self.lines) + b"\n")
        file.with_suffix(".txt").write_text("\n".join([*self.breaches, *self.told]) + "\n")
        return file


class World:
    """Everything of one seed."""

    def __init__(self, seed: int, loop: VirtualLoop) -> None:
        self.random = Random(seed)
        self.truth = Truth(self.random)
        self.faults = self.truth.faults
        self.loop = loop
        self.limit = self.random.randint(1, 4)
        self.several = self.random.random() < 0.35
        """Whether a server may be replaced while it lives, by one with another id. Nothing looks for owners that are
        gone but the start of a server, so such a world ends with one."""
        self.pace_s = self.random.choice([8.0, 30.0, 60.0, 600.0])
        """Time between two deaths of servers."""
        self.artifacts = FaultyArtifacts(self.truth)
        self.boots = 0
        self.server: Server | None = None
        self.before: Server | None = None
        self.replaced: list[Server] = []
        self.accepted: dict[str, UUID] = {}
        self.workflows: list[UUID] = []
        self.draw = Random(seed * 7919 + 1)
        """Draws what came later: worlds of before stay what they were."""
        self.triggers: list[UUID] = []
        self.graphs: dict[UUID, Graph] = {}
        self.told: list[str] = []
        self._folded = 0
        self._executions: dict[UUID, Any] = {}

    # ── the server and its deaths ──

    async def boot(self, *, may_die: bool = True) -> None:
        """Start it; when it dies or can't start, again."""
        while self.server is None:
            self.boots += 1
            if self.before is not None and not self.several:
                await self.before.store.settled()  # a server takes longer to start than a database to commit
            server_id = UUID(int=self.boots if self.several else 1)
            server = Server(self.truth, self.loop, self.artifacts, server_id, self.boots, self.limit)
            self.before = server
            starting = asyncio.create_task(server.start())
            if may_die and self.faults.on and self.random.random() < 0.15:
                await self.faults.pause(0.3)
                if not starting.done():
                    self.faults.counts["killed_while_starting"] += 1
            else:
                await asyncio.wait([starting])
            if starting.done() and starting.exception() is None:
                self.server = server
                return
            if starting.done() and not isinstance(starting.exception(), StoreUnavailable):
                raise starting.exception() or AssertionError
            starting.cancel()
            server.kill()
            await asyncio.sleep(0.5)

    async def break_servers(self) -> None:
        while self.faults.on:
            await self.faults.pause(min(self.pace_s, 70.0) * 2 if self.pace_s < 600 else 0.0)
            if self.pace_s == 600.0:
                return
            server = self.server
            if not self.faults.on or server is None:
                return
            self.server = None
            self.say(f"boot {self.boots} dies")
            if self.several and self.random.random() < 0.5:
                # Replaced while it lives: its workers are gone, it is not, and it decides until it is fenced.
                self.faults.counts["owner_replaced"] += 1
                server.executor.kill(tells=self.random.random() < 0.5)
                self.replaced.append(server)
                self.truth.spawn(self._die_later(server))
            else:
                self.faults.counts["server_killed"] += 1
                server.kill()
            await self.faults.pause(2.0)
            await self.boot()

    async def put_clocks(self) -> None:
        """In some worlds somebody puts the clock of the server that runs, forward or back."""
        if self.draw.random() >= 0.25:
            return
        while self.faults.on:
            await self.faults.pause(15.0)
            if self.server is not None and self.faults.on:
                self.faults.counts["clock_put"] += 1
                self.server.clock.wrong_s = self.draw.choice([-3_600.0, -20.0, -0.5, 0.0, 0.5, 20.0, 3_600.0])

    async def _die_later(self, server: Server) -> None:
        await self.faults.pause(20.0)
        server.kill()

    # ── people ──

    async def ask(self, name: str, work: Callable[[Server], Awaitable[Any]]) -> Any:
        """An answer, or None when there was none."""
        server = self.server
        if server is None:
            return None
        try:
            answer = await server.call(work(server))
        except NO as no:
            self.say(f"{name}: {type(no).__name__} {no}")
            return None
        self.faults.counts[name] += 1
        return answer

    async def insist(self, name: str, work: Callable[[Server], Awaitable[Any]]) -> Any:
        while (answer := await self.ask(name, work)) is None:
            await asyncio.sleep(0.7)
        return answer

    async def prepare(self) -> None:
        """Workflows, before anything breaks."""
        self.faults.on = False
        await self.boot()
        children: list[str] = []
        for number in range(4):
            made = leaf(self.random, "leaf") if number == 0 else definition(self.random, f"w{number}", children)
            command = c.CreateWorkflow(
                actor=ADA, name=made["name"], description="", labels={}, definition=made, ready=True
            )
            workflow, _ = await self.insist(
                "save", lambda server, command=command: server.handlers.create_workflow(command)
            )
            self.graphs[workflow.id] = Graph.of(made)
            children.append(str(workflow.id))
            self.workflows.append(workflow.id)
        if self.draw.random() < 0.4:
            await self._set_triggers()
        self.faults.on = True

    async def _set_triggers(self) -> None:
        """Some that fire while things break."""
        for number in range(self.draw.randint(1, 2)):
            overlap = self.draw.choice(["allow", "skip", "queue", "replace"])
            catch_up = {"queue": ["latest", "all"], "allow": ["none", "latest", "all"]}.get(overlap, ["none", "latest"])
            body = {
                "name": f"t{number}", "kind": "interval", "workflow_id": str(self.workflows[0]),
                "every_s": self.draw.choice([5.0, 12.0, 30.0]), "overlap": overlap,
                "catch_up": self.draw.choice(catch_up), "jitter_s": self.draw.choice([0.0, 0.0, 4.0]),
                "inputs": {"yes": True},
            }  # fmt: skip
            command = c.CreateTrigger(actor=ADA, body=body)
            trigger, *_ = await self.insist("trigger", lambda server, x=command: server.triggers.create(x))
            self.triggers.append(trigger.id)

    async def _remove_triggers(self) -> None:
        """Or it would never end. A server that has just started may not know them yet: it is asked again."""
        for trigger_id in self.triggers:
            command = c.SteerTrigger(actor=ADA, trigger_id=trigger_id, what="remove")
            while trigger_id in {x.originator_id for x in await self._heads() if not x.standing.removed}:
                await self.ask("remove_trigger", lambda server, x=command: server.triggers.steer(x))
                await asyncio.sleep(0.5)

    async def _heads(self) -> list[TriggerEvent]:
        heads = await MemoryEventStore(self.truth.log, VirtualClock(self.loop)).trigger_heads()
        return [event for event in heads if isinstance(event, TriggerEvent)]

    async def execute(self, key: str, workflow_id: UUID, yes: bool) -> None:
        """As a client does: the same key until there is an answer, and now and then once more."""
        part = None
        if self.random.random() < 0.15:
            step = self.random.choice([*self.graphs[workflow_id].nodes])
            part = PartAsked(step=step, upstream=self.random.choice([UPSTREAM_RUN, UPSTREAM_GIVEN]))
        command = c.Execute(
            actor=ADA, workflow_id=workflow_id, inputs={"yes": yes}, priority=None, labels={}, version=None,
            idempotency_key=key, part=part,
        )  # fmt: skip
        for again in range(2):
            while True:
                answer = await self.ask("execute_again" if again else "execute", lambda s: s.handlers.execute(command))
                if answer is not None:
                    name = "whole" if part is None else f"part_{part.upstream}"
                    self.faults.counts[name] += not again
                    break
                await asyncio.sleep(self.random.uniform(0.1, 2.0))
            known = self.accepted.setdefault(key, answer.execution_id)
            if known != answer.execution_id:
                self.truth.breaches.append(f"2 key {key} led to {known} and then to {answer.execution_id}")
            if self.random.random() < 0.6:
                return
            await asyncio.sleep(self.random.uniform(0.1, 5.0))

    async def meddle(self) -> None:
        """Commands at any time, about anything."""
        while self.faults.on:
            await self.faults.pause(6.0)
            if self.accepted:
                execution_id = self.random.choice([*self.accepted.values()])
                await self.command(self.random.choice([*COMMANDS[:-1]]), execution_id)

    async def command(self, name: str, execution_id: UUID) -> None:
        def work(server: Server) -> Awaitable[Any]:
            handlers = server.handlers
            match name:
                case "stop":
                    grace_s = self.random.choice([0.0, 3.0])
                    return handlers.stop(
                        c.StopExecution(actor=ADA, execution_id=execution_id, grace_s=grace_s, reason=None)
                    )
                case "pause" | "resume":
                    return handlers.pause(
                        c.PauseExecution(actor=ADA, execution_id=execution_id, resume=name == "resume")
                    )
                case "hold" | "move" | "release":
                    priority = self.random.randint(-5, 5) if name == "move" else None
                    held = None if name == "move" else name == "hold"
                    return handlers.change_queue(
                        c.ChangeQueue(actor=ADA, execution_id=execution_id, priority=priority, held=held)
                    )
                case "limit":
                    body = limits(self.random, self.limit, [*map(str, self.workflows)])
                    return handlers.set_limits(c.SetLimits(actor=ADA, body=body, expected_version=None))
                case "force":
                    return handlers.stop(
                        c.StopExecution(actor=ADA, execution_id=execution_id, grace_s=0, reason=None, force=True)
                    )
                case "retry":
                    origin = self.random.choice(["failed", "start"])
                    return handlers.retry(
                        c.RetryExecution(
                            actor=ADA, execution_id=execution_id, origin=origin, chosen=(), inputs=None,
                            step_inputs={}, version=None, token=None,
                        )
                    )  # fmt: skip
                case _:
                    return self.answer(server, execution_id)

        await self.ask(name, work)

    async def answer(self, server: Server, execution_id: UUID) -> int | None:
        """The first step that asks for one; None when none does."""
        state = (await server.conductor.load(execution_id)).state
        asking = [
            path
            for path, x in state.steps.items()
            if x.status is StepStatus.WAITING and x.waits_for in ("unknown_outcome", "approval")
        ]
        if not asking or state.status not in (ExecutionStatus.RUNNING, ExecutionStatus.PAUSED):
            return None
        path = self.random.choice(asking)
        approval = state.steps[path].waits_for == "approval"
        decision = self.random.choice(["approved", "rejected"] if approval else ["run_again", "completed", "failed"])
        return await server.handlers.answer(
            c.AnswerStep(actor=ADA, execution_id=execution_id, path=path, decision=decision, output=JsonText(b"null"))
        )

    async def look_after(self) -> None:
        """Once everything works: resume and answer until all has ended."""
        until = self.loop.time() + PATIENCE_S
        await self.insist(
            "unlimit",
            lambda server: server.handlers.set_limits(c.SetLimits(actor=ADA, body={}, expected_version=None)),
        )
        while self.loop.time() < until:
            left = [x for x in self.everything() if x[1] not in FINAL]
            if not left:
                return
            for execution_id, status in left:
                if status is ExecutionStatus.PAUSED:
                    await self.command("resume", execution_id)
                if status is ExecutionStatus.QUEUED:
                    await self.command("release", execution_id)
                if status is ExecutionStatus.STOPPING and self.several:
                    await self.command("force", execution_id)
                await self.command("answer", execution_id)
            await asyncio.sleep(5.0)

    def everything(self) -> list[tuple[UUID, ExecutionStatus]]:
        """Every execution of the log, and how it stands."""
        log = self.truth.log
        for position in range(self._folded + 1, len(log.records) + 1):
            record = log.records[position - 1]
            if record.stream_id.version != 8 and record.topic.startswith("execution."):
                before = self._executions.get(record.stream_id)
                self._executions[record.stream_id] = self.truth.event(position).mutate(before)
        self._folded = len(log.records)
        return [(execution_id, execution.state.status) for execution_id, execution in self._executions.items()]

    # ── the whole ──

    async def live(self) -> None:
        await self.prepare()
        breaking, meddling = asyncio.create_task(self.break_servers()), asyncio.create_task(self.meddle())
        putting = asyncio.create_task(self.put_clocks())
        clients = [asyncio.create_task(self._client(number)) for number in range(self.random.randint(3, 6))]
        await asyncio.sleep(FAULTS_LAST_S)
        self.faults.on = False
        self.say("faults have ceased")
        await asyncio.gather(breaking, meddling, putting)
        if self.several and self.server is not None:
            for server in (*self.replaced, self.server):
                server.kill()
            self.server = None
        await self.boot()
        await self._remove_triggers()
        asking = asyncio.gather(*clients)
        while not asking.done():  # one may be refused until others have ended
            await self.look_after()
            await asyncio.sleep(1.0)
        asking.result()
        await self.look_after()
        await asyncio.sleep(30)  # late facts
        assert self.server is not None
        used = self.server.conductor.slots.used
        taken = [*self.server.conductor.slots.all_taken()]
        if used or taken or self.server.conductor.live or self.server.conductor.queued:
            self.truth.breaches.append(f"7 everything has ended and {used} slots and {taken} are held")

    async def _client(self, number: int) -> None:
        await asyncio.sleep(self.random.uniform(0.0, FAULTS_LAST_S * 0.8))
        await self.execute(f"key {number}", self.random.choice(self.workflows), self.random.random() < 0.7)

    def say(self, text: str) -> None:
        self.told.append(f"{self.loop.time():9.3f} {len(self.truth.log.records):5} {text}")

    def check(self) -> list[str]:
        log = [(position, self.truth.event(position)) for position in range(1, len(self.truth.log.records) + 1)]
        found = triggers_broken(log) + broken(
            log, graph_of=lambda workflow, version: self.graphs.get(workflow),
            limit=None if self.several else self.limit, writers=self.truth.writers,
            acknowledged=self.truth.acknowledged, resources={} if self.several else {SEATS: MOST_SEATS},
            clocks_hold=self.faults.counts["clock_put"] == 0,
        )  # fmt: skip
        asked = [event.originator_id for _, event in log if isinstance(event, e.Created) and event.trigger == "api"]
        if sorted(map(str, asked)) != sorted(map(str, self.accepted.values())):
            found.append(f"2 {len(asked)} executions were made for {len(self.accepted)} keys")
        return self.truth.breaches + found


class _Heard(logging.Handler):
    """What the conductor says of itself. Parts of it that end by an error are found here and nowhere else."""

    def __init__(self, world: World) -> None:
        super().__init__()
        self.world = world

    def emit(self, record: logging.LogRecord) -> None:
        error = record.exc_info[1] if record.exc_info else None
        self.world.say(f"{record.getMessage()} {error!r}" if error else record.getMessage())
        if error is not None and not (self.world.several and isinstance(error, LeaseLost)):
            self.world.truth.breaches.append(f"error {record.getMessage()}: {error!r}")


def simulate(seed: int) -> Verdict:
    """Live through a seed and check everything."""
    loop = VirtualLoop()
    world = World(seed, loop)
    heard, loggers = _Heard(world), [logging.getLogger(f"runwright.{part}") for part in ("conductor", "triggers")]
    for logger in loggers:
        logger.addHandler(heard)
        logger.propagate = False
    try:
        run(world.live(), loop)
    except Stuck as stuck:
        world.truth.breaches.append(f"1 {stuck}")
    except Exception as error:
        world.truth.breaches.append(f"error {error!r}")
        world.told += traceback.format_exception(error)
    finally:
        for logger in loggers:
            logger.removeHandler(heard)
            logger.propagate = True
    breaches = world.check()
    return Verdict(
        seed=seed, breaches=breaches, counts=world.faults.counts, executions=len(world.everything()),
        events=len(world.truth.log.records), ends=Counter(status.value for _, status in world.everything()),
        virtual_s=loop.time(), told=world.told,
        lines=[mapper.wire(world.truth.log.stored(n)) for n in range(1, len(world.truth.log.records) + 1)],
    )  # fmt: skip
