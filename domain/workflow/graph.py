"""The graph of one workflow version: nodes, edges, settings, and who comes before whom.

A `Graph` is only made from a definition that `validation.py` found no error in, so nothing here
looks for mistakes.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, cast

from domain.workflow.retry import Retry


class Join(StrEnum):
    """When a node with several incoming edges starts."""

    ANY = "any"  # all edges settled and at least one taken
    ALL = "all"  # all edges settled and all taken
    FIRST = "first"  # at the first taken edge; later ones are ignored


class OnError(StrEnum):
    """What a failure of the node does."""

    FAIL = "fail"  # no new step starts and the execution fails
    CONTINUE = "continue"  # plain edges are taken, the output is null
    EDGES = "edges"  # only edges whose condition holds are taken; none: as `fail`


class OnFailure(StrEnum):
    """What an unhandled failure does to the attempts that run."""

    DRAIN = "drain"  # they finish
    STOP = "stop"  # they are stopped


@dataclass(frozen=True, kw_only=True)
class Node:
    """A box of the graph. `timeout_s` and `queue_timeout_s` None: no limit; `retry_safe` None: as its kind says."""

    id: str
    kind: str
    config: Mapping[str, object]
    join: Join = Join.ANY
    on_error: OnError = OnError.FAIL
    timeout_s: float | None = None
    retry_safe: bool | None = None
    retry: Retry | None = None


@dataclass(frozen=True, kw_only=True)
class Edge:
    """From one node to another. `when` is a `${...}` template or None; `index` its place in the list."""

    index: int
    source: str
    target: str
    when: str | None = None


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Limits of one execution. `timeout_s` None: no limit; `max_parallel_steps` None: only the
    service's limit holds."""

    timeout_s: float | None = None
    queue_timeout_s: float | None = None
    max_parallel_steps: int | None = None
    on_failure: OnFailure = OnFailure.DRAIN
    priority: int = 0


@dataclass(frozen=True, kw_only=True)
class Graph:
    """Nodes in the order they were written, edges, and the lookups the planner counts with."""

    nodes: Mapping[str, Node]
    edges: Sequence[Edge]
    incoming: Mapping[str, Sequence[Edge]]
    outgoing: Mapping[str, Sequence[Edge]]
    settings: Settings
    output: object
    inputs_schema: Mapping[str, object]
    _ancestors: dict[str, frozenset[str]] = field(default_factory=dict[str, frozenset[str]])

    def ancestors(self, node_id: str) -> frozenset[str]:
        """Every node from which a way leads to this one (not itself)."""
        known = self._ancestors.get(node_id)
        if known is None:
            seen: set[str] = set()
            waiting = [edge.source for edge in self.incoming[node_id]]
            while waiting:
                source = waiting.pop()
                if source not in seen:
                    seen.add(source)
                    waiting.extend(edge.source for edge in self.incoming[source])
            known = self._ancestors[node_id] = frozenset(seen)
        return known

    @staticmethod
    def of(definition: Mapping[str, object]) -> "Graph":
        """Build the graph of a definition without errors."""
        raw_nodes = cast("list[dict[str, Any]]", definition.get("nodes", []))
        raw_edges = cast("list[dict[str, Any]]", definition.get("edges") or [])
        settings = cast("dict[str, Any]", definition.get("settings") or {})
        retry = settings.get("retry")
        nodes = {raw["id"]: _node(raw, retry) for raw in raw_nodes}
        edges = [
            Edge(index=index, source=raw["from"], target=raw["to"], when=raw.get("when"))
            for index, raw in enumerate(raw_edges)
        ]
        incoming: dict[str, list[Edge]] = {node_id: [] for node_id in nodes}
        outgoing: dict[str, list[Edge]] = {node_id: [] for node_id in nodes}
        for edge in edges:
            incoming[edge.target].append(edge)
            outgoing[edge.source].append(edge)
        return Graph(
            nodes=nodes,
            edges=edges,
            incoming=incoming,
            outgoing=outgoing,
            settings=Settings(
                timeout_s=settings.get("timeout_s"),
                queue_timeout_s=settings.get("queue_timeout_s"),
                max_parallel_steps=settings.get("max_parallel_steps"),
                on_failure=OnFailure(settings.get("on_failure", OnFailure.DRAIN)),
                priority=settings.get("priority", 0),
            ),
            output=definition.get("output"),
            inputs_schema=cast("dict[str, object]", definition.get("inputs") or {}),
        )


def _node(raw: Mapping[str, Any], retry: Mapping[str, Any] | None) -> Node:
    return Node(
        id=raw["id"],
        kind=raw["kind"],
        config=raw.get("config") or {},
        join=Join(raw.get("join", Join.ANY)),
        on_error=OnError(raw.get("on_error", OnError.FAIL)),
        timeout_s=raw.get("timeout_s"),
        retry_safe=raw.get("retry_safe"),
        retry=Retry.of(raw.get("retry"), retry),
    )
