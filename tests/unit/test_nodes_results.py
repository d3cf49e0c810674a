"""What counts as the output of a step."""

import json
import tracemalloc
from collections import OrderedDict, namedtuple
from enum import IntEnum, StrEnum

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from infrastructure.workers.lines import MAX_LINE_BYTES, LineCutter
from infrastructure.workers.results import MAX_DEPTH, to_json
from infrastructure.workers.step import StepRefused

_JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0")),
    lambda inner: st.lists(inner) | st.dictionaries(st.sampled_from(["a", "é", "", "a/b"]), inner),
    max_leaves=20,
)  # fmt: skip


@given(_JSON)
def test_json_values_come_back_as_they_were(value: object) -> None:
    assert json.loads(to_json(value)) == value


def test_what_is_a_base_type_underneath_counts_as_it() -> None:
    class Color(StrEnum):
        RED = "red"

    class Number(IntEnum):
        ONE = 1

    pair = namedtuple("pair", "a b")
    value = {"t": (1, 2), "n": pair(1, "x"), "o": OrderedDict(a=1), "e": Color.RED, "i": Number.ONE}
    assert json.loads(to_json(value)) == {"t": [1, 2], "n": [1, "x"], "o": {"a": 1}, "e": "red", "i": 1}


def test_the_text_backslash_u0000_is_no_nul() -> None:
    assert json.loads(to_json(["\\u0000"])) == ["\\u0000"]


def _nested(depth: int) -> object:
    value: object = 1
    for _ in range(depth):
        value = [value]
    return value


def test_depth_is_limited() -> None:
    to_json(_nested(MAX_DEPTH))
    with pytest.raises(StepRefused, match="deeper"):
        to_json(_nested(MAX_DEPTH + 1))


@pytest.mark.parametrize(
    ("value", "place"),
    [({"a": [1, {"b/c": {1}}]}, "/a/1/b~1c"), ([float("inf")], "/0"), ({"x": {"y": "\0"}}, "/x/y"), (["\ud800"], "/0"),
     ({"\0": 1}, "/?"), (2**63, "the whole output"), ({"a": {2: 1}}, "/a")],
)  # fmt: skip
def test_the_place_of_what_is_wrong_is_named(value: object, place: str) -> None:
    with pytest.raises(StepRefused) as refused:
        to_json(value)
    assert f"(at {place})" in refused.value.message
    assert refused.value.code == "output_not_json"


@given(st.lists(st.text(st.characters(exclude_characters="\r\0", exclude_categories=["Cs"]), max_size=20)), st.data())
def test_lines_do_not_depend_on_how_the_text_is_cut(parts: list[str], data: st.DataObject) -> None:
    text = "\n".join(parts)
    cutter, lines, rest = LineCutter(), [], text
    while rest:
        size = data.draw(st.integers(1, len(rest)))
        lines += cutter.feed(rest[:size])
        rest = rest[size:]
    lines += cutter.finish()
    assert lines == (text.split("\n")[:-1] if text.endswith("\n") else text.split("\n") if text else [])


@settings(deadline=None)  # 300,000 pieces of one character take their time on a busy machine; the bound is what counts
@given(st.integers(1, 300_000), st.sampled_from(["a", "é", "😀"]), st.integers(1, 70_000))
def test_long_lines_are_bounded_and_say_so(length: int, char: str, step: int) -> None:
    cutter, text = LineCutter(), char * length
    lines = [line for at in range(0, length, step) for line in cutter.feed(text[at : at + step])] + cutter.feed("\n")
    assert len(lines) == 1
    assert len(lines[0].encode()) <= MAX_LINE_BYTES
    if lines[0] != text:
        shown = len(lines[0].split(" … [")[0])
        assert f"line cut: {length - shown} more" in lines[0]


def test_a_line_without_an_end_takes_bounded_memory_however_small_its_pieces() -> None:
    cutter = LineCutter()
    for _ in range(2 * MAX_LINE_BYTES):
        cutter.feed("x")
    tracemalloc.start()
    for _ in range(200_000):
        cutter.feed("x")
    grown, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert grown < 64 * 1024
    (line,) = cutter.finish()
    assert f"line cut: {2 * MAX_LINE_BYTES + 200_000 - len(line.split(' … [')[0])} more" in line
