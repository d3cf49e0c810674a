"""A plain function as a kind of node: the form its signature gives, and the arguments a config becomes."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any, Literal

import msgspec
import pytest
from jsonschema import Draft202012Validator
from pydantic import Field, ValidationError

from infrastructure.nodes.functions import Unsupported, described, descriptions, mistakes, typed


def schema_of(function: object) -> Mapping[str, Any]:
    described_kind = described(typed(function), "kind")
    schema = described_kind["schema"]
    assert isinstance(schema, dict)
    Draft202012Validator.check_schema(schema)
    Draft202012Validator(schema).validate(described_kind["example"])
    return schema


def fits(function: object, **config: object) -> bool:
    return Draft202012Validator(schema_of(function)).is_valid(config)


def arguments(function: object, **config: object) -> dict[str, object]:
    return typed(function).arguments(msgspec.json.encode(config))


def text(v: str) -> None: ...
def whole(v: int) -> None: ...
def number(v: float) -> None: ...
def yes(v: bool) -> None: ...
def many(v: list[int]) -> None: ...
def table(v: dict[str, float]) -> None: ...
def choice(v: Literal["a", "b"]) -> None: ...
def maybe(v: int | None) -> None: ...
def anything(v) -> None: ...
def bounded(v: Annotated[int, Field(ge=1, le=9)]) -> None: ...
def pattern(v: Annotated[str, Field(pattern="^a+$")]) -> None: ...
def day(v: date) -> None: ...
def pair(v: tuple[int, str]) -> None: ...


@dataclass
class Place:
    name: str
    height: float = 0.0


@dataclass
class Tree:
    value: int
    below: "list[Tree]"


def place(v: Place) -> None: ...
def tree(v: Tree) -> None: ...
def places(v: list[Place | None]) -> None: ...


@pytest.mark.parametrize(
    ("function", "good", "bad"),
    [
        (text, ["", "x", "${inputs.x} and more"], [1, None, []]),
        (whole, [3, "${inputs.n}"], ["3", 1.5, None]),
        (number, [3, 1.5, "${inputs.n}"], ["1.5", True]),
        (yes, [True, "${inputs.yes}"], ["yes", 1]),
        (many, [[], [1, 2], [1, "${inputs.n}"], "${inputs.list}"], [["1"], 1, "1,2"]),
        (table, [{}, {"a": 1.5}, {"a": "${inputs.n}"}, "${inputs.t}"], [{"a": "x"}, [1]]),
        (choice, ["a", "b", "${inputs.c}"], ["c", 1]),
        (maybe, [None, 3, "${inputs.n}"], ["3", []]),
        (anything, [None, 3, "x", [{}]], []),
        (bounded, [1, 9, "${inputs.n}"], [0, 10, "5"]),
        (pattern, ["aa", "${inputs.a}"], ["b"]),
        (day, ["2026-01-31"], [20260131]),
        (pair, [[1, "a"], ["${inputs.n}", "a"], "${inputs.p}"], [[1], [1, 2], ["x", "a"]]),
        (place, [{"name": "x"}, {"name": "x", "height": "${inputs.h}"}, "${inputs.p}"], [{}, {"name": 1}, "x"]),
        (tree, [{"value": 1, "below": [{"value": 2, "below": []}]}], [{"value": 1}, {"value": "x", "below": []}]),
        (places, [[{"name": "x"}, None, "${inputs.p}"]], [["x"], {"name": "x"}]),
    ],
)
def test_a_form_takes_what_the_type_says_and_expressions_anywhere(
    function: Callable[..., object], good: list[object], bad: list[object]
) -> None:
    assert [value for value in good if not fits(function, v=value)] == []
    assert [value for value in bad if fits(function, v=value)] == []


def test_what_is_no_parameter_is_no_field_and_what_has_no_default_is_needed() -> None:
    def kind(a: int, b: int = 2, *, c: int, d: int | None = None, step: "Nowhere") -> None: ...  # noqa: F821

    schema = schema_of(kind)
    assert schema["required"] == ["a", "c"]
    assert list(schema["properties"]) == ["a", "b", "c", "d"]
    assert schema["properties"]["b"]["default"] == 2
    assert all(field["x-expression"] for field in schema["properties"].values())
    assert typed(kind).takes_step
    assert not fits(kind, a=1, c=1, step=1)
    assert not fits(kind, a=1, c=1, e=1)


def test_the_docstring_names_the_kind_and_explains_its_fields() -> None:
    def kind(city: str, days: Annotated[int, Field(description="how many")] = 3) -> None:
        """Looks at the
        weather.

        And more.

        Args:
            city: where it is,
                in words.
            days (int): not shown, the annotation says it.

        Returns:
            nothing: at all
        """

    said = described(typed(kind), "look_at")
    assert (said["title"], said["text"], said["retry_safe"]) == ("Look at", "Looks at the weather.", False)
    fields = schema_of(kind)["properties"]
    assert fields["city"]["description"] == "where it is, in words."
    assert fields["days"]["description"] == "how many"


@pytest.mark.parametrize(
    ("doc", "found"),
    [
        ("", {}),
        ("x: y", {}),
        ("Args:\n    a: one\n    b (int): two\n        more\n", {"a": "one", "b": "two more"}),
        ("Does.\n\n:param a: one\n    more\n:param int b: two\n:returns: x", {"a": "one more", "b": "two"}),
        ("Args:\n    a: one\n\nReturns:\n    b: two", {"a": "one"}),
    ],
)
def test_two_styles_of_docstrings_are_read(doc: str, found: dict[str, str]) -> None:
    assert descriptions(doc) == found


def test_the_attribute_says_what_a_signature_cannot() -> None:
    def kind(a: int) -> None: ...

    kind.runwright = {"title": "Kind!", "icon": "sun", "retry_safe": True, "example": {"a": 1}}  # type: ignore[attr-defined]
    said = described(typed(kind), "kind")
    assert [said[name] for name in ("title", "icon", "retry_safe", "example")] == ["Kind!", "sun", True, {"a": 1}]


def test_arguments_have_the_types_that_were_asked_for_and_defaults_stay_the_functions_own() -> None:
    def kind(when: date, place: Place, pair: tuple[int, str], json: int = 1, copy: int | None = None) -> None: ...

    assert arguments(kind, when="2026-01-31", place={"name": "x"}, pair=[1, "a"], json=2) == {
        "when": date(2026, 1, 31), "place": Place("x"), "pair": (1, "a"), "json": 2,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("function", "value", "says"),
    [
        (whole, "3", "v: Input should be a valid integer"),
        (whole, True, "v: Input should be a valid integer"),
        (many, [1, "x"], "v.1: Input should be a valid integer"),
        (choice, "c", "v: Input should be 'a' or 'b'"),
        (place, {"name": None}, "v.name: Input should be a valid string"),
    ],
)
def test_what_an_expression_gave_is_never_bent_into_the_type(
    function: Callable[..., object], value: object, says: str
) -> None:
    with pytest.raises(ValidationError) as caught:
        arguments(function, v=value)
    assert mistakes(caught.value).startswith(says)


class Foreign: ...


def foreign(v: Foreign) -> None: ...
def calls(v: Callable[[int], int]) -> None: ...
def positional(v: int, /) -> None: ...
def rest(*v: int) -> None: ...
def named(**v: int) -> None: ...
def nowhere(v: "Nowhere") -> None: ...  # noqa: F821
def misspelt(v: int) -> None: ...


misspelt.runwright = {"titel": "x"}  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("thing", "says"),
    [
        (foreign, "types that JSON can say"),
        (calls, "types that JSON can say"),
        (positional, "can't be given by name"),
        (rest, "can't be given by name"),
        (named, "can't be given by name"),
        (nowhere, "types that exist"),
        (misspelt, "it may hold title"),
        (Foreign, "is no function"),
        (7, "is no function"),
    ],
)
def test_what_can_be_no_kind_is_refused_with_the_way_out(thing: object, says: str) -> None:
    with pytest.raises(Unsupported, match=says):
        described(typed(thing), "kind")
