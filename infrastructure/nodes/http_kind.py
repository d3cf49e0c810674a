"""Kind `http`: one HTTP request."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import cast
from urllib.parse import urlsplit

from domain.errors import Problem
from infrastructure.nodes.kinds import Kind, problem

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
"""Methods without effects by definition (RFC 9110, 9.2.1)."""
HEADER = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")
NOT_OURS = frozenset({"host", "content-length", "transfer-encoding", "connection", "upgrade", "te", "trailer"})
"""Headers that decide where a message ends or who it is for: ours alone, or requests could be smuggled."""

SCHEMA: Mapping[str, object] = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "title": "HTTP",
    "type": "object",
    "additionalProperties": False,
    "required": ["url"],
    "properties": {
        "method": {
            "enum": list(METHODS),
            "title": "Method",
            "description": "GET, HEAD and OPTIONS may be asked again by themselves when a worker is lost; others not.",
            "default": "GET",
            "x-key": "http.method",
        },
        "url": {
            "type": "string",
            "title": "URL",
            "description": "http or https. May hold ${...}. Private addresses are refused unless the settings "
            "allow them.",
            "x-key": "http.url",
            "x-expression": True,
            "minLength": 1,
            "maxLength": 8192,
        },
        "query": {
            "type": "object",
            "title": "Query",
            "description": "Parameters after the ? of the URL. Values may hold ${...}; a list repeats its name.",
            "x-key": "http.query",
            "x-widget": "map",
            "x-expression": True,
            "maxProperties": 100,
        },
        "headers": {
            "type": "object",
            "title": "Headers",
            "description": "Values may hold ${...}.",
            "x-key": "http.headers",
            "x-widget": "map",
            "x-expression": True,
            "maxProperties": 100,
        },
        "body": {
            "title": "Body",
            "description": "Text is sent as it is, anything else as JSON. May hold ${...}.",
            "x-key": "http.body",
            "x-widget": "json",
            "x-expression": True,
        },
        "expect": {
            "type": "array",
            "title": "Expected status",
            "description": "Status codes that count as success; all of 200 to 299 when left out.",
            "x-key": "http.expect",
            "items": {"type": "integer", "minimum": 100, "maximum": 599},
            "minItems": 1,
            "maxItems": 100,
        },
        "follow_redirects": {
            "type": "boolean",
            "title": "Follow redirects",
            "description": "At most 5, each checked like the first address.",
            "x-key": "http.follow_redirects",
            "default": True,
        },
    },
}

EXAMPLE: Mapping[str, object] = {
    "method": "POST",
    "url": "https://api.example.com/orders",
    "headers": {"Accept": "application/json"},
    "body": {"city": "${inputs.city}"},
}


def check(config: Mapping[str, object]) -> Sequence[Problem]:
    """A URL that is none, headers that cannot be sent, a body where none goes."""
    return list(_problems(config))


def _problems(config: Mapping[str, object]) -> Iterator[Problem]:
    url = config.get("url")
    if isinstance(url, str) and "${" not in url:
        why = problem_of_url(url)
        if why is not None:
            yield problem("http_url", f"The URL {why}.", "Write for example https://example.com/path.", "/url")
    headers = config.get("headers")
    if isinstance(headers, Mapping):
        for name in map(str, cast("Mapping[object, object]", headers)):
            why = problem_of_header(name)
            if why is not None:
                yield problem(
                    "http_header", f"The header {name!r} {why}.", "Rename or remove it.", "/headers", name=name
                )
    if config.get("method", "GET") in SAFE and config.get("body") is not None:
        yield problem(
            "http_body_not_sent", f"A {config.get('method', 'GET')} has no body.", "Use POST, or remove it.", "/body",
            method=str(config.get("method", "GET")),
        )  # fmt: skip


def problem_of_url(url: str) -> str | None:
    """Why a text is not a URL we can ask, or None."""
    if any(ord(character) <= 32 or ord(character) == 127 for character in url):
        return "holds spaces or control characters"
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        return f"is not valid ({error})"
    if parts.scheme.lower() not in ("http", "https"):
        return "must begin with http:// or https://"
    if not parts.hostname:
        return "names no host"
    return "has port 0, which nobody listens on" if port == 0 else None


def problem_of_header(name: str) -> str | None:
    """Why a header cannot be set by a node, or None."""
    if not HEADER.fullmatch(name):
        return "is not a header's name"
    return "is set by the service itself" if name.lower() in NOT_OURS else None


HTTP = Kind(
    name="http",
    title="HTTP",
    text="Sends one HTTP request and gives its answer.",
    icon="globe",
    schema=SCHEMA,
    example=EXAMPLE,
    checked_by=check,
    retry_safe_by=lambda config: config.get("method", "GET") in SAFE,
)
