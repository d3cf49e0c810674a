"""Every setting of Runwright: its name, unit, default and the reason for the default.

Read once, at the start, into one frozen object. Later sources win over earlier ones:

    runwright.toml (working directory, or --config)  <  RUNWRIGHT_* environment  <  command-line flags

An unknown name or a value that cannot work stops the start with one sentence (`SettingsError`); a typing
error never becomes a default that nobody chose.
"""

import difflib
import ipaddress
import os
import sys
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from types import MappingProxyType
from typing import TypeVar, cast

from application.egress import Allowed, KeyVariable

T = TypeVar("T")
Parse = Callable[[object], T]

CONFIG_FILE = "runwright.toml"
PREFIX = "RUNWRIGHT_"

# Variables of ours which are no server settings: where the file is, what a client of a server uses
# (`runwright run`), and what the test suite or a step's process is told.
_OTHER_VARIABLES = frozenset({"RUNWRIGHT_CONFIG", "RUNWRIGHT_SERVER", "RUNWRIGHT_API_KEY", "RUNWRIGHT_IDEMPOTENCY_KEY"})
_OTHER_PREFIXES = ("RUNWRIGHT_TEST_", "RUNWRIGHT_STEP_", "RUNWRIGHT_WORKER_", "RUNWRIGHT_BENCH_")

KIB, MIB = 1024, 1024 * 1024
ROLES = ("serve", "conduct", "project")
"""What a server does: answer requests; take executions through their graphs and run their steps; build the views."""
EXAMPLE_SERVERS = ("127.0.0.1:8917", "127.0.0.1:8918")  # see examples/shop.yaml, examples/letters.yaml
SHORTEST_KEY = 8  # characters; a shorter secret can be guessed over the network in days


class SettingsError(Exception):
    """A setting is unknown or cannot work. `str(error)` is one sentence with the way out."""

    def __init__(self, key: str, fact: str) -> None:
        super().__init__(f"{key} {fact}")
        self.key, self.fact = key, fact


class _Refused(ValueError):
    """A parser's refusal: what is wrong and what would be right, without the key's name."""


# --- parsers: from what TOML, the environment or a flag holds to the typed value ---------------------------


def _integer(low: int, high: int) -> Parse[int]:
    def parse(value: object) -> int:
        try:
            if isinstance(value, bool) or not isinstance(value, int | str):
                raise ValueError
            number = int(value)
        except ValueError:
            raise _Refused(f"must be a whole number from {low} to {high}, not {value!r}") from None
        if not low <= number <= high:
            raise _Refused(f"must be a whole number from {low} to {high}, not {number}")
        return number

    return parse


def _number(low: float, high: float) -> Parse[float]:
    def parse(value: object) -> float:
        try:
            if isinstance(value, bool) or not isinstance(value, int | float | str):
                raise ValueError
            number = float(value)
        except ValueError:
            raise _Refused(f"must be a number from {low:g} to {high:g}, not {value!r}") from None
        if not low <= number <= high:  # also false for NaN
            raise _Refused(f"must be a number from {low:g} to {high:g}, not {number:g}")
        return number

    return parse


def _flag(value: object) -> bool:
    if isinstance(value, bool):
        return value
    word = str(value).strip().lower()
    if word in {"1", "true", "yes", "on"}:
        return True
    if word in {"0", "false", "no", "off"}:
        return False
    raise _Refused(f"must be true or false, not {value!r}")


def _text(value: object) -> str:
    if not isinstance(value, str) or not value.strip():
        raise _Refused(f"must be a non-empty text, not {value!r}")
    return value.strip()


def _choice(*words: str) -> Parse[str]:
    def parse(value: object) -> str:
        word = str(value).strip().lower()
        if word not in words:
            raise _Refused(f"must be one of {', '.join(words)}, not {value!r}")
        return word

    return parse


