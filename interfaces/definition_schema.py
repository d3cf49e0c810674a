"""The JSON Schema of a definition, made from the kinds this service has."""

from application.ports import NodeKinds
from application.queries import Json
from domain.errors import Category
from domain.workflow import canvas
from domain.workflow.graph import Join, OnError, OnFailure, OnLimit
from domain.workflow.retry import RETRIED_BY_DEFAULT
from domain.workflow.validation import API_VERSION, MAX_NEEDED, MAX_TIMEOUT_S, MIN_NEEDED, NODE_ID, RESOURCE


def definition_schema(kinds: NodeKinds) -> Json:
    """Schema 2020-12; editors complete and check against it, `validate` says what no schema can."""
    timeout = {"type": "number", "exclusiveMinimum": 0, "maximum": MAX_TIMEOUT_S, "description": "Seconds."}
    positive = {"type": "number", "minimum": 0, "maximum": MAX_TIMEOUT_S, "description": "Seconds."}
    retry = {
        "type": "object",
        "description": "When a failed attempt is tried again. On a node it goes before the one in settings.",
        "properties": {
            "max_attempts": {"type": "integer", "minimum": 1, "maximum": 100, "default": 3},
            "interval_s": {**positive, "default": 1},
            "backoff": {"type": "number", "minimum": 1, "maximum": 100, "default": 2},
            "max_interval_s": {**positive, "default": 60},
            "jitter": {"type": "boolean", "default": True},
            "on": {
                "type": "array", "minItems": 1, "description": "Categories of the error.",
                "items": {"enum": sorted(RETRIED_BY_DEFAULT | {Category.VALIDATION})},
            },
            "types": {
                "type": "array", "minItems": 1, "description": "Names of exceptions, such as KeyError.",
                "items": {"type": "string", "minLength": 1, "maxLength": 200},
            },
            "when": {
                "type": "string", "pattern": r"^\$\{[\s\S]*\}$",
                "description": "Sees error {code, category, type, message, retryable} and attempt.",
            },
        },
        "additionalProperties": False,
    }  # fmt: skip
    amount = {"type": "number", "minimum": MIN_NEEDED, "maximum": MAX_NEEDED}
    needs: Json = {
        "type": "object",
        "description": "What must be free before it starts, by resource; others have names that an operator gives.",
        "properties": {
            "cpu": {**amount, "description": "Cores."},
            "memory_mb": {**amount, "description": "MiB."},
            "gpu": amount,
        },
        "patternProperties": {f"^{RESOURCE.pattern}$": amount},
        "additionalProperties": False,
    }
    common: Json = {
        "id": {"type": "string", "pattern": f"^{NODE_ID.pattern}$"},
        "join": {"enum": [choice.value for choice in Join], "default": Join.ANY.value},
        "on_error": {"enum": [choice.value for choice in OnError], "default": OnError.FAIL.value},
        "timeout_s": timeout,
        "retry": retry,
        "retry_safe": {"type": "boolean"},
        "needs": needs,
        "title": {"type": "string"},
        "description": {"type": "string"},
        "sample": {"description": "An output to run later steps alone with; other executions do not look at it."},
        "position": {
            "type": "object",
            "description": "Where it stands on the canvas, in px; execution does not look at it.",
            "properties": {"x": {"type": "number"}, "y": {"type": "number"}},
        },
    }
    nodes = [
        {
            "type": "object",
            "title": kind.name,
            "required": ["id", "kind"],
            "properties": {**common, "kind": {"const": kind.name}, "config": kind.schema},
            "additionalProperties": False,
        }
        for kind in kinds.all()
    ]
    edge = {
        "type": "object",
        "required": ["from", "to"],
        "properties": {
            "from": {"type": "string"},
            "to": {"type": "string"},
            "when": {"type": "string", "pattern": r"^\$\{[\s\S]*\}$"},
            "label": {"type": "string"},
        },
        "additionalProperties": False,
    }
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": "urn:runwright:schema:workflow:v1",
        "title": "Runwright workflow",
        "type": "object",
        "required": ["nodes"],
        "properties": {
            "apiVersion": {"const": API_VERSION},
            "name": {"type": "string", "minLength": 1},
            "description": {"type": "string"},
            "labels": {"type": "object", "additionalProperties": {"type": "string"}},
            "inputs": {"type": "object", "description": "JSON Schema of the inputs; draws the run form."},
            "nodes": {"type": "array", "minItems": 1, "items": {"oneOf": nodes}},
            "edges": {"type": "array", "items": edge},
            "output": {"description": "What the execution results in; may hold ${...}."},
            "canvas": _canvas_schema(),
            "settings": {
                "type": "object",
                "properties": {
                    "timeout_s": timeout,
                    "queue_timeout_s": {**timeout, "description": "Seconds in the queue, after which it fails."},
                    "max_parallel_steps": {"type": "integer", "minimum": 1},
                    "on_failure": {"enum": [choice.value for choice in OnFailure]},
                    "retry": retry,
                    "priority": {"type": "integer", "minimum": -100, "maximum": 100},
                    "needs": needs,
                    "debounce": {
                        "type": "object",
                        "description": "Waits wait_s seconds, and does not run when another comes meanwhile.",
                        "required": ["wait_s"],
                        "properties": {
                            "wait_s": timeout,
                            "max_wait_s": {**timeout, "description": "Seconds after the first at most."},
                            "key": {"type": "string", "description": "May hold ${...} over inputs."},
                        },
                        "additionalProperties": False,
                    },
                    "concurrency": {
                        "type": "object",
                        "description": "How many executions run at once, of all or of those with the same key.",
                        "required": ["limit"],
                        "properties": {
                            "limit": {"type": "integer", "minimum": 1, "maximum": 10_000},
                            "key": {"type": "string", "description": "May hold ${...} over inputs."},
                            "on_limit": {"enum": [choice.value for choice in OnLimit]},
                        },
                        "additionalProperties": False,
                    },
                },
                "additionalProperties": False,
            },
        },
        "additionalProperties": False,
    }


