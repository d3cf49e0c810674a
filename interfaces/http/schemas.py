"""Shapes of requests and answers, as OpenAPI shows them. Routes parse by hand (strict JSON, every wrong
field at once); a contract test holds answers against these."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, JsonValue, RootModel

from domain.workflow.validation import NODE_ID

ExecutionStatus = Literal["queued", "running", "paused", "stopping", "completed", "failed", "stopped"]
StepStatus = Literal["pending", "ready", "running", "retrying", "waiting", "completed", "failed", "skipped", "stopped"]
WorkflowStatus = Literal["draft", "ready", "paused", "archived"]
Labels = Annotated[
    dict[Annotated[str, Field(min_length=1, max_length=63)], Annotated[str, Field(max_length=255)]],
    Field(max_length=64),
]


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid")


class ProblemItem(BaseModel):
    """One thing that is wrong, with its place."""

    node: str | None
    pointer: str
    code: str
    message: str
    advice: str
    severity: Literal["error", "warning"]
    params: dict[str, str | int | float]


class ProblemDetails(BaseModel):
    """RFC 9457 problem details."""

    type: str
    title: str
    status: int
    detail: str
    code: str
    category: Literal[
        "validation", "not_found", "conflict", "permission", "capacity", "timeout", "step", "infrastructure", "internal"
    ]
    retryable: bool
    advice: str
    errors: list[ProblemItem]
    request_id: str


class ArtifactRef(BaseModel):
    """A value or file kept out of line."""

    sha256: str
    size_bytes: int
    media_type: str
    name: str | None


class Usage(BaseModel):
    """What an attempt cost."""

    wall_ms: float
    cpu_ms: float
    peak_memory_bytes: int
    began_at_ms: float


class StepError(BaseModel):
    """Why a step failed."""

    code: str
    category: str
    type: str
    message: str
    advice: str
    retryable: bool
    traceback: str | None


class PartBody(_Body):
    """Only what `step` needs: `upstream` run runs what is before it too; with given the step runs alone, and the steps
    it reads give their samples, or else what they gave the last time."""

    step: str = Field(pattern=f"^{NODE_ID.pattern}$")
    upstream: Literal["run", "given"] = "run"


class ExecuteBody(_Body):
    """What to run with. With `part` any version without errors runs, readied or not."""

    inputs: dict[str, JsonValue] | None = None
    priority: int | None = Field(default=None, ge=-100, le=100)
    labels: Labels | None = None
    version: int | None = Field(default=None, ge=1, le=2**31)
    start_at: datetime | None = Field(default=None, description="Not before; with its zone.")
    delay_s: float | None = Field(default=None, ge=0, le=366 * 24 * 3600, description="Not before so many seconds.")
    part: PartBody | None = None


class Accepted(BaseModel):
    """The execution is stored."""

    execution_id: UUID
    status: Literal["queued"]
    number: int
    workflow_id: UUID
    version: int
    position: int


class StopBody(_Body):
    """How to stop."""

    grace_s: float | None = Field(default=None, ge=0, le=3600)
    reason: str | None = Field(default=None, max_length=2000)
    force: bool | None = None


class Stopping(BaseModel):
    """What the stop led to so far."""

    execution_id: UUID
    status: ExecutionStatus
    position: int


class PauseBody(_Body):
    """Why, for those who find it paused."""

    reason: str | None = Field(default=None, max_length=2000)


class QueueBody(_Body):
    """How an execution is to wait; what is left out stays."""

    priority: Annotated[int, Field(ge=-100, le=100)] | None = None
    held: bool | None = None
    reason: Annotated[str, Field(max_length=2000)] | None = None


class ResumeBody(_Body):
    """Nothing to say."""


class RetryBody(_Body):
    """What to run again. `from` is failed, start or a list of steps; what is left out stays as it was."""

    from_: Literal["failed", "start"] | list[str] = Field(default="failed", alias="from")
    inputs: dict[str, JsonValue] | None = None
    step_inputs: dict[str, dict[str, JsonValue]] | None = None
    version: int | None = Field(default=None, ge=1)
    preview_token: str | None = Field(default=None, max_length=100)


class StepFate(BaseModel):
    """What the next run does with a step. `reason`: unchanged (kept), failed, stopped, not_run, chosen, start, after
    (the step `by`), condition_anew, kind_changed, config_changed, input_changed, new_step."""

    path: str
    action: Literal["run_again", "reuse"]
    reason: str
    by: str | None
    had: StepStatus | None
    repeats_effects: bool
    items_kept: int


class RetryPreview(BaseModel):
    """What the next run would do. `preview_token` confirms just this."""

    execution_id: UUID
    run: int
    version: int
    inputs: JsonValue
    steps: list[StepFate]
    runs_again: int
    reuses: int
    repeats_effects: int
    preview_token: str


class Retried(BaseModel):
    """The next run waits in the queue."""

    execution_id: UUID
    status: ExecutionStatus
    run: int
    version: int
    runs_again: int
    reuses: int
    position: int


class AnswerBody(_Body):
    """What became of the step."""

    decision: Literal["run_again", "completed", "failed", "approved", "rejected"]
    output: JsonValue = None


class Answered(BaseModel):
    """The answer is stored."""

    execution_id: UUID
    path: str
    decision: str
    position: int


class WorkflowBody(_Body):
    """A workflow to save."""

    name: str | None = Field(default=None, min_length=1, max_length=200)
    definition: JsonValue
    description: str | None = Field(default=None, max_length=2000)
    labels: Labels | None = None
    ready: bool | None = None


class DefinitionBody(RootModel[dict[str, JsonValue]]):
    """A definition, right or wrong."""


class TemplateBody(_Body):
    """A text with `${...}`, or a JSON value that holds such."""

    template: JsonValue


class Evaluated(BaseModel):
    """What a template gives on the values of an execution. `value` is null too where it has more than 64 KiB."""

    value: JsonValue
    size_bytes: int
    error: str | None


class ReadyBody(_Body):
    """The version to make ready; the latest when left out."""

    version: int | None = Field(default=None, ge=1, le=2**31)


class DuplicateBody(_Body):
    """The copy's name."""

    name: str | None = Field(default=None, min_length=1, max_length=200)


