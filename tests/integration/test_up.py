"""`runwright up`: what it starts it also ends, however it is asked to; the next start takes over what a crash left."""

import json
import signal
import socket

import httpx
import pytest

from tests.fixtures.server import StartServer


def test_it_answers_on_the_address_it_prints_and_other_commands_find_it(start_server: StartServer) -> None:
    server = start_server()
    assert httpx.get(f"{server.url}/healthz").status_code == 200
    said = json.loads((server.data_dir / "server.json").read_text())
    assert said == {"url": server.url, "pid": server.process.pid}
    assert server.end() == 0
    assert not (server.data_dir / "server.json").exists()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_in_order_and_no_postgres_process_is_left(
    start_server: StartServer, number: signal.Signals
) -> None:
    server = start_server()
    assert server.postgres_processes()
    assert server.end(number) == 0
    assert server.postgres_processes() == []
    assert "Traceback" not in server.stderr.read_text()


def test_killed_with_9_then_started_and_ended_leaves_no_postgres_process(start_server: StartServer) -> None:
    first = start_server()
    first.end(signal.SIGKILL)
    assert first.postgres_processes()  # it outlives its server
    second = start_server(data_dir=first.data_dir)
    assert httpx.get(f"{second.url}/healthz").status_code == 200
    identity = json.loads((second.data_dir / "identity.json").read_text())
    assert identity["boot"] == 2
    assert second.end() == 0
    assert second.postgres_processes() == []


def test_it_uses_an_existing_database_and_starts_no_postgres(start_server: StartServer, database_url: str) -> None:
    server = start_server(arguments=["--database-url", database_url])
    assert httpx.get(f"{server.url}/healthz").status_code == 200
    assert server.postgres_processes() == []
    assert not (server.data_dir / "postgres").exists()
    assert server.end() == 0


def test_a_stream_that_is_open_does_not_hold_the_end_up(start_server: StartServer) -> None:
    server = start_server(environment={"RUNWRIGHT_SHUTDOWN_GRACE_S": "1"})
    host, port = server.url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port))) as connection:
        request = f"GET /api/v1/stream?topics=executions HTTP/1.1\r\nHost: {host}:{port}\r\n\r\n"
        connection.sendall(request.encode())
        assert b"200" in connection.recv(4096)
        assert server.end() == 0
    assert server.postgres_processes() == []
