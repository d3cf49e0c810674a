"""Whoever waits for a descriptor hears of its end, on both event loops."""

import asyncio
import gc
import os
import socket
import weakref
from collections.abc import Callable, Coroutine
from functools import partial

import pytest
import uvloop

from infrastructure.readiness import readiness

LOOPS = pytest.mark.parametrize("loop", [asyncio.new_event_loop, uvloop.new_event_loop], ids=["asyncio", "uvloop"])

NewLoop = Callable[[], asyncio.AbstractEventLoop]


def run(loop: NewLoop, body: Coroutine[object, object, None]) -> None:
    with asyncio.Runner(loop_factory=loop) as runner:
        runner.run(body)


@LOOPS
def test_the_end_of_a_peer_is_heard_after_its_last_words_though_it_left_something_unread(loop: NewLoop) -> None:
    async def body() -> None:
        ours, theirs = socket.socketpair()
        ours.setblocking(False)
        heard: list[bytes | type[OSError]] = []
        ended = asyncio.Event()

        def read_once() -> None:
            try:
                heard.append(ours.recv(100))
            except OSError as error:
                heard.append(type(error))
                readiness().remove_reader(ours)
                ended.set()

        with ours:
            readiness().add_reader(ours, read_once)
            ours.send(b"never read")
            theirs.send(b"I end")
            theirs.close()
            await asyncio.wait_for(ended.wait(), 5)
            assert heard == [b"I end", ConnectionResetError]

    run(loop, body())


@LOOPS
def test_it_is_called_as_long_as_there_is_something_to_read_and_no_longer(loop: NewLoop) -> None:
    async def body() -> None:
        read, write = os.pipe2(os.O_NONBLOCK)
        said: list[bytes] = []
        readiness().add_reader(read, lambda: said.append(os.read(read, 1)))
        os.write(write, b"abc")
        while len(said) < 3:
            await asyncio.sleep(0)
        readiness().remove_reader(read)
        readiness().remove_reader(read)
        os.write(write, b"d")
        await asyncio.sleep(0.01)
        assert said == [b"a", b"b", b"c"]
        os.close(read)
        os.close(write)

    run(loop, body())


@LOOPS
def test_a_reader_and_a_writer_of_one_socket_are_told_apart(loop: NewLoop) -> None:
    async def body() -> None:
        ours, theirs = socket.socketpair()
        for one in (ours, theirs):
            one.setblocking(False)
        with ours, theirs:
            read, written = asyncio.Event(), asyncio.Event()

            def write() -> None:
                readiness().remove_writer(ours)
                written.set()

            def take() -> None:
                ours.recv(10)
                read.set()

            readiness().add_reader(ours, take)
            readiness().add_writer(ours, write)
            await asyncio.wait_for(written.wait(), 5)
            assert not read.is_set()
            theirs.send(b"x")
            await asyncio.wait_for(read.wait(), 5)
            readiness().remove_reader(ours)

    run(loop, body())


@LOOPS
def test_a_callback_that_fails_is_told_and_the_others_are_called(loop: NewLoop) -> None:
    async def body() -> None:
        told: list[object] = []
        asyncio.get_running_loop().set_exception_handler(lambda _, context: told.append(context["exception"]))
        pipes = [os.pipe2(os.O_NONBLOCK) for _ in range(2)]
        called: list[int] = []

        def call(fd: int) -> None:
            called.append(fd)
            readiness().remove_reader(fd)
            raise ValueError(fd)

        for read, write in pipes:
            readiness().add_reader(read, partial(call, read))
            os.write(write, b"x")
        while len(called) < 2:
            await asyncio.sleep(0)
        assert sorted(str(one) for one in told) == sorted(str(one) for one in called)
        for fd in (fd for pipe in pipes for fd in pipe):
            os.close(fd)

    run(loop, body())


@LOOPS
def test_one_that_its_owner_closed_can_still_be_forgotten(loop: NewLoop) -> None:
    async def body() -> None:
        read, write = os.pipe2(os.O_NONBLOCK)
        readiness().add_reader(read, lambda: None)
        os.close(read)
        readiness().remove_reader(read)
        again = os.dup(write)  # the same number for another
        assert again == read
        written = asyncio.Event()
        readiness().add_writer(again, written.set)
        await asyncio.sleep(0)
        readiness().remove_writer(again)
        os.close(again)
        os.close(write)

    run(loop, body())


def test_no_loop_is_kept_alive() -> None:
    async def body() -> "weakref.ref[asyncio.AbstractEventLoop]":
        read, write = os.pipe2(os.O_NONBLOCK)
        readiness().add_reader(read, lambda: None)
        readiness().remove_reader(read)
        os.close(read)
        os.close(write)
        return weakref.ref(asyncio.get_running_loop())

    loop = asyncio.run(body())
    gc.collect()
    assert loop() is None


@LOOPS
def test_one_that_was_closed_by_others_is_forgotten_and_its_number_is_free_for_the_next(loop: NewLoop) -> None:
    async def body() -> None:
        ours, theirs = socket.socketpair()
        ours.setblocking(False)
        fd = ours.fileno()
        readiness().add_reader(fd, lambda: None)
        readiness().add_writer(fd, lambda: None)
        ours.close()
        readiness().forget(fd)
        readiness().forget(fd)
        theirs.close()
        read, write = os.pipe2(os.O_NONBLOCK)
        assert fd in (read, write), "the number is used again"
        heard = asyncio.Event()
        readiness().add_reader(read, heard.set)
        os.write(write, b"x")
        await asyncio.wait_for(heard.wait(), 5)
        readiness().remove_reader(read)
        os.close(read)
        os.close(write)

    run(loop, body())
