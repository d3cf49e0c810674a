"""What an attempt ended as: from a worker's last words, or from how the worker died."""

import os
import signal
from pathlib import Path

from application.ports import Attempt, Erred, Lost, Outcome, Succeeded
from domain.errors import Category
from domain.event import StepError
from domain.values import JsonText, Usage
from infrastructure.workers.entries import Entry
from infrastructure.workers.wire import Done


def outcome_of(entry: Entry, done: Done) -> Outcome:
    """The outcome that the worker told."""
    attempt = entry.attempt.id
    failure = done.failure
    if done.output is not None:
        return Succeeded(
            id=attempt, output=JsonText(done.output), attachments=tuple(entry.attachments), usage=_used(done)
        )
    if failure is None:
        return Lost(id=attempt, reason="worker_died")  # ended by a SIGTERM that was not ours
    error = StepError(
        code=failure.code,
        category=Category(failure.category),
        type=failure.type,
        message=failure.message,
        advice=failure.advice,
        retryable=failure.retryable,
        traceback=failure.traceback,
    )
    return Erred(id=attempt, error=error, usage=_used(done))


def _used(done: Done) -> Usage:
    return Usage(
        wall_ms=done.wall_ms,
        cpu_ms=done.cpu_ms,
        peak_memory_bytes=done.peak_bytes,
        began_at_ms=done.began_at_ms,
    )


def usage_of(done: Done | None) -> Usage | None:
    """What it cost, when the worker lived to tell."""
    return None if done is None else _used(done)


def timeout_error(attempt: Attempt) -> StepError:
    """The error of an attempt that was ended at its limit."""
    return StepError(
        code="step_timeout",
        category=Category.TIMEOUT,
        type="StepTimeout",
        message=f"The step ran longer than its limit of {attempt.timeout_s:g} s and was ended.",
        advice="Raise timeout_s of the node, or make the step do less at once.",
        retryable=True,
    )


_CRASHES = {signal.SIGSEGV, signal.SIGABRT, signal.SIGBUS, signal.SIGFPE, signal.SIGILL}


def own_end(status: int) -> StepError | None:
    """The error when the step's code ended its own process; None when something else killed it."""
    if os.WIFEXITED(status):
        return StepError(
            code="process_exited",
            category=Category.STEP,
            type="ProcessExited",
            message=f"The code ended its process with exit status {os.WEXITSTATUS(status)} before main returned.",
            advice="Do not call os._exit; return from main, or raise an exception to fail the step.",
            retryable=False,
        )
    if os.WTERMSIG(status) in _CRASHES:
        return StepError(
            code="process_crashed",
            category=Category.STEP,
            type=signal.Signals(os.WTERMSIG(status)).name,
            message=f"The step's process crashed ({signal.Signals(os.WTERMSIG(status)).name}).",
            advice="A library written in C crashed: check its version and the arguments it was given.",
            retryable=False,
        )
    return None


def oom_kills() -> int:
    """How many processes the kernel has killed for want of memory since boot (proc(5): vmstat)."""
    try:
        vmstat = Path("/proc/vmstat").read_bytes()
    except OSError:
        return 0
    at = vmstat.find(b"oom_kill ")
    return int(vmstat[at + 9 :].split(None, 1)[0]) if at >= 0 else 0
