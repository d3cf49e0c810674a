"""The graph of one workflow version: nodes, edges, settings, and who comes before whom.

A `Graph` is only made from a definition that `validation.py` found no error in, so nothing here
looks for mistakes.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any, cast

from domain.paths import item_template
from domain.values import MAP, UPSTREAM_GIVEN, Part
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
class Each:
    """What a map does with each item of its list: `node` runs for it, at most `max_parallel` at a time (None: as many
    as the service has room for). The map fails once more items have failed than `allowed` or `allowed_percent` of
    them; both None: any number may fail."""

    node: "Node"
    max_parallel: int | None = None
    allowed: int | None = 0
    allowed_percent: float | None = None

    def tolerates(self, failed: int, count: int) -> bool:
        """Whether the map goes on after so many failures of `count` items."""
        if self.allowed is not None:
            return failed <= self.allowed
        return self.allowed_percent is None or failed * 100 <= self.allowed_percent * count


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
    each: Each | None = None
    """Of a map."""
    needs: Mapping[str, float] = field(default_factory=dict[str, float])
    """What an attempt takes of the machine, by resource: see `domain/queueing/slots.py`."""
    sample: tuple[object] | None = None
    """The output it is taken to have when only a later step runs, alone in a tuple: null is an output too."""


@dataclass(frozen=True, kw_only=True)
class Edge:
    """From one node to another. `when` is a `${...}` template or None; `index` its place in the list."""

    index: int
    source: str
    target: str
    when: str | None = None


class OnLimit(StrEnum):
    """What comes of an execution when as many run as may."""

    QUEUE = "queue"
    REFUSE = "refuse"
    REPLACE_OLDEST = "replace_oldest"
    CANCEL_NEWEST = "cancel_newest"


@dataclass(frozen=True, kw_only=True)
class Limit:
    """How many executions run at once. `key` is a template over the inputs: those with the same value are counted
    together; None: all of the workflow."""

    limit: int
    key: str | None = None
    on_limit: OnLimit = OnLimit.QUEUE


@dataclass(frozen=True, kw_only=True)
class Debouncing:
    """An execution waits `wait_s` seconds, and does not run when another comes meanwhile; at most `max_wait_s` after
    the first of them (None: without end). `key` as of a Limit."""

    wait_s: float
    key: str | None = None
    max_wait_s: float | None = None


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Limits of one execution. `timeout_s` None: no limit; `max_parallel_steps` None: only the
    service's limit holds."""

    timeout_s: float | None = None
    queue_timeout_s: float | None = None
    max_parallel_steps: int | None = None
    on_failure: OnFailure = OnFailure.DRAIN
    priority: int = 0
    concurrency: "Limit | None" = None
    debounce: "Debouncing | None" = None
    needs: Mapping[str, float] = field(default_factory=dict[str, float])
    """What an execution takes of the machine for as long as it runs; its steps take nothing more of these."""


@dataclass(frozen=True, kw_only=True)
class Graph:
    """Nodes in the order they were written, edges, and the lookups the planner counts with."""

    nodes: Mapping[str, Node]
    templates: Mapping[str, Node]
    """The nodes, and those inside maps by the path of an item with its place left out (`score[]`)."""
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

    def only(self, part: Part) -> "Graph":
        """What runs of it for one step, and results in that step's output. Edges lead only between what runs, so
        conditions on the way to other steps are never evaluated; a step alone starts whatever its edges would say.
        Nodes that it does not have are left out. Raises KeyError when it does not have the step."""
        alone = part.upstream == UPSTREAM_GIVEN
        kept = {part.step, *(part.given if alone else self.ancestors(part.step))}
        nodes = {node_id: node for node_id, node in self.nodes.items() if node_id in kept}
        edges = [] if alone else [edge for edge in self.edges if edge.source in kept and edge.target in kept]
        incoming, outgoing = _ends(nodes, edges)
        return replace(
            self, nodes=nodes, edges=edges, incoming=incoming, outgoing=outgoing,
            output=f"${{steps.`{part.step}`.output}}", _ancestors={},
        )  # fmt: skip

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
        incoming, outgoing = _ends(nodes, edges)
        templates: dict[str, Node] = {}
        for node in nodes.values():
            _add_template(templates, node.id, node)
        return Graph(
            nodes=nodes,
            templates=templates,
            edges=edges,
            incoming=incoming,
            outgoing=outgoing,
            settings=Settings(
                timeout_s=settings.get("timeout_s"),
                queue_timeout_s=settings.get("queue_timeout_s"),
                max_parallel_steps=settings.get("max_parallel_steps"),
                on_failure=OnFailure(settings.get("on_failure", OnFailure.DRAIN)),
                priority=settings.get("priority", 0),
                concurrency=_limit(settings.get("concurrency")),
                debounce=_debouncing(settings.get("debounce")),
                needs=settings.get("needs") or {},
            ),
            output=definition.get("output"),
            inputs_schema=cast("dict[str, object]", definition.get("inputs") or {}),
        )


def _ends(
    nodes: Mapping[str, Node], edges: Sequence[Edge]
) -> tuple[Mapping[str, Sequence[Edge]], Mapping[str, Sequence[Edge]]]:
    """The edges that come in and that go out, by node."""
    incoming: dict[str, list[Edge]] = {node_id: [] for node_id in nodes}
    outgoing: dict[str, list[Edge]] = {node_id: [] for node_id in nodes}
    for edge in edges:
        incoming[edge.target].append(edge)
        outgoing[edge.source].append(edge)
    return incoming, outgoing


def _limit(raw: Mapping[str, Any] | None) -> Limit | None:
    if raw is None:
        return None
    return Limit(limit=raw["limit"], key=raw.get("key"), on_limit=OnLimit(raw.get("on_limit", OnLimit.QUEUE)))


def _debouncing(raw: Mapping[str, Any] | None) -> Debouncing | None:
    if raw is None:
        return None
    return Debouncing(wait_s=raw["wait_s"], key=raw.get("key"), max_wait_s=raw.get("max_wait_s"))


def _add_template(templates: dict[str, Node], path: str, node: Node) -> None:
    templates[path] = node
    if node.each is not None:
        _add_template(templates, item_template(path, node.id), node.each.node)


INNER_ID = "each"
"""What the node inside a map is called when it says nothing else."""


def _node(raw: Mapping[str, Any], retry: Mapping[str, Any] | None) -> Node:
    return Node(
        id=raw.get("id", INNER_ID),
        kind=raw["kind"],
        config=raw.get("config") or {},
        join=Join(raw.get("join", Join.ANY)),
        on_error=OnError(raw.get("on_error", OnError.FAIL)),
        timeout_s=raw.get("timeout_s"),
        retry_safe=raw.get("retry_safe"),
        # The workflow's default is for what runs: items of a map, not a map of items that were tried already.
        retry=Retry.of(raw.get("retry"), None if raw["kind"] == MAP else retry),
        each=_each(raw.get("config") or {}, retry) if raw["kind"] == MAP else None,
        needs=raw.get("needs") or {},
        sample=(raw["sample"],) if "sample" in raw else None,
    )


def _each(config: Mapping[str, Any], retry: Mapping[str, Any] | None) -> Each:
    policy: str | dict[str, int | str] = config.get("on_item_error", "fail")
    most = policy["max"] if isinstance(policy, dict) else None if policy == "continue" else 0
    percent = float(most.removesuffix("%")) if isinstance(most, str) else None
    return Each(
        node=_node(config["node"], retry),
        max_parallel=config.get("max_parallel"),
        allowed=None if isinstance(most, str) else most,
        allowed_percent=percent,
    )
