"""The kinds of node: what their configs may be."""

import re
from collections.abc import Mapping

import jsonschema
import pytest

from infrastructure.expressions import PythonExpressions
from infrastructure.nodes.checking import schema_problems
from infrastructure.nodes.examples import example_definitions, examples_folder
from infrastructure.nodes.files import problem_of_path, resolve_files
from infrastructure.nodes.registry import node_kinds
from infrastructure.workers.step import StepRefused

KINDS = node_kinds(allow_shell=True)


def codes(kind: str, config: Mapping[str, object]) -> list[str]:
    found = KINDS.get(kind)
    assert found is not None
    return [problem.code for problem in found.check(config)]


@pytest.mark.parametrize("kind", KINDS.all(), ids=lambda kind: kind.name)
def test_every_kind_describes_itself_and_its_own_example_is_right(kind) -> None:
    described = kind.describe()
    jsonschema.Draft202012Validator.check_schema(kind.schema)
    jsonschema.Draft202012Validator(kind.schema).validate(described["example"])
    assert kind.check(described["example"]) == () or list(kind.check(described["example"])) == []
    for name, field in kind.schema["properties"].items():
        assert field["title"]
        assert field["description"].endswith(".")
        assert field["x-key"] == f"{kind.name}.{name}"


def test_expressions_may_stand_only_where_values_come_in() -> None:
    marked = {
        kind.name: {name for name, field in kind.schema["properties"].items() if field.get("x-expression")}
        for kind in KINDS.all()
    }
    assert marked == {
        "python": {"args"},
        "sql": {"tables", "params"},
        "transform": {"expression"},
        "http": {"url", "query", "headers", "body"},
        "wait": {"seconds", "until"},
        "approval": {"message"},
        "map": {"items"},
        "workflow": {"inputs"},
        "shell": {"env", "stdin"},
        "llm": {"model", "prompt", "system", "messages", "headers"},
    }


@pytest.mark.parametrize(
    ("config", "expected"),
    [
        ({}, ["python_code_or_callable"]),
        ({"code": "def main(): pass", "callable": "a:b"}, ["python_code_or_callable"]),
        ({"callable": "package.module:function"}, []),
        ({"callable": "package.module"}, ["python_callable_syntax"]),
        ({"callable": "os;system:x"}, ["python_callable_syntax"]),
        ({"code": "def main(): return"}, []),
        ({"code": "def main(:"}, ["python_syntax"]),
        ({"code": "return 1"}, ["python_syntax"]),
        ({"code": "def main(): pass\0"}, ["python_syntax"]),
        ({"code": "x = " + "(" * 1000}, ["python_syntax"]),
        ({"code": "x = " + "-" * 50_000 + "1"}, ["python_syntax"]),
        ({"code": "def other(): pass"}, ["python_no_main"]),
        ({"code": "from package import main"}, []),
        ({"code": "main = lambda: 1"}, []),
        ({"code": "if True:\n    def main(): pass"}, []),
        ({"code": "def main(a, b=1, *, c, d=2): pass", "args": {"a": 1, "c": 1}}, []),
        ({"code": "def main(a, *, c): pass"}, ["python_missing_argument", "python_missing_argument"]),
        ({"code": "def main(a): pass", "args": {"a": 1, "b": 2}}, ["python_unknown_argument"]),
        ({"code": "def main(**more): pass", "args": {"b": 2}}, []),
        ({"code": "def main(step): pass"}, []),
        ({"code": "def main(a, step=None): pass", "files": {"a": "data/x.csv"}}, []),
        ({"code": "async def main(a): pass", "args": {"a": 1}}, []),
        ({"code": "def main(a): pass", "files": {"a": "/etc/passwd"}}, ["file_path"]),
        ({"code": "def main(a): pass", "files": {"a": "x/../../y"}}, ["file_path"]),
        ({"code": "def main(a): pass", "files": {"a": "x"}, "args": {"a": 1}}, ["python_argument_twice"]),
    ],
)
def test_a_python_node_is_checked_before_it_runs(config: Mapping[str, object], expected: list[str]) -> None:
    assert codes("python", config) == expected


@pytest.mark.parametrize(
    ("config", "expected"),
    [
        ({"query": "select 1"}, []),
        ({"query": "select 1", "tables": {"t": "${steps.a.output}"}}, []),
        ({"query": "select 1", "tables": {"t": [{"a": 1}]}}, []),
        ({"query": "select 1", "tables": {"t": "rows"}}, ["sql_table_rows"]),
        ({"query": "select 1", "tables": {"t": 1}}, ["sql_table_rows"]),
        ({"query": "select 1", "files": {"t": "data/a.csv"}}, []),
        ({"query": "select 1", "files": {"t": "data/a.exe"}}, ["file_path"]),
        ({"query": "select 1", "files": {"t": "~/a.csv"}}, ["file_path"]),
        ({"query": "select 1", "files": {"t": "a.csv"}, "tables": {"t": []}}, ["sql_table_twice"]),
    ],
)
def test_an_sql_node_is_checked_before_it_runs(config: Mapping[str, object], expected: list[str]) -> None:
    assert codes("sql", config) == expected


