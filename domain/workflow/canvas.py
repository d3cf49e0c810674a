"""What only the canvas shows: notes beside the steps, and groups of steps. Execution does not look at it.

It is part of the definition so that a version looks as it was drawn, on every screen and after import.
"""

import re
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import Any, Protocol, cast

from domain.errors import Severity

COLOURS = ("yellow", "green", "blue", "violet", "red", "grey")
MARK_ID = re.compile(r"[A-Za-z0-9_-]{1,63}")
MAX_NOTES, MAX_GROUPS = 200, 200
MAX_NOTE_LETTERS, MAX_TITLE_LETTERS = 4_000, 200
MIN_SIDE_PX, MAX_SIDE_PX = 48, 2_000
MAX_PLACE_PX = 1_000_000
"""So far from the origin; a browser draws nothing beyond."""

NOTE_FIELDS = frozenset({"id", "text", "position", "size", "color"})
GROUP_FIELDS = frozenset({"id", "title", "nodes", "color"})


class Found(Protocol):
    """Takes one problem."""

    def __call__(
        self,
        pointer: str,
        code: str,
        message: str,
        advice: str,
        *,
        node: str | None = ...,
        severity: Severity = ...,
        **params: str | int | float,
    ) -> None: ...


def check_canvas(found: Found, canvas: object, nodes: AbstractSet[str]) -> None:
    """Tell `found` every problem of the definition's `canvas`; `nodes` are the ids of its nodes."""
    if canvas is None:
        return
    if not isinstance(canvas, dict):
        found("/canvas", "not_an_object", "canvas must be an object.", "Write notes and groups, or leave it out.")
        return
    raw = cast("dict[str, Any]", canvas)
    _known(found, raw, frozenset({"notes", "groups"}), "/canvas")
    for index, note in _items(found, raw, "notes", MAX_NOTES, NOTE_FIELDS):
        base = f"/canvas/notes/{index}"
        _text(found, note, "text", base, MAX_NOTE_LETTERS)
        _pair(found, note, "position", base, ("x", "y"), -MAX_PLACE_PX, MAX_PLACE_PX)
        if "size" in note:
            _pair(found, note, "size", base, ("width", "height"), MIN_SIDE_PX, MAX_SIDE_PX)
    grouped: set[str] = set()
    for index, group in _items(found, raw, "groups", MAX_GROUPS, GROUP_FIELDS):
        base = f"/canvas/groups/{index}"
        _text(found, group, "title", base, MAX_TITLE_LETTERS)
        _members(found, group.get("nodes"), f"{base}/nodes", nodes, grouped)


def _known(found: Found, raw: Mapping[str, object], known: AbstractSet[str], base: str) -> None:
    for field in raw:
        if field not in known:
            found(
                f"{base}/{_token(field)}", "unknown_field", f"{field} is no field here.",
                f"Known fields: {', '.join(sorted(known))}.", field=str(field),
            )  # fmt: skip


def _items(
    found: Found, canvas: Mapping[str, Any], field: str, most: int, known: AbstractSet[str]
) -> Sequence[tuple[int, Mapping[str, Any]]]:
    """The objects of a list, with their own fields, ids and colours looked at."""
    base = f"/canvas/{field}"
    value = canvas.get(field, [])
    if not isinstance(value, list) or len(cast("list[object]", value)) > most:
        found(base, "not_a_list", f"{field} must be a list of at most {most}.", "Write a list.", field=field)
        return []
    items: list[tuple[int, Mapping[str, Any]]] = []
    ids: set[str] = set()
    for index, item in enumerate(cast("list[object]", value)):
        at = f"{base}/{index}"
        if not isinstance(item, dict):
            found(at, "not_an_object", f"Each of {field} must be an object.", "Write its fields by name.")
            continue
        own = cast("dict[str, Any]", item)
        _known(found, own, known, at)
        name = own.get("id")
        if not isinstance(name, str) or not MARK_ID.fullmatch(name) or name in ids:
            found(
                f"{at}/id", "bad_mark_id", "An id has 1 to 63 letters, digits, _ or -, and is there once.",
                "Write another id.",
            )  # fmt: skip
        else:
            ids.add(name)
        if own.get("color", COLOURS[0]) not in COLOURS:
            found(
                f"{at}/color", "bad_choice", f"color must be one of {', '.join(COLOURS)}.", "Choose one of these.",
                field="color", allowed=", ".join(COLOURS),
            )  # fmt: skip
        items.append((index, own))
    return items


def _text(found: Found, raw: Mapping[str, Any], field: str, base: str, most: int) -> None:
    value = raw.get(field)
    if not isinstance(value, str) or len(value) > most:
        found(
            f"{base}/{field}", "bad_mark_text", f"{field} must be a text of at most {most:,} characters.",
            "Write a text.", field=field, limit=most,
        )  # fmt: skip


def _pair(
    found: Found, raw: Mapping[str, Any], field: str, base: str, names: tuple[str, str], low: float, high: float
) -> None:
    value = raw.get(field)
    if not isinstance(value, dict) or set(cast("dict[str, object]", value)) != set(names):
        found(
            f"{base}/{field}", "bad_place", f"{field} must have {names[0]} and {names[1]}, in px.",
            f"Write for example {{{names[0]}: 160, {names[1]}: 80}}.", field=field, names=", ".join(names),
        )  # fmt: skip
        return
    for name in names:
        number = cast("dict[str, Any]", value)[name]
        if isinstance(number, bool) or not isinstance(number, int | float) or not low <= number <= high:
            found(
                f"{base}/{field}/{name}", "out_of_range", f"{name} must be a number from {low:g} to {high:g}.",
                "Write a value in this range.", field=name, low=low, high=high,
            )  # fmt: skip


def _members(found: Found, value: object, base: str, nodes: AbstractSet[str], grouped: set[str]) -> None:
    members = cast("list[object]", value) if isinstance(value, list) else []
    if not members or not all(isinstance(member, str) for member in members):
        found(base, "not_a_list", "nodes must be a list of names.", "Write at least one.", field="nodes")
        return
    for index, member in enumerate(cast("list[str]", members)):
        if member not in nodes:
            found(
                f"{base}/{index}", "unknown_member", f"{member} is no node of this workflow.",
                "Take it out of the group.", id=member, severity=Severity.WARNING,
            )  # fmt: skip
        elif member in grouped:
            found(
                f"{base}/{index}", "grouped_twice", f"{member} is in a group already.", "Leave it in one group.",
                id=member, severity=Severity.WARNING,
            )  # fmt: skip
        grouped.add(member)


def _token(text: object) -> str:
    return str(text).replace("~", "~0").replace("/", "~1")
