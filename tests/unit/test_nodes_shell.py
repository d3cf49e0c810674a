"""What a shell node runs, what it is given, and what becomes of what it prints."""

import os
import signal
import time
from dataclasses import dataclass, field
from typing import Any

import pytest

from infrastructure.nodes import shell_step
from infrastructure.nodes.checking import DefinitionCheck
from infrastructure.nodes.registry import node_kinds
from infrastructure.nodes.shell_kind import SHELL, SHELL_OFF
from infrastructure.workers.step import Step, StepCancelled, StepPorts, StepRefused


@dataclass
class Run:
    """Runs a node here; what the command prints goes to this process's stdout and stderr, as in a worker."""

    lines: list[tuple[str, str]] = field(default_factory=list)

    def __call__(self, command: str | list[str], **config: Any) -> dict[str, Any]:
        ports = StepPorts(
            log=lambda level, text: self.lines.append((level, text)), progress=lambda *_: None, attach=lambda *_: None
        )
        step = Step(ports, execution_id="e", run=1, path="a", attempt=1, idempotency_key="e:a:1")
        answer = shell_step.run({"command": command, **config}, step)
        assert isinstance(answer, dict)
        return answer


@pytest.fixture
def run() -> Run:
    return Run()


def refused(run: Run, command: str | list[str], **config: Any) -> StepRefused:
    with pytest.raises(StepRefused) as told:
        run(command, **config)
    return told.value


def test_a_text_is_run_by_the_shell_and_a_list_without_one(run: Run) -> None:
    assert run("echo a | tr a b; echo $((1 + 1))") == {"exit_code": 0, "stdout": "b\n2"}
    assert run(["echo", "$HOME; $(id)", "*"])["stdout"] == "$HOME; $(id) *"