@pytest.mark.parametrize("path", ["", "/etc/passwd", "../x", "a/../../x", "~root/x", "a\\b", "a\0b"])
def test_paths_that_leave_their_folder_are_refused(path: str) -> None:
    assert problem_of_path(path) is not None


def test_files_are_found_below_the_roots_only(tmp_path) -> None:
    (tmp_path / "in" / "data").mkdir(parents=True)
    (tmp_path / "in" / "data" / "x.csv").write_text("a")
    (tmp_path / "secret").write_text("s")
    (tmp_path / "in" / "link").symlink_to(tmp_path / "secret")
    roots = [str(tmp_path / "nowhere"), str(tmp_path / "in")]
    assert resolve_files({"x": "data/x.csv"}, roots) == {"x": str(tmp_path / "in" / "data" / "x.csv")}
    for path in ("link", "data", "data/y.csv", "../secret"):
        with pytest.raises(StepRefused) as refused:
            resolve_files({"x": path}, roots)
        assert refused.value.code == "file_not_found"


def test_the_examples_are_valid_and_their_files_are_there() -> None:
    expressions = PythonExpressions()
    definitions = example_definitions()
    names = ["ask-before-sending", "broken-on-purpose", "two-years", "sort-letters", "year-by-year"]
    names += ["shop-order", "weather-report"]  # in the order of their files
    assert [name for name, _ in example_definitions(without={"shell"})] == names
    assert [name for name, _ in definitions] == [*names[:5], "shell-words", *names[5:]]
    for _, definition in definitions:
        ids = frozenset(node["id"] for node in definition["nodes"])
        for node in definition["nodes"]:
            kind = KINDS.get(node["kind"])
            assert kind is not None
            jsonschema.Draft202012Validator(kind.schema).validate(node["config"])
            assert not kind.check(node["config"])
            held = {
                n: node["config"][n]
                for n, f in kind.schema["properties"].items()
                if f.get("x-expression") and n in node["config"]
            }
            assert not expressions.check(held, ancestors=ids - {node["id"]})
            resolve_files(node["config"].get("files"), [str(examples_folder())])


def test_the_forms_of_the_examples_speak_chinese_too() -> None:
    asked = [
        (name, field, schema)
        for name, definition in example_definitions()
        for form in [definition["inputs"], *(node["config"].get("form", {}) for node in definition["nodes"])]
        for field, schema in form.get("properties", {}).items()
    ]
    assert len(asked) > 8
    for name, field, schema in asked:
        words = schema["x-i18n"]["zh-CN"]
        assert set(words) == {"title", "description"} & set(schema), f"{name}: {field}"
        assert all(re.search(r"[\u4e00-\u9fff]", text) for text in words.values()), f"{name}: {field}"


@pytest.mark.parametrize(
    ("schema", "value", "places"),
    [
        pytest.param(
            {"properties": {"q": {}}, "additionalProperties": False},
            {"q": 1, "x/y": 1, "z": 1},
            [("/x~1y", {"rule": "additionalProperties", "field": "x/y"}),
             ("/z", {"rule": "additionalProperties", "field": "z"})],
            id="each-strange-field-at-its-own-place",
        ),
        pytest.param(
            {"patternProperties": {"^a": {}}, "additionalProperties": False}, {"ab": 1, "b": 1},
            [("", {"rule": "additionalProperties"})], id="fields-by-pattern",
        ),
        pytest.param(
            {"required": ["a", "b"]}, {"b": 1}, [("", {"rule": "required", "field": "a"})], id="a-missing-field"
        ),
        pytest.param(
            {"properties": {"m": {"enum": ["x", "y"]}}}, {"m": "z"},
            [("/m", {"rule": "enum", "wanted": "x, y"})], id="a-choice",
        ),
        pytest.param(
            {"properties": {"n": {"maximum": 3}}}, {"n": 4}, [("/n", {"rule": "maximum", "wanted": 3})], id="a-limit"
        ),
        pytest.param({"properties": {"n": False}}, {"n": 4}, [("", {"rule": "None"})], id="nothing-is-allowed"),
    ],
)  # fmt: skip
def test_a_violation_says_by_values_what_a_page_tells_in_its_own_language(schema, value, places) -> None:
    found = schema_problems(jsonschema.Draft202012Validator(schema), value, "bad_config", "Mend it.")
    assert [(problem.pointer, problem.params) for problem in found] == places
