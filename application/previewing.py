"""What an expression would give on the values of an execution: for those who write one."""

from dataclasses import dataclass
from uuid import UUID

from application.histories import Histories
from application.ports import Artifacts, Clock, EventStore, ExpressionFailed, Expressions
from application.preparing import load, scope_of
from domain.values import JsonText

MOST_BYTES = 64 * 1024
"""Of a value that is answered: it is looked at by a person."""


@dataclass(frozen=True, kw_only=True)
class Evaluated:
    """What came of it: the value, its size alone where it has more than MOST_BYTES, or why there is none."""

    value: JsonText | None
    size_bytes: int
    error: str | None = None


class Preview:
    """Evaluates templates over executions; nothing is recorded.

    `expressions` is one of its own: what is tried while typing shall not hold up the steps that run.
    """

    def __init__(self, store: EventStore, expressions: Expressions, artifacts: Artifacts, clock: Clock) -> None:
        self._histories, self._expressions, self._artifacts = Histories(store), expressions, artifacts
        self._clock = clock

    async def evaluate(self, execution_id: UUID, template: object) -> Evaluated:
        """The template with the values put in that the execution has now. Raises NotFound."""
        execution = await self._histories.load(execution_id)
        try:
            references = self._expressions.references(template)
            loaded = await load(execution.state, references, self._artifacts)
            scope = scope_of(execution, references, self._clock.now(), loaded)
            value = await self._expressions.resolve(template, scope)
        except ExpressionFailed as failed:
            return Evaluated(value=None, size_bytes=0, error=failed.message)
        except LookupError as gone:
            return Evaluated(value=None, size_bytes=0, error=f"{str(gone).capitalize()}.")
        return Evaluated(value=value if len(value) <= MOST_BYTES else None, size_bytes=len(value))