def _roles(value: object) -> tuple[str, ...]:
    roles = _names(value)
    for role in roles:
        if role not in ROLES:
            raise _Refused(f"must be of {', '.join(ROLES)}, not {role!r}")
    if not roles:
        raise _Refused(f"must name at least one of {', '.join(ROLES)}")
    return tuple(dict.fromkeys(roles))


def _names(value: object) -> tuple[str, ...]:
    """A TOML list of texts, or one text with commas."""
    parts = value.split(",") if isinstance(value, str) else value
    if not isinstance(parts, list | tuple):
        raise _Refused(f"must be a list of texts, not {value!r}")
    return tuple(_text(part) for part in cast(list[object], parts))


def _keys(value: object) -> Mapping[str, str]:
    """A TOML table `id = "secret"`, or one text `id=secret,id=secret`. Secrets are never shown in a refusal."""
    pairs: dict[str, object] = {}
    if isinstance(value, str):
        for part in value.split(","):
            name, mark, secret = part.strip().partition("=")
            if not mark:
                raise _Refused("must read id=secret,id=secret")
            pairs[name.strip()] = secret.strip()
    elif isinstance(value, Mapping):
        pairs = {str(name): secret for name, secret in cast(Mapping[object, object], value).items()}
    else:
        raise _Refused('must be a table of key id = "secret"')
    for name, secret in pairs.items():
        if not name.replace("-", "").replace("_", "").isalnum():
            raise _Refused(f"has the key id {name!r}; use letters, digits, - and _")
        if not isinstance(secret, str) or len(secret) < SHORTEST_KEY:
            raise _Refused(f"has a secret for {name!r} shorter than {SHORTEST_KEY} characters; use a longer one")
    return MappingProxyType({name: str(secret) for name, secret in pairs.items()})


def _path(value: object) -> Path:
    return Path(_text(value)).expanduser().absolute() if not isinstance(value, Path) else value.absolute()


def _database_url(value: object) -> str:
    url = _text(value)
    if not url.startswith(("postgresql://", "postgres://")):
        raise _Refused("must begin with postgresql://, for example postgresql://user:password@host:5432/runwright")
    return url


def _origin(value: object) -> tuple[str, ...]:
    origins = _names(value)
    for origin in origins:
        if not origin.startswith(("http://", "https://")) or origin.endswith("/"):
            raise _Refused(f"must hold origins such as https://runwright.example.com, not {origin!r}")
    return origins


def _networks(value: object) -> tuple[str, ...]:
    networks = _names(value)
    for network in networks:
        try:
            Allowed.of(network)
        except ValueError as error:
            raise _Refused(f"must hold networks such as 10.0.0.0/8 or 127.0.0.1:8000 ({error})") from None
    return networks


def _key_variables(value: object) -> tuple[str, ...]:
    names = _names(value)
    for name in names:
        try:
            KeyVariable.of(name)
        except ValueError as error:
            raise _Refused(f"must hold names such as OPENAI_API_KEY@api.openai.com ({error})") from None
    return names


def _or_none(parse: Parse[T]) -> Parse[T | None]:
    return lambda value: None if value is None or value == "" else parse(value)


def default_data_dir() -> Path:
    """Where state lives when nobody says otherwise.

    As root it is a system folder, for PostgreSQL refuses to run as root and its own account must be able to
    reach its files; else the folder the platform gives to a user's programs.
    """
    if os.geteuid() == 0:
        return Path("/var/lib/runwright")
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Application Support" / "runwright"
    base = os.environ.get("XDG_DATA_HOME") or ""
    return (Path(base) if base.startswith("/") else Path.home() / ".local" / "share") / "runwright"


def _setting(default: T, parse: Parse[T], *, unit: str, reason: str) -> T:
    return field(default=default, metadata={"parse": parse, "unit": unit, "reason": reason})


