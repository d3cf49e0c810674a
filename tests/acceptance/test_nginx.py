"""Behind a real nginx with its default buffering: streams arrive live, and a socket passes."""

import json
import os
import shutil
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest
from websockets.sync.client import connect

from tests.fixtures.api import Api, python, until, workflow
from tests.fixtures.debian import apt_install
from tests.fixtures.postgres import new_folder
from tests.fixtures.server import RunningServer

# What a person writes who follows nginx's own manual: nothing about buffering.
CONFIG = """
daemon off; pid {folder}/pid; error_log stderr; {user}
events {{ }}
http {{
  access_log off;
  client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy; fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
  map $http_upgrade $connection_upgrade {{ default upgrade; "" close; }}
  server {{
    listen 127.0.0.1:{port};
    location / {{
      proxy_pass http://127.0.0.1:{target};
      proxy_http_version 1.1;
      proxy_set_header Host $http_host;
      proxy_set_header Upgrade $http_upgrade;
      proxy_set_header Connection $connection_upgrade;
    }}
  }}
}}
"""
GATED = """
import os, time
def main(gate):
    print("begun", flush=True)
    while not os.path.exists(gate):
        time.sleep(0.01)
"""


@pytest.fixture(scope="module")
def proxied(server: RunningServer) -> Iterator[str]:
    """The address of an nginx before the server."""
    program = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
    if program is None and apt_install("nginx-light"):
        program = shutil.which("nginx", path="/usr/sbin")
    if program is None:
        if os.environ.get("CI", "").lower() in {"true", "1"}:
            pytest.fail("nginx is needed: apt-get install nginx-light")
        pytest.skip("no nginx was found: apt-get install nginx-light")
    folder = new_folder()
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    user = "user root;" if os.geteuid() == 0 else ""
    config = folder / "nginx.conf"
    config.write_text(CONFIG.format(folder=folder, port=port, target=urlsplit(server.url).port, user=user))
    nginx = subprocess.Popen([program, "-c", str(config), "-p", str(folder)], stderr=subprocess.DEVNULL)
    until(lambda: _listens(port))
    yield f"http://127.0.0.1:{port}"
    nginx.terminate()
    nginx.wait(20)
    shutil.rmtree(folder)


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def test_a_stream_arrives_live_and_whole(api: Api, proxied: str, tmp_path: Path) -> None:
    gate = tmp_path / "gate"
    execution_id = api.run(api.save(workflow("nginx", python("a", GATED, args={"gate": str(gate)}))))
    behind = Api(proxied)
    kinds: list[str] = []
    for kind, data in behind.stream(execution_id):
        kinds.append(kind)
        if kind == "execution.step_logged":
            # The step still waits for its gate: a line that was held back would never have come.
            assert data["data"]["lines"][0]["text"] == "begun"
            gate.touch()
    assert kinds[-2:] == ["execution.completed", "end"]
    assert len(kinds) - 1 == len(behind.events(execution_id))
    behind.close()


def test_a_socket_passes_and_orders_pass(proxied: str) -> None:
    behind = Api(proxied)
    execution_id = behind.run(behind.save(workflow("orders", python("a", "def main():\n    return 1"))))
    with connect(f"{proxied.replace('http', 'ws')}/api/v1/executions/{execution_id}/ws") as opened:
        kinds = [json.loads(message)["type"] for message in opened]
    assert kinds[-1] == "end"
    assert behind.execution(execution_id)["status"] == "completed"
    assert httpx.get(f"{proxied}/workflows").text.startswith("<!doctype html>")
    behind.close()
