"""What went wrong in step code, in words a person can act on."""

import linecache
import traceback
from types import TracebackType

from infrastructure.workers.lines import clean
from infrastructure.workers.step import StepRefused
from infrastructure.workers.wire import Failure

MAX_TRACEBACK_BYTES = 64 * 1024
_MAX_MESSAGE = 4000

_ADVICE = {
    "ModuleNotFoundError": "Install the module into the Python environment of the service, or correct its name.",
    "KeyError": "Check the name against what the step before gave (its output is shown in the run).",
    "IndexError": "Check how many items the step before gave (its output is shown in the run).",
    "FileNotFoundError": "Check the path. Files that belong to the workflow go into the node's `files`.",
    "PermissionError": "Let the service's user read or write this path, or choose another one.",
    "RecursionError": "The code calls itself too deeply: give it a way to end, or use a loop.",
    "SyntaxError": "Correct the code at the line shown.",
    "TypeError": "Check the types of the values at the line shown; the step's input is shown in the run.",
    "ZeroDivisionError": "Guard the division at the line shown against a divisor of zero.",
    "KeyboardInterrupt": "The code raised KeyboardInterrupt itself; raise another exception to fail the step.",
    "ConnectionError": "Check that the other side is up and reachable from the service's machine.",
    "TimeoutError": "The other side did not answer in time: try again, or give it longer.",
}


def failure_of(error: BaseException, *, sources: dict[str, str], ours: tuple[str, ...]) -> Failure:
    """The failure to record for what step code raised.

    `sources` maps file names of code without a file (`<node>`) to its text, so that the traceback can show
    lines; frames before the first one outside of `ours` (our own files) are left out.
    """
    if isinstance(error, StepRefused):
        return Failure(
            code=error.code,
            category=error.category,
            type=error.kind or error.code,
            message=clean(error.message)[:_MAX_MESSAGE],
            advice=clean(error.advice),
            retryable=error.retryable,
        )
    if isinstance(error, MemoryError):
        return Failure(
            code="out_of_memory",
            category="step",
            type="MemoryError",
            message="The step needed more memory than a worker may use.",
            advice="Work on less data at once, or raise the memory limit of workers in the settings.",
            traceback=_traceback(error, sources, ours),
        )
    if isinstance(error, SystemExit):
        return Failure(
            code="step_exited",
            category="step",
            type="SystemExit",
            message=f"The code called sys.exit({_text_of(error)}) instead of returning a value.",
            advice="Return the result from main; raise an exception to fail the step.",
            traceback=_traceback(error, sources, ours),
        )
    return Failure(
        code="python_exception",
        category="step",
        type=type(error).__name__,
        message=_text_of(error),
        advice=_advice(error, sources),
        traceback=_traceback(error, sources, ours),
    )


def _advice(error: BaseException, sources: dict[str, str]) -> str:
    for kind in type(error).__mro__:
        if kind.__name__ in _ADVICE:
            return _ADVICE[kind.__name__]
    last = error.__traceback__
    while last is not None and last.tb_next is not None:
        last = last.tb_next
    if last is not None and last.tb_frame.f_code.co_filename in sources:
        return "The node's own code raised this: change what the message names (often an input) and run again."
    return "Read the traceback from the bottom: its last line of your code is where it happened."


def _text_of(error: BaseException) -> str:
    try:
        text = str(error)
    except BaseException as inner:
        text = f"(the text of this {type(error).__name__} can't be shown: its __str__ raised {type(inner).__name__})"
    return clean(text[: 2 * _MAX_MESSAGE])[:_MAX_MESSAGE]


def _traceback(error: BaseException, sources: dict[str, str], ours: tuple[str, ...]) -> str:
    for name, text in sources.items():
        lines = [line + "\n" for line in text.split("\n")]
        linecache.cache[name] = (len(text), None, lines, name)
    try:
        shown = traceback.TracebackException(type(error), error, _users(error.__traceback__, sources, ours), limit=-60)
        text = "".join(shown.format())
    except BaseException as inner:
        text = f"(the traceback could not be written: {type(inner).__name__})\n"
    finally:
        for name in sources:
            linecache.cache.pop(name, None)
    text = clean_block(text)
    raw = text.encode()
    if len(raw) > MAX_TRACEBACK_BYTES:
        text = "… (the beginning is cut)\n" + raw[-MAX_TRACEBACK_BYTES + 64 :].decode(errors="ignore")
    return text


def _users(trace: TracebackType | None, sources: dict[str, str], ours: tuple[str, ...]) -> TracebackType | None:
    """The traceback from the first frame of the node's code, else from the first that is not ours."""
    foreign: TracebackType | None = None
    at = trace
    while at is not None:
        name = at.tb_frame.f_code.co_filename
        if name in sources:
            return at
        if foreign is None and name not in ours:
            foreign = at
        at = at.tb_next
    return foreign if foreign is not None else trace


def clean_block(text: str) -> str:
    """Several lines without NUL and lone surrogates."""
    return "\n".join(clean(line) for line in text.split("\n"))
