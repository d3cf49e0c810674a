"""What an llm node sends and what it makes of the answer, against a small server of this machine."""

import json
import socket
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import pytest

from application.egress import KeyVariable
from infrastructure.nodes import llm_answer, llm_step
from infrastructure.nodes.llm_answer import PACE_S, Voice, messages
from infrastructure.nodes.llm_kind import llm_kind
from infrastructure.workers.step import Step, StepPorts, StepRefused
from tests.fixtures.model import USAGE, Model, busy, chunk, model_server, plain, raw, streamed, whole

LLM = llm_kind(
    [KeyVariable.of("MY_KEY"), KeyVariable.of("BOUND_KEY@127.0.0.1"), KeyVariable.of("AWAY_KEY@api.example")]
)
KEY = "sk-abcdefghijk"


@pytest.fixture(scope="module")
def model() -> Iterator[Model]:
    with model_server() as one:
        yield one


@pytest.fixture(autouse=True)
def waits(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """How long the step waited, without waiting."""
    waited: list[float] = []
    monkeypatch.setattr(llm_step.time, "sleep", waited.append)
    return waited


@dataclass
class Ask:
    """Runs a node against the server; keeps lines and progress."""

    model: Model
    lines: list[tuple[str, str]] = field(default_factory=list)
    progress: list[str | None] = field(default_factory=list)
    secrets: dict[str, str] = field(default_factory=dict)

    def step(self) -> Step:
        ports = StepPorts(
            log=lambda level, text: self.lines.append((level, text)),
            progress=lambda _, text: self.progress.append(text),
            attach=lambda *_: None,
        )
        return Step(
            ports, execution_id="e", run=1, path="a", attempt=1, idempotency_key="e:a:1",
            http_allowed=(f"127.0.0.1:{self.model.port}",), secrets=self.secrets,
        )  # fmt: skip

    def __call__(self, **config: Any) -> dict[str, Any]:
        given = {"url": self.model.url, "model": "tiny", "prompt": "Hi", **config}
        answer = llm_step.run({name: value for name, value in given.items() if value is not ...}, self.step())
        assert isinstance(answer, dict)
        return answer

    def refused(self, **config: Any) -> StepRefused:
        with pytest.raises(StepRefused) as told:
            self(**config)
        return told.value

    @property
    def shown(self) -> list[str]:
        """What was shown of the answer."""
        return [text for _, text in self.lines[1:-1]]


@pytest.fixture
def ask(model: Model) -> Ask:
    model.answers(streamed("Hello", ", ", "world."))
    return Ask(model)


def test_a_prompt_is_sent_and_the_stream_becomes_text_lines_and_counts(ask: Ask, model: Model) -> None:
    assert ask(system="Be brief.", temperature=0.5, max_tokens=9) == {
        "text": "Hello, world.",
        "finish_reason": "stop",
        "usage": USAGE,
        "model": "tiny-1",
    }
    (asked,) = model.asked
    assert asked["path"] == "/v1/chat/completions"
    assert asked["body"] == {
        "model": "tiny",
        "messages": [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "Hi"}],
        "temperature": 0.5,
        "max_tokens": 9,
        "stream": True,
        "stream_options": {"include_usage": True},
    }
    assert "authorization" not in asked["headers"]
    assert ask.lines[0] == ("info", f"POST {model.url}/chat/completions, model tiny")
    assert "".join(ask.shown) == "Hello, world."
    assert "9 tokens, finish reason stop" in ask.lines[-1][1]


def test_without_a_stream_and_by_a_server_that_does_not_stream_the_answer_is_the_same(ask: Ask, model: Model) -> None:
    model.answers(whole("Hello, world."))
    for config in ({"stream": False}, {}):
        assert ask(**config)["text"] == "Hello, world."
    assert "stream" not in model.asked[0]["body"]
    model.answers(whole(None, refusal="I will not."))
    assert ask()["text"] == "I will not."
    model.answers(whole([{"type": "text", "text": "in "}, {"type": "text", "text": "parts"}]))  # type: ignore[arg-type]
    assert ask()["text"] == "in parts"


def test_messages_go_as_they_are_and_what_is_no_text_as_json(ask: Ask, model: Model) -> None:
    parts = [{"type": "text", "text": "what is this"}]
    given = [{"role": "user", "content": {"rows": [1]}}, {"role": "user", "content": parts, "name": "x"}]
    ask(prompt=..., messages=given)
    assert model.asked[0]["body"]["messages"] == [
        {"role": "user", "content": '{"rows":[1]}'},
        {"role": "user", "content": parts, "name": "x"},
    ]
    ask(prompt={"rows": [1]})
    assert model.asked[1]["body"]["messages"] == [{"role": "user", "content": '{"rows":[1]}'}]


