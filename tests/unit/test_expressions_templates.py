"""Where expressions stand in values, and how their values get in."""

import json
from datetime import UTC, datetime

import msgspec
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from application.ports import ExpressionFailed, Scope
from domain.values import JsonText
from infrastructure.expressions import PythonExpressions
from infrastructure.expressions.jsonata import compile_expression
from infrastructure.expressions.plain import path_of, walk
from infrastructure.expressions.templates import UnclosedExpression, parse


def scope(inputs: object, **steps: object) -> Scope:
    return Scope(
        inputs=JsonText(msgspec.json.encode(inputs)),
        steps={name: JsonText(msgspec.json.encode(value)) for name, value in steps.items()},
        execution=JsonText(b'{"id":"e","number":7}'),
        now=datetime(2026, 1, 2, tzinfo=UTC),
    )


def resolve(template: object, where: Scope) -> object:
    return json.loads(PythonExpressions().resolve_plain(template, where))


@pytest.mark.parametrize(
    ("text", "expressions"),
    [
        ("plain", []),
        ("${a}", ["a"]),
        ("x ${ a } y ${b.c}", ["a", "b.c"]),
        ("${ {'a': {'b': 1}} }", ["{'a': {'b': 1}}"]),
        ("${ '}' & \"}\" & `}` }", ["'}' & \"}\" & `}`"]),
        ("${ 'it\\'s }' }", ["'it\\'s }'"]),
        ("${ a /* } */ }", ["a /* } */"]),
        ("$${a} ${b}", ["b"]),
        ("costs 5$ {a}", []),
    ],
)
def test_an_expression_ends_at_its_own_brace(text: str, expressions: list[str]) -> None:
    assert [expression.text for expression in parse(text).expressions] == expressions


@pytest.mark.parametrize("text", ["${", "${a", "${ {a }", "${ '} ", "${ /* }", "x ${a} ${"])
def test_an_expression_without_its_brace_is_refused(text: str) -> None:
    with pytest.raises(UnclosedExpression):
        parse(text)


def test_a_string_that_is_one_expression_keeps_the_type_of_the_value() -> None:
    where = scope({"n": 3, "list": [1, [2]], "nothing": None, "text": "é", "yes": True})
    template = {"n": "${inputs.n}", "l": "${inputs.list}", "0": "${inputs.nothing}", "m": "${inputs.missing}"}
    assert resolve(template, where) == {"n": 3, "l": [1, [2]], "0": None, "m": None}
    assert resolve(["${inputs.text}", "${inputs.yes}", 1.5, None], where) == ["é", True, 1.5, None]


def test_in_text_strings_go_in_as_they_are_and_other_values_as_json() -> None:
    where = scope({"n": 3, "list": [1, {"a": "é"}], "nothing": None, "text": 'say "é"'})
    assert resolve("${inputs.text}: ${inputs.n} ${inputs.list}", where) == 'say "é": 3 [1,{"a":"é"}]'
    assert resolve("[${inputs.nothing}${inputs.missing}]", where) == "[]"
    assert resolve("$${inputs.n} is ${inputs.n}", where) == "${inputs.n} is 3"
    assert resolve("cost: $${", where) == "cost: ${"


def test_keys_hold_no_expressions() -> None:
    assert resolve({"${inputs.n}": "${inputs.n}"}, scope({"n": 1})) == {"${inputs.n}": 1}


def test_a_large_value_is_handed_on_without_being_written_anew() -> None:
    odd = b'{"output":{"rows":[1.50,   {"b":1e2}]}}'
    where = Scope(
        inputs=JsonText(b"{}"), steps={"load": JsonText(odd)}, execution=JsonText(b"{}"), now=datetime.now(UTC)
    )
    assert PythonExpressions().resolve_plain("${steps.load.output.rows}", where) == b'[1.50,   {"b":1e2}]'


_NAMES = st.sampled_from(["a", "b", "c"])
_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 5) | st.sampled_from(["", "x"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_NAMES, inner, max_size=3),
    max_leaves=12,
)


