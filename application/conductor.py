"""Takes executions through their graphs: load, plan, append, hand over, outcome, append ...

For each execution one driver at a time empties its inbox (outcomes, commands, evaluations), decides
everything that follows (`deciding.py`), and stores that in one append: an outcome and the start of the
next step share a commit. Attempts are handed to the executor only after their start is stored.

Longer than 400 lines because taking in, storing, handing over and recovering share the live set.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import replace
from typing import Any, cast
from uuid import UUID

from application.arrivals import Arrivals
from application.capacity_view import CapacityView
from application.children import Called, Children
from application.counting import in_ms, ticket_of, waits_of
from application.deciding import ACTOR, Decider
from application.elsewhere import Elsewhere
from application.evaluation import Evaluator
from application.failures import internal
from application.family import Family
from application.handing import Handing
from application.hearing import Hearing
from application.histories import Histories, lease_name
from application.limiting import Limiting
from application.live import (
    AnswerGiven,
    Answering,
    Live,
    LookAgain,
    PauseAsked,
    StopAsked,
    answer,
    commands_in,
    outcomes_in,
    refuse,
)
from application.load import Load
from application.patience import AGAIN_S, patiently, stubbornly
from application.ports import (
    Appended,
    Artifacts,
    Clock,
    EventStore,
    Executor,
    Expressions,
    IdempotencyGuard,
    LeadingMemberFailed,
    LeaseGuard,
    LeaseLost,
    LeaseOpened,
    Leases,
    LeaseTaken,
    LimitReached,
    Member,
    OpenExecution,
    Orphan,
    Replayed,
    StoreUnavailable,
    VersionConflict,
)
from application.preparing import PreparedGraph, StepInput
from application.queue import Queue, Queued, Waited
from application.queue_view import QueueView
from application.retrying import RetryPlan, Wish, plan_retry
from application.running import Running
from application.timers import Timers
from domain.errors import Conflict
from domain.event import Cause, RecordedEvent, StepError
from domain.execution import events as e
from domain.execution.execution import Execution
from domain.execution.state import ExecutionState
from domain.execution.status import FINAL, ExecutionStatus
from domain.queueing.admission import Admission, Bound
from domain.queueing.controller import Controller
from domain.queueing.slots import NOTHING, Amounts, Slots
from domain.values import JsonText, Part

log = logging.getLogger("runwright.conductor")

ISOLATION = "process"
DRAIN_LOOK_S = 0.05
TAKING_LOOK_S = 0.02
NOT_TAKEN_S = 60.0
ITEMS_A_TURN = 100
MOST_EVENTS = 900
"""Of one append, which holds at most 1,000; what comes in is decided about so many items at a time."""
IN_DOUBT_S = 10.0
"""An append that was not answered is stored within this time, or never."""

Graphs = Callable[[UUID, int, Part | None], Awaitable[PreparedGraph]]
"""What runs of a version; None: all of it."""


class Conductor:
    """The one that decides, on one server. All calls on one event loop."""

    def __init__(
        self,
        *,
        store: EventStore,
        leases: Leases,
        executor: Executor,
        expressions: Expressions,
        artifacts: Artifacts,
        graphs: Graphs,
        clock: Clock,
        server_id: UUID,
        attempt_limit: int,
        inline_bytes: int,
        log_flush_s: float,
        children: Children,
        machine: Amounts = NOTHING,
        follows: Controller | None = None,
    ) -> None:
        self._store, self._leases, self._executor, self._graphs = store, leases, executor, graphs
        self._clock, self._server_id = clock, server_id
        self._histories = Histories(store)
        self.load = self._histories.load
        self.slots = Slots(attempt_limit)
        self._admission: Admission[Queued] = Admission(self.slots)
        self.live: dict[UUID, Live] = {}
        self.load_now = Load(
            self.slots, clock, follows=follows, limits_changed=self._limits_changed, more_free=self._offer
        )
        self._evaluator = Evaluator(expressions, artifacts, clock, inline_bytes=inline_bytes)
        self._family = Family(self, children, self._refuse_beyond)
        self._elsewhere = Elsewhere(store, self._histories, server_id, self._is_here, self._stored_elsewhere)
        self._timers = Timers(clock, self.put)
        self._decider = Decider(
            self.slots,
            self.load_now,
            self._evaluator,
            executor,
            clock,
            self._later,
            self._family.call,
            self._stop_child,
        )
        self._handing = Handing(executor, self._evaluator, self.spawn)
        self._hearing = Hearing(self.live, self._evaluator, clock, self._later, self._drive_soon, flush_s=log_flush_s)
        self._queue = Queue(
            self._admission, store, self._histories, clock, self.spawn, self._start_queued, self._is_live,
            self._decider.cause, self._family.tell_parent, self._look_again,
        )  # fmt: skip
        self.running = Running(self._admission, leases, clock, self.live.keys(), self.spawn, self._queue.admit_soon)
        self.arrivals = Arrivals(self, self._queue, self._admission, self.running, self._family, graphs, clock)
        self.limiting = Limiting(store, clock, self._admission, self.load_now, machine, self._offer)
        self.capacity_view = CapacityView(self.slots, self.load_now, self.limiting, store, server_id)
        self.queue_view = QueueView(self._admission, self.live)
        self._tasks: set[asyncio.Task[None]] = set()
        self._taking: set[UUID] = set()
        self._not_taken: dict[UUID, float] = {}
        """Orphans that could not be taken over, and until when they are let be."""
        self._creating: set[UUID] = set()
        self._closing = False
        self._taken_up = False
        self._resting = False
        executor.connect(self._hearing.take)

    # ── asked by handlers and questions ──────────────────────────────────────────────────────────

    async def create(
        self,
        execution: Execution,
        prepared: PreparedGraph,
        idempotency: IdempotencyGuard | None,
        *,
        wait: bool = False,
        beside: Sequence[RecordedEvent] = (),
    ) -> Appended | Replayed:
        """Store a new execution; it starts in the same append when nothing keeps it waiting, unless it is to `wait`.
        What is `beside` is stored with it, or neither is.

        Raises LimitReached when another server has let one in of which we have not heard; see `running.recount`;
        VersionConflict when the stream of what is beside has moved on.
        """
        if execution.state.status in FINAL:  # it came too much
            events = cast("list[RecordedEvent]", [*execution.pending_events])
            return await self._store.append(Member(events=[*events, *beside], idempotency=idempotency))
        name = lease_name(execution.id)
        live = Live(execution, prepared, position=2**63, epoch=1)
        ticket = ticket_of(execution, live.position, prepared.needs)
        at_once = not wait and self._queue.lets_in_at_once(ticket)
        if at_once:
            self.running.begins(ticket)
            self._reserve(live)
            cause = self._decider.cause(live.execution)
            execution.start(cause, owner=self._server_id, epoch=live.epoch, isolation=ISOLATION)
            self._decider.follow(live, cause)
        opened = LeaseOpened(
            name=name, owner=self._server_id if at_once else None, epoch=1 if at_once else 0, group=ticket.group
        )
        self._creating.add(execution.id)
        events = live.collect()
        limits = self._admission.limits_of(ticket) if at_once else ()
        try:
            with nullcontext() if at_once else self.running.coming(ticket):
                stored = await self._store.append(
                    Member(events=[*events, *beside], idempotency=idempotency, leases_opened=[opened], limits=limits)
                )
        except StoreUnavailable:
            self.spawn(self._look_for(live))
            raise
        except BaseException:
            self._release(live)
            raise
        finally:
            self._creating.discard(execution.id)
        if isinstance(stored, Replayed):
            self._release(live)
            return stored
        execution.state.number = stored.numbers[execution.id]
        live.position = stored.positions[0]
        if at_once:
            self._enter(live)
            self._follow_up(live, events)
            self._decider.wind_down(live)
            # Something may have come while it was stored; and who waits for a slot is told how old it is.
            goes_on = live.inbox or live.decide_due or self.slots.waits(live.id)
            if goes_on or not self._decider.is_settled(live, len(events)):
                self._drive_soon(live)
        else:
            self.arrivals.enqueue(execution, live.position, prepared)
        return Appended(positions=stored.positions[:1], numbers=stored.numbers)

    async def stop(self, execution_id: UUID, cause: Cause, *, grace_s: float, reason: str | None) -> int:
        """Ask for a stop; answers the position of the append, 0 when it was asked before.

        Raises NotFound, TransitionRefused.
        """
        while True:
            live = self.live.get(execution_id)
            if live is not None:
                waiting: Answering = asyncio.get_running_loop().create_future()
                self.put(live, StopAsked(cause=cause, grace_s=grace_s, reason=reason, answer=waiting))
                return await waiting
            waited = self._admission.waited(execution_id, self._clock.monotonic())
            queued = self._queue.take_out(execution_id)
            try:
                with self._queue.in_hand(execution_id):
                    decided = await self._elsewhere.stop(
                        execution_id, cause, grace_s=grace_s, reason=reason, taken_up=self._taken_up
                    )
            except BaseException as error:
                if queued is not None:
                    self._queue.put_back(queued, waited)
                    if isinstance(error, StoreUnavailable):
                        self.spawn(self.arrivals.leave_if_ended(execution_id, IN_DOUBT_S))
                raise
            if decided is not None:
                break
            await asyncio.sleep(TAKING_LOOK_S)
        execution, position = decided
        if execution.state.status in FINAL:  # the answer of an earlier time may have been lost
            self.running.has_ended(execution_id)
            self._family.tell_parent(execution)
        return position

    async def force_stop(self, execution_id: UUID, cause: Cause) -> int:
        """A person answers for what nobody could prove dead; the position. Raises NotFound, Conflict."""
        return await self._elsewhere.force(execution_id, cause)

    async def change_queue(
        self, execution_id: UUID, cause: Cause, *, priority: int | None, held: bool | None, reason: str | None
    ) -> int:
        """Hold, release or move one that waits; the position, 0 when it was so before. Raises NotFound,
        TransitionRefused."""
        waited = self._admission.waited(execution_id, self._clock.monotonic())
        queued = self._queue.take_out(execution_id)
        execution: Execution | None = None
        try:
            with self._queue.in_hand(execution_id):
                execution, position = await self._elsewhere.change_queue(
                    execution_id, cause, priority=priority, held=held, reason=reason
                )
        finally:
            if queued is not None:
                self._queue.put_back(queued, waited)
            if execution is not None:
                self._queue.change(execution_id, priority=execution.state.priority, held=execution.state.held)
        return position

    async def pause(self, execution_id: UUID, cause: Cause, *, reason: str | None, resume: bool) -> int:
        """Pause, or with `resume` go on; the position, 0 when it was so before. Raises NotFound, TransitionRefused."""
        live = self.live.get(execution_id)
        if live is None:
            return await self._elsewhere.pause(execution_id, cause, reason=reason, resume=resume)
        waiting: Answering = asyncio.get_running_loop().create_future()
        self.put(live, PauseAsked(cause=cause, resume=resume, reason=reason, answer=waiting))
        return await waiting

    async def out_of_line(self, value: JsonText) -> StepInput:
        """The value as an event carries it: with an artifact when it is larger than the inline limit."""
        return await self._evaluator.out_of_line(value)

    async def plan_retry(
        self, execution: Execution, old: PreparedGraph, new: PreparedGraph, version: int, wish: Wish
    ) -> RetryPlan:
        """What the next run of an execution would do; see `application.retrying`. The copy given is changed."""
        return await plan_retry(execution, old, new, version, wish, self._evaluator)

    async def retry(self, execution: Execution) -> int:
        """Store the next run of an execution, decided in it and pending, and queue it; the position.

        Raises VersionConflict when anything has happened to it since it was loaded.
        """
        group = ticket_of(execution, 0).group
        opened = LeaseOpened(name=lease_name(execution.id), owner=None, epoch=execution.state.epoch, group=group)
        events = cast("list[RecordedEvent]", [*execution.pending_events])
        prepared = await self._graph_of(execution.state)
        try:
            stored = cast("Appended", await self._store.append(Member(events=events, leases_opened=[opened])))
        except StoreUnavailable:
            self.spawn(self._look_for(Live(execution, prepared, position=0, epoch=execution.state.epoch)))
            raise
        execution.pending_events.clear()
        self.arrivals.enqueue(execution, stored.position, prepared)
        return stored.position

    async def answer(
        self, execution_id: UUID, cause: Cause, path: str, *, decision: str, output: JsonText, error: StepError
    ) -> int:
        """A person's answer to an unknown outcome; the position. Raises NotFound, Conflict."""
        live = self.live.get(execution_id)
        if live is None:
            return await self._elsewhere.answer(
                execution_id, cause, path, decision=decision, output=output, error=error
            )
        waiting: Answering = asyncio.get_running_loop().create_future()
        given = AnswerGiven(cause=cause, path=path, decision=decision, output=output, error=error, answer=waiting)
        self.put(live, given)
        return await waiting

    def _graph_of(self, state: ExecutionState) -> Awaitable[PreparedGraph]:
        return self._graphs(state.workflow_id, state.workflow_version, state.part)

    def _is_here(self, execution_id: UUID) -> bool:
        return execution_id in self.live or execution_id in self._taking or execution_id in self._creating

    def has(self, execution_id: UUID) -> bool:
        """Whether the execution is being taken through its graph here."""
        return execution_id in self.live

    def _is_live(self, queued: Queued) -> bool:
        """Whether the run that waits is here already; of an earlier one the last answer may still be awaited."""
        live = self.live.get(queued.execution_id)
        waits = queued.execution
        return live is not None and (waits is None or live.execution.state.run >= waits.state.run)

    @property
    def closing(self) -> bool:
        """Whether nothing is decided any more."""
        return self._closing

    def is_queued(self, execution_id: UUID) -> bool:
        """Whether it waits to be admitted."""
        return self._queue.holds(execution_id)

    @property
    def queued(self) -> int:
        """How many executions wait to be admitted."""
        return self._admission.queued

    def _look_again(self, execution_id: UUID) -> None:
        self.arrivals.look_again(execution_id)

    def _refuse_beyond(self, prepared: PreparedGraph) -> None:
        self.limiting.refuse_beyond(prepared)

    def _limits_changed(self) -> None:
        self.limiting.apply()

    # ── life of the conductor ────────────────────────────────────────────────────────────────────

    async def start(self) -> None:
        """Take up what is open: queued ones wait again, this server's own go on from their last event.

        Those of other servers are left to them; a stop that is not confirmed because this one was away is confirmed.
        """
        await self.limiting.load()
        self._decider.resting = True
        await self._take_up_each([*await self._leases.open_executions()], "restarted")
        await self.running.recount()
        self._taken_up = True
        self._go_on()
        self._queue.open()

    def _go_on(self) -> None:
        """Now that everything this server holds is counted, steps start again: one that went on before the others were
        taken up would be given what they hold."""
        self._decider.resting = False
        for live in [*self.live.values()]:
            self._drive_soon(live)

    async def _take_up_each(self, rows: list[OpenExecution], reason: str) -> None:
        while rows:
            row = rows.pop(0)
            try:
                if self.has(row.execution_id):
                    pass
                elif row.owner in (None, self._server_id):
                    await self._take_up(row, reason, "server_restarted")
                else:
                    await self._elsewhere.confirm(row.execution_id, self._decider.cause)
            except (VersionConflict, LeaseLost, LeadingMemberFailed) as error:
                # Something was stored after we looked, the last append of the server before, say: look again.
                log.info("execution %s is looked at again: %s", row.execution_id, error)
                rows += [new for new in await self._leases.open_executions() if new.execution_id == row.execution_id]
            except StoreUnavailable:
                raise
            except Exception as error:
                # One that can't go on (its kind of node is gone, an event of a newer version) must not keep the others
                # from it.
                log.error("execution %s can't be taken up: %r", row.execution_id, error)

    # ── one of several servers (see `membership.py`) ─────────────────────────────────────────────

    async def take_over(self, orphans: Sequence[Orphan]) -> None:
        """Go on with executions of servers that are gone."""
        now = self._clock.monotonic()
        for one in orphans:
            if self._closing or self._resting:
                return
            if self._not_taken.get(one.execution_id, 0.0) > now:
                continue
            row = OpenExecution(execution_id=one.execution_id, owner=one.owner, epoch=one.epoch)
            lost = "server_stopped" if one.resigned else "server_gone"
            try:
                await self._take_up(row, "handed_over" if one.resigned else "owner_gone", lost)
            except (VersionConflict, LeaseLost, LeadingMemberFailed) as error:
                log.info("execution %s went to another server: %s", one.execution_id, error)
            except StoreUnavailable:
                raise
            except Exception as error:  # one of a newer version, say; a server of that version may take it
                self._not_taken[one.execution_id] = now + NOT_TAKEN_S
                log.error("execution %s can't be taken over: %r", one.execution_id, error)

    def cut_off(self) -> None:
        """End every step and forget every execution: other servers may take them now."""
        self._resting = self._decider.resting = True
        self._taken_up = False
        self._queue.close()
        for live in [*self.live.values()]:
            self._decider.forget(live)
            self._release(live)

    async def take_up_own(self) -> None:
        """After having been cut off: what nobody took is gone on with, once nothing of it lives here."""
        while self._executor.capacity().attempts:  # noqa: ASYNC110 - the port tells no such moment
            await asyncio.sleep(AGAIN_S)
        rows = [row for row in await self._leases.open_executions() if row.owner == self._server_id]
        await self._take_up_each(rows, "was_cut_off")
        self._resting, self._taken_up = False, True
        self._go_on()
        await self.look_at_all()
        self._queue.open()

    async def drain(self, within_s: float) -> None:
        """Start nothing more, and wait for the attempts that run, but no longer than `within_s` seconds."""
        self._resting = self._decider.resting = True
        self._queue.close()
        until = self._clock.monotonic() + within_s
        while any(live.execution.state.open_attempts for live in self.live.values()):
            if self._clock.monotonic() >= until:
                return
            await asyncio.sleep(DRAIN_LOOK_S)

    def heard(self, event: e.ExecutionEvent, position: int) -> None:
        """Another server has stored a decision."""
        execution_id = event.originator_id
        if execution_id in self._creating:  # our own, told by the log before its append was answered
            return
        live = self.live.get(execution_id)
        if live is not None:
            if event.originator_version > live.execution.version:
                self.put(live, LookAgain(version=event.originator_version))
            return
        match event:
            case e.Created() | e.Retried():
                if not (self.is_queued(execution_id) or self._closing):
                    self.arrivals.hear(event, position)
            case e.QueueChanged():
                self._queue.change(execution_id, priority=event.priority, held=event.held)
            case e.Started():
                queued = self._queue.take_out(execution_id)
                if queued is None:
                    self.running.recount_soon()
                else:
                    self.running.begins_elsewhere(queued.ticket)
            case e.Completed() | e.Failed() | e.Stopped():
                self._queue.take_out(execution_id)
                self.running.has_ended(execution_id)
                self._family.heard_of_child(event)
            case _:
                pass

    def _stored_elsewhere(self, execution_id: UUID, in_doubt: bool) -> None:
        """We decided about an execution that was not here. It may have come meanwhile, without that decision."""

        def look_again() -> None:
            live = self.live.get(execution_id)
            if live is not None:
                self.put(live, LookAgain(version=2**63))

        if in_doubt:
            asyncio.get_running_loop().call_later(IN_DOUBT_S, look_again)
        else:
            look_again()

    async def look_at_all(self) -> None:
        """What other servers stored was missed: everything is looked at again."""
        await self.limiting.load()
        for live in [*self.live.values()]:
            self.put(live, LookAgain(version=2**63))
        await self.running.recount()
        for row in await patiently(self._leases.open_executions):
            if row.owner is not None or self.has(row.execution_id) or self.is_queued(row.execution_id):
                continue
            try:
                execution = await patiently(lambda row=row: self.load(row.execution_id))
                state = execution.state
                prepared = await patiently(lambda state=state: self._graph_of(state))
            except Exception as error:  # it must not keep the others from being heard of
                log.error("execution %s can't be queued: %r", row.execution_id, error)
                continue
            known = self.has(row.execution_id) or self.is_queued(row.execution_id)
            if state.status is ExecutionStatus.QUEUED and not known:
                self.arrivals.enqueue(execution, 0, prepared)
        await self.arrivals.look_at_all()

    # ─────────────────────────────────────────────────────────────────────────────────────────────

    async def close(self) -> None:
        """Decide nothing more. What runs stays open in the log for the next start; the executor ends it."""
        self._closing = True
        self._queue.close()
        self._hearing.close()
        for live in [*self.live.values()]:
            live.end()
            if live.driver is not None:
                await asyncio.gather(live.driver, return_exceptions=True)
            if not live.log.empty:
                await self._store_last_lines(live)
        for task in self._tasks:
            task.cancel()

    async def _store_last_lines(self, live: Live) -> None:
        cause = self._decider.cause(live.execution)
        events = live.log.take(cause.at, ACTOR, cause.command_id)
        guard = LeaseGuard(name=lease_name(live.id), epoch=live.epoch)
        try:
            await self._store.append(Member(events=events, guards=[guard]))
        except Exception as error:  # the end of the process: what could not be stored is said
            log.warning("last lines of execution %s could not be stored: %s", live.id, error)

    async def _take_up(self, row: OpenExecution, reason: str, lost: str) -> None:
        """Go on with an execution. `reason` is why it changes its owner, `lost` why open attempts are."""
        execution = await self.load(row.execution_id)
        state = execution.state
        if state.status is ExecutionStatus.QUEUED:
            self.arrivals.enqueue(execution, 0, await self._graph_of(state))
            return
        if state.status in FINAL:
            return
        prepared = await self._graph_of(state)
        live = Live(execution, prepared, position=0, epoch=row.epoch + 1)
        live.log = await self._histories.log_stream_of(execution)
        cause = self._decider.cause(live.execution)
        execution.take_over(cause, owner=self._server_id, epoch=live.epoch, reason=reason)
        stopping, gone = state.status is ExecutionStatus.STOPPING, lost == "server_gone"
        if stopping and gone and state.open_attempts and row.owner is not None and state.unconfirmed is None:
            execution.doubt_stop(cause, row.owner)
        doubted = stopping and state.unconfirmed not in (None, self._server_id)
        for path, attempt in [*state.open_attempts.items()]:
            if doubted:
                continue
            if stopping:
                last_line = live.log.last_line_of(path)
                execution.stop_step(
                    cause, path, attempt, signal="SIGKILL", death_ms=0.0, proof="server_restarted", last_line=last_line
                )
            else:
                retry_safe = prepared.node(path).retry_safe
                execution.lose_step(cause, path, attempt, reason=lost, retry_safe=retry_safe)
        taken = LeaseTaken(name=lease_name(live.id), owner=self._server_id, from_epoch=row.epoch, epoch=live.epoch)
        self._taking.add(live.id)  # it is this server's from the commit on, which is before the answer
        try:
            await self._store.append(Member(events=live.collect(), leases_taken=[taken]))
        except StoreUnavailable:
            self.spawn(self._look_for(live))
            raise
        except BaseException:
            self._taking.discard(live.id)
            raise
        self._taking.discard(live.id)
        self._take_again(live)  # of attempts elsewhere that are not proven dead
        self._enter(live)
        self._drive_soon(live)

    async def _look_for(self, live: Live) -> None:
        """The append that was to bring it into the queue, to life or here was not answered: stored, it goes on.

        Its slots are held until that is known.
        """
        await asyncio.sleep(IN_DOUBT_S)
        stored = await patiently(lambda: self._store.history([live.id], limit=1))
        execution = await patiently(lambda: self.load(live.id)) if stored else None
        self._taking.discard(live.id)
        if execution is None or self.has(live.id) or self.is_queued(live.id) or execution.state.status in FINAL:
            self._release(live)
            return
        live.position = stored[0].position
        if execution.state.status is ExecutionStatus.QUEUED:
            self._release(live)
            self.arrivals.enqueue(execution, live.position, live.prepared)
        elif execution.state.epoch < live.epoch:  # it has not come here
            self._release(live)
        else:
            await self._reload(live, ())

    def _enter(self, live: Live) -> None:
        self.live[live.id] = live
        self.running.begins(ticket_of(live.execution, 0))
        self._timers.set(live)
        if live.execution.state.children:
            self.spawn(self._family.look(live))

    def _reserve(self, live: Live) -> None:
        live.reserved = live.prepared.graph.settings.needs
        self.slots.take(live.reserved, slots=0)

    def _take_again(self, live: Live) -> None:
        """A copy that was loaded holds what its open attempts take, by what is declared now."""
        self._reserve(live)
        for path in live.execution.state.open_attempts:
            live.amounts[path] = live.prepared.node(path).amounts
            self.slots.take(live.amounts[path])

    def _release(self, live: Live) -> None:
        """Forget a live execution and give its slots to others, once."""
        if live.is_released:
            return
        live.is_released = True
        live.end()
        if self.live.get(live.id) is live:
            del self.live[live.id]
        if live.id not in self.live:  # else another copy runs and counts, prints and waits
            self.running.leaves(live.id)
            self._hearing.forget(live.id)
            self.slots.wait(live.id, live.position, 0)
        for amounts in live.amounts.values():
            self.slots.give_back(amounts)
        self.slots.give_back(live.reserved, slots=0)
        self._offer()

    # ── admission ────────────────────────────────────────────────────────────────────────────────

    def _offer(self) -> None:
        """Slots may be free: the oldest execution that waits for one goes first, then the queue."""
        if self._closing or self._resting:
            return
        waiting = self.slots.next_waiting()
        if waiting is not None and waiting in self.live:
            self._drive_soon(self.live[waiting])
        else:
            self._queue.admit_soon()

    async def _start_queued(self, queued: Queued, waited: Waited) -> None:
        execution = queued.execution or await self.load(queued.execution_id)
        if execution.state.status is not ExecutionStatus.QUEUED:
            self.running.recount_soon()
            if execution.state.status in FINAL:
                self._family.tell_parent(execution)
            return  # another server has it, or it has ended
        if execution.state.held:  # by another server's command, of which we have not heard
            ticket = ticket_of(execution, queued.ticket.position, queued.ticket.needs)
            self._queue.put_back(replace(queued, ticket=ticket, execution=None, held=True), waited)
            return
        prepared = await self._graph_of(execution.state)
        if queued.ticket.needs != prepared.needs:  # another server has queued it, and its definition was not at hand
            queued.ticket = replace(queued.ticket, needs=prepared.needs)
            self._queue.put_back(queued, waited)
            return
        epoch = execution.state.epoch
        live = Live(execution, prepared, position=queued.ticket.position, epoch=epoch + 1)
        live.log = await self._histories.log_stream_of(execution)
        self._reserve(live)
        try:
            cause = self._decider.cause(live.execution)
            execution.start(
                cause, owner=self._server_id, epoch=live.epoch, isolation=ISOLATION,
                waited_ms=in_ms(waited, execution.state.created_at, cause.at),
                waits=waits_of(queued.turns, self._clock.monotonic()),
            )  # fmt: skip
            if self._family.has_paused_parent(execution):
                execution.pause(cause, reason=execution.state.trigger)
            self._decider.follow(live, cause)
        except BaseException:
            self._release(live)
            raise
        self._enter(live)
        taken = LeaseTaken(name=lease_name(live.id), owner=self._server_id, from_epoch=epoch, epoch=live.epoch)
        # Its slots are taken: the next one is admitted while this append goes on.
        live.decide_due = True
        live.driver = self.spawn(self._drive(live, taken, self._admission.limits_of(queued.ticket)))

    # ── driving ──────────────────────────────────────────────────────────────────────────────────

    def put(self, live: Live, item: object) -> None:
        """Have something decided about."""
        live.inbox.append(item)
        self._drive_soon(live)

    def _drive_soon(self, live: Live, *, decide: bool = True) -> None:
        """Have a driver go over it; `decide` when something may follow from its state."""
        live.decide_due = live.decide_due or decide
        if live.driver is None and not self._closing and self.live.get(live.id) is live:
            live.driver = self.spawn(self._drive(live))

    def _later(
        self, live: Live, name: str, work: Callable[[], Awaitable[object]], failed: Callable[..., object]
    ) -> None:
        """Wait for something outside the decision; what it gives goes into the inbox. Once per name."""
        if name in live.tasks:
            return

        async def bring() -> None:
            try:
                item = await stubbornly(work)
            except Exception as error:  # silence would leave the execution standing, with its slots, for ever
                log.error("%s of execution %s can't be done", name, live.id, exc_info=error)
                item = failed(error=internal(error))
            finally:
                live.tasks.pop(name, None)
            self.put(live, item)

        live.tasks[name] = self.spawn(bring())

    def spawn(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        """Do something beside; it ends with the conductor, and a failure is logged."""
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._done)
        return task

    def _done(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("a part of the conductor failed", exc_info=error)

    async def _drive(self, live: Live, taking: LeaseTaken | None = None, limits: Sequence[Bound] = ()) -> None:
        """Empty the inbox and store what follows, until nothing follows any more."""
        try:
            while not self._closing:
                items = [live.inbox.popleft() for _ in range(min(len(live.inbox), ITEMS_A_TURN))]
                if any(isinstance(item, LookAgain) for item in items):
                    missed = max(item.version for item in items if isinstance(item, LookAgain))
                    items = [item for item in items if not isinstance(item, LookAgain)]
                    if missed > live.execution.version:
                        await self._reload(live, items)
                        return
                # Lines alone decide nothing, and with many steps that print they are most of what comes.
                deciding, live.decide_due = live.decide_due or bool(items), False
                waiting: list[Answering] = []
                cause = self._decider.cause(live.execution)  # one moment for all that is decided in a turn
                if deciding:
                    waiting = self._decider.apply(live, items, cause)
                    self._decider.follow(live, cause)
                logged: list[RecordedEvent] = []
                if live.flush_due or live.execution.pending_events:
                    logged = live.log.take(cause.at, ACTOR, cause.command_id)
                    live.flush_due = not live.log.empty
                ending = deciding and self._decider.end(live, cause)
                events = [*logged, *live.collect()]
                if len(events) > MOST_EVENTS and logged and taking is None:
                    if not await self._append(live, logged, items, (), None, (), (), logged, ending=False):
                        return
                    events, logged = events[len(logged) :], []
                if events:
                    born, live.born = live.born, []
                    if not await self._append(
                        live, events, items, waiting, taking, limits, born, logged, ending=ending
                    ):
                        return
                    taking, limits = None, ()
                    if ending:
                        self._release(live)
                        self._family.tell_parent(live.execution)
                        # What was asked while that append was under way is answered by the execution as it ended.
                        answer(self._decider.apply(live, commands_in(live.inbox), cause), 0)
                        return
                    if deciding:
                        live.decide_due |= not self._decider.is_settled(live, len(events))
                        self._follow_up(live, events)
                        self._decider.wind_down(live)
                        self._offer()
                    if not (live.inbox or live.decide_due or live.flush_due):
                        return
                else:
                    self._decider.wind_down(live)
                    answer(waiting, 0)
                    if not live.inbox:
                        return
        finally:
            live.driver = None
            if live.inbox or live.flush_due or live.decide_due:
                self._drive_soon(live, decide=live.decide_due)

    async def _append(
        self,
        live: Live,
        events: Sequence[RecordedEvent],
        items: Sequence[object],
        waiting: Sequence[Answering],
        taking: LeaseTaken | None,
        limits: Sequence[Bound],
        born: Sequence[Called],
        logged: Sequence[RecordedEvent],
        *,
        ending: bool,
    ) -> bool:
        """Store a turn; False when the execution was dropped, or is decided about again from the log. `logged` are
        those of the events that were taken from the log stream."""
        name = lease_name(live.id)
        children = [called.execution for called in born]
        member = Member(
            events=[*events, *(cast("RecordedEvent", event) for child in children for event in child.pending_events)],
            leases_opened=[
                LeaseOpened(name=lease_name(child.id), owner=None, epoch=0, group=ticket_of(child, 0).group)
                for child in children
            ],
            limits=limits,
            guards=() if taking is not None else (LeaseGuard(name=name, epoch=live.epoch),),
            leases_taken=() if taking is None else (taking,),
            leases_closed=(name,) if ending else (),
        )
        while True:
            try:
                stored = await self._store.append(member)
            except StoreUnavailable as error:
                # The same versions again: safe whether or not the first try was stored.
                log.warning("execution %s waits for the database: %s", live.id, error)
                if self._closing or live.is_released:
                    refuse([asked.answer for asked in commands_in([*items, *live.inbox])], error)
                    return False
                await asyncio.sleep(AGAIN_S)
            except LimitReached as error:  # by one that another server has let in, of which we hear in a moment
                log.info("execution %s waits on: %s", live.id, error)
                self.running.is_full(limits)
                self._release(live)
                self.spawn(self._queue_again(live.id, [*items, *live.inbox]))
                return False
            except LeaseLost as error:
                log.warning("execution %s is somebody else's now: %s", live.id, error)
                self._decider.forget(live)
                self._release(live)
                self.running.recount_soon()
                self._family.look_after(live.execution, self._decider.cause(live.execution))
                refuse([asked.answer for asked in commands_in([*items, *live.inbox])], error)
                return False
            except Exception as error:  # another decision was stored first: decide again from the log
                log.warning("execution %s is loaded anew: %s", live.id, error)
                await self._reload(live, items, logged)
                return False
            else:
                appended = cast("Appended", stored)
                answer(waiting, appended.positions[len(events) - 1])
                for called, position in zip(born, appended.positions[len(events) :], strict=True):
                    self._admit_child(called, position, appended.numbers)
                if live.is_released:  # cut off meanwhile: whoever takes it up reads this from the log
                    self._pass_on_all(live.id, [*items, *live.inbox])
                return not live.is_released

    async def _queue_again(self, execution_id: UUID, items: Sequence[object]) -> None:
        """It was to start and could not: from the log into the queue, with what was asked of it."""
        with self._queue.in_hand(execution_id):
            await self.running.recount()
            execution = await patiently(lambda: self.load(execution_id))
            state = execution.state
            prepared = await patiently(lambda: self._graph_of(state))
        if state.status in FINAL:
            self._family.tell_parent(execution)
        elif state.status is ExecutionStatus.QUEUED and not (self.has(execution_id) or self.is_queued(execution_id)):
            self.arrivals.enqueue(execution, 0, prepared)
        self._pass_on_all(execution_id, items)

    def _stop_child(self, live: Live, child: UUID, grace_s: float) -> None:
        self.spawn(self._family.stop(live, child, self._decider.cause(live.execution), grace_s))

    def _admit_child(self, called: Called, position: int, numbers: Mapping[UUID, int]) -> None:
        """A child that is stored now waits in the queue as any other execution."""
        child = called.execution
        child.pending_events.clear()
        child.state.number = numbers[child.id]
        self.arrivals.enqueue(child, position, called.prepared)

    async def _reload(self, live: Live, items: Sequence[object], unstored: Sequence[RecordedEvent] = ()) -> None:
        """Begin again from the stored history, with the outcomes and commands in hand, and the lines that could not be
        stored."""
        execution = await patiently(lambda: self.load(live.id))
        written = await patiently(lambda: self._histories.log_stream_of(execution))
        events = await patiently(lambda: self._store.stream(live.id))
        latest = {event.path: event for event in events if isinstance(event, e.StepStarted)}
        if live.is_released:  # cut off meanwhile
            self._pass_on_all(live.id, [*items, *live.inbox])
            return
        self._release(live)
        state, asked = execution.state, [command.answer for command in commands_in([*items, *live.inbox])]
        if state.status is ExecutionStatus.QUEUED:  # it was to start, and something else was asked of it first
            self.spawn(self._queue_again(live.id, [*items, *live.inbox]))
            return
        if state.epoch > live.epoch or (state.epoch == live.epoch and state.owner != self._server_id):
            self._decider.forget(live)
            self.running.recount_soon()
            self._family.look_after(execution, self._decider.cause(execution))
            self._pass_on_all(live.id, [*items, *live.inbox])
            return
        was, now = live.execution.state.status, state.status
        if state.status in FINAL:
            self.running.has_ended(live.id)
            ended = Conflict(f"execution_is_{state.status}", f"The execution is {state.status}.", "Load it anew.")
            refuse(asked, ended)
            self._family.tell_parent(execution)
            return
        fresh = Live(execution, live.prepared, position=live.position, epoch=live.epoch)
        fresh.log = written
        fresh.log.take_from(live.log, unstored, state.run)
        fresh.flush_due = not fresh.log.empty
        fresh.inputs, fresh.submitted, fresh.cancelled = live.inputs, live.submitted, live.cancelled
        fresh.items = live.items
        fresh.inbox.extend([*items, *live.inbox])
        self._take_again(fresh)
        self._enter(fresh)
        if ExecutionStatus.PAUSED in (was, now) and was is not now:  # another server was asked
            resume = now is not ExecutionStatus.PAUSED
            self.spawn(self._family.pause(fresh, self._decider.cause(execution), resume=resume))
        told = outcomes_in(fresh.inbox)
        out = {*live.submitted.items(), *told}  # an outcome in hand is no longer among the submitted
        doubted = state.unconfirmed not in (None, self._server_id)  # those were another server's
        given = [] if doubted else [one for one in state.open_attempts.items() if one not in out]
        self._follow_up(fresh, [latest[path] for path, _ in given])
        self._hearing.take([x for x in live.carried.values() if (x.id.path, x.id.attempt) not in told])
        self._drive_soon(fresh)

    def _follow_up(self, live: Live, events: Sequence[RecordedEvent]) -> None:
        """What is to be done about decisions that are stored now."""
        for event in events:
            if isinstance(event, e.Paused | e.Resumed):
                self._timers.set(live)
                resume = isinstance(event, e.Resumed)
                self.spawn(self._family.pause(live, self._decider.cause(live.execution), resume=resume))
            elif isinstance(event, e.StepWaiting | e.StepRetryScheduled | e.StepExpanded):
                self._timers.wake(live, event.path)
        self._handing.over(live, events)

    def _pass_on_all(self, execution_id: UUID, items: Sequence[object]) -> None:
        for command in commands_in(items):
            if not command.answer.done():
                self.spawn(self._pass_on(execution_id, command))

    async def _pass_on(self, execution_id: UUID, command: StopAsked | PauseAsked | AnswerGiven) -> None:
        """Asked of a copy that is another server's by now."""
        try:
            match command:
                case StopAsked():
                    done = self.stop(execution_id, command.cause, grace_s=command.grace_s, reason=command.reason)
                case PauseAsked():
                    done = self.pause(execution_id, command.cause, reason=command.reason, resume=command.resume)
                case AnswerGiven():
                    done = self.answer(
                        execution_id, command.cause, command.path, decision=command.decision, output=command.output,
                        error=command.error,
                    )  # fmt: skip
            answer([command.answer], await done)
        except Exception as error:  # whatever it is, it is the answer
            refuse([command.answer], error)
