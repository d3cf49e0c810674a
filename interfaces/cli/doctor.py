"""`runwright doctor`: what would stop a start on this machine, each with the way out. Changes nothing."""

import platform
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import interfaces.http
from interfaces.cli import server
from interfaces.cli.refusal import Refusal
from interfaces.settings import Settings, SettingsError


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One thing looked at; `detail` is a sentence, with the way out when it is not ok."""

    check: str
    ok: bool
    detail: str


def examine(settings: Callable[[], Settings]) -> Iterator[Finding]:
    """Every finding, in the order of a start; those that need valid settings are left out without them."""
    version = platform.python_version()
    yield Finding(check="python", ok=sys.version_info >= (3, 11), detail=f"{version} (3.11 or newer is needed)")
    try:
        known = settings()
    except SettingsError as refusal:
        yield Finding(check="settings", ok=False, detail=str(refusal))
        return
    yield Finding(check="settings", ok=True, detail="every value can work")
    yield _page()
    yield from _plugins(known)
    address = server.running_server(known.data_dir)
    if address is not None:
        yield Finding(check="server", ok=True, detail=f"one runs at {address} on {known.data_dir}")
        return
    holder = server.holder_of(known.data_dir)
    yield Finding(check="data directory", ok=holder is None, detail=str(holder or f"{known.data_dir} is free"))
    yield _finding("port", lambda: server.refuse_busy_port(known), f"{known.host}:{known.port} is free")
    yield _database(known)
    if known.process_namespaces:
        yield _finding("namespaces", lambda: server.check_namespaces(known), "each worker can have its own")


def _page() -> Finding:
    index = Path(interfaces.http.__file__).parent / "static" / "index.html"
    return Finding(
        check="page",
        ok=index.exists(),
        detail="built" if index.exists() else "not built: run `make setup`; the API and the command line work without",
    )


def _plugins(settings: Settings) -> Iterator[Finding]:
    """Kinds of node from other packages. One that is BAD stops no start: its kind refuses."""
    from interfaces import bootstrap  # noqa: PLC0415 - a third of a second that other commands need not pay

    for plugin in bootstrap.plugins_of(settings):
        works = f"kind {plugin.name} of {plugin.package}"
        detail = f"{works} can't be used: {plugin.reason}" if plugin.reason else works
        yield Finding(check="plugin", ok=not plugin.reason, detail=detail)


def _database(settings: Settings) -> Finding:
    url = settings.database_url
    if url is None:
        return _finding("database", lambda: server.check_embedded(settings), "our own PostgreSQL 18 can run here")
    try:
        names = server.pending_migrations(url)
    except server.START_REFUSALS as refusal:
        return Finding(check="database", ok=False, detail=str(refusal))
    waiting = f"; the next start applies {', '.join(names)}" if names else ""
    return Finding(check="database", ok=True, detail=f"answers{waiting}")


def _finding(check: str, look: Callable[[], None], detail: str) -> Finding:
    try:
        look()
    except (Refusal, *server.START_REFUSALS) as refusal:
        return Finding(check=check, ok=False, detail=str(refusal))
    return Finding(check=check, ok=True, detail=detail)
