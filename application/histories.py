"""Executions as their streams tell them."""

from uuid import UUID

from application.live import LogStream
from application.ports import EventStore
from domain.errors import NotFound
from domain.execution import events as e
from domain.execution.execution import Execution


def lease_name(execution_id: UUID) -> str:
    """The lease of an execution's owner."""
    return f"execution:{execution_id}"


class Histories:
    """Reads both streams of an execution."""

    def __init__(self, store: EventStore) -> None:
        self._store = store

    async def load(self, execution_id: UUID) -> Execution:
        """The aggregate from its events. Raises NotFound."""
        execution: Execution | None = None
        for event in await self._store.stream(execution_id):
            if not isinstance(event, e.ExecutionEvent):
                break
            execution = event.mutate(execution)
        if execution is None:
            raise NotFound("execution", execution_id)
        return execution

    async def log_stream_of(self, execution: Execution) -> LogStream:
        """Where the log stream of an execution stands; of one that never ran it is empty."""
        stream = LogStream(execution.id, execution.state.workflow_id)
        if execution.version > 1:
            so_far = await self._store.written(execution.id)
            stream.version, stream.lines, stream.dropped = so_far.version, so_far.lines, so_far.dropped
            stream.last_line.update(so_far.last_line)
        return stream
