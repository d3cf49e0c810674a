"""A kind of node from another package, as its author sees it: shown, checked, run, refused where it is wrong."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import yaml

from tests.fixtures.api import Api, Json, workflow
from tests.fixtures.plugins import EXAMPLE, install_example, write_package
from tests.fixtures.server import ROOT, RunningServer, StartServer, serving

GOOD = """
import os
open({marks!r}, "a").write(f"{{os.getpid()}}\\n")


async def shout(text: str, times: int = 1, step=None):
    step.log(f"shouting {{times}} times", level="warning")
    step.attach("shout.txt", text.upper())
    return " ".join([text.upper()] * times)


def fails(text: str):
    raise LookupError(text)
"""


@pytest.fixture(scope="module")
def packages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The example as pip installs it, and others that are good, broken, and bold."""
    work = tmp_path_factory.mktemp("plugins")
    folder = work / "packages"
    install_example(folder, work)
    code = GOOD.format(marks=str(work / "marks"))
    write_package(folder, "good", code, shout="good:shout", fails="good:fails")
    write_package(folder, "broken", "raise RuntimeError('no licence')", broken="broken:f", python="broken:f")
    return folder


@pytest.fixture(scope="module")
def server(packages: Path) -> Iterator[RunningServer]:
    with serving("--no-examples", PYTHONPATH=f"{packages}{os.pathsep}{ROOT}") as running:
        yield running


def node(kind: str, **config: object) -> Json:
    return {"id": "n", "kind": kind, "config": config}


@pytest.fixture
def problems(api: Api) -> Callable[..., list[Json]]:
    def found(kind: str, **config: object) -> list[Json]:
        return api.post("/workflows/validate", workflow("w", node(kind, **config)))["problems"]

    return found


@pytest.fixture
def run(api: Api) -> Callable[..., Json]:
    def finished(kind: str, **config: object) -> Json:
        definition = workflow("w", node(kind, **config), output="${steps.n.output}", inputs={"type": "object"})
        return api.finish(api.run(api.save(definition), text="7", number=7))

    return finished


def test_the_example_package_draws_its_form_and_its_workflow_runs(api: Api) -> None:
    kinds = {kind["kind"]: kind for kind in api.get("/node-kinds")["items"]}
    smooth = kinds["smooth"]
    assert (smooth["title"], smooth["retry_safe"], smooth["runs_in"]) == ("Smooth", True, "worker")
    fields = smooth["schema"]["properties"]
    assert list(fields) == ["values", "window", "by", "digits"]
    assert fields["window"]["description"] == "How many neighbours are taken together, an odd number from 1."
    assert "smooth" in {one["title"] for one in api.get("/schemas/workflow")["properties"]["nodes"]["items"]["oneOf"]}
    done = api.finish(api.run(api.save(yaml.safe_load((EXAMPLE / "smooth.yaml").read_text()))))
    assert done["result"] == {"warmest_day": 35.0, "warmest_weeks": 30.96}, done["error"]


def test_its_values_are_checked_before_a_run(problems: Callable[..., list[Json]]) -> None:
    assert problems("smooth", values="${inputs.values}", window="${inputs.window}") == []
    for config, pointer in (
        ({}, ""),
        ({"values": [1], "window": "seven"}, "/window"),
        ({"values": [1], "by": "mode"}, "/by"),
        ({"values": [1, "x"]}, "/values"),
        ({"values": [1], "step": 1}, "/step"),
        ({"values": "${steps.nobody.output}"}, "/values"),
    ):
        found = problems("smooth", **config)
        assert [one["pointer"] for one in found] == [f"/nodes/0/config{pointer}"]
        assert [one["node"] for one in found] == ["n"]
        assert all(one["advice"] for one in found)


def test_what_an_expression_gives_is_checked_when_the_step_begins(run: Callable[..., Json]) -> None:
    error = run("shout", text="hello", times="${inputs.text}")["error"]
    assert (error["code"], error["category"]) == ("bad_config", "validation")
    assert "times: Input should be a valid integer" in error["message"]
    assert run("shout", text="no ${inputs.number}", times="${inputs.number - 5}")["result"] == "NO 7 NO 7"


def test_it_has_lines_files_and_failures_as_every_step(api: Api, run: Callable[..., Json]) -> None:
    done = run("shout", text="hello")
    (file,) = api.steps(done["id"])["n"]["artifacts"]
    assert file["name"] == "shout.txt"
    lines = [
        line["text"] for event in api.events(done["id"])
        if event["type"] == "execution.step_logged" for line in event["data"]["lines"]
    ]  # fmt: skip
    assert lines == ["shouting 1 times"]
    error = run("fails", text="not here")["error"]
    assert (error["code"], error["type"], error["message"]) == ("python_exception", "LookupError", "not here")
    assert "function_step" not in error["traceback"]
    assert "good.py" in error["traceback"]


