"""Every problem of a definition, each with its place, its node, what to do about it.

Whatever is sent, the answer is a list: nothing here raises on bad input. Fields and kinds that belong
to the format but are not acted on yet are refused (`not_supported_yet`), never ignored.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import replace
from typing import Any, Protocol, cast

from domain.errors import Category, Problem, Severity
from domain.values import MAP
from domain.workflow.canvas import check_canvas
from domain.workflow.graph import INNER_ID, Join, OnError, OnFailure, OnLimit
from domain.workflow.retry import RETRIED_BY_DEFAULT

NODE_ID = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,62}")
API_VERSION = "runwright/v1"
MAX_PROBLEMS = 1_000
"""More would help nobody; the last one says that there are more."""

_TOP = {"apiVersion", "name", "description", "labels", "inputs", "nodes", "edges", "output", "settings", "canvas"}
_NODE = {
    "id", "kind", "config", "join", "on_error", "timeout_s", "retry", "retry_safe", "needs", "title", "description",
    "position", "sample",
}  # fmt: skip
_NODE_LATER = {"max_attempts"}
_INNER = {"id", "kind", "config", "timeout_s", "retry", "retry_safe", "needs"}
"""Of the node inside a map: it has no edges, and what its failure does is said by the map."""
ITEM_NAMES = ("item", "index")
"""What the node inside a map sees beside the usual scope."""
MAX_MAP_DEPTH = 3
_EDGE = {"from", "to", "when", "label"}
_SETTINGS = {
    "timeout_s", "queue_timeout_s", "max_parallel_steps", "on_failure", "priority", "retry", "concurrency", "debounce",
    "needs",
}  # fmt: skip
_CONCURRENCY = {"limit", "key", "on_limit"}
_DEBOUNCE = {"wait_s", "key", "max_wait_s"}
_RETRY = {"max_attempts", "interval_s", "backoff", "max_interval_s", "jitter", "on", "types", "when"}
_RETRY_NAMES = ("error", "attempt")
"""What the `when` of a retry sees beside the usual scope."""
MAX_TIMEOUT_S = 366 * 24 * 3600
RESOURCE = re.compile(r"[a-z][a-z0-9_]{0,62}")
MIN_NEEDED, MAX_NEEDED = 0.001, 1e9


class ConfigCheck(Protocol):
    """What validation asks the service about kinds and expressions."""

    def kind(self, name: str) -> str:
        """`known` or `unknown`."""
        ...

    def config(
        self, kind: str, config: Mapping[str, object], ancestors: AbstractSet[str], names: Sequence[str] = ()
    ) -> Sequence[Problem]:
        """Problems of a node's config, its expressions included; pointers relative to the config. `names` are seen
        beside the usual."""
        ...

    def template(self, template: object, ancestors: AbstractSet[str], names: Sequence[str] = ()) -> Sequence[Problem]:
        """Problems of a template outside a config; pointers relative to it. `names` are seen beside the usual."""
        ...

    def input_schema(self, schema: Mapping[str, object]) -> Sequence[Problem]:
        """Problems of the JSON Schema of the inputs; pointers relative to it."""
        ...


def validate(definition: object, check: ConfigCheck, *, max_nodes: int) -> list[Problem]:
    """Every problem of a definition, at most MAX_PROBLEMS."""
    found = _Found()
    if not isinstance(definition, dict):
        found("", "not_an_object", "A definition is an object.", "Begin with apiVersion, name and nodes.")
        return found.problems
    top = cast("dict[str, Any]", definition)
    _known_fields(found, top, _TOP, set(), "")
    if top.get("apiVersion", API_VERSION) != API_VERSION:
        found("/apiVersion", "bad_api_version", "This version of the format is not known.", f"Write {API_VERSION}.")
    for field in ("name", "description"):
        if field in top and (not isinstance(top[field], str) or not top[field].strip() or len(top[field]) > 2_000):
            found(f"/{field}", "bad_text", f"{field} must be a text of 1 to 2,000 characters.", "Write a text.")
    _labels(found, top.get("labels"))
    _inputs(found, top.get("inputs"), check)
    _settings(found, top.get("settings"), check)
    nodes = top.get("nodes")
    if not isinstance(nodes, list) or not nodes:
        found("/nodes", "no_nodes", "The workflow has no nodes.", "Add at least one node.")
        return found.problems
    if len(cast("list[object]", nodes)) > max_nodes:
        found(
            "/nodes", "too_many_nodes", f"The workflow has more than {max_nodes} nodes.",
            "Split it into several workflows.", limit=max_nodes,
        )  # fmt: skip
        return found.problems
    ids = _node_ids(found, cast("list[object]", nodes))
    sources = _edges(found, top.get("edges"), ids)
    order = _Order(found, ids, sources)
    for index, raw in enumerate(cast("list[object]", nodes)):
        if isinstance(raw, dict):
            node = cast("dict[str, Any]", raw)
            _node(found, index, node, check, order.before(node.get("id")))
    edges = top.get("edges")
    for index, raw in enumerate(cast("list[object]", edges) if isinstance(edges, list) else []):
        if isinstance(raw, dict) and "when" in raw:
            edge = cast("dict[str, Any]", raw)
            _when(found, index, edge, check, order.after(edge.get("from")))
    check_canvas(found, top.get("canvas"), set(ids))
    if top.get("output") is not None:
        found.nested("/output", None, check.template(top["output"], frozenset(ids)))
    return found.problems


class _Found:
    def __init__(self) -> None:
        self.problems: list[Problem] = []

    def __call__(
        self, pointer: str, code: str, message: str, advice: str, *, node: str | None = None,
        severity: Severity = Severity.ERROR, **params: str | int | float,
    ) -> None:  # fmt: skip
        if len(self.problems) < MAX_PROBLEMS:
            self.problems.append(
                Problem(
                    code=code, message=message, advice=advice, pointer=pointer, node=node, severity=severity,
                    params=params,
                )
            )  # fmt: skip

    def nested(self, base: str, node: str | None, problems: Sequence[Problem]) -> None:
        for problem in problems:
            if len(self.problems) < MAX_PROBLEMS:
                self.problems.append(replace(problem, pointer=base + problem.pointer, node=node))


def pointer_token(text: object) -> str:
    """One token of an RFC 6901 pointer."""
    return str(text).replace("~", "~0").replace("/", "~1")


def _known_fields(
    found: _Found, raw: Mapping[str, object], known: set[str], later: set[str], base: str, node: str | None = None
) -> None:
    for field in raw:
        pointer = f"{base}/{pointer_token(field)}"
        if field in later:
            found(
                pointer, "not_supported_yet", f"{field} is part of the format but not supported yet.",
                "Take it out for now.", node=node, field=str(field),
            )  # fmt: skip
        elif field not in known:
            found(
                pointer, "unknown_field", f"{field} is no field here.",
                f"Known fields: {', '.join(sorted(known))}.", node=node, field=str(field),
            )  # fmt: skip


def _labels(found: _Found, labels: object) -> None:
    if labels is None:
        return
    good = isinstance(labels, dict) and all(
        isinstance(key, str) and 0 < len(key) <= 63 and isinstance(value, str) and len(value) <= 255
        for key, value in cast("dict[object, object]", labels).items()
    )
    if not good:
        found("/labels", "bad_labels", "labels must be texts by name (63 and 255 characters).", "Write name: text.")


def _inputs(found: _Found, schema: object, check: ConfigCheck) -> None:
    if schema is None:
        return
    if not isinstance(schema, dict):
        found("/inputs", "bad_inputs", "inputs must be a JSON Schema of an object.", "Write {type: object, ...}.")
        return
    typed = cast("dict[str, object]", schema)
    if typed.get("type", "object") != "object":
        found("/inputs/type", "bad_inputs", "The inputs of a workflow are an object.", "Write type: object.")
    found.nested("/inputs", None, check.input_schema(typed))


def _number(
    found: _Found, raw: Mapping[str, Any], field: str, base: str, *, low: float, high: float, whole: bool,
    node: str | None = None,
) -> None:  # fmt: skip
    value = raw.get(field)
    if value is None:
        return
    right = isinstance(value, int) or (isinstance(value, float) and not whole)
    if isinstance(value, bool) or not right or not low <= value <= high:
        kind = "whole number" if whole else "number"
        found(
            f"{base}/{field}", "out_of_range", f"{field} must be a {kind} from {low:g} to {high:g}.",
            "Write a value in this range.", node=node, field=field, low=low, high=high,
        )  # fmt: skip


def _choice(
    found: _Found, raw: Mapping[str, Any], field: str, base: str, allowed: Sequence[str], node: str | None = None
) -> None:
    if field in raw and raw[field] not in allowed:
        found(
            f"{base}/{field}", "bad_choice", f"{field} must be one of {', '.join(allowed)}.",
            "Choose one of these.", node=node, field=field, allowed=", ".join(allowed),
        )  # fmt: skip


def _settings(found: _Found, settings: object, check: ConfigCheck) -> None:
    if settings is None:
        return
    if not isinstance(settings, dict):
        found("/settings", "not_an_object", "settings must be an object.", "Write settings by name.")
        return
    raw = cast("dict[str, Any]", settings)
    if "schedule" in raw:
        found(
            "/settings/schedule", "schedule_is_trigger", "When a workflow starts is no part of its definition.",
            "Take it out and make a trigger: page Triggers, runwright triggers, or POST /api/v1/triggers.",
        )  # fmt: skip
    _known_fields(found, {name: raw[name] for name in raw if name != "schedule"}, _SETTINGS, set(), "/settings")
    _number(found, raw, "timeout_s", "/settings", low=0.001, high=MAX_TIMEOUT_S, whole=False)
    _number(found, raw, "queue_timeout_s", "/settings", low=0.001, high=MAX_TIMEOUT_S, whole=False)
    _number(found, raw, "max_parallel_steps", "/settings", low=1, high=10_000, whole=True)
    _number(found, raw, "priority", "/settings", low=-100, high=100, whole=True)
    _choice(found, raw, "on_failure", "/settings", [choice.value for choice in OnFailure])
    _retry(found, raw.get("retry"), "/settings/retry", check, frozenset())
    _concurrency(found, raw.get("concurrency"), check)
    _debounce(found, raw.get("debounce"), check)
    _needs(found, raw.get("needs"), "/settings/needs")


def _needs(found: _Found, needs: object, base: str, node: str | None = None) -> None:
    if needs is None:
        return
    if not isinstance(needs, dict):
        found(base, "not_an_object", "needs must be an object.", "Write for example {memory_mb: 512}.", node=node)
        return
    raw = cast("dict[str, Any]", needs)
    for name in raw:
        if RESOURCE.fullmatch(name):
            amount = {name: raw[name] or 0}  # null is no amount
            _number(found, amount, name, base, low=MIN_NEEDED, high=MAX_NEEDED, whole=False, node=node)
            continue
        found(
            f"{base}/{pointer_token(name)}", "bad_resource",
            f"{name!r} is no name of a resource: it has small letters, digits and _, and begins with a letter.",
            "Write cpu, memory_mb, gpu, or a name that an operator has given in the limits.", node=node, field=name,
        )  # fmt: skip


def _concurrency(found: _Found, concurrency: object, check: ConfigCheck) -> None:
    base = "/settings/concurrency"
    if concurrency is None:
        return
    if not isinstance(concurrency, dict):
        found(base, "not_an_object", "concurrency must be an object.", "Write for example {limit: 2}.")
        return
    raw = cast("dict[str, Any]", concurrency)
    _known_fields(found, raw, _CONCURRENCY, set(), base)
    _number(found, {"limit": raw.get("limit") or 0}, "limit", base, low=1, high=10_000, whole=True)
    _choice(found, raw, "on_limit", base, [choice.value for choice in OnLimit])
    _key(found, raw.get("key"), base, check)


def _debounce(found: _Found, debounce: object, check: ConfigCheck) -> None:
    base = "/settings/debounce"
    if debounce is None:
        return
    if not isinstance(debounce, dict):
        found(base, "not_an_object", "debounce must be an object.", "Write for example {wait_s: 10}.")
        return
    raw = cast("dict[str, Any]", debounce)
    _known_fields(found, raw, _DEBOUNCE, set(), base)
    _number(found, {"wait_s": raw.get("wait_s") or 0}, "wait_s", base, low=0.001, high=MAX_TIMEOUT_S, whole=False)
    _number(found, raw, "max_wait_s", base, low=0.001, high=MAX_TIMEOUT_S, whole=False)
    _key(found, raw.get("key"), base, check)


def _key(found: _Found, key: object, base: str, check: ConfigCheck) -> None:
    """What executions are told apart by."""
    if key is not None and (not isinstance(key, str) or not key.strip()):
        found(f"{base}/key", "bad_text", "key must be a text with an expression.", "Write for example ${inputs.city}.")
    elif key is not None:
        found.nested(f"{base}/key", None, check.template(key, frozenset()))


def _retry(
    found: _Found, retry: object, base: str, check: ConfigCheck, ancestors: AbstractSet[str], node: str | None = None,
    names: Sequence[str] = (),
) -> None:  # fmt: skip
    if retry is None:
        return
    if not isinstance(retry, dict):
        found(base, "not_an_object", "retry must be an object.", "Write for example {max_attempts: 3}.", node=node)
        return
    raw = cast("dict[str, Any]", retry)
    _known_fields(found, raw, _RETRY, set(), base, node)
    _number(found, raw, "max_attempts", base, low=1, high=100, whole=True, node=node)
    _number(found, raw, "interval_s", base, low=0, high=MAX_TIMEOUT_S, whole=False, node=node)
    _number(found, raw, "backoff", base, low=1, high=100, whole=False, node=node)
    _number(found, raw, "max_interval_s", base, low=0, high=MAX_TIMEOUT_S, whole=False, node=node)
    if not isinstance(raw.get("jitter", True), bool):
        found(f"{base}/jitter", "bad_choice", "jitter must be true or false.", "Write true or false.", node=node)
    _names(found, raw, "on", base, sorted(RETRIED_BY_DEFAULT | {Category.VALIDATION}), node)
    _names(found, raw, "types", base, None, node)
    when = raw.get("when")
    if when is None:
        return
    if not isinstance(when, str) or not (when.startswith("${") and when.endswith("}")):
        found(
            f"{base}/when", "bad_condition", "A condition is one expression ${...}.",
            "Write for example ${error.code = 'http_status'}.", node=node,
        )  # fmt: skip
    else:
        found.nested(f"{base}/when", node, check.template(when, ancestors, (*_RETRY_NAMES, *names)))


def _names(
    found: _Found, raw: Mapping[str, Any], field: str, base: str, allowed: Sequence[str] | None, node: str | None
) -> None:
    """A list of names that is not empty, from `allowed` where that is given."""
    if field not in raw:
        return
    value = raw[field]
    names = cast("list[object]", value) if isinstance(value, list) else []
    if not names or not all(isinstance(name, str) and 0 < len(name) <= 200 for name in names):
        found(
            f"{base}/{field}", "not_a_list", f"{field} must be a list of names.",
            "Write at least one, or leave it out.", node=node, field=field,
        )  # fmt: skip
        return
    for index, name in enumerate(names):
        if allowed is not None and name not in allowed:
            found(
                f"{base}/{field}/{index}", "bad_choice", f"{field} must be of {', '.join(allowed)}.",
                "Choose among these.", node=node, field=field, allowed=", ".join(allowed),
            )  # fmt: skip


def _node_ids(found: _Found, nodes: Sequence[object]) -> dict[str, int]:
    ids: dict[str, int] = {}
    for index, raw in enumerate(nodes):
        if not isinstance(raw, dict):
            found(f"/nodes/{index}", "not_an_object", "A node is an object.", "Write id, kind and config.")
            continue
        node_id = cast("dict[str, Any]", raw).get("id")
        if not isinstance(node_id, str) or NODE_ID.fullmatch(node_id) is None:
            found(
                f"/nodes/{index}/id", "bad_node_id",
                "A node id begins with a letter or _ and has at most 63 letters, digits and _.",
                "Give it such an id.", node=node_id if isinstance(node_id, str) else None,
            )  # fmt: skip
        elif node_id in ids:
            found(
                f"/nodes/{index}/id", "duplicate_node_id", f"Two nodes are called {node_id}.",
                "Rename one of them.", node=node_id,
            )  # fmt: skip
        else:
            ids[node_id] = index
    return ids


def _edges(found: _Found, edges: object, ids: Mapping[str, int]) -> dict[str, list[str]]:
    sources: dict[str, list[str]] = {node_id: [] for node_id in ids}
    if edges is None:
        return sources
    if not isinstance(edges, list):
        found("/edges", "not_a_list", "edges must be a list.", "Write a list of {from, to}.")
        return sources
    seen: set[tuple[str, str]] = set()
    for index, raw in enumerate(cast("list[object]", edges)):
        base = f"/edges/{index}"
        if not isinstance(raw, dict):
            found(base, "not_an_object", "An edge is an object.", "Write {from, to}.")
            continue
        edge = cast("dict[str, Any]", raw)
        _known_fields(found, edge, _EDGE, set(), base)
        ends: list[str] = []
        for end in ("from", "to"):
            name = edge.get(end)
            if isinstance(name, str) and name in ids:
                ends.append(name)
            else:
                found(
                    f"{base}/{end}", "dangling_edge", f"The edge's {end} names no node: {name!r}.",
                    "Name the id of a node.", end=end, name=str(name),
                )  # fmt: skip
        if len(ends) == 2:
            pair = (ends[0], ends[1])
            if pair in seen:
                found(
                    base, "duplicate_edge", f"Two edges lead from {pair[0]} to {pair[1]}.",
                    "Join their conditions in one edge.", node=pair[0],
                )  # fmt: skip
            else:
                seen.add(pair)
                sources[pair[1]].append(pair[0])
    return sources


class _Ancestors(AbstractSet[str]):
    """The ids that stand before a node. A bit for each id: 5,000 nodes in a row have 12.5 million pairs, and
    nobody asks for more than a few of them."""

    def __init__(self, places: Mapping[str, int], bits: int) -> None:
        self._places, self._bits = places, bits

    @classmethod
    def _from_iterable(cls, it: Iterable[Any]) -> AbstractSet[Any]:
        """What `-`, `|` and `&` with another set give."""
        return frozenset(it)

    def __contains__(self, node_id: object) -> bool:
        place = self._places.get(str(node_id))
        return place is not None and bool(self._bits >> place & 1)

    def __iter__(self) -> Iterator[str]:
        return (node_id for node_id in self._places if node_id in self)

    def __len__(self) -> int:
        return self._bits.bit_count()


class _Order:
    """What comes before what. Reports a cycle."""

    def __init__(self, found: _Found, ids: Mapping[str, int], sources: Mapping[str, Sequence[str]]) -> None:
        self._places = {node_id: place for place, node_id in enumerate(ids)}
        self._above = dict.fromkeys(ids, 0)
        waiting = {node_id: len(sources[node_id]) for node_id in ids}
        targets: dict[str, list[str]] = {node_id: [] for node_id in ids}
        for target, froms in sources.items():
            for source in froms:
                targets[source].append(target)
        order = [node_id for node_id, count in waiting.items() if count == 0]
        for node_id in order:
            for target in targets[node_id]:
                self._above[target] |= self._with(node_id)
                waiting[target] -= 1
                if waiting[target] == 0:
                    order.append(target)
        if len(order) < len(ids):
            for node_id in _cycle([n for n in ids if waiting[n] > 0], sources):
                found(
                    f"/nodes/{ids[node_id]}", "cycle", f"Node {node_id} is part of a cycle.",
                    "Take out one of the edges of the circle.", node=node_id,
                )  # fmt: skip

    def _with(self, node_id: str) -> int:
        return self._above[node_id] | 1 << self._places[node_id] if node_id in self._places else 0

    def before(self, node_id: object) -> AbstractSet[str]:
        """What a node's config may read."""
        return _Ancestors(self._places, self._above.get(str(node_id), 0))

    def after(self, source: object) -> AbstractSet[str]:
        """What a condition on an edge that leaves the node may read: the node too."""
        return _Ancestors(self._places, self._with(str(source)))


