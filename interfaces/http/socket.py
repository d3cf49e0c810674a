"""The stream of one execution by WebSocket, for clients that prefer it: the same messages in the same order.

Each message is a text: an event as it stands everywhere else, and at last `{"type": "end", "data": {...}}`; then the
server closes with 1000. What the client sends is not read as anything. A client that falls behind is closed with 1013
and comes again with `?after=` its last position. The protocol's own ping tells whether the line lives.
"""

from contextlib import aclosing, suppress
from uuid import UUID

from fastapi import APIRouter
from starlette.websockets import WebSocket, WebSocketDisconnect

from domain.errors import NotFound, Refusal
from interfaces.http.following import follow
from interfaces.http.line import Line, carry
from interfaces.http.problems import problem_response
from interfaces.http.service import Service, position_of, uuid_of

router = APIRouter(prefix="/api/v1")
DONE, LATER, REFUSED = 1000, 1013, 1008
"""Close codes of RFC 6455 and its registry: normal, try again later, policy."""


@router.websocket("/executions/{execution_id}/ws")
async def execution_socket(socket: WebSocket, execution_id: str) -> None:
    """One execution from its first event, or after a position (`?after=`)."""
    service = socket.app.state.service
    assert isinstance(service, Service)  # noqa: S101 - set by bootstrap
    try:
        after = position_of(socket.query_params.get("after", "0"), "after")
        identity = uuid_of(execution_id, "execution")
        if not service.queries.conductor.has(identity) and await service.queries.store.head(identity) == 0:
            raise NotFound("execution", execution_id)
    except Refusal as refusal:
        await socket.send_denial_response(problem_response(socket.scope["request_id"], refusal))
        return
    await socket.accept()
    line = Line()
    with suppress(WebSocketDisconnect):
        await carry(line, _send(socket, line, service, identity, after), _left(socket))


async def _send(socket: WebSocket, line: Line, service: Service, identity: UUID, after: int) -> None:
    async with aclosing(follow(service, identity, after)) as batches:
        async for batch in batches:
            for told in batch.events:
                await line.send(socket.send_text, told.wire.decode())
            if batch.end is not None:
                await line.send(socket.send_text, f'{{"type":"end","data":{batch.end.decode()}}}')
                await socket.close(DONE)
                return
    await socket.close(LATER, "come again after your last position")


async def _left(socket: WebSocket) -> None:
    """Return when the client is gone."""
    while (await socket.receive())["type"] != "websocket.disconnect":
        pass
