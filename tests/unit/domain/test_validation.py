"""A definition is answered with every problem it has, each at its place; nothing it holds raises."""

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.errors import Problem, Severity
from domain.workflow.validation import MAX_PROBLEMS, validate

NODE = {"id": "a", "kind": "python", "config": {}}
NOTE = {"id": "n", "text": "Every *morning*", "position": {"x": 1.5, "y": -8}, "size": {"width": 240, "height": 96}}
GROUP = {"id": "g", "title": "Load", "nodes": ["a"], "color": "blue"}
LONG = "x" * 4_001


class Check:
    """Knows the kind python; a template `${x}` reads the step x."""

    def kind(self, name: str) -> str:
        return "known" if name == "python" else "unknown"

    def config(
        self, kind: str, config: Mapping[str, object], ancestors: AbstractSet[str], names: Sequence[str] = ()
    ) -> Sequence[Problem]:
        return self.template(config.get("reads"), ancestors, names, pointer="/reads")

    def template(
        self, template: object, ancestors: AbstractSet[str], names: Sequence[str] = (), pointer: str = ""
    ) -> Sequence[Problem]:
        if template is None or not {str(template)[2:-1]} - ancestors:
            return []
        return [Problem(code="not_an_ancestor", message="", advice="", pointer=pointer)]

    def input_schema(self, schema: Mapping[str, object]) -> Sequence[Problem]:
        return [Problem(code="bad_schema", message="", advice="", pointer="/x")] if "x" in schema else []


def found(definition: object, *, max_nodes: int = 5_000) -> set[tuple[str, str]]:
    return {(problem.pointer, problem.code) for problem in validate(definition, Check(), max_nodes=max_nodes)}


def node(**fields: object) -> dict[str, object]:
    return {**NODE, **fields}


def edges(text: str) -> list[dict[str, str]]:
    return [dict(zip(("from", "to"), pair.split(">"), strict=True)) for pair in text.split()]