class LastRun(BaseModel):
    """One of a workflow's last executions."""

    id: UUID
    number: int
    status: ExecutionStatus
    started_at: datetime | None
    duration_ms: float | None


class WorkflowItem(BaseModel):
    """A workflow in the list."""

    id: UUID
    name: str
    description: str
    labels: dict[str, str]
    status: WorkflowStatus
    version: int
    latest_version: int
    ready_version: int | None
    problems_count: int
    nodes: int
    created_at: datetime
    updated_at: datetime
    updated_by: str
    last_runs: list[LastRun]


class WorkflowList(BaseModel):
    """A page of workflows."""

    items: list[WorkflowItem]
    next_cursor: int | None
    position: int


class Workflow(BaseModel):
    """A workflow with its latest definition."""

    id: UUID
    name: str
    description: str
    labels: dict[str, str]
    status: WorkflowStatus
    version: int
    latest_version: int
    ready_version: int | None
    definition: JsonValue
    problems: list[ProblemItem]
    position: int


class Version(BaseModel):
    """An immutable version."""

    workflow_id: UUID
    version: int
    definition: JsonValue
    graph_hash: str
    problems: list[ProblemItem]
    ever_ready: bool
    saved_at: datetime
    saved_by: str


class VersionList(BaseModel):
    """Versions, newest first."""

    items: list[dict[str, Any]]
    next_cursor: int | None


class Validation(BaseModel):
    """Every problem of a definition."""

    valid: bool
    problems: list[ProblemItem]


class LastOutput(BaseModel):
    """What a step gave in the newest execution in which it completed."""

    step: str
    execution_id: UUID
    number: int
    output: JsonValue
    output_artifact: ArtifactRef | None


class WorkflowRef(BaseModel):
    """Which workflow."""

    id: UUID
    name: str
    version: int


class Part(BaseModel):
    """What an execution runs of its workflow, for `step`. Steps in `given` did not run but had an output from
    elsewhere."""

    step: str
    upstream: Literal["run", "given"]
    given: list[str]


class ExecutionItem(BaseModel):
    """An execution in a list. `part` is null when it runs the whole workflow."""

    id: UUID
    number: int
    run: int
    workflow: WorkflowRef
    status: ExecutionStatus
    created_at: datetime
    queued_at: datetime
    started_at: datetime | None
    ended_at: datetime | None
    labels: dict[str, str]
    priority: int
    requested_by: str
    part: Part | None
    error: StepError | None
    settled_steps: int
    current_paths: list[str]
    waiting_paths: list[str]


class ExecutionList(BaseModel):
    """A page of executions."""

    items: list[ExecutionItem]
    next_cursor: int | None
    position: int