@pytest.mark.parametrize("given", [[], None, "Hi", [{"role": "user"}], [{"content": "Hi"}], [1], {"role": 1}])
def test_what_an_expression_gives_as_messages_must_be_some(ask: Ask, model: Model, given: object) -> None:
    if given is not None:
        assert ask.refused(prompt=..., messages=given).code == "llm_messages"
        assert model.asked == []


def test_the_url_may_be_the_base_or_the_whole_and_keeps_its_query(ask: Ask, model: Model) -> None:
    for end in ("/", "/chat/completions", "?version=2"):
        ask(url=model.url + end)
    assert [asked["path"] for asked in model.asked] == [
        "/v1/chat/completions", "/v1/chat/completions", "/v1/chat/completions?version=2",
    ]  # fmt: skip


def test_json_is_demanded_parsed_and_freed_of_its_fence(ask: Ask, model: Model) -> None:
    model.answers(streamed('{"a"', ": 1}"))
    assert ask(response_format="json")["json"] == {"a": 1}
    assert model.asked[0]["body"]["response_format"] == {"type": "json_object"}
    model.answers(streamed('```json\n{"a": 1}\n', "```\n"))
    schema = {"type": "object", "properties": {"a": {"type": "integer"}}, "required": ["a"]}
    assert ask(response_format=schema)["json"] == {"a": 1}
    sent = model.asked[0]["body"]["response_format"]
    assert (sent["type"], sent["json_schema"]["schema"]) == ("json_schema", schema)
    model.answers(streamed('{"a": "one"}'))
    told = ask.refused(response_format=schema)
    assert (told.code, told.retryable, "/a" in told.message) == ("llm_schema", True, True)


def test_what_is_no_json_fails_with_the_text_shortened(ask: Ask, model: Model) -> None:
    model.answers(streamed("Sure! Here ", "it is: " + "x" * 3000))
    told = ask.refused(response_format="json")
    assert (told.code, told.category, told.retryable) == ("llm_not_json", "step", True)
    assert "Sure! Here it is" in told.message
    assert len(told.message) < 800
    model.answers(streamed('{"a": [1, 2', finish="length"))
    cut = ask.refused(response_format="json")
    assert ("cut at the limit of tokens" in cut.message, cut.advice) == (True, "Raise max_tokens.")
    model.answers(streamed("Once upon", finish="length"))
    assert ask()["finish_reason"] == "length"
    assert ask.lines[-1][0] == "warning"


def test_a_busy_server_is_waited_for_as_it_says_and_each_wait_is_told(
    ask: Ask, model: Model, waits: list[float]
) -> None:
    later = format_datetime(datetime.now(UTC) + timedelta(seconds=20), usegmt=True)
    model.answers(busy("3"), busy("0"), busy(later, 503), busy(None, 500), busy("soon", 529), streamed("Hello"))
    assert ask()["text"] == "Hello"
    assert len(model.asked) == 6
    assert (waits[0], waits[1], waits[3], waits[4]) == (3, 0.5, 8, 16)
    assert 15 < waits[2] <= 20
    told = [text for level, text in ask.lines if level == "warning"]
    assert (len(told), told[0]) == (5, "the server is busy (429): waiting 3.0 s, as it asks")
    assert "waiting for the server" in ask.progress


@pytest.mark.parametrize(
    ("play", "most", "kind", "category"),
    [
        (busy("61"), 60, "HTTP 429", "capacity"),
        (busy("1"), 0, "HTTP 429", "capacity"),
        (busy("40", 503), 60, "HTTP 503", "infrastructure"),  # the second time it would be too long
        (busy("nan"), 0.1, "HTTP 429", "capacity"),
    ],
)
def test_a_server_that_stays_busy_fails_the_step_as_retryable(
    ask: Ask, model: Model, waits: list[float], play: Any, most: float, kind: str, category: str
) -> None:
    model.answers(play)
    told = ask.refused(max_wait_s=most)
    assert (told.code, told.kind, told.category, told.retryable) == ("llm_status", kind, category, True)
    assert "slow down" in told.message
    assert sum(waits) <= most


@pytest.mark.parametrize(
    ("status", "content", "category", "said"),
    [
        (401, '{"error": {"message": "no key"}}', "permission", "no key"),
        (404, '{"error": "model tiny not found"}', "step", "model tiny not found"),
        (400, "<html>", "step", "<html>"),
        (302, "", "step", "302"),
        (422, "[" * 100_000, "step", "[["),
    ],
)
def test_a_refusal_is_told_in_the_servers_words(
    ask: Ask, model: Model, waits: list[float], status: int, content: str, category: str, said: str
) -> None:
    model.answers(plain(status, content, Location="http://127.0.0.1:1/"))
    told = ask.refused()
    assert (told.code, told.category, told.retryable) == ("llm_status", category, False)
    assert said in told.message
    assert len(told.message) < 800
    assert (len(model.asked), waits) == (1, [])