@pytest.mark.parametrize(
    ("definition", "expected"),
    [
        ([], {("", "not_an_object")}),
        ({}, {("/nodes", "no_nodes")}),
        ({"nodes": []}, {("/nodes", "no_nodes")}),
        ({"nodes": {"a": 1}}, {("/nodes", "no_nodes")}),
        ({"nodes": [NODE]}, set()),
        ({"nodes": [NODE], "nodez": 1}, {("/nodez", "unknown_field")}),
        ({"nodes": [NODE], "apiVersion": "other/v9"}, {("/apiVersion", "bad_api_version")}),
        ({"nodes": [NODE], "name": "  "}, {("/name", "bad_text")}),
        ({"nodes": [NODE], "description": 7}, {("/description", "bad_text")}),
        ({"nodes": [NODE], "labels": ["x"]}, {("/labels", "bad_labels")}),
        ({"nodes": [NODE], "labels": {"team": 7}}, {("/labels", "bad_labels")}),
        ({"nodes": [NODE], "inputs": "text"}, {("/inputs", "bad_inputs")}),
        ({"nodes": [NODE], "inputs": {"type": "array"}}, {("/inputs/type", "bad_inputs")}),
        ({"nodes": [NODE], "inputs": {"x": 1}}, {("/inputs/x", "bad_schema")}),
        ({"nodes": [NODE], "settings": []}, {("/settings", "not_an_object")}),
        ({"nodes": [NODE], "settings": {"timeout_s": -1}}, {("/settings/timeout_s", "out_of_range")}),
        ({"nodes": [NODE], "settings": {"timeout_s": True}}, {("/settings/timeout_s", "out_of_range")}),
        ({"nodes": [NODE], "settings": {"max_parallel_steps": 1.5}}, {("/settings/max_parallel_steps", "out_of_range")}),  # noqa: E501
        ({"nodes": [NODE], "settings": {"priority": 101}}, {("/settings/priority", "out_of_range")}),
        ({"nodes": [NODE], "settings": {"queue_timeout_s": 0}}, {("/settings/queue_timeout_s", "out_of_range")}),
        ({"nodes": [NODE], "settings": {"on_failure": "panic"}}, {("/settings/on_failure", "bad_choice")}),
        ({"nodes": [NODE], "settings": {"schedule": {}}}, {("/settings/schedule", "schedule_is_trigger")}),
        ({"nodes": [NODE], "settings": {"concurrency": {}}}, {("/settings/concurrency/limit", "out_of_range")}),
        (
            {"nodes": [NODE], "settings": {"concurrency": {"limit": 0, "key": 1, "on_limit": "wait", "of": 2}}},
            {
                ("/settings/concurrency/limit", "out_of_range"),
                ("/settings/concurrency/key", "bad_text"),
                ("/settings/concurrency/on_limit", "bad_choice"),
                ("/settings/concurrency/of", "unknown_field"),
            },
        ),
        ({"nodes": ["a"]}, {("/nodes/0", "not_an_object")}),
        ({"nodes": [node(id="1a")]}, {("/nodes/0/id", "bad_node_id")}),
        ({"nodes": [node(id="a" * 64)]}, {("/nodes/0/id", "bad_node_id")}),
        ({"nodes": [node(id=None)]}, {("/nodes/0/id", "bad_node_id")}),
        ({"nodes": [NODE, NODE]}, {("/nodes/1/id", "duplicate_node_id")}),
        ({"nodes": [node(retry={})]}, set()),
        ({"nodes": [node(retry=3)]}, {("/nodes/0/retry", "not_an_object")}),
        ({"nodes": [node(retry={"max_attempts": 0})]}, {("/nodes/0/retry/max_attempts", "out_of_range")}),
        ({"nodes": [node(retry={"backoff": 0.5})]}, {("/nodes/0/retry/backoff", "out_of_range")}),
        ({"nodes": [node(retry={"interval_s": -1})]}, {("/nodes/0/retry/interval_s", "out_of_range")}),
        ({"nodes": [node(retry={"max_interval_s": "1"})]}, {("/nodes/0/retry/max_interval_s", "out_of_range")}),
        ({"nodes": [node(retry={"jitter": 1})]}, {("/nodes/0/retry/jitter", "bad_choice")}),
        ({"nodes": [node(retry={"on": []})]}, {("/nodes/0/retry/on", "not_a_list")}),
        ({"nodes": [node(retry={"on": ["rain", "step"]})]}, {("/nodes/0/retry/on/0", "bad_choice")}),
        ({"nodes": [node(retry={"types": [1]})]}, {("/nodes/0/retry/types", "not_a_list")}),
        ({"nodes": [node(retry={"when": "yes"})]}, {("/nodes/0/retry/when", "bad_condition")}),
        ({"nodes": [node(retry={"when": "${z}"})]}, {("/nodes/0/retry/when", "not_an_ancestor")}),
        ({"nodes": [node(retry={"tries": 1})]}, {("/nodes/0/retry/tries", "unknown_field")}),
        ({"nodes": [NODE], "settings": {"retry": {"on": "step"}}}, {("/settings/retry/on", "not_a_list")}),
        ({"nodes": [node(needs=[])]}, {("/nodes/0/needs", "not_an_object")}),
        ({"nodes": [node(needs={"cpu": 0, "GB": 1})]}, {
            ("/nodes/0/needs/cpu", "out_of_range"), ("/nodes/0/needs/GB", "bad_resource"),
        }),
        ({"nodes": [NODE], "settings": {"needs": {"gpu": None}}}, {("/settings/needs/gpu", "out_of_range")}),
        ({"nodes": [node(max_attempts=3)]}, {("/nodes/0/max_attempts", "not_supported_yet")}),
        ({"nodes": [node(**{"no/such~field": 1})]}, {("/nodes/0/no~1such~0field", "unknown_field")}),
        ({"nodes": [node(join="most")]}, {("/nodes/0/join", "bad_choice")}),
        ({"nodes": [node(on_error="shrug")]}, {("/nodes/0/on_error", "bad_choice")}),
        ({"nodes": [node(timeout_s="soon")]}, {("/nodes/0/timeout_s", "out_of_range")}),
        ({"nodes": [node(retry_safe="maybe")]}, {("/nodes/0/retry_safe", "bad_choice")}),
        ({"nodes": [node(kind="cobol")]}, {("/nodes/0/kind", "unknown_kind")}),
        ({"nodes": [node(kind=7)]}, {("/nodes/0/kind", "unknown_kind")}),
        ({"nodes": [node(config=[])]}, {("/nodes/0/config", "not_an_object")}),
        ({"nodes": [node(config={"reads": "${b}"})]}, {("/nodes/0/config/reads", "not_an_ancestor")}),
        ({"nodes": [NODE], "edges": {}}, {("/edges", "not_a_list")}),
        ({"nodes": [NODE], "edges": ["a>b"]}, {("/edges/0", "not_an_object")}),
        ({"nodes": [NODE], "edges": edges("a>z")}, {("/edges/0/to", "dangling_edge")}),
        ({"nodes": [NODE, node(id="b")], "edges": edges("a>b a>b")}, {("/edges/1", "duplicate_edge")}),
        ({"nodes": [NODE], "edges": edges("a>a")}, {("/nodes/0", "cycle")}),
        ({"nodes": [NODE], "canvas": []}, {("/canvas", "not_an_object")}),
        ({"nodes": [NODE], "canvas": {"notes": [NOTE], "groups": [GROUP]}}, set()),
        ({"nodes": [NODE], "canvas": {"lines": []}}, {("/canvas/lines", "unknown_field")}),
        ({"nodes": [NODE], "canvas": {"notes": {}, "groups": [7]}}, {
            ("/canvas/notes", "not_a_list"), ("/canvas/groups/0", "not_an_object"),
        }),
        ({"nodes": [NODE], "canvas": {"notes": [NOTE] * 201}}, {("/canvas/notes", "not_a_list")}),
        ({"nodes": [NODE], "canvas": {"notes": [NOTE, NOTE]}}, {("/canvas/notes/1/id", "bad_mark_id")}),
        ({"nodes": [NODE], "canvas": {"notes": [NOTE | {"id": "a b", "text": LONG, "color": "pink", "by": 1}]}}, {
            ("/canvas/notes/0/id", "bad_mark_id"), ("/canvas/notes/0/text", "bad_mark_text"),
            ("/canvas/notes/0/color", "bad_choice"), ("/canvas/notes/0/by", "unknown_field"),
        }),
        ({"nodes": [NODE], "canvas": {"notes": [NOTE | {"position": [1, 2], "size": {"width": 1, "height": True}}]}}, {
            ("/canvas/notes/0/position", "bad_place"), ("/canvas/notes/0/size/width", "out_of_range"),
            ("/canvas/notes/0/size/height", "out_of_range"),
        }),
        ({"nodes": [NODE], "canvas": {"groups": [GROUP | {"nodes": []}]}}, {("/canvas/groups/0/nodes", "not_a_list")}),
        ({"nodes": [NODE], "canvas": {"groups": [GROUP | {"nodes": ["z", "a"]}, GROUP | {"id": "h", "title": 1}]}}, {
            ("/canvas/groups/0/nodes/0", "unknown_member"), ("/canvas/groups/1/nodes/0", "grouped_twice"),
            ("/canvas/groups/1/title", "bad_mark_text"),
        }),
        ({"nodes": [NODE], "output": "${z}"}, {("/output", "not_an_ancestor")}),
        ({"nodes": [NODE], "output": "${a}"}, set()),
    ],
)  # fmt: skip
def test_each_mistake_is_named_at_its_place(definition: object, expected: set[tuple[str, str]]) -> None:
    assert found(definition) == expected


