"""Workflows as the log has them, and their versions ready to run; kept in memory until they change."""

from collections import OrderedDict
from datetime import datetime
from uuid import UUID

import msgspec

from application.counting import concurrency_of, debounce_key_of
from application.ports import EventStore, Expressions, NodeKinds
from application.preparing import PreparedGraph, only, prepare
from domain.errors import NotFound
from domain.values import Concurrency, JsonText, Part
from domain.workflow.graph import Graph
from domain.workflow.workflow import SavedVersion, Workflow, WorkflowEvent

KEPT = 500
"""Workflows and graphs kept; a workflow's versions are some kB each."""


class Versions:
    """One per process. `forget` is called for every event of a workflow, whoever appended it."""

    def __init__(self, store: EventStore, kinds: NodeKinds, expressions: Expressions) -> None:
        self._store, self._kinds, self._expressions = store, kinds, expressions
        self._workflows: OrderedDict[UUID, Workflow] = OrderedDict()
        self._graphs: OrderedDict[tuple[UUID, int, Part | None], PreparedGraph] = OrderedDict()

    def forget(self, workflow_id: UUID) -> None:
        """The workflow changed. Versions are immutable and stay."""
        self._workflows.pop(workflow_id, None)

    def forget_all(self) -> None:
        """Any workflow may have changed."""
        self._workflows.clear()

    async def workflow(self, workflow_id: UUID, *, fresh: bool = False) -> Workflow:
        """The aggregate; `fresh` for one that will be changed. Raises NotFound."""
        known = None if fresh else self._workflows.get(workflow_id)
        if known is None:
            for event in await self._store.stream(workflow_id):
                # An execution's id is no workflow's: what its stream opens is not looked at.
                if not isinstance(event, WorkflowEvent):
                    raise NotFound("workflow", workflow_id)
                known = event.mutate(known)
            if known is None:
                raise NotFound("workflow", workflow_id)
            if not fresh:
                self._workflows[workflow_id] = known
                if len(self._workflows) > KEPT:
                    self._workflows.popitem(last=False)
        return known

    async def version(self, workflow_id: UUID, number: int) -> SavedVersion:
        """A saved version. Raises NotFound."""
        return (await self.workflow(workflow_id)).version_of(number)

    async def concurrency(self, prepared: PreparedGraph, inputs: JsonText, now: datetime) -> Concurrency | None:
        """The limit an execution with these inputs comes under. Raises InvalidInput."""
        return await concurrency_of(prepared, inputs, self._expressions, now)

    async def debounce_key(self, prepared: PreparedGraph, inputs: JsonText, now: datetime) -> str | None:
        """With which others only the last one runs; None: it is not debounced. Raises InvalidInput."""
        return await debounce_key_of(prepared, inputs, self._expressions, now)

    async def graph(self, workflow_id: UUID, number: int, part: Part | None = None) -> PreparedGraph:
        """The graph of a version without errors, or what runs of it. Raises NotFound, KeyError when the version does
        not have the step that a part is for."""
        known = self._graphs.get((workflow_id, number, part))
        if known is None:
            if part is not None:
                known = only(await self.graph(workflow_id, number), part, self._expressions)
                return self._keep((workflow_id, number, part), known)
            version = await self.version(workflow_id, number)
            graph = Graph.of(msgspec.json.decode(version.definition, type=dict[str, object]))
            known = prepare(graph, version.graph_hash, self._kinds, self._expressions)
            self._keep((workflow_id, number, None), known)
        return known

    def _keep(self, key: tuple[UUID, int, Part | None], graph: PreparedGraph) -> PreparedGraph:
        self._graphs[key] = graph
        if len(self._graphs) > KEPT:
            self._graphs.popitem(last=False)
        return graph
