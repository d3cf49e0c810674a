"""The queue in the terminal: how full it is, who waits, why, and when each will start, a sentence each."""

from collections.abc import Iterator, Mapping
from typing import cast

from interfaces.cli.client import Json

_UNITS = ((1_000, "s"), (60_000, "min"), (3_600_000, "h"))


def lines(queue: Json) -> Iterator[str]:
    """What `GET /queue` says, a line each."""
    slots = cast("dict[str, int]", queue["slots"])
    longest = cast("float | None", queue["oldest_wait_ms"])
    waits = f", the longest for {_seconds(longest)}" if longest is not None else ""
    running, queued = queue["running"], queue["queued"]
    yield f"{running} running, {queued} waiting{waits}; {slots['used']} of {slots['limit']} slots are in use."
    for item in cast("list[Json]", queue["items"]):
        workflow = cast("Json", item["workflow"])
        waited = _seconds(cast("float", item["waited_ms"]))
        place = item["place"] or "-"
        why = sentence(cast("Json", item["why_waiting"]))
        starts = item["starts_in_ms"]
        then = f"; starts in about {_range(cast('dict[str, float]', starts))}" if starts is not None else ""
        yield f"{place:>4}  {workflow['name']} #{item['number']}  priority {item['priority']}  {waited}  {why}{then}"


def sentence(why: Json) -> str:
    """Why an execution waits, or steps of one that runs."""
    params = cast("Json", why["params"])
    limit, resource = params.get("limit"), params.get("resource")
    match why["code"]:
        case "key_limit":
            return f"key {params['key']!s} is at its limit of {limit}{_held(params)}"
        case "workflow_limit":
            return f"its workflow is at its limit of {limit}{_held(params)}"
        case "resources" | "steps_resources":
            return f"needs {_amount(params['needed'])} {resource}, {_amount(params['free'])} free"
        case "held":
            return "held by a person"
        case "delayed":
            return f"delayed until {params['until']}"
        case "steps_slots":
            return f"{params['steps']} steps wait: all {limit} slots are taken"
        case "steps_calls":
            return f"a step waits: the service it calls bears {limit} calls at once"
        case "steps_kind":
            return f"a step waits: {limit} of kind {params['kind']} run, and no more may"
        case _:
            higher = cast("int", params.get("higher") or 0)
            before = f"; waits behind {higher} of higher priority" if higher else ""
            return f"all {limit} slots are taken{before}"


def _held(params: Json) -> str:
    holders = cast("list[Json]", params.get("holders") or [])
    named = [f"#{holder['number']}" if holder["number"] is not None else "one on another server" for holder in holders]
    more = cast("int", params.get("running") or 0) - len(holders)
    if not named:
        return ""
    return f": held by {', '.join(named)}{f' and {more} more' if more > 0 else ''}"


def _range(within: Mapping[str, float]) -> str:
    """Rough, in the unit of the longer one, as on the page."""
    size, unit = next((one for one in _UNITS if within["p90"] < 95 * one[0]), _UNITS[-1])
    low, high = (max(1, round(within[share] / size)) for share in ("p50", "p90"))
    return f"{high} {unit}" if low == high else f"{low} to {high} {unit}"


def _seconds(ms: float) -> str:
    seconds = ms / 1000
    return f"{seconds:.1f} s" if seconds < 100 else f"{seconds / 60:.0f} min"


def _amount(value: object) -> str:
    return f"{cast('float', value):g}"
