"""Kind `llm`: one answer of a language model, from any server that speaks OpenAI's chat completions."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Final, cast
from urllib.parse import urlsplit

from application.egress import KeyVariable
from domain.errors import Problem
from infrastructure.nodes.http_kind import problem_of_header, problem_of_url
from infrastructure.nodes.kinds import Kind, problem

KEY_HEADERS: Final = frozenset({"authorization", "proxy-authorization", "api-key", "x-api-key", "cookie"})
"""Headers that hold a key: it would stand in the definition and in the history."""
MAX_WAIT_S: Final = 60.0
"""`max_wait_s` when the node does not say."""

SCHEMA: Mapping[str, object] = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "title": "LLM",
    "type": "object",
    "additionalProperties": False,
    "required": ["url", "model"],
    "properties": {
        "url": {
            "type": "string",
            "title": "URL",
            "description": "Where the server's API begins, such as http://127.0.0.1:11434/v1. Private addresses are "
            "refused unless the settings allow them.",
            "x-key": "llm.url",
            "minLength": 1,
            "maxLength": 8192,
        },
        "model": {
            "type": "string",
            "title": "Model",
            "description": "Its name, as the server calls it. May hold ${...}.",
            "x-key": "llm.model",
            "x-expression": True,
            "minLength": 1,
            "maxLength": 1024,
        },
        "prompt": {
            "type": "string",
            "title": "Prompt",
            "description": "What is asked. May hold ${...}; what is no text is given as JSON.",
            "x-key": "llm.prompt",
            "x-widget": "code",
            "x-language": "markdown",
            "x-expression": True,
            "minLength": 1,
            "maxLength": 262144,
        },
        "system": {
            "type": "string",
            "title": "System",
            "description": "How the model is to answer, before the prompt. May hold ${...}.",
            "x-key": "llm.system",
            "x-widget": "code",
            "x-language": "markdown",
            "x-expression": True,
            "maxLength": 262144,
        },
        "messages": {
            "title": "Messages",
            "description": "Instead of prompt and system: a list of {role, content}, or an expression ${...} that "
            "gives one.",
            "x-key": "llm.messages",
            "x-widget": "json",
            "x-expression": True,
            "anyOf": [
                {
                    "type": "array",
                    "minItems": 1,
                    "maxItems": 10000,
                    "items": {
                        "anyOf": [
                            {"type": "object", "required": ["role", "content"]},
                            {"type": "string", "pattern": r"^\$\{"},
                        ]
                    },
                },
                {"type": "string", "pattern": r"^\$\{"},
            ],
        },
        "temperature": {
            "type": "number",
            "title": "Temperature",
            "description": "0 for the likeliest words, more for others; the server's own when left out.",
            "x-key": "llm.temperature",
            "minimum": 0,
            "maximum": 2,
        },
        "max_tokens": {
            "type": "integer",
            "title": "Most tokens",
            "description": "Of the answer; the server's own limit when left out.",
            "x-key": "llm.max_tokens",
            "minimum": 1,
            "maximum": 10_000_000,
        },
        "response_format": {
            "title": "Format of the answer",
            "description": "text, json, or a JSON Schema that the answer must fit.",
            "x-key": "llm.response_format",
            "x-widget": "json",
            "default": "text",
            "anyOf": [{"enum": ["text", "json"]}, {"type": "object"}],
        },
        "headers": {
            "type": "object",
            "title": "Headers",
            "description": "Values may hold ${...}. Keys do not belong here: see api_key_env.",
            "x-key": "llm.headers",
            "x-widget": "map",
            "x-expression": True,
            "maxProperties": 100,
        },
        "api_key_env": {
            "type": "string",
            "title": "Variable with the key",
            "description": "Name of a variable of the server's environment whose value is sent as bearer token; "
            "the setting llm_key_variables must name it. Never the key itself.",
            "x-key": "llm.api_key_env",
            "minLength": 1,
            "maxLength": 255,
        },
        "stream": {
            "type": "boolean",
            "title": "Stream",
            "description": "Whether the answer is shown in the log while it is written.",
            "x-key": "llm.stream",
            "default": True,
        },
        "max_wait_s": {
            "type": "number",
            "title": "Longest wait in seconds",
            "description": "How long the step waits in all while the server is busy (429, 5xx) before it fails.",
            "x-key": "llm.max_wait_s",
            "default": MAX_WAIT_S,
            "minimum": 0,
            "maximum": 86400,
        },
    },
}

EXAMPLE: Mapping[str, object] = {
    "url": "http://127.0.0.1:11434/v1",
    "model": "llama3.2",
    "system": "Answer in one sentence.",
    "prompt": "What is the weather like in ${inputs.city} in November?",
}


def key_problem(name: str, host: str | None, allowed: Sequence[KeyVariable]) -> tuple[str, str, str] | None:
    """Code, message and advice when the key of that name may not be shown to the host (None: not known yet)."""
    if not any(entry.name == name if host is None else entry.covers(name, host) for entry in allowed):
        elsewhere = any(entry.name == name for entry in allowed)
        return (
            "llm_key_not_allowed",
            f"The variable {name} may not be sent to {host}." if elsewhere else f"The variable {name} may not be read.",
            "Whoever runs the service can allow it by the setting llm_key_variables "
            f"({name}@{host or 'host'}), where the variable itself is set.",
        )
    return None


def _problems(config: Mapping[str, object], allowed: Sequence[KeyVariable]) -> Iterator[Problem]:
    url = str(config.get("url"))
    why = problem_of_url(url)
    if why is not None:
        yield problem("http_url", f"The URL {why}.", "Write for example https://api.example.com/v1.", "/url")
    if (config.get("messages") is None) == (config.get("prompt") is None):
        yield problem(
            "llm_prompt_or_messages",
            "An llm node needs either `prompt` or `messages`, and not both.",
            "Write what is asked as prompt, or the whole conversation as messages.",
        )
    elif config.get("messages") is not None and config.get("system") is not None:
        yield problem(
            "llm_system_in_messages",
            "Beside `messages` there is no `system`.",
            "Make it the first message: {role: system, content: ...}.",
            "/system",
        )
    headers = config.get("headers")
    if isinstance(headers, Mapping):
        for name in map(str, cast("Mapping[object, object]", headers)):
            header = problem_of_llm_header(name)
            if header is not None:
                yield problem(
                    "http_header", f"The header {name!r} {header}.", "Rename or remove it.", "/headers", name=name[:80]
                )
    yield from _schema_problems(config.get("response_format"))
    key = config.get("api_key_env")
    if isinstance(key, str):
        refused = key_problem(key, None if why is not None else urlsplit(url).hostname, allowed)
        if refused is not None:
            yield problem(*refused, "/api_key_env", name=key[:80])


def _schema_problems(demanded: object) -> Iterator[Problem]:
    if not isinstance(demanded, dict):
        return
    # Imported here: a worker imports this module and has no use for megabytes of it.
    from infrastructure.nodes.schemas import problems_of_schema  # noqa: PLC0415

    for one in problems_of_schema(cast("dict[str, object]", demanded)):
        yield replace(one, pointer=f"/response_format{one.pointer}")


def problem_of_llm_header(name: str) -> str | None:
    """Why a header cannot be set by an llm node, or None."""
    if name.lower() in KEY_HEADERS:
        return "holds a key, which would stand in the definition and the history: name its variable in api_key_env"
    return problem_of_header(name)


def llm_kind(key_variables: Sequence[KeyVariable]) -> Kind:
    """The kind where these variables may be read. Retry-safe: it changes nothing but the bill."""
    allowed = tuple(key_variables)

    def check(config: Mapping[str, object]) -> Sequence[Problem]:
        return list(_problems(config, allowed))

    return Kind(
        name="llm",
        title="LLM",
        text="Asks a language model, over any API of OpenAI's form, and shows its answer as it is written.",
        icon="sparkle",
        schema=SCHEMA,
        example=EXAMPLE,
        checked_by=check,
    )
