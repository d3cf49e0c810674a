"""What an http node sends and what it makes of the answer, against a real server of this machine."""

import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar

import pytest

from infrastructure.nodes import http_step
from infrastructure.nodes.http_kind import HTTP
from infrastructure.workers.step import Step, StepPorts, StepRefused


class Shop(BaseHTTPRequestHandler):
    """Answers each path as its name says, and keeps what it was asked."""

    asked: ClassVar[list[dict[str, Any]]] = []

    def _answer(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        body = self.rfile.read(length).decode()
        headers = {name.lower(): value for name, value in self.headers.items()}
        Shop.asked.append({"method": self.command, "path": self.path, "headers": headers, "body": body})
        way = self.path.partition("?")[0]
        status, kind, content = {
            "/json": (200, "application/json", b'{"price": 12.5}'),
            "/text": (200, "text/plain; charset=iso-8859-1", "Zürich".encode("latin-1")),
            "/file/report.pdf": (200, "application/pdf", b"%PDF-1.7"),
            "/not-json": (200, "application/json", b"<html>"),
            "/none": (204, "", b""),
            "/missing": (404, "application/json", b'{"error": "no such city"}'),
            "/busy": (503, "text/plain", b"later"),
            "/away": (302, "", b""),
            "/round": (302, "", b""),
            "/large": (200, "application/octet-stream", b"x" * 300_000),
        }[way]
        self.send_response(status)
        if kind:
            self.send_header("Content-Type", kind)
        if status == 302:
            self.send_header("Location", "/json" if way == "/away" else "/round")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)

    do_GET = do_HEAD = do_POST = do_PUT = do_DELETE = _answer  # noqa: N815 - the library's names

    def log_message(self, *_: object) -> None:
        """Quiet."""


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Shop)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server.server_port
    server.shutdown()
    thread.join()
    server.server_close()


@dataclass
class Ask:
    """Runs a node against the server; keeps lines, progress and attachments."""

    port: int
    lines: list[str] = field(default_factory=list)
    progress: list[float | None] = field(default_factory=list)
    attached: list[tuple[str, str, bytes]] = field(default_factory=list)

    def __call__(self, path: str, **config: Any) -> dict[str, Any]:
        ports = StepPorts(
            log=lambda _, text: self.lines.append(text),
            progress=lambda fraction, _: self.progress.append(fraction),
            attach=lambda *one: self.attached.append(one),
        )
        step = Step(
            ports, execution_id="e", run=1, path="a", attempt=1, idempotency_key="e:a:1", http_allowed=("127.0.0.1",)
        )
        url = path if path.startswith("http") else f"http://127.0.0.1:{self.port}{path}"
        answer = http_step.run({"url": url, **config}, step)
        assert isinstance(answer, dict)
        return answer


@pytest.fixture
def ask(port: int) -> Ask:
    Shop.asked.clear()
    return Ask(port)


def test_json_becomes_a_value_and_the_line_says_what_was_asked(ask: Ask) -> None:
    answer = ask("/json")
    assert (answer["status"], answer["body"]) == (200, {"price": 12.5})
    assert answer["headers"]["content-type"] == "application/json"
    assert answer["elapsed_ms"] > 0
    assert ask.lines[0].startswith(f"GET http://127.0.0.1:{ask.port}/json → 200, 15 bytes")


def test_a_text_is_read_in_its_own_encoding_and_another_content_is_attached(ask: Ask) -> None:
    assert ask("/text")["body"] == "Zürich"
    assert ask("/file/report.pdf")["body"] is None
    assert ask.attached == [("report.pdf", "application/pdf", b"%PDF-1.7")]


def test_what_calls_itself_json_and_is_none_stays_text_with_a_warning(ask: Ask) -> None:
    assert ask("/not-json")["body"] == "<html>"
    assert any("is none" in line for line in ask.lines)


def test_no_content_is_null(ask: Ask) -> None:
    assert ask("/none")["body"] is None
    assert ask("/json", method="HEAD")["body"] is None


def test_a_large_answer_says_how_far_it_is(ask: Ask) -> None:
    ask("/large")
    assert ask.progress[-1] == 1.0
    assert all(0 < (fraction or 0) <= 1 for fraction in ask.progress)


