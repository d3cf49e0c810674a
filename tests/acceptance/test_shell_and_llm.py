"""Commands and language models in real runs: shown live, stopped with proof, and only where the settings allow them."""

import json
import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest

from tests.acceptance.test_stop import alive
from tests.fixtures.api import Api, Json, python, until, workflow
from tests.fixtures.model import USAGE, Model, busy, chunk, model_server, raw, streamed
from tests.fixtures.server import RunningServer, StartServer, serving

KEY = "sk-acceptance-0123456789"


@pytest.fixture(scope="module")
def model() -> Iterator[Model]:
    with model_server() as one:
        yield one


@pytest.fixture(scope="module")
def server(model: Model) -> Iterator[RunningServer]:
    with serving(
        RUNWRIGHT_ALLOW_SHELL="true",
        RUNWRIGHT_HTTP_ALLOWED=f"127.0.0.1:{model.port}",
        RUNWRIGHT_LLM_KEY_VARIABLES="MODEL_KEY@127.0.0.1,UNSET_KEY",
        MODEL_KEY=KEY,
    ) as running:
        yield running


def shell(node_id: str, command: str | list[str], timeout_s: float | None = None, **config: Any) -> Json:
    limit = {} if timeout_s is None else {"timeout_s": timeout_s}
    return {"id": node_id, "kind": "shell", "config": {"command": command, **config}, **limit}


def llm(node_id: str, model: Model, **config: Any) -> Json:
    return {"id": node_id, "kind": "llm", "config": {"url": model.url, "model": "tiny", **config}}


def run(api: Api, name: str, *nodes: Json, **more: Any) -> Json:
    return api.finish(api.run(api.save(workflow(name, *nodes, **more))))


def lines_of(api: Api, execution_id: str) -> list[tuple[str, str, str]]:
    return [
        (line["level"], line["stream"], line["text"])
        for event in api.events(execution_id)
        if event["type"] == "execution.step_logged"
        for line in event["data"]["lines"]
    ]


def pids_of(api: Api, execution_id: str, count: int) -> list[int]:
    """The numbers that the first lines of the log hold, once there are so many."""

    def told() -> list[int] | None:
        found = [int(text) for _, _, text in lines_of(api, execution_id) if text.isdecimal()]
        return found if len(found) >= count else None

    return until(told)


# ── shell ────────────────────────────────────────────────────────────────────────────────────────


def test_a_command_takes_values_by_env_and_stdin_and_gives_json(api: Api) -> None:
    done = run(
        api, "values",
        python("rows", "def main():\n    return [{'city': 'Zürich'}, {'city': '$(id)'}]"),
        shell("pass", "cat; echo careful >&2", stdin="${steps.rows.output}", output="json"),
        shell("say", 'echo "$FIRST and $SECOND, $RUNWRIGHT_IDEMPOTENCY_KEY"',
              env={"FIRST": "${steps.pass.output.json[0].city}", "SECOND": "${steps.pass.output.json[1].city}"}),
        output="${steps.say.output.stdout}",
    )  # fmt: skip
    assert done["status"] == "completed", done["error"]
    assert done["result"] == f"Zürich and $(id), {done['id']}:say:1"
    lines = lines_of(api, done["id"])
    assert ("warning", "stderr", "careful") in lines
    assert ("info", "stdout", done["result"]) in lines


def test_lines_come_while_the_command_runs(api: Api) -> None:
    execution_id = api.run(api.save(workflow("live", shell("s", "echo first; sleep 300"))))
    line = api.wait_for_event(execution_id, lambda kind, _: kind == "execution.step_logged")
    assert line["data"]["lines"][0]["text"] == "first"
    assert api.execution(execution_id)["status"] == "running"
    api.post(f"/executions/{execution_id}/stop", {"grace_s": 0})
    assert api.finish(execution_id)["status"] == "stopped"


PIPELINE = """
trap '' TERM
echo $$
setsid sh -c 'trap "" TERM; echo $$; while :; do sleep 1; done' &
sleep 301 | cat &
echo $!
wait
"""


def test_a_stop_kills_a_pipeline_and_a_grandchild_with_a_session_of_its_own(api: Api) -> None:
    execution_id = api.run(api.save(workflow("pipeline", shell("s", PIPELINE))))
    pids = pids_of(api, execution_id, 3)
    assert all(map(alive, pids))
    api.post(f"/executions/{execution_id}/stop", {"grace_s": 0.3})
    told = api.wait_for_event(execution_id, lambda kind, _: kind == "execution.step_stopped")
    assert not any(map(alive, pids)), "stopped is told only when everything is dead"
    assert (told["data"]["proof"], told["data"]["signal"]) == ("descendants_gone", "SIGKILL")


