"""The command line's client against a server that misbehaves as scripted: cut streams, problems, no JSON."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from interfaces.cli.client import Client, problem_line
from interfaces.cli.refusal import Refusal

Scripted = tuple[int, str, str]  # status, content type, body


class Script(ThreadingHTTPServer):
    """Answers each request by the next entry, and remembers what was asked."""

    def __init__(self, *answers: Scripted) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.answers, self.asked = list(answers), list[tuple[str, str, dict[str, str], bytes]]()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"


class Handler(BaseHTTPRequestHandler):
    server: Script

    def answer(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.server.asked.append((self.command, self.path, dict(self.headers), body))
        status, kind, text = self.server.answers.pop(0)
        if status == 0:  # cut the line without an answer
            self.close_connection = True
            return
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(text.encode())

    do_GET = do_POST = do_PUT = answer  # noqa: N815 - the base class looks for these names

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class names it so
        pass


@pytest.fixture
def serve() -> Iterator["Serve"]:
    serve = Serve()
    yield serve
    serve.end()


class Serve:
    def __init__(self) -> None:
        self.running: list[tuple[Script, threading.Thread]] = []

    def __call__(self, *answers: Scripted) -> Script:
        script = Script(*answers)
        thread = threading.Thread(target=script.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        self.running.append((script, thread))
        return script

    def end(self) -> None:
        for script, thread in self.running:
            script.shutdown()
            thread.join()
            script.server_close()


def ok(document: object) -> Scripted:
    return 200, "application/json", json.dumps(document)


def events(text: str) -> Scripted:
    return 200, "text/event-stream", text


def test_a_cut_stream_resumes_after_the_last_event_seen(serve: Serve) -> None:
    server = serve(
        events(': heartbeat\n\nid: 7\nevent: execution.created\ndata: {"position": 7}\n\nid: 8\nevent: execution.st'),
        events(
            'id: 9\nevent: execution.started\ndata: {"position":\ndata: 9}\n\n'
            'event: end\ndata: {"status": "failed"}\n\n'
        ),
    )
    with Client(server.url) as client:
        seen = list(client.stream("an id"))
    assert [kind for kind, _ in seen] == ["execution.created", "execution.started", "end"]
    assert seen[1][1] == {"position": 9}
    assert [headers.get("Last-Event-ID") for _, _, headers, _ in server.asked] == [None, "7"]
    assert server.asked[0][1] == "/api/v1/executions/an%20id/stream"


def test_a_stream_that_never_brings_anything_ends_with_a_sentence(serve: Serve) -> None:
    server = serve(*([events("")] * 20))
    with Client(server.url) as client, pytest.raises(Refusal, match="breaks off again and again"):
        list(client.stream("x"))
    assert len(server.asked) == 20


def test_a_refused_stream_says_the_servers_reason(serve: Serve) -> None:
    server = serve(
        (404, "application/problem+json", '{"detail": "there is no execution x.", "advice": "Check the id."}')
    )
    with Client(server.url) as client, pytest.raises(Refusal, match="no execution x") as refused:
        list(client.stream("x"))
    assert refused.value.advice == "Check the id."


def test_run_repeated_after_a_lost_answer_carries_the_same_key(serve: Serve) -> None:
    server = serve((0, "", ""), ok({"execution_id": "e", "status": "queued"}))
    with Client(server.url, "secret-key") as client:
        assert client.execute("w", {"n": 1})["execution_id"] == "e"
    keys = {headers["Idempotency-Key"] for _, _, headers, _ in server.asked}
    assert len(server.asked) == 2
    assert len(keys) == 1
    assert json.loads(server.asked[1][3]) == {"inputs": {"n": 1}}
    assert server.asked[1][2]["Authorization"] == "Bearer secret-key"


def test_a_list_is_read_page_by_page(serve: Serve) -> None:
    server = serve(ok({"items": [{"id": 1}], "next_cursor": "c"}), ok({"items": [{"id": 2}], "next_cursor": None}))
    with Client(server.url) as client:
        assert [item["id"] for item in client.pages("/workflows", limit=1)] == [1, 2]
    assert server.asked[1][1] == "/api/v1/workflows?limit=1&cursor=c"


def test_a_problem_names_the_offending_places(serve: Serve) -> None:
    problem = {
        "detail": "the inputs do not fit.",
        "errors": [{"node": None, "pointer": "/inputs/n", "message": "must be a number", "advice": "Give a number."}],
    }
    server = serve((422, "application/problem+json", json.dumps(problem)))
    with Client(server.url) as client, pytest.raises(Refusal) as refused:
        client.post("/workflows", {})
    assert str(refused.value) == "the inputs do not fit.\n  /inputs/n: must be a number (Give a number.)"
    assert problem_line({"node": "load", "pointer": "/code", "code": "bad"}) == "node load /code: bad"


@pytest.mark.parametrize(
    ("answer", "sentence"),
    [
        ((200, "text/html", "<html>"), "does not answer like Runwright"),
        ((502, "text/html", "<html>"), "answered 502 without saying why"),
        ((500, "application/json", "[]"), "answered 500 without saying why"),
    ],
)
def test_strangers_are_named(serve: Serve, answer: Scripted, sentence: str) -> None:
    with Client(serve(answer).url) as client, pytest.raises(Refusal, match=sentence):
        client.get("/workflows")


@pytest.mark.parametrize("url", ["http://127.0.0.1:1", "nonsense", "http://[", "ftp://127.0.0.1"])
def test_nobody_there_or_a_url_that_cannot_be_is_one_sentence(url: str) -> None:
    with pytest.raises(Refusal, match="no Runwright answers at") as refused:
        with Client(url) as client:
            client.get("/workflows")
    assert "runwright up" in refused.value.advice
