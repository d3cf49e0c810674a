"""Runs an `http` node inside a worker: one request, its answer streamed, every connection checked.

The output is {status, headers, body, url, elapsed_ms}: `headers` with lower-case names, `body` parsed when it is
JSON, a text when it is one, else null with the content attached as a file. `url` is where redirects ended.
"""

import math
import time
from collections.abc import Callable, Iterator, Mapping
from email.message import Message
from pathlib import PurePosixPath
from typing import Any, cast

import httpx
import msgspec

from application.egress import Allowed
from infrastructure.nodes.http_kind import SAFE, problem_of_header, problem_of_url
from infrastructure.nodes.transport import CheckedTransport, unreachable, without_secrets
from infrastructure.workers.step import MAX_ATTACHED_BYTES, Step, StepRefused

CONNECT_S = 10.0
SILENCE_S = 60.0
"""Between two pieces of an answer; the whole is bounded by the node's timeout_s."""
MAX_REDIRECTS = 5
MAX_TEXT_BYTES = 16 * 1024 * 1024
"""A text or JSON answer becomes a value, which takes several times its size; larger ones are attached."""
SHOWN = 500  # characters of an unexpected answer that are told
RETRYABLE = frozenset({408, 425, 429, 500, 502, 503, 504})


def run(config: dict[str, object], step: Step) -> object:
    """Send the request and give the answer. Raises StepRefused: each way it can fail has its code."""
    request = _request(config, step)
    allowed = [Allowed.of(text) for text in step.http_allowed]
    began = time.perf_counter()
    with httpx.Client(
        transport=CheckedTransport(allowed),
        trust_env=False,  # a proxy from the environment would make the connection for us, unchecked
        follow_redirects=bool(config.get("follow_redirects", True)),
        max_redirects=MAX_REDIRECTS,
        timeout=httpx.Timeout(SILENCE_S, connect=CONNECT_S),
    ) as client:
        try:
            answer = client.send(request, stream=True)
            content = _read(answer, step)
        except httpx.TooManyRedirects:
            raise StepRefused(
                "http_too_many_redirects",
                f"The server redirected more than {MAX_REDIRECTS} times.",
                "Ask the address it leads to, or find out why it goes in circles.",
            ) from None
        except httpx.InvalidURL as error:
            raise _bad_url(str(error)) from None
        except httpx.TransportError as error:
            raise unreachable(error, request.url, code="http_unreachable", slow_code="http_timeout") from None
    elapsed_ms = (time.perf_counter() - began) * 1000
    where = without_secrets(answer.url)
    step.log(f"{request.method} {where} → {answer.status_code}, {len(content)} bytes, {elapsed_ms:.0f} ms")
    _judge(config, answer, content)
    return {
        "status": answer.status_code,
        "headers": {name.lower(): value for name, value in answer.headers.items()},
        "body": _body(answer, content, step),
        "url": where,
        "elapsed_ms": math.floor(elapsed_ms * 10) / 10,
    }


def _request(config: Mapping[str, object], step: Step) -> httpx.Request:
    method = str(config.get("method", "GET"))
    url = str(config["url"])
    why = problem_of_url(url)
    if why is not None:
        raise _bad_url(f"{url[:200]!r} {why}")
    headers = dict(headers_of(cast("Mapping[str, object]", config.get("headers") or {})))
    content: bytes | None = None
    body = config.get("body")
    if method not in SAFE and body is not None:
        content = body.encode() if isinstance(body, str) else msgspec.json.encode(body)
        kind = "text/plain; charset=utf-8" if isinstance(body, str) else "application/json"
        headers = {"content-type": kind} | headers
    if method not in SAFE:
        # A service that knows it drops the repetition, whenever the same step is tried again.
        headers = {"idempotency-key": step.idempotency_key} | headers
    headers = {"user-agent": "runwright", "accept": "*/*"} | headers
    query = dict(cast("Mapping[str, Any]", config.get("query") or {}))
    try:
        target = httpx.URL(url)
        if query:
            target = target.copy_merge_params({name: _parameter(value) for name, value in query.items()})
        return httpx.Request(method, target, headers=headers, content=content)
    except (httpx.InvalidURL, ValueError, TypeError) as error:
        raise _bad_url(f"{url[:200]!r} cannot be asked: {error}") from None