def test_a_server_that_cannot_count_in_a_stream_is_asked_without(ask: Ask, model: Model) -> None:
    refusal = plain(422, '{"message": "extra field stream_options"}')
    model.answers(refusal, raw(chunk("Hello"), chunk(finish="stop")))
    assert (ask()["usage"], len(model.asked)) == (None, 2)
    assert "stream_options" not in model.asked[1]["body"]
    model.answers(refusal)
    assert ask.refused().kind == "HTTP 422"


@pytest.mark.parametrize(
    ("play", "code"),
    [
        (raw(chunk("Hello"), torn=True), "llm_stream_broken"),
        (raw(chunk("Hello")), "llm_stream_broken"),
        (raw(chunk("Hello"), b'data: {"error": {"message": "out of memory"}}\n\n'), "llm_stream_broken"),
        (raw(chunk("Hello"), b"data: {broken\n\n"), "llm_bad_answer"),
        (raw(b"data: 3\n\n"), "llm_bad_answer"),
        (plain(200, "<html>welcome</html>"), "llm_bad_answer"),
        (plain(200, "{}"), "llm_bad_answer"),
        (plain(200, '{"choices": "none"}'), "llm_bad_answer"),
    ],
)
def test_an_answer_that_breaks_off_or_is_none_is_told(ask: Ask, model: Model, play: Any, code: str) -> None:
    model.answers(play)
    told = ask.refused()
    assert told.code == code
    if code == "llm_stream_broken":
        assert (told.category, told.retryable, "after 5 characters" in told.message) == ("infrastructure", True, True)
        assert ask.lines[-1] == ("info", "Hello")


