"""Packages that give kinds of node are looked at from outside: whatever they do, the service knows why."""

import os
import re
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from infrastructure.nodes.plugins import Plugin, find_plugins, kinds_of, runners_of
from infrastructure.nodes.registry import OWN, node_kinds
from tests.fixtures.plugins import write_package
from tests.fixtures.server import ROOT

Find = Callable[[], dict[str, Plugin]]


@pytest.fixture
def target(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder that this process and those it starts look for packages in."""
    folder = tmp_path / "packages"
    folder.mkdir()
    monkeypatch.syspath_prepend(str(folder))
    monkeypatch.setenv("PYTHONPATH", f"{folder}{os.pathsep}{ROOT}")
    return folder


def found(limit_s: float = 20.0, hidden: tuple[str, ...] = ()) -> dict[str, Plugin]:
    return {plugin.name: plugin for plugin in find_plugins(taken=OWN, limit_s=limit_s, hidden=hidden)}


def test_no_name_of_ours_can_be_taken() -> None:
    assert {kind.name for kind in node_kinds().all()} == OWN


def test_without_packages_nothing_is_started() -> None:
    began = time.monotonic()
    assert found() == {}
    assert time.monotonic() - began < 5


def test_a_function_becomes_a_kind(target: Path) -> None:
    code = 'def greet(name: str, times: int = 1):\n    """Says hello."""\n    return [name] * times\n'
    write_package(target, "greetings", code, greet="greetings:greet")
    plugin = found()["greet"]
    assert (plugin.reason, plugin.package) == ("", "greetings 1.0")
    (kind,) = kinds_of([plugin])
    assert kind.describe()["description"] == "Says hello. From the package greetings 1.0."
    assert kind.retry_safe({}) is False
    assert runners_of([plugin]) == {"greet": "infrastructure.nodes.function_step:runner greetings:greet"}


NAMES_OF_US = ("RUNWRIGHT_SECRET", "PGPASSWORD", "DATABASE_URL", "MODEL_KEY")


def test_it_is_imported_elsewhere_without_our_settings(target: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in NAMES_OF_US:
        monkeypatch.setenv(name, "secret")
    code = (
        "import os, sys\n"
        f"open({str(target / 'seen')!r}, 'a').write(f'{{os.getpid()}} {{sorted(os.environ)}}\\n')\n"
        "print('noise')\nsys.stderr.write('noise')\ndef f(): ...\n"
    )
    write_package(target, "looking", code, look="looking:f")
    assert found(hidden=("MODEL_KEY",))["look"].reason == ""
    seen = (target / "seen").read_text()
    assert len(seen.splitlines()) == 1
    assert int(seen.split()[0]) != os.getpid()
    assert [name for name in NAMES_OF_US if name in seen] == []


QUIT = "import os; os._exit(0)"
THREAD = "import threading, time\nthreading.Thread(target=time.sleep, args=(600,)).start()"


@pytest.mark.parametrize(
    ("code", "says"),
    [
        ("raise RuntimeError('no licence')", "RuntimeError: no licence (.*line 1)"),
        ("import no_such_module", "ModuleNotFoundError: No module named 'no_such_module'"),
        ("def f(:", "SyntaxError"),
        ("x = 1", "AttributeError"),
        ("import sys; sys.exit(3)", "SystemExit: 3"),
        ("import os; os._exit(3)", r"ended its process \(exit code 3\)"),
        ("import os; os.kill(os.getpid(), 11)", r"ended its process \(exit code -11\)"),
        ("class E(BaseException):\n    def __str__(self): raise ValueError\nraise E", "E"),
        ("f = 7", "is no function"),
        ("def f(*rest): ...", "can't be given by name"),
        ("class T: ...\ndef f(a: T): ...", "types that JSON can say"),
        (f"from pathlib import Path; Path('answer.json').write_text('{{}}')\n{QUIT}", "says nothing"),
        (f"from pathlib import Path; Path('answer.json').write_text('[[')\n{QUIT}", "can't be used"),
        ("def f(): ...\nf.runwright = {'icon': object()}", "it may hold"),
        ("def f(): ...\nf.runwright = {'example': {'a': object()}}", "TypeError"),
        ("from typing import Annotated as A\nfrom pydantic import WithJsonSchema as W\n"
         "def f(a: A[int, W({'type': 'nonsense'})]): ...", "no JSON Schema"),
        (f"{THREAD}\nraise OSError('x')", "OSError: x"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_package_is_told_and_its_kind_refuses(target: Path, code: str, says: str) -> None:
    write_package(target, "bad", code, bad="bad:f")
    plugin = found()["bad"]
    assert re.search(says, plugin.reason), plugin.reason
    (kind,) = kinds_of([plugin])
    (problem,) = kind.check({"any": "thing"})
    assert problem.code == "kind_not_loaded"
    assert "bad 1.0" in problem.message
    assert "runwright doctor" in problem.advice
    assert runners_of([plugin]) == {"bad": "infrastructure.nodes.function_step:refuse"}


def test_a_package_that_hangs_is_ended_with_what_it_started(target: Path) -> None:
    code = (
        "import subprocess, sys, time\n"
        f"child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)'])\n"
        f"open({str(target / 'pid')!r}, 'w').write(str(child.pid))\n"
        "time.sleep(600)\n"
    )
    write_package(target, "slow", code, slow="slow:f")
    began = time.monotonic()
    plugin = found(limit_s=3.0)["slow"]
    assert time.monotonic() - began < 10
    assert "took longer than 3 s" in plugin.reason
    pid = int((target / "pid").read_text())
    deadline = time.monotonic() + 10
    while _lives(pid):
        assert time.monotonic() < deadline
        time.sleep(0.02)


def _lives(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False


@pytest.mark.parametrize("name", ["python", "llm", "map", "workflow"])
def test_a_name_of_ours_stays_ours(target: Path, name: str) -> None:
    write_package(target, "taking", "def f(): ...", **{name: "taking:f", "other": "taking:f"})
    plugins = found()
    assert "of its own" in plugins[name].reason
    assert [kind.name for kind in kinds_of(list(plugins.values()))] == ["other"]
    assert set(runners_of(list(plugins.values()))) == {"other"}


@pytest.mark.parametrize("name", ["Upper", "with space", "1st", "ünder", "a" * 64])
def test_a_name_that_is_none_is_refused(target: Path, name: str) -> None:
    write_package(target, "names", "def f(): ...", **{name: "names:f"})
    plugins = found()
    assert "small letters" in plugins[name].reason
    assert kinds_of(list(plugins.values())) == []


def test_two_packages_of_one_name_refuse_both(target: Path) -> None:
    write_package(target, "first", "def f(): ...", twin="first:f")
    write_package(target, "second", "def f(): ...", twin="second:f")
    plugins = find_plugins(taken=OWN)
    assert [plugin.reason.split(";")[0] for plugin in plugins] == ["two packages give a kind of this name"] * 2
    assert [kind.name for kind in kinds_of(plugins)] == ["twin"]
    assert runners_of(plugins) == {"twin": "infrastructure.nodes.function_step:refuse"}


def test_an_entry_point_that_names_no_function_is_refused(target: Path) -> None:
    write_package(target, "nameless", "def f(): ...", nameless="nameless")
    assert "write package.module:function" in found()["nameless"].reason