def test_what_only_the_canvas_shows_stops_no_run_when_a_node_of_a_group_is_gone() -> None:
    definition = {"nodes": [NODE], "canvas": {"groups": [GROUP | {"nodes": ["a", "gone"]}]}}
    assert [problem.severity for problem in validate(definition, Check(), max_nodes=9)] == [Severity.WARNING]


def test_all_problems_come_at_once() -> None:
    definition = {"nodes": [node(kind="cobol", join="most"), node(id="b!")], "edges": edges("a>z"), "extra": 1}
    assert {code for _, code in found(definition)} == {
        "unknown_kind", "bad_choice", "bad_node_id", "dangling_edge", "unknown_field",
    }  # fmt: skip


def test_a_node_may_read_what_comes_before_it_and_nothing_else() -> None:
    nodes = [node(id="a"), node(id="b", config={"reads": "${a}"}), node(id="c", config={"reads": "${d}"}), node(id="d")]
    assert found({"nodes": nodes, "edges": edges("a>b b>c")}) == {("/nodes/2/config/reads", "not_an_ancestor")}


def test_a_condition_may_read_its_own_source_and_must_be_one_expression() -> None:
    nodes = [node(id="a"), node(id="b"), node(id="c")]
    ways = [{"from": "a", "to": "b", "when": "${a}"}, {"from": "b", "to": "c", "when": "${c}"}]
    assert found({"nodes": nodes, "edges": ways}) == {("/edges/1/when", "not_an_ancestor")}
    ways[1]["when"] = "yes"
    assert found({"nodes": nodes, "edges": ways}) == {("/edges/1/when", "bad_condition")}


def test_only_the_nodes_of_the_circle_are_named() -> None:
    nodes = [node(id=name) for name in "abcde"]
    assert found({"nodes": nodes, "edges": edges("a>b b>c c>d d>b d>e")}) == {
        ("/nodes/1", "cycle"), ("/nodes/2", "cycle"), ("/nodes/3", "cycle"),
    }  # fmt: skip


def test_the_number_of_nodes_and_of_problems_is_bounded() -> None:
    assert found({"nodes": [node(id=f"n{n}") for n in range(4)]}, max_nodes=3) == {("/nodes", "too_many_nodes")}
    many = validate({"nodes": [node(kind="cobol") for _ in range(4_000)]}, Check(), max_nodes=5_000)
    assert len(many) == MAX_PROBLEMS


def test_the_last_of_five_thousand_nodes_in_a_row_may_read_the_first() -> None:
    nodes = [node(id=f"n{n}") for n in range(4_999)] + [node(id="last", config={"reads": "${n0}"})]
    row = [{"from": f"n{n}", "to": f"n{n + 1}"} for n in range(4_998)] + [{"from": "n4998", "to": "last"}]
    assert found({"nodes": nodes, "edges": row}) == set()


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=20,
)
FIELDS = st.sampled_from(
    ["id", "kind", "config", "join", "on_error", "timeout_s", "retry_safe", "from", "to", "when", "settings", "name"]
)


DEFINITIONS = st.fixed_dictionaries(
    {
        "nodes": st.lists(st.dictionaries(FIELDS, JSON) | JSON),
        "edges": JSON | st.lists(st.dictionaries(FIELDS, JSON)),
        **dict.fromkeys(("settings", "inputs", "output", "labels"), JSON),
    }
)


@given(DEFINITIONS)
def test_whatever_is_sent_is_answered_with_a_list(definition: dict[str, Any]) -> None:
    for problem in validate(definition, Check(), max_nodes=100):
        assert problem.pointer == "" or problem.pointer.startswith("/")