@dataclass(frozen=True, kw_only=True)
class Settings:
    """All settings. `Settings()` is what runs when nothing is set, except `data_dir` and `attempt_limit`,
    whose defaults depend on the machine."""

    host: str = _setting("127.0.0.1", _text, unit="address", reason="only this machine may ask until keys are set")
    port: int = _setting(8000, _integer(0, 65535), unit="TCP port", reason="0 takes any free port")
    data_dir: Path = field(
        default_factory=default_data_dir,
        metadata={
            "parse": _path,
            "unit": "folder",
            "reason": "/var/lib/runwright as root, else the user's data folder: survives restarts and upgrades",
        },
    )
    database_url: str | None = field(
        default=None,
        repr=False,
        metadata={"parse": _or_none(_database_url), "unit": "URL", "reason": "none: an own PostgreSQL inside data_dir"},
    )
    allowed_hosts: tuple[str, ...] = _setting(
        (), _names, unit="host names", reason="loopback names and the bound host always pass; others by name only"
    )
    allowed_origins: tuple[str, ...] = _setting(
        (), _origin, unit="origins", reason="a web page elsewhere must not start code here"
    )
    api_keys: Mapping[str, str] = field(
        default_factory=lambda: MappingProxyType({}),
        repr=False,
        metadata={"parse": _keys, "unit": "key id = secret", "reason": "needed for any address but loopback"},
    )
    http_allowed: tuple[str, ...] = _setting(
        EXAMPLE_SERVERS,
        _networks,
        unit="networks, address:port",
        reason="private addresses that http and llm nodes may reach; these are where the examples listen",
    )
    allow_shell: bool = _setting(
        False,
        _flag,
        unit="true/false",
        reason="whoever may save a workflow could run any command of the machine; true lets shell nodes do so",
    )
    llm_key_variables: tuple[str, ...] = _setting(
        (),
        _key_variables,
        unit="variables, variable@host",
        reason="variables of the server that llm nodes may name as their key; with @host the key goes to no other host",
    )
    max_body_bytes: int = _setting(
        MIB, _integer(KIB, 64 * MIB), unit="bytes", reason="a definition of 5,000 nodes fits; memory stays flat"
    )
    max_depth: int = _setting(
        64, _integer(8, 500), unit="levels", reason="far above real data, far below what breaks JSON parsers (1,024)"
    )
    max_nodes: int = _setting(
        5_000, _integer(1, 50_000), unit="nodes", reason="measured: a step costs the same up to 5,000"
    )
    inline_value_bytes: int = _setting(
        16 * KIB, _integer(KIB, MIB), unit="bytes", reason="larger values become artifacts, so histories stay short"
    )
    artifact_max_bytes: int = _setting(
        64 * MIB, _integer(KIB, 1024 * MIB), unit="bytes", reason="one value must fit into memory several times"
    )
    attempt_limit: int | None = _setting(
        None, _or_none(_integer(1, 1_024)), unit="attempts at once", reason="none: it follows the load, up to 4 x cores"
    )
    idle_workers: int = _setting(
        2, _integer(0, 64), unit="processes", reason="warm for the next run, and within the idle memory of 150 MB"
    )
    worker_memory_mb: int | None = _setting(
        None, _or_none(_integer(64, 1_048_576)), unit="MiB a worker", reason="none: the machine's own limit holds"
    )
    process_namespaces: bool = _setting(
        False,
        _flag,
        unit="true/false",
        reason="true: the kernel ends what a worker started, whatever is killed; pids that steps print are their own",
    )
    queue_limit: int = _setting(
        100_000, _integer(1, 10_000_000), unit="queued executions", reason="a queue without end hides an outage"
    )
    disk_reserve_mb: int = _setting(
        256,
        _integer(0, 1_048_576),
        unit="MiB free",
        reason="with less no run is accepted: an own PostgreSQL ends where its log finds no room. 0: never refused",
    )
    projector_pause_ms: int = _setting(
        25, _integer(0, 1_000), unit="ms", reason="how old a view may be; unpaced it takes a third of a chain's CPU"
    )
    log_flush_ms: int = _setting(
        250, _integer(10, 5_000), unit="ms", reason="live to the eye; 10,000 lines/s cost about 40 % of one core"
    )
    log_level: str = _setting(
        "info", _choice("debug", "info", "warning", "error"), unit="level", reason="starts, stops and faults"
    )
    examples: bool = _setting(True, _flag, unit="true/false", reason="loaded once, so that the first page has a Run")
    roles: tuple[str, ...] = _setting(
        ROLES,
        _roles,
        unit="serve, conduct, project",
        reason="all on one machine; several servers on one database may each have some",
    )
    lease_s: float = _setting(
        15.0,
        _number(1.0, 600.0),
        unit="s",
        reason="a server not heard for so long is gone and others go on with its executions; all servers set the same",
    )
    drain_s: float = _setting(
        30.0,
        _number(0.0, 3_600.0),
        unit="s",
        reason="with other servers alive: running steps may finish before the end",
    )
    shutdown_grace_s: float = _setting(
        10.0, _number(0.0, 3_600.0), unit="s", reason="running steps may finish; later they are stopped and proven dead"
    )


