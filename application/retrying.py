"""The next run of a finished execution: which steps run again, which are kept, and why. The preview and the retry
itself are the same computation; a token of it tells whether anything has changed in between."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

import msgspec

from application.evaluation import Evaluator
from application.live import Live
from application.preparing import PreparedGraph, PreparedNode, hash_of
from domain.errors import Conflict, InvalidInput, Problem
from domain.execution.execution import Execution
from domain.execution.state import ExecutionState
from domain.execution.status import StepStatus
from domain.paths import item_path, ranges_of
from domain.values import JsonText
from domain.workflow.graph import Graph

_encode = msgspec.json.Encoder(order="deterministic").encode
KEEPS = "unchanged"
"""The one reason for which a step is not run again."""
UNDONE = frozenset({StepStatus.FAILED.value, StepStatus.STOPPED.value})
"""Reasons for which a step runs again and nothing that it was given has changed."""
KEPT = frozenset({StepStatus.COMPLETED, StepStatus.SKIPPED})


@dataclass(frozen=True, kw_only=True)
class Wish:
    """What a retry is asked for. `origin` is failed, start or steps (then `chosen` names them)."""

    origin: str
    chosen: Sequence[str]
    inputs: JsonText
    step_inputs: Mapping[str, Mapping[str, object]]


@dataclass(frozen=True, kw_only=True)
class StepFate:
    """What the next run does with one step. `reason` is a code; `by` the step it is because of.

    `had` is how the step ended in this run, None when nothing happened to it. `repeats_effects`: it may have had
    effects on the world already, and they are not known to be safe to repeat. `items_kept` counts what a map that runs
    again keeps.
    """

    path: str
    again: bool
    reason: str
    by: str | None
    had: StepStatus | None
    repeats_effects: bool
    items_kept: Sequence[int] = ()


@dataclass(frozen=True, kw_only=True)
class RetryPlan:
    """The fate of every step, in the order of the graph. `token` changes with anything it rests on."""

    steps: Sequence[StepFate]
    reused: Sequence[str]
    generations: Mapping[str, int]
    token: str


async def plan_retry(
    execution: Execution, old: PreparedGraph, new: PreparedGraph, version: int, wish: Wish, evaluator: Evaluator
) -> RetryPlan:
    """Raises InvalidInput (an unknown step or field), Conflict (nothing to retry).

    `execution` is a copy of the caller's own: its inputs are replaced to work out what steps would be given.
    """
    _check(new, wish)
    state = execution.state
    edited = state.inputs != wish.inputs or old is not new
    state.inputs, state.step_inputs = wish.inputs, JsonText(_encode(wish.step_inputs))
    live = Live(execution, new, position=0, epoch=0)
    fates: dict[str, StepFate] = {}  # in an order in which what is before a step is decided
    for path in _in_order(new.graph):
        node = new.nodes[path]
        step = state.steps.get(path)
        had = None if step is None or step.status is StepStatus.PENDING else step.status
        reason, by = KEEPS, None
        before = next((e.source for e in new.graph.incoming[path] if fates[e.source].again), None)
        if state.part is not None and path in state.part.given:
            pass  # it is not this execution's to run
        elif wish.origin == "start":
            reason = "start"
        elif path in wish.chosen:
            reason = "chosen"
        elif path not in old.nodes:
            reason = "new_step"
        elif had not in KEPT:
            reason = "not_run" if had is None else had.value
        elif before is not None:
            reason, by = "after", before
        elif edited and (had is StepStatus.SKIPPED or any(e.when is not None for e in new.graph.incoming[path])):
            reason = "condition_anew"
        elif had is StepStatus.SKIPPED:
            reason = KEEPS
        elif changed := _changed(old.nodes[path], node):
            reason = changed
        elif path in wish.step_inputs:
            reason = "input_changed"
        elif edited:
            given = await evaluator.input(live, path, node)
            unchanged = given.input is not None and step is not None and hash_of(given.input.text) == step.input_hash
            reason = reason if unchanged else "input_changed"
        again = reason != KEEPS
        # Nothing before it runs again and nothing was edited: its list will be the same.
        same = wish.origin == "failed" and not edited and before is None and path not in wish.step_inputs
        tried = step is not None and step.attempt > 0
        fates[path] = StepFate(
            path=path, again=again, reason=reason, by=by, had=had,
            repeats_effects=again and tried and not node.retry_safe,
            items_kept=_items_kept(state, node) if same and reason in UNDONE else (),
        )  # fmt: skip
    if wish.origin == "failed" and not any(fate.again for fate in fates.values()):
        raise Conflict(
            "nothing_to_retry", "No step failed, and nothing has changed.",
            "Retry from the start, or choose steps.",
        )  # fmt: skip
    generations = {
        path: state.steps[path].generation + 1
        for path, fate in fates.items()
        if fate.again
        and fate.had is not None
        and (fate.had is StepStatus.COMPLETED or edited or path in wish.step_inputs)
    }
    ordered = [fates[path] for path in new.graph.nodes]
    facts = [execution.version, version, wish.origin, sorted(wish.chosen), wish.inputs, wish.step_inputs, ordered]
    return RetryPlan(
        steps=ordered,
        reused=[
            *(fate.path for fate in ordered if not fate.again),
            *(ranges_of(fate.path, fate.items_kept) for fate in ordered if fate.items_kept),
        ],
        generations=generations,
        token=hashlib.sha256(msgspec.json.encode(facts, order="deterministic")).hexdigest()[:32],
    )


def _items_kept(state: ExecutionState, node: PreparedNode) -> list[int]:
    """Of a map, the items that have completed: they were given then what they would be given now."""
    path = node.node.id
    steps = ((index, state.steps.get(item_path(path, path, index))) for index in range(state.maps.get(path, 0)))
    return [index for index, step in steps if step is not None and step.status is StepStatus.COMPLETED]


def _check(new: PreparedGraph, wish: Wish) -> None:
    problems: list[Problem] = []
    for index, path in enumerate(wish.chosen):
        if path not in new.graph.nodes:
            problems.append(_unknown(path, f"/from/{index}"))
    for path, fields in wish.step_inputs.items():
        pointer = f"/step_inputs/{path}"
        if path not in new.graph.nodes:
            problems.append(_unknown(path, pointer))
            continue
        known = cast("Mapping[str, Mapping[str, Any]]", new.nodes[path].kind.schema.get("properties", {}))
        open_fields = sorted(name for name, field in known.items() if field.get("x-expression"))
        problems += [
            Problem(
                code="unknown_field", message=f"{name} can't be given to step {path}.",
                advice=f"Fields that can: {', '.join(open_fields) or 'none'}.", pointer=f"{pointer}/{name}", node=path,
            )
            for name in fields
            if name not in open_fields
        ]  # fmt: skip
    if problems:
        raise InvalidInput("retry_invalid", "The retry can't be made so.", "Mend the fields named.", problems)


def _unknown(path: str, pointer: str) -> Problem:
    return Problem(
        code="unknown_step", message=f"There is no step {path}.", advice="Name steps of the version that will run.",
        pointer=pointer,
    )  # fmt: skip


def _in_order(graph: Graph) -> list[str]:
    """Every node after those before it."""
    left = {path: len(edges) for path, edges in graph.incoming.items()}
    order = [path for path, count in left.items() if count == 0]
    for path in order:
        for edge in graph.outgoing[path]:
            left[edge.target] -= 1
            if left[edge.target] == 0:
                order.append(edge.target)
    return order


def _changed(old: PreparedNode, new: PreparedNode) -> str | None:
    if old.node.kind != new.node.kind:
        return "kind_changed"
    return None if _encode(old.node.config) == _encode(new.node.config) else "config_changed"
