"""What steps took of memory before this server began is read from the views, so that a restart forgets nothing."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from application.ports import StoreUnavailable
from application.projections.rows import AttemptRow
from application.versions import Versions
from domain.errors import Refusal
from domain.paths import template_of
from domain.queueing.memory import KEPT, LearntMemory

log = logging.getLogger("runwright.load")
WORKFLOWS = 50
STEPS = 400
"""Step rows that are read of each workflow: with 8 steps those of its last 50 runs."""
WAIT_S = 2.0
"""For so long the start waits: what starts first would not know what it needs."""


@dataclass(frozen=True, kw_only=True)
class RecentStep:
    """A step of a recent run, with its attempts."""

    workflow_id: UUID
    version: int
    path: str
    attempts: Sequence[AttemptRow]


class RecentViews(Protocol):
    """Reading the views."""

    async def recent_steps(self, *, workflows: int, each: int, rows: int) -> Sequence[RecentStep]: ...


async def remember(views: RecentViews, versions: Versions, memory: LearntMemory) -> None:
    """Teach `memory` what the attempts of recent runs took. What cannot be read is not known, and learnt anew."""
    try:
        steps = await views.recent_steps(workflows=WORKFLOWS, each=KEPT, rows=STEPS)
    except StoreUnavailable as error:
        log.warning("what steps take of memory is learnt anew: %s", error)
        return
    found: dict[str, list[tuple[datetime, int]]] = {}
    for step in steps:
        peaks = [
            (attempt.ended_at, attempt.usage.peak_memory_bytes)
            for attempt in step.attempts
            if attempt.ended_at is not None and attempt.usage is not None
        ]
        if peaks and (profile := await _profile(versions, step)) is not None:
            found.setdefault(profile, []).extend(peaks)
    for profile, peaks in found.items():
        memory.recall(profile, [peak for _, peak in sorted(peaks)])


async def _profile(versions: Versions, step: RecentStep) -> str | None:
    try:
        prepared = await versions.graph(step.workflow_id, step.version)
    except (LookupError, Refusal, StoreUnavailable):
        return None
    node = prepared.templates.get(template_of(step.path))
    return None if node is None else node.profile