def test_a_body_goes_as_json_or_text_with_a_key_for_services_that_drop_repetitions(ask: Ask) -> None:
    ask("/json", method="POST", body={"city": "Zürich"})
    ask("/json", method="PUT", body="plain", headers={"Content-Type": "text/csv", "X-Count": 3})
    first, second = Shop.asked
    assert (json.loads(first["body"]), first["headers"]["content-type"]) == ({"city": "Zürich"}, "application/json")
    assert first["headers"]["idempotency-key"] == "e:a:1"
    assert (second["body"], second["headers"]["content-type"]) == ("plain", "text/csv")
    assert second["headers"]["x-count"] == "3"


def test_query_parameters_are_added_and_lists_repeat_their_name(ask: Ask) -> None:
    ask("/json?a=1", query={"b": "x y&z", "c": [1, True], "d": None})
    assert Shop.asked[0]["path"] == "/json?a=1&b=x+y%26z&c=1&c=true&d="


def test_an_unexpected_status_is_told_with_what_the_server_says(ask: Ask) -> None:
    with pytest.raises(StepRefused, match="404 Not Found.*no such city") as refused:
        ask("/missing")
    assert (refused.value.code, refused.value.kind, refused.value.retryable) == ("http_status", "HTTP 404", False)
    with pytest.raises(StepRefused) as busy:
        ask("/busy")
    assert (busy.value.category, busy.value.retryable) == ("infrastructure", True)
    assert ask("/missing", expect=[404])["status"] == 404
    with pytest.raises(StepRefused):
        ask("/json", expect=[201])


def test_redirects_are_followed_a_few_times_or_not_at_all(ask: Ask) -> None:
    assert ask("/away")["url"].endswith("/json")
    assert ask("/away", follow_redirects=False, expect=[302])["headers"]["location"] == "/json"
    with pytest.raises(StepRefused, match="more than 5 times"):
        ask("/round")


def test_nobody_listens_or_nobody_answers(ask: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(StepRefused) as refused:
        ask("http://127.0.0.1:1/")
    assert (refused.value.code, refused.value.category) == ("http_unreachable", "infrastructure")
    import socket

    monkeypatch.setattr(http_step, "SILENCE_S", 0.05)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        with pytest.raises(StepRefused) as slow:
            ask(f"http://127.0.0.1:{silent.getsockname()[1]}/")
    assert (slow.value.code, slow.value.category) == ("http_timeout", "timeout")


def test_a_password_in_the_url_is_sent_and_never_shown(ask: Ask) -> None:
    answer = ask(f"http://ada:secret@127.0.0.1:{ask.port}/json")
    assert Shop.asked[0]["headers"]["authorization"].startswith("Basic ")
    assert "secret" not in answer["url"] + "".join(ask.lines)


@pytest.mark.parametrize(
    ("headers"),
    [{"X": "a\r\nEvil: 1"}, {"X\r\nEvil": "1"}, {"Host": "internal"}, {"Content-Length": "5"}, {"X": "Zürich"}],
)
def test_headers_cannot_smuggle_a_request(ask: Ask, headers: dict[str, str]) -> None:
    with pytest.raises(StepRefused) as refused:
        ask("/json", headers=headers)
    assert refused.value.code == "http_header"
    assert Shop.asked == []


@pytest.mark.parametrize(
    ("config", "code", "pointer"),
    [
        ({"url": "file:///etc/passwd"}, "http_url", "/url"),
        ({"url": "https://"}, "http_url", "/url"),
        ({"url": "https://a b/"}, "http_url", "/url"),
        ({"url": "https://a", "headers": {"Host": "b"}}, "http_header", "/headers"),
        ({"url": "https://a", "body": 1}, "http_body_not_sent", "/body"),
    ],
)
def test_mistakes_are_found_before_any_run(config: dict[str, Any], code: str, pointer: str) -> None:
    assert [(problem.code, problem.pointer) for problem in HTTP.check(config)] == [(code, pointer)]
    assert HTTP.check({"url": "${inputs.url}"}) == []


def test_only_methods_without_effects_may_run_again_by_themselves() -> None:
    assert HTTP.retry_safe({"url": "https://a"})
    assert not HTTP.retry_safe({"url": "https://a", "method": "POST"})