def load_settings(
    *,
    config: Path | None = None,
    environ: Mapping[str, str] | None = None,
    flags: Mapping[str, object] | None = None,
) -> Settings:
    """Read the file, the environment and the flags (a flag of None was not given).

    `config` must exist when it is named here or in RUNWRIGHT_CONFIG; the file in the working directory is
    optional. Raises `SettingsError`.
    """
    environ = os.environ if environ is None else environ
    named = config or (Path(environ["RUNWRIGHT_CONFIG"]) if environ.get("RUNWRIGHT_CONFIG") else None)
    values: dict[str, object] = {}
    for source, found in (
        (str(named or CONFIG_FILE), _from_file(named or Path(CONFIG_FILE), must_exist=named is not None)),
        ("the environment", _from_environment(environ)),
        ("the command line", {key: value for key, value in (flags or {}).items() if value is not None}),
    ):
        for key, value in found.items():
            values[key] = _parsed(key, value, source)
    settings = Settings(**values)  # pyright: ignore[reportArgumentType] - every value passed its field's parser
    _refuse_open_door(settings)
    return settings


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach a server bound to `host` (a name other than localhost counts as not)."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def _refuse_open_door(settings: Settings) -> None:
    if not is_loopback(settings.host) and not settings.api_keys:
        raise SettingsError(
            "host",
            f"is {settings.host}, which other machines can reach, but there is no API key: set api_keys "
            f"(RUNWRIGHT_API_KEYS=name=secret) or bind to 127.0.0.1.",
        )


def _from_file(path: Path, *, must_exist: bool) -> dict[str, object]:
    try:
        text = path.read_bytes().decode()
    except FileNotFoundError:
        if must_exist:
            raise SettingsError(str(path), "does not exist: name an existing settings file.") from None
        return {}
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(str(path), f"cannot be read ({error}): make it a readable UTF-8 file.") from None
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(str(path), f"is not valid TOML: {error}. Correct that place.") from None


def _from_environment(environ: Mapping[str, str]) -> dict[str, object]:
    return {
        name.removeprefix(PREFIX).lower(): value
        for name, value in environ.items()
        if name.startswith(PREFIX) and name not in _OTHER_VARIABLES and not name.startswith(_OTHER_PREFIXES)
    }


_PARSERS: dict[str, Parse[object]] = {entry.name: entry.metadata["parse"] for entry in fields(Settings)}


def _parsed(key: str, value: object, source: str) -> object:
    if key not in _PARSERS:
        close = difflib.get_close_matches(key, _PARSERS, n=1)
        hint = f"did you mean {close[0]}?" if close else f"known settings are {', '.join(sorted(_PARSERS))}."
        raise SettingsError(key, f"in {source} is not a setting of Runwright: {hint}")
    try:
        return _PARSERS[key](value)
    except _Refused as refusal:
        raise SettingsError(key, f"in {source} {refusal}.") from None
