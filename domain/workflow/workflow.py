"""A workflow: a name, immutable numbered versions of its graph, and whether it may run."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any, ClassVar
from uuid import UUID

from eventsourcing.domain import Aggregate

from domain.errors import Conflict, NotFound, Problem, Severity, TransitionRefused
from domain.event import Cause, RecordedEvent, record, register
from domain.values import JsonText


class WorkflowStatus(StrEnum):
    """Whether executions may be started. The status belongs to the workflow, not to a version."""

    DRAFT = "draft"  # no version was made ready yet
    READY = "ready"
    PAUSED = "paused"  # nothing new is admitted; what runs finishes
    ARCHIVED = "archived"  # out of the lists; nothing runs any more


_W = WorkflowStatus
WORKFLOW_TRANSITIONS: dict[WorkflowStatus, frozenset[WorkflowStatus]] = {
    _W.DRAFT: frozenset({_W.READY, _W.ARCHIVED}),
    _W.READY: frozenset({_W.READY, _W.PAUSED, _W.ARCHIVED}),
    _W.PAUSED: frozenset({_W.READY, _W.PAUSED, _W.ARCHIVED}),
    _W.ARCHIVED: frozenset(),
}


@dataclass(frozen=True)
class WorkflowEvent(RecordedEvent):
    """A fact about a workflow."""

    def apply(self, aggregate: Any) -> None:
        aggregate.fold(self)


@dataclass(frozen=True)
class WorkflowCreated(Aggregate.Created, WorkflowEvent):
    """The workflow exists, without a version yet."""

    TOPIC: ClassVar[str] = "workflow.created.v1"
    name: str
    description: str
    labels: dict[str, str]

    def mutate(self, aggregate: Any) -> Any:  # noqa: ARG002 - the library's signature
        """Open the aggregate (see `execution.Created.mutate`)."""
        workflow = Workflow.__new__(Workflow)
        workflow.__base_init__(self.originator_id, self.originator_version, self.timestamp)
        workflow.open(self)
        return workflow


@dataclass(frozen=True)
class VersionSaved(WorkflowEvent):
    """A version was saved, valid or with its problems. `number` of versions is serial from 1;
    `graph_hash` is the SHA-256 (hex) of the canonical definition."""

    TOPIC: ClassVar[str] = "workflow.version_saved.v1"
    version_number: int
    definition: JsonText
    graph_hash: str
    problems: list[Problem]


@dataclass(frozen=True)
class Readied(WorkflowEvent):
    """This version is what `execute` runs from now on."""

    TOPIC: ClassVar[str] = "workflow.readied.v1"
    version_number: int


@dataclass(frozen=True)
class WorkflowPaused(WorkflowEvent):
    """Nothing new is admitted."""

    TOPIC: ClassVar[str] = "workflow.paused.v1"


@dataclass(frozen=True)
class WorkflowResumed(WorkflowEvent):
    """Executions may be started again."""

    TOPIC: ClassVar[str] = "workflow.resumed.v1"


@dataclass(frozen=True)
class Archived(WorkflowEvent):
    """Put away for good."""

    TOPIC: ClassVar[str] = "workflow.archived.v1"


@dataclass(frozen=True)
class Renamed(WorkflowEvent):
    """The words a person knows it by changed."""

    TOPIC: ClassVar[str] = "workflow.renamed.v1"
    name: str
    description: str
    labels: dict[str, str]


FACTS = (WorkflowCreated, VersionSaved, Readied, WorkflowPaused, WorkflowResumed, Archived, Renamed)
EVENT_TOPICS = frozenset(fact.TOPIC for fact in FACTS)
register(*FACTS)


@dataclass(frozen=True, kw_only=True)
class SavedVersion:
    """One immutable version."""

    number: int
    definition: JsonText
    graph_hash: str
    problems: Sequence[Problem]
    saved_at: datetime
    saved_by: str
    ever_ready: bool = False

    @property
    def valid(self) -> bool:
        """Whether nothing keeps it from becoming ready."""
        return not any(problem.severity is Severity.ERROR for problem in self.problems)


class Workflow(Aggregate):
    """The aggregate."""

    TOPIC = "workflow"
    Event = WorkflowEvent
    Created = WorkflowCreated
    status: WorkflowStatus
    name: str
    description: str
    labels: dict[str, str]
    versions: dict[int, SavedVersion]
    ready_version: int | None

    def open(self, created: WorkflowCreated) -> None:
        """Begin the state from the opening fact."""
        self.status, self.versions, self.ready_version = WorkflowStatus.DRAFT, {}, None
        self.name, self.description, self.labels = created.name, created.description, dict(created.labels)

    @classmethod
    def create(
        cls, workflow_id: UUID, cause: Cause, *, name: str, description: str, labels: Mapping[str, str]
    ) -> "Workflow":
        """A new workflow, draft, without a version."""
        return cls._create(
            WorkflowCreated, id=workflow_id, timestamp=cause.at, actor=cause.actor, cause=cause.command_id,
            workflow_id=workflow_id, name=name, description=description, labels=dict(labels),
        )  # fmt: skip

    @property
    def latest_version(self) -> int:
        """The number of the last saved version, 0 without any."""
        return max(self.versions, default=0)

    def save_version(self, cause: Cause, definition: JsonText, graph_hash: str, problems: Sequence[Problem]) -> int:
        """Save the next version, whatever its problems; answers its number.

        Raises TransitionRefused when the workflow is archived.
        """
        if self.status is WorkflowStatus.ARCHIVED:
            raise TransitionRefused("workflow", self.id, self.status, "edited", "Duplicate it and edit the copy.")
        number = self.latest_version + 1
        record(
            self, VersionSaved, cause, self.id, version_number=number, definition=definition,
            graph_hash=graph_hash, problems=list(problems),
        )  # fmt: skip
        return number

    def ready(self, cause: Cause, number: int) -> None:
        """Make a version what runs. Raises NotFound, Conflict (it has errors), TransitionRefused."""
        version = self.version_of(number)
        if not version.valid:
            raise Conflict(
                "version_has_problems",
                f"Version {number} has problems and can't be made ready.",
                "Mend what its list of problems names and save again.",
            )
        self._refuse_unless(WorkflowStatus.READY, "made ready")
        record(self, Readied, cause, self.id, version_number=number)

    def pause(self, cause: Cause) -> None:
        """Admit nothing new; no event when it is paused already. Raises TransitionRefused."""
        self._refuse_unless(WorkflowStatus.PAUSED, "paused")
        if self.status is not WorkflowStatus.PAUSED:
            record(self, WorkflowPaused, cause, self.id)

    def resume(self, cause: Cause) -> None:
        """Admit again; no event when it is ready already. Raises TransitionRefused for draft and archived."""
        if self.status not in (WorkflowStatus.PAUSED, WorkflowStatus.READY):
            self._refused("resumed")
        if self.status is WorkflowStatus.PAUSED:
            record(self, WorkflowResumed, cause, self.id)

    def archive(self, cause: Cause) -> None:
        """Put away; no event when it is archived already."""
        if self.status is not WorkflowStatus.ARCHIVED:
            record(self, Archived, cause, self.id)

    def rename(self, cause: Cause, *, name: str, description: str, labels: Mapping[str, str]) -> None:
        """Change its words; no event when nothing changes."""
        if (name, description, dict(labels)) != (self.name, self.description, self.labels):
            record(self, Renamed, cause, self.id, name=name, description=description, labels=dict(labels))

    def version_of(self, number: int) -> SavedVersion:
        """A saved version. Raises NotFound."""
        version = self.versions.get(number)
        if version is None:
            raise NotFound("workflow version", number)
        return version

    def runnable(self, wanted: int | None, *, part: bool = False) -> SavedVersion:
        """The version an execute runs: the last readied one, or the wanted one. Of a `part` the wanted one needs only
        be without errors: it is tried before it is made ready.

        Raises Conflict (never readied, with errors; paused, archived), NotFound (no such version).
        """
        if self.status in (WorkflowStatus.PAUSED, WorkflowStatus.ARCHIVED):
            self._refused("run")
        if part and wanted is not None:
            version = self.version_of(wanted)
            if not version.valid:
                raise Conflict(
                    "version_has_problems",
                    f"Version {wanted} has problems and no step of it can be run.",
                    "Mend what its list of problems names and save again.",
                )
            return version
        number = wanted if wanted is not None else self.ready_version
        if number is None or not self.version_of(number).ever_ready:
            raise Conflict(
                "workflow_not_ready",
                f"Workflow {self.name} has no ready version."
                if wanted is None
                else f"Version {wanted} of workflow {self.name} was never made ready.",
                "Save a version without problems and make it ready, then run it.",
            )
        return self.version_of(number)

    def _refuse_unless(self, wanted: WorkflowStatus, verb: str) -> None:
        if wanted not in WORKFLOW_TRANSITIONS[self.status]:
            self._refused(verb)

    def _refused(self, verb: str) -> None:
        advice = {
            WorkflowStatus.DRAFT: "Make a version ready first.",
            WorkflowStatus.PAUSED: "Resume the workflow first.",
            WorkflowStatus.ARCHIVED: "Duplicate it and use the copy.",
        }.get(self.status, "Reload the workflow to see its state.")
        raise TransitionRefused("workflow", self.id, self.status, verb, advice)

    def fold(self, event: RecordedEvent) -> None:
        """Apply one fact."""
        match event:
            case VersionSaved():
                self.versions[event.version_number] = SavedVersion(
                    number=event.version_number,
                    definition=event.definition,
                    graph_hash=event.graph_hash,
                    problems=tuple(event.problems),
                    saved_at=event.timestamp,
                    saved_by=event.actor,
                )
            case Readied():
                version = self.versions[event.version_number]
                self.versions[event.version_number] = replace(version, ever_ready=True)
                self.ready_version = event.version_number
                # Readying a version of a paused workflow leaves it paused: status and version are two things.
                if self.status is WorkflowStatus.DRAFT:
                    self.status = WorkflowStatus.READY
            case WorkflowPaused():
                self.status = WorkflowStatus.PAUSED
            case WorkflowResumed():
                self.status = WorkflowStatus.READY
            case Archived():
                self.status = WorkflowStatus.ARCHIVED
            case Renamed():
                self.name, self.description, self.labels = event.name, event.description, dict(event.labels)
            case _:
                raise TypeError(f"{type(event).__name__} is no fact about a workflow")