def test_what_a_command_says_when_it_is_asked_to_end_is_kept(api: Api) -> None:
    code = "trap 'echo tidied; exit 0' TERM; echo ready; while :; do sleep 0.05; done"
    execution_id = api.run(api.save(workflow("tidy", shell("s", code))))
    api.wait_for_event(execution_id, lambda kind, _: kind == "execution.step_logged")
    api.post(f"/executions/{execution_id}/stop", {"grace_s": 20})
    assert api.finish(execution_id)["status"] == "stopped"
    assert lines_of(api, execution_id)[-1] == ("info", "stdout", "tidied")


def test_a_command_over_its_time_is_killed_with_all_it_started(api: Api) -> None:
    done = run(api, "late", shell("s", "echo $$; setsid sleep 300 & echo $!; wait", timeout_s=0.5))
    assert (done["status"], done["error"]["code"], done["error"]["category"]) == ("failed", "step_timeout", "timeout")
    assert not any(map(alive, pids_of(api, done["id"], 2)))


def test_what_a_command_leaves_behind_neither_holds_the_step_nor_lives_on(api: Api) -> None:
    done = run(api, "daemon", shell("s", "setsid sleep 300 & echo $!"), output="${steps.s.output.stdout}")
    assert done["status"] == "completed"
    until(lambda: not alive(int(done["result"])))


def test_a_large_output_travels_out_of_line_and_bytes_are_marked(api: Api) -> None:
    done = run(
        api, "large",
        shell("a", ["head", "-c", "3000000", "/dev/zero"]),
        shell("b", r"printf 'a\377\303'"),
        output={"nuls": "${$length(steps.a.output.stdout)}", "marked": "${steps.b.output.stdout}"},
    )  # fmt: skip
    assert done["result"] == {"nuls": 3_000_000, "marked": "a��"}, done["error"]
    assert api.steps(done["id"])["a"]["output"] is None


def test_a_bad_exit_code_fails_the_step_with_the_last_words(api: Api) -> None:
    done = run(api, "bad", shell("s", "echo no such table >&2; exit 4"))
    assert (done["error"]["code"], done["error"]["type"]) == ("shell_exit", "exit code 4")
    assert done["error"]["message"].endswith("no such table")


def test_a_command_sees_neither_settings_nor_keys(api: Api) -> None:
    looking = python("look", "import os\ndef main():\n    return sorted(os.environ)")
    done = run(
        api, "clean", shell("s", ["env"], env={"LD_AUDIT": "", "BASH_ENV": "/x"}), looking,
        output={"shell": "${steps.s.output.stdout}", "python": "${steps.look.output}"},
    )  # fmt: skip
    names = {line.partition("=")[0] for line in done["result"]["shell"].splitlines()}
    assert names == {"PATH", "HOME", "LANG", "RUNWRIGHT_IDEMPOTENCY_KEY", "LD_AUDIT", "BASH_ENV"}
    assert "MODEL_KEY" not in done["result"]["python"]
    # Not in that of the processes above the command either, which it may read.
    done = run(api, "above", shell("s", r"cat /proc/$PPID/environ; echo .", output="text"))
    assert KEY not in json.dumps(api.events(done["id"]))


@pytest.mark.parametrize("name", ["A=B", "A\n", "", "RUNWRIGHT_IDEMPOTENCY_KEY"])
def test_hostile_names_of_variables_never_become_ready(api: Api, name: str) -> None:
    definition = workflow("hostile", shell("s", "id", env={name: "x"}))
    saved = api.post("/workflows", {"name": "hostile", "definition": definition, "ready": True}, 201)
    assert saved["status"] == "draft"
    assert {problem["code"] for problem in saved["problems"]} <= {"shell_env_name", "bad_config"}


def test_the_example_runs(api: Api) -> None:
    ids = {item["name"]: item["id"] for item in api.get("/workflows")["items"]}
    done = api.finish(api.run(ids["shell-words"]))
    assert done["result"] == {
        "most": [
            {"word": "the", "times": 6}, {"word": "just", "times": 3}, {"word": "on", "times": 3},
        ],
        "found": True,
        "lines": "4:The unjust hath the just's umbrella.",
    }, done["error"]  # fmt: skip
    nothing = api.finish(api.run(ids["shell-words"], word="-e snow; id", most=1))["result"]
    assert (nothing["found"], nothing["lines"], len(nothing["most"])) == (False, "", 1)