def _cycle(stuck: Sequence[str], sources: Mapping[str, Sequence[str]]) -> list[str]:
    """The nodes of one circle among those no order could be found for."""
    inside = set(stuck)
    way: list[str] = []
    place: dict[str, int] = {}
    node_id = stuck[0]
    while node_id not in place:
        place[node_id] = len(way)
        way.append(node_id)
        node_id = next(source for source in sources[node_id] if source in inside)
    return way[place[node_id] :]


def _node(found: _Found, index: int, node: Mapping[str, Any], check: ConfigCheck, ancestors: AbstractSet[str]) -> None:
    base = f"/nodes/{index}"
    node_id = node.get("id") if isinstance(node.get("id"), str) else None
    _known_fields(found, node, _NODE, _NODE_LATER, base, node_id)
    _choice(found, node, "join", base, [choice.value for choice in Join], node_id)
    _choice(found, node, "on_error", base, [choice.value for choice in OnError], node_id)
    _what_runs(found, base, node_id, node, check, ancestors, ())


def _what_runs(
    found: _Found, base: str, node_id: str | None, node: Mapping[str, Any], check: ConfigCheck,
    ancestors: AbstractSet[str], names: Sequence[str], depth: int = 1,
) -> None:  # fmt: skip
    """The fields that a node of the graph and the node inside a map have in common."""
    _number(found, node, "timeout_s", base, low=0.001, high=MAX_TIMEOUT_S, whole=False, node=node_id)
    _retry(found, node.get("retry"), f"{base}/retry", check, ancestors, node_id, names)
    _needs(found, node.get("needs"), f"{base}/needs", node_id)
    if not isinstance(node.get("retry_safe", True), bool):
        found(
            f"{base}/retry_safe",
            "bad_choice",
            "retry_safe must be true or false.",
            "Write true or false.",
            node=node_id,
        )
    kind, config = node.get("kind"), node.get("config", {})
    standing = check.kind(kind) if isinstance(kind, str) else "unknown"
    if standing == "unknown":
        found(
            f"{base}/kind", "unknown_kind", f"There is no kind of node called {kind!r}.",
            "GET /api/v1/node-kinds lists the kinds.", node=node_id, kind=str(kind),
        )  # fmt: skip
    elif not isinstance(config, dict):
        found(f"{base}/config", "not_an_object", "config must be an object.", "Write fields by name.", node=node_id)
    else:
        fields = cast("dict[str, object]", config)
        found.nested(f"{base}/config", node_id, check.config(str(kind), fields, ancestors, names))
        if kind == MAP and isinstance(fields.get("node"), dict):
            inner = cast("dict[str, Any]", fields["node"])
            _inner(found, f"{base}/config/node", node_id, inner, check, ancestors, depth)


