"""One server for the tests of a file, a client of it, and what every refusal must look like."""

from collections.abc import Iterator

import httpx
import pytest

from tests.fixtures.api import Api, Json
from tests.fixtures.server import RunningServer, serving

PROBLEM_FIELDS = {
    "type", "title", "status", "detail", "code", "category", "retryable", "advice", "errors", "request_id",
}  # fmt: skip
CATEGORIES = {
    400: {"validation"}, 401: {"permission"}, 403: {"permission"}, 404: {"not_found"}, 405: {"validation"},
    409: {"conflict"}, 413: {"validation"}, 415: {"validation"}, 421: {"validation"}, 422: {"validation"},
    429: {"capacity"}, 503: {"infrastructure"},
}  # fmt: skip


@pytest.fixture(scope="module")
def server() -> Iterator[RunningServer]:
    with serving("--no-examples", RUNWRIGHT_ATTEMPT_LIMIT="4") as running:
        yield running


@pytest.fixture
def api(server: RunningServer) -> Iterator[Api]:
    client = Api(server.url)
    yield client
    client.close()


def problem(answer: httpx.Response, status: int | None = None, code: str | None = None) -> Json:
    """The problem in a refusal, held to the whole form of the contract."""
    assert status is None or answer.status_code == status, answer.text
    assert 400 <= answer.status_code < 500 or answer.status_code == 503, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    body = answer.json()
    assert body.keys() == PROBLEM_FIELDS
    assert body["status"] == answer.status_code
    assert body["category"] in CATEGORIES[answer.status_code], body
    assert body["type"].endswith(body["code"])
    assert body["request_id"] == answer.headers["x-request-id"]
    for text in ("title", "detail", "advice"):
        assert body[text].strip(), body
    for item in body["errors"]:
        assert {"node", "pointer", "code", "message", "advice"} <= item.keys()
        assert item["pointer"] == "" or item["pointer"].startswith("/")
    assert code is None or body["code"] == code, body
    assert "Traceback" not in answer.text
    return body


def log_position(api: Api) -> int:
    """The position of the last event: what no refused request may move."""
    return int(httpx.get(f"{api.url}/readyz").json()["log_position"])
