"""Schemas that people write are applied inside the server: they reach nothing, and cost no more than they may."""

import http.server
import threading
import time
from collections.abc import Iterator, Mapping
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from domain.errors import Problem
from infrastructure.nodes.checking import InputCheck
from infrastructure.nodes.patterns import problem_of_pattern, size_of_pattern
from infrastructure.nodes.schemas import problems_of_schema, validator_of, work_for

LIMIT_S = 20.0  # of CPU; measured: 0.3 s at most, 5 s under coverage on a slow machine; unbounded it is minutes


def problems(schema: Mapping[str, object], **inputs: object) -> list[Problem]:
    began = time.thread_time()
    _, found = InputCheck().complete(schema, inputs)
    assert time.thread_time() - began < LIMIT_S
    return found


def of(**schema: object) -> dict[str, object]:
    return {"type": "object", "properties": {"a": schema}}


@pytest.fixture
def asked() -> Iterator[tuple[str, list[str]]]:
    """The address of a server with a schema, and what it was asked for."""
    paths: list[str] = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            paths.append(self.path)
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b'{"type": "integer"}')

        def log_message(self, format: str, *args: object) -> None: ...  # noqa: A002 - the library's name

    server = http.server.HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/schema.json", paths
    server.shutdown()
    thread.join()
    server.server_close()


def test_a_reference_is_never_fetched_not_even_by_a_version_of_earlier_rules(asked: tuple[str, list[str]]) -> None:
    address, paths = asked
    for schema in (
        of(**{"$ref": address}),
        {"properties": {"default": {"$ref": address}}},
        {"$id": address, **of(**{"$ref": "x"})},
    ):
        (problem,) = problems_of_schema(schema)
        assert (problem.code, problem.advice.startswith("Put that part into $defs")) == ("bad_schema", True)
        assert [one.code for one in problems(schema, a="text", default="text")] == ["bad_schema"]
        with work_for(1), pytest.raises(Exception, match="Unresolvable|x"):
            list(validator_of(schema).iter_errors({"a": "text", "default": "text"}))
    assert paths == []


def test_references_inside_the_schema_and_values_that_look_like_some_are_fine() -> None:
    inside = {"$defs": {"n": {"type": "integer"}, "m": {"$anchor": "here"}}, **of(**{"$ref": "#/$defs/n"})}
    assert problems_of_schema(inside) == []
    assert [one.code for one in problems(inside, a="x")] == ["bad_input"]
    assert problems_of_schema({**inside, "properties": {"a": {"$ref": "#here"}}}) == []
    assert problems_of_schema(of(const={"$ref": "http://example.com/"}, examples=[{"$ref": "x"}])) == []
    assert problems_of_schema({"properties": {"$ref": {"type": "string"}, "pattern": {"type": "string"}}}) == []


A = "a" * 40 + "!"
LONG = "ab" * 400_000


@pytest.mark.parametrize(
    ("schema", "value"),
    [
        (of(pattern="^(a+)+$"), A),
        (of(pattern="^(a|aa)+$"), A),
        (of(pattern="a*b"), "a" * 900_000),
        (of(pattern="(x+x+)+y"), "x" * 900_000),
        (of(pattern="[ab]*a[ab]{1500}c"), LONG),
        (of(pattern="([ab]{0,40}a){40}c"), LONG),
        (of(patternProperties={"^(a+)+$": {}}), {A: 1}),
        (of(patternProperties={"^(a+)+$": {}}, additionalProperties=False), {A: 1}),
        (of(propertyNames={"pattern": "^(a+)+$"}), {A: 1}),
        (of(uniqueItems=True), [{"a": n} for n in range(60_000)]),
        (of(items={"type": "integer"}), list(range(150_000))),
        ({"$defs": {**{f"d{n}": {"allOf": [{"$ref": f"#/$defs/d{n + 1}"}] * 2} for n in range(30)}, "d30": {}},
          "properties": {"a": {"$ref": "#/$defs/d0"}}}, 1),
        ({"$ref": "#"}, 1),
        (of(anyOf=[{"anyOf": [{"type": "string"}] * 20}] * 20), [1]),
    ],
)  # fmt: skip
def test_no_schema_holds_the_server(schema: dict[str, object], value: object) -> None:
    assert problems_of_schema(schema) == []
    problems(schema, a=value)


