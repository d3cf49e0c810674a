"""A kind of node in one file. Nothing of Runwright is imported: a typed function with a docstring is enough."""

from statistics import mean, median
from typing import Literal


def smooth(
    values: list[float | None],
    window: int = 7,
    by: Literal["mean", "median"] = "mean",
    digits: int | None = 2,
    *,
    step,
) -> dict[str, object]:
    """Smooths a series of numbers by a moving mean or median.

    Args:
        values: The series. Gaps (null) stay gaps.
        window: How many neighbours are taken together, an odd number from 1.
        by: What is made of them.
        digits: Digits after the point; null keeps all.
    """
    if window < 1 or window % 2 == 0:
        raise ValueError(f"window is {window}; take an odd number such as 7")
    half = window // 2
    middle = mean if by == "mean" else median
    smoothed: list[float | None] = []
    for at, value in enumerate(values):
        near = [other for other in values[max(0, at - half) : at + half + 1] if other is not None]
        smoothed.append(None if value is None else round(middle(near), digits) if digits is not None else middle(near))
        if at % 100 == 0:
            step.progress(at / len(values), f"{at} of {len(values)}")
    known = [value for value in smoothed if value is not None]
    print(f"{len(known)} values smoothed, {len(values) - len(known)} gaps")
    return {"values": smoothed, "lowest": min(known, default=None), "highest": max(known, default=None)}


# All of it may be left out. Running it twice does no harm: after a lost worker it is simply run again.
smooth.runwright = {"title": "Smooth", "icon": "shuffle", "retry_safe": True}
