"""A map's list: its items from what it was given, and the list of their outputs once all are final."""

from dataclasses import dataclass

import msgspec

from application.ports import Artifacts
from domain.errors import Category
from domain.event import StepError
from domain.execution.mapping import MAX_ITEMS, MapPlan
from domain.execution.state import ExecutionState
from domain.execution.status import StepStatus
from domain.paths import item_path
from domain.values import NULL, JsonText

_given = msgspec.json.Decoder(dict[str, msgspec.Raw])
_list = msgspec.json.Decoder(list[msgspec.Raw])
_encode = msgspec.json.Encoder().encode
MAX_OUTPUT_BYTES = 64 * 1024 * 1024
"""Of the whole list, as of any artifact."""


@dataclass(frozen=True, kw_only=True)
class BadItems(Exception):
    """What the map was given is no list of items; `error` is the step's."""

    error: StepError


def items_of(given: JsonText) -> list[JsonText]:
    """The items in a map's resolved fields, each as it stands there. Raises BadItems."""
    text = _given.decode(given).get("items")
    if text is None or bytes(text)[:1] != b"[":
        what = "nothing" if text is None or bytes(text) == b"null" else "no list"
        raise _bad(
            "map_items", f"items gave {what}.",
            "Let the expression give a list. Where JSONata gives one match alone, [] behind it keeps the list.",
        )  # fmt: skip
    items = [JsonText(bytes(item)) for item in _list.decode(text)]
    if len(items) > MAX_ITEMS:
        raise _bad(
            "map_too_many_items", f"items gave {len(items):,} items, more than {MAX_ITEMS:,}.",
            "Put several into one item, or let a child workflow take a part of the list.",
        )  # fmt: skip
    return items


def _bad(code: str, message: str, advice: str) -> BadItems:
    return BadItems(
        error=StepError(
            code=code, category=Category.VALIDATION, type="BadItems", message=message, advice=advice, retryable=False
        )
    )


def names_of_item(items: list[JsonText], index: int) -> dict[str, JsonText]:
    """What the expressions of an item's node see beside the usual scope."""
    return {"item": items[index], "index": JsonText(b"%d" % index)}


def items_failed(plan: MapPlan, state: ExecutionState) -> StepError:
    """More items failed than the map lets: the first of them says what kind of failure it is."""
    first = plan.item(plan.failed[0])
    error = state.steps[first].error
    assert error is not None  # noqa: S101 - it failed
    failed, count = len(plan.failed), plan.count
    return StepError(
        code="map_items_failed",
        category=error.category,
        type=error.type,
        message=f"{failed:,} of {count:,} items failed. {first}: {error.message}",
        advice=error.advice,
        retryable=error.retryable,
    )


def too_large(path: str) -> StepError:
    """The outputs of all items do not fit into one value."""
    return StepError(
        code="output_too_large",
        category=Category.STEP,
        type="OutputRefused",
        message=f"The outputs of {path} are larger than {MAX_OUTPUT_BYTES // 2**20} MiB together.",
        advice="Let each item give less, or store its data elsewhere and give where it is.",
        retryable=False,
    )


def output_now(plan: MapPlan, state: ExecutionState) -> JsonText | None:
    """The list of outputs in the order of the items, null for one without; None when one is out of line."""
    outputs: list[JsonText] = []
    for index in range(plan.count):
        step = state.steps.get(plan.item(index))
        if step is not None and step.output_artifact is not None:
            return None
        outputs.append(NULL if step is None or step.status is not StepStatus.COMPLETED else step.output)
    return JsonText(b"[" + b",".join(outputs) + b"]")


async def output(plan: MapPlan, state: ExecutionState, artifacts: Artifacts) -> JsonText | None:
    """The same with what is out of line; None when it is too large. Raises LookupError when a content is gone."""
    parts: list[bytes] = []
    size = 0
    for index in range(plan.count):
        step = state.steps.get(plan.item(index))
        text: bytes = NULL
        if step is not None and step.status is StepStatus.COMPLETED:
            text = step.output
            if step.output_artifact is not None:
                found = await artifacts.get(step.output_artifact.sha256)
                if found is None:
                    raise LookupError(f"the output of step {step.path} is gone")
                text = found
        parts.append(text)
        size += len(text) + 1
        if size > MAX_OUTPUT_BYTES:
            return None
    return JsonText(b"[" + b",".join(parts) + b"]")


def errors_of(path: str, state: ExecutionState) -> JsonText:
    """What expressions see as `steps.<id>.errors` of a map of the graph: its failed items, in their order."""
    found: list[dict[str, object]] = []
    for index in range(state.maps.get(path, 0)):
        step = state.steps.get(item_path(path, path, index))
        if step is not None and step.status is StepStatus.FAILED and step.error is not None:
            error = step.error
            told = {"code": error.code, "category": error.category, "type": error.type, "message": error.message}
            found.append({"index": index, **told})
    return JsonText(_encode(found))
