"""The live tail of the log: one per process, fanned out in memory to bounded subscriptions.

What this process appends is published from the committer's memory as long as positions follow each
other. A gap (another server appended in between, or a crash left a hole) is read from the log: the
append lock makes positions visible in order, so what is not there when a later position is, never comes.
NOTIFY is a hint, sent at most every 10 ms by the server that appended, a poll of at most 1 s the guarantee; a lost
LISTEN connection is made again.
"""

import asyncio
import contextlib
import logging
from collections import deque
from collections.abc import Sequence
from uuid import UUID, uuid4

import psycopg

from application.ports import StoredEvent, StoreUnavailable
from domain.values import execution_id_of_log
from infrastructure import mapper
from infrastructure.postgres.connection import Connections, connect
from infrastructure.postgres.event_store import PostgresEventStore

POLL_S = 1.0
HINT_S = 0.01
"""Other servers are told so much later at most. A NOTIFY in each append would wake every listener, ourselves among
them, for every step: 0.1 ms of each."""
BEAT_S = 0.5
"""How often it is looked whether a subscriber has waited long enough."""
KEPT, KEPT_BYTES = 10_000, 8 * 1024 * 1024
"""Events kept in memory for the projector and for clients that come; beyond, the log is read. Some seconds of a busy
server: when all of many clients come again at once, questions to the database would make the later ones later still."""
RECALLED_BYTES = 128 * 1024
"""A client that has more to be told gets it from the log piece by piece, as fast as it reads."""
SUBSCRIPTION_EVENTS = 2_000
"""A subscriber that falls behind by more is closed and resumes from the log."""

log = logging.getLogger("runwright.feed")


class Told:
    """One event as it is told to subscribers; its JSON is made once for all of them."""

    __slots__ = ("_wire", "event", "execution_id")

    def __init__(self, event: StoredEvent) -> None:
        self.event = event
        version = event.stream_id.version
        self.execution_id: UUID | None = None
        if mapper.is_of_execution(event.topic):
            self.execution_id = execution_id_of_log(event.stream_id) if version == 8 else event.stream_id
        self._wire: bytes | None = None

    @property
    def wire(self) -> bytes:
        """The event's JSON."""
        if self._wire is None:
            self._wire = mapper.wire(self.event)
        return self._wire


class Subscription:
    """A bounded queue of events. `overflowed` once it could not take one: close and resume from the log."""

    def __init__(
        self,
        feed: "PostgresFeed",
        execution_id: UUID | None,
        kinds: frozenset[str] | None,
        executions: frozenset[UUID],
    ) -> None:
        self._feed = feed
        self.execution_id = execution_id
        self.kinds = kinds
        self.executions = executions
        self.events: deque[Told] = deque()
        self.overflowed = False
        self.own = False
        self.foreign = False
        self.ended = False
        self._arrived = asyncio.Event()
        self._until = 0.0

    def put(self, told: Told) -> None:
        """Take one event, unless its topic is not wanted or there is no room."""
        # Said here, not by the reader: it would be woken by every event of every execution.
        if self.kinds is not None and told.event.topic not in self.kinds and told.execution_id not in self.executions:
            return
        if len(self.events) >= SUBSCRIPTION_EVENTS:
            self.overflowed = True
        else:
            self.events.append(told)
        self._arrived.set()

    def take(self) -> list[Told]:
        """Everything that has come."""
        taken = [*self.events]
        self.events.clear()
        return taken

    async def wait(self, timeout_s: float) -> bool:
        """Whether something has come, or the feed ended, within the time, give or take BEAT_S."""
        if not self._has_come:
            self._arrived.clear()
            self._until = asyncio.get_running_loop().time() + timeout_s
            await self._arrived.wait()
        return self._has_come

    @property
    def _has_come(self) -> bool:
        return bool(self.events) or self.overflowed or self.ended

    def beat(self, now: float) -> None:
        """Let go who has waited long enough. The feed calls it: a timer for each wait would cost each event."""
        if now >= self._until:
            self._arrived.set()

    def end(self) -> None:
        """The process is going down."""
        self.ended = True
        self._arrived.set()

    def close(self) -> None:
        """Take no more."""
        self._feed.unsubscribe(self)


