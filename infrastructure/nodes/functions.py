"""A plain typed function as a kind of node: what its signature, types and docstring say about a form.

pydantic reads the types. Parameters become fields of a config; one called `step` gets the Step instead. Nothing of ours
has to be imported by the function; what it wants to say beyond its signature stands in an attribute `runwright`, a dict
of `title`, `icon`, `retry_safe`, `example`.
"""

import inspect
import re
import sys
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any, cast, get_type_hints

from pydantic import BaseModel, ConfigDict, Field, ValidationError, create_model
from pydantic.errors import PydanticUserError

EXPRESSION: Mapping[str, object] = {"type": "string", "pattern": r"\$\{"}
"""What may stand for any value: a text with an expression, whose result is checked when the step begins."""

STEP = "step"
"""The parameter that is given our Step, and is no field."""

_KNOWN = {"title": str, "icon": str, "retry_safe": bool, "example": dict}
_ARGS = re.compile(r"^(?:Args|Arguments|Parameters):\s*$")
_GOOGLE = re.compile(r"^(?P<indent>\s+)\*{0,2}(?P<name>\w+)\s*(?:\([^)]*\))?:\s*(?P<text>.*)$")
_SPHINX = re.compile(r"^:param\s+(?:[\w\[\], .|]+\s+)?(?P<name>\w+):\s*(?P<text>.*)$")
_CONSTRAINTS = frozenset({"pattern", "format", "minLength", "maxLength", "enum", "const"})
_WORDS = ("title", "description", "default", "examples", "deprecated")


class Unsupported(Exception):
    """The function can be no kind of node. `str(error)` is a sentence with the way out."""


@dataclass(frozen=True, kw_only=True)
class TypedFunction:
    """A function as a kind. `fields` maps the config model's attributes to the names of parameters."""

    call: Callable[..., object]
    config: type[BaseModel]
    fields: Mapping[str, str]
    takes_step: bool

    def arguments(self, config: bytes) -> dict[str, object]:
        """Keyword arguments from a config as JSON, each of the type that was asked for; what is not given keeps the
        function's own default. Nothing is converted but what JSON cannot say (dates, tuples, models). Raises
        ValidationError."""
        given = self.config.model_validate_json(config, strict=True)
        return {self.fields[name]: getattr(given, name) for name in given.model_fields_set}


def typed(function: object) -> TypedFunction:
    """Read a function's signature. Raises Unsupported."""
    if not callable(function) or inspect.isclass(function):
        raise Unsupported(f"{function!r} is no function; let the entry point name one")
    try:
        parameters = inspect.signature(function).parameters
        hints = _hints(function, parameters)
    except (TypeError, ValueError, NameError, AttributeError, SyntaxError) as error:
        raise Unsupported(f"its signature can't be read ({error}); annotate it with types that exist") from None
    words = descriptions(inspect.getdoc(function) or "")
    fields: dict[str, str] = {}
    types: dict[str, Any] = {}
    for number, (name, parameter) in enumerate(parameters.items()):
        if parameter.kind in (parameter.POSITIONAL_ONLY, parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD):
            raise Unsupported(
                f"its parameter {parameter} can't be given by name; use parameters that can, each with a name"
            )
        if name == STEP:
            continue
        kind = hints.get(name, Any)
        default = ... if parameter.default is parameter.empty else parameter.default
        said = Field(default, alias=name, description=_said(kind) or words.get(name))
        # An alias carries the name: on a model, names such as `json` or `copy` mean something else.
        fields[f"p{number}"], types[f"p{number}"] = name, (kind if default is not None else kind | None, said)
    try:
        config = create_model("Config", __config__=ConfigDict(extra="forbid"), **types)
    except (PydanticUserError, TypeError, NameError) as error:
        raise _no_form(error) from None
    return TypedFunction(call=function, config=config, fields=fields, takes_step=STEP in parameters)


def _hints(function: Callable[..., object], parameters: Mapping[str, inspect.Parameter]) -> dict[str, Any]:
    """Types by parameter, texts resolved. What `step` is annotated with need not exist: it may name our class."""
    written = {name: one.annotation for name, one in parameters.items() if one.annotation is not one.empty}
    written.pop(STEP, None)
    where = getattr(inspect.unwrap(function), "__globals__", None) or vars(sys.modules[function.__module__])
    return get_type_hints(SimpleNamespace(__annotations__=written), globalns=where, include_extras=True)


def _no_form(error: Exception) -> Unsupported:
    reason = str(error).splitlines()[0].split(". Set `")[0]
    return Unsupported(f"one of its types has no form ({reason}); use types that JSON can say")


def described(function: TypedFunction, name: str) -> dict[str, object]:
    """What the palette and forms show: title, text, icon, retry_safe, schema, example. Raises Unsupported."""
    said = _attribute(function.call)
    title = str(said.get("title") or _words(name))
    doc = inspect.getdoc(function.call) or ""
    schema = form(function, title)
    return {
        "title": title,
        "text": " ".join(doc.split("\n\n")[0].split())[:1000] or f"Calls {name}.",
        "icon": said.get("icon", "puzzle"),
        "retry_safe": said.get("retry_safe", False),
        "schema": schema,
        "example": said.get("example") or _example(schema),
    }


