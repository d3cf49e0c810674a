"""The example workflows that come with the service."""

from collections.abc import Collection
from pathlib import Path
from typing import cast

import yaml

_PACKAGED = Path(__file__).parent / "_examples"
_CHECKOUT = Path(__file__).resolve().parents[2] / "examples"


def examples_folder() -> Path:
    """The folder with the examples and their data: of the checkout, else as packaged in the wheel.

    It is one of the executor's `file_roots`, so that the examples find their data.
    """
    return _CHECKOUT if (_CHECKOUT / "weather.yaml").is_file() else _PACKAGED


def example_definitions(*, without: Collection[str] = ()) -> list[tuple[str, dict[str, object]]]:
    """(name, definition) of every example that has no node of a kind in `without`."""
    found: list[tuple[str, dict[str, object]]] = []
    for path in sorted(examples_folder().glob("*.yaml")):
        definition = cast(dict[str, object], yaml.safe_load(path.read_text(encoding="utf-8")))
        kinds = {str(node["kind"]) for node in cast("list[dict[str, object]]", definition["nodes"])}
        if kinds.isdisjoint(without):
            found.append((str(definition["name"]), definition))
    return found
