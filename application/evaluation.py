"""Values that steps are given and give: expressions evaluated, large contents put out of line.

What can be had in the same breath (plain paths over inline values) is answered at once by the `..._now`
methods; None means that it needs an expression worker or the artifacts, and the coroutine of the same
name is to be awaited outside the decision.
"""

import asyncio
import logging
from dataclasses import replace

import msgspec

from application.failures import expression_error, value_error
from application.live import (
    ConditionsEvaluated,
    InputPrepared,
    Live,
    MapCollected,
    OutcomeStored,
    ResultEvaluated,
    RetryJudged,
)
from application.mapping import items_of, names_of_item, output, output_now, too_large
from application.patience import patiently
from application.ports import Artifacts, Clock, Erred, ExpressionFailed, Expressions, Scope, StoreUnavailable, Succeeded
from application.preparing import PreparedNode, StepInput, inline, load, scope_of
from domain.errors import Category, Refusal
from domain.event import StepError
from domain.execution.mapping import MapPlan
from domain.paths import index_of, map_of
from domain.values import EMPTY_OBJECT, NULL, JsonText

log = logging.getLogger("runwright.conductor")
_encode = msgspec.json.Encoder().encode
_FIELDS = msgspec.json.Decoder(dict[str, msgspec.Raw])
_BY_STEP = msgspec.json.Decoder(dict[str, dict[str, msgspec.Raw]])


