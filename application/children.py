"""A step that runs another workflow: finding it, checking what it is given, and the execution to be."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, cast
from uuid import UUID

import msgspec

from application.ports import Ids, InputChecks
from application.preparing import PreparedGraph
from application.versions import Versions
from domain.errors import Category, Conflict, Refusal
from domain.event import Cause, StepError
from domain.execution.execution import Execution
from domain.values import JsonText

MAX_DEPTH = 16
"""Executions from the one a person asked for to the innermost child. A workflow that runs itself ends here."""
_encode = msgspec.json.Encoder(order="deterministic").encode
Check = Callable[[PreparedGraph], None]
"""Raises Refusal."""
Load = Callable[[UUID], Awaitable[Execution]]


FindByName = Callable[[str], Awaitable[UUID | None]]
"""The one workflow of a name which is not archived, the one saved a moment ago included; None without one, or with
several."""


@dataclass(frozen=True, kw_only=True)
class Called:
    """The child that a step will run: decided, not stored."""

    path: str
    execution: Execution
    prepared: PreparedGraph


@dataclass(frozen=True, kw_only=True)
class NotCalled:
    """Why there can be no child."""

    path: str
    error: StepError


class Children:
    """Makes child executions."""

    def __init__(self, versions: Versions, inputs: InputChecks, find: FindByName, ids: Ids) -> None:
        self._versions, self._inputs, self._find_by_name, self._ids = versions, inputs, find, ids

    async def call(
        self, parent: Execution, path: str, config: JsonText, cause: Cause, load: Load, check: Check
    ) -> Called | NotCalled:
        """The child that a step's config asks for; `check` says whether it could ever run here."""
        wanted = cast("dict[str, Any]", msgspec.json.decode(config))
        try:
            above = await _workflows_above(parent, load)
            if len(above) >= MAX_DEPTH:
                message = f"Workflows run each other more than {MAX_DEPTH} deep."
                return _refused(path, "child_too_deep", message, "Look for a circle of workflows.")
            workflow_id = await self._find(str(wanted["workflow"]))
            workflow = await self._versions.workflow(workflow_id)
            version = workflow.runnable(wanted.get("version"))
            prepared = await self._versions.graph(workflow_id, version.number)
            check(prepared)
        except Refusal as refused:
            return _refused(path, refused.code, refused.message, refused.advice)
        given: object = wanted.get("inputs") or {}
        if not isinstance(given, dict):
            return _refused(path, "child_inputs", "inputs is no object.", "Give values by name.")
        inputs, problems = self._inputs.complete(prepared.graph.inputs_schema, cast("dict[str, object]", given))
        if problems:
            told = "; ".join(f"{problem.pointer}: {problem.message}" for problem in problems[:5])
            return _refused(path, "child_inputs", told, "Give what that workflow's schema asks for.")
        try:
            text = JsonText(_encode(inputs))
            concurrency = await self._versions.concurrency(prepared, text, cause.at)
        except Refusal as refused:
            return _refused(path, refused.code, refused.message, refused.advice)
        execution = Execution.create(
            self._ids.new(), cause, workflow_id=workflow_id, workflow_version=version.number,
            workflow_name=workflow.name, graph_hash=version.graph_hash, inputs=text,
            priority=prepared.graph.settings.priority, labels={}, trigger=trigger_of(parent.id, path),
            concurrency=concurrency, exempt=workflow_id in above,
        )  # fmt: skip
        return Called(path=path, execution=execution, prepared=prepared)

    async def _find(self, named: str) -> UUID:
        try:
            return UUID(named)
        except ValueError:
            found = await self._find_by_name(named)
        if found is None:
            raise Conflict(
                "child_unknown", f"There is no workflow called {named}, or several are.",
                "Give the name of one workflow, or its id.",
            )  # fmt: skip
        return found


async def _workflows_above(parent: Execution, load: Load) -> list[UUID]:
    """Of the executions that wait for the child, at most MAX_DEPTH."""
    found, at = [parent.state.workflow_id], parent
    while (above := parent_of(at.state.trigger)) is not None and len(found) < MAX_DEPTH:
        at = await load(above[0])
        found.append(at.state.workflow_id)
    return found


def trigger_of(parent: UUID, path: str) -> str:
    """What a child's opening event says of its parent."""
    return f"parent:{parent}/{path}"


def parent_of(trigger: str) -> tuple[UUID, str] | None:
    """The parent and its step; None of an execution that nobody's step asked for."""
    kind, _, rest = trigger.partition(":")
    if kind != "parent":
        return None
    parent, _, path = rest.partition("/")
    return UUID(parent), path


def _refused(path: str, code: str, message: str, advice: str) -> NotCalled:
    error = StepError(
        code=code, category=Category.VALIDATION, type="ChildRefused", message=message, advice=advice, retryable=False
    )
    return NotCalled(path=path, error=error)
