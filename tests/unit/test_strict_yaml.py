"""YAML is read as YAML 1.2 says, not as 1.1 did."""

import pytest

from domain.errors import InvalidInput
from interfaces import strict_yaml


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("on: [timeout]", {"on": ["timeout"]}),
        ("[yes, no, on, off, y, n]", ["yes", "no", "on", "off", "y", "n"]),
        ("[true, True, FALSE, null, ~]", [True, True, False, None, None]),
        ("a:", {"a": None}),
        ("[010, 0o10, 0x1F, +7, -7, 0]", [10, 8, 31, 7, -7, 0]),
        ("[1.5, .5, 1., 1e3, -1.5E-2]", [1.5, 0.5, 1.0, 1000.0, -0.015]),
        ("[1:30, 1_000, 2026-01-31, 12:00:00]", ["1:30", "1_000", "2026-01-31", "12:00:00"]),
        ("'<<': {a: 1}", {"<<": {"a": 1}}),
        ("<<: {a: 1}", {"<<": {"a": 1}}),
        ("=: 1", {"=": 1}),
        ('"on": "010"', {"on": "010"}),
    ],
)
def test_words_and_numbers_are_what_they_look_like(text: str, value: object) -> None:
    read = strict_yaml.parse(text.encode(), max_depth=10)
    assert read == value
    assert repr(read) == repr(value), "of the same types"


@pytest.mark.parametrize("text", ["true: 1", "1: a", "~: a", "[.inf]", "[.nan]", "{a: 1, a: 2}", "[&x 1, *x]"])
def test_what_json_cannot_say_is_refused(text: str) -> None:
    with pytest.raises(InvalidInput):
        strict_yaml.parse(text.encode(), max_depth=10)