def _canvas_schema() -> Json:
    identity: Json = {"type": "string", "pattern": f"^{canvas.MARK_ID.pattern}$"}
    colour: Json = {"enum": list(canvas.COLOURS)}

    def pair(one: str, other: str, low: int, high: int) -> Json:
        side = {"type": "number", "minimum": low, "maximum": high, "description": "px"}
        return {
            "type": "object",
            "required": [one, other],
            "properties": {one: side, other: side},
            "additionalProperties": False,
        }

    note: Json = {
        "type": "object",
        "required": ["id", "text", "position"],
        "properties": {
            "id": identity,
            "text": {"type": "string", "maxLength": canvas.MAX_NOTE_LETTERS, "description": "Markdown."},
            "position": pair("x", "y", -canvas.MAX_PLACE_PX, canvas.MAX_PLACE_PX),
            "size": pair("width", "height", canvas.MIN_SIDE_PX, canvas.MAX_SIDE_PX),
            "color": colour,
        },
        "additionalProperties": False,
    }
    group: Json = {
        "type": "object",
        "required": ["id", "title", "nodes"],
        "properties": {
            "id": identity,
            "title": {"type": "string", "maxLength": canvas.MAX_TITLE_LETTERS},
            "nodes": {"type": "array", "minItems": 1, "items": {"type": "string"}, "description": "Ids of its nodes."},
            "color": colour,
        },
        "additionalProperties": False,
    }
    return {
        "type": "object",
        "description": "What only the canvas shows: notes, and groups of nodes. Execution does not look at it.",
        "properties": {
            "notes": {"type": "array", "maxItems": canvas.MAX_NOTES, "items": note},
            "groups": {"type": "array", "maxItems": canvas.MAX_GROUPS, "items": group},
        },
        "additionalProperties": False,
    }