@given(_VALUES, st.lists(_NAMES, max_size=4))
@example([{"a": 1}, {"a": 2}], ["a"])
@example([[{"a": [1, 2]}], {"a": 3}], ["a"])
def test_plain_paths_give_what_jsonata_gives(value: object, names: list[str]) -> None:
    text = ".".join(["inputs", *names])
    path = path_of(text)
    assert path is not None
    found = walk(path, scope(value))
    expected = compile_expression(text).evaluate({"inputs": value})
    assert (None if found is None else json.loads(found)) == expected


@pytest.mark.parametrize("text", ["a.b", "inputs.`first name`", "steps . load . output", "execution.number"])
def test_paths_of_names_are_plain(text: str) -> None:
    assert path_of(text) is not None


@pytest.mark.parametrize("text", ["", "a[0]", "a.*", "$a", "a.b()", "a + b", "true", "null", "a and b", "a.1", "'a'"])
def test_everything_else_is_not(text: str) -> None:
    assert path_of(text) is None


def test_resolve_plain_refuses_what_is_not_plain() -> None:
    with pytest.raises(ValueError, match="no plain path"):
        PythonExpressions().resolve_plain("${1 + 1}", scope({}))


def test_an_unclosed_expression_fails_when_it_is_resolved() -> None:
    with pytest.raises(ExpressionFailed):
        PythonExpressions().resolve_plain("${", scope({}))


@pytest.mark.parametrize(
    ("template", "codes"),
    [
        ("${steps.load.output}", []),
        ("text ${inputs.a} and ${execution.number}", []),
        ("${steps.other.output}", ["expression_not_an_ancestor"]),
        ("${$count(steps.other.output)}", ["expression_not_an_ancestor"]),
        ("${inputs.list[x = $$.steps.other.output]}", ["expression_not_an_ancestor"]),
        ("${steps}", ["expression_steps_dynamic"]),
        ("${$lookup(steps, 'load')}", ["expression_steps_dynamic"]),
        ("${$$.steps}", ["expression_steps_dynamic"]),
        ("${$$}", ["expression_whole_scope"]),
        ("${**}", ["expression_whole_scope"]),
        ("${$}", ["expression_whole_scope"]),
        ("${inputs.list[$ > 1]}", []),
        ("${inputs.list.(steps)}", []),
        ("${inputs.steps}", []),
        ("${$map(inputs.list, function($v, $i) { $v * $i })}", []),
        ("${($total := $sum(inputs.list); $total / 2)}", []),
        ("${inputs.list@$l.$l}", []),
        ("${inputs.list#$i.$i}", []),
        ("${$typo(1)}", ["expression_unknown_variable"]),
        ("${$random()}", ["expression_function_refused"]),
        ("${$map([1], $shuffle)}", ["expression_function_refused"]),
        ("${($e := $eval; $e('1'))}", ["expression_function_refused"]),
        ("${1 +}", ["expression_syntax"]),
        ("${}", ["expression_empty"]),
        ("${", ["expression_unclosed"]),
        ("${" + "1+" * 2100 + "1}", ["expression_too_long"]),
        ("${" + "(" * 1500 + "1" + ")" * 1500 + "}", ["expression_syntax"]),
        ("${city}", ["expression_unknown_name"]),
    ],
)
def test_problems_are_found_without_values(template: str, codes: list[str]) -> None:
    found = PythonExpressions().check({"deep": ["", template]}, ancestors=frozenset({"load"}))
    assert [problem.code for problem in found] == codes
    assert all(problem.pointer == "/deep/1" for problem in found)


def test_references_are_the_steps_that_are_named() -> None:
    template = ["${steps.a.output}", {"x": "${$sum(steps.b.output.rows.n) + inputs.steps.c}"}, "${steps.`d e`}"]
    assert PythonExpressions().references(template) == {"a", "b", "d e"}


def test_importing_the_library_leaves_the_recursion_limit_alone() -> None:
    import sys

    assert sys.getrecursionlimit() < 10_000
