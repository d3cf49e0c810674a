"""The user guide is the same in both languages, its pictures are there, and its workflows are right."""

import re

import pytest

from domain.workflow.validation import validate
from infrastructure.expressions import PythonExpressions
from infrastructure.nodes.checking import DefinitionCheck
from infrastructure.nodes.registry import node_kinds
from tests.fixtures.guide import GUIDES, definitions, text_of
from tests.fixtures.server import ROOT

README = ("README.md", "README.zh-CN.md")


def headings(page: str) -> list[int]:
    """Their depths, in order; a # in a block of code is none."""
    prose = re.sub(r"^```.*?^```", "", text_of(page), flags=re.MULTILINE | re.DOTALL)
    return [len(marks) for marks in re.findall(r"^(#+) ", prose, re.MULTILINE)]


def images(page: str) -> list[str]:
    return re.findall(r"!\[.+?\]\((\S+?)\)", text_of(page))


def of_any_language(names: list[str]) -> list[str]:
    return [re.sub(r"-(en|zh)\.png$", ".png", name) for name in names]


def test_both_guides_have_the_same_headings_tables_and_workflows() -> None:
    english, chinese = GUIDES
    assert headings(english) == headings(chinese)
    assert text_of(english).count("\n|") == text_of(chinese).count("\n|")
    assert definitions(english) == definitions(chinese)


def test_both_guides_show_the_same_pictures_each_in_its_language() -> None:
    english, chinese = map(images, GUIDES)
    assert of_any_language(english) == of_any_language(chinese)
    assert all(name.endswith("-en.png") for name in english)
    assert all(name.endswith("-zh.png") for name in chinese)


@pytest.mark.parametrize("page", [*GUIDES, *README])
def test_every_picture_is_there_and_small(page: str) -> None:
    folder = (ROOT / page).parent
    found = {name: (folder / name).stat().st_size if (folder / name).exists() else None for name in images(page)}
    assert found
    assert {name: size for name, size in found.items() if size is None or size > 200_000} == {}


@pytest.mark.parametrize("page", [*GUIDES, *README])
def test_every_link_to_a_file_leads_somewhere(page: str) -> None:
    targets = re.findall(r"\]\((?!https?:)([^)#\s]+)", text_of(page))
    assert [target for target in targets if not ((ROOT / page).parent / target).exists()] == []


@pytest.mark.parametrize("kind", [kind.name for kind in node_kinds().all()])
def test_every_kind_has_an_example(kind: str) -> None:
    assert f"guide-{kind}" in definitions(GUIDES[0])


@pytest.mark.parametrize("name", sorted(definitions(GUIDES[0])))
def test_a_workflow_of_the_guide_has_no_problem(name: str) -> None:
    check = DefinitionCheck(node_kinds(allow_shell=True), PythonExpressions())
    assert validate(definitions(GUIDES[0])[name], check, max_nodes=100) == []
