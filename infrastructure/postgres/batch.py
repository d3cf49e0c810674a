"""A batch of members as the arrays the append function takes, and what it answered."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal
from uuid import UUID

import msgspec

from application.ports import IdempotencyGuard, LeaseOpened, LeaseTaken, Member
from domain.execution.events import Created
from domain.queueing.admission import Bound, Group
from infrastructure import mapper
from infrastructure.postgres import arrays


@dataclass(slots=True)
class Batch:
    """Members in queue order with their events encoded once; in-batch chaining is already checked."""

    members: list[Member]
    encoded: list[list[bytes]]
    external_heads: list[tuple[int, UUID, int]] = field(default_factory=list[tuple[int, UUID, int]])

    def arrays(self) -> list[bytes]:
        """Parameters of append_batch.sql, in order, in binary form."""
        events = [event for member in self.members for event in member.events]
        numbered = any(isinstance(event, Created) for event in events)
        heads = self.external_heads
        leases: list[tuple[int, str, int]] = []
        keys: list[tuple[int, IdempotencyGuard, int]] = []
        limits: list[tuple[int, Bound]] = []
        opened: list[LeaseOpened] = []
        taken: list[LeaseTaken] = []
        closed: list[str] = []
        first = 0
        for place, member in enumerate(self.members):
            leases += [(place, guard.name, guard.epoch) for guard in member.guards]
            leases += [(place, lease.name, lease.from_epoch) for lease in member.leases_taken]
            if member.idempotency is not None:
                keys.append((place, member.idempotency, first))
            limits += [(place, bound) for bound in member.limits]
            opened += member.leases_opened
            taken += member.leases_taken
            closed += member.leases_closed
            first += len(member.events)
        return [
            arrays.uuids([x.originator_id for x in events]), arrays.int8s([x.originator_version for x in events]),
            arrays.texts([x.TOPIC for x in events]), arrays.byteas([body for one in self.encoded for body in one]),
            arrays.uuids([x.workflow_id if isinstance(x, Created) else None for x in events] if numbered else ()),
            arrays.int4s([x[0] for x in heads]), arrays.uuids([x[1] for x in heads]),
            arrays.int8s([x[2] for x in heads]),
            arrays.int4s([x[0] for x in leases]), arrays.texts([x[1] for x in leases]),
            arrays.int8s([x[2] for x in leases]),
            *(_keys(keys) if keys else _NO_KEYS),
            *(_owned([(x.name, x.owner, x.epoch) for x in opened]) if opened else _NONE_OWNED),
            *(_owned([(x.name, x.owner, x.epoch) for x in taken]) if taken else _NONE_OWNED),
            arrays.texts(closed),
            *(_counted([x.group for x in opened]) if opened else _NOT_COUNTED),
            *(_limits(limits) if limits else _NO_LIMITS),
        ]  # fmt: skip


def _keys(keys: Sequence[tuple[int, IdempotencyGuard, int]]) -> list[bytes]:
    return [
        arrays.int4s([place for place, _, _ in keys]), arrays.texts([key.scope for _, key, _ in keys]),
        arrays.texts([key.key for _, key, _ in keys]), arrays.byteas([key.body_hash for _, key, _ in keys]),
        arrays.uuids([key.execution_id for _, key, _ in keys]), arrays.int4s([event for _, _, event in keys]),
    ]  # fmt: skip


def _owned(leases: Sequence[tuple[str, UUID | None, int]]) -> list[bytes]:
    return [
        arrays.texts([name for name, _, _ in leases]), arrays.uuids([owner for _, owner, _ in leases]),
        arrays.int8s([epoch for _, _, epoch in leases]),
    ]  # fmt: skip


def _counted(groups: Sequence[Group | None]) -> list[bytes]:
    return [
        arrays.uuids([None if group is None else group.workflow_id for group in groups]),
        arrays.texts([None if group is None else group.key for group in groups]),
    ]


def _limits(limits: Sequence[tuple[int, Bound]]) -> list[bytes]:
    return [
        arrays.int4s([place for place, _ in limits]),
        arrays.uuids([bound.group.workflow_id for _, bound in limits]),
        arrays.texts([bound.group.key for _, bound in limits]),
        arrays.int4s([bound.limit for _, bound in limits]),
    ]


# Most appends hold none of them: these arrays need not be made again for each.
_NO_KEYS, _NONE_OWNED, _NOT_COUNTED, _NO_LIMITS = _keys(()), _owned(()), _counted(()), _limits(())
NIL = UUID(int=0)


class Refusal(msgspec.Struct):
    """Why a member is not stored; see the function append_batch."""

    outcome: Literal["version", "lease", "replayed", "key_reused", "limit"]
    member: int
    subject: str
    actual: int | None = None
    execution_id: UUID = NIL
    position: int = 0
    number: int = 0


class Answer(msgspec.Struct):
    """What append_batch answers: the first position and the numbers, or the refused members."""

    first: int = 0
    numbers: list[int | None] | None = None
    refused: list[Refusal] = []


answer_of = msgspec.json.Decoder(Answer).decode


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


def starts_of(member: Member) -> set[Group]:
    """Whom an execution counts with that begins to run with the member; of one without a limit it may be any key."""
    if member.limits:
        return {bound.group for bound in member.limits}
    if member.leases_taken:
        return {Group(event.workflow_id) for event in member.events}
    return {x.group for x in member.leases_opened if x.owner is not None and x.group is not None}


def may_reach(starts: set[Group], member: Member) -> bool:
    """Whether those that begin to run may reach a limit of the member."""
    return any(
        start.workflow_id == bound.group.workflow_id and (None in (start.key, bound.group.key) or start == bound.group)
        for bound in member.limits
        for start in starts
    )


def encode_member(member: Member) -> list[bytes]:
    """The bytes of its events."""
    return [mapper.encode(event) for event in member.events]