def test_what_it_prints_is_shown_on_both_streams_and_stdout_is_the_output(
    run: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("echo out; echo careful >&2; echo out again")["stdout"] == "out\nout again"
    assert capsys.readouterr() == ("out\nout again\n", "careful\n")


def test_the_environment_is_clean_but_for_what_the_node_gives(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RUNWRIGHT_DATABASE_URL", "postgresql://secret")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    monkeypatch.setenv("LD_LIBRARY_PATH", "/somewhere")
    env = {"CITY": "Zürich", "ROWS": [{"a": 1}], "COUNT": 3, "NONE": None, "TRICK": "$(id) `id` \n'\""}
    answer = run(["/usr/bin/env", "-0"], env=env)
    pairs = dict(pair.split("=", 1) for pair in answer["stdout"].split("\N{REPLACEMENT CHARACTER}") if pair)
    assert pairs == {
        "PATH": os.environ["PATH"],
        "HOME": os.environ["HOME"],
        "LANG": os.environ.get("LANG") or "C.UTF-8",
        "CITY": "Zürich",
        "ROWS": '[{"a":1}]',
        "COUNT": "3",
        "NONE": "",
        "TRICK": "$(id) `id` \n'\"",
        "RUNWRIGHT_IDEMPOTENCY_KEY": "e:a:1",
    }


@pytest.mark.parametrize("name", ["", "A=B", "A B", "A\n", "A\0B", "1A", "Ä", "RUNWRIGHT_IDEMPOTENCY_KEY", "A" * 300])
def test_hostile_names_of_variables_are_refused_before_a_run_and_in_it(run: Run, name: str) -> None:
    assert [(p.code, p.pointer) for p in SHELL.check({"command": "id", "env": {name: "x"}})] == [
        ("shell_env_name", "/env")
    ]
    assert refused(run, "id", env={name: "x"}).code == "shell_env"


def test_a_value_that_no_variable_can_hold_is_refused(run: Run) -> None:
    assert refused(run, "id", env={"A": "x\0y"}).code == "shell_env"
    long = refused(run, "id", env={"A": "x" * 3_000_000})
    assert (long.code, "stdin" in long.advice) == ("shell_not_started", True)


def test_stdin_is_a_text_or_json_and_else_empty(run: Run) -> None:
    assert run("cat", stdin="Zürich\n\n")["stdout"] == "Zürich"
    assert run("cat", stdin={"a": [1, None]}, output="json") == {"exit_code": 0, "json": {"a": [1, None]}}
    assert run("cat") == run("cat", stdin=None) == run("cat", stdin="") == {"exit_code": 0, "stdout": ""}


def test_much_is_read_and_written_at_once_and_who_stops_reading_is_left_alone(run: Run) -> None:
    text = "0123456789abcdef" * 200_000
    assert run(["cat"], stdin=text)["stdout"] == text
    assert run(["head", "-c", "4"], stdin=text)["stdout"] == "0123"
    assert run("exec wc -c > /dev/null 2>&1", stdin=text)["exit_code"] == 0


def test_bytes_that_are_no_text_and_nul_become_a_mark(run: Run) -> None:
    assert run(r"printf 'a\377\376b\000c\303'")["stdout"] == "a��b�c�"


def test_a_long_output_is_cut_and_says_so(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shell_step, "MAX_TEXT_BYTES", 1000)
    answer = run("yes | head -c 5000")
    assert (len(answer["stdout"]), answer["truncated"]) == (999, True)
    assert run.lines[0][0] == "warning"
    monkeypatch.setattr(shell_step, "MAX_JSON_BYTES", 1000)
    assert refused(run, "yes | head -c 5000", output="json").code == "output_too_large"
    assert run("yes | head -c 5000", output="none") == {"exit_code": 0}


@pytest.mark.parametrize("printed", ["", "  ", "{", "1 2", "NaN", '"\\ud800"', "[" * 100_000])
def test_what_is_no_json_is_told_with_its_beginning(run: Run, printed: str) -> None:
    told = refused(run, "cat", stdin=printed, output="json")
    assert told.code == "shell_not_json"
    assert len(told.message) < 1000


def test_a_code_that_is_not_named_fails_with_the_last_lines(run: Run) -> None:
    told = refused(
        run, "for n in $(seq 30); do echo line $n >&2; done; echo out; printf ' 50%%\r100%% torn' >&2; exit 3"
    )
    assert (told.code, told.kind, told.category) == ("shell_exit", "exit code 3", "step")
    assert "exit code 3" in told.message
    assert told.message.endswith("line 30\n100% torn")
    assert "line 20" not in told.message
    assert "ok_codes" in told.advice
    assert refused(run, "echo only here; exit 1").message.endswith(":\nonly here")
    assert refused(run, "exit 1").message == "The command ended with exit code 1 and said nothing."
    assert refused(run, "exit 0", ok_codes=[1]).kind == "exit code 0"
    assert run("exit 7", ok_codes=[0, 7])["exit_code"] == 7


def test_an_end_by_a_signal_is_named_and_does_not_reach_the_worker(run: Run) -> None:
    assert "SIGKILL (exit code 137)" in refused(run, "kill -9 $$").message
    assert refused(run, "kill 0").kind == "exit code 143"


def test_a_program_that_is_not_there_is_told(run: Run) -> None:
    told = refused(run, ["no-such-program"])
    assert (told.code, told.category) == ("shell_not_found", "validation")
    assert refused(run, ["/etc"]).code == "shell_not_started"


def test_what_is_left_behind_does_not_hold_the_step(run: Run) -> None:
    began = time.monotonic()
    answer = run("sleep 300 & echo $!")
    assert time.monotonic() - began < 10
    os.kill(int(answer["stdout"]), signal.SIGKILL)


def test_a_command_that_is_asked_to_end_is_heard_to_its_end(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    def cancelled(*_: object) -> None:
        said = capsys.readouterr().out
        if said:  # else it has not begun yet: the timer comes again
            signal.setitimer(signal.ITIMER_REAL, 0)
            os.kill(int(said), signal.SIGTERM)  # the supervisor asks the worker and all below it
            raise StepCancelled

    before = signal.signal(signal.SIGALRM, cancelled)
    signal.setitimer(signal.ITIMER_REAL, 0.2, 0.2)
    try:
        with pytest.raises(StepCancelled):
            run("trap 'echo tidied; exit 1' TERM; echo $$; while :; do sleep 0.05; done")
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
    assert capsys.readouterr().out == "tidied\n"


def test_without_the_setting_a_definition_and_a_step_are_refused_in_the_same_words() -> None:
    (problem,) = SHELL_OFF.check(SHELL.example)
    assert SHELL.check(SHELL.example) == []
    assert "allow_shell" in problem.advice
    with pytest.raises(StepRefused) as told:
        shell_step.refuse({}, None)  # type: ignore[arg-type]  # it looks at neither
    assert (told.value.code, told.value.message, told.value.advice) == (problem.code, problem.message, problem.advice)
    off, on = (DefinitionCheck(node_kinds(allow_shell=allowed), None) for allowed in (False, True))  # type: ignore[arg-type]
    config = {"command": "id"}
    assert [p.code for p in off.config("shell", config, frozenset())] == ["shell_not_allowed"]
    assert on.config("shell", config, frozenset()) == []


@pytest.mark.parametrize("command", ["  ", [""], ["\n", "x"]])
def test_an_empty_command_is_found_before_any_run(command: str | list[str]) -> None:
    assert [(p.code, p.pointer) for p in SHELL.check({"command": command})] == [("shell_no_command", "/command")]


def test_a_command_may_not_run_again_by_itself() -> None:
    assert not SHELL.retry_safe({"command": "id"})
