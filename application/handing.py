"""Attempts go to the executor once their start is stored, and not before."""

from collections.abc import Callable, Coroutine, Sequence
from typing import Any

from application.deciding import attempt_id
from application.evaluation import Evaluator
from application.live import Live
from application.ports import Attempt, Executor
from application.preparing import PreparedNode, merged
from domain.event import RecordedEvent
from domain.execution import events as e
from domain.values import JsonText


class Handing:
    """Hands over for every execution of one server."""

    def __init__(
        self, executor: Executor, evaluator: Evaluator, spawn: Callable[[Coroutine[Any, Any, None]], object]
    ) -> None:
        self._executor, self._evaluator, self._spawn = executor, evaluator, spawn

    def over(self, live: Live, events: Sequence[RecordedEvent]) -> None:
        """The attempts that these events, stored now, have started."""
        attempts: list[Attempt] = []
        for event in events:
            if not isinstance(event, e.StepStarted) or not live.execution.state.is_open(event.path, event.attempt):
                continue
            ready = live.inputs.pop(event.path, None)
            if ready is not None and ready.input is not None:
                attempts.append(self._attempt(live, live.prepared.node(event.path), event, ready.input.text))
            else:
                self._spawn(self._fetch(live, event))
        if attempts:
            self._executor.submit(attempts)

    def _attempt(self, live: Live, node: PreparedNode, event: e.StepStarted, resolved: JsonText) -> Attempt:
        live.submitted[event.path] = event.attempt
        return Attempt(
            id=attempt_id(live, event.path, event.attempt),
            kind=event.kind,
            input=merged(resolved, node.verbatim),
            profile=node.profile,
            retry_safe=node.retry_safe,
            timeout_s=node.node.timeout_s,
            idempotency_key=f"{live.id}:{event.path}:{event.generation}",
        )

    async def _fetch(self, live: Live, event: e.StepStarted) -> None:
        """After a reload: the input stands in the event or out of line."""
        artifact = event.input_artifact
        text = event.input if artifact is None else await self._evaluator.fetch(artifact.sha256)
        if text is not None and live.execution.state.is_open(event.path, event.attempt):
            self._executor.submit([self._attempt(live, live.prepared.node(event.path), event, text)])
