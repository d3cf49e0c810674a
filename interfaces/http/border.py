"""What every request passes: Host, Origin, media type, size, who asks. A pure ASGI layer.

A page of the web must not reach a local service that runs code: an unknown Host is refused (DNS
rebinding), unsafe methods need `application/json`, which no form can send, and an allowed Origin when
one is sent. GET works without Origin, so streams pass proxies and EventSource.
"""

import getpass
import hmac
from collections.abc import Mapping
from datetime import UTC, datetime
from uuid import uuid4

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from starlette.websockets import WebSocket

from domain.errors import InvalidInput, PermissionRefused, Refusal
from interfaces.http.problems import problem_response

DRAINED_BYTES = 8 * 1024 * 1024
"""So much of a refused body is read before the answer, or clients that still send never see it."""
SAFE = {"GET", "HEAD", "OPTIONS"}
TAKES_YAML = {"/api/v1/workflows/import"}
HOOKS = "/api/v1/hooks/"
"""Called by programs outside: they prove themselves by the secret of the webhook, which is not one of our keys."""


class Border:
    """Wraps the application."""

    def __init__(
        self,
        app: ASGIApp,
        *,
        hosts: frozenset[str],
        origins: frozenset[str],
        keys: Mapping[str, str],
        max_body_bytes: int,
    ) -> None:
        self._app, self._hosts, self._origins, self._keys = app, hosts, origins, keys
        self._max_body_bytes = max_body_bytes
        self._local = f"local:{_user()}"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Refuse, or let pass with `request_id` and `actor` in the scope."""
        headers = Headers(scope=scope)
        scope["request_id"] = identity = str(uuid4())
        if scope["type"] == "websocket":
            await self._socket(scope, headers, receive, send)
            return

        async def stamped(message: Message) -> None:
            if message["type"] == "http.response.start":
                out = MutableHeaders(scope=message)
                out["X-Request-ID"] = identity
                out["X-Runwright-Time"] = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
                out.setdefault("X-Content-Type-Options", "nosniff")
            await send(message)

        try:
            self._check(scope, headers)
            scope["actor"] = "webhook" if scope["path"].startswith(HOOKS) else self._actor(headers)
            body = await self._body(scope, headers, receive)
        except Refusal as refusal:
            await _drain(headers, receive)
            response = problem_response(identity, refusal, 401 if refusal.code == "bad_key" else None)
            await response(scope, receive, stamped)
            return
        await self._app(scope, receive if body is None else _replay(body, receive), stamped)

    async def _socket(self, scope: Scope, headers: Headers, receive: Receive, send: Send) -> None:
        """No browser asks before it opens a WebSocket to another origin: the check is ours alone."""
        try:
            self._check_origin(headers, self._check_host(headers))
            scope["actor"] = self._actor(headers)
        except Refusal as refusal:
            response = problem_response(scope["request_id"], refusal, 401 if refusal.code == "bad_key" else None)
            await WebSocket(scope, receive, send).send_denial_response(response)
            return
        await self._app(scope, receive, send)

    def _check_host(self, headers: Headers) -> str:
        host = headers.get("host", "")
        name = host.rsplit(":", 1)[0] if not host.endswith("]") else host
        if name.lower() not in self._hosts:
            raise InvalidInput(
                "unknown_host",
                f"This service does not answer to the name {name!r}.",
                "Open it by its own address, or add the name to allowed_hosts.",
            )
        return host

    def _check_origin(self, headers: Headers, host: str) -> None:
        origin = headers.get("origin")
        if (
            origin is not None
            and origin.removeprefix("http://").removeprefix("https://") != host
            and origin not in self._origins
        ):
            raise PermissionRefused(
                "origin_refused",
                f"Pages of {origin} may not use this service.",
                "Add it to allowed_origins if it is yours.",
            )

    def _check(self, scope: Scope, headers: Headers) -> None:
        host = self._check_host(headers)
        if scope["method"] in SAFE:
            return
        self._check_origin(headers, host)
        origin = headers.get("origin")
        media_type = headers.get("content-type", "").split(";")[0].strip().lower()
        has_body = headers.get("content-length", "0") != "0" or "transfer-encoding" in headers
        allowed = ("application/json", "application/yaml") if scope["path"] in TAKES_YAML else ("application/json",)
        if media_type not in allowed and (has_body or media_type or origin is not None):
            raise InvalidInput(
                "unsupported_media_type",
                f"The body's type is {media_type or 'not said'}.",
                "Send Content-Type: application/json.",
            )

    def _actor(self, headers: Headers) -> str:
        authorization = headers.get("authorization", "")
        if authorization.lower().startswith("bearer "):
            given = authorization[7:].strip().encode()
            for name, secret in self._keys.items():
                if hmac.compare_digest(given, secret.encode()):
                    return f"key:{name}"
            raise PermissionRefused("bad_key", "This key is not known.", "Use one of the service's keys.")
        if self._keys:
            raise PermissionRefused("bad_key", "A key is needed.", "Send Authorization: Bearer <key>.")
        return self._local

    async def _body(self, scope: Scope, headers: Headers, receive: Receive) -> bytes | None:
        """The body of an unsafe request, whole and within the limit."""
        if scope["method"] in SAFE:
            return None
        length = headers.get("content-length", "")
        if length.isdigit() and int(length) > self._max_body_bytes:
            raise self._too_large()
        parts: list[bytes] = []
        size = 0
        while True:
            message = await receive()
            if message["type"] == "http.disconnect":
                return b"".join(parts)
            part: bytes = message.get("body", b"")
            size += len(part)
            if size > self._max_body_bytes:
                raise self._too_large()
            parts.append(part)
            if not message.get("more_body", False):
                return b"".join(parts)

    def _too_large(self) -> InvalidInput:
        return InvalidInput(
            "body_too_large",
            f"The body is larger than {self._max_body_bytes} bytes.",
            "Send less, or raise max_body_bytes in the settings.",
        )


async def _drain(headers: Headers, receive: Receive) -> None:
    if headers.get("content-length", "0") == "0" and "transfer-encoding" not in headers:
        return
    size = 0
    while size < DRAINED_BYTES:
        message = await receive()
        if message["type"] != "http.request":
            return
        size += len(message.get("body", b""))
        if not message.get("more_body", False):
            return


def _replay(body: bytes, receive: Receive) -> Receive:
    sent = False

    async def again() -> Message:
        nonlocal sent
        if sent:
            return await receive()
        sent = True
        return {"type": "http.request", "body": body, "more_body": False}

    return again


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "unknown"
