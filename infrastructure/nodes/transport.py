"""httpx whose every connection goes to an address that was checked, for the kinds that talk to servers."""

from collections.abc import Iterable, Iterator
from typing import Any, cast
from urllib.parse import urlsplit

import httpcore
import httpx

from application.egress import Allowed
from infrastructure.nodes.network import resolve
from infrastructure.workers.step import StepRefused

_BROKEN = (httpcore.TimeoutException, httpcore.NetworkError, httpcore.ProtocolError)


class CheckedTransport(httpx.BaseTransport):
    """httpx over httpcore (its own transport), whose every connection goes to an address we have checked."""

    def __init__(self, allowed: Iterable[Allowed]) -> None:
        self._pool = httpcore.ConnectionPool(network_backend=_Backend(list(allowed)), retries=0)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        try:
            answer = self._pool.handle_request(
                httpcore.Request(
                    request.method,
                    httpcore.URL(
                        scheme=request.url.raw_scheme, host=request.url.raw_host, port=request.url.port,
                        target=request.url.raw_path,
                    ),
                    headers=request.headers.raw, content=request.stream, extensions=request.extensions,
                )
            )  # fmt: skip
        except (*_BROKEN, httpcore.UnsupportedProtocol) as error:
            raise httpx.TransportError(f"{type(error).__name__} {error}") from error
        return httpx.Response(
            answer.status,
            headers=answer.headers,
            stream=_Pieces(answer.stream),
            extensions=cast("Any", answer).extensions,
        )

    def close(self) -> None:
        self._pool.close()


class _Pieces(httpx.SyncByteStream):
    def __init__(self, stream: Any) -> None:
        self._stream = stream

    def __iter__(self) -> Iterator[bytes]:
        try:
            yield from self._stream
        except _BROKEN as error:
            raise httpx.TransportError(f"{type(error).__name__} {error}") from error

    def close(self) -> None:
        self._stream.close()


class _Backend(httpcore.SyncBackend):
    def __init__(self, allowed: list[Allowed]) -> None:
        super().__init__()
        self._allowed = allowed

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        """Connect to the first address of the host that answers; all of them were checked before."""
        last: Exception | None = None
        for address in resolve(host, port, self._allowed):
            try:
                return super().connect_tcp(str(address), port, timeout, local_address, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                last = error
        raise last or httpcore.ConnectError(f"{host} has no address")


def unreachable(error: httpx.TransportError, url: httpx.URL, *, code: str, slow_code: str) -> StepRefused:
    """What a node tells when nobody could be asked (`code`), or nobody answered in time (`slow_code`)."""
    text = str(error)
    slow = "Timeout" in text
    why = "did not answer in time" if slow else f"could not be asked: {text}"
    return StepRefused(
        slow_code if slow else code,
        f"{without_secrets(url.copy_with(query=None))} {why}.",
        "Check that the server is up and reachable from the service's machine, then run again.",
        kind="Timeout" if slow else "TransportError",
        category="timeout" if slow else "infrastructure",
        retryable=True,
    )


def without_secrets(url: httpx.URL) -> str:
    """The URL without a password in it."""
    return str(url.copy_with(userinfo=b"")) if urlsplit(str(url)).username else str(url)
