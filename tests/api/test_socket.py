"""The stream of an execution by WebSocket says what the event stream says, and lets in nobody else."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection, connect

from tests.fixtures.api import Api, Json, python, workflow
from tests.fixtures.server import serving

LINES = "def main():\n    for n in range(20):\n        print('line', n)\n    return 1"


@pytest.fixture
def finished(api: Api) -> str:
    execution_id = api.run(api.save(workflow("socket", python("a", LINES), python("b", LINES))))
    api.finish(execution_id)
    return execution_id


def messages(url: str, execution_id: str, query: str = "", **options: object) -> Iterator[Json]:
    address = f"{url.replace('http', 'ws')}/api/v1/executions/{execution_id}/ws{query}"
    with connect(address, **options) as socket:  # type: ignore[arg-type]
        for message in socket:
            yield json.loads(message)


def test_it_says_what_the_event_stream_says_and_ends(api: Api, finished: str) -> None:
    told = [*messages(api.url, finished)]
    assert told[:-1] == [data for kind, data in api.stream(finished) if kind != "end"] == api.events(finished)
    assert told[-1] == {"type": "end", "data": {"status": "completed", "events": len(told) - 1, "log_lines": 40}}


def test_from_every_position_the_rest_comes_once_and_in_order(api: Api, finished: str) -> None:
    events = api.events(finished)
    for place, event in enumerate(events):
        *rest, end = messages(api.url, finished, f"?after={event['position']}")
        assert rest == events[place + 1 :]
        assert end["type"] == "end"


def test_it_is_live_and_what_the_client_says_changes_nothing(api: Api, tmp_path: Path) -> None:
    gate = tmp_path / "gate"
    code = f"import os, time\ndef main():\n    while not os.path.exists({str(gate)!r}):\n        time.sleep(0.01)"
    execution_id = api.run(api.save(workflow("live", python("a", code))))
    address = f"{api.url.replace('http', 'ws')}/api/v1/executions/{execution_id}/ws"
    with connect(address) as socket:
        assert json.loads(socket.recv())["type"] == "execution.created"
        socket.send("stop everything")
        socket.send(b"\x00\xff")
        gate.touch()
        kinds = [json.loads(message)["type"] for message in socket]
        assert socket.protocol.close_code == 1000
    assert kinds[-2:] == ["execution.completed", "end"]


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("0190ecb9-7a4a-7d3c-8a53-000000000000/ws", 404),
        ("nothing/ws", 404),
        ("{id}/ws?after=-1", 422),
        ("{id}/ws?after=x", 422),
        ("{id}/ws?after=99999999999999999999", 422),
    ],
)
def test_a_refusal_is_a_problem_before_the_connection(api: Api, finished: str, path: str, status: int) -> None:
    with pytest.raises(InvalidStatus) as refused:
        connect(f"{api.url.replace('http', 'ws')}/api/v1/executions/{path.format(id=finished)}").close()
    assert refused.value.response.status_code == status
    assert json.loads(refused.value.response.body)["code"] in ("execution_not_found", "bad_position")


def test_a_page_from_elsewhere_gets_no_socket(api: Api, finished: str) -> None:
    address = f"{api.url.replace('http', 'ws')}/api/v1/executions/{finished}/ws"
    with pytest.raises(InvalidStatus) as refused:
        connect(address, origin="https://evil.example").close()  # type: ignore[arg-type]
    assert refused.value.response.status_code == 403
    with connect(address, origin=api.url) as socket:  # type: ignore[arg-type]
        assert json.loads(socket.recv())["type"] == "execution.created"


def test_an_unknown_host_and_a_wrong_key_get_no_socket() -> None:
    with serving("--no-examples", RUNWRIGHT_API_KEYS="ci=a-long-secret") as server:
        key = {"Authorization": "Bearer a-long-secret"}
        address = f"{server.url.replace('http', 'ws')}/api/v1/executions/nothing/ws"
        for headers, status in (({}, 401), ({"Authorization": "Bearer wrong-one"}, 401), (key, 404)):
            with pytest.raises(InvalidStatus) as refused:
                connect(address, additional_headers=headers).close()
            assert refused.value.response.status_code == status


def test_a_server_that_ends_closes_the_socket_to_be_opened_again() -> None:
    with serving("--no-examples") as server:
        api = Api(server.url)
        execution_id = api.run(api.save(workflow("long", python("a", "import time\ndef main():\n    time.sleep(60)"))))
        with connect(f"{server.url.replace('http', 'ws')}/api/v1/executions/{execution_id}/ws") as socket:
            assert json.loads(socket.recv())["type"] == "execution.created"
            api.close()
            assert server.end() == 0
            with pytest.raises(ConnectionClosed) as closed:
                _read_on(socket)
        assert closed.value.rcvd is not None
        assert closed.value.rcvd.code in (1012, 1013)


def _read_on(socket: ClientConnection) -> None:
    while True:
        socket.recv()
