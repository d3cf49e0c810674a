"""A PID namespace for each worker: the kernel itself ends whatever a worker started.

The supervisor is the first process of its namespace. When it ends, however it ends, the kernel kills all others in
there before anybody hears of it; without namespaces a daemon of a step outlives a SIGKILL to supervisor, zygote and
server together. Step code sees its own processes only, so its `kill -9 -1` reaches no server.

Linux only: pid_namespaces(7), user_namespaces(7).
"""

import ctypes
import os
import sys
from pathlib import Path

from infrastructure.workers.processes import become_subreaper, libc

_CLONE_NEWNS = 0x00020000
_CLONE_NEWUSER = 0x10000000
_CLONE_NEWPID = 0x20000000
_MS_NOSUID, _MS_NODEV, _MS_NOEXEC = 2, 4, 8
_MS_REC, _MS_SLAVE = 0x4000, 0x80000

_outside: int | None = None
"""In a namespace: /proc of the one around it, as a descriptor."""


def fork() -> int:
    """Like os.fork(), but the child is the first process of a new PID namespace with a /proc of its own.

    The caller must be a subreaper with a single thread. Raises OSError where the kernel refuses: without
    CAP_SYS_ADMIN it takes a user namespace, which a container or a distribution may forbid.
    """
    read, write = os.pipe2(os.O_CLOEXEC)
    # A process can choose the namespace of its children once: a helper does, and leaves its child to the caller.
    try:
        helper = os.fork()
    except OSError:
        os.close(read)
        os.close(write)
        raise
    if helper == 0:
        os.close(read)
        try:
            _unshare()
            child = os.fork()
            if child == 0:
                _enter()
                os.write(write, b"%d 0" % _pid_outside())
                os.close(write)
                return 0
        except OSError as error:
            os.write(write, b"0 %d" % (error.errno or 1))
        except BaseException:
            os.write(write, b"0 1")
        os._exit(0)
    os.close(write)
    with os.fdopen(read, "rb") as answers:
        answer = answers.read()
    os.waitpid(helper, 0)
    pid, errno = map(int, answer.split()) if answer else (0, 1)
    if errno:
        raise OSError(errno, f"a PID namespace was refused: {os.strerror(errno)}")
    return pid


def pid() -> int:
    """The calling process as those outside its namespace know it."""
    return os.getpid() if _outside is None else _pid_outside()


def forget_outside() -> None:
    """Close the way to the outer /proc: step code has no use for it."""
    global _outside  # noqa: PLW0603 - a process is in one namespace
    if _outside is not None:
        os.close(_outside)
        _outside = None


def _pid_outside() -> int:
    return int(os.readlink("self", dir_fd=_outside))


def _unshare() -> None:
    flags = _CLONE_NEWPID | _CLONE_NEWNS
    uid, gid = os.geteuid(), os.getegid()
    if libc.unshare(flags) == 0:
        return
    if libc.unshare(flags | _CLONE_NEWUSER) != 0:
        raise OSError(ctypes.get_errno(), "unshare")
    # The same user and group inside: nothing changes hands, and nothing more is allowed than before.
    Path("/proc/self/setgroups").write_text("deny")
    Path("/proc/self/uid_map").write_text(f"{uid} {uid} 1")
    Path("/proc/self/gid_map").write_text(f"{gid} {gid} 1")


def _enter() -> None:
    """In the first process: a /proc that shows this namespace. Mounts made outside later still arrive."""
    global _outside  # noqa: PLW0603 - a process is in one namespace
    _outside = os.open("/proc", os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC)
    _mount(None, "/", None, _MS_REC | _MS_SLAVE)
    _mount("proc", "/proc", "proc", _MS_NOSUID | _MS_NODEV | _MS_NOEXEC)


def _mount(source: str | None, target: str, kind: str | None, flags: int) -> None:
    names = [None if name is None else name.encode() for name in (source, target, kind)]
    if libc.mount(*names, ctypes.c_ulong(flags), None) != 0:
        raise OSError(ctypes.get_errno(), f"mount {target}")


def main() -> None:
    """Try it out in a process of its own: ends with 0, or with 1 and the reason in the last line of stderr."""
    become_subreaper()
    try:
        child = fork()
    except OSError as error:
        sys.exit(error.strerror)
    if child == 0:
        os._exit(0 if os.getpid() == 1 and os.readlink("/proc/self") == "1" else 1)
    sys.exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
