"""Runs an `llm` node inside a worker: one conversation sent, the answer shown while it is written.

The output is {text, json?, finish_reason, usage, model}: `json` when a format was demanded, `usage` {prompt_tokens,
completion_tokens, total_tokens} or null when the server does not count. While the server is busy (429, 5xx) the step
waits as it says (Retry-After), else ever longer, up to `max_wait_s` in all; this counts as one attempt.
"""

import email.utils
import json
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any, cast

import httpx
import msgspec

from application.egress import Allowed, KeyVariable
from infrastructure.nodes.http_kind import problem_of_url
from infrastructure.nodes.http_step import headers_of
from infrastructure.nodes.llm_answer import Answer
from infrastructure.nodes.llm_kind import MAX_WAIT_S, key_problem, problem_of_llm_header
from infrastructure.nodes.transport import CheckedTransport, unreachable, without_secrets
from infrastructure.workers.step import Step, StepRefused

CONNECT_S = 10.0
SILENCE_S = 300.0
"""Between two pieces of an answer. A model that is loaded first, or thinks before it speaks, takes minutes."""
SHOWN = 500  # characters of an answer that is told in a message
SHORTEST_WAIT_S = 0.5  # also where a server says "at once" and refuses again
_ERROR_BYTES = 64 * 1024


def run(config: dict[str, object], step: Step) -> object:
    """Ask and give the answer. Raises StepRefused: each way it can fail has its code."""
    url = _endpoint(str(config["url"]))
    key = _key(config, url, step)
    headers = dict(headers_of(cast("Mapping[str, object]", config.get("headers") or {}), problem_of_llm_header))
    headers = {"user-agent": "runwright", "accept": "application/json, text/event-stream"} | headers
    # A new connection for each try: one that was kept through a wait may be closed under the next request.
    headers |= {"content-type": "application/json", "accept-encoding": "identity", "connection": "close"}
    if key:
        headers["authorization"] = f"Bearer {key}"
    body = _body(config)
    hide: Callable[[str], str] = (lambda text: text.replace(key, "•••")) if key else str
    step.log(f"POST {without_secrets(url)}, model {body['model']}")
    began = time.perf_counter()
    with httpx.Client(
        transport=CheckedTransport([Allowed.of(text) for text in step.http_allowed]),
        trust_env=False,  # a proxy from the environment would make the connection for us, unchecked
        timeout=httpx.Timeout(SILENCE_S, connect=CONNECT_S),
    ) as client:
        answer = _ask(client, url, headers, body, Answer(step, hide), _Patience(config, step), hide)
    seconds = time.perf_counter() - began
    counted = f"{answer.usage['total_tokens']:,} tokens" if answer.usage else f"{len(answer.text):,} characters"
    step.log(f"answered in {seconds:.1f} s: {counted}, finish reason {answer.finish_reason}")
    output = {
        "text": answer.text,
        "finish_reason": answer.finish_reason,
        "usage": answer.usage,
        "model": answer.model or body["model"],
    }
    demanded = config.get("response_format", "text")
    if demanded != "text":
        output["json"] = _json_of(answer, demanded)
    elif answer.finish_reason == "length":
        step.log("the answer was cut at the limit of tokens", "warning")
    return output


# ── what is sent ─────────────────────────────────────────────────────────────────────────────────


def _endpoint(base: str) -> httpx.URL:
    why = problem_of_url(base)
    try:
        if why is None:
            url = httpx.URL(base)
            path = url.path.rstrip("/")
            return url.copy_with(path=path if path.endswith("/chat/completions") else f"{path}/chat/completions")
    except httpx.InvalidURL as error:
        why = str(error)
    raise StepRefused(
        "http_url", f"The URL {why}.", "Write for example https://api.example.com/v1.", kind="InvalidURL",
        category="validation",
    )  # fmt: skip


def _key(config: Mapping[str, object], url: httpx.URL, step: Step) -> str:
    """The key, "" where the node names none. `step.secrets` holds a value for each entry of llm_key_variables."""
    name = config.get("api_key_env")
    if not isinstance(name, str):
        return ""
    entries = {KeyVariable.of(text): value for text, value in step.secrets.items()}
    refused = key_problem(name, url.host, [*entries])
    if refused is not None:
        code, message, advice = refused
        raise StepRefused(code, message, advice, kind="NotAllowed", category="permission")
    key = next(value.strip() for entry, value in entries.items() if entry.covers(name, url.host))
    if not key or not key.isascii() or not key.isprintable():
        raise StepRefused(
            "llm_key_missing",
            f"The variable {name} {'holds no key that a header can hold' if key else 'is not set'} where the service "
            "was started.",
            "Set it in the server's environment and start the service again.",
            kind="KeyMissing",
            category="permission",
        )
    return key


