"""Quantiles of few numbers, so that what is promised is kept. Pure."""

from collections.abc import Sequence
from typing import NamedTuple


class Range(NamedTuple):
    """Half of the cases are below `p50`, nine of ten below `p90`; in seconds or whatever the numbers were."""

    p50: float
    p90: float


def quantile(ordered: Sequence[float], share: float) -> float:
    """The number below which the next one of the same kind lies with that probability; `ordered` rises, and holds some.

    By rank (n + 1) * share, between ranks linearly (Hyndman and Fan 1996, type 6): for the next number of an
    exchangeable sequence that is exact, while the sample's own quantile is too low.
    """
    rank = (len(ordered) + 1) * share
    if rank <= 1:
        return ordered[0]
    if rank >= len(ordered):
        return ordered[-1]
    below = int(rank)
    return ordered[below - 1] + (rank - below) * (ordered[below] - ordered[below - 1])


def range_of(numbers: Sequence[float]) -> Range:
    """Of numbers in any order."""
    ordered = sorted(numbers)
    return Range(p50=quantile(ordered, 0.5), p90=quantile(ordered, 0.9))
