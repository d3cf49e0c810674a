"""Server-Sent Events over a real server: each event after a position once, in order, to the end."""

import json
from collections.abc import Iterator
from itertools import count

import httpx
import pytest

from tests.api.conftest import problem
from tests.fixtures.api import Api, Json, python, until, workflow

OK = "def main():\n    return 1"
SLOW = "import time\ndef main():\n    print('line')\n    time.sleep(0.05)\n    return 1"
Message = tuple[int | None, str, Json]


def lines(answer: httpx.Response) -> Iterator[str]:
    """Lines as an EventSource sees them: other separators of Unicode end none."""
    rest = b""
    for piece in answer.iter_bytes():
        *whole, rest = (rest + piece).split(b"\n")
        yield from (line.decode() for line in whole)


def messages(answer: httpx.Response) -> Iterator[Message]:
    """(id, event, data) of each message of a stream."""
    identity, kind, data = None, "", None
    for line in lines(answer):
        if line.startswith("id: "):
            identity = int(line.removeprefix("id: "))
        elif line.startswith("event: "):
            kind = line.removeprefix("event: ")
        elif line.startswith("data: "):
            data = json.loads(line.removeprefix("data: "))
        elif not line and data is not None:
            yield identity, kind, data
            identity, kind, data = None, "", None


def stream(api: Api, execution_id: str, after: int | None = None, last_event_id: str | None = None) -> list[Message]:
    headers = {} if last_event_id is None else {"Last-Event-ID": last_event_id}
    parameters = {} if after is None else {"after": after}
    path = f"/api/v1/executions/{execution_id}/stream"
    with api.client.stream("GET", path, params=parameters, headers=headers) as answer:
        assert answer.headers["content-type"].startswith("text/event-stream")
        assert answer.headers["x-accel-buffering"] == "no"
        return [*messages(answer)]


@pytest.fixture
def finished(api: Api) -> str:
    execution_id = api.run(api.save(workflow("done", *[python(f"s{i}", SLOW) for i in range(3)])))
    api.finish(execution_id)
    return execution_id


def test_a_finished_run_is_told_from_its_first_event_and_ends_at_once(api: Api, finished: str) -> None:
    told = stream(api, finished)
    assert [(identity, kind, data) for identity, kind, data in told[:-1]] == [
        (event["position"], event["type"], event) for event in api.events(finished)
    ]
    identity, kind, data = told[-1]
    complete = api.execution(finished)["complete"]
    assert (identity, kind) == (None, "end"), "the end has no position: a client that resumes keeps its last"
    assert data == {"status": "completed", "events": complete["events"], "log_lines": complete["log_lines"]}
    assert data["events"] == len(told) - 1


def test_from_every_position_the_rest_is_told_by_either_way_of_saying_it(api: Api, finished: str) -> None:
    everything = stream(api, finished)
    for place, (identity, _, _) in enumerate(everything[:-1]):
        assert stream(api, finished, after=identity) == everything[place + 1 :]
        assert stream(api, finished, last_event_id=str(identity)) == everything[place + 1 :]
    first, last = everything[0][0], everything[-2][0]
    assert first is not None
    assert last is not None
    assert stream(api, finished, after=first, last_event_id=str(last)) == everything[-1:], "a reconnect says more"
    assert stream(api, finished, after=2**62) == everything[-1:]
    assert stream(api, finished, after=0) == everything


@pytest.mark.parametrize("value", ["x", "-1", "1.5", "9" * 30, "²", "0x10"])
def test_a_last_event_id_that_is_no_position_is_refused(api: Api, finished: str, value: str) -> None:
    path = f"/api/v1/executions/{finished}/stream"
    for header in (value.encode(),):
        problem(api.client.get(path, headers={b"Last-Event-ID": header}), 422, "bad_position")  # type: ignore[dict-item]


def test_a_reader_that_is_cut_off_again_and_again_misses_and_repeats_nothing(api: Api) -> None:
    execution_id = api.run(api.save(workflow("cut", *[python(f"s{i}", SLOW) for i in range(12)])))
    seen: list[Message] = []
    reconnects = 0
    for taken in count(1):
        headers = {"Last-Event-ID": str(seen[-1][0])} if seen else {}
        with api.client.stream("GET", f"/api/v1/executions/{execution_id}/stream", headers=headers) as answer:
            for number, message in enumerate(messages(answer), start=1):
                if message[1] == "end":
                    break
                seen.append(message)
                if number == taken % 4 + 1:
                    break
            else:
                continue
            if message[1] == "end":
                break
        reconnects += 1
    assert reconnects > 8
    assert [data for _, _, data in seen] == api.events(execution_id)