def form(function: TypedFunction, title: str) -> dict[str, object]:
    """JSON Schema of the config; every field may hold expressions, at any depth. Raises Unsupported."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # a default that JSON cannot say is left out of the form
            plain = function.config.model_json_schema()
    except (PydanticUserError, ValueError, TypeError) as error:
        raise _no_form(error) from None
    properties = {
        name: {"title": _words(name), **_opened(_whole(field, plain.get("$defs", {}), ())), "x-expression": True}
        for name, field in plain.get("properties", {}).items()
    }
    schema: dict[str, object] = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": title,
        "type": "object",
        "additionalProperties": False,
        "properties": properties,
    }
    if plain.get("required"):
        schema["required"] = plain["required"]
    return schema


def descriptions(doc: str) -> dict[str, str]:
    """What a docstring says about parameters: a block `Args:` with `name: text`, or lines `:param name: text`."""
    found: dict[str, str] = {}
    lines = doc.splitlines()
    current, block = "", None
    for at, line in enumerate(lines):
        if _ARGS.match(line):
            first = next((one for one in lines[at + 1 :] if one.strip()), "")
            block, current = len(first) - len(first.lstrip()), ""
        elif sphinx := _SPHINX.match(line.strip()):
            current = sphinx["name"]
            found[current] = sphinx["text"].strip()
        elif not line.strip() or (block is not None and not line.startswith(" ")):
            current, block = "", block if not line.strip() else None
        elif block and (google := _GOOGLE.match(line)) and len(google["indent"]) == block:
            current = google["name"]
            found[current] = google["text"].strip()
        elif current and line.startswith(" "):
            found[current] = f"{found[current]} {line.strip()}".strip()
    return found


def mistakes(error: ValidationError) -> str:
    """What does not fit, in one sentence; at most five places."""
    said = [
        f"{'.'.join(map(str, one['loc'])) or 'the config'}: {one['msg']}"
        for one in error.errors(include_url=False, include_context=False)[:5]
    ]
    return "; ".join(said)


def _words(name: str) -> str:
    return re.sub(r"[_.-]+", " ", name).strip().capitalize()


def _said(kind: Any) -> str | None:
    """The text of a `Doc("...")` inside Annotated; `Field(description=...)` is read by pydantic itself."""
    for extra in getattr(kind, "__metadata__", ()):
        said = getattr(extra, "documentation", None) or getattr(extra, "description", None)
        if isinstance(said, str):
            return said
    return None


def _attribute(function: object) -> dict[str, Any]:
    said = getattr(function, "runwright", {})
    if not isinstance(said, dict):
        raise Unsupported("its attribute `runwright` is no dict; write title, icon, retry_safe and example by name")
    for name, value in cast("dict[object, object]", said).items():
        wanted = _KNOWN.get(str(name))
        if wanted is None or not isinstance(value, wanted):
            known = ", ".join(f"{one} ({kind.__name__})" for one, kind in _KNOWN.items())
            raise Unsupported(f"its attribute `runwright` says {name}: {value!r}; it may hold {known}")
    return cast("dict[str, Any]", said)


def _whole(schema: Any, parts: Mapping[str, Any], above: tuple[str, ...]) -> Any:
    """The schema with what it refers to put in its place: it is shown inside others, where a reference would lead
    elsewhere. What contains itself may be anything at that point."""
    if isinstance(schema, list):
        return [_whole(item, parts, above) for item in cast("list[Any]", schema)]
    if not isinstance(schema, dict):
        return schema
    fields = {name: part for name, part in cast("dict[str, Any]", schema).items() if name != "discriminator"}
    name = str(fields.pop("$ref", "")).removeprefix("#/$defs/")
    whole = {word: _whole(part, parts, above) for word, part in fields.items()}
    if not name:
        return whole
    return whole if name in above else {**_whole(parts.get(name, {}), parts, (*above, name)), **whole}


def _opened(schema: object) -> dict[str, Any]:
    """A place of a value: what the schema says, or a text with an expression."""
    if not isinstance(schema, dict):
        return {}
    typed_schema = cast("dict[str, Any]", schema)
    inner = _inside(typed_schema)
    if _takes_any_text(typed_schema):
        return inner
    words = {word: inner.pop(word) for word in _WORDS if word in inner}
    return {**words, "anyOf": [inner, dict(EXPRESSION)]}


def _inside(schema: dict[str, Any]) -> dict[str, Any]:
    """The same schema with every place of a value below it opened."""
    changed = dict(schema)
    for word in ("properties", "patternProperties"):
        if isinstance(changed.get(word), dict):
            changed[word] = {name: _opened(part) for name, part in changed[word].items()}
    for word in ("items", "additionalProperties"):
        if isinstance(changed.get(word), dict):
            changed[word] = _opened(changed[word])
    if isinstance(changed.get("prefixItems"), list):
        changed["prefixItems"] = [_opened(part) for part in changed["prefixItems"]]
    for word in ("anyOf", "oneOf", "allOf"):
        if isinstance(changed.get(word), list):
            changed[word] = [_inside(part) for part in changed[word]]
    return changed


def _takes_any_text(schema: dict[str, Any]) -> bool:
    if _CONSTRAINTS & schema.keys():
        return False
    choices = schema.get("anyOf")
    if isinstance(choices, list):
        return any(map(_takes_any_text, cast("list[dict[str, Any]]", choices)))
    return "oneOf" not in schema and "allOf" not in schema and schema.get("type", "string") == "string"


def _example(schema: Mapping[str, object]) -> dict[str, object]:
    """A config to begin with: the required fields, each with an example of its own or an input of its name."""
    properties = cast("dict[str, dict[str, Any]]", schema["properties"])
    return {
        name: (properties[name].get("examples") or [f"${{inputs.{name}}}"])[0]
        for name in cast("list[str]", schema.get("required", []))
    }
