"""A part of a workflow, run for one step: what runs, and which outputs the steps before it have from elsewhere."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

import msgspec

from application.preparing import PreparedGraph
from domain.errors import InvalidInput, NotFound, Problem, Unavailable
from domain.paths import node_of
from domain.values import UPSTREAM_GIVEN, UPSTREAM_RUN, ArtifactRef, JsonText, Part

MOST_GIVEN = 500
"""Outputs given to one step: they are stored in one append, which holds at most 1,000 events."""
_encode = msgspec.json.Encoder().encode


@dataclass(frozen=True, kw_only=True)
class PartAsked:
    """What runs for the sake of `step`: what is before it too (`upstream` run), or the step alone (given)."""

    step: str
    upstream: str


@dataclass(frozen=True, kw_only=True)
class LastOutput:
    """What a step gave in the newest execution in which it completed, whatever became of that."""

    execution_id: UUID
    number: int
    output: JsonText
    output_artifact: ArtifactRef | None


class LastOutputs(Protocol):
    """What steps gave the last time."""

    async def last_outputs(self, workflow_id: UUID, steps: Sequence[str]) -> Mapping[str, LastOutput]:
        """Of those steps that have an output, as of everything that was stored before the question."""
        ...


class OutputsOfViews:
    """Read from the views, once these know all that was stored before the question: the step that a person waited for
    has just ended."""

    def __init__(self, views: LastOutputs, caught_up: Callable[[], Awaitable[bool]]) -> None:
        self._views, self._caught_up = views, caught_up

    async def last_outputs(self, workflow_id: UUID, steps: Sequence[str]) -> Mapping[str, LastOutput]:
        """Of those steps that have an output. Raises Unavailable."""
        if not steps:
            return {}
        if not await self._caught_up():
            raise Unavailable("view_behind", "The views are behind the log.", "Ask again in a moment.")
        return await self._views.last_outputs(workflow_id, steps)


@dataclass(frozen=True, kw_only=True)
class Given:
    """An output that a step has without running. `source` is sample or execution."""

    path: str
    output: JsonText
    output_artifact: ArtifactRef | None = None
    source: str = "sample"
    execution: UUID | None = None


async def choose(
    whole: PreparedGraph, asked: PartAsked, workflow_id: UUID, outputs: LastOutputs
) -> tuple[Part, Sequence[Given]]:
    """What runs, and with which outputs, samples first. Raises NotFound (no such step), InvalidInput (outputs are
    missing)."""
    if asked.step not in whole.nodes:
        raise NotFound("step", asked.step)
    if asked.upstream == UPSTREAM_RUN:
        return Part(step=asked.step, upstream=UPSTREAM_RUN), ()
    read = reads(whole, asked.step)
    if len(read) > MOST_GIVEN:
        message = f"Step {asked.step} reads {len(read)} steps, more than {MOST_GIVEN} can be given."
        raise _invalid("too_many_given", message, "Run up to here instead.", "/part/step")
    samples = {name: sample for name in read if (sample := whole.nodes[name].node.sample) is not None}
    known = await outputs.last_outputs(workflow_id, [name for name in read if name not in samples])
    missing = [name for name in read if name not in samples and name not in known]
    if missing:
        raise _missing(asked.step, missing)
    given = [
        Given(path=name, output=JsonText(_encode(samples[name][0])))
        if name in samples
        else Given(
            path=name, output=known[name].output, output_artifact=known[name].output_artifact, source="execution",
            execution=known[name].execution_id,
        )
        for name in read
    ]  # fmt: skip
    return Part(step=asked.step, upstream=UPSTREAM_GIVEN, given=tuple(read)), given


def reads(whole: PreparedGraph, step: str) -> list[str]:
    """The steps whose values the expressions of a step name, those of a node inside a map too, in the graph's order."""
    names: set[str] = set()
    for template, prepared in whole.templates.items():
        if node_of(template) == step:
            names |= prepared.references | prepared.retry_references
    return [name for name in whole.nodes if name in names]


def missing_in(whole: PreparedGraph, part: Part) -> None:
    """Raises InvalidInput when another version can't run the same part: it has no such step, or reads more steps."""
    if part.step not in whole.nodes:
        raise _invalid("retry_invalid", f"This version has no step {part.step}.", "Choose another version.", "/version")
    missing = [name for name in reads(whole, part.step) if name not in part.given]
    if part.upstream == UPSTREAM_GIVEN and missing:
        raise _missing(part.step, missing)


def _missing(step: str, missing: Sequence[str]) -> InvalidInput:
    return InvalidInput(
        "outputs_missing",
        f"Step {step} reads {', '.join(missing[:10])}{' and others' if len(missing) > 10 else ''},"
        " which have neither a sample nor an output of an earlier execution.",
        "Give them a sample output, or run up to here.",
        [
            Problem(
                code="output_missing", message=f"Step {name} has neither a sample nor an output of before.",
                advice="Give it a sample output, or run it once.", pointer="/part/step", node=name,
            )
            for name in missing
        ],
    )  # fmt: skip


def _invalid(code: str, message: str, advice: str, pointer: str) -> InvalidInput:
    problem = Problem(code=code, message=message, advice=advice, pointer=pointer)
    return InvalidInput(code, message, advice, [problem])