def test_without_the_setting_nothing_becomes_ready_and_what_was_ready_fails(start_server: StartServer) -> None:
    first = start_server(arguments=["--no-examples"], environment={"RUNWRIGHT_ALLOW_SHELL": "true"})
    api = Api(first.url)
    definition = workflow("earlier", shell("s", "echo it ran"))
    ready = api.save(definition)
    draft = api.post("/workflows", {"name": "draft", "definition": definition}, 201)
    assert draft["problems"] == []
    api.close()
    first.end()
    api = Api(start_server(data_dir=first.data_dir, arguments=["--no-examples"]).url)
    done = api.finish(api.run(ready))
    error = done["error"]
    assert (done["status"], error["code"], error["category"]) == ("failed", "shell_not_allowed", "permission")
    assert lines_of(api, done["id"]) == []
    (problem,) = api.post("/workflows/validate", definition)["problems"]
    assert [problem[field] for field in ("code", "message", "advice")] == [
        error[field] for field in ("code", "message", "advice")
    ]
    assert "allow_shell" in error["advice"]
    refused = api.client.post(f"/api/v1/workflows/{draft['id']}/ready", json={})
    assert (refused.status_code, refused.json()["code"]) == (409, "version_has_problems")
    assert "allow_shell" in refused.json()["advice"]
    kinds = {kind["kind"]: kind for kind in api.get("/node-kinds")["items"]}
    assert "allow_shell" in kinds["shell"]["description"]
    api.close()


# ── llm ──────────────────────────────────────────────────────────────────────────────────────────


def test_a_model_is_asked_with_the_key_and_its_answer_feeds_the_next_step(api: Api, model: Model) -> None:
    model.answers(busy("0"), streamed('{"mood":', ' "sunny"}'))
    done = run(
        api, "mood",
        llm("ask", model, prompt="How is ${inputs.city}?", response_format="json", api_key_env="MODEL_KEY"),
        shell("say", 'echo "$MOOD"', env={"MOOD": "${steps.ask.output.json.mood}"}),
        inputs={"type": "object", "properties": {"city": {"type": "string", "default": "Oslo"}}},
        output={"mood": "${steps.say.output.stdout}", "usage": "${steps.ask.output.usage}"},
    )  # fmt: skip
    assert done["result"] == {"mood": "sunny", "usage": USAGE}, done["error"]
    assert model.asked[1]["body"]["messages"] == [{"role": "user", "content": "How is Oslo?"}]
    assert model.asked[1]["headers"]["authorization"] == f"Bearer {KEY}"
    assert any(level == "warning" and "busy (429)" in text for level, _, text in lines_of(api, done["id"]))
    assert KEY not in json.dumps(api.events(done["id"]))


def test_tokens_become_lines_while_the_answer_is_written_and_a_stop_ends_it(api: Api, model: Model) -> None:
    goes_on = threading.Event()
    model.answers(raw(chunk("The first sentence. Then"), chunk(" more"), first=lambda: goes_on.wait(30)))
    execution_id = api.run(api.save(workflow("story", llm("tell", model, prompt="A story"))))
    until(lambda: ("info", "log", "The first sentence.") in lines_of(api, execution_id) or None)
    began = time.monotonic()
    api.post(f"/executions/{execution_id}/stop", {"grace_s": 10})
    assert api.finish(execution_id)["status"] == "stopped"
    assert time.monotonic() - began < 10
    goes_on.set()


def test_a_wait_for_a_busy_server_can_be_stopped(api: Api, model: Model) -> None:
    model.answers(busy("50"))
    execution_id = api.run(api.save(workflow("patient", llm("ask", model, prompt="Hi"))))
    until(lambda: any("waiting 50.0 s" in text for _, _, text in lines_of(api, execution_id)) or None)
    api.post(f"/executions/{execution_id}/stop", {"grace_s": 10})
    assert api.finish(execution_id)["status"] == "stopped"


@pytest.mark.parametrize(
    ("config", "code", "category"),
    [
        ({"max_wait_s": 0}, "llm_status", "capacity"),
        ({"response_format": "json"}, "llm_not_json", "step"),
        ({"url": "http://127.0.0.1:1/v1"}, "http_private_address", "permission"),
        ({"api_key_env": "UNSET_KEY"}, "llm_key_missing", "permission"),
    ],
)
def test_each_failure_has_its_code(api: Api, model: Model, config: Json, code: str, category: str) -> None:
    model.answers(busy("1") if code == "llm_status" else streamed("Hello"))
    done = run(api, "fails", llm("ask", model, prompt="Hi", **config))
    assert (done["status"], done["error"]["code"], done["error"]["category"]) == ("failed", code, category)


def test_a_key_that_is_not_allowed_never_becomes_ready(api: Api, model: Model) -> None:
    definition = workflow("steal", llm("ask", model, prompt="Hi", api_key_env="HOME"))
    elsewhere = workflow("away", {**llm("ask", model), "config": {
        "url": "https://attacker.example/v1", "model": "m", "prompt": "Hi", "api_key_env": "MODEL_KEY"}})  # fmt: skip
    for one in (definition, elsewhere):
        saved = api.post("/workflows", {"name": one["name"], "definition": one, "ready": True}, 201)
        assert (saved["status"], [p["code"] for p in saved["problems"]]) == ("draft", ["llm_key_not_allowed"])
