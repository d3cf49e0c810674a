"""⑤ Takes the log page by page into the views: all views and the one position in one transaction.

Rows of live executions stay in memory, so a page is one read of the log and one write. The write
refuses when another projector moved the position meanwhile; then everything in memory is dropped
and read again. Its transactions may be lost in a crash (`synchronous_commit=off`): rows and position
go together and are derived again from the log. Events never are written so.

An event that can't be applied (a poison event) parks its execution: its views stay as they were, the
row says so, an alert is logged and counted, and the projector goes on. Which rows come of it does not
depend on where pages begin and end, so a rebuild gives the same.

Longer than 200 lines because a page is read, folded and written in one place, all views at once.
"""

import asyncio
import logging
from collections import OrderedDict
from collections.abc import Sequence
from uuid import UUID

import msgspec
import psycopg

from application.ports import StoredEvent, StoreUnavailable
from application.projections import rows as r
from domain.event import RecordedEvent
from domain.execution.events import Created, ExecutionEvent, Retried, StepLogged, execution_of
from domain.queueing.limits import QueueEvent
from domain.triggering.trigger import TriggerEvent
from domain.values import execution_id_of_log
from domain.workflow.workflow import WorkflowCreated, WorkflowEvent
from infrastructure import failpoints, mapper
from infrastructure.postgres.connection import Connections
from infrastructure.postgres.event_store import stored_event
from infrastructure.postgres.feed import PostgresFeed

PAGE = 1_000
TURN = 100
"""Events worked on at a time: a page whole holds up every request and step of the process by tens of milliseconds."""
LOOK_S, HURRIED_LOOK_S, STANDS_STILL_S = 0.2, 0.01, 1.0
"""How often one that looks on reads the position; with somebody waiting; and how long it may stand still."""
CACHED = 2_000
"""Rows of executions kept in memory; at a few kB each, some MB."""

log = logging.getLogger("runwright.projector")
_encode = msgspec.json.Encoder().encode
_execution = msgspec.json.Decoder(r.ExecutionRow).decode
_step = msgspec.json.Decoder(r.StepRow).decode
_workflow = msgspec.json.Decoder(r.WorkflowRow).decode


class _Live:
    """One execution's rows in memory."""

    __slots__ = ("row", "steps")

    def __init__(self, row: r.ExecutionRow) -> None:
        self.row = row
        self.steps: dict[str, r.StepRow] = {}


class _Poisoned(Exception):
    """An event that can't be applied."""

    def __init__(self, stored: StoredEvent, error: Exception) -> None:
        super().__init__(str(error))
        self.stored, self.error = stored, error


def _subject(stored: StoredEvent) -> UUID:
    """The execution or workflow an event belongs to, also when its body can't be read."""
    return execution_id_of_log(stored.stream_id) if stored.stream_id.version == 8 else stored.stream_id


