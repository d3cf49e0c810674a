"""A failpoint kills at the passing it names, and at no other; without the variable nothing happens."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from infrastructure import failpoints

PASSES = """
from infrastructure import failpoints
for _ in range(3):
    failpoints.passing("hand_over")
    print("passed", flush=True)
"""


def passes(setting: str | None) -> "subprocess.CompletedProcess[str]":
    environment = {name: value for name, value in os.environ.items() if name != "RUNWRIGHT_TEST_FAILPOINT"}
    if setting is not None:
        environment["RUNWRIGHT_TEST_FAILPOINT"] = setting
    return subprocess.run([sys.executable, "-c", PASSES], env=environment, capture_output=True, text=True)


@pytest.mark.parametrize(("setting", "passed"), [("hand_over:1", 0), ("hand_over:3", 2)])
def test_it_is_killed_at_the_passing_that_is_named(setting: str, passed: int) -> None:
    done = passes(setting)
    assert done.returncode == -signal.SIGKILL
    assert done.stdout.count("passed") == passed


@pytest.mark.parametrize("setting", [None, "outcome:1", "hand_over:9"])
def test_otherwise_it_goes_on(setting: str | None) -> None:
    done = passes(setting)
    assert (done.returncode, done.stdout.count("passed")) == (0, 3)


@pytest.mark.parametrize("setting", ["nowhere:1", "hand_over", "hand_over:x"])
def test_a_point_that_there_is_not_is_refused(setting: str) -> None:
    assert "RUNWRIGHT_TEST_FAILPOINT" in passes(setting).stderr


def test_every_point_stands_somewhere() -> None:
    sources = "".join(path.read_text() for path in Path(failpoints.__file__).parent.rglob("*.py"))
    for point in failpoints.POINTS:
        assert sources.count(f'"{point}"') > 1, point
