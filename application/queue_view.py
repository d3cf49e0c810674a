"""What is told of the queue: who waits, in which order, and why. Codes and what they are about; the words are the
client's."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice
from uuid import UUID

from application.live import Live
from application.queue import Queued
from domain.queueing.admission import Admission, Bound, Group, Needs, Ticket, WaitCause, Waits
from domain.queueing.calls import CALL
from domain.queueing.slots import KIND, OF_ATTEMPTS, Amounts, Short

CODES = {cause: "slots_taken" if cause is WaitCause.SLOTS else cause.value for cause in WaitCause}
HOLDERS_TOLD = 5
"""Of those that keep others waiting; how many there are is told as well."""


@dataclass(frozen=True, kw_only=True)
class Runs:
    """An execution that runs: attempts that are out, how many more it wants, and what it holds of the machine. Of one
    on another server none of it is known: it is taken to have one attempt out, and holds nothing here."""

    groups: Sequence[Group]
    attempts: int
    wanted: int
    needs: Needs
    started_at: datetime | None


@dataclass(frozen=True, kw_only=True)
class QueueStanding:
    """How the queue stands: slots with those that other servers use, what is free of the machine, who waits (the limits
    it comes under, and for how many seconds at least), who runs."""

    slots: int
    free: Amounts
    waiting: Sequence[tuple[Ticket, Sequence[Bound], float]]
    running: Mapping[UUID, Runs]


class QueueView:
    """Asks the admission; of those that run here it knows more."""

    def __init__(self, admission: Admission[Queued], live: Mapping[UUID, Live]) -> None:
        self._admission, self._live = admission, live

    def why(self, execution_id: UUID) -> dict[str, object]:
        """Why a queued execution waits, as far as this server knows: a code, and what it is about."""
        waits = self._admission.explain(execution_id) or Waits(cause=WaitCause.SLOTS)
        return self._told(self._admission.ticket(execution_id), waits)

    def place(self, execution_id: UUID) -> int:
        """The place of one that waits, from 1; 0: it has none."""
        return self._admission.place(execution_id) or 0

    def in_order(self, *, skip: int, limit: int) -> Sequence[tuple[Ticket, int, dict[str, object]]]:
        """Who waits, in order: the ticket, the place (0: none), and why."""
        found = islice(self._admission.in_order(), skip, skip + limit)
        return [(ticket, waits.place, self._told(ticket, waits)) for ticket, waits in found]

    def since(self) -> float | None:
        """Unix seconds since when the one waits that waits longest."""
        return self._admission.oldest()

    def causes(self) -> Mapping[str, int]:
        """How many wait, by the code of their cause."""
        return {CODES[cause]: count for cause, count in self._admission.causes().items()}

    def priorities(self) -> Mapping[int, int]:
        """How many wait of each priority, the highest first."""
        return self._admission.priorities()

    def waiting_with(self, workflow_id: UUID) -> tuple[int, int]:
        """How many wait, and how many of them of that workflow."""
        return self._admission.queued, self._admission.queued_in(workflow_id)

    def place_of(self, workflow_id: UUID, priority: int, now: datetime) -> int:
        """The place that one would have which comes now."""
        newcomer = Ticket(
            execution_id=workflow_id, workflow_id=workflow_id, came_at=now.timestamp(), position=2**63,
            priority=priority,
        )  # fmt: skip
        return self._admission.place_among(newcomer)

    def limits(self, most: int) -> Sequence[tuple[Bound, int, int]]:
        """The limits somebody waits under, with how many run and wait; those with the most waiting first."""
        return self._admission.bounds()[:most]

    def running(self) -> int:
        """How many executions run on all servers, as far as this one knows."""
        return self._admission.running_in_all

    def standing(self, most: int, now: datetime) -> "QueueStanding":
        """What an estimate of the starts goes by: the first `most` places, and as many that are not due yet."""
        admission, slots = self._admission, self._admission.slots
        at = now.timestamp()
        waiting = [(ticket, 0.0) for ticket in admission.first(most)]
        waiting += [(ticket, max(0.0, ticket.came_at - at)) for ticket in admission.delayed()[:most]]
        running = {
            execution_id: self._runs(execution_id, groups) for execution_id, groups in admission.who_runs().items()
        }
        return QueueStanding(
            slots=slots.limit + len(running.keys() - self._live.keys()),
            free={name: (slots.limit_of(name) or 0.0) - slots.taken(name) for name in slots.resources()},
            waiting=[(ticket, admission.limits_of(ticket), due_s) for ticket, due_s in waiting],
            running=running,
        )  # fmt: skip

    def _runs(self, execution_id: UUID, groups: Sequence[Group]) -> "Runs":
        live = self._live.get(execution_id)
        if live is None:
            return Runs(groups=groups, attempts=1, wanted=0, needs=(), started_at=None)
        held: dict[str, float] = {}
        for amounts in (live.reserved, *live.amounts.values()):
            for name, amount in amounts.items():
                if OF_ATTEMPTS not in name:
                    held[name] = held.get(name, 0.0) + amount
        return Runs(
            groups=groups, attempts=len(live.amounts), wanted=self._admission.slots.wanted(execution_id),
            needs=tuple(held.items()),
            started_at=live.execution.state.started_at,
        )  # fmt: skip

    def why_steps(self, execution_id: UUID) -> dict[str, object] | None:
        """Why steps of an execution that runs here wait, though nothing before them does; None when none do."""
        why = self._admission.slots.why(execution_id)
        if why is None:
            return None
        if isinstance(why, int):
            slots = {"used": self._admission.slots.used, "limit": self._admission.slots.limit}
            return {"code": "steps_slots", "params": {**slots, "steps": why}}
        if why.resource.startswith(KIND):
            kind = {"kind": why.resource.removeprefix(KIND), "limit": int(why.limit)}
            return {"code": "steps_kind", "params": kind}
        if why.resource.startswith(CALL):
            return {"code": "steps_calls", "params": {"limit": int(why.limit)}}
        return {"code": "steps_resources", "params": _told_of(why)}

    def _told(self, ticket: Ticket | None, waits: Waits) -> dict[str, object]:
        code, place = CODES[waits.cause], waits.place or None
        if waits.cause is WaitCause.SLOTS:
            slots = {"used": self._admission.slots.used, "limit": self._admission.slots.limit}
            return {"code": code, "params": {**slots, "place": place, "higher": waits.higher}}
        if waits.short is not None:
            return {"code": code, "params": {**_told_of(waits.short), "place": place}}
        if waits.cause is WaitCause.HELD:
            return {"code": code, "params": {}}
        if waits.cause is WaitCause.DELAYED:
            until = None if ticket is None else datetime.fromtimestamp(ticket.came_at, UTC)
            return {"code": code, "params": {"until": until}}
        key = None if waits.bound is None else waits.bound.group.key
        holders = [self._holder(holder) for holder in waits.holders[:HOLDERS_TOLD]]
        limit = 0 if waits.bound is None else waits.bound.limit
        params = {"limit": limit, "running": len(waits.holders), "key": key, "place": place, "holders": holders}
        return {"code": code, "params": params}

    def _holder(self, execution_id: UUID) -> dict[str, object]:
        live = self._live.get(execution_id)
        number, since = (None, None) if live is None else (live.execution.state.number, live.execution.state.started_at)
        return {"execution_id": str(execution_id), "number": number, "started_at": since}


def _told_of(short: Short) -> dict[str, object]:
    return {"resource": short.resource, "needed": short.needed, "free": short.free, "limit": short.limit}