def _body(config: Mapping[str, object]) -> dict[str, object]:
    body: dict[str, object] = {"model": _text(config["model"]), "messages": _messages(config)}
    for name in ("temperature", "max_tokens"):
        if config.get(name) is not None:
            body[name] = config[name]
    demanded = config.get("response_format", "text")
    if demanded == "json":
        body["response_format"] = {"type": "json_object"}
    elif isinstance(demanded, dict):
        body["response_format"] = {"type": "json_schema", "json_schema": {"name": "answer", "schema": demanded}}
    if config.get("stream", True):
        body |= {"stream": True, "stream_options": {"include_usage": True}}
    return body


def _messages(config: Mapping[str, object]) -> list[dict[str, object]]:
    given = config.get("messages")
    if given is None:
        system = _text(config.get("system"))
        asked: list[dict[str, object]] = [{"role": "user", "content": _text(config.get("prompt"))}]
        return [{"role": "system", "content": system}, *asked] if system else asked
    messages: list[dict[str, object]] = []
    for message in cast("list[object]", given) if isinstance(given, list) else [given]:
        fields = cast("dict[str, object]", message) if isinstance(message, dict) else {}
        if not isinstance(fields.get("role"), str) or "content" not in fields:
            raise StepRefused(
                "llm_messages",
                "The messages are no list of {role, content}.",
                "Give a list of objects whose role is system, user or assistant and whose content is a text.",
                category="validation",
            )
        content = fields["content"]
        # A list is of parts (texts and pictures) in OpenAI's own form; null goes with calls of tools.
        messages.append(
            fields if content is None or isinstance(content, list) else fields | {"content": _text(content)}
        )
    if not messages:
        raise StepRefused("llm_messages", "There are no messages.", "Give at least one.", category="validation")
    return messages


def _text(value: object) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else msgspec.json.encode(value).decode()


# ── asking ───────────────────────────────────────────────────────────────────────────────────────


class _Patience:
    """How long a busy server is waited for, over all its refusals."""

    def __init__(self, config: Mapping[str, object], step: Step) -> None:
        self._left_s = float(cast("float", config.get("max_wait_s", MAX_WAIT_S)))
        self._step, self._backoff_s = step, 1.0

    def waits_for(self, answer: httpx.Response) -> bool:
        """Wait and say so; False when the server is not just busy, or asks for more than is left."""
        if answer.status_code != 429 and answer.status_code < 500:
            return False
        asked_s = _retry_after_s(answer.headers.get("retry-after", ""))
        wait_s = max(SHORTEST_WAIT_S, self._backoff_s if asked_s is None else asked_s)
        self._backoff_s *= 2
        if wait_s > self._left_s:
            return False
        self._left_s -= wait_s
        said = "as it asks" if asked_s is not None else "it does not say how long"
        self._step.log(f"the server is busy ({answer.status_code}): waiting {wait_s:.1f} s, {said}", "warning")
        self._step.progress(None, "waiting for the server")
        time.sleep(wait_s)
        return True


def _retry_after_s(text: str) -> float | None:
    """Seconds or a date (RFC 9110, 10.2.3); None when it says neither."""
    try:
        return min(max(0.0, float(text)), 1e9)  # also false for NaN, which max() turns into 0
    except ValueError:
        pass
    try:
        at = email.utils.parsedate_to_datetime(text)
    except ValueError:
        return None
    return max(0.0, (at.replace(tzinfo=at.tzinfo or UTC) - datetime.now(UTC)).total_seconds())