class PostgresFeed:
    """Publishes every event once, in order of position, from where it was opened."""

    def __init__(self, url: str, connections: Connections, store: PostgresEventStore) -> None:
        self._url = url
        self._connections = connections
        self._store = store
        self._by_execution: dict[UUID, set[Subscription]] = {}
        self._to_all: set[Subscription] = set()
        self._kept: deque[Told] = deque()
        self._kept_of: dict[UUID, deque[Told]] = {}
        self._kept_bytes = 0
        self._catching_up = True
        self._meanwhile: list[StoredEvent] = []
        self._wake = asyncio.Event()
        self._beyond = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []
        self._hinting: asyncio.Task[None] | None = None
        self._beating: asyncio.TimerHandle | None = None
        self._unhinted = False
        self._name = uuid4().hex
        self._closing = False
        self.position = 0

    async def open(self) -> None:
        """Begin at the end of the log."""
        self.position = await self._store.head_position()
        self._store.published = self._publish
        self._tasks = [
            asyncio.create_task(self._tail(), name="feed-tail"),
            asyncio.create_task(self._listen(), name="feed-listen"),
        ]
        self._wake.set()
        self._beat()

    async def close(self) -> None:
        """End, and tell every subscriber."""
        self._closing = True
        if self._beating is not None:
            self._beating.cancel()
        if self._hinting is not None:  # what was stored last is told as well, unless the database is away
            await asyncio.wait({self._hinting}, timeout=1)
        tasks = [*self._tasks, *([self._hinting] if self._hinting is not None else [])]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        self.end_subscriptions()

    def end_subscriptions(self) -> None:
        """Tell every subscriber that the process goes down; streams close and clients resume elsewhere."""
        for subscription in self._subscribers():
            subscription.end()

    def _subscribers(self) -> list[Subscription]:
        return [*self._to_all, *(one for group in self._by_execution.values() for one in group)]

    def _beat(self) -> None:
        loop = asyncio.get_running_loop()
        for subscription in self._subscribers():
            subscription.beat(loop.time())
        self._beating = loop.call_later(BEAT_S, self._beat)

    def tell(self, event: StoredEvent) -> Told:
        """An event from the log in the form subscribers get."""
        return Told(event)

    def subscribe(
        self,
        execution_id: UUID | None = None,
        kinds: frozenset[str] | None = None,
        executions: frozenset[UUID] = frozenset(),
        *,
        own: bool = False,
        foreign: bool = False,
    ) -> Subscription:
        """Events from now on: of one execution (both streams), or of all: of any topic, or of some topics and
        whatever belongs to the `executions` named. `own`: it is the service that follows, not a client. `foreign`:
        what this process appended itself need not be told; it may be, after a gap."""
        subscription = Subscription(self, execution_id, kinds, executions)
        subscription.own, subscription.foreign = own, foreign
        if execution_id is None:
            self._to_all.add(subscription)
        else:
            self._by_execution.setdefault(execution_id, set()).add(subscription)
        return subscription

    def unsubscribe(self, subscription: Subscription) -> None:
        """See Subscription.close."""
        self._to_all.discard(subscription)
        if subscription.execution_id is not None:
            group = self._by_execution.get(subscription.execution_id, set())
            group.discard(subscription)
            if not group:
                self._by_execution.pop(subscription.execution_id, None)

    @property
    def subscriptions(self) -> int:
        """How many clients follow; what the service itself follows is not counted."""
        return sum(not one.own for one in self._to_all) + sum(map(len, self._by_execution.values()))

    # ── for the projector ──

    def recent(self, after: int, limit: int) -> Sequence[StoredEvent] | None:
        """Events after a position from memory: empty when there are none, None when memory begins later."""
        if after >= self.position:
            return ()
        if not self._reaches(after):
            return None
        behind = len(self._kept)
        while behind and self._kept[behind - 1].event.position > after:
            behind -= 1
        return [self._kept[i].event for i in range(behind, min(behind + limit, len(self._kept)))]

    # ── for who comes, or comes again ──

    def recall(self, execution_id: UUID, after: int) -> Sequence[Told] | None:
        """Everything published of an execution after a position, from memory; None when memory does not hold all of it.

        Who starts an execution opens its stream next, and a client that was cut off misses little: neither need be a
        question to the database, nor JSON that was made already.
        """
        told = self._kept_of.get(execution_id, ())
        from_its_start = bool(told) and told[0].event.stream_id == execution_id and told[0].event.version == 1
        if not (from_its_start or self._reaches(after)):
            return None
        recalled = [one for one in told if one.event.position > after]
        return recalled if sum(len(one.event.body) for one in recalled) <= RECALLED_BYTES else None

    def _reaches(self, after: int) -> bool:
        """Whether all that was published after a position is kept."""
        return bool(self._kept) and self._kept[0].event.position <= after + 1

    def _keep(self, told: Told) -> None:
        self._kept.append(told)
        if told.execution_id is not None:
            self._kept_of.setdefault(told.execution_id, deque()).append(told)
        self._kept_bytes += len(told.event.body)
        while len(self._kept) > KEPT or (self._kept_bytes > KEPT_BYTES and len(self._kept) > 1):
            oldest = self._kept.popleft()
            self._kept_bytes -= len(oldest.event.body)
            if oldest.execution_id is not None:
                kept = self._kept_of[oldest.execution_id]
                kept.popleft()
                if not kept:
                    del self._kept_of[oldest.execution_id]

    async def wait_beyond(self, position: int) -> None:
        """Return once something beyond the position was published, or at a wake-up."""
        if self.position <= position:
            self._beyond.clear()
            await self._beyond.wait()

    def wake_projector(self) -> None:
        """End wait_beyond."""
        self._beyond.set()

    # ── publishing ──

    def _publish(self, events: Sequence[StoredEvent]) -> None:
        """From the committer. While the log is being read these wait until what was read reaches them."""
        self._unhinted = True
        if self._hinting is None and not self._closing:
            self._hinting = asyncio.get_running_loop().create_task(self._hint(), name="feed-hint")
        if not self._catching_up and events[0].position == self.position + 1:
            self._fan_out(events, ours=True)
            return
        self._catching_up = True
        self._wake.set()
        if len(self._meanwhile) < KEPT:  # else the log has them
            self._meanwhile += events

    def _join(self) -> bool:
        """Whether what was published meanwhile follows what was read, without a gap; it is published then."""
        meanwhile = [event for event in self._meanwhile if event.position > self.position]
        self._meanwhile = []
        last = self.position
        for event in meanwhile:
            if event.position != last + 1:
                self._meanwhile = meanwhile
                return False
            last = event.position
        if meanwhile:
            self._fan_out(meanwhile)
        return True

    def _fan_out(self, events: Sequence[StoredEvent], *, ours: bool = False) -> None:
        to_all = [one for one in self._to_all if not (ours and one.foreign)]
        for event in events:
            told = Told(event)
            self._keep(told)
            for subscription in to_all:
                subscription.put(told)
            if told.execution_id is not None:
                for subscription in self._by_execution.get(told.execution_id, ()):
                    subscription.put(told)
        self.position = events[-1].position
        self._beyond.set()

    async def _tail(self) -> None:
        while not self._closing:
            try:
                async with asyncio.timeout(POLL_S):
                    await self._wake.wait()
            except TimeoutError:
                pass
            self._wake.clear()
            try:
                self._catching_up = True
                while True:
                    self._wake.clear()
                    page = await self._store.page(after=self.position, limit=1_000)
                    if page:
                        self._fan_out(page)
                    # Under steady load something is appended during every read: waiting for one without would be
                    # reading all of the log again for ever.
                    if (self._meanwhile or len(page) < 1_000) and self._join():
                        break
                self._catching_up = False
            except StoreUnavailable as error:
                log.warning("the feed waits for the database: %s", error)
                await asyncio.sleep(0.2)
                self._wake.set()

    async def _hint(self) -> None:
        """Wake the feeds of other servers, once for everything stored within the time."""
        try:
            while self._unhinted:
                await asyncio.sleep(HINT_S)
                self._unhinted = False
                with contextlib.suppress(StoreUnavailable):
                    await self._connections.rows("hint", (self._name,))
        finally:
            self._hinting = None

    async def _listen(self) -> None:
        while not self._closing:
            with contextlib.suppress(StoreUnavailable, psycopg.Error, OSError):
                connection = await connect(self._url)
                try:
                    await connection.execute(b"LISTEN runwright_events")
                    async for notification in connection.notifies():
                        if notification.payload != self._name:  # our own appends are in memory already
                            self._wake.set()
                finally:
                    await connection.close()
            await asyncio.sleep(0.5)