class WhyWaiting(BaseModel):
    """Why a queued execution waits, or (`steps_`) steps of one that runs."""

    code: Literal[
        "slots_taken", "workflow_limit", "key_limit", "resources", "held", "delayed",
        "steps_slots", "steps_kind", "steps_calls", "steps_resources",
    ]  # fmt: skip
    params: dict[str, Any]


class Within(BaseModel):
    """A time from now in milliseconds: half of the cases are within `p50`, nine of ten within `p90`."""

    p50: float
    p90: float


class Progress(BaseModel):
    """How far an execution is. `eta_ms`, until it completes, is null where nobody can say: fewer than five runs are
    known, or, with `waits_for_person`, an answer is needed and people have not answered often enough to tell when."""

    done: int
    total: int
    fraction: float
    eta_ms: Within | None
    waits_for_person: bool


class Execution(ExecutionItem):
    """An execution. `starts_in_ms` is of one that waits, and null where nobody can say."""

    progress: Progress
    current_steps: list[dict[str, Any]]
    waited_ms: float
    worked_ms: float
    waited_by: dict[str, float]
    why_waiting: WhyWaiting | None
    starts_in_ms: Within | None
    result: JsonValue
    result_artifact: ArtifactRef | None
    inputs: JsonValue
    cause_path: str | None
    pointer: str | None
    knock_on: list[str]
    handled_failures: int
    proof: str | None
    position: int
    complete: dict[str, int] | None
    counts: dict[str, int]
    metadata: dict[str, Any]


class QueueItem(ExecutionItem):
    """An execution that waits. `place` counts from 1 and is null for one that is held. `starts_in_ms` is null where
    nobody can say: fewer than five runs are known of a workflow that is before it or runs, a person holds it or what
    keeps it waiting, or its place is beyond `places_estimated`."""

    place: int | None
    starts_in_ms: Within | None
    key: str | None
    waited_ms: float
    why_waiting: WhyWaiting


class QueueCause(BaseModel):
    """How many wait for the same."""

    code: str
    count: int


class QueuePriority(BaseModel):
    """How many wait of one priority."""

    priority: int
    count: int


class QueueLimit(BaseModel):
    """A limit that somebody waits under; `key` is null when all of the workflow are counted."""

    workflow: dict[str, Any]
    key: str | None
    limit: int
    running: int
    queued: int


class Queue(BaseModel):
    """What runs and who waits, as this server sees it; `slots` are its own."""

    slots: dict[str, int]
    running: int
    queued: int
    oldest_wait_ms: float | None
    causes: list[QueueCause]
    priorities: list[QueuePriority]
    limits: list[QueueLimit]
    items: list[QueueItem]
    places_estimated: int
    next_cursor: int | None
    position: int


class WorkflowLimit(_Body):
    """At most so many executions of a workflow run, and wait."""

    running: int | None = Field(None, ge=1, le=10_000)
    queued: int | None = Field(None, ge=1, le=1_000_000)


class LimitsBody(_Body):
    """All limits that shall hold; what is left out has none. `attempts` null: it follows the load."""

    attempts: int | None = Field(None, ge=1)
    workflows: dict[str, WorkflowLimit] | None = None
    kinds: dict[str, Annotated[int, Field(ge=1, le=10_000)]] | None = None
    resources: dict[str, Annotated[float, Field(ge=0, le=1e9)]] | None = None


class Limits(BaseModel):
    """The limits an operator has set. `machine` is what there is of resources that are not named; `most_attempts` the
    most this server has workers for."""

    attempts: int | None
    workflows: dict[str, WorkflowLimit]
    kinds: dict[str, int]
    resources: dict[str, float]
    machine: dict[str, float]
    most_attempts: int
    version: int
    changed_at: datetime | None
    changed_by: str | None
    position: int


class BulkFilter(_Body):
    """Which executions; what is left out takes any."""

    status: list[ExecutionStatus] | None = None
    workflow_id: UUID | None = None
    label: str | None = Field(default=None, pattern="^[^\\u0000=]*=[^\\u0000]*$")
    since: datetime | None = None


class BulkBody(_Body):
    """`filter`, or `ids` without a token: a preview. `ids` with its `preview_token`: do it."""

    action: Literal["stop", "retry", "hold", "release", "move"]
    filter: BulkFilter | None = None
    ids: list[UUID] | None = Field(default=None, max_length=500)
    preview_token: str | None = None
    grace_s: float | None = Field(default=None, ge=0, le=3600)
    reason: str | None = Field(default=None, max_length=2000)
    priority: int | None = Field(default=None, ge=-100, le=100)


