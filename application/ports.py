"""What the application needs from outside, as Protocols, and the errors that come with it.

Adapters: `infrastructure/postgres` (real), `infrastructure/memory` (the same, for tests of the
application), `infrastructure/workers` (processes that run step code), `infrastructure/expressions`.
`interfaces/bootstrap.py` alone names them.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol
from uuid import UUID

from domain.errors import Problem
from domain.event import RecordedEvent, StepError
from domain.execution.events import StepLogged
from domain.queueing.admission import Bound, Group
from domain.queueing.controller import Pressure
from domain.values import ArtifactRef, JsonText, LogLine, Usage

# ── time and ids ─────────────────────────────────────────────────────────────────────────────────


class Clock(Protocol):
    """Time from outside the application."""

    def now(self) -> datetime:
        """Wall time, aware UTC."""
        ...

    def monotonic(self) -> float:
        """Seconds that never go back; only differences mean anything."""
        ...


class Ids(Protocol):
    """Where new ids come from."""

    def new(self) -> UUID:
        """A UUIDv7 (RFC 9562): later ids sort after earlier ones of the same process."""
        ...


# ── the log ──────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, kw_only=True)
class StoredEvent:
    """One event as it stands in the log, with what every reader needs and its body unparsed.

    `position` is the global order; `version` the order in its stream. `body` is the JSON object
    `{"at", "actor", "cause", "workflow_id", "data": {...}}` as stored (with `number` put back into
    the data of a `created`). `stream_id` is the id of the stream itself.
    """

    position: int
    stream_id: UUID
    version: int
    topic: str
    body: bytes


@dataclass(frozen=True, kw_only=True)
class IdempotencyGuard:
    """The command behind a member is carried out once per (scope, key), for 24 hours."""

    scope: str
    key: str
    body_hash: bytes
    execution_id: UUID


@dataclass(frozen=True, kw_only=True)
class LeaseGuard:
    """The member counts only while this lease still has this epoch.

    `name` is `execution:<id>`.
    """

    name: str
    epoch: int


@dataclass(frozen=True, kw_only=True)
class LeaseOpened:
    """A lease that comes into being with the member (an execution's, at its `created`).

    `owner` is None while nobody owns it (queued).
    """

    name: str
    owner: UUID | None
    epoch: int
    group: Group | None = None
    """Whom it counts with while it has an owner."""


@dataclass(frozen=True, kw_only=True)
class LeaseTaken:
    """A lease whose owner and epoch change with the member; it must still have `from_epoch`."""

    name: str
    owner: UUID
    from_epoch: int
    epoch: int


@dataclass(frozen=True, kw_only=True)
class Member:
    """One append call: all of it is stored in one transaction, or nothing.

    `events` may belong to several streams; within a stream their versions follow each other, and
    the first one's version minus one must be the head of the stream at that moment.
    """

    events: Sequence[RecordedEvent]
    guards: Sequence[LeaseGuard] = ()
    idempotency: IdempotencyGuard | None = None
    leases_opened: Sequence[LeaseOpened] = ()
    leases_taken: Sequence[LeaseTaken] = ()
    leases_closed: Sequence[str] = ()
    limits: Sequence[Bound] = ()
    """How many leases of each group may have an owner at most, with the one that gets one by this member."""


@dataclass(frozen=True, kw_only=True)
class Appended:
    """The member is stored; `positions` are those of its events, `numbers` those given to `created`s."""

    positions: Sequence[int]
    numbers: Mapping[UUID, int] = field(default_factory=dict[UUID, int])

    @property
    def position(self) -> int:
        """The position of the last event of the member."""
        return self.positions[-1]


@dataclass(frozen=True, kw_only=True)
class Replayed:
    """The idempotency key was used before with the same body: what it led to."""

    execution_id: UUID
    position: int
    number: int


@dataclass(frozen=True, kw_only=True)
class Recalled:
    """What an idempotency key led to, and the hash of the body it came with."""

    replayed: Replayed
    body_hash: bytes


class VersionConflict(Exception):
    """A stream had moved on: another decision was stored first. Reload and decide again."""

    def __init__(self, stream_id: UUID, expected: int, actual: int) -> None:
        super().__init__(f"stream {stream_id} was expected at version {expected} and is at {actual}")
        self.stream_id, self.expected, self.actual = stream_id, expected, actual


class LeaseLost(Exception):
    """A guard's lease has another epoch: somebody else decides now."""

    def __init__(self, name: str, epoch: int, actual: int | None) -> None:
        super().__init__(f"lease {name} was held at epoch {epoch} and is now at {actual}")
        self.name, self.epoch, self.actual = name, epoch, actual


class LimitReached(Exception):
    """As many executions of a workflow, or of it with a key, run as may."""

    def __init__(self, workflow_id: UUID, running: int) -> None:
        super().__init__(f"{running} executions of workflow {workflow_id} run already, and no more may")
        self.workflow_id, self.running = workflow_id, running


class IdempotencyKeyReused(Exception):
    """The idempotency key came before with another body."""

    def __init__(self, key: str) -> None:
        super().__init__(f"idempotency key {key!r} was used before with another body")
        self.key = key


class LeadingMemberFailed(Exception):
    """A member queued earlier, on a stream this one touches, was refused; this one rests on it."""


class StoreUnavailable(Exception):
    """The database did not answer within the deadline. The append may or may not be stored;
    appending the same member again is safe, and answered as the first time when it had been stored."""


@dataclass(frozen=True, kw_only=True)
class Written:
    """A log stream so far: `version` of its last event, lines stored and dropped, and the number of each step's last
    line."""

    version: int = 0
    lines: int = 0
    dropped: int = 0
    last_line: Mapping[str, int] = field(default_factory=dict[str, int])

    def then(self, events: Iterable[RecordedEvent]) -> "Written":
        """With further events of the stream, in their order."""
        version, lines, dropped, last_line = self.version, self.lines, self.dropped, {**self.last_line}
        for event in events:
            version = event.originator_version
            if isinstance(event, StepLogged):
                lines += len(event.lines)
                dropped += event.dropped
                last_line[event.path] = lines
        return Written(version=version, lines=lines, dropped=dropped, last_line=last_line)


class EventStore(Protocol):
    """The log: append members, read streams."""

    async def append(self, member: Member) -> Appended | Replayed:
        """Store the member.

        Raises VersionConflict, LeaseLost, LimitReached, IdempotencyKeyReused, LeadingMemberFailed, StoreUnavailable.
        """
        ...

    async def recall(self, scope: str, key: str) -> Recalled | None:
        """What an idempotency key led to; None when it is unknown or older than 24 hours."""
        ...

    async def stream(self, stream_id: UUID, *, after_version: int = 0) -> Sequence[RecordedEvent]:
        """All events of one stream after a version, in order. An unknown stream is empty."""
        ...

    async def last_of(self, stream_id: UUID, topic: str) -> RecordedEvent | None:
        """The latest event of a topic in a stream."""
        ...

    async def event_of(self, stream_id: UUID, version: int) -> RecordedEvent | None:
        """The event of a stream with this version."""
        ...

    async def trigger_heads(self) -> Sequence[RecordedEvent]:
        """The last event of each trigger."""
        ...

    async def last_terminal(self, stream_id: UUID, topics: Sequence[str]) -> StoredEvent | None:
        """The latest event of a stream, when it is of one of the topics or only late facts follow it."""
        ...

    async def head(self, stream_id: UUID) -> int:
        """The version of the last event of a stream, 0 when there is none."""
        ...

    async def written(self, execution_id: UUID) -> Written:
        """Where the log stream of an execution stands; costs the same for ten lines and for a million."""
        ...

    async def history(
        self, stream_ids: Sequence[UUID], *, after: int = 0, before: int | None = None, limit: int = 500
    ) -> Sequence[StoredEvent]:
        """Events of some streams merged by position, after < position < before, at most `limit`."""
        ...

    async def page(self, *, after: int, limit: int) -> Sequence[StoredEvent]:
        """The whole log by position: at most `limit` events after a position."""
        ...


@dataclass(frozen=True, kw_only=True)
class OpenExecution:
    """A lease row of an execution that is not final: who owns it and at which epoch."""

    execution_id: UUID
    owner: UUID | None
    epoch: int
    group: Group | None = None


@dataclass(frozen=True, kw_only=True)
class Orphan:
    """An execution whose owner is gone. `resigned`: the owner said that nothing of it lives; else its lease is over."""

    execution_id: UUID
    owner: UUID
    epoch: int
    resigned: bool


class Leases(Protocol):
    """Who may decide: servers that are alive, and owners, by the database's clock."""

    async def open_executions(self) -> Sequence[OpenExecution]:
        """Every execution that is not final, oldest first."""
        ...

    async def owned_executions(self) -> Sequence[OpenExecution]:
        """Of those the ones that some server has: who runs, and not who waits in the queue."""
        ...

    async def beat(self, server: UUID, *, ttl_s: float) -> int:
        """This server is alive for `ttl_s` seconds more; how many others are now. Raises StoreUnavailable."""
        ...

    async def resign(self, server: UUID) -> None:
        """Nothing of this server lives any more. Raises StoreUnavailable."""
        ...

    async def orphans(self) -> Sequence[Orphan]:
        """Executions of servers that are not alive, oldest first, at most 200. Raises StoreUnavailable."""
        ...


# ── running steps ────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, kw_only=True)
class AttemptId:
    """One try of one step in one run of one execution."""

    execution_id: UUID
    run: int
    path: str
    attempt: int


@dataclass(frozen=True, kw_only=True)
class Attempt:
    """What an executor is handed.

    `input` is the node's config with its expressions resolved (an object). `profile` names code
    that is expected to take about as long each time (workflow version and node): an executor may
    hand several short attempts ahead to one worker. `timeout_s` None means no limit.
    `idempotency_key` is handed to the step for its effects.
    """

    id: AttemptId
    kind: str
    input: JsonText
    profile: str
    retry_safe: bool
    timeout_s: float | None
    idempotency_key: str
    grace_s: float = 5.0


@dataclass(frozen=True, kw_only=True)
class Begun:
    """The attempt's code began to run. `began_at_ms` is Unix time in milliseconds.

    Not said of one whose outcome is the first that is heard of it: the outcome's usage has that time.
    """

    id: AttemptId
    worker: str
    began_at_ms: float


@dataclass(frozen=True, kw_only=True)
class Logged:
    """Lines the attempt wrote; `dropped` more were lost to back-pressure, and are counted."""

    id: AttemptId
    lines: Sequence[LogLine]
    dropped: int = 0


@dataclass(frozen=True, kw_only=True)
class Progressed:
    """How far the attempt says it is; `fraction` is 0..1."""

    id: AttemptId
    fraction: float | None
    text: str | None


@dataclass(frozen=True, kw_only=True)
class Attachment:
    """A file the attempt gave with its result; the content is stored before the outcome is."""

    name: str
    media_type: str
    content: bytes


@dataclass(frozen=True, kw_only=True)
class Succeeded:
    """Terminal: the attempt returned `output`."""

    id: AttemptId
    output: JsonText
    attachments: Sequence[Attachment]
    usage: Usage


@dataclass(frozen=True, kw_only=True)
class Erred:
    """Terminal: the attempt failed or timed out (`error.category` is timeout then)."""

    id: AttemptId
    error: StepError
    usage: Usage | None


@dataclass(frozen=True, kw_only=True)
class Cancelled:
    """Terminal: a cancel ended the attempt and all it had started is dead.

    `signal` is none, SIGTERM or SIGKILL; `proof` never_began or descendants_gone; `death_ms` the time
    from the cancel to the proven death.
    """

    id: AttemptId
    signal: str
    proof: str
    death_ms: float


@dataclass(frozen=True, kw_only=True)
class Lost:
    """Terminal: the worker died under the attempt. `reason`: worker_died or out_of_memory.

    Everything it had started is dead when this is told.
    """

    id: AttemptId
    reason: str


Signal = Begun | Logged | Progressed | Succeeded | Erred | Cancelled | Lost
Outcome = Succeeded | Erred | Cancelled | Lost


@dataclass(frozen=True, kw_only=True)
class Capacity:
    """Workers alive, attempts handed out, and memory and CPU of all workers now."""

    workers: int
    busy: int
    attempts: int
    limit: int


class Pressures(Protocol):
    """How hard this machine is pressed."""

    def read(self) -> Pressure:
        """Since the last reading; takes less than a millisecond."""
        ...


class Executor(Protocol):
    """Hands attempts to workers. Exactly one terminal signal per submitted attempt, always after its
    last line; never retries by itself; user code never runs in the server's process."""

    def connect(self, sink: Callable[[Sequence[Signal]], None]) -> None:
        """Where signals go: called on the event loop, all signals of one socket read in one call."""
        ...

    async def start(self) -> None:
        """Wait for supervisors of an earlier server on the same data directory to be gone, then warm up."""
        ...

    def submit(self, attempts: Sequence[Attempt]) -> None:
        """Hand attempts over; never blocks. The caller keeps within the attempt limit."""
        ...

    def cancel(self, attempt: AttemptId, *, grace_s: float) -> None:
        """End an attempt: taken back when it has not begun, else SIGTERM, `grace_s`, SIGKILL of its whole
        process tree. Its terminal signal is Cancelled unless another outcome was already on its way.
        Unknown or final attempts are ignored; a second cancel may only shorten the grace."""
        ...

    def capacity(self) -> Capacity:
        """Figures of now."""
        ...

    async def close(self, *, grace_s: float) -> None:
        """End every worker and prove that nothing of them lives."""
        ...


# ── kinds of node and expressions ────────────────────────────────────────────────────────────────


class NodeKind(Protocol):
    """A kind of node: what its config may be and how it behaves."""

    @property
    def name(self) -> str: ...
    @property
    def schema(self) -> Mapping[str, object]:
        """JSON Schema of its config; fields marked `x-expression: true` may hold `${...}`."""
        ...

    @property
    def runs_in(self) -> str:
        """`worker` (a worker process), `expressions` (evaluated), `timer` (waits), `person` (waits for an answer) or
        `workflow` (waits for a child execution); only the first holds a slot."""
        ...

    def retry_safe(self, config: Mapping[str, object]) -> bool:
        """Whether a lost attempt may run again when the node does not say."""
        ...

    def check(self, config: Mapping[str, object]) -> Sequence[Problem]:
        """What the schema alone can't see (Python code that does not compile, ...). Pointers are
        relative to the config."""
        ...

    def describe(self) -> Mapping[str, object]:
        """title, description, icon, example config and the schema, for the palette and forms."""
        ...


class NodeKinds(Protocol):
    """The kinds this service has."""

    def get(self, name: str) -> NodeKind | None: ...
    def all(self) -> Sequence[NodeKind]: ...


class InputChecks(Protocol):
    """Completes and checks a run's inputs."""

    def complete(
        self, schema: Mapping[str, object], inputs: Mapping[str, object]
    ) -> tuple[dict[str, object], list[Problem]]:
        """Inputs with defaults, and every problem."""
        ...


class ExpressionFailed(Exception):
    """An expression could not be evaluated; `message` says why in a sentence."""

    def __init__(self, expression: str, message: str) -> None:
        super().__init__(message)
        self.expression, self.message = expression, message


@dataclass(frozen=True, kw_only=True)
class Scope:
    """What an expression can see. Values are JSON texts, parsed where they are looked into.

    `steps` holds ancestors only: id -> object with status, output, error. `now` is the time of the
    deciding event, what `$now()` and `$millis()` give.
    """

    inputs: JsonText
    steps: Mapping[str, JsonText]
    execution: JsonText
    now: datetime
    extra: Mapping[str, JsonText] = field(default_factory=dict[str, JsonText])
    """What else this place sees: `error` and `attempt` where a retry is decided."""


class Expressions(Protocol):
    """Templates `${...}` in JSONata. Plain paths are walked in process; everything else is user code
    and is evaluated in a killable process."""

    def check(self, template: object, *, ancestors: AbstractSet[str], names: Sequence[str] = ()) -> Sequence[Problem]:
        """Every problem of the expressions inside a JSON value (string, list, object), without values.
        Pointers are relative to the value; `names` are what this place sees beside the usual scope."""
        ...

    def is_plain(self, template: object) -> bool:
        """Whether every expression inside is a plain path (or there is none)."""
        ...

    def references(self, template: object) -> frozenset[str]:
        """Ids of the steps whose values the expressions name."""
        ...

    def constant(self, template: object) -> JsonText | None:
        """The JSON of a template that holds no expression; None when it holds one."""
        ...

    def resolve_plain(self, template: object, scope: Scope) -> JsonText:
        """Put the values in, in process. Raises ExpressionFailed, and ValueError if not plain."""
        ...

    async def resolve(self, template: object, scope: Scope) -> JsonText:
        """Put the values in; plain ones in process, others in the expression worker. Raises
        ExpressionFailed. Cancelling the call kills the evaluation."""
        ...

    def truth_plain(self, template: str, scope: Scope) -> bool:
        """The same for a plain condition, in process. Raises ExpressionFailed, ValueError if not plain."""
        ...

    async def truth(self, template: str, scope: Scope) -> bool:
        """An edge's condition, cast by JSONata's boolean rule. Raises ExpressionFailed."""
        ...

    async def close(self) -> None: ...


# ── values out of line ───────────────────────────────────────────────────────────────────────────


class Artifacts(Protocol):
    """Contents kept outside the log, addressed by SHA-256."""

    async def put(self, content: bytes, media_type: str, name: str | None = None) -> ArtifactRef:
        """Store and commit; storing the same content again is free."""
        ...

    async def get(self, sha256: str) -> bytes | None:
        """The content, or None when there is none of that hash."""
        ...


class WebhookSecrets(Protocol):
    """The secrets of webhooks, outside the log: an event is for ever, and is exported."""

    async def put(self, trigger_id: UUID, secret: str) -> None:
        """Keep it instead of the one before. Raises StoreUnavailable."""
        ...

    async def get(self, trigger_id: UUID) -> str | None:
        """The secret; None when there is none. Raises StoreUnavailable."""
        ...

    async def remove(self, trigger_id: UUID) -> None:
        """Forget it. Raises StoreUnavailable."""
        ...


# ── who ──────────────────────────────────────────────────────────────────────────────────────────


class Permissions(Protocol):
    """Who may do what. `action` is `workflow.execute`, `execution.stop`, ..."""

    def allows(self, actor: str, action: str, subject: UUID | None) -> bool: ...
