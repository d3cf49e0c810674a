"""A batch of members as the arrays the append function takes, and what it answered."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from uuid import UUID

from application.ports import Member
from domain.execution.events import Created
from infrastructure import mapper


@dataclass(slots=True)
class Batch:
    """Members in queue order with their events encoded once; in-batch chaining is already checked."""

    members: list[Member]
    encoded: list[list[bytes]]
    external_heads: list[tuple[int, UUID, int]] = field(default_factory=list[tuple[int, UUID, int]])

    def arrays(self) -> list[list[object]]:
        """Parameters of append_members.sql, in order."""
        streams: list[object] = []
        versions: list[object] = []
        topics: list[object] = []
        states: list[object] = []
        counters: list[object] = []
        guards: list[tuple[object, ...]] = []
        keys: list[tuple[object, ...]] = []
        opened: list[tuple[object, ...]] = []
        taken: list[tuple[object, ...]] = []
        closed: list[object] = []
        for place, (member, bodies) in enumerate(zip(self.members, self.encoded, strict=True)):
            first = len(streams)
            for event, body in zip(member.events, bodies, strict=True):
                streams.append(event.originator_id)
                versions.append(event.originator_version)
                topics.append(event.TOPIC)
                states.append(body)
                counters.append(event.workflow_id if isinstance(event, Created) else None)
            guards += [(place, guard.name, guard.epoch) for guard in member.guards]
            if (key := member.idempotency) is not None:
                keys.append((place, key.scope, key.key, key.body_hash, key.execution_id, first))
            opened += [(lease.name, lease.owner, lease.epoch) for lease in member.leases_opened]
            taken += [(place, lease.name, lease.owner, lease.from_epoch, lease.epoch) for lease in member.leases_taken]
            closed += member.leases_closed
        return [
            streams, versions, topics, states, counters,
            *_columns(self.external_heads, 3), *_columns(guards, 3), *_columns(keys, 6),
            *_columns(opened, 3), *_columns(taken, 5), closed,
        ]  # fmt: skip


def _columns(rows: Sequence[tuple[object, ...]], width: int) -> list[list[object]]:
    return [list(column) for column in zip(*rows, strict=True)] if rows else [[] for _ in range(width)]


def expected_heads(member: Member) -> dict[UUID, int]:
    """The head each stream of the member must have: the version before its first event there.

    Raises ValueError when versions do not follow each other within the member.
    """
    heads: dict[UUID, int] = {}
    last: dict[UUID, int] = {}
    for event in member.events:
        stream, version = event.originator_id, event.originator_version
        if stream not in heads:
            heads[stream] = version - 1
        elif version != last[stream] + 1:
            raise ValueError(f"version {version} of stream {stream} does not follow {last[stream]}")
        last[stream] = version
    return heads


def changed_leases(member: Member) -> list[str]:
    """Names of the leases the member opens, takes or closes."""
    names = [lease.name for lease in member.leases_opened]
    names += [lease.name for lease in member.leases_taken]
    names += member.leases_closed
    return names


def encode_member(member: Member) -> list[bytes]:
    """The bytes of its events."""
    return [mapper.encode(event) for event in member.events]
