"""How many attempts this machine bears now: a limit that follows the load. Pure; fed with samples and ends.

Additive increase, multiplicative decrease, with hysteresis (as congestion control of TCP: RFC 5681). It begins at the
number of cores and rises while all slots are used and nothing is short: with each attempt that ends, and without any by
one every GROW_S. Memory that runs short halves it, down to one, and after that it rises by one every REGROW_S, once
REST_S have passed without pressure. Other programs that keep the cores busy lower it while all of it is in use, but
never below two for each core, for steps wait for others too; once they leave the cores it rises as at first, for what
was taken is there again at once. It does not rise where one attempt more, as large as those before, would make memory
short. Nothing that runs is ended for it.
"""

from collections import deque
from dataclasses import dataclass
from enum import StrEnum

GROW_S, REGROW_S, REST_S, CPU_REST_S = 0.5, 1.5, 5.0, 1.0
MEMORY_HIGH, MEMORY_LOW = 0.90, 0.80
"""Share of the memory in use from which it is short, and below which it is not any more."""
SEEN_S = 3.0
"""So long the most memory that was seen in use counts: not all attempts hold theirs at the same moment."""
STALL_HIGH = 0.10
"""Share of the time in which every task waited for memory (PSI `full`)."""
OTHERS_HIGH, OTHERS_LOW = 0.50, 0.30
"""Share of the machine's CPU time that programs other than ours take."""
CPU_WAIT_HIGH = 0.50
"""Share of the time in which some task waited for a CPU (PSI `some`), below which others disturb nobody."""
CPU_SAMPLES = 3
"""So many in a row, a second apart or less, before others count as disturbing."""
IN_USE_S = 1.0
"""All of it is in use when it was within this time: where cores are taken, what is free is not filled at once."""
APART_S = 1.0
"""At least between two decreases: the one before must have had its effect."""


@dataclass(frozen=True, kw_only=True)
class Pressure:
    """A sample. Shares from 0 to 1; None where the machine does not tell."""

    memory_used: float
    memory_stall: float | None = None
    cpu_others: float = 0.0
    cpu_wait: float | None = None
    memory_bytes: int = 0
    """How much memory there is; 0: nobody knows."""


CALM = Pressure(memory_used=0.0)


class Why(StrEnum):
    """Why the limit has moved."""

    MEMORY = "memory"
    MEMORY_STALL = "memory_stall"
    CPU = "cpu"
    DEMAND = "demand"
    RECOVERED = "recovered"
    PINNED = "pinned"
    UNPINNED = "unpinned"
    CALLS_REFUSED = "calls_refused"
    """By the program that is called: it answers that it is asked too often, or too late."""
    CALLS_ANSWERED = "calls_answered"


class Controller:
    """Of one server. `floor` is the number of cores; `ceiling` the most attempts there are workers for."""

    def __init__(self, *, cores: int, ceiling: int) -> None:
        self.ceiling = max(1, ceiling)
        self.floor = min(max(1, cores), self.ceiling)
        self.limit = self.floor
        self._goal = self.ceiling
        """Up to here it rises with each attempt that ends; above it has met pressure."""
        self._grew_at = self._shrank_at = self._rest_until = -1e9
        self._has_shrunk = False
        self._disturbed = 0
        self._was_short = False
        self._seen: deque[tuple[float, float]] = deque()
        self._all_used_at = -1e9

    def ended(self, used: int, now: float, each: float = 0.0) -> bool:
        """An attempt has ended when `used` were out; whether the limit has moved. `each` is the share of the memory
        that an attempt may take."""
        if used >= self.limit:
            self._all_used_at = now
        if used < self.limit or self.limit >= min(self._goal, self.ceiling) or now < self._rest_until:
            return False
        if not self._fits(each, now):
            return False
        self.limit += 1
        self._grew_at = now
        return True

    def sample(self, pressure: Pressure, used: int, now: float, each: float = 0.0) -> Why | None:
        """How the machine is now; why the limit has moved, None when it has not. `each` as above."""
        self._seen.append((now, pressure.memory_used))
        if used >= self.limit:
            self._all_used_at = now
        short = self._short(pressure)
        if short is not None:
            self._rest_until = now + (CPU_REST_S if short is Why.CPU else REST_S)
            return self._shrink(short, used, now)
        if used < self.limit or self.limit >= self.ceiling or now < self._rest_until:
            return None
        if not self._fits(each, now):
            return None
        if now - self._grew_at < (REGROW_S if self.limit >= self._goal else GROW_S):
            return None
        self.limit += 1
        self._goal = max(self._goal, self.limit)
        self._grew_at = now
        return Why.RECOVERED if self._has_shrunk else Why.DEMAND

    def _fits(self, each: float, now: float) -> bool:
        """Whether memory would not be short with one attempt more."""
        while self._seen and self._seen[0][0] < now - SEEN_S:
            self._seen.popleft()
        return max((used for _, used in self._seen), default=0.0) + each < MEMORY_HIGH

    def _short(self, pressure: Pressure) -> Why | None:
        low = MEMORY_LOW if self._was_short else MEMORY_HIGH
        self._was_short = pressure.memory_used >= low
        if self._was_short:
            return Why.MEMORY
        if (pressure.memory_stall or 0.0) >= STALL_HIGH:
            return Why.MEMORY_STALL
        disturbing = pressure.cpu_others >= (OTHERS_LOW if self._disturbed >= CPU_SAMPLES else OTHERS_HIGH)
        waits = pressure.cpu_wait is None or pressure.cpu_wait >= CPU_WAIT_HIGH
        self._disturbed = self._disturbed + 1 if disturbing and waits else 0
        return Why.CPU if self._disturbed >= CPU_SAMPLES else None

    def _shrink(self, why: Why, used: int, now: float) -> Why | None:
        if now - self._shrank_at < APART_S:
            return None
        if why is Why.CPU:
            # Where not all is used nobody would be helped, and what comes next would find too little.
            in_use = now - self._all_used_at <= IN_USE_S
            limit = max(min(2 * self.floor, self.ceiling), self.limit // 2) if in_use else self.limit
        else:
            # What is not used is given up at once: it would be no decrease.
            limit = max(1, min(self.limit, max(used, 1)) // 2)
        if limit >= self.limit:
            return None
        if why is not Why.CPU:
            self._goal = limit
        self.limit = limit
        self._has_shrunk = True
        self._shrank_at = self._grew_at = now
        return why