def _ask(
    client: httpx.Client, url: httpx.URL, headers: Mapping[str, str], body: dict[str, object], answer: Answer,
    patience: _Patience, hide: Callable[[str], str],
) -> Answer:  # fmt: skip
    while True:
        request = httpx.Request("POST", url, headers=headers, content=msgspec.json.encode(body))
        try:
            response = client.send(request, stream=True)
            try:
                if response.is_success:
                    answer.read(response)
                    return answer
                told = _reason(response)
            finally:
                response.close()
        except httpx.TransportError as error:
            if answer.has_begun and "Timeout" not in str(error):
                raise answer.broken(f"the connection broke: {error}") from None
            raise unreachable(error, url, code="llm_unreachable", slow_code="llm_timeout") from None
        except httpx.DecodingError:
            raise StepRefused(
                "llm_bad_answer", "The server's answer is not valid HTTP.", "Look at the server."
            ) from None
        if response.status_code in (400, 422) and "stream_options" in told and body.pop("stream_options", None):
            continue  # a server that cannot count tokens in a stream
        if not patience.waits_for(response):
            raise _refused(response, hide(told))


def _reason(response: httpx.Response) -> str:
    """What the server says of its refusal: the message in its JSON, else the beginning of the text."""
    content = bytearray()
    for piece in response.iter_bytes():
        content += piece
        if len(content) > _ERROR_BYTES:
            break
    text = bytes(content).decode(errors="replace").strip()
    try:
        value: Any = json.loads(text)
    except (ValueError, RecursionError):
        return text
    error: object = cast("dict[str, Any]", value).get("error", value) if isinstance(value, dict) else value
    message = cast("dict[str, Any]", error).get("message") if isinstance(error, dict) else error
    return message if isinstance(message, str) and message else text


def _refused(response: httpx.Response, told: str) -> StepRefused:
    status = response.status_code
    busy = status == 429 or status >= 500 or status in (408, 425)
    category = "capacity" if status == 429 else "infrastructure" if busy else "step"
    advice = "Read what the server says; correct the model's name, the prompt or the limits of the node."
    if status in (401, 403):
        category = "permission"
        advice = "Check api_key_env and the value of its variable where the service was started."
    elif busy:
        advice = "Run again later, give the node a longer max_wait_s, or let it be tried again by retry."
    elif 300 <= status < 400:
        advice = "Redirects are not followed, for a key would go with them: write the address it leads to."
    return StepRefused(
        "llm_status",
        f"The server answered {status} {response.reason_phrase}{f': {told[:SHOWN]}' if told else '.'}",
        advice,
        kind=f"HTTP {status}",
        category=category,
        retryable=busy,
    )


# ── JSON ─────────────────────────────────────────────────────────────────────────────────────────


def _json_of(answer: Answer, demanded: object) -> object:
    text = _without_fence(answer.text)
    try:
        value = msgspec.json.decode(text)
    except (msgspec.DecodeError, UnicodeError, RecursionError) as error:
        cut = answer.finish_reason == "length"
        raise StepRefused(
            "llm_not_json",
            f"The answer is no JSON ({'cut at the limit of tokens' if cut else error}): {answer.text[:SHOWN]}",
            "Raise max_tokens."
            if cut
            else "Say in the prompt that only JSON is wanted, and of which form; ask a model that can.",
            kind="NotJson",
            retryable=True,
        ) from None
    if isinstance(demanded, dict):
        _refuse_misfit(value, cast("dict[str, object]", demanded), answer.text)
    return value


def _without_fence(text: str) -> str:
    """Without ``` around it, which models like to write even when told not to."""
    text = text.strip()
    if text.startswith("```") and text.endswith("```") and "\n" in text:
        return text.partition("\n")[2].removesuffix("```").strip()
    return text


def _refuse_misfit(value: object, schema: dict[str, object], text: str) -> None:
    # Megabytes that only these steps need.
    from infrastructure.nodes.schemas import TooMuchWork, validator_of, work_for  # noqa: PLC0415

    try:
        with work_for(value):
            misfit: Any = next(iter(cast("Any", validator_of(schema)).iter_errors(value)), None)
    except TooMuchWork as error:
        raise StepRefused("llm_schema", str(error), "Make the schema simpler.", kind="TooMuchWork") from None
    if misfit is not None:
        where = "".join(f"/{part}" for part in misfit.absolute_path)
        raise StepRefused(
            "llm_schema",
            f"The answer does not fit its schema at {where or 'the top'}: {str(misfit.message)[:300]}. "
            f"It was: {text[:SHOWN]}",
            "Say the form in the prompt too, make the schema simpler, or ask a model that holds to schemas.",
            kind="DoesNotFit",
            retryable=True,
        )