class Evaluator:
    """Evaluates for every live execution; keeps no state of its own."""

    def __init__(self, expressions: Expressions, artifacts: Artifacts, clock: Clock, *, inline_bytes: int) -> None:
        self._expressions, self._artifacts, self._clock = expressions, artifacts, clock
        self.inline_bytes = inline_bytes

    async def _full_scope(self, live: Live, references: frozenset[str]) -> Scope:
        loaded = await patiently(lambda: load(live.execution.state, references, self._artifacts))
        return scope_of(live.execution, references, self._clock.now(), loaded)

    # ── conditions behind a final step ──

    def conditions_now(self, live: Live, source: str) -> ConditionsEvaluated | None:
        """What the conditions give, when all are plain and their values inline."""
        prepared = live.prepared
        references = prepared.condition_references[source]
        if not (prepared.plain_conditions[source] and inline(live.execution.state, references)):
            return None
        scope = scope_of(live.execution, references, self._clock.now())
        taken: dict[str, bool] = {}
        for edge in prepared.graph.outgoing[source]:
            if edge.when is not None:
                try:
                    taken[edge.target] = self._expressions.truth_plain(edge.when, scope)
                except ExpressionFailed as failed:
                    return _condition_failed(source, edge.index, expression_error(failed))
        return ConditionsEvaluated(source=source, taken=taken)

    async def conditions(self, live: Live, source: str) -> ConditionsEvaluated:
        """What the conditions give."""
        index = 0
        taken: dict[str, bool] = {}
        try:
            scope = await self._full_scope(live, live.prepared.condition_references[source])
            for edge in live.prepared.graph.outgoing[source]:
                if edge.when is not None:
                    index = edge.index
                    taken[edge.target] = await self._expressions.truth(edge.when, scope)
        except ExpressionFailed as failed:
            return _condition_failed(source, index, expression_error(failed))
        except LookupError as missing:
            return _condition_failed(source, index, value_error(str(missing)))
        return ConditionsEvaluated(source=source, taken=taken)

    # ── whether a failed step is tried again ──

    async def retry(self, live: Live, outcome: Erred, when: str) -> RetryJudged:
        """What the `when` of the node's retry gives for this failure."""
        error = replace(outcome.error, traceback=None)
        try:
            scope = await self._full_scope(live, self._expressions.references(when))
            extra = {"error": JsonText(_encode(error)), "attempt": JsonText(b"%d" % outcome.id.attempt)}
            outer = map_of(outcome.id.path)
            if outer is not None:
                extra |= names_of_item(await self._items(live, outer), index_of(outcome.id.path))
            allowed = await self._expressions.truth(when, replace(scope, extra=extra))
        except ExpressionFailed as failed:
            return RetryJudged(outcome=outcome, allowed=False, error=expression_error(failed))
        except LookupError as missing:
            return RetryJudged(outcome=outcome, allowed=False, error=value_error(str(missing)))
        return RetryJudged(outcome=outcome, allowed=allowed)

    # ── a step's input (a transform's output) ──

    def input_now(self, live: Live, path: str, node: PreparedNode) -> InputPrepared | None:
        """The resolved fields, when they are plain, inline and small."""
        outer = map_of(path)
        if not (
            node.plain and inline(live.execution.state, node.references) and (outer is None or outer in live.items)
        ):
            return None
        try:
            resolved = node.constant
            if resolved is None:
                scope = scope_of(live.execution, node.references, self._clock.now())
                if outer is not None:
                    scope = replace(scope, extra=names_of_item(live.items[outer], index_of(path)))
                resolved = self._expressions.resolve_plain(node.template, scope)
            text = _given(live, path, node, resolved)
        except ExpressionFailed as failed:
            return InputPrepared(path=path, input=None, error=expression_error(failed))
        return InputPrepared(path=path, input=StepInput(text=text)) if len(text) <= self.inline_bytes else None

    async def input(self, live: Live, path: str, node: PreparedNode) -> InputPrepared:
        """The resolved fields."""
        try:
            scope = await self._full_scope(live, node.references)
            outer = map_of(path)
            if outer is not None:
                scope = replace(scope, extra=names_of_item(await self._items(live, outer), index_of(path)))
            text = _given(live, path, node, await self._expressions.resolve(node.template, scope))
            return InputPrepared(path=path, input=await self.out_of_line(text))
        except ExpressionFailed as failed:
            return InputPrepared(path=path, input=None, error=expression_error(failed))
        except (LookupError, Refusal) as missing:
            return InputPrepared(path=path, input=None, error=value_error(str(missing)))

    async def _items(self, live: Live, path: str) -> list[JsonText]:
        """The items of a running map; after a restart they are read from what it was given."""
        known = live.items.get(path)
        if known is None:
            step = live.execution.state.steps[path]
            text = step.given if step.given_artifact is None else await self.fetch(step.given_artifact.sha256)
            if text is None:
                raise LookupError(f"the items of step {path} are gone")
            known = live.items[path] = items_of(text)
        return known

    # ── a map's output ──

    def map_output_now(self, live: Live, plan: MapPlan) -> MapCollected | None:
        """The list of its items' outputs, when all are inline and the list is small."""
        text = output_now(plan, live.execution.state)
        if text is None or len(text) > self.inline_bytes:
            return None
        return MapCollected(path=plan.path, output=StepInput(text=text))

    async def map_output(self, live: Live, plan: MapPlan) -> MapCollected:
        """The list of its items' outputs."""
        try:
            text = await patiently(lambda: output(plan, live.execution.state, self._artifacts))
            if text is None:
                return MapCollected(path=plan.path, output=None, error=too_large(plan.path))
            return MapCollected(path=plan.path, output=await self.out_of_line(text))
        except (LookupError, Refusal) as missing:
            return MapCollected(path=plan.path, output=None, error=value_error(str(missing)))

    # ── the workflow's output ──

    def result_now(self, live: Live) -> ResultEvaluated | None:
        """The result, when it is plain, inline and small."""
        prepared = live.prepared
        if prepared.graph.output is None:
            return ResultEvaluated(result=StepInput(text=NULL))
        if not (prepared.output_plain and inline(live.execution.state, prepared.output_references)):
            return None
        scope = scope_of(live.execution, prepared.output_references, self._clock.now())
        try:
            text = self._expressions.resolve_plain(prepared.graph.output, scope)
        except ExpressionFailed as failed:
            return ResultEvaluated(result=None, error=expression_error(failed))
        return ResultEvaluated(result=StepInput(text=text)) if len(text) <= self.inline_bytes else None

    async def result(self, live: Live) -> ResultEvaluated:
        """The result."""
        prepared = live.prepared
        try:
            scope = await self._full_scope(live, prepared.output_references)
            text = await self._expressions.resolve(prepared.graph.output, scope)
            return ResultEvaluated(result=await self.out_of_line(text))
        except ExpressionFailed as failed:
            return ResultEvaluated(result=None, error=expression_error(failed))
        except (LookupError, Refusal) as missing:
            return ResultEvaluated(result=None, error=value_error(str(missing)))

    # ── large values ──

    async def stored(self, outcome: Succeeded) -> OutcomeStored | Erred:
        """The outcome with its attachments and a large output stored: before the event that names them."""
        try:
            output = await self.out_of_line(outcome.output)
            artifacts = [await self._patiently(a.content, a.media_type, a.name) for a in outcome.attachments]
        except Refusal as refusal:
            error = StepError(
                code=refusal.code,
                category=Category.STEP,
                type="OutputRefused",
                message=refusal.message,
                advice=refusal.advice,
                retryable=False,
            )
            return Erred(id=outcome.id, error=error, usage=outcome.usage)
        return OutcomeStored(outcome=outcome, output=output, artifacts=artifacts)

    async def out_of_line(self, value: JsonText) -> StepInput:
        """The value, with an artifact when it is larger than the inline limit."""
        if len(value) <= self.inline_bytes:
            return StepInput(text=value)
        return StepInput(text=value, artifact=await self._patiently(value, "application/json", None))

    async def _patiently(self, content: bytes, media_type: str, name: str | None):
        while True:
            try:
                return await self._artifacts.put(content, media_type, name)
            except StoreUnavailable as error:  # what a step produced is not given up for a database that restarts
                log.warning("a value waits to be stored: %s", error)
                await asyncio.sleep(0.5)

    async def fetch(self, sha256: str) -> JsonText | None:
        """A value that was put out of line; None when it is gone."""
        content = await patiently(lambda: self._artifacts.get(sha256))
        return None if content is None else JsonText(content)


def _given(live: Live, path: str, node: PreparedNode, resolved: JsonText) -> JsonText:
    """What the step is given; of a transform the value of its one field: `{"expression":VALUE}` -> VALUE."""
    edited = live.execution.state.step_inputs
    if edited != EMPTY_OBJECT:
        fields = _BY_STEP.decode(edited).get(path)
        if fields is not None:
            resolved = JsonText(_encode(_FIELDS.decode(resolved) | fields))
    return JsonText(resolved[len(b'{"expression":') : -1]) if node.is_evaluated else resolved


def _condition_failed(source: str, index: int, error: StepError) -> ConditionsEvaluated:
    return ConditionsEvaluated(source=source, taken={}, error=error, pointer=f"/edges/{index}/when")
