"""A kind of node that the service had when a version became ready and has no more: its package was removed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from domain.errors import Problem


@dataclass(frozen=True, kw_only=True)
class GoneKind:
    """Stands for it (the NodeKind port), so that executions of such a version can be looked at, stopped, and fail in
    words at that node: an executor refuses a kind it does not know."""

    name: str
    schema: Mapping[str, object] = field(default_factory=dict[str, object])
    runs_in: str = "worker"

    def retry_safe(self, config: Mapping[str, object]) -> bool:  # noqa: ARG002 - the port
        """Nobody knows, so no."""
        return False

    def check(self, config: Mapping[str, object]) -> Sequence[Problem]:  # noqa: ARG002 - the port
        """Nothing: it is asked of known kinds only."""
        return ()

    def describe(self) -> Mapping[str, object]:
        """Its name is all that is known."""
        return {"kind": self.name}
