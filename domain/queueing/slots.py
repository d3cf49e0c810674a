"""Which attempts may be out at once on one server: slots, and what attempts take of the machine. Pure.

A slot is a place for one attempt. Beside it an attempt takes amounts of resources: what its node says it needs (`cpu`
in cores, `memory_mb`, `gpu`, or units with a name an operator gives), and one of its kind of node. Of attempts of a
kind or of calls without a limit any number may be out; of any other resource nobody has spoken of there is none.
Whoever has waited longer for a slot or a resource gets it first; who waits for a resource keeps nobody from others.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import NamedTuple
from uuid import UUID

OF_ATTEMPTS = ":"
"""In the name of a resource that counts attempts; no name of units has it."""
KIND = "kind:"
"""Begins the name of the resource that is one attempt of a kind of node."""
MEMORY = "memory_mb"
CPU = "cpu"
GPU = "gpu"
OF_THE_MACHINE = (CPU, MEMORY, GPU)
"""Resources every service has; there may be none of one (gpu)."""

Amounts = Mapping[str, float]
"""How much of each resource, by name."""
NOTHING: Amounts = MappingProxyType({})
_EXACT = 6
"""Decimals that amounts are kept with: 0.1 taken three times and given back three times is 0."""


class Short(NamedTuple):
    """Too little of a resource is free: `free` of `limit`."""

    resource: str
    needed: float
    free: float
    limit: float


@dataclass(slots=True)
class _Wanting:
    """A running execution that could start steps: so many lack only a slot; `short` is the first demand that lacks a
    resource. `age` is its position in the log."""

    age: int
    steps: int
    short: Amounts | None


class Slots:
    """Of one server. `limit` attempts may be out; the limits of resources come with `bound`."""

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self.used = 0
        self._limits: dict[str, float] = {}
        self._taken: dict[str, float] = {}
        self._wants: dict[UUID, _Wanting] = {}

    # ── limits ──

    def bound(self, limits: Amounts) -> None:
        """There is so much of each resource. What is taken already stays taken."""
        self._limits = dict(limits)

    def limit_of(self, resource: str) -> float | None:
        """How much there is; None: nobody has said so."""
        return self._limits.get(resource)

    def taken(self, resource: str) -> float:
        """How much of it is taken."""
        return self._taken.get(resource, 0.0)

    def resources(self) -> Iterable[str]:
        """Those with a limit."""
        return self._limits

    def all_taken(self) -> Iterable[str]:
        """Those something is taken of."""
        return self._taken

    def lacks(self, amounts: Amounts, age: int | None = None) -> Short | None:
        """What too little is free of; for one of that `age`, what older ones wait for is not free."""
        for resource, needed in amounts.items():
            limit = self._limits.get(resource)
            if limit is None:
                if OF_ATTEMPTS in resource:
                    continue
                limit = 0.0
            free = limit - self._taken.get(resource, 0.0)
            if age is not None:
                free -= sum(
                    w.short.get(resource, 0.0) for w in self._wants.values() if w.short is not None and w.age < age
                )
            if needed > round(free, _EXACT):
                return Short(resource, needed, max(0.0, round(free, _EXACT)), limit)
        return None

    # ── what is held ──

    def take(self, amounts: Amounts = NOTHING, *, slots: int = 1) -> None:
        """Held from the decision to start until the outcome is decided about; with `slots=0` by an execution, for as
        long as it runs."""
        self.used += slots
        for resource, amount in amounts.items():
            self._taken[resource] = round(self._taken.get(resource, 0.0) + amount, _EXACT)

    def give_back(self, amounts: Amounts = NOTHING, *, slots: int = 1) -> None:
        """Of attempts that are over, or were never handed over."""
        self.used -= slots
        for resource, amount in amounts.items():
            left = round(self._taken.get(resource, 0.0) - amount, _EXACT)
            if left:
                self._taken[resource] = left
            else:
                self._taken.pop(resource, None)

    # ── who is next ──

    def room(self, execution_id: UUID, age: int) -> int:
        """Slots this execution may take now: free ones, less those that older ones wait for."""
        free = self.limit - self.used
        if free > 0 and self._wants:
            free -= sum(w.steps for other, w in self._wants.items() if other != execution_id and w.age < age)
        return max(0, free)

    def wait(self, execution_id: UUID, age: int, steps: int, short: Amounts | None = None) -> None:
        """The execution could start so many more steps with slots, and one that takes `short`; neither: it waits for
        nothing."""
        if steps or short is not None:
            self._wants[execution_id] = _Wanting(age, steps, short)
        else:
            self._wants.pop(execution_id, None)

    def waits(self, execution_id: UUID) -> bool:
        """Whether the execution has steps that wait for a slot or a resource."""
        return execution_id in self._wants

    def wanted(self, execution_id: UUID) -> int:
        """How many of its steps lack only a slot."""
        wanting = self._wants.get(execution_id)
        return 0 if wanting is None else wanting.steps

    def why(self, execution_id: UUID) -> Short | int | None:
        """What its steps wait for: what there is too little of, or how many slots; None: nothing."""
        wanting = self._wants.get(execution_id)
        if wanting is None:
            return None
        short = None if wanting.short is None else self.lacks(wanting.short, wanting.age)
        return short or wanting.steps or None

    def next_waiting(self) -> UUID | None:
        """The oldest running execution that may start one of the steps it waits to start."""
        if not self._wants or self.used >= self.limit:
            return None
        for execution_id, wanting in sorted(self._wants.items(), key=lambda one: one[1].age):
            if wanting.steps or (wanting.short is not None and self.lacks(wanting.short, wanting.age) is None):
                return execution_id
        return None

    @property
    def may_admit(self) -> bool:
        """Whether a slot is free for an execution of the queue."""
        return self.used < self.limit and not any(wanting.steps for wanting in self._wants.values())
