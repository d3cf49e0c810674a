"""Kind `workflow`: another workflow runs as a child execution, and its result is the step's output."""

from collections.abc import Mapping

from infrastructure.nodes.kinds import Kind

SCHEMA: Mapping[str, object] = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "title": "Workflow",
    "type": "object",
    "additionalProperties": False,
    "required": ["workflow"],
    "properties": {
        "workflow": {
            "title": "Workflow",
            "description": "The name of a workflow, or its id.",
            "x-key": "workflow.workflow",
            "type": "string",
            "minLength": 1,
            "maxLength": 200,
        },
        "inputs": {
            "title": "Inputs",
            "description": "What it is run with; values may hold ${...}.",
            "x-key": "workflow.inputs",
            "x-widget": "map",
            "x-expression": True,
            "anyOf": [{"type": "object"}, {"type": "string", "pattern": r"^\$\{"}],
        },
        "version": {
            "title": "Version",
            "description": "One of its ready versions; the latest ready one when left out.",
            "x-key": "workflow.version",
            "type": "integer",
            "minimum": 1,
        },
    },
}

WORKFLOW = Kind(
    name="workflow",
    title="Workflow",
    text="Runs another workflow as a child execution and waits for its end. Stop and pause are passed down.",
    icon="workflow",
    runs_in="workflow",
    schema=SCHEMA,
    example={"workflow": "weather-report", "inputs": {"year": "${inputs.year}"}},
)