@pytest.mark.parametrize(
    "pattern", ["(", "[", "(?=a)b", "(?<!a)b", r"(a)\1", "a{1,99999999}", "(a{1000}){1000}", r"\Z"]
)
def test_a_pattern_of_another_engine_is_refused_at_its_place(pattern: str) -> None:
    assert problem_of_pattern(pattern)
    assert [one.pointer for one in problems_of_schema(of(pattern=pattern))] == ["/properties/a/pattern"]
    (problem,) = problems_of_schema(of(patternProperties={pattern: {}}))
    assert problem.pointer.startswith("/properties/a/patternProperties/")


@pytest.mark.parametrize(
    ("pattern", "fits", "not_"),
    [
        (r"^\d{4}-\d{2}$", "2026-01", "2026-1"),
        (r"^[^\s@]+@[^\s@]+\.[a-z]{2,}$", "a@b.ch", "a@b"),
        (r"^\p{L}+$", "Zürich", "Z1"),
        (r"^\/path\/[\w-]+$", "/path/a-b", "/path/"),
        ("b", "abc", "ac"),
        ("^a$", "a", "a\n"),
    ],
)
def test_the_usual_patterns_work(pattern: str, fits: str, not_: str) -> None:
    assert problems_of_schema(of(pattern=pattern)) == []
    assert problems(of(pattern=pattern), a=fits) == []
    assert [one.code for one in problems(of(pattern=pattern), a=not_)] == ["bad_input"]


@pytest.mark.parametrize(
    ("pattern", "size"),
    [("", 1), ("abc", 3), ("a{3}", 3), ("a{2,5}b", 6), ("(ab){10}", 20), ("((a{3}b){4}){5}", 80), (r"\d{4}-\d{2}", 7),
     ("[a-z]{10}", 10), ("a+b*", 2), ("a{", 1), ("(a", 1), ("[a", 2)],
)  # fmt: skip
def test_the_size_of_a_pattern_counts_what_is_repeated(pattern: str, size: int) -> None:
    assert size_of_pattern(pattern) == size


def test_a_default_that_does_not_fit_is_warned_of() -> None:
    schema = {"$defs": {"n": {"type": "integer"}}, "properties": {
        "a": {"type": "integer", "default": "x"}, "b": {"$ref": "#/$defs/n", "default": 1}, "c": {"default": 1},
    }}  # fmt: skip
    (problem,) = problems_of_schema(schema)
    assert (problem.code, problem.pointer, str(problem.severity)) == ("bad_default", "/properties/a/default", "warning")


_NAMES = st.sampled_from(["a", "b", "ab", "c"])
_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-2, 2) | st.sampled_from([0.0, 1.0, 0.5]) | _NAMES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_NAMES, inner, max_size=3),
    max_leaves=8,
)
_SCHEMAS = st.recursive(
    st.booleans() | st.fixed_dictionaries({"type": st.sampled_from(["string", "integer", "object", "array"])}),
    lambda inner: st.fixed_dictionaries({}, optional={
        "properties": st.dictionaries(_NAMES, inner, max_size=2),
        "patternProperties": st.dictionaries(st.sampled_from(["a", "^b", "b$"]), inner, max_size=2),
        "additionalProperties": inner,
        "items": inner,
        "uniqueItems": st.booleans(),
        "pattern": st.sampled_from(["a", "^b", "b$"]),
        "anyOf": st.lists(inner, min_size=1, max_size=2),
    }),
    max_leaves=6,
)  # fmt: skip


@settings(deadline=None)  # the first one of a pattern's kind loads its engine
@given(_SCHEMAS, _VALUES)
def test_it_judges_as_the_library_does(schema: Any, value: object) -> None:
    whole = {"allOf": [schema]}
    with work_for(value):
        ours = validator_of(whole).is_valid(value)
    assert ours == Draft202012Validator(whole).is_valid(value)
    assert problems_of_schema(whole) == []
    assert msgspec.json.decode(msgspec.json.encode(whole)) == whole
