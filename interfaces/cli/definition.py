"""Workflow files and `-i key=value`, read into JSON values."""

import json
from collections.abc import Hashable
from pathlib import Path
from typing import Any, cast

import yaml

from interfaces.cli.client import Json
from interfaces.cli.refusal import Refusal


class _JsonLoader(yaml.SafeLoader):
    """YAML restricted to what JSON can say: dates stay texts, and a key given twice is an error."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        seen: set[object] = set()
        for key_node, _ in node.value:
            key: object = self.construct_object(key_node, deep=True)  # pyright: ignore[reportUnknownMemberType] - untyped
            if key in seen:
                raise yaml.constructor.ConstructorError(
                    None, None, f"the key {key!r} is given twice", key_node.start_mark
                )
            seen.add(key)
        return super().construct_mapping(node, deep=deep)


_JsonLoader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:timestamp"]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def read_definition(path: Path) -> Json:
    """The definition in a YAML or JSON file (JSON is YAML). Raises `Refusal`."""
    try:
        found: object = yaml.load(path.read_text(encoding="utf-8"), _JsonLoader)  # noqa: S506 - a SafeLoader
    except FileNotFoundError:
        raise Refusal(f"{path} does not exist: name a workflow file.") from None
    except (OSError, UnicodeDecodeError) as error:
        raise Refusal(f"{path} cannot be read ({error}): name a readable UTF-8 file.") from None
    except (yaml.YAMLError, RecursionError, TypeError) as error:
        reason = " ".join(str(error).split())
        raise Refusal(f"{path} is not valid YAML or JSON ({reason}): correct that place.") from None
    if not isinstance(found, dict):
        raise Refusal(f"{path} holds no workflow: it must be a mapping with name, nodes and edges.")
    definition = cast(Json, found)
    if not isinstance(definition.get("name"), str):
        raise Refusal(f"{path} has no name: give the workflow a `name:`.")
    return definition


def read_inputs(pairs: list[str]) -> Json:
    """`key=value` texts; a value is JSON when it parses as JSON (3, true, [1]), else the text itself."""
    inputs: Json = {}
    for pair in pairs:
        key, mark, text = pair.partition("=")
        if not mark or not key:
            raise Refusal(f"-i {pair} is no input: write -i name=value.")
        try:
            inputs[key] = json.loads(text)
        except ValueError:
            inputs[key] = text
    return inputs
