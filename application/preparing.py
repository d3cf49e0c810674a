"""What a step is given: its config with the expressions resolved against what is known so far.

Which parts of a config hold expressions is fixed by its kind, so it is worked out once a graph. Plain
paths over inline values are resolved in the same breath as the decision; anything else (an expression
worker, a value out of line) is prepared beforehand, and the decision waits for it.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property
from typing import Any, TypedDict, cast

import msgspec

from application.gone import GoneKind
from application.mapping import errors_of
from application.ports import Artifacts, Expressions, NodeKind, NodeKinds, Scope
from domain.execution.execution import Execution
from domain.execution.state import ExecutionState
from domain.execution.status import StepStatus
from domain.paths import node_of, template_of
from domain.queueing.admission import Needs
from domain.queueing.calls import CALL
from domain.queueing.slots import KIND, MEMORY, NOTHING, OF_ATTEMPTS, Amounts
from domain.values import EMPTY_OBJECT, NULL, ArtifactRef, JsonText, Part
from domain.workflow.graph import Graph, Node

_encode = msgspec.json.Encoder().encode
CALLING = frozenset({"http", "llm"})
"""Kinds of node that call one program outside."""


@dataclass(frozen=True, kw_only=True)
class PreparedNode:
    """A node with its expressions found. `template` holds the config's fields with expressions,
    `verbatim` the others as JSON; `constant` is the whole template's value when it has none."""

    node: Node
    kind: NodeKind
    template: Mapping[str, object]
    verbatim: JsonText
    constant: JsonText | None
    plain: bool
    references: frozenset[str]
    retry_references: frozenset[str]
    """What the condition of its retry names."""

    retry_safe: bool
    in_worker: bool
    waits: bool
    asks: bool
    calls: bool
    maps: bool
    profile: str
    amounts: Amounts
    """What an attempt takes, by what is declared; its execution's own needs are taken once, when it starts."""

    call: str | None
    """The resource that an attempt which calls another program takes."""
    declares_memory: bool
    """Whether it says, or its execution does, how much memory it takes."""

    @property
    def is_evaluated(self) -> bool:
        """Whether its one expression is its output: of a transform."""
        return not (self.in_worker or self.waits or self.asks or self.calls or self.maps)


@dataclass(frozen=True, kw_only=True)
class PreparedGraph:
    """A version's graph with everything about its nodes that does not change from run to run."""

    graph: Graph
    graph_hash: str
    nodes: Mapping[str, PreparedNode]
    templates: Mapping[str, PreparedNode]
    """The nodes, and those inside maps: see `Graph.templates`."""
    plain_conditions: Mapping[str, bool]
    output_plain: bool
    output_references: frozenset[str]
    condition_references: Mapping[str, frozenset[str]] = field(default_factory=dict[str, frozenset[str]])
    needs: Needs = ()
    """What must be free when an execution starts: its own needs, and the least that one of its first steps needs."""

    def node(self, path: str) -> PreparedNode:
        """The node behind a step, inside a map too."""
        return self.nodes[path] if path in self.nodes else self.templates[template_of(path)]

    def pointer_of(self, path: str) -> str:
        """Where the node behind a step stands in the definition, inside a map too."""
        return f"/nodes/{[*self.nodes].index(node_of(path))}{'/config/node' * path.count('[')}"

    @cached_property
    def all_needs(self) -> Sequence[tuple[str, str | None, Mapping[str, float]]]:
        """Whatever declares needs: where it stands in the definition, the node, and how much of what."""
        own = self.graph.settings.needs
        found = [
            (f"{self.pointer_of(template)}/needs", node_of(template), prepared.node.needs)
            for template, prepared in self.templates.items()
            if prepared.node.needs
        ]
        return [*found, ("/settings/needs", None, own)] if own else found


class _Conditions(TypedDict):
    plain_conditions: Mapping[str, bool]
    condition_references: Mapping[str, frozenset[str]]


def prepare(graph: Graph, graph_hash: str, kinds: NodeKinds, expressions: Expressions) -> PreparedGraph:
    """Work out a graph once. The definition has passed validation: its kinds were known then."""
    templates: dict[str, PreparedNode] = {}
    for template, node in graph.templates.items():
        kind = kinds.get(node.kind) or GoneKind(name=node.kind)
        properties = cast("Mapping[str, Mapping[str, Any]]", kind.schema.get("properties", {}))
        fields = {name: value for name, value in node.config.items() if properties.get(name, {}).get("x-expression")}
        profile = f"{graph_hash[:16]}:{template}"
        call = CALL + profile if node.kind in CALLING else None
        # What runs for each item of a map is handed to the items, not to the map.
        rest = {name: value for name, value in node.config.items() if name not in fields and kind.runs_in != "map"}
        templates[template] = PreparedNode(
            node=node,
            kind=kind,
            template=fields,
            verbatim=JsonText(_encode(rest)),
            constant=expressions.constant(fields),
            plain=expressions.is_plain(fields),
            references=expressions.references(fields),
            retry_references=_retry_references(node, expressions),
            retry_safe=_retry_safe(node, kind, kinds),
            in_worker=kind.runs_in == "worker",
            waits=kind.runs_in == "timer",
            asks=kind.runs_in == "person",
            calls=kind.runs_in == "workflow",
            maps=kind.runs_in == "map",
            profile=profile,
            amounts=_amounts(node, graph, call),
            call=call,
            declares_memory=MEMORY in node.needs or MEMORY in graph.settings.needs,
        )
    return PreparedGraph(
        graph=graph,
        graph_hash=graph_hash,
        nodes={node_id: templates[node_id] for node_id in graph.nodes},
        templates=templates,
        **_conditions(graph, expressions),
        output_plain=expressions.is_plain(graph.output),
        output_references=expressions.references(graph.output),
        needs=_needs_at_first(graph, [templates[node_id] for node_id in graph.nodes if not graph.incoming[node_id]]),
    )


