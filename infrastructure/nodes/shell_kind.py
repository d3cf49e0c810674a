"""Kind `shell`: a command of the service's machine. Off until the setting allow_shell says otherwise."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Final, cast

from domain.errors import Problem
from infrastructure.nodes.kinds import Kind, problem

NOT_ALLOWED: Final = (
    "shell_not_allowed",
    "This service runs no shell commands.",
    "Whoever runs the service can allow them by the setting allow_shell (RUNWRIGHT_ALLOW_SHELL=true).",
)
"""Code, message and advice: the same when a definition is checked and when an earlier version of it runs."""

ENV_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,254}")
OURS = "RUNWRIGHT_"
"""Variables that tell a command about its own run; a node may not forge them."""

SCHEMA: Mapping[str, object] = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "title": "Shell",
    "type": "object",
    "additionalProperties": False,
    "required": ["command"],
    "properties": {
        "command": {
            "title": "Command",
            "description": "A text is run by /bin/sh; a list is a program with its arguments, run without a shell. "
            "It never holds ${...} of ours: values come in by env and stdin.",
            "x-key": "shell.command",
            "x-widget": "code",
            "x-language": "shell",
            "anyOf": [
                {"type": "string", "minLength": 1, "maxLength": 65536},
                {
                    "type": "array",
                    "minItems": 1,
                    "maxItems": 1000,
                    "items": {"type": "string", "maxLength": 65536},
                },
            ],
        },
        "env": {
            "type": "object",
            "title": "Environment",
            "description": "Variables of the command beside PATH, HOME and LANG. Values may hold ${...}; what is no "
            "text is given as JSON.",
            "x-key": "shell.env",
            "x-widget": "map",
            "x-expression": True,
            "maxProperties": 200,
            "propertyNames": {"pattern": "^[A-Za-z_][A-Za-z0-9_]{0,254}$"},
        },
        "stdin": {
            "title": "Input",
            "description": "What the command reads. Text as it is, anything else as JSON; nothing when left out or "
            "null. May hold ${...}.",
            "x-key": "shell.stdin",
            "x-widget": "json",
            "x-expression": True,
        },
        "output": {
            "enum": ["text", "json", "none"],
            "title": "Output",
            "description": "What becomes of what the command prints: stdout as text, stdout read as JSON, or nothing "
            "but the lines in the log.",
            "default": "text",
            "x-key": "shell.output",
        },
        "ok_codes": {
            "type": "array",
            "title": "Good exit codes",
            "description": "Exit codes that count as success; 0 alone when left out.",
            "x-key": "shell.ok_codes",
            "items": {"type": "integer", "minimum": 0, "maximum": 255},
            "default": [0],
            "minItems": 1,
            "maxItems": 256,
        },
    },
}

EXAMPLE: Mapping[str, object] = {
    "command": 'sort | uniq -c | sort -rn | head -n "$MOST"\n',
    "env": {"MOST": "3"},
    "stdin": "rain\nsun\nrain\n",
}


def check(config: Mapping[str, object]) -> Sequence[Problem]:
    """A command that is none, and variables that cannot be set."""
    return list(_problems(config))


def _problems(config: Mapping[str, object]) -> Iterator[Problem]:
    command = config.get("command")
    words = cast("list[str]", command) if isinstance(command, list) else [str(command)]
    if not words[0].strip():
        yield problem("shell_no_command", "The command is empty.", "Write what is to be run.", "/command")
    env = config.get("env")
    if isinstance(env, Mapping):
        for name in map(str, cast("Mapping[object, object]", env)):
            why = problem_of_variable(name)
            if why is not None:
                yield problem(
                    "shell_env_name", f"The variable {name!r} {why}.", "Rename or remove it.", "/env", name=name[:80]
                )


def problem_of_variable(name: str) -> str | None:
    """Why a variable cannot be set by a node, or None."""
    if not ENV_NAME.fullmatch(name):
        return "has a name that is not of letters, digits and _"
    return f"is set by the service itself, as all that begin with {OURS}" if name.startswith(OURS) else None


def _refuse(config: Mapping[str, object]) -> Sequence[Problem]:  # noqa: ARG001 - a Check
    return [problem(*NOT_ALLOWED)]


SHELL = Kind(
    name="shell",
    title="Shell",
    text="Runs a command of the service's machine, as the service's user.",
    icon="terminal",
    schema=SCHEMA,
    example=EXAMPLE,
    is_retry_safe=False,
    checked_by=check,
)
SHELL_OFF = replace(
    SHELL,
    text=f"{SHELL.text} Not allowed on this service: see the setting allow_shell.",
    is_allowed=False,
    checked_by=_refuse,
)
"""The kind as it is while the setting is off: known, so that what is there can be shown, and refused."""
