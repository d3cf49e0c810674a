"""Who is told when a descriptor can be read or written, errors included.

Not by the loop's own `add_reader`: libuv, below uvloop, stops polling a socket at its first error
(https://github.com/libuv/libuv/issues/3796), and what is called then is called once. A peer that dies with something
of ours unread is such an error (ECONNRESET): a database killed with a statement on its way. Whoever read its last
words first never heard of its end. So our descriptors are in an epoll of our own, and the loop watches only that,
which has no errors.
"""

import asyncio
import contextlib
import select
from collections.abc import Callable
from typing import Protocol
from weakref import WeakKeyDictionary

_READ = select.EPOLLIN | select.EPOLLRDHUP
_WRITE = select.EPOLLOUT
_ALWAYS = select.EPOLLERR | select.EPOLLHUP

Call = Callable[[], None]


class HasFileno(Protocol):
    """A socket, say."""

    def fileno(self) -> int:
        """Its descriptor."""
        ...


class Readiness:
    """Callbacks by descriptor on the running event loop. Level-triggered: a callback is called until it has read all.

    A callback is also called when the other end is gone or the socket has an error; reading or writing then tells
    which. Every descriptor is non-blocking, and forgotten here before its number can be another's.
    """

    def __init__(self) -> None:
        self._epoll = select.epoll()
        self._readers: dict[int, Call] = {}
        self._writers: dict[int, Call] = {}
        self._known: dict[int, int] = {}  # what the epoll waits for

    def add_reader(self, of: "int | HasFileno", call: Call) -> None:
        """Call it whenever `of` can be read; instead of the one before."""
        fd = _descriptor(of)
        self._readers[fd] = call
        self._update(fd)

    def remove_reader(self, of: "int | HasFileno") -> None:
        """Idempotent."""
        fd = _descriptor(of)
        if self._readers.pop(fd, None) is not None:
            self._update(fd)

    def add_writer(self, of: "int | HasFileno", call: Call) -> None:
        """Call it whenever `of` can be written; instead of the one before."""
        fd = _descriptor(of)
        self._writers[fd] = call
        self._update(fd)

    def remove_writer(self, of: "int | HasFileno") -> None:
        """Idempotent."""
        fd = _descriptor(of)
        if self._writers.pop(fd, None) is not None:
            self._update(fd)

    def forget(self, fd: int) -> None:
        """Nobody is called for it any more. Idempotent; it may be closed already."""
        self._readers.pop(fd, None)
        self._writers.pop(fd, None)
        self._update(fd)

    def _update(self, fd: int) -> None:
        wanted = (_READ if fd in self._readers else 0) | (_WRITE if fd in self._writers else 0)
        known = self._known.get(fd, 0)
        if wanted == known:
            return
        if not wanted:
            del self._known[fd]
            with contextlib.suppress(OSError):  # libpq closes the socket of a connection it finds broken
                self._epoll.unregister(fd)
            if not self._known:
                asyncio.get_running_loop().remove_reader(self._epoll.fileno())
            return
        if not self._known:
            asyncio.get_running_loop().add_reader(self._epoll.fileno(), self._on_ready)
        if known:
            self._epoll.modify(fd, wanted)
        else:
            self._epoll.register(fd, wanted)
        self._known[fd] = wanted

    def _on_ready(self) -> None:
        for fd, events in self._epoll.poll(0):
            if events & (_READ | _ALWAYS):
                self._call(self._readers.get(fd))
            if events & (_WRITE | _ALWAYS):
                self._call(self._writers.get(fd))

    def _call(self, call: Call | None) -> None:
        if call is None:
            return
        try:
            call()
        except Exception as error:  # as the loop does it: the others are called all the same
            asyncio.get_running_loop().call_exception_handler({"message": f"{call} failed", "exception": error})


_of: "WeakKeyDictionary[asyncio.AbstractEventLoop, Readiness]" = WeakKeyDictionary()


def readiness() -> Readiness:
    """That of the running event loop."""
    loop = asyncio.get_running_loop()
    found = _of.get(loop)
    if found is None:
        found = _of[loop] = Readiness()
    return found


def _descriptor(of: "int | HasFileno") -> int:
    return of if isinstance(of, int) else of.fileno()
