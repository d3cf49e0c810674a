"""Kind `approval`: a person decides, with a form to fill in. It holds no worker and no slot."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import cast

from domain.errors import Problem
from infrastructure.nodes.kinds import Kind, problem
from infrastructure.nodes.schemas import problems_of_schema

SCHEMA: Mapping[str, object] = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "title": "Approval",
    "type": "object",
    "additionalProperties": False,
    "required": ["message"],
    "properties": {
        "message": {
            "title": "Message",
            "description": "What the person is asked; ${...} shows values of earlier steps.",
            "x-key": "approval.message",
            "x-expression": True,
            "x-widget": "text",
            "type": "string",
            "minLength": 1,
            "maxLength": 10_000,
        },
        "form": {
            "title": "Form",
            "description": "JSON Schema (an object) of what is filled in with an approval; it becomes the answer.",
            "x-key": "approval.form",
            "x-widget": "json",
            "type": "object",
        },
        "on_reject": {
            "title": "When it is rejected",
            "description": "fail: the step fails. continue: it completes with approved: false, and conditions decide.",
            "x-key": "approval.on_reject",
            "enum": ["fail", "continue"],
            "default": "fail",
        },
    },
}


def check(config: Mapping[str, object]) -> Sequence[Problem]:
    """A form that is no JSON Schema of an object."""
    form = config.get("form")
    if not isinstance(form, dict):
        return ()
    schema = cast("dict[str, object]", form)
    found = [replace(one, pointer=f"/form{one.pointer}") for one in problems_of_schema(schema)]
    if found:
        return found
    if schema.get("type", "object") != "object":
        return [problem("bad_inputs", "The form of an approval is an object.", "Write type: object.", "/form/type")]
    return ()


APPROVAL = Kind(
    name="approval",
    title="Approval",
    text="Asks a person and waits for the answer; timeout_s of the node limits how long. Needs no worker.",
    icon="hand",
    runs_in="person",
    schema=SCHEMA,
    example={
        "message": "Send ${steps.stats.output.rows} rows to the customer?",
        "form": {"type": "object", "properties": {"note": {"type": "string", "title": "Note"}}},
    },
    checked_by=check,
)
