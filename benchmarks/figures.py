"""A figure of the benchmark: ours beside the other's, their ratio, and whether the target is met.

Both sides of a ratio are measured in turns within one run: on shared cores absolutes move by a third from hour
to hour, ratios hardly do. A ratio is the median over the rounds of each round's own ratio.
"""

import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, kw_only=True)
class Target:
    """What is to be reached: of the ratio to the other, or of our own value."""

    of: Literal["ratio", "ours"]
    bound: Literal["at most", "at least"]
    value: float

    def met_by(self, value: float) -> bool:
        """Whether the value is on the right side."""
        return value <= self.value if self.bound == "at most" else value >= self.value

    def __str__(self) -> str:
        sign = "<=" if self.bound == "at most" else ">="
        return f"{sign} {self.value:g}{'x' if self.of == 'ratio' else ''}"


@dataclass(frozen=True, kw_only=True)
class Figure:
    """One line of the table. Without a target it only informs."""

    name: str
    unit: str
    ours: float
    other: float | None = None
    other_name: str = ""
    ratio: float | None = None
    target: Target | None = None

    @property
    def met(self) -> bool | None:
        """Whether the target is met; None without one."""
        if self.target is None:
            return None
        judged = self.ratio if self.target.of == "ratio" else self.ours
        return judged is not None and self.target.met_by(judged)

    def as_json(self) -> dict[str, object]:
        """For `--json`."""
        return {
            "name": self.name, "unit": self.unit, "ours": self.ours, "other": self.other,
            "other_name": self.other_name, "ratio": self.ratio,
            "target": None if self.target is None else str(self.target), "met": self.met,
        }  # fmt: skip


def compared(
    name: str,
    unit: str,
    ours: Sequence[float],
    other: Sequence[float],
    *,
    other_name: str,
    target: Target | None = None,
) -> Figure:
    """From the rounds of both sides, in the order they were measured."""
    return Figure(
        name=name,
        unit=unit,
        ours=statistics.median(ours),
        other=statistics.median(other),
        other_name=other_name,
        ratio=statistics.median(a / b for a, b in zip(ours, other, strict=True)),
        target=target,
    )


def percentile(values: Sequence[float], percent: int) -> float:
    """A percentile of at least two values."""
    return statistics.quantiles(values, n=100, method="inclusive")[percent - 1]


def table(figures: Sequence[Figure]) -> str:
    """The figures as aligned text."""
    rows = [("figure", "ours", "other", "", "ratio", "target", ""), *map(_row, figures)]
    widths = [max(len(row[i]) for row in rows) for i in range(7)]
    left = (0, 3, 6)
    lines = [
        "  ".join(
            cell.ljust(width) if i in left else cell.rjust(width)
            for i, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    ]
    lines.insert(1, "-" * max(map(len, lines)))
    return "\n".join(lines)


def _row(figure: Figure) -> tuple[str, ...]:
    return (
        f"{figure.name} [{figure.unit}]",
        _number(figure.ours),
        _number(figure.other),
        figure.other_name,
        "" if figure.ratio is None else f"{figure.ratio:.2f}x",
        "" if figure.target is None else str(figure.target),
        {None: "", True: "met", False: "NOT MET"}[figure.met],
    )


def _number(value: float | None) -> str:
    if value is None:
        return ""
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:,.2f}"
