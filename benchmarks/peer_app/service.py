"""DBOS behind FastAPI and uvicorn, as its documentation shows it; run by the Python of the peer's environment.

Every job exists as threads' code and as coroutines: the benchmark takes the form that is faster here. A route that
runs a workflow and answers with its result is the best DBOS can do for somebody who waits: no polling. For a burst,
workflows are started one by one and `/drain` waits for all of them within the process.
"""

# pyright: basic, reportMissingImports=false, reportMissingModuleSource=false, reportAttributeAccessIssue=false

import asyncio
import json
import socket
import sys

import uvicorn
from dbos import DBOS
from fastapi import FastAPI

STEPS = 100
DBOS(config={"name": "bench", "system_database_url": sys.argv[1], "log_level": "WARNING"})
app = FastAPI()
handles: list = []


@DBOS.step()
def step(n: int) -> int:
    return n


@DBOS.step()
async def step_async(n: int) -> int:
    return n


@DBOS.workflow()
def one_sync() -> int:
    return step(1)


@DBOS.workflow()
async def one_async() -> int:
    return await step_async(1)


@DBOS.workflow()
def three_sync() -> int:
    return step(step(step(1)))


@DBOS.workflow()
async def three_async() -> int:
    return await step_async(await step_async(await step_async(1)))


@DBOS.workflow()
def chain_sync() -> int:
    for n in range(STEPS):
        step(n)
    return STEPS


@DBOS.workflow()
async def chain_async() -> int:
    for n in range(STEPS):
        await step_async(n)
    return STEPS


@DBOS.workflow()
async def fanout_async() -> int:
    return sum(await asyncio.gather(*(step_async(n) for n in range(STEPS))))


SYNC = {"one": one_sync, "three": three_sync, "chain": chain_sync}
ASYNC = {"one": one_async, "three": three_async, "chain": chain_async, "fanout": fanout_async}


@app.post("/sync/run/{name}")
def run_sync(name: str) -> dict[str, int]:
    return {"result": SYNC[name]()}


@app.post("/async/run/{name}")
async def run_async(name: str) -> dict[str, int]:
    return {"result": await ASYNC[name]()}


@app.post("/sync/start/{name}", status_code=202)
def start_sync(name: str) -> dict[str, str]:
    handle = DBOS.start_workflow(SYNC[name])
    handles.append(handle)
    return {"id": handle.get_workflow_id()}


@app.post("/async/start/{name}", status_code=202)
async def start_async(name: str) -> dict[str, str]:
    handle = await DBOS.start_workflow_async(ASYNC[name])
    handles.append(handle)
    return {"id": handle.get_workflow_id()}


@app.post("/sync/drain")
def drain_sync() -> dict[str, int]:
    for handle in handles:
        handle.get_result()
    return _drained()


@app.post("/async/drain")
async def drain_async() -> dict[str, int]:
    for handle in handles:
        await handle.get_result()
    return _drained()


def _drained() -> dict[str, int]:
    count = len(handles)
    handles.clear()
    return {"completed": count}


def main() -> None:
    DBOS.launch()
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    print(json.dumps({"url": f"http://127.0.0.1:{listener.getsockname()[1]}"}), flush=True)
    uvicorn.Server(uvicorn.Config(app, log_level="warning", access_log=False)).run([listener])
    DBOS.destroy()


if __name__ == "__main__":
    main()
