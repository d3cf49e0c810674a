"""What comes from workers: outcomes are to be decided about, lines and begin reports are to be stored."""

import asyncio
from collections import deque
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Protocol
from uuid import UUID

from application.evaluation import Evaluator
from application.live import Later, Live
from application.ports import Begun, Clock, Erred, Logged, Progressed, Signal, Succeeded

BEGUN_AFTER_S = 0.02
"""Begin reports of attempts that end sooner are not stored: their outcome carries the begin time."""
FLUSH_TOGETHER_S = 0.02
"""Executions whose lines are due within this time share an append: fewer commits when many of them print."""
FLUSHES_PER_S = 2_000
"""With more executions that print than can be stored at the usual pace, each waits longer: steps go before lines."""


class Drive(Protocol):
    """Have a driver go over an execution; `decide` when something may follow from its state."""

    def __call__(self, live: Live, *, decide: bool = True) -> None: ...


class Hearing:
    """Of all executions of one server. `flush_s`: how long lines are kept to be stored together."""

    def __init__(
        self,
        live: Mapping[UUID, Live],
        evaluator: Evaluator,
        clock: Clock,
        later: Later,
        drive: Drive,
        *,
        flush_s: float,
    ) -> None:
        self._live, self._evaluator, self._clock, self._later, self._drive = live, evaluator, clock, later, drive
        self._flush_s = flush_s
        self._printing: set[UUID] = set()
        self._begun: deque[tuple[float, Begun]] = deque()
        self._begun_timer: asyncio.TimerHandle | None = None
        self._closed = False

    def close(self) -> None:
        """Tell of no more beginnings."""
        self._closed = True

    def forget(self, execution_id: UUID) -> None:
        """An execution that is gone prints no more."""
        self._printing.discard(execution_id)

    def take(self, signals: Sequence[Signal]) -> None:
        """Everything that one read of a worker's socket gave."""
        touched: dict[UUID, Live] = {}
        for signal in signals:
            live = self._live.get(signal.id.execution_id)
            if live is None or signal.id.run != live.execution.state.run:
                continue
            match signal:
                case Begun():
                    self._begun.append((self._clock.monotonic(), signal))
                case Logged():
                    live.log.add(signal)
                    self._flush_later(live)
                case Progressed():
                    live.log.progress[signal.id.path] = signal
                    self._flush_later(live)
                case Succeeded() if signal.attachments or len(signal.output) > self._evaluator.inline_bytes:
                    live.carried[signal.id.path] = signal
                    failed = partial(Erred, id=signal.id, usage=signal.usage)
                    self._later(live, f"store:{signal.id.path}", partial(self._evaluator.stored, signal), failed)
                case _:
                    live.inbox.append(signal)
                    touched[live.id] = live
        for live in touched.values():
            self._drive(live)
        self._tell_begun_later()

    def _tell_begun_later(self) -> None:
        if self._begun and self._begun_timer is None and not self._closed:
            self._begun_timer = asyncio.get_running_loop().call_later(BEGUN_AFTER_S, self._tell_begun)

    def _tell_begun(self) -> None:
        self._begun_timer = None
        due = self._clock.monotonic() - BEGUN_AFTER_S * 0.9
        while self._begun and self._begun[0][0] <= due:
            _, begun = self._begun.popleft()
            live = self._live.get(begun.id.execution_id)
            if live is not None and live.execution.state.is_open(begun.id.path, begun.id.attempt):
                live.log.begun.append(begun)
                self._flush(live)
        self._tell_begun_later()

    def _flush_later(self, live: Live) -> None:
        if live.log.full:
            self._flush(live)
        elif live.flush_timer is None:
            loop = asyncio.get_running_loop()
            self._printing.add(live.id)
            due = loop.time() + max(self._flush_s, len(self._printing) / FLUSHES_PER_S)
            live.flush_timer = loop.call_at(due - due % FLUSH_TOGETHER_S, self._flush, live)

    def _flush(self, live: Live) -> None:
        if live.flush_timer is not None:
            live.flush_timer.cancel()
            live.flush_timer = None
        self._printing.discard(live.id)
        live.flush_due = True
        self._drive(live, decide=False)
