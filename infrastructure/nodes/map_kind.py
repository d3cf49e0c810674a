"""Kind `map`: runs one node for each item of a list. The domain gives it its meaning; this is its form."""

from collections.abc import Mapping

from infrastructure.nodes.kinds import Kind

SCHEMA: Mapping[str, object] = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "title": "Map",
    "type": "object",
    "additionalProperties": False,
    "required": ["items", "node"],
    "properties": {
        "items": {
            "title": "Items",
            "description": "The list: one expression ${...} that gives one, or the list itself.",
            "x-key": "map.items",
            "x-widget": "json",
            "x-expression": True,
            "anyOf": [{"type": "array", "maxItems": 50000}, {"type": "string", "pattern": r"^\$\{"}],
        },
        "node": {
            "title": "Node",
            "description": "What runs for each item: kind and config, and if wished timeout_s, retry and retry_safe. "
            "Its expressions see item, and index from 0.",
            "x-key": "map.node",
            "x-widget": "json",
            "type": "object",
            "required": ["kind"],
        },
        "max_parallel": {
            "title": "At the same time",
            "description": "How many items run at once at most; as many as the service has room for when left out.",
            "x-key": "map.max_parallel",
            "type": "integer",
            "minimum": 1,
            "maximum": 10000,
        },
        "on_item_error": {
            "title": "When an item fails",
            "description": "fail: the map fails with the first failed item. continue: it goes on, and null stands in "
            'the list for a failed item. {max: 5} or {max: "10%"}: it goes on until more than so many have failed.',
            "x-key": "map.on_item_error",
            "x-widget": "json",
            "default": "fail",
            "anyOf": [
                {"enum": ["fail", "continue"]},
                {
                    "type": "object",
                    "additionalProperties": False,
                    "required": ["max"],
                    "properties": {
                        "max": {
                            "anyOf": [
                                {"type": "integer", "minimum": 0},
                                {"type": "string", "pattern": r"^(100|[0-9]{1,2})(\.[0-9]{1,3})?%$"},
                            ]
                        }
                    },
                },
            ],
        },
    },
}

MAP = Kind(
    name="map",
    title="Map",
    text="Runs one node for each item of a list, several at a time, and gives the list of their outputs.",
    icon="layers",
    runs_in="map",
    schema=SCHEMA,
    example={
        "items": "${inputs.cities}",
        "max_parallel": 4,
        "node": {
            "kind": "python",
            "config": {"code": "def main(city):\n    return len(city)\n", "args": {"city": "${item}"}},
        },
    },
)
