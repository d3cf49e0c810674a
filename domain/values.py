"""Values that people's code and expressions produce, as the log carries them.

A value is JSON with finite numbers and 64-bit integers. Inside the server it travels as its compact
UTF-8 text and is parsed only where somebody needs to look inside.
"""

from dataclasses import dataclass
from typing import NewType
from uuid import UUID

JsonText = NewType("JsonText", bytes)
"""Compact UTF-8 JSON of one value, already checked against the limits of a value."""

NULL = JsonText(b"null")
EMPTY_OBJECT = JsonText(b"{}")
MAP = "map"
"""The kind of node that the graph itself gives a meaning to: it runs another node for each item of a list."""


@dataclass(frozen=True, kw_only=True)
class ArtifactRef:
    """A value or file kept outside the log, addressed by what it contains.

    `sha256` is lower-case hex; `size_bytes` counts the content; `name` is a file name when the
    step gave one.
    """

    sha256: str
    size_bytes: int
    media_type: str
    name: str | None = None


@dataclass(frozen=True, kw_only=True)
class Usage:
    """What one attempt cost: milliseconds of wall and CPU time, peak resident memory in bytes.

    `began_at_ms` is the Unix time in milliseconds at which its code began to run.
    """

    wall_ms: float
    cpu_ms: float
    peak_memory_bytes: int
    began_at_ms: float


@dataclass(frozen=True, kw_only=True)
class Concurrency:
    """At most `limit` executions of a workflow run at once; with a `key`, of those that have the same.

    `on_limit` says what comes of one more: queue, refuse, replace_oldest or cancel_newest.
    """

    limit: int
    key: str | None
    on_limit: str


@dataclass(frozen=True, kw_only=True)
class WaitedFor:
    """For how long an execution waited for one thing; of a limit `holder` is the one that had run longest in it."""

    cause: str
    ms: float
    holder: UUID | None


@dataclass(frozen=True, kw_only=True)
class Debounce:
    """Of executions of a workflow with the same key that wait together only the last one runs. `since_ms`: Unix time in
    milliseconds at which the first of them came."""

    key: str
    since_ms: float


@dataclass(frozen=True, kw_only=True)
class LogLine:
    """One line a step wrote. `at_ms` is Unix time in milliseconds; `stream` is stdout, stderr or log."""

    at_ms: float
    level: str
    stream: str
    text: str


UPSTREAM_RUN, UPSTREAM_GIVEN = "run", "given"


@dataclass(frozen=True, kw_only=True)
class Part:
    """That an execution runs only a part of its workflow, for the sake of one `step`.

    `upstream` run: the step and every step before it run. given: of these only the step itself runs, and those in
    `given`, which it reads, have outputs from elsewhere. No other step belongs to the execution.
    """

    step: str
    upstream: str
    given: tuple[str, ...] = ()


LOG_LEVELS = ("debug", "info", "warning", "error")
"""Levels of a log line, least severe first."""


def log_stream_id(execution_id: UUID) -> UUID:
    """The id of the stream that holds an execution's log lines and progress.

    It is the execution's UUIDv7 with the version digit set to 8 (RFC 9562: custom), so both streams
    share their first 48 bits (one time partition) and either id gives the other.
    """
    return UUID(int=(execution_id.int & ~(0xF << 76)) | (0x8 << 76))


def execution_id_of_log(stream_id: UUID) -> UUID:
    """The execution a log stream belongs to: the inverse of `log_stream_id`."""
    return UUID(int=(stream_id.int & ~(0xF << 76)) | (0x7 << 76))