class BulkItem(BaseModel):
    """One execution: of a preview what it is and what would be done, else whether it was, and why not."""

    id: UUID
    number: int | None = None
    workflow: WorkflowRef | None = None
    status: ExecutionStatus | None = None
    runs_again: int | None = None
    repeats_effects: int | None = None
    done: bool | None = None
    code: str | None = None
    message: str | None = None


class BulkAnswer(BaseModel):
    """Of a preview `items` that would be changed and `refused` ones, `more` than 500 match, and the token; else `items`
    with what became of each."""

    action: str
    items: list[BulkItem]
    refused: list[BulkItem] | None = None
    more: bool | None = None
    preview_token: str | None = None
    position: int | None = None


TriggerKind = Literal["cron", "interval", "webhook"]
Overlap = Literal["allow", "skip", "queue", "replace"]
CatchUp = Literal["none", "latest", "all"]


class TriggerBody(_Body):
    """The settings of a trigger. `cron` with `timezone` of a cron, `every_s` of an interval; `inputs` are values, or
    templates over `trigger` and, of a webhook, `request`."""

    name: str = Field(min_length=1, max_length=100)
    workflow_id: UUID | None = None
    kind: TriggerKind
    cron: str | None = Field(default=None, max_length=200)
    timezone: str | None = None
    every_s: float | None = Field(default=None, ge=1, le=366 * 24 * 3600)
    inputs: dict[str, JsonValue] = {}
    priority: int | None = Field(default=None, ge=-100, le=100)
    overlap: Overlap | None = None
    catch_up: CatchUp | None = None
    jitter_s: float | None = Field(default=None, ge=0, le=3600)


class TriggerSkip(BaseModel):
    """Due times that started nothing, and why: `overlap`, `missed`, or the code of what refused the execution."""

    at: datetime
    count: int
    reason: str
    detail: str | None
    last_due_at: datetime


class Trigger(BaseModel):
    """A trigger. `next_at`: when it fires if nothing is in its way; `waits_for`: the execution whose end it waits for,
    or that is in its way; `last_skip`: when that is the last thing it did; `secret` only where it is new."""

    id: UUID
    version: int
    workflow_id: UUID
    name: str
    kind: TriggerKind
    cron: str | None
    timezone: str | None
    every_s: float | None
    inputs: dict[str, JsonValue]
    priority: int | None
    overlap: Overlap
    catch_up: CatchUp
    jitter_s: float
    paused: bool
    next_at: datetime | None
    waits_for: UUID | None
    last_due_at: datetime | None
    last_execution_id: UUID | None
    fired: int
    skipped: int
    last_skip: TriggerSkip | None
    path: str | None
    changed_at: datetime
    changed_by: str
    position: int
    secret: str | None = None


class TriggerList(BaseModel):
    """Triggers by name."""

    items: list[Trigger]
    next_cursor: int | None
    position: int


class TriggerPreviewBody(_Body):
    """A cron text and its time zone."""

    cron: str
    timezone: str | None = None


class TriggerPreview(BaseModel):
    """The next times it would be due, at most five; or what is wrong."""

    next_at: list[datetime]
    problems: list[ProblemItem]


class ResourceUse(BaseModel):
    """How much of a resource there is, and how much of it is taken."""

    name: str
    taken: float
    limit: float | None


class LimitMove(BaseModel):
    """A limit that has moved, and why; `resource` null: attempts at once. Shares from 0 to 1."""

    at: datetime
    resource: str | None
    from_limit: int | None
    to_limit: int | None
    reason: str
    memory_used: float | None
    memory_stall: float | None
    cpu_others: float | None
    cpu_wait: float | None


class Pressure(BaseModel):
    """How hard the machine is pressed: shares from 0 to 1, null where it does not tell."""

    memory_used: float
    memory_stall: float | None
    cpu_others: float
    cpu_wait: float | None
    memory_bytes: int


class Capacity(BaseModel):
    """Of this server. `follows_load`: whether the number of attempts moves by itself."""

    slots: dict[str, int]
    pinned: bool
    follows_load: bool
    most_attempts: int
    workers: int
    kinds: list[ResourceUse]
    resources: list[ResourceUse]
    pressure: Pressure
    moves: list[LimitMove]
    position: int


class Quantiles(BaseModel):
    """Half are below `p50`, nine of ten below `p90`, ninety-nine of a hundred below `p99`."""

    p50: float
    p90: float
    p99: float


