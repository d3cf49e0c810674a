"""How much memory a step takes, learnt from the attempts before. Pure."""

from collections import OrderedDict, deque
from collections.abc import Sequence
from math import ceil

ENOUGH = 5
"""Attempts, below which nothing is said."""
KEPT = 50
MOST_STEPS = 2_000
"""Steps that are remembered, those last used."""
MB = 2**20


class LearntMemory:
    """Of steps by profile: the definition and the node."""

    def __init__(self) -> None:
        self._peaks: OrderedDict[str, deque[int]] = OrderedDict()
        self._p95: dict[str, float] = {}

    def learn(self, profile: str, peak_bytes: int) -> None:
        """An attempt took so much at its peak; 0: it was not measured."""
        if peak_bytes <= 0:
            return
        peaks = self._peaks.get(profile)
        if peaks is None:
            peaks = self._peaks[profile] = deque(maxlen=KEPT)
            if len(self._peaks) > MOST_STEPS:
                gone, _ = self._peaks.popitem(last=False)
                self._p95.pop(gone, None)
        else:
            self._peaks.move_to_end(profile)
        peaks.append(peak_bytes)
        self._p95.pop(profile, None)

    def recall(self, profile: str, peaks_bytes: Sequence[int]) -> None:
        """Attempts before those it has learnt of took so much, the oldest first."""
        since = self._peaks.pop(profile, ())
        self._p95.pop(profile, None)
        for peak_bytes in (*peaks_bytes, *since):
            self.learn(profile, peak_bytes)

    def mb(self, profile: str) -> float | None:
        """The 95th percentile of its last attempts in MiB; None after fewer than ENOUGH."""
        known = self._p95.get(profile)
        if known is not None:
            return known
        peaks = self._peaks.get(profile)
        if peaks is None or len(peaks) < ENOUGH:
            return None
        found = self._p95[profile] = round(sorted(peaks)[ceil(len(peaks) * 0.95) - 1] / MB, 3)
        return found
