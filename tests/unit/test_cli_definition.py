"""Workflow files and inputs as the command line reads them."""

from pathlib import Path

import pytest

from interfaces.cli.definition import read_definition, read_inputs
from interfaces.cli.refusal import Refusal


def test_yaml_and_json_give_the_same_definition_and_dates_stay_texts(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("name: one\nnodes: [{id: a, config: {day: 2020-01-02, on_error: fail}}]\n")
    (tmp_path / "a.json").write_text(
        '{"name": "one", "nodes": [{"id": "a", "config": {"day": "2020-01-02", "on_error": "fail"}}]}'
    )
    assert read_definition(tmp_path / "a.yaml") == read_definition(tmp_path / "a.json")


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("name: one\nname: two\n", "the key 'name' is given twice"),
        ("name: [\n", "is not valid YAML or JSON"),
        ("- a\n", "holds no workflow"),
        ("nodes: []\n", "has no name"),
        ("name: !!python/object:os.system {}\n", "is not valid YAML or JSON"),
        ("? [a]\n: 1\n", "is not valid YAML or JSON"),
        ("x: " + "[" * 5000 + "]" * 5000, "is not valid YAML or JSON"),
    ],
)
def test_a_bad_file_is_one_sentence(tmp_path: Path, text: str, sentence: str) -> None:
    (tmp_path / "bad.yaml").write_text(text)
    with pytest.raises(Refusal, match=sentence) as refused:
        read_definition(tmp_path / "bad.yaml")
    assert "\n" not in str(refused.value)


def test_a_missing_or_unreadable_file_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(Refusal, match="does not exist"):
        read_definition(tmp_path / "none.yaml")
    (tmp_path / "bytes.yaml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(Refusal, match="cannot be read"):
        read_definition(tmp_path / "bytes.yaml")


def test_inputs_are_json_where_they_parse_and_text_otherwise() -> None:
    read = read_inputs(["city=Seattle", "n=3", "deep=[1, true]", "eq=a=b", "empty="])
    assert read == {"city": "Seattle", "n": 3, "deep": [1, True], "eq": "a=b", "empty": ""}
    for bad in ("city", "=x"):
        with pytest.raises(Refusal, match="write -i name=value"):
            read_inputs([bad])