def headers_of(
    given: Mapping[str, object], problem_of: Callable[[str], str | None] = problem_of_header
) -> Iterator[tuple[str, str]]:
    """The headers of a node, names in lower case. Raises StepRefused for one that cannot or may not be sent."""
    for name, value in given.items():
        why = problem_of(name)
        text = value if isinstance(value, str) else msgspec.json.encode(value).decode()
        if why is None and not (text.isascii() and all(character >= " " or character == "\t" for character in text)):
            why = "has a value with line breaks or characters beyond ASCII"
        if why is not None:
            raise StepRefused(
                "http_header", f"The header {name!r} {why}.", "Correct the node's headers.", category="validation"
            )
        yield name.lower(), text


def _parameter(value: object) -> str | list[str]:
    if isinstance(value, list):
        return [str(_parameter(item)) for item in cast("list[object]", value)]
    if isinstance(value, str):
        return value
    return "" if value is None else msgspec.json.encode(value).decode()


def _read(answer: httpx.Response, step: Step) -> bytes:
    try:
        length = int(answer.headers.get("content-length", "0"))
        content = bytearray()
        for piece in answer.iter_bytes():
            content += piece
            if len(content) > MAX_ATTACHED_BYTES:
                raise StepRefused(
                    "http_answer_too_large",
                    f"The answer is larger than {MAX_ATTACHED_BYTES // 2**20} MiB.",
                    "Ask for less at once (a page, a range), or fetch it in a python step into a file.",
                )
            if length > len(piece):
                step.progress(len(content) / length, f"{len(content)} of {length} bytes")
        return bytes(content)
    except ValueError:
        raise StepRefused("http_bad_answer", "The server's answer is not valid HTTP.", "Look at the server.") from None
    finally:
        answer.close()


def _judge(config: Mapping[str, object], answer: httpx.Response, content: bytes) -> None:
    expected = cast("list[int] | None", config.get("expect"))
    status = answer.status_code
    if status in expected if expected is not None else 200 <= status < 300:
        return
    told = content[: 4 * SHOWN].decode(answer.encoding or "utf-8", errors="replace").strip()[:SHOWN]
    raise StepRefused(
        "http_status",
        f"The server answered {status} {answer.reason_phrase}{f': {told}' if told else '.'}",
        "Read what the server says; correct the request, or name the status in `expect` if it is meant.",
        kind=f"HTTP {status}",
        category="infrastructure" if status in RETRYABLE else "step",
        retryable=status in RETRYABLE,
    )


def _body(answer: httpx.Response, content: bytes, step: Step) -> object:
    if not content:
        return None
    head = Message()
    head["content-type"] = answer.headers.get("content-type", "application/octet-stream")
    kind = head.get_content_type()
    if len(content) <= MAX_TEXT_BYTES:
        if kind == "application/json" or kind.endswith("+json"):
            try:
                return msgspec.json.decode(content)
            except (msgspec.DecodeError, UnicodeDecodeError) as error:
                step.log(f"the answer calls itself JSON and is none: {error}", "warning")
        if kind.startswith("text/") or kind in ("application/json", "application/xml") or kind.endswith("+xml"):
            return content.decode(answer.encoding or "utf-8", errors="replace").replace(
                "\0", "\N{REPLACEMENT CHARACTER}"
            )
    name = PurePosixPath(answer.url.path).name
    step.attach(name if name and len(name) <= 200 and name.isprintable() else "answer", content, kind)
    return None


def _bad_url(text: str) -> StepRefused:
    return StepRefused(
        "http_url", f"The URL {text}.", "Correct the URL; write for example https://example.com/path.",
        kind="InvalidURL", category="validation",
    )  # fmt: skip
