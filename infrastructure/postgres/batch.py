"""A batch of members as the arrays the append function takes, and what it answered."""

from dataclasses import dataclass, field
from uuid import UUID

from application.ports import LeaseOpened, LeaseTaken, Member
from domain.execution.events import Created
from infrastructure import mapper
from infrastructure.postgres import arrays


@dataclass(slots=True)
class Batch:
    """Members in queue order with their events encoded once; in-batch chaining is already checked."""

    members: list[Member]
    encoded: list[list[bytes]]
    external_heads: list[tuple[int, UUID, int]] = field(default_factory=list[tuple[int, UUID, int]])

    def arrays(self) -> list[arrays.BinaryArray]:
        """Parameters of append_members.sql, in order."""
        streams: list[UUID] = []
        versions: list[int] = []
        topics: list[str] = []
        states: list[bytes] = []
        counters: list[UUID | None] = []
        guards: list[tuple[int, str, int]] = []
        keys: list[tuple[int, str, str, bytes, UUID, int]] = []
        opened: list[LeaseOpened] = []
        taken: list[tuple[int, LeaseTaken]] = []
        closed: list[str] = []
        for place, (member, bodies) in enumerate(zip(self.members, self.encoded, strict=True)):
            first = len(streams)
            for event in member.events:
                streams.append(event.originator_id)
                versions.append(event.originator_version)
                topics.append(event.TOPIC)
                counters.append(event.workflow_id if isinstance(event, Created) else None)
            states += bodies
            guards += [(place, guard.name, guard.epoch) for guard in member.guards]
            if (key := member.idempotency) is not None:
                keys.append((place, key.scope, key.key, key.body_hash, key.execution_id, first))
            opened += member.leases_opened
            taken += [(place, lease) for lease in member.leases_taken]
            closed += member.leases_closed
        heads = self.external_heads
        return [
            arrays.uuids(streams), arrays.int8s(versions), arrays.texts(topics), arrays.byteas(states),
            arrays.uuids(counters),
            arrays.int4s([x[0] for x in heads]), arrays.uuids([x[1] for x in heads]),
            arrays.int8s([x[2] for x in heads]),
            arrays.int4s([x[0] for x in guards]), arrays.texts([x[1] for x in guards]),
            arrays.int8s([x[2] for x in guards]),
            arrays.int4s([x[0] for x in keys]), arrays.texts([x[1] for x in keys]), arrays.texts([x[2] for x in keys]),
            arrays.byteas([x[3] for x in keys]), arrays.uuids([x[4] for x in keys]), arrays.int4s([x[5] for x in keys]),
            arrays.texts([x.name for x in opened]), arrays.uuids([x.owner for x in opened]),
            arrays.int8s([x.epoch for x in opened]),
            arrays.int4s([place for place, _ in taken]), arrays.texts([x.name for _, x in taken]),
            arrays.uuids([x.owner for _, x in taken]), arrays.int8s([x.from_epoch for _, x in taken]),
            arrays.int8s([x.epoch for _, x in taken]),
            arrays.texts(closed),
        ]  # fmt: skip


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
