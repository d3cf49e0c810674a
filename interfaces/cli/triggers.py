"""Triggers in the terminal: what starts workflows by itself, when next, and what was last."""

from collections.abc import Iterator
from typing import cast

from interfaces.cli.client import Json


def lines(triggers: Json) -> Iterator[str]:
    """What `GET /triggers` says, a line each."""
    for item in cast("list[Json]", triggers["items"]):
        yield f"{item['id']}  {item['name']}  {when(item)}  {coming(item)}{_skipped(item)}"


def when(item: Json) -> str:
    """What makes it fire."""
    if item["kind"] == "cron":
        return f"{item['cron']} ({item['timezone']})"
    return f"every {cast('float', item['every_s']):g} s" if item["kind"] == "interval" else str(item["path"])


def coming(item: Json) -> str:
    """When it fires next, or why not."""
    if item["paused"]:
        return "paused"
    if item["waits_for"] is not None:
        return f"waits for the end of {item['waits_for']}"
    return "when it is called" if item["next_at"] is None else f"next {item['next_at']}"


def _skipped(item: Json) -> str:
    skip = cast("Json | None", item["last_skip"])
    return "" if skip is None else f"; last {skip['count']} started nothing: {skip['detail'] or skip['reason']}"
