"""Whatever is wrong with a definition is told with a code, the node, the field and the way out (tests/corpus)."""

import time

import pytest

from domain.errors import Problem, Severity
from domain.workflow.validation import validate
from infrastructure.expressions import PythonExpressions
from infrastructure.nodes.checking import DefinitionCheck
from infrastructure.nodes.registry import node_kinds
from tests.fixtures.corpus import MAYBE, Case, base, cases

CHECK = DefinitionCheck(node_kinds(allow_shell=True), PythonExpressions())


def problems_of(definition: object) -> list[Problem]:
    return validate(definition, CHECK, max_nodes=5_000)


def test_the_definition_that_all_cases_change_is_good() -> None:
    assert problems_of(base()) == []


def test_the_corpus_is_large(capsys: pytest.CaptureFixture[str]) -> None:
    count = len(cases())
    with capsys.disabled():
        print(f"\n{count} bad definitions")
    assert count >= 300
    assert len({case.name for case in cases()}) == count


@pytest.mark.parametrize("case", cases(), ids=lambda case: case.name.encode("ascii", "backslashreplace").decode())
def test_a_bad_definition_is_refused_with_code_node_field_and_advice(case: Case) -> None:
    began = time.thread_time()
    found = problems_of(case.definition)
    assert time.thread_time() - began < 2
    errors = [one for one in found if one.severity is Severity.ERROR]
    assert errors
    for one in found:
        assert one.message.strip()
        assert one.advice.strip()
        assert one.pointer == "" or one.pointer.startswith("/")
    wanted = [
        one for one in errors
        if one.code == case.code and case.pointer in (one.pointer, MAYBE) and case.node in (one.node, MAYBE)
    ]  # fmt: skip
    said = [(one.code, one.pointer, one.node) for one in errors]
    assert wanted, said
    if case.also != MAYBE:
        others = [tuple(other) for other in case.also]
        assert sorted(set(said) - {said[errors.index(wanted[0])]}) == sorted(others)
