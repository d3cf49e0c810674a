"""The family of refusals, and the words every failure is told in.

    Refusal                      a command or a question that is answered with "no", and why
    ├── InvalidInput             what was sent is wrong              (validation)
    ├── NotFound                 nothing has that id                 (not_found)
    ├── Conflict                 the state does not allow it         (conflict)
    │   └── TransitionRefused    ... because of the status it is in
    ├── PermissionRefused        the actor may not                   (permission)
    ├── CapacityExceeded         not now, later perhaps              (capacity)
    └── Unavailable              a part we need does not answer      (infrastructure)

The domain refuses, the application lets pass, `interfaces/http/problems.py` translates once.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from uuid import UUID


class Category(StrEnum):
    """What kind of thing went wrong; decides the HTTP status and the button the page offers."""

    VALIDATION = "validation"
    NOT_FOUND = "not_found"
    CONFLICT = "conflict"
    PERMISSION = "permission"
    CAPACITY = "capacity"
    TIMEOUT = "timeout"
    STEP = "step"
    INFRASTRUCTURE = "infrastructure"
    INTERNAL = "internal"


class Severity(StrEnum):
    """`error` keeps a version from becoming ready; `warning` does not."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, kw_only=True)
class Problem:
    """One thing that is wrong with something a person wrote.

    `pointer` is an RFC 6901 JSON pointer into what was sent ("" is the whole of it); `node` is the
    id of the node it belongs to, when there is one; `params` hold the values a page needs to say
    the sentence in its own language from `code`.
    """

    code: str
    message: str
    advice: str
    pointer: str = ""
    node: str | None = None
    severity: Severity = Severity.ERROR
    params: dict[str, str | int | float] = field(default_factory=dict[str, str | int | float])


class Refusal(Exception):
    """A request answered with "no": what it was about, why, and the way out."""

    category: Category = Category.INTERNAL
    retryable = False

    def __init__(self, code: str, message: str, advice: str, problems: Sequence[Problem] = ()) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.advice = advice
        self.problems = tuple(problems)


class InvalidInput(Refusal):
    """What was sent can't be accepted; `problems` point at each wrong place."""

    category = Category.VALIDATION


class NotFound(Refusal):
    """Nothing has the id that was asked for."""

    category = Category.NOT_FOUND

    def __init__(self, what: str, identifier: object) -> None:
        super().__init__(
            f"{what.replace(' ', '_')}_not_found",
            f"There is no {what} {identifier}.",
            f"Check the id; the list of {what}s shows those that exist.",
        )
        self.what = what
        self.identifier = identifier


class Conflict(Refusal):
    """The state of the thing does not allow what was asked."""

    category = Category.CONFLICT


class TransitionRefused(Conflict):
    """The status does not allow the requested change; `current` names the state that refuses."""

    def __init__(self, subject: str, identifier: UUID, current: str, wanted: str, advice: str) -> None:
        super().__init__(
            f"{subject}_is_{current}", f"{subject} {identifier} is {current} and cannot be {wanted}.", advice
        )
        self.subject = subject
        self.identifier = identifier
        self.current = current
        self.wanted = wanted


class PermissionRefused(Refusal):
    """The actor may not do this."""

    category = Category.PERMISSION


class CapacityExceeded(Refusal):
    """There is no room now; the same request may pass after `retry_after_s` seconds."""

    category = Category.CAPACITY
    retryable = True

    def __init__(
        self, code: str, message: str, advice: str, retry_after_s: int, problems: Sequence[Problem] = ()
    ) -> None:
        super().__init__(code, message, advice, problems)
        self.retry_after_s = retry_after_s


class Unavailable(Refusal):
    """A part the request needs (the database, a view) does not answer in time; try again."""

    category = Category.INFRASTRUCTURE
    retryable = True