def test_an_answer_without_end_is_ended(ask: Ask, model: Model, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(llm_answer, "MAX_TEXT", 10_000)
    for play in (
        raw(*[chunk("x" * 1000)] * 20),
        raw(b"data: " + b"x" * 30_000),
        raw(b"data: " + b"x" * 6000 + b"\n", b"data: " + b"x" * 6000 + b"\n"),
        whole("x" * 20_000),
    ):
        model.answers(play)
        assert ask.refused().code == "llm_answer_too_large"


def test_nobody_listens_or_nobody_goes_on(ask: Ask, model: Model, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        step = ask.step()
        step.http_allowed = ("127.0.0.1",)
        monkeypatch.setattr(llm_step, "SILENCE_S", 0.1)
        with pytest.raises(StepRefused) as told:
            llm_step.run({"url": f"http://127.0.0.1:{port}/v1", "model": "m", "prompt": "Hi"}, step)
    assert (told.value.code, told.value.category, told.value.retryable) == ("llm_timeout", "timeout", True)
    with pytest.raises(StepRefused) as none:
        llm_step.run({"url": "http://127.0.0.1:1/v1", "model": "m", "prompt": "Hi"}, step)
    assert (none.value.code, none.value.category) == ("llm_unreachable", "infrastructure")
    seen = threading.Event()
    model.answers(raw(chunk("Hello"), chunk("never"), first=lambda: seen.wait(2)))
    assert ask.refused().code == "llm_timeout"
    seen.set()


@pytest.mark.parametrize("url", ["http://127.0.0.1:1/v1", "http://localhost:1/v1", "http://[::ffff:127.0.0.1]:1/v1"])
def test_private_addresses_are_refused_unless_allowed(ask: Ask, url: str) -> None:
    assert ask.refused(url=url).code == "http_private_address"


def test_a_key_is_sent_only_where_the_setting_lets_it_and_is_never_shown(ask: Ask, model: Model) -> None:
    ask.secrets = {"MY_KEY": KEY + "\n", "BOUND_KEY@127.0.0.1": "sk-other", "AWAY_KEY@api.example": "sk-away", "NO": ""}
    model.answers(streamed("Your key is ", KEY[:5], KEY[5:], ", keep it."))
    answer = ask(api_key_env="MY_KEY")
    assert model.asked[0]["headers"]["authorization"] == f"Bearer {KEY}"
    ask(api_key_env="BOUND_KEY")
    assert model.asked[1]["headers"]["authorization"] == "Bearer sk-other"
    assert answer["text"] == "Your key is •••, keep it."
    model.answers(plain(401, json.dumps({"error": {"message": f"Incorrect API key provided: {KEY}"}})))
    told = ask.refused(api_key_env="MY_KEY")
    assert KEY not in told.message + str(ask.lines[:3])
    model.asked.clear()
    for name, code in (("AWAY_KEY", "llm_key_not_allowed"), ("HOME", "llm_key_not_allowed"), ("NO", "llm_key_missing")):
        told = ask.refused(api_key_env=name)
        assert (told.code, told.category) == (code, "permission")
    assert "may not be sent to 127.0.0.1" in ask.refused(api_key_env="AWAY_KEY").message
    ask.secrets = {"MY_KEY": "sk-\nX-Evil: 1"}
    assert ask.refused(api_key_env="MY_KEY").code == "llm_key_missing"
    assert model.asked == []


@pytest.mark.parametrize("name", ["Authorization", "api-key", "X-API-Key", "Cookie", "Host", "X\r\nEvil"])
def test_headers_hold_no_key_and_smuggle_nothing(ask: Ask, model: Model, name: str) -> None:
    assert ask.refused(headers={name: "x"}).code == "http_header"
    assert model.asked == []
    config = {"url": "https://a/v1", "model": "m", "prompt": "Hi", "headers": {name: "x"}}
    assert [(p.code, p.pointer) for p in LLM.check(config)] == [("http_header", "/headers")]


def test_headers_are_sent_and_cannot_change_the_form(ask: Ask, model: Model) -> None:
    ask(headers={"X-Title": "weather", "Content-Type": "text/plain", "X-Count": 3})
    sent = model.asked[0]["headers"]
    assert (sent["x-title"], sent["content-type"], sent["x-count"]) == ("weather", "application/json", "3")


@pytest.mark.parametrize(
    ("config", "code", "pointer"),
    [
        ({"url": "ftp://a"}, "http_url", "/url"),
        ({"prompt": None}, "llm_prompt_or_messages", ""),
        ({"messages": "${inputs.m}"}, "llm_prompt_or_messages", ""),
        ({"prompt": None, "messages": "${inputs.m}", "system": "s"}, "llm_system_in_messages", "/system"),
        ({"response_format": {"type": "json_object"}}, "bad_schema", "/response_format/type"),
        ({"api_key_env": "PATH"}, "llm_key_not_allowed", "/api_key_env"),
        ({"api_key_env": "BOUND_KEY"}, "llm_key_not_allowed", "/api_key_env"),
    ],
)
def test_mistakes_are_found_before_any_run(config: dict[str, Any], code: str, pointer: str) -> None:
    given = {"url": "https://a/v1", "model": "m", "prompt": "Hi", **config}
    assert [(problem.code, problem.pointer) for problem in LLM.check(given)] == [(code, pointer)]


def test_a_right_config_has_no_problem_and_may_run_again_by_itself() -> None:
    config = {"url": "https://api.example/v1", "model": "m", "prompt": "Hi", "api_key_env": "AWAY_KEY"}
    assert LLM.check(config) == []
    assert LLM.retry_safe(config)


def test_a_stream_is_read_however_it_is_cut() -> None:
    told = 'data: {"a": "\u2028 é"}\r\n\r\n: ping\n\nevent: x\ndata:1\ndata: 2\n\ndata: last'.encode()
    expected = ['{"a": "\u2028 é"}'.encode(), b"1\n2", b"last"]
    for size in (1, 2, 3, 7, 1000):
        assert list(messages(told[n : n + size] for n in range(0, len(told), size))) == expected


def test_halves_of_a_character_that_come_apart_are_put_together(ask: Ask, model: Model) -> None:
    model.answers(raw(chunk("\ud83d"), chunk("\ude00 ok\0"), chunk("\ud83d", finish="stop")))
    assert ask()["text"] == "\U0001f600 ok\ufffd\ufffd"


def test_an_answer_is_shown_by_sentences_and_at_most_four_times_a_second() -> None:
    lines: list[str] = []
    at = 0.0
    ports = StepPorts(log=lambda _, text: lines.append(text), progress=lambda *_: None, attach=lambda *_: None)
    step = Step(ports, execution_id="e", run=1, path="a", attempt=1, idempotency_key="k")
    voice = Voice(step, str, now=lambda: at)
    text = "One two three. Version 1.5 is out! 好的。再见\ndef f():\n    return 1\n\n" * 20 + "w" * 900 + " end"
    for place in range(0, len(text), 3):  # three characters every 30 ms
        voice.say(text[place : place + 3], place)
        at += 0.03
    voice.finish()
    assert len(lines) <= at / PACE_S + 2
    assert "".join("\n".join(lines).split()) == "".join(text.split())
    assert not any(line.endswith("1.") for line in lines)
    assert any("\n    return 1" in line or line.startswith("    return 1") for line in lines)
