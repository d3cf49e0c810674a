"""Orders: what can be asked of the service. Each has one handler in `handlers.py`."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from application.parts import PartAsked
from domain.values import JsonText


@dataclass(frozen=True, kw_only=True)
class Command:
    """Who asks. `actor` is `key:<id>` or `local:<os user>`."""

    actor: str


@dataclass(frozen=True, kw_only=True)
class CreateWorkflow(Command):
    """Save a new workflow with its first version; `ready` makes it runnable if it has no errors."""

    name: str
    description: str
    labels: Mapping[str, str]
    definition: object
    ready: bool


@dataclass(frozen=True, kw_only=True)
class SaveVersion(Command):
    """Save the next version; `expected_version` None saves whatever the latest is."""

    workflow_id: UUID
    name: str | None
    description: str | None
    labels: Mapping[str, str] | None
    definition: object
    expected_version: int | None
    ready: bool


@dataclass(frozen=True, kw_only=True)
class ChangeWorkflow(Command):
    """`change` is ready (of `version`, None: the latest), pause, resume or archive."""

    workflow_id: UUID
    change: str
    version: int | None = None


@dataclass(frozen=True, kw_only=True)
class DuplicateWorkflow(Command):
    """A new workflow from the latest version of another."""

    workflow_id: UUID
    name: str | None


@dataclass(frozen=True, kw_only=True)
class Execute(Command):
    """Run a ready version (None: the last readied one)."""

    workflow_id: UUID
    inputs: Mapping[str, object]
    priority: int | None
    labels: Mapping[str, str]
    version: int | None
    idempotency_key: str | None
    route: str = "execute"
    start_at: datetime | None = None
    """Not before; None: as soon as it can."""
    delay_s: float | None = None
    """Not before so many seconds have passed."""
    part: PartAsked | None = None
    """What of it; None: all."""
    trigger: str = "api"
    """What asks: `api`, `schedule:<trigger>@<due in Unix ms>` or `webhook:<trigger>`."""
    body_hash: bytes | None = None
    """Of what was sent, where the inputs are made of it; None: the inputs are what was sent."""


@dataclass(frozen=True, kw_only=True)
class StopExecution(Command):
    """Stop; `grace_s` lies between SIGTERM and SIGKILL. `force`: the person answers for the death of what nobody can
    prove dead, where a stop is not confirmed."""

    execution_id: UUID
    grace_s: float
    reason: str | None
    force: bool = False


@dataclass(frozen=True, kw_only=True)
class ChangeQueue(Command):
    """Hold an execution that waits, release it, or give it another priority; None leaves a thing as it is."""

    execution_id: UUID
    priority: int | None
    held: bool | None
    reason: str | None = None


@dataclass(frozen=True, kw_only=True)
class SetLimits(Command):
    """Let the limits of `body` hold, and no others; `expected_version` None: whatever they are now."""

    body: Mapping[str, object]
    expected_version: int | None


@dataclass(frozen=True, kw_only=True)
class PauseExecution(Command):
    """Let nothing new start, or with `resume` go on."""

    execution_id: UUID
    resume: bool
    reason: str | None = None


@dataclass(frozen=True, kw_only=True)
class RetryExecution(Command):
    """The next run of a finished execution. `origin` is failed, start or steps (then `chosen` names them); `inputs`
    None keeps them; `version` None is the one that ran; with `token` only what its preview showed is done."""

    execution_id: UUID
    origin: str
    chosen: tuple[str, ...]
    inputs: Mapping[str, object] | None
    step_inputs: Mapping[str, Mapping[str, object]]
    version: int | None
    token: str | None


@dataclass(frozen=True, kw_only=True)
class AnswerStep(Command):
    """Say what became of a step with an unknown outcome."""

    execution_id: UUID
    path: str
    decision: str
    output: JsonText


@dataclass(frozen=True, kw_only=True)
class CreateTrigger(Command):
    """A trigger with the settings of `body`."""

    body: Mapping[str, object]


@dataclass(frozen=True, kw_only=True)
class ChangeTrigger(Command):
    """Other settings, all of them; `expected_version` None: whatever they are now."""

    trigger_id: UUID
    body: Mapping[str, object]
    expected_version: int | None


@dataclass(frozen=True, kw_only=True)
class SteerTrigger(Command):
    """`what` is pause, resume or remove."""

    trigger_id: UUID
    what: str


@dataclass(frozen=True, kw_only=True)
class FireTrigger(Command):
    """Start an execution of a trigger out of turn."""

    trigger_id: UUID


@dataclass(frozen=True, kw_only=True)
class ChangeSecret(Command):
    """A new secret for a webhook."""

    trigger_id: UUID


@dataclass(frozen=True, kw_only=True)
class CallWebhook:
    """What came from outside: the body as it was sent, its value, the headers by small names, the query. It proves
    itself by `bearer`, or by `signature`: the HMAC-SHA256 of the body, in hex."""

    trigger_id: UUID
    raw: bytes
    body: object
    headers: Mapping[str, str]
    query: Mapping[str, str]
    bearer: str | None
    signature: str | None
    idempotency_key: str | None
