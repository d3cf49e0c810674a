"""The example workflows that come with the service."""

from collections.abc import Collection, Iterator
from functools import cache
from pathlib import Path
from typing import cast

import yaml

_PACKAGED = Path(__file__).parent / "_examples"
_CHECKOUT = Path(__file__).resolve().parents[2] / "examples"

# In the order in which they are offered, the simplest first. Those in `templates/` are places to begin from and
# nothing more: they are not loaded as workflows of their own.
_TEMPLATES = (
    "templates/two-steps", "weather", "templates/file-to-figures", "templates/http-with-retry", "approval", "map",
    "templates/wait-and-look-again", "children", "letters", "shell-words",
)  # fmt: skip


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


@cache
def templates() -> list[dict[str, object]]:
    """What a new workflow can begin from: `{name, description, kinds, definition, text}`, the text as it is written."""
    found: list[dict[str, object]] = []
    for place in _TEMPLATES:
        text = (examples_folder() / f"{place}.yaml").read_text(encoding="utf-8")
        definition = cast(dict[str, object], yaml.safe_load(text))
        found.append(
            {
                "name": definition["name"],
                "description": definition.get("description", ""),
                "kinds": sorted(set(_kinds(definition["nodes"]))),
                "definition": definition,
                "text": text,
            }
        )
    return found


def _kinds(nodes: object) -> Iterator[str]:
    """Of the nodes, and of those that a map repeats."""
    for node in cast("list[dict[str, object]]", nodes):
        yield str(node["kind"])
        inner = cast("dict[str, object]", node.get("config") or {}).get("node")
        if inner is not None:
            yield from _kinds([inner])
