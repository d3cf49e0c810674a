"""What steps write, and that nothing of it is lost."""

from application.ports import Cancelled, Logged, Succeeded
from tests.contracts.executor.conftest import Bench


async def test_prints_errors_and_log_records_come_with_their_stream_and_level(bench: Bench) -> None:
    code = """
import logging, sys
def main(step):
    print("out"); print("err", file=sys.stderr)
    logging.debug("not shown"); logging.info("info %d", 1); logging.warning("warn"); logging.getLogger("x").error("bad")
    step.log("own"); step.log("fine", level="debug")
    sys.stdout.write("no line end")
"""
    attempt = bench.submit(code)
    await bench.outcome(attempt)
    assert [(line.stream, line.level, line.text) for line in bench.lines(attempt)] == [
        ("stdout", "info", "out"),
        ("stderr", "warning", "err"),
        ("log", "info", "info 1"),
        ("log", "warning", "warn"),
        ("log", "error", "bad"),
        ("log", "info", "own"),
        ("log", "debug", "fine"),
        ("stdout", "info", "no line end"),
    ]


async def test_output_of_c_code_and_of_child_processes_is_captured(bench: Bench) -> None:
    code = """
import ctypes, os, subprocess, sys
def main():
    ctypes.CDLL(None).puts(b"from C")
    os.write(1, b"raw\\n")
    subprocess.run(["sh", "-c", "echo child; echo loud >&2; printf end"], check=True)
    pid = os.fork()
    if pid == 0:
        print("forked", flush=True)
        os._exit(0)
    os.waitpid(pid, 0)
"""
    attempt = bench.submit(code)
    assert isinstance(await bench.outcome(attempt), Succeeded)
    by_stream = {(line.stream, line.text) for line in bench.lines(attempt)}
    assert by_stream == {
        ("stdout", "from C"),
        ("stdout", "raw"),
        ("stdout", "child"),
        ("stderr", "loud"),
        ("stdout", "endforked"),
    }


async def test_a_line_is_there_while_the_step_still_runs(bench: Bench) -> None:
    attempt = bench.submit(
        "import subprocess, time\ndef main():\n    print('first')\n    subprocess.run(['echo', 'second'])\n"
        "    time.sleep(600)"
    )
    await bench.line(attempt, "first")
    await bench.line(attempt, "second")
    bench.executor.cancel(attempt, grace_s=1)
    assert isinstance(await bench.outcome(attempt), Cancelled)


async def test_no_line_is_lost_before_the_end(bench: Bench) -> None:
    code = """
import os
def main(n):
    for i in range(n):
        print(i)
        if i % 100 == 0:
            os.write(2, b"%d\\n" % i)
"""
    attempts = [bench.submit(code, n=20_000) for _ in range(3)]
    for attempt in attempts:
        assert isinstance(await bench.outcome(attempt), Succeeded)
        lines = bench.lines(attempt)
        assert [line.text for line in lines if line.stream == "stdout"] == [str(i) for i in range(20_000)]
        assert [line.text for line in lines if line.stream == "stderr"] == [str(i) for i in range(0, 20_000, 100)]
    assert sum(s.dropped for s in bench.said if isinstance(s, Logged)) == 0


async def test_lines_of_attempts_behind_each_other_are_not_mixed_up(bench: Bench) -> None:
    code = "import os\ndef main(n):\n    print(f'p{n}')\n    os.write(1, b'r%d\\n' % n)"
    attempts = [bench.submit(code, n=n) for n in range(200)]
    for n, attempt in enumerate(attempts):
        await bench.outcome(attempt)
        assert sorted(bench.texts(attempt)) == [f"p{n}", f"r{n}"]


async def test_lines_are_bounded_and_hold_only_what_json_can(bench: Bench) -> None:
    code = r"""
import os, sys
def main():
    print("a" * 100_000)
    print("\u00e9" * 100_000)
    print("nul\0 half\ud800")
    os.write(1, b"bad \xff utf-8\n")
    sys.stdout.write("10%\r20%\rdone\n")
    print("one\n\ntwo")
"""
    attempt = bench.submit(code)
    await bench.outcome(attempt)
    texts = bench.texts(attempt)
    assert all(len(text.encode()) <= 64 * 1024 for text in texts)
    assert texts[0].startswith("aaaa")
    assert "line cut: 3" in texts[0]
    assert "line cut" in texts[1]
    assert sorted(texts[2:]) == sorted(["nul\ufffd half\ufffd", "done", "one", "", "two", "bad \ufffd utf-8"])


async def test_code_that_holds_the_interpreter_can_fill_the_pipe(bench: Bench) -> None:
    # PyRun_SimpleString by pythonapi keeps the interpreter's lock while 1 MB goes through a 64 KiB pipe.
    code = """
import ctypes
def main():
    write = ctypes.PyDLL(None).write
    for _ in range(16):
        rest = b"x" * 65535 + b"\\n"
        while rest:
            rest = rest[write(1, rest, len(rest)):]
"""
    attempt = bench.submit(code)
    assert isinstance(await bench.outcome(attempt), Succeeded)
    assert [len(text) for text in bench.texts(attempt)] == [65535] * 16


async def test_all_results_of_one_read_come_in_one_call(bench: Bench) -> None:
    attempts = [bench.submit("def main():\n    return 1", profile="quick") for _ in range(400)]
    for attempt in attempts:
        await bench.outcome(attempt)
    assert len(bench.calls) < 400