class Projector:
    """One per database does the work: who moved the position last. The others look on, and step in when it stands
    still although the log goes on; two at once are told apart by the position, which only one of them moves."""

    def __init__(
        self, connections: Connections, feed: PostgresFeed, *, pause_s: float, page: int = PAGE,
        only_looks_on: bool = False,
    ) -> None:  # fmt: skip
        """`only_looks_on`: the views are another process's work; this one wants to know how far they are."""
        self._connections = connections
        self._page = page
        self._feed = feed
        self._pause_s = pause_s
        self._live: OrderedDict[UUID, _Live] = OrderedDict()
        self._workflows: dict[UUID, r.WorkflowRow] = {}
        self._moved = asyncio.Condition()
        self._hurry = asyncio.Event()
        self._wanted = 0
        self._closing = False
        self._only_looks_on = self._looks_on = only_looks_on
        self._moved_at = 0.0
        self._poison: dict[int, str] = {}
        self.position = 0
        self.parked: dict[UUID, str] = {}

    async def run(self) -> None:
        """Apply pages until closed; a lost database is waited for."""
        known = False
        while not self._closing:
            try:
                if not known:
                    self.position, known = await self._read_position(), True
                if self._looks_on:
                    await self._look_on()
                elif not await self._apply(await self._next()):
                    self._forget()
                    self.position, self._looks_on = await self._read_position(), True
                async with self._moved:
                    self._moved.notify_all()
            except StoreUnavailable as error:
                # Rows in memory are folded already, and nobody knows whether the page was written.
                log.warning("views wait for the database: %s", error)
                self._forget()
                known = False
                await asyncio.sleep(0.2)
            except Exception:  # views that stand still for ever without a word would be worse
                log.exception("the views could not be written; they are tried again")
                self._forget()
                await asyncio.sleep(1)

    async def close(self) -> None:
        """End after the page under way."""
        self._closing = True
        self._hurry.set()
        self._feed.wake_projector()

    async def wait_for(self, position: int, *, timeout_s: float) -> bool:
        """Whether the views reach a position in time; ends the pacing pause."""
        if self.position >= position:
            return True
        self._wanted = max(self._wanted, position)
        self._hurry.set()
        try:
            async with asyncio.timeout(timeout_s), self._moved:
                await self._moved.wait_for(lambda: self.position >= position)
        except TimeoutError:
            return False
        return True

    async def _look_on(self) -> None:
        """Follow the position that another projector moves; step in once it stands still with something to do."""
        if self._wanted <= self.position:
            self._hurry.clear()
            try:
                async with asyncio.timeout(LOOK_S):
                    await self._hurry.wait()
            except TimeoutError:
                pass
        now, before = await self._read_position(), self.position
        loop = asyncio.get_running_loop()
        if now != before or self._feed.position <= now:
            self._moved_at = loop.time()
        elif loop.time() - self._moved_at > STANDS_STILL_S and not self._only_looks_on:
            self._looks_on = False
        elif self._wanted > now:
            await asyncio.sleep(HURRIED_LOOK_S)
        self.position = now

    async def _read_position(self) -> int:
        return int((await self._connections.rows("view_position"))[0][0])

    async def _next(self) -> Sequence[StoredEvent]:
        """The next page: from the feed's memory when it is there, else from the log.

        The pause comes before the page: a short run is one page after its end, not two that compete with its steps.
        """
        await self._feed.wait_beyond(self.position)
        if self._feed.position - self.position < self._page:
            await self._pace()
        while True:
            recent = self._feed.recent(self.position, self._page)
            if recent:
                return recent
            if recent is None:
                page = [stored_event(row) for row in await self._connections.rows("page", (self.position, self._page))]
                if page:
                    return page
            if self._closing:
                return ()
            await self._feed.wait_beyond(self.position)

    async def _pace(self) -> None:
        """Let a page fill, unless somebody waits for it."""
        if self._pause_s > 0 and self._wanted <= self.position and not self._closing:
            self._hurry.clear()
            try:
                async with asyncio.timeout(self._pause_s):
                    await self._hurry.wait()
            except TimeoutError:
                pass

    def _forget(self) -> None:
        """Rows in memory may be ahead of what is written: read them again."""
        self._live.clear()
        self._workflows.clear()

    async def _apply(self, page: Sequence[StoredEvent]) -> bool:
        """Write a page; False when another projector moved the position meanwhile."""
        if not page:
            return True
        while True:
            try:
                written = await self._apply_all(page)
            except _Poisoned as found:
                # Rows in memory are half changed: read them again, and pass the event over this time.
                self._forget()
                self._poison[found.stored.position] = type(found.error).__name__
                log.error("event at position %d can't be applied: %s", found.stored.position, found.error)
            except (psycopg.Error, UnicodeError) as error:
                self._forget()
                if len(page) == 1:
                    if page[0].position in self._poison:
                        raise
                    self._poison[page[0].position] = type(error).__name__
                    log.error("event at position %d can't be written: %s", page[0].position, error)
                else:
                    middle = len(page) // 2
                    return await self._apply(page[:middle]) and await self._apply(page[middle:])
            else:
                self._poison.clear()
                return written

    async def _apply_all(self, page: Sequence[StoredEvent]) -> bool:
        events: list[tuple[StoredEvent, RecordedEvent | None]] = []
        for start in range(0, len(page), TURN):
            events += [(stored, self._decode(stored)) for stored in page[start : start + TURN]]
            await asyncio.sleep(0)
        await self._load([event for _, event in events if event is not None], page)
        changed: dict[UUID, None] = {}
        changed_steps: dict[tuple[UUID, str], r.StepRow] = {}
        changed_workflows: dict[UUID, None] = {}
        batches: list[r.LogBatch] = []
        for place, (stored, event) in enumerate(events):
            if place % TURN == TURN - 1:
                await asyncio.sleep(0)
            if event is None or stored.position in self._poison:
                self._park(stored, changed, changed_workflows)
                continue
            try:
                self._fold(stored.position, event, changed, changed_steps, changed_workflows, batches)
            except Exception as error:  # a poison event must not stop the views of everything else
                raise _Poisoned(stored, error) from error
        failpoints.passing("before_page")
        written = await self._write(page[-1].position, changed, changed_steps, changed_workflows, batches)
        failpoints.passing("after_page")
        for execution_id in changed:
            if r.is_final(self._live[execution_id].row):
                del self._live[execution_id]
        while len(self._live) > CACHED:
            self._live.popitem(last=False)
        return written

    def _decode(self, stored: StoredEvent) -> RecordedEvent | None:
        if stored.position in self._poison:
            return None
        try:
            return mapper.decode_stored(stored)
        except Exception as error:  # of a newer version, damaged, or nested too deeply
            raise _Poisoned(stored, error) from error

    def _park(self, stored: StoredEvent, changed: dict[UUID, None], changed_workflows: dict[UUID, None]) -> None:
        """Mark what the event belongs to; without a row (its first event is poison) there is nothing to mark."""
        subject = _subject(stored)
        reason = f"position {stored.position}: {self._poison[stored.position]}"
        self.parked.setdefault(subject, reason)
        live, workflow = self._live.get(subject), self._workflows.get(subject)
        if live is not None and live.row.parked is None:
            live.row.parked = reason
            changed[subject] = None
        elif workflow is not None and workflow.parked is None:
            workflow.parked = reason
            changed_workflows[subject] = None

    async def _load(self, events: Sequence[RecordedEvent], page: Sequence[StoredEvent]) -> None:
        """Rows that are needed and not in memory."""
        opened = {event.originator_id for event in events if isinstance(event, Created | WorkflowCreated)}
        executions = {_subject(stored) for stored in page if mapper.is_of_execution(stored.topic)}
        missing = [x for x in executions - opened if x not in self._live]
        if missing:
            for (doc,) in await self._connections.rows("execution_docs", (missing,)):
                row = _execution(doc)
                self._live[row.id] = _Live(row)
                if row.parked is not None:
                    self.parked.setdefault(row.id, row.parked)
            for execution_id, doc in await self._connections.rows("step_docs", (missing,)):
                step = _step(doc)
                self._live[execution_id].steps[step.path] = step
        workflows = {stored.stream_id for stored in page if stored.topic.startswith("workflow.")} - opened
        missing = [x for x in workflows if x not in self._workflows]
        if missing:
            for (doc,) in await self._connections.rows("workflow_docs", (missing,)):
                workflow = _workflow(doc)
                self._workflows[workflow.id] = workflow

    def _fold(
        self,
        position: int,
        event: RecordedEvent,
        changed: dict[UUID, None],
        changed_steps: dict[tuple[UUID, str], r.StepRow],
        changed_workflows: dict[UUID, None],
        batches: list[r.LogBatch],
    ) -> None:
        if isinstance(event, QueueEvent | TriggerEvent):
            return  # read from its own stream
        if isinstance(event, WorkflowEvent):
            if isinstance(event, WorkflowCreated):
                self._workflows[event.originator_id] = r.open_workflow(event, position)
            else:
                workflow = self._workflows.get(event.originator_id)
                if workflow is None or workflow.parked is not None:
                    return
                r.fold_workflow(workflow, event)
            changed_workflows[event.originator_id] = None
            return
        execution_id = execution_of(event)
        if isinstance(event, Created):
            self._live[execution_id] = _Live(r.open_execution(event, position))
            changed[execution_id] = None
            return
        live = self._live.get(execution_id)
        if live is None or live.row.parked is not None:
            return
        self._live.move_to_end(execution_id)
        r.fold_execution(live.row, event, position)
        changed[execution_id] = None
        if isinstance(event, r.STEP_EVENTS):
            for path in r.rows_of(event):
                step = live.steps.get(path)
                if step is None:
                    step = live.steps[path] = r.StepRow(path=path)
                r.fold_step(step, live.row.run, event)
                changed_steps[execution_id, path] = step
        elif isinstance(event, Retried):
            for step in r.begin_steps_again(live.steps, event):
                changed_steps[execution_id, step.path] = step
        elif isinstance(event, StepLogged) and event.lines:
            batches.append(r.log_batch(execution_id, event, position))
        elif not isinstance(event, ExecutionEvent | StepLogged):
            raise TypeError(f"{type(event).__name__} belongs to no view")

    async def _write(
        self,
        to: int,
        changed: dict[UUID, None],
        changed_steps: dict[tuple[UUID, str], r.StepRow],
        changed_workflows: dict[UUID, None],
        batches: list[r.LogBatch],
    ) -> bool:
        executions = [self._live[x].row for x in changed]
        workflows = [self._workflows[x] for x in changed_workflows]
        answer = await self._connections.rows(
            "apply_page",
            (
                self.position, to,
                [x.id for x in executions], [x.created for x in executions], [x.workflow_id for x in executions],
                [x.status.value for x in executions], [x.created_at for x in executions],
                [_encode(x.labels).decode() for x in executions], [_encode(x) for x in executions],
                [key[0] for key in changed_steps], [key[1] for key in changed_steps],
                [_encode(step) for step in changed_steps.values()],
                [b.execution_id for b in batches], [b.first_line for b in batches], [b.last_line for b in batches],
                [b.position for b in batches], [b.path for b in batches], [b.worst for b in batches],
                [x.id for x in workflows], [x.created for x in workflows], [x.status for x in workflows],
                [x.name for x in workflows], [_encode(x) for x in workflows],
            ),
        )  # fmt: skip
        if answer[0][0]:
            self.position = to
        return bool(answer[0][0])
