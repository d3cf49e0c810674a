"""What all kinds of node have in common."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from domain.errors import Problem

Check = Callable[[Mapping[str, object]], Sequence[Problem]]


def _no_problems(config: Mapping[str, object]) -> Sequence[Problem]:  # noqa: ARG001 - a Check
    return ()


@dataclass(frozen=True, kw_only=True)
class Kind:
    """A kind of node (the NodeKind port).

    `schema` is JSON Schema 2020-12 of its config. Besides the standard words its fields carry:
    `x-expression: true` (may hold `${...}`), `x-widget` (code, json, map: how a form shows it),
    `x-language` (of a code field) and `x-key` (stable key under which a page translates title and
    description). `runs_in` is worker, expressions, timer,
    person or workflow. What is not `is_allowed` is known and refused: an editor does not offer it.
    """

    name: str
    title: str
    text: str
    icon: str
    schema: Mapping[str, object]
    example: Mapping[str, object]
    runs_in: str = "worker"
    is_retry_safe: bool = True
    is_allowed: bool = True
    retry_safe_by: Callable[[Mapping[str, object]], bool] | None = None
    checked_by: Check = _no_problems

    def retry_safe(self, config: Mapping[str, object]) -> bool:
        """Whether a lost attempt may run again when the node does not say."""
        return self.is_retry_safe if self.retry_safe_by is None else self.retry_safe_by(config)

    def check(self, config: Mapping[str, object]) -> Sequence[Problem]:
        """What the schema alone can't see; pointers are relative to the config."""
        return self.checked_by(config)

    def describe(self) -> Mapping[str, object]:
        """For the palette and for forms."""
        return {
            "kind": self.name,
            "title": self.title,
            "description": self.text,
            "icon": self.icon,
            "runs_in": self.runs_in,
            "retry_safe": self.is_retry_safe,
            "allowed": self.is_allowed,
            "example": self.example,
            "schema": self.schema,
        }


def files_field(text: str, key: str) -> dict[str, object]:
    """The schema of a `files` field: name -> relative path."""
    return {
        "type": "object",
        "title": "Files",
        "description": text,
        "x-key": key,
        "x-widget": "map",
        "maxProperties": 100,
        "propertyNames": {"pattern": "^[A-Za-z_][A-Za-z0-9_]{0,62}$"},
        "additionalProperties": {"type": "string", "minLength": 1, "maxLength": 1024},
    }


def problem(code: str, message: str, advice: str, pointer: str = "", **params: str | int | float) -> Problem:
    """A problem of a config; `params` are what a page needs to say it in another language."""
    return Problem(code=code, message=message, advice=advice, pointer=pointer, params=params)
