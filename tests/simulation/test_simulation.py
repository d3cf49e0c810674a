"""The whole scheduler under a virtual clock: every seed is a world in which everything breaks, and all must end well.

    python -m tests.simulation 123      that world alone, its log kept

A failing seed prints what was broken and the file with its log, one event a line.
"""

import tempfile
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path

import pytest
from coverage import Coverage

from tests.simulation.faults import CHANCES, COMMANDS, SERVER_FAULTS
from tests.simulation.world import Verdict, simulate

SHORT, LONG, CHUNK = 300, 10_000, 500
SHOWN = 2
COUNTED = 10
PARTS = ("whole", "part_run", "part_given")
"""What executions run of their workflow."""
# An evaluation that is cancelled before it began; nothing waits for it.
pytestmark = pytest.mark.filterwarnings("ignore:coroutine .* was never awaited:RuntimeWarning")


@contextmanager
def uncounted() -> Iterator[None]:
    """Without the coverage of lines, where it is on."""
    counting = Coverage.current()
    if counting is not None:
        counting.stop()
    try:
        yield
    finally:
        if counting is not None:
            counting.start()


def live_through(seeds: Iterable[int]) -> Counter[str]:
    """All of these worlds; what took effect in them. Fails with the first few that went wrong."""
    began, counts, events, wrong = time.monotonic(), Counter[str](), 0, list[Verdict]()
    lived = 0
    for seed in seeds:
        # Counting lines takes several times as long as the world itself: the first ones show what is reached.
        with nullcontext() if lived < COUNTED else uncounted():
            verdict = simulate(seed)
        lived += 1
        counts += verdict.counts
        events += verdict.events
        if verdict.breaches:
            wrong.append(verdict)
            if len(wrong) == SHOWN:
                break
    print(f"\n{lived} seeds, {events} events, {time.monotonic() - began:.1f} s")
    print(f"took effect: {dict(sorted(counts.items()))}")
    assert not wrong, "\n".join(map(told, wrong))
    return counts


def told(verdict: Verdict) -> str:
    file = verdict.dump(Path(tempfile.gettempdir()) / "runwright-simulation")
    return f"seed {verdict.seed} (log: {file})\n    " + "\n    ".join(verdict.breaches[:4])


def nothing_is_missing(counts: Counter[str]) -> None:
    """A fault that never took effect proves nothing."""
    assert [name for name in (*CHANCES, *SERVER_FAULTS, *COMMANDS, *PARTS) if not counts[name]] == []


def test_every_world_ends_well() -> None:
    nothing_is_missing(live_through(range(SHORT)))


@pytest.mark.long
@pytest.mark.parametrize("first", range(SHORT, SHORT + LONG, CHUNK))
def test_ten_thousand_worlds_end_well(first: int) -> None:
    nothing_is_missing(live_through(range(first, first + CHUNK)))


def test_a_seed_is_one_world() -> None:
    first, again = simulate(7), simulate(7)
    assert first.events > 20
    assert (first.lines, first.told, first.counts) == (again.lines, again.told, again.counts)
