"""The queue's sentences in the terminal."""

import pytest

from interfaces.cli.queue import lines, sentence


@pytest.mark.parametrize(
    ("code", "params", "says"),
    [
        ("slots_taken", {"limit": 4, "higher": 0}, "all 4 slots are taken"),
        ("slots_taken", {"limit": 4, "higher": 3}, "all 4 slots are taken; waits behind 3 of higher priority"),
        (
            "key_limit",
            {"limit": 2, "key": "Seattle", "running": 3, "holders": [{"number": 812}, {"number": None}]},
            "key Seattle is at its limit of 2: held by #812, one on another server and 1 more",
        ),
        ("workflow_limit", {"limit": 1, "running": 0, "holders": []}, "its workflow is at its limit of 1"),
        ("resources", {"resource": "memory_mb", "needed": 6144.0, "free": 2048.5}, "needs 6144 memory_mb, 2048.5 free"),
        ("steps_resources", {"resource": "gpu", "needed": 1, "free": 0.0}, "needs 1 gpu, 0 free"),
        ("steps_kind", {"kind": "http", "limit": 2}, "a step waits: 2 of kind http run, and no more may"),
        ("steps_calls", {"limit": 2}, "a step waits: the service it calls bears 2 calls at once"),
        ("steps_slots", {"steps": 3, "limit": 8}, "3 steps wait: all 8 slots are taken"),
        ("held", {}, "held by a person"),
        ("delayed", {"until": "2031-01-01T00:00:00Z"}, "delayed until 2031-01-01T00:00:00Z"),
    ],
)
def test_why_something_waits_is_one_sentence(code: str, params: dict[str, object], says: str) -> None:
    assert sentence({"code": code, "params": params}) == says


def test_the_queue_is_a_line_of_figures_and_one_for_each_that_waits() -> None:
    item = {
        "workflow": {"name": "weather"}, "number": 7, "priority": 5, "place": 1, "waited_ms": 1500.0,
        "starts_in_ms": {"p50": 170_000.0, "p90": 290_000.0},
        "why_waiting": {"code": "slots_taken", "params": {"limit": 2, "higher": 0}},
    }  # fmt: skip
    held = {
        **item,
        "number": 8,
        "place": None,
        "waited_ms": 600_000.0,
        "starts_in_ms": None,
        "why_waiting": {"code": "held", "params": {}},
    }
    queue = {
        "slots": {"used": 2, "limit": 2}, "running": 2, "queued": 2, "oldest_wait_ms": 600_000.0, "items": [item, held],
    }  # fmt: skip
    assert [*lines(queue)] == [
        "2 running, 2 waiting, the longest for 10 min; 2 of 2 slots are in use.",
        "   1  weather #7  priority 5  1.5 s  all 2 slots are taken; starts in about 3 to 5 min",
        "   -  weather #8  priority 5  10 min  held by a person",
    ]


@pytest.mark.parametrize(
    ("p50", "p90", "says"),
    [
        (0, 300, "1 s"),
        (4_000, 94_000, "4 to 94 s"),
        (94_000, 96_000, "2 min"),
        (3_600_000, 5_600_000, "60 to 93 min"),
        (5_000_000, 9e9, "1 to 2500 h"),
    ],
)
def test_when_it_starts_is_a_rough_range_in_one_unit(p50: float, p90: float, says: str) -> None:
    item = {
        "workflow": {"name": "w"}, "number": 1, "priority": 0, "place": 1, "waited_ms": 0.0,
        "starts_in_ms": {"p50": p50, "p90": p90}, "why_waiting": {"code": "held", "params": {}},
    }  # fmt: skip
    queue = {"slots": {"used": 1, "limit": 1}, "running": 1, "queued": 1, "oldest_wait_ms": None, "items": [item]}
    assert [*lines(queue)][1].endswith(f"held by a person; starts in about {says}")