def test_it_runs_for_each_item_of_a_map(
    api: Api, problems: Callable[..., list[Json]], run: Callable[..., Json]
) -> None:
    inner = {"kind": "shout", "config": {"text": "item ${item}", "times": "${index + 1}"}}
    assert run("map", items=["a", "b"], node=inner)["result"] == ["ITEM A", "ITEM B ITEM B"]
    (problem,) = problems("map", items=[1], node={"kind": "shout", "config": {"text": 1}})
    assert problem["pointer"] == "/nodes/0/config/node/config/text"
    (problem,) = problems("map", items=[1], node={"kind": "broken", "config": {}})
    assert problem["code"] == "kind_not_loaded"


def test_the_servers_process_never_imports_it(server: RunningServer, packages: Path, run: Callable[..., Json]) -> None:
    assert run("shout", text="hello")["status"] == "completed"
    pids = {int(line) for line in (packages.parent / "marks").read_text().split()}
    assert pids
    assert server.process.pid not in pids


def test_a_function_of_an_installed_package_is_a_python_node_too(run: Callable[..., Json]) -> None:
    done = run("python", callable="good:shout", args={"text": "${inputs.text}"})
    assert done["result"] == "7", done["error"]
    assert run("python", callable="statistics:mean", args={"data": [1, 2, 6]})["result"] == 3
    assert run("python", callable="good:nothing")["error"]["code"] == "python_no_callable"
    error = run("python", callable="no_such_package:f")["error"]
    assert (error["type"], "Install the module" in error["advice"]) == ("ModuleNotFoundError", True)
    assert run("python", callable="good:shout", args={"txt": 1})["error"]["code"] == "python_wrong_arguments"


def test_a_broken_package_refuses_with_its_reason_and_takes_nothing_of_ours(
    server: RunningServer, packages: Path, problems: Callable[..., list[Json]], run: Callable[..., Json]
) -> None:
    (problem,) = problems("broken", anything=1)
    assert (problem["code"], problem["pointer"]) == ("kind_not_loaded", "/nodes/0/config")
    assert "RuntimeError: no licence" in problem["message"]
    assert run("python", code="def main():\n    return 1")["result"] == 1
    log = server.stderr.read_text()
    assert "plugin_refused kind=broken" in log
    assert "plugin_refused kind=python" in log
    environment = {**os.environ, "PYTHONPATH": f"{packages}{os.pathsep}{ROOT}"}
    command = [sys.executable, "-m", "interfaces.cli.main", "doctor", "--json", f"--data-dir={server.data_dir}"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60, check=False)
    findings = map(json.loads, done.stdout.splitlines())
    told = {one["detail"]: one["ok"] for one in findings if one["check"] == "plugin"}
    assert [detail for detail, ok in told.items() if ok] == [
        "kind fails of good 1.0", "kind shout of good 1.0", "kind smooth of smooth-series 1.0.0",
    ]  # fmt: skip
    bad = sorted(detail for detail, ok in told.items() if not ok)
    assert "no licence" in bad[0]
    assert "of its own" in bad[1]
    assert done.returncode == 1


def test_what_was_ready_fails_in_words_when_its_package_is_broken_or_gone(
    start_server: StartServer, tmp_path: Path
) -> None:
    write_package(tmp_path / "a", "later", "def f(): return 1", later="later:f")
    paths = {"PYTHONPATH": f"{tmp_path / 'a'}{os.pathsep}{ROOT}"}
    first = start_server(arguments=["--no-examples"], environment=paths)
    api = Api(first.url)
    ready = api.save(workflow("later", node("later"), output="${steps.n.output}"))
    assert api.finish(api.run(ready))["result"] == 1
    api.close()
    first.end()

    (tmp_path / "a" / "later.py").write_text("raise RuntimeError('no licence')")
    broken = start_server(data_dir=first.data_dir, arguments=["--no-examples"], environment=paths)
    api = Api(broken.url)
    error = api.finish(api.run(ready))["error"]
    assert (error["code"], "runwright doctor" in error["advice"]) == ("kind_not_loaded", True)
    api.close()
    broken.end()

    api = Api(start_server(data_dir=first.data_dir, arguments=["--no-examples"]).url)
    done = api.finish(api.run(ready))
    assert (done["error"]["code"], "later" in done["error"]["message"]) == ("kind_gone", True)
    assert {path: step["kind"] for path, step in api.steps(done["id"]).items()} == {"n": "later"}
    assert [one["status"] for one in api.get("/executions")["items"]] == ["failed", "failed", "completed"]
    api.close()
