"""What step code can use: the object given to a `main` that has a parameter named `step`."""

import math
import mimetypes
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from infrastructure.workers.lines import clean

MAX_ATTACHED_BYTES = 64 * 1024 * 1024
"""Of one attempt, all attachments together: the artifact limit."""

_LEVELS = ("debug", "info", "warning", "error")


class StepCancelled(BaseException):
    """Raised inside step code when it is asked to end, so that `finally` blocks run.

    Not an Exception: `except Exception` must not swallow it.
    """


class StepRefused(Exception):
    """A step that fails with an error of its own kind instead of a Python traceback."""

    def __init__(
        self, code: str, message: str, advice: str, *, kind: str = "", category: str = "step", retryable: bool = False
    ) -> None:
        super().__init__(message)
        self.code, self.message, self.advice = code, message, advice
        self.kind, self.category, self.retryable = kind, category, retryable


@dataclass(frozen=True, kw_only=True)
class StepPorts:
    """Where a step's words go: functions of the worker."""

    log: Callable[[str, str], None]
    progress: Callable[[float | None, str | None], None]
    attach: Callable[[str, str, bytes], None]


class Step:
    """One attempt, seen from its code."""

    def __init__(
        self,
        ports: StepPorts,
        *,
        execution_id: str,
        run: int,
        path: str,
        attempt: int,
        idempotency_key: str,
        file_roots: tuple[str, ...] = (),
        http_allowed: tuple[str, ...] = (),
        secrets: Mapping[str, str] | None = None,
    ) -> None:
        self._ports = ports
        self._attached = 0
        self.execution_id = execution_id
        self.run = run
        self.path = path
        self.attempt = attempt
        self.idempotency_key = idempotency_key
        """The same for every automatic retry: hand it to services that drop repeated requests."""
        self.file_roots = file_roots
        self.http_allowed = http_allowed
        """Private networks that the kinds http and llm may reach."""
        self.secrets: Mapping[str, str] = secrets or {}
        """What the settings let this kind of node see and no other: keys by the entry that allows them."""
        self.files: Mapping[str, str] = {}
        """Absolute paths of the files named in the node's `files`."""

    def progress(self, fraction: float | None = None, text: str | None = None) -> None:
        """Say how far the work is: `fraction` 0..1 (values outside are moved to the nearer end)."""
        if fraction is not None:
            fraction = float(fraction)
            fraction = None if math.isnan(fraction) else min(1.0, max(0.0, fraction))
        self._ports.progress(fraction, None if text is None else clean(str(text))[:500])

    def log(self, message: object, level: str = "info") -> None:
        """Write a line with a level: debug, info, warning or error."""
        if level not in _LEVELS:
            raise ValueError(f"step.log: level {level!r} is not one of {', '.join(_LEVELS)}")
        self._ports.log(level, str(message))

    def attach(self, name: str, content: str | bytes, media_type: str | None = None) -> None:
        """Give a file with the result (a report, a picture). It can be opened from the run.

        The media type is guessed from the name when it is left out. Raises ValueError when the name
        is not a plain file name, or the attempt's attachments exceed 64 MiB together.
        """
        if not name or len(name) > 200 or "/" in name or name in (".", "..") or not name.isprintable():
            raise ValueError(f"step.attach: {name!r} is not a file name; use something like 'report.html'")
        raw = content.encode() if isinstance(content, str) else bytes(content)
        self._attached += len(raw)
        if self._attached > MAX_ATTACHED_BYTES:
            raise ValueError("step.attach: one attempt may attach at most 64 MiB; store larger files elsewhere")
        guessed = media_type or mimetypes.guess_type(name)[0] or "application/octet-stream"
        self._ports.attach(name, guessed, raw)
