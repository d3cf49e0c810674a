"""A client of the HTTP interface, for the commands: plain calls, the event stream, problems as sentences."""

import json
from collections.abc import Iterator, Mapping
from types import TracebackType
from typing import Self, cast
from urllib.parse import quote
from uuid import uuid4

import httpx

from interfaces.cli.refusal import Refusal

Json = dict[str, object]
CONNECT_S, ANSWER_S = 5.0, 30.0
SILENCE_S = 60.0  # the server sends a heartbeat well within; longer silence is a dead connection
RECONNECTS = 20  # in a row without one event between; then the server counts as gone
PREFIX = "/api/v1"


class Client:
    """One server. Every call raises `Refusal` when it is refused or unreachable."""

    def __init__(self, url: str, api_key: str | None = None) -> None:
        self.url = url.rstrip("/")
        headers = {"Authorization": f"Bearer {api_key}"} if api_key else {}
        # trust_env=False: a proxy for the web must not be asked for 127.0.0.1.
        self._http = httpx.Client(
            base_url=self.url, headers=headers, timeout=httpx.Timeout(ANSWER_S, connect=CONNECT_S), trust_env=False
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._http.close()

    def get(self, path: str, **query: str | int) -> Json:
        return self._call("GET", path, query=query)

    def get_text(self, path: str, **query: str | int) -> str:
        return self._answer("GET", path, query=query).text

    def post(self, path: str, body: Json, headers: Mapping[str, str] | None = None) -> Json:
        return self._call("POST", path, body=body, headers=headers)

    def put(self, path: str, body: Json, headers: Mapping[str, str] | None = None) -> Json:
        return self._call("PUT", path, body=body, headers=headers)

    def pages(self, path: str, *, cursor_name: str = "cursor", **query: str | int) -> Iterator[Json]:
        """Every item of a list, page by page."""
        cursor: object = None
        while True:
            more = {cursor_name: str(cursor)} if cursor is not None else {}
            page = self.get(path, **query, **more)
            yield from cast(list[Json], page["items"])
            cursor = page.get("next_cursor")
            if cursor is None:
                return

    def execute(self, workflow_id: str, inputs: Json, part: Json | None = None) -> Json:
        """Press Run, or run a `part` {step, upstream}.

        The key makes a repetition after a lost answer the same run, not a second one.
        """
        headers = {"Idempotency-Key": str(uuid4())}
        path = f"/workflows/{quote(workflow_id, safe='')}/execute"
        body: Json = {"inputs": inputs} if part is None else {"inputs": inputs, "part": part}
        try:
            return self.post(path, body, headers)
        except _Unreachable:
            return self.post(path, body, headers)

    def stream(self, execution_id: str) -> Iterator[tuple[str, Json]]:
        """(type, event) from the execution's first event to `("end", …)`; resumes after a lost connection."""
        position: str | None = None
        failures = 0
        while failures < RECONNECTS:
            headers = {"Accept": "text/event-stream", **({"Last-Event-ID": position} if position else {})}
            path = f"{PREFIX}/executions/{quote(execution_id, safe='')}/stream"
            try:
                with self._http.stream(
                    "GET", path, headers=headers, timeout=httpx.Timeout(SILENCE_S, connect=CONNECT_S)
                ) as answer:
                    if answer.status_code != 200:
                        answer.read()
                        raise _refusal(answer)
                    for identity, kind, data in _messages(answer.iter_lines()):
                        position, failures = identity or position, 0
                        yield kind, data
                        if kind == "end":
                            return
            except httpx.TransportError:
                pass  # resume where we are
            failures += 1
        raise _Unreachable(self.url, "its stream breaks off again and again")

    def _call(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, str | int] | None = None,
        body: Json | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Json:
        answer = self._answer(method, path, query=query, body=body, headers=headers)
        try:
            found = answer.json()
        except ValueError:
            raise Refusal(f"{self.url} does not answer like Runwright: check --server.") from None
        return cast(Json, found)

    def _answer(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, str | int] | None = None,
        body: Json | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> httpx.Response:
        try:
            answer = self._http.request(method, PREFIX + path, params=query, json=body, headers=headers)
        except (httpx.TransportError, httpx.InvalidURL) as error:
            raise _Unreachable(self.url, str(error) or type(error).__name__) from None
        if answer.is_success:
            return answer
        raise _refusal(answer)


class _Unreachable(Refusal):
    def __init__(self, url: str, why: str) -> None:
        super().__init__(
            f"no Runwright answers at {url} ({why}).", advice="Start one with `runwright up`, or name it by --server."
        )


def _messages(lines: Iterator[str]) -> Iterator[tuple[str | None, str, Json]]:
    """(id, event, data) of each message of an event stream; heartbeat comments are skipped."""
    identity, kind, data = None, "message", list[str]()
    for line in lines:
        name, _, value = line.partition(":")
        value = value.removeprefix(" ")
        if line == "":
            if data:
                yield identity, kind, cast(Json, json.loads("\n".join(data)))
            identity, kind, data = None, "message", []
        elif name == "id":
            identity = value
        elif name == "event":
            kind = value
        elif name == "data":
            data.append(value)


def _refusal(answer: httpx.Response) -> Refusal:
    """A problem document (RFC 9457) as one sentence with its advice and the offending places."""
    try:
        found = answer.json()
    except ValueError:
        found = None
    if not isinstance(found, dict):
        return Refusal(f"the server answered {answer.status_code} without saying why.")
    problem = cast(Json, found)
    sentence = str(problem.get("detail") or problem.get("title") or f"the server answered {answer.status_code}")
    errors = problem.get("errors")
    if isinstance(errors, list):
        for error in cast(list[object], errors):
            if isinstance(error, dict):
                sentence += "\n  " + problem_line(cast(Json, error))
    return Refusal(sentence, advice=str(problem.get("advice") or ""), problem=problem)


def problem_line(error: Json) -> str:
    """`node load /config/code: message (advice)`, as far as its parts are there."""
    node = f"node {error['node']} " if error.get("node") else ""
    advice = f" ({error['advice']})" if error.get("advice") else ""
    return f"{node}{error.get('pointer') or ''}: {error.get('message') or error.get('code')}{advice}".lstrip(": ")
