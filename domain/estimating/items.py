"""How long a map still takes, from how long its items took, in this run and in one before. Pure."""

from bisect import bisect_right
from collections.abc import Sequence
from heapq import heapify, heapreplace
from typing import NamedTuple

WEIGHT = 10.0
"""Items that the pace of a map in a past run counts as, against those that have ended in this one. Fitted: with 6 to 16
what is said is kept (`python -m benchmarks estimates`), with 2 too little is expected after the first short items."""
MOST_PLAYED = 200
"""Items of one map that are played one by one."""
GOLDEN = 0.6180339887498949


class Items(NamedTuple):
    """A map that is out: `left` of its items have not ended, of which `wide` run at once. `done_s` is how long some of
    those took that have ended, `out_s` for how long some of those have been out that are."""

    left: int
    wide: int
    done_s: Sequence[float]
    out_s: Sequence[float]


def items_left_s(items: Items, before_s: Sequence[float], place: int) -> float | None:
    """Seconds until the last item ends, if they go on as items of a run before did (`before_s`), at the pace of this
    run's own as far as that is known; None when nothing is known of either. `place` is that of the run among others.
    """
    like = before_s or items.done_s
    mean = sum(like) / len(like) if like else 0.0
    if mean <= 0:
        return None
    # The short ones end first: what those that are out have taken so far belongs to the pace too, by half.
    own_s = sum(items.done_s) + sum(items.out_s) / 2 if items.done_s else 0.0
    scale = (WEIGHT * mean + own_s) / (WEIGHT + len(items.done_s)) / mean
    ordered = sorted(one_s * scale for one_s in like)
    # Which of them is drawn: steps of the golden ratio, each play from another place. Even, and without chance.
    turn = place * GOLDEN
    ends: list[float] = []
    for out_s in items.out_s[: items.wide]:
        turn += GOLDEN
        longer = len(ordered) - bisect_right(ordered, out_s)
        ends.append(ordered[-1 - int(turn % 1 * longer)] - out_s if longer else out_s)
    to_come = max(0, items.left - len(ends))
    ends += [0.0] * (min(items.wide, items.left) - len(ends))
    if not ends:
        return 0.0
    # Of a long list the first ones are taken to be average; the last ones decide when the map ends.
    average = max(0, to_come - MOST_PLAYED)
    heapify(ends)
    for _ in range(to_come - average):
        turn += GOLDEN
        heapreplace(ends, ends[0] + ordered[int(turn % 1 * len(ordered))])
    return max(ends) + average * mean * scale / len(ends)
