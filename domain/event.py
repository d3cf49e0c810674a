"""What every event of Runwright carries, and the one way to make one.

The `eventsourcing` library would stamp the time and draw the id itself when they are left out. Here
both come in from outside (ports), so that a decision made twice from the same facts is the same
decision: `record` and `open_stream` demand them.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar, TypeVar
from uuid import UUID

from eventsourcing.domain import Aggregate
from eventsourcing.utils import register_topic

from domain.errors import Category


@dataclass(frozen=True, kw_only=True)
class Cause:
    """Why an event exists: when it was decided, who asked, and by which command.

    `at` is aware UTC; `actor` is `key:<id>`, `local:<os user>` or `runwright` for what the service
    decides alone; `command_id` is the command everything else in the chain goes back to.
    """

    at: datetime
    actor: str
    command_id: UUID


@dataclass(frozen=True)
class RecordedEvent(Aggregate.Event):
    """An event with its metadata. All of it is required: the library refuses defaults here anyway.

    `workflow_id` is NO_WORKFLOW, and null outside, only where no workflow is concerned.
    """

    actor: str
    cause: UUID
    workflow_id: UUID

    TOPIC: ClassVar[str]
    ADDED: ClassVar[Mapping[str, object]] = {}
    """Fields that came later, and what they are where they are left out: in events stored before, and always when it
    is just that."""

    def apply(self, aggregate: Any) -> None:
        """Fold this fact into the aggregate; every event class says how."""
        raise NotImplementedError(f"{type(self).__name__} does not say how it is folded")


NO_WORKFLOW = UUID(int=0)
TAggregate = TypeVar("TAggregate", bound=Aggregate)

EVENT_CLASSES: dict[str, type[RecordedEvent]] = {}
"""Topic -> class, old topics included. Filled at import by `register`, so that a process which has
written nothing yet can read everything."""


def register(*classes: type[RecordedEvent]) -> None:
    """Make stored events of these classes readable in this process.

    Raises ValueError when two classes claim one topic.
    """
    for event_class in classes:
        known = EVENT_CLASSES.setdefault(event_class.TOPIC, event_class)
        if known is not event_class:
            raise ValueError(f"topic {event_class.TOPIC} belongs to {known.__name__} already")
        register_topic(event_class.TOPIC, event_class)


def record(
    aggregate: Aggregate, event_class: type[RecordedEvent], cause: Cause, workflow_id: UUID, **facts: object
) -> None:
    """Trigger one event on the aggregate, with its time and metadata from outside."""
    aggregate.trigger_event(
        event_class,
        timestamp=cause.at,
        actor=cause.actor,
        cause=cause.command_id,
        workflow_id=workflow_id,
        **facts,
    )


@dataclass(frozen=True, kw_only=True)
class StepError:
    """Why a step failed, in the words the page and the API show.

    `code` is stable (`python_exception`, `step_timeout`, ...); `category` decides the button;
    `type` is the exception's name where there is one; `message` its text; `advice` what a person can
    do now; `traceback` at most 64 KiB of text.
    """

    code: str
    category: Category
    type: str
    message: str
    advice: str
    retryable: bool
    traceback: str | None = None