def test_many_readers_of_one_run_are_all_told_the_same(api: Api) -> None:
    execution_id = api.run(api.save(workflow("many", *[python(f"s{i}", SLOW) for i in range(4)])))
    path = f"/api/v1/executions/{execution_id}/stream"
    clients = [httpx.Client(base_url=api.url, timeout=30) for _ in range(8)]
    open_streams = [client.stream("GET", path) for client in clients]
    answers = [one.__enter__() for one in open_streams]
    told = [[*messages(answer)] for answer in answers]
    for one in open_streams:
        one.__exit__(None, None, None)
    for client in clients:
        client.close()
    assert all(one == told[0] for one in told)
    assert told[0][-1][1] == "end"
    until(lambda: "runwright_streams 0.0" in httpx.get(f"{api.url}/metrics").text or None)


def test_several_topics_in_one_stream(api: Api) -> None:
    one = api.save(workflow("one", python("a", OK)))
    begin = int(httpx.get(f"{api.url}/readyz").json()["log_position"])
    watched, other = api.run(one), api.run(one)
    api.finish(watched)
    api.finish(other)
    expected = {
        event["position"]: event["type"] for event in api.events(watched) + api.events(other)
        if event["execution_id"] == watched or "step" not in event["type"]
    }  # fmt: skip
    listed = {"execution.created", "execution.started", "execution.completed"}
    expected = {p: kind for p, kind in expected.items() if kind in listed or p in {
        event["position"] for event in api.events(watched)}}  # fmt: skip
    topics = f"executions,queue,execution:{watched}"
    got: dict[int, str] = {}
    queue: list[Json] = []
    with api.client.stream("GET", "/api/v1/stream", params={"topics": topics, "after": begin}) as answer:
        for identity, kind, data in messages(answer):
            if kind == "queue.snapshot":
                queue.append(data)
                assert identity is None, "what is no event of the log has no position"
            else:
                assert identity is not None
                assert identity not in got
                got[identity] = kind
            if queue and len(got) == len(expected):
                break
    assert got == expected
    assert [*got] == sorted(got)
    assert queue[0].keys() >= {"queued", "slots_used", "slots"}


def test_the_stream_of_topics_resumes_without_a_gap(api: Api) -> None:
    workflow_id = api.save(workflow("listed", python("a", OK)))
    begin = int(httpx.get(f"{api.url}/readyz").json()["log_position"])
    runs = [api.run(workflow_id) for _ in range(6)]
    for run in runs:
        api.finish(run)
    expected = sorted(
        event["position"] for run in runs for event in api.events(run)
        if event["type"] in ("execution.created", "execution.started", "execution.completed")
    )  # fmt: skip
    got: list[int] = []
    while len(got) < len(expected):
        headers = {"Last-Event-ID": str(got[-1] if got else begin)}
        with api.client.stream("GET", "/api/v1/stream", params={"topics": "executions"}, headers=headers) as answer:
            for number, (identity, _, _) in enumerate(messages(answer), start=1):
                assert identity is not None
                got.append(identity)
                if number == 3 or len(got) == len(expected):
                    break
    assert got == expected


def test_hostile_values_travel_to_every_reader_as_they_are(api: Api) -> None:
    """What the library's transcoder could never read again, and what could end a message too early."""
    hostile: Json = {
        "_type_": "uuid_hex", "_data_": "no uuid", "big": 2**63 - 1, "small": 5e-324, "text": "x" * 12_000,
        "message": "\n\nevent: end\ndata: {}\n\n", "separators": "\u2028\u2029\x85\r\n", "script": "</script><!--",
        "deep": None, "": {"": ""}, "data": {"number": 7}, "emoji": "👩‍👩‍👧",
    }  # fmt: skip
    nested: object = "bottom"
    for _ in range(55):
        nested = [nested]
    hostile["deep"] = nested
    echo = python("echo", "def main(v):\n    print(v['message'])\n    return v", args={"v": "${inputs.v}"})
    workflow_id = api.save(workflow("hostile", echo, output="${steps.echo.output}"))
    execution_id = api.run(workflow_id, v=hostile)
    done = until(lambda: api.final(execution_id))
    assert done["status"] == "completed", done["error"]
    assert done["inputs"] == {"v": hostile}
    assert done["result"] == hostile
    told = stream(api, execution_id)
    assert [kind for _, kind, _ in told].count("end") == 1
    completed = next(data for _, kind, data in told if kind == "execution.completed")
    assert completed["data"]["result"] == hostile
    assert [data for _, _, data in told[:-1]] == api.events(execution_id)
    assert api.steps(execution_id)["echo"]["output"] == hostile
    assert api.get(f"/executions/{execution_id}", at=completed["position"])["result"] == hostile
