"""Triggers in the terminal."""

from interfaces.cli.triggers import lines

CRON = {
    "id": "t-1", "name": "morning", "kind": "cron", "cron": "0 8 * * *", "timezone": "Asia/Shanghai", "every_s": None,
    "path": None, "paused": False, "next_at": "2026-11-28T00:00:00Z", "waits_for": None, "last_skip": None,
}  # fmt: skip


def test_each_trigger_is_a_line_with_when_it_fires() -> None:
    often = {**CRON, "id": "t-2", "name": "often", "kind": "interval", "every_s": 90.0}
    items = [
        CRON, {**often, "waits_for": "e-1"}, {**often, "paused": True},
        {**CRON, "kind": "webhook", "path": "/api/v1/hooks/t-3", "next_at": None},
        {**often, "last_skip": {"count": 2, "reason": "overlap", "detail": None}},
        {**often, "last_skip": {"count": 1, "reason": "workflow_is_paused", "detail": "The workflow is paused."}},
    ]  # fmt: skip
    assert [*lines({"items": items})] == [
        "t-1  morning  0 8 * * * (Asia/Shanghai)  next 2026-11-28T00:00:00Z",
        "t-2  often  every 90 s  waits for the end of e-1",
        "t-2  often  every 90 s  paused",
        "t-1  morning  /api/v1/hooks/t-3  when it is called",
        "t-2  often  every 90 s  next 2026-11-28T00:00:00Z; last 2 started nothing: overlap",
        "t-2  often  every 90 s  next 2026-11-28T00:00:00Z; last 1 started nothing: The workflow is paused.",
    ]
