"""How much memory steps take is known after a restart as before."""

from pathlib import Path

from tests.acceptance.test_several_servers import began
from tests.fixtures.api import Api, python, until, workflow
from tests.fixtures.server import StartServer

MB = 80
HOLDS = f"""
import os, time
from pathlib import Path

def main(name, folder):
    held = b"x" * ({MB} * 2**20)
    Path(folder, f".{{name}}").write_text(str(os.getpid()))
    Path(folder, f".{{name}}").rename(Path(folder, f"began-{{name}}"))
    while name.startswith("gated") and not Path(folder, f"go-{{name}}").exists():
        time.sleep(0.01)
    return len(held)
"""


def test_a_server_that_starts_again_knows_what_steps_took_before(start_server: StartServer, tmp_path: Path) -> None:
    step = python("s", HOLDS, args={"name": "${inputs.name}", "folder": str(tmp_path)})
    item = python("one", HOLDS, args={"name": "${inputs.name}", "folder": str(tmp_path)})
    each = {"id": "each", "kind": "map", "config": {"items": "${inputs.list}", "node": item}}
    running = start_server(arguments=["--no-examples"], environment={"RUNWRIGHT_ATTEMPT_LIMIT": "2"})
    api = Api(running.url)
    flow, maps = api.save(workflow("holds", step)), api.save(workflow("maps", each))
    for n in range(6):
        api.finish(api.run(flow, name=f"free-{n}"))
    api.finish(api.run(maps, list=[1, 2, 3, 4, 5, 6], name="free"))
    until(lambda: api.get(f"/executions?workflow_id={maps}&status=completed")["items"] or None)
    api.close()
    running.end()

    again = start_server(
        arguments=["--no-examples"], data_dir=running.data_dir, environment={"RUNWRIGHT_ATTEMPT_LIMIT": "2"}
    )
    api = Api(again.url)
    for name, which, inputs in (("gated-s", flow, {}), ("gated-m", maps, {"list": [1]})):
        one = api.run(which, name=name, **inputs)
        began(tmp_path, name)
        [memory] = [use for use in api.get("/capacity")["resources"] if use["name"] == "memory_mb"]
        assert MB < memory["taken"] < MB * 5
        (tmp_path / f"go-{name}").touch()
        api.finish(one)
    api.close()
