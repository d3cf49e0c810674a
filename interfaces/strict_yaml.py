"""YAML from outside, held to what JSON can say and then to what a value may be (`strict_json`).

No aliases (a few hundred bytes of them unfold into gigabytes), no keys but texts, no key twice, dates stay
texts. Parsed by libyaml where it is there: the pure Python parser needs 10 s for 1 MiB.
"""

import json
import re
from collections.abc import Hashable
from typing import TYPE_CHECKING, Any

import yaml

from domain.errors import InvalidInput
from interfaces import strict_json

if TYPE_CHECKING:
    _Safe = yaml.SafeLoader
else:
    _Safe = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class _Loader(_Safe):
    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        seen: set[str] = set()
        for key_node, _ in node.value:
            key: object = self.construct_object(key_node, deep=True)  # pyright: ignore[reportUnknownMemberType] - untyped
            if not isinstance(key, str):
                raise yaml.constructor.ConstructorError(None, None, f"the key {key!r} is no text", key_node.start_mark)
            if key in seen:
                raise yaml.constructor.ConstructorError(
                    None, None, f"the key {key!r} stands twice in one mapping", key_node.start_mark
                )
            seen.add(key)
        return super().construct_mapping(node, deep=deep)


def _whole_number(_: _Loader, node: yaml.ScalarNode) -> int:
    text = str(node.value)
    return int(text, 0) if text.startswith(("0o", "0x")) else int(text)


# The core schema of YAML 1.2.2 (10.3.2), as editors and other languages read it: `on`, `yes` and `no` are texts (the
# format has a field `on`), 010 is ten, and 1:30 is no number.
_Loader.yaml_implicit_resolvers = {}
for _tag, _pattern, _first in (
    ("bool", r"true|True|TRUE|false|False|FALSE", "tTfF"),
    ("null", r"~|null|Null|NULL|", ["~", "n", "N", ""]),
    ("int", r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+", "-+0123456789"),
    (
        "float",
        r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)",
        "-+.0123456789",
    ),
):
    _Loader.add_implicit_resolver(  # pyright: ignore[reportUnknownMemberType] - untyped
        f"tag:yaml.org,2002:{_tag}", re.compile(rf"^(?:{_pattern})$"), list(_first)
    )
_Loader.add_constructor("tag:yaml.org,2002:int", _whole_number)


def parse(body: bytes, *, max_depth: int) -> object:
    """The value. Raises InvalidInput."""
    try:
        text = body.decode()
        _refuse_aliases_and_depth(text, max_depth)
        value: object = yaml.load(text, _Loader)  # noqa: S506 - a SafeLoader
        as_json = json.dumps(value)
    except UnicodeDecodeError as error:
        raise _invalid("not_utf8", f"The body is not UTF-8 at byte {error.start}.") from error
    except (yaml.YAMLError, RecursionError, TypeError, ValueError) as error:
        raise _invalid(
            "not_yaml", f"The body is no YAML that JSON can say: {' '.join(str(error).split())[:300]}"
        ) from error
    return strict_json.parse(as_json.encode(), max_depth=max_depth)


def _refuse_aliases_and_depth(text: str, max_depth: int) -> None:
    depth = 0
    for event in yaml.parse(text, _Loader):
        if isinstance(event, yaml.AliasEvent):
            raise _invalid("not_yaml", f"The body uses the alias *{event.anchor}.", "Write the value out.")
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
            if depth > max_depth:
                raise _invalid("too_deep", f"The body is nested deeper than {max_depth} levels.")
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1


def _invalid(code: str, message: str, advice: str = "Mend the place named.") -> InvalidInput:
    return InvalidInput(code, message, advice)