class StepStatistics(BaseModel):
    """Of one step over the last executions. `critical_share` of the time was waited for it (0 to 1)."""

    path: str
    kind: str
    runs: int
    skipped: int
    failed: int
    attempts: int
    duration_ms: Quantiles | None
    peak_memory_bytes: int | None
    critical_share: float


class FailureCause(BaseModel):
    """Executions that failed alike, with the last of them."""

    code: str
    category: str
    type: str
    step: str | None
    message: str
    advice: str
    count: int
    last_at: datetime | None
    execution_id: UUID
    number: int


class Bottleneck(BaseModel):
    """The step that most of the time was waited for."""

    path: str
    share: float


class DayCounts(BaseModel):
    """What ended on a day (UTC)."""

    day: str
    completed: int
    failed: int
    stopped: int


class Statistics(BaseModel):
    """What the last executions of a workflow say. Quantiles are of those that completed, null when none did."""

    workflow: dict[str, Any]
    runs: dict[str, int]
    duration_ms: Quantiles | None
    waited_ms: Quantiles | None
    worked_ms: Quantiles | None
    steps: list[StepStatistics]
    failure_causes: list[FailureCause]
    bottleneck: Bottleneck | None
    by_day: list[DayCounts]
    position: int


class ItemCounts(BaseModel):
    """How the items of a map stand."""

    total: int
    completed: int
    failed: int
    stopped: int
    settled: int


class Step(BaseModel):
    """A step."""

    path: str
    node: str
    kind: str
    status: StepStatus
    attempt: int
    reason: str | None
    due_at: datetime | None
    worker: str | None
    child_id: UUID | None
    items: ItemCounts | None
    index: int | None = None
    started_at: datetime | None
    began_at: datetime | None
    ended_at: datetime | None
    duration_ms: float | None
    error: StepError | None
    usage: Usage | None
    input: JsonValue
    input_artifact: ArtifactRef | None
    output: JsonValue
    output_artifact: ArtifactRef | None
    artifacts: list[ArtifactRef]
    progress: dict[str, Any] | None
    attempts: list[dict[str, Any]]


class StepList(BaseModel):
    """The steps in the order of the graph, or a window of the items of a map."""

    items: list[Step]
    next_cursor: int | None
    position: int


class Timings(BaseModel):
    """Where the time went, in milliseconds."""

    execution_id: UUID
    queued_at: datetime
    started_at: datetime | None
    ended_at: datetime | None
    waited_ms: float
    worked_ms: float
    total_ms: float
    bottleneck: str | None
    steps: list[dict[str, Any]]
    position: int


class LogLine(BaseModel):
    """One line of the log."""

    line: int
    at: datetime
    level: str
    stream: str
    step: str
    attempt: int
    text: str


class LogWindow(BaseModel):
    """A window of lines."""

    items: list[LogLine]
    next_cursor: int | None
    total_lines: int
    dropped_lines: int
    complete: bool
    position: int


class Event(BaseModel):
    """One event, everywhere the same."""

    position: int
    stream: Literal["workflow", "execution", "log", "queue", "trigger"]
    id: UUID
    execution_id: UUID | None = None
    workflow_id: UUID
    version: int
    type: str
    schema_: int = Field(alias="schema")
    at: datetime
    actor: str
    cause: UUID
    data: dict[str, Any]


class EventWindow(BaseModel):
    """A window of the history."""

    items: list[Event]
    next_cursor: int | None
    position: int


class NodeKindList(BaseModel):
    """The kinds of node."""

    items: list[dict[str, Any]]
    next_cursor: None


class Template(BaseModel):
    """A definition to begin from."""

    name: str
    description: str
    kinds: list[str]
    definition: dict[str, Any]
    text: str


class TemplateList(BaseModel):
    """The templates, the simplest first."""

    items: list[Template]
    next_cursor: None


class Health(BaseModel):
    """How the service is."""

    status: str


def answers(model: type[BaseModel], status: int = 200, body: type[BaseModel] | None = None) -> dict[str, Any]:
    """What OpenAPI says of a route: its answer, problems, and the body it reads."""
    problem = {
        "description": "Refused",
        "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/ProblemDetails"}}},
    }
    extra: dict[str, Any] = {
        "responses": {status: {"model": model}, "4XX": problem, "5XX": problem},
        "response_model": None,
    }
    if body is not None:
        extra["openapi_extra"] = {
            "requestBody": {
                "required": any(field.is_required() for field in body.model_fields.values()),
                "content": {
                    "application/json": {"schema": body.model_json_schema(ref_template="#/components/schemas/{model}")}
                },
            }
        }
    return extra
