"""How a step is addressed: by its node's id, and inside a map by the item's place too.

`score[3]` is the step of the fourth item of the map `score`. When that step is a map itself, whose node is called
`part`, its items are `score[3].part[0]`, `score[3].part[1]` ...
"""

import re
from collections.abc import Iterable

_INDEX = re.compile(r"\[\d+\]")


def template_of(path: str) -> str:
    """The node behind a step, the same for every item: `score[]` of `score[3]`."""
    return _INDEX.sub("[]", path) if "[" in path else path


def node_of(path: str) -> str:
    """The node of the graph that a step belongs to: `score` of `score[3].part[0]`."""
    return path.partition("[")[0]


def map_of(path: str) -> str | None:
    """The step of the map that this one is an item of; None outside a map."""
    if not path.endswith("]"):
        return None
    outer, _, _ = path.rpartition("[")
    return outer.rpartition(".")[0] or outer


def index_of(path: str) -> int:
    """The place of an item in its map, from 0."""
    return int(path[path.rindex("[") + 1 : -1])


def item_path(map_path: str, node_id: str, index: int) -> str:
    """The step of one item. `node_id` is the id of the map's node."""
    return f"{map_path}.{node_id}[{index}]" if "[" in map_path else f"{map_path}[{index}]"


def item_template(template: str, node_id: str) -> str:
    """The template of a map's items, from that of the map."""
    return f"{template}.{node_id}[]" if "[" in template else f"{template}[]"


class Reused:
    """The steps that a retry keeps. A map that runs again may keep items: `score[0-41,43]` are all of these."""

    def __init__(self, kept: Iterable[str]) -> None:
        self._paths: set[str] = set()
        self._items: dict[str, list[tuple[int, int]]] = {}
        for one in kept:
            if one.endswith("]"):
                outer, _, ranges = one[:-1].rpartition("[")
                self._items[outer] = [_range(text) for text in ranges.split(",")]
            else:
                self._paths.add(one)

    @property
    def steps(self) -> int:
        """How many steps of the graph are kept."""
        return len(self._paths)

    def __contains__(self, path: str) -> bool:
        node = node_of(path)
        if node in self._paths or path == node:
            return node in self._paths
        ranges = self._items.get(node)
        if ranges is None:
            return False
        index = int(path[len(node) + 1 : path.index("]")])
        return any(first <= index <= last for first, last in ranges)


def _range(text: str) -> tuple[int, int]:
    first, _, last = text.partition("-")
    return int(first), int(last or first)


def ranges_of(map_path: str, indexes: Iterable[int]) -> str:
    """Items of a map in one text, as `Reused` reads it. `indexes` rise."""
    runs: list[list[int]] = []
    for index in indexes:
        if runs and index == runs[-1][1] + 1:
            runs[-1][1] = index
        else:
            runs.append([index, index])
    return f"{map_path}[{','.join(f'{a}-{b}' if b > a else str(a) for a, b in runs)}]"
