"""When a live execution is to be looked at without anything coming in: its own limit, waits, backoffs.

A timer only puts something into the inbox; what follows is decided as always. All are set anew from the state after a
restart, a pause and its end.
"""

import asyncio
from collections.abc import Callable
from datetime import timedelta

from application.live import Live, RetryDue, TimedOut, WaitOver
from application.ports import Clock
from domain.execution.state import HELD
from domain.execution.status import ExecutionStatus, StepStatus

LONGEST_S = 60.0
"""The wall clock may be set meanwhile: nothing sleeps longer without looking again."""


class Timers:
    """Sets timers on the event loop; `put` takes what is due."""

    def __init__(self, clock: Clock, put: Callable[[Live, object], None]) -> None:
        self._clock, self._put = clock, put

    def set(self, live: Live) -> None:
        """Every timer of an execution anew."""
        self._limit(live)
        for timer in live.wait_timers.values():
            timer.cancel()
        for path in live.execution.state.steps:
            self.wake(live, path)

    def _limit(self, live: Live) -> None:
        """Its own, which stands still while it is paused."""
        state = live.execution.state
        limit_s = live.prepared.graph.settings.timeout_s
        if live.timeout_timer is not None:
            live.timeout_timer.cancel()
        if limit_s is not None and state.started_at is not None and state.status is not ExecutionStatus.PAUSED:
            over = state.started_at + timedelta(seconds=limit_s + state.paused_s)
            left = (over - self._clock.now()).total_seconds()
            loop = asyncio.get_running_loop()
            if left > 0:
                live.timeout_timer = loop.call_later(min(left, LONGEST_S), self._limit, live)
            else:
                live.timeout_timer = loop.call_soon(self._put, live, TimedOut())

    def wake(self, live: Live, path: str) -> None:
        """One for a step that waits for a time or its next attempt; none for any other."""
        step = live.execution.state.steps[path]
        if step.due_at_ms is None or not (step.status in HELD or step.status is StepStatus.RETRYING):
            return
        due_s = step.due_at_ms / 1000
        limit_s = live.prepared.node(path).node.timeout_s
        if limit_s is not None and step.waits("timer") and step.started_at is not None:
            due_s = min(due_s, step.started_at.timestamp() + limit_s)  # its own limit may be over before
        left = due_s - self._clock.now().timestamp()
        loop = asyncio.get_running_loop()
        if left > LONGEST_S:
            live.wait_timers[path] = loop.call_later(LONGEST_S, self.wake, live, path)
        else:
            over = (RetryDue if step.status is StepStatus.RETRYING else WaitOver)(path=path, attempt=step.attempt)
            live.wait_timers[path] = loop.call_later(max(0.0, left), self._put, live, over)