def only(whole: PreparedGraph, part: Part, expressions: Expressions) -> PreparedGraph:
    """What runs of a graph for one step; its nodes keep their places in the definition. Raises KeyError when the graph
    does not have the step."""
    graph = whole.graph.only(part)
    first = [whole.nodes[name] for name in graph.nodes if not graph.incoming[name] and name not in part.given]
    return replace(
        whole, graph=graph, **_conditions(graph, expressions), output_plain=expressions.is_plain(graph.output),
        output_references=expressions.references(graph.output), needs=_needs_at_first(graph, first),
    )  # fmt: skip


def _conditions(graph: Graph, expressions: Expressions) -> _Conditions:
    conditional = {source: [e.when for e in edges if e.when is not None] for source, edges in graph.outgoing.items()}
    return _Conditions(
        plain_conditions={s: all(expressions.is_plain(w) for w in whens) for s, whens in conditional.items() if whens},
        condition_references={
            s: frozenset[str]().union(*(expressions.references(w) for w in whens))
            for s, whens in conditional.items()
            if whens
        },
    )


def _retry_references(node: Node, expressions: Expressions) -> frozenset[str]:
    when = None if node.retry is None else node.retry.when
    return frozenset() if when is None else expressions.references(when)


def _amounts(node: Node, graph: Graph, call: str | None) -> Amounts:
    own = {name: amount for name, amount in node.needs.items() if name not in graph.settings.needs}
    return {KIND + node.kind: 1.0, **own} if call is None else {KIND + node.kind: 1.0, call: 1.0, **own}


def _needs_at_first(graph: Graph, first: Sequence[PreparedNode]) -> Needs:
    asked: list[Amounts] = [node.amounts if node.in_worker else NOTHING for node in first]
    common: dict[str, float] = {
        name: min(amounts[name] for amounts in asked)
        for name in (asked[0] if asked else ())
        if OF_ATTEMPTS not in name and all(name in amounts for amounts in asked)
    }
    return tuple(sorted({**common, **graph.settings.needs}.items()))


def _retry_safe(node: Node, kind: NodeKind, kinds: NodeKinds) -> bool:
    """Of a map as of what runs for its items."""
    if node.retry_safe is not None:
        return node.retry_safe
    inner = None if node.each is None else kinds.get(node.each.node.kind)
    if node.each is not None and inner is not None:
        return _retry_safe(node.each.node, inner, kinds)
    return kind.retry_safe(node.config)


def inline(state: ExecutionState, references: frozenset[str]) -> bool:
    """Whether every value the expressions name stands in the events themselves."""
    return not any(name in state.steps and state.steps[name].output_artifact is not None for name in references)


def scope_of(
    execution: Execution, references: frozenset[str], now: datetime, loaded: Mapping[str, JsonText] | None = None
) -> Scope:
    """What expressions see; `loaded` holds outputs that were read from artifacts."""
    state = execution.state
    steps: dict[str, JsonText] = {}
    for name in references:
        step = state.steps.get(name)
        if step is None or step.status is StepStatus.PENDING:
            continue
        output = (loaded or {}).get(name, step.output)
        error = _encode(step.error) if step.error is not None else b"null"
        errors = b',"errors":%s' % errors_of(name, state) if name in state.maps else b""
        steps[name] = JsonText(
            b'{"status":"%s","output":%s,"error":%s%s}' % (step.status.value.encode(), output, error, errors)
        )
    facts = {
        "id": str(execution.id),
        "number": state.number,
        "run": state.run,
        "started_at": state.started_at,
    }
    return Scope(inputs=state.inputs, steps=steps, execution=JsonText(_encode(facts)), now=now)


async def load(state: ExecutionState, references: frozenset[str], artifacts: Artifacts) -> dict[str, JsonText]:
    """Outputs out of line that the expressions name. Raises LookupError when a content is gone."""
    loaded: dict[str, JsonText] = {}
    for name in references:
        step = state.steps.get(name)
        if step is not None and step.output_artifact is not None:
            content = await artifacts.get(step.output_artifact.sha256)
            if content is None:
                raise LookupError(f"the output of step {name} (artifact {step.output_artifact.sha256}) is gone")
            loaded[name] = JsonText(content)
    return loaded


def merged(resolved: JsonText, verbatim: JsonText) -> JsonText:
    """The whole config: resolved fields and the others, as one JSON object."""
    if resolved == EMPTY_OBJECT:
        return verbatim
    if verbatim == EMPTY_OBJECT:
        return resolved
    return JsonText(resolved[:-1] + b"," + verbatim[1:])


def hash_of(value: JsonText) -> str:
    """SHA-256 (hex) of a value's text."""
    return hashlib.sha256(value).hexdigest()


@dataclass(frozen=True, kw_only=True)
class StepInput:
    """A step's resolved fields: inline, or null with an artifact (and the text kept for the hand-over)."""

    text: JsonText
    artifact: ArtifactRef | None = None


def as_event_value(value: StepInput) -> tuple[JsonText, ArtifactRef | None]:
    """How an event carries a value: inline, or null with its artifact."""
    return (value.text, None) if value.artifact is None else (NULL, value.artifact)
