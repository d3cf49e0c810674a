"""An execution in the terminal, live: a line for each thing that happens, below it the steps that run now.

`RunView` folds events into lines and states; `follow` draws them. In a pipe only the lines are written.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import cast

from rich.console import Console, Group
from rich.live import Live
from rich.markup import escape
from rich.progress_bar import ProgressBar
from rich.spinner import Spinner
from rich.table import Table
from rich.text import Text

from interfaces.cli.client import Json
from interfaces.cli.refusal import COMPLETED, FAILED, REFUSED, STOPPED

EXIT_CODES = {"completed": COMPLETED, "failed": FAILED, "stopped": STOPPED}
LEVEL_STYLES = {"error": "red", "warning": "yellow", "debug": "dim"}


@dataclass(kw_only=True)
class ActiveStep:
    """A step that was handed over and has no outcome yet."""

    attempt: int
    fraction: float | None = None
    text: str = ""


@dataclass(kw_only=True)
class RunView:
    """What the terminal shows of one execution."""

    active: dict[str, ActiveStep] = field(default_factory=dict[str, ActiveStep])
    status: str = "queued"

    def take(self, kind: str, event: Json) -> list[str]:
        """Fold one event; the lines (rich markup) it adds above the live part."""
        data = cast(Json, event.get("data") or {})
        path, at = str(data.get("path") or ""), _clock(event.get("at"))
        match kind.removeprefix("execution."):
            case "created":
                return [f"{at} [dim]queued[/] {escape(str(data.get('workflow_name') or ''))} #{data.get('number')}"]
            case "started":
                self.status = "running"
                return [f"{at} [blue]running[/]"]
            case "step_started":
                attempt = int(str(data.get("attempt") or 1))
                self.active[path] = ActiveStep(attempt=attempt)
                again = f" (attempt {attempt})" if attempt > 1 else ""
                return [f"{at} [blue]▶[/] {escape(path)}{again}"]
            case "step_progressed":
                if path in self.active:
                    step = self.active[path]
                    fraction = data.get("fraction")
                    step.fraction = float(fraction) if isinstance(fraction, int | float) else None
                    step.text = str(data.get("text") or "")
                return []
            case "step_logged":
                lines = cast(list[Json], data.get("lines") or [])
                return [_log_line(path, line) for line in lines] + _dropped(path, data)
            case "step_completed":
                self.active.pop(path, None)
                return [f"{at} [green]✔[/] {escape(path)}{_duration(data)}"]
            case "step_failed":
                self.active.pop(path, None)
                return [f"{at} [red]✘[/] {escape(path)}{_duration(data)} {_error(data)}"]
            case "step_given":
                return [f"{at} [dim]– {escape(path)} did not run ({escape(str(data.get('source')))})[/]"]
            case "step_skipped":
                return [f"{at} [dim]– {escape(path)} skipped ({escape(str(data.get('reason')))})[/]"]
            case "step_stopped" | "step_lost":
                self.active.pop(path, None)
                word = "stopped" if kind.endswith("stopped") else "lost"
                return [f"{at} [yellow]■[/] {escape(path)} {word}"]
            case "step_waiting":
                self.active.pop(path, None)
                return [f"{at} [yellow]?[/] {escape(path)} waits ({escape(str(data.get('reason')))})"]
            case "stop_requested":
                self.status = "stopping"
                return [f"{at} [yellow]stopping[/]"]
            case "completed":
                self.status = "completed"
                return [f"{at} [green]completed[/]"]
            case "failed":
                self.status = "failed"
                return [f"{at} [red]failed[/] {_error(data)}"]
            case "stopped":
                self.status = "stopped"
                return [f"{at} [yellow]stopped[/] ({escape(str(data.get('proof') or ''))})"]
            case "end":
                self.status = str(event.get("status") or self.status)
                return []
            case _:
                return []

    def picture(self) -> Group:
        """The steps that run now, one row each."""
        table = Table.grid(padding=(0, 1))
        for path, step in self.active.items():
            bar = ProgressBar(total=1.0, completed=step.fraction, width=24) if step.fraction is not None else Text("")
            table.add_row(Spinner("dots"), Text(path), bar, Text(step.text, style="dim"))
        return Group(table)


def follow(stream: Iterable[tuple[str, Json]], console: Console) -> int:
    """Show the execution until its end; the exit code of its outcome."""
    view = RunView()
    if not console.is_terminal:
        for kind, event in stream:
            for line in view.take(kind, event):
                console.print(line, highlight=False, soft_wrap=True)
        return EXIT_CODES.get(view.status, REFUSED)
    with Live(view.picture(), console=console, refresh_per_second=8, transient=True) as live:
        for kind, event in stream:
            for line in view.take(kind, event):
                live.console.print(line, highlight=False, soft_wrap=True)
            live.update(view.picture())
    return EXIT_CODES.get(view.status, REFUSED)


def _clock(at: object) -> str:
    try:
        local = datetime.fromisoformat(str(at)).astimezone()
    except ValueError:
        local = datetime.now(UTC).astimezone()
    return f"[dim]{local:%H:%M:%S}[/]"


def _log_line(path: str, line: Json) -> str:
    style = LEVEL_STYLES.get(str(line.get("level")), "default")
    return f"  [dim]{escape(path)} │[/] [{style}]{escape(str(line.get('text') or ''))}[/]"


def _dropped(path: str, data: Json) -> list[str]:
    count = data.get("dropped")
    return [f"  [dim]{escape(path)} │ {count} lines were too many to keep[/]"] if count else []


def _duration(data: Json) -> str:
    usage = data.get("usage")
    wall = cast(Json, usage).get("wall_ms") if isinstance(usage, dict) else None
    return f" [dim]{float(wall) / 1000:.2f} s[/]" if isinstance(wall, int | float) else ""


def _error(data: Json) -> str:
    error = data.get("error")
    if not isinstance(error, dict):
        return ""
    known = cast(Json, error)
    advice = f"\n  [dim]→ {escape(str(known['advice']))}[/]" if known.get("advice") else ""
    return f"[red]{escape(str(known.get('message') or known.get('code') or ''))}[/]{advice}"