def _inner(
    found: _Found, base: str, node_id: str | None, node: Mapping[str, Any], check: ConfigCheck,
    ancestors: AbstractSet[str], depth: int,
) -> None:  # fmt: skip
    _known_fields(found, node, _INNER, set(), base, node_id)
    given = node.get("id", INNER_ID)
    if not isinstance(given, str) or NODE_ID.fullmatch(given) is None:
        found(
            f"{base}/id", "bad_node_id",
            "A node id begins with a letter or _ and has at most 63 letters, digits and _.",
            "Give it such an id, or leave it out.", node=node_id,
        )  # fmt: skip
    if node.get("kind") == MAP and depth >= MAX_MAP_DEPTH:
        found(
            f"{base}/kind", "map_too_deep", f"Maps stand inside each other at most {MAX_MAP_DEPTH} deep.",
            "Let the inner map be a workflow of its own (kind workflow).", node=node_id, limit=MAX_MAP_DEPTH,
        )  # fmt: skip
        return
    _what_runs(found, base, node_id, node, check, ancestors, ITEM_NAMES, depth + 1)


def _when(found: _Found, index: int, edge: Mapping[str, Any], check: ConfigCheck, ancestors: AbstractSet[str]) -> None:
    pointer, when = f"/edges/{index}/when", edge["when"]
    if not isinstance(when, str) or not (when.startswith("${") and when.endswith("}")):
        found(pointer, "bad_condition", "A condition is one expression ${...}.", "Write for example ${inputs.ok}.")
    else:
        found.nested(pointer, str(edge.get("from")), check.template(when, ancestors))


Validate = Callable[[object], list[Problem]]
