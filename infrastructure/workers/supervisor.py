"""The process between the server and one worker: it proves that all of a worker is dead.

It is a child subreaper, so whatever the worker starts (setsid and double forks included) ends up
below it. It has no parent-death signal of its own: it must outlive a killed server to clean up, and it
learns of that death by the end of its control socket.
"""

import contextlib
import gc
import os
import select
import shutil
import signal
import socket
import time
import traceback
from collections.abc import Callable
from pathlib import Path

from infrastructure.workers import processes
from infrastructure.workers.records import SCRATCH, write_record
from infrastructure.workers.wire import CONTROL, GONE, KILL, TERMINATE


def supervise(control: socket.socket, folder: Path, work: Callable[[Path], None], others: list[int]) -> None:
    """Fork a worker that runs `work(its scratch folder)`, wait for its end or an order, kill what is left.

    `folder` takes the record of this process and the scratch folder. `others` are file descriptors
    only the worker uses. Returns when nothing is left below this process.
    """
    gc.disable()
    processes.become_subreaper()
    wake_read, wake_write = os.pipe2(os.O_CLOEXEC | os.O_NONBLOCK)
    signal.signal(signal.SIGCHLD, _ignore)
    signal.set_wakeup_fd(wake_write, warn_on_full_buffer=False)
    record = write_record(folder)
    scratch = folder / f"{record.stem}{SCRATCH}"
    # Of an earlier supervisor with this pid, ended together with all of Runwright: no step gets the files of another.
    shutil.rmtree(scratch, ignore_errors=True)
    scratch.mkdir(mode=0o700, exist_ok=True)
    me = os.getpid()
    worker = os.fork()
    if worker == 0:
        _become_worker(me, control, (wake_read, wake_write), work, scratch)
    for fd in others:
        os.close(fd)
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.setpgid(worker, worker)
    status, killed = _watch(control, worker, wake_read)
    shutil.rmtree(scratch, ignore_errors=True)
    with contextlib.suppress(OSError):
        record.unlink()
    with contextlib.suppress(OSError):
        control.send(CONTROL.pack(GONE, status << 1 | killed))


def _become_worker(
    supervisor: int, control: socket.socket, wake: tuple[int, int], work: Callable[[Path], None], scratch: Path
) -> None:
    """In the forked child: leave the supervisor's things behind, work, and never return."""
    code = 1
    try:
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        processes.die_with_parent(supervisor)
        os.setpgid(0, 0)
        control.close()
        for fd in wake:
            os.close(fd)
        gc.enable()
        work(scratch)
        code = 0
    except BaseException:
        traceback.print_exc()
    finally:
        os._exit(code)


def _watch(control: socket.socket, worker: int, wake: int) -> tuple[int, bool]:
    """Until all is dead: (wait status of the worker, whether SIGKILL had to be sent to end it)."""
    poll = select.poll()
    poll.register(control, select.POLLIN)
    poll.register(wake, select.POLLIN)
    status = 0
    deadline: float | None = None
    while True:
        wait_ms = None if deadline is None else max(0, (deadline - time.monotonic()) * 1000)
        ready = dict(poll.poll(wait_ms))
        if wake in ready:
            with contextlib.suppress(BlockingIOError):
                os.read(wake, 4096)
        ended, left = processes.reap()
        status = ended.get(worker, status)
        if not left:
            return status, False
        if worker in ended and deadline is None:
            # The worker ended without an order: what it left behind has no reason to live.
            return processes.kill_descendants().get(worker, status), False
        order, value = KILL, 0
        if control.fileno() in ready:
            packet = control.recv(CONTROL.size)
            if packet:
                order, value = CONTROL.unpack(packet)
        elif deadline is None or time.monotonic() < deadline:
            continue
        if order == TERMINATE:
            until = time.monotonic() + value / 1000
            if deadline is None:
                processes.signal_all(processes.descendants(os.getpid()), signal.SIGTERM)
            deadline = until if deadline is None else min(until, deadline)
            continue
        return processes.kill_descendants().get(worker, status), True


def _ignore(_signum: int, _frame: object) -> None:
    """SIGCHLD only has to wake the poll; SIG_IGN would reap children behind our back."""
