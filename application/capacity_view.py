"""What is told of limits and capacity: what there is, what is taken, how pressed the machine is, and what has moved."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any
from uuid import UUID

from application.limiting import Limiting
from application.load import Load
from application.ports import EventStore
from domain.queueing.calls import CALL
from domain.queueing.limits import LimitMoved
from domain.queueing.slots import KIND, Slots

Json = dict[str, Any]
MOVES_TOLD = 200
MOST_ATTEMPTS = 1_024


class CapacityView:
    """Of one server."""

    def __init__(self, slots: Slots, load: Load, limiting: Limiting, store: EventStore, server_id: UUID) -> None:
        self._slots, self._load, self._limiting = slots, load, limiting
        self._store, self._server_id = store, server_id

    @property
    def most_attempts(self) -> int:
        """Of this server; of one that runs nothing what any server may be started with: others take what they can."""
        return self._load.ceiling or MOST_ATTEMPTS

    def limits(self) -> Json:
        """The answer of GET /queue/limits, without the position."""
        limits, limiting = self._limiting.limits, self._limiting
        return {
            "attempts": limits.attempts,
            "workflows": {
                str(one.workflow_id): {"running": one.running, "queued": one.queued}
                for one in limits.workflows.values()
            },
            "kinds": limits.kinds, "resources": limits.resources, "machine": limiting.machine,
            "most_attempts": self.most_attempts, "version": limiting.version,
            "changed_at": limiting.changed_at, "changed_by": limiting.changed_by,
        }  # fmt: skip

    async def capacity(self) -> Json:
        """The answer of GET /capacity, without workers and position."""
        load, slots = self._load, self._slots
        head = await self._store.head(self._server_id)
        moves = await self._store.stream(self._server_id, after_version=max(0, head - MOVES_TOLD))
        names = sorted({*slots.resources(), *slots.all_taken()})
        use = [{"name": name, "taken": slots.taken(name), "limit": slots.limit_of(name)} for name in names]
        return {
            "slots": {"used": slots.used, "limit": slots.limit},
            "pinned": load.pinned, "follows_load": load.follows is not None and not load.pinned,
            "most_attempts": load.ceiling,
            "kinds": [{**one, "name": str(one["name"]).removeprefix(KIND)} for one in use if _begins(one, KIND)],
            "resources": [one for one in use if not (_begins(one, KIND) or _begins(one, CALL))],
            "pressure": asdict(load.pressure),
            "moves": [
                {
                    "at": move.timestamp, "resource": move.resource, "from_limit": move.from_limit,
                    "to_limit": move.to_limit, "reason": move.reason, "memory_used": move.memory_used,
                    "memory_stall": move.memory_stall, "cpu_others": move.cpu_others, "cpu_wait": move.cpu_wait,
                }
                for move in moves
                if isinstance(move, LimitMoved)
            ],
        }  # fmt: skip


def _begins(use: Mapping[str, object], prefix: str) -> bool:
    return str(use["name"]).startswith(prefix)
