"""The folder in which one server keeps its state: lock, identity, own PostgreSQL.

    <data-dir>/server.lock        held (flock) as long as the server lives; holds its pid for the refusal
    <data-dir>/identity.json      server_id, created once, and boot, raised at each start
    <data-dir>/postgres/          the embedded PostgreSQL's files, when no other database is named
    <data-dir>/postgres-password  0600, generated once
    <data-dir>/postgres.log

Leases written by server_id with an earlier boot belong to a life of this server which is over: so a restarted
server takes its executions up at once instead of waiting for the lease to run out.
"""

import fcntl
import json
import os
import secrets
import stat
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self
from uuid import UUID, uuid4

_TRAVERSABLE = stat.S_IXOTH


class DataDirectoryError(Exception):
    """The data directory cannot be used. `str(error)` is a sentence with the way out."""

    def __init__(self, path: Path, sentence: str) -> None:
        super().__init__(sentence)
        self.path = path


class DataDirectoryUnusable(DataDirectoryError):
    """It cannot be created, written, or reached by the account that runs PostgreSQL."""


class DataDirectoryInUse(DataDirectoryError):
    """Another living server holds it; `pid` is None when that server's pid cannot be read."""

    def __init__(self, path: Path, pid: int | None) -> None:
        holder = f"the server with pid {pid}" if pid else "another server"
        super().__init__(
            path, f"{path} is in use by {holder}: stop that server, or choose another folder with --data-dir."
        )
        self.pid = pid


@dataclass(frozen=True, kw_only=True)
class ServerIdentity:
    """Who this server is, over restarts: `boot` counts its starts from 1."""

    server_id: UUID
    boot: int


class DataDirectory:
    """One server's folder. `open()` takes it, `close()` gives it back; both may be called again."""

    def __init__(self, path: Path) -> None:
        self.path = path.absolute()
        self._lock: int | None = None

    @property
    def postgres(self) -> Path:
        """PostgreSQL's own folder, apart from ours, for initdb wants an empty one."""
        return self.path / "postgres"

    def open(self, *, for_postgres: bool) -> Self:
        """Create the folder when missing, check it and take its lock.

        `for_postgres` says that PostgreSQL will live inside: as root it runs under an account of its own which
        must be able to walk to its files. We refuse a private parent rather than open it up: someone made it
        private. Nothing is created or changed before that check has passed. Raises `DataDirectoryError`.
        """
        if self._lock is not None:
            return self
        as_root = os.geteuid() == 0
        if for_postgres and as_root:
            self._refuse_private_parents()
        try:
            self.path.mkdir(parents=True, exist_ok=True, mode=0o711 if as_root else 0o700)
            if for_postgres and as_root:
                self._let_through()
            self._take_lock()
        except NotADirectoryError:
            raise self._unusable(f"{self.path} is not a folder: choose another one with --data-dir.") from None
        except OSError as error:
            raise self._unusable(
                f"{self.path} cannot be used ({error.strerror}): make it writable for this user, "
                f"or choose another folder with --data-dir."
            ) from None
        return self

    def close(self) -> None:
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def is_held(self) -> bool:
        """Whether a living server holds the lock; asked without taking it. One of another account, whose lock
        we may not open, counts as alive."""
        try:
            descriptor = os.open(self.path / "server.lock", os.O_RDWR | os.O_CLOEXEC)
        except FileNotFoundError:
            return False
        except PermissionError:
            return True
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        finally:
            os.close(descriptor)
        return False

    def begin_boot(self) -> ServerIdentity:
        """Count this start and say who we are. Call once for each start, with the lock held: two servers must
        never share a boot number. Durable before it returns."""
        if self._lock is None:
            raise RuntimeError("open the data directory before counting a boot")
        file = self.path / "identity.json"
        try:
            known = json.loads(file.read_text())
            identity = ServerIdentity(server_id=UUID(known["server_id"]), boot=int(known["boot"]) + 1)
        except FileNotFoundError:
            identity = ServerIdentity(server_id=uuid4(), boot=1)
        except (ValueError, KeyError, TypeError):
            raise self._unusable(
                f"{file} is damaged: restore it from a backup, or delete it when no other server uses this database."
            ) from None
        write_private(file, json.dumps({"server_id": str(identity.server_id), "boot": identity.boot}) + "\n")
        return identity

    def postgres_password(self) -> str:
        """The generated password of the embedded PostgreSQL; created at the first call. Safe inside a URL."""
        file = self.path / "postgres-password"
        try:
            return file.read_text().strip()
        except FileNotFoundError:
            password = secrets.token_urlsafe(32)
            write_private(file, password + "\n")
            return password

    def _take_lock(self) -> None:
        descriptor = os.open(self.path / "server.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = os.pread(descriptor, 32, 0).decode(errors="replace").strip()
            os.close(descriptor)
            raise DataDirectoryInUse(self.path, int(holder) if holder.isdecimal() else None) from None
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, f"{os.getpid()}\n".encode(), 0)
        self._lock = descriptor
        # An flock belongs to the open file, so a forked child would hold it on after our death. Programs that
        # are exec'ed lose it by O_CLOEXEC; a bare fork must close it itself.
        os.register_at_fork(after_in_child=self.close)

    def _refuse_private_parents(self) -> None:
        for parent in (*self.path.parents, *self.path.resolve().parents):
            if parent.exists() and not parent.stat().st_mode & _TRAVERSABLE:
                raise self._unusable(
                    f"{parent} is private, so PostgreSQL's own account cannot reach {self.path}: choose a folder "
                    f"such as /var/lib/runwright with --data-dir, or run Runwright as a normal user."
                )

    def _let_through(self) -> None:
        """Our own folder must be passable too (its files stay private each by itself). One that is private and
        already holds other things was not made for us."""
        mode = self.path.stat().st_mode
        if mode & _TRAVERSABLE:
            return
        if any(self.path.iterdir()) and not (self.path / "server.lock").exists():
            raise self._unusable(
                f"{self.path} is private and holds other files: choose an empty folder with --data-dir."
            )
        self.path.chmod(stat.S_IMODE(mode) | stat.S_IXGRP | stat.S_IXOTH)

    def _unusable(self, sentence: str) -> DataDirectoryUnusable:
        return DataDirectoryUnusable(self.path, sentence)


def write_private(file: Path, text: str) -> None:
    """Replace `file` by `text`, mode 0600, whole or not at all, and on disk before it returns."""
    fresh = file.with_name(file.name + ".new")
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as stream:
        stream.write(text)
        stream.flush()
        os.fsync(stream.fileno())
    os.replace(fresh, file)
    folder = os.open(file.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
