"""Kinds of node from other packages: the entry points of the group `runwright.nodes`, each a plain typed function.

The server reads only what is written about the packages. It never imports one: what a function's form is, a process
of its own says (`plugin_probe`), within a time limit; the function itself runs in workers. Whatever is wrong with a
package, the service starts: its kind is there and refuses with the reason, which `runwright doctor` and the log tell.
"""

import contextlib
import logging
import os
import re
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from tempfile import TemporaryDirectory

import msgspec

from domain.errors import Severity
from infrastructure.nodes.function_step import NOT_LOADED
from infrastructure.nodes.kinds import Kind, problem
from infrastructure.nodes.schemas import problems_of_schema
from infrastructure.workers.spawning import clean_environment

GROUP = "runwright.nodes"
LIMIT_S = 10.0
"""How long a package may take to be imported; a large one takes a second or two from a cold disk."""
_AT_ONCE = 4
_ANSWER_BYTES = 1 << 20
_NAME = re.compile(r"[a-z][a-z0-9_.-]{0,62}")
_ROOT = str(Path(__file__).resolve().parents[2])
_START = f"import sys; sys.path.insert(0, {_ROOT!r}); from infrastructure.nodes.plugin_probe import main; main()"
_LOG = logging.getLogger("runwright.plugins")


class _Said(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    title: str
    text: str
    icon: str
    retry_safe: bool
    schema: dict[str, object]
    example: dict[str, object]


class _Answer(msgspec.Struct, frozen=True):
    kind: _Said | None = None
    failed: str = "it says nothing of its form"


@dataclass(frozen=True, kw_only=True)
class Plugin:
    """An entry point that was looked at. `kind` is None where the name itself can't be one (`reason` says why); else
    it is there, and refuses when `reason` is not empty. `package` is name and version; `took_s` the time of loading."""

    name: str
    target: str
    package: str
    kind: Kind | None
    reason: str = ""
    took_s: float = 0.0

    @property
    def runner(self) -> str:
        """What a worker calls for it (see `WorkerOptions.kinds`)."""
        step = "infrastructure.nodes.function_step"
        return f"{step}:refuse" if self.reason else f"{step}:runner {self.target}"


def find_plugins(*, taken: Collection[str], hidden: Collection[str] = (), limit_s: float = LIMIT_S) -> Sequence[Plugin]:
    """Every entry point, by name, whatever its state. Never raises; takes `limit_s` at most for each four of them.

    `taken` are the names that belong to the service; `hidden` variables of our environment that a package must not see.
    """
    found = sorted(set(entry_points(group=GROUP)), key=lambda one: (one.name, one.value))
    if not found:
        return ()
    times = Counter(one.name for one in found)
    with ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="plugins") as pool:
        look = partial(_looked_at, taken=taken, times=times, hidden=hidden, limit_s=limit_s)
        plugins = list(pool.map(look, found))
    for plugin in plugins:
        if plugin.reason:
            _LOG.warning("plugin_refused kind=%s package=%r reason=%s", plugin.name, plugin.package, plugin.reason)
        else:
            _LOG.info("plugin_loaded kind=%s package=%r took_s=%.2f", plugin.name, plugin.package, plugin.took_s)
    return plugins


def kinds_of(plugins: Sequence[Plugin]) -> list[Kind]:
    """The kinds to show; a name that two packages give is there once, and refuses."""
    return list({plugin.name: plugin.kind for plugin in plugins if plugin.kind is not None}.values())


def runners_of(plugins: Sequence[Plugin]) -> dict[str, str]:
    """Kind -> what a worker calls."""
    return {plugin.name: plugin.runner for plugin in plugins if plugin.kind is not None}


def _looked_at(
    point: EntryPoint, *, taken: Collection[str], times: Mapping[str, int], hidden: Collection[str], limit_s: float
) -> Plugin:
    package = f"{point.dist.name} {point.dist.version}" if point.dist is not None else "unknown"
    plain = Plugin(name=point.name, target=point.value, package=package, kind=None)
    if not _NAME.fullmatch(point.name):
        return _refused(plain, "a name of a kind has small letters, digits, _, . and -, and begins with a letter")
    if point.name in taken:
        return _refused(plain, f"the service has a kind {point.name} of its own; give yours another name")
    if times[point.name] > 1:
        return _off(plain, "two packages give a kind of this name; remove one of them")
    if not re.fullmatch(r"[\w.]+:[\w.]+", point.value, re.ASCII):
        return _off(plain, f"its entry point says {point.value!r}; write package.module:function")
    began = time.monotonic()
    answer = _asked(point.name, point.value, hidden, limit_s)
    took_s = time.monotonic() - began
    if answer.kind is None:
        return _off(plain, answer.failed)
    said = answer.kind
    wrong = next((one for one in problems_of_schema(said.schema) if one.severity is Severity.ERROR), None)
    if wrong is not None:
        return _off(
            plain, f"its form is no JSON Schema that can be used ({wrong.message} At {wrong.pointer or 'its top'})"
        )
    kind = Kind(
        name=point.name, title=said.title[:200], text=f"{said.text} From the package {package}.", icon=said.icon[:60],
        schema=said.schema, example=said.example, is_retry_safe=said.retry_safe,
    )  # fmt: skip
    return Plugin(name=point.name, target=point.value, package=package, kind=kind, took_s=took_s)


def _asked(name: str, target: str, hidden: Collection[str], limit_s: float) -> _Answer:
    """What the package says of its function, from a process that is dead afterwards with all it started."""
    environment = {key: value for key, value in clean_environment().items() if key not in hidden}
    with TemporaryDirectory(prefix="runwright-plugin-", ignore_cleanup_errors=True) as folder:
        process = subprocess.Popen(
            [sys.executable, "-P", "-c", _START, name, target],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            cwd=folder,
            env=environment,
            start_new_session=True,
        )
        try:
            code = process.wait(limit_s)
        except subprocess.TimeoutExpired:
            return _Answer(failed=f"importing {target} took longer than {limit_s:g} s and was ended")
        finally:
            _end(process)
        try:
            with (Path(folder) / "answer.json").open("rb") as file:
                return msgspec.json.decode(file.read(_ANSWER_BYTES), type=_Answer)
        except OSError:
            return _Answer(failed=f"importing {target} ended its process (exit code {code})")
        except msgspec.MsgspecError as error:
            return _Answer(failed=f"what it says of its form can't be used ({error})")


def _end(process: "subprocess.Popen[bytes]") -> None:
    """Kill what is left of the session: the process, and children it left in its group."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def _refused(plain: Plugin, reason: str) -> Plugin:
    return Plugin(name=plain.name, target=plain.target, package=plain.package, kind=None, reason=reason)


def _off(plain: Plugin, reason: str) -> Plugin:
    """Known, so that what there is can be shown, and refused."""
    message = f"The kind {plain.name} of the package {plain.package} can't be used: {reason}."
    refusal = problem("kind_not_loaded", message, NOT_LOADED, kind=plain.name, reason=reason)
    kind = Kind(
        name=plain.name, title=plain.name, text=message, icon="puzzle", schema={"type": "object"}, example={},
        is_retry_safe=False, is_allowed=False, checked_by=lambda _config: [refusal],
    )  # fmt: skip
    return Plugin(name=plain.name, target=plain.target, package=plain.package, kind=kind, reason=reason)
