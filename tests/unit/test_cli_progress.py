"""What the terminal shows of an execution, from its events alone."""

import io
from typing import Any

import pytest
from rich.console import Console

from interfaces.cli.progress import RunView, follow

AT = "2026-01-02T03:04:05Z"


def event(kind: str, **data: Any) -> tuple[str, dict[str, object]]:
    return f"execution.{kind}", {"type": f"execution.{kind}", "at": AT, "data": data}


HISTORY = [
    event("created", workflow_name="weather", number=7),
    event("started"),
    event("step_started", path="load", attempt=1),
    event("step_progressed", path="load", attempt=1, fraction=0.5, text="half"),
    event("step_logged", path="load", lines=[{"level": "warning", "text": "[bold]not markup[/]"}], dropped=3),
    event("step_failed", path="load", attempt=1, error={"message": "no network", "advice": "Try again."}, usage=None),
    event("step_started", path="load", attempt=2),
    event("step_completed", path="load", attempt=2, usage={"wall_ms": 1250.0}),
    event("step_skipped", path="notify", reason="no_edge_taken"),
    event("edges_decided", source="load", taken={}),
]


def shown(history: list[tuple[str, dict[str, object]]], *, terminal: bool = False) -> tuple[int, str]:
    out = io.StringIO()
    code = follow(history, Console(file=out, force_terminal=terminal, width=100, color_system=None))
    return code, out.getvalue()


def test_in_a_pipe_each_thing_is_a_line_and_log_text_is_never_markup() -> None:
    code, text = shown([*HISTORY, event("completed"), ("end", {"status": "completed"})])
    assert code == 0
    for part in (
        "queued weather #7",
        "▶ load",
        "load │ [bold]not markup[/]",
        "3 lines were too many",
        "✘ load",
        "no network",
        "→ Try again.",
        "▶ load (attempt 2)",
        "✔ load 1.25 s",
        "notify skipped (no_edge_taken)",
        "completed",
    ):
        assert part in text


def test_in_a_terminal_running_steps_stand_below_with_their_progress() -> None:
    code, text = shown(
        [*HISTORY[:4], event("failed", error={"code": "boom"}), ("end", {"status": "failed"})], terminal=True
    )
    assert code == 1
    assert "half" in text
    assert "failed boom" in text


@pytest.mark.parametrize(("status", "code"), [("completed", 0), ("failed", 1), ("stopped", 3), ("odd", 2)])
def test_the_exit_code_is_the_outcome(status: str, code: int) -> None:
    assert shown([("end", {"status": status})])[0] == code


def test_a_step_that_ended_in_any_way_is_no_longer_running() -> None:
    for kind in ("step_completed", "step_failed", "step_stopped", "step_lost", "step_waiting"):
        view = RunView()
        view.take(*event("step_started", path="a", attempt=1))
        assert list(view.active) == ["a"]
        view.take(*event(kind, path="a", attempt=1, reason="r"))
        assert view.active == {}


def test_stopping_is_shown_until_stopped_with_its_proof() -> None:
    view = RunView()
    view.take(*event("stop_requested"))
    assert view.status == "stopping"
    assert "descendants_gone" in view.take(*event("stopped", proof="descendants_gone"))[0]
    assert view.status == "stopped"
