"""What validation asks about configs: JSON Schema of the kind, its own check, its expressions."""

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import replace
from typing import Any, cast

import msgspec
from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError
from referencing.exceptions import Unresolvable

from application.ports import Expressions, NodeKinds
from domain.errors import Problem
from infrastructure.nodes.schemas import TooMuchWork, compiled, problems_of_schema, validator_of, work_for


def _token(text: object) -> str:
    return str(text).replace("~", "~0").replace("/", "~1")


def _pointer(error: ValidationError) -> str:
    return "".join(f"/{_token(part)}" for part in error.absolute_path)


def schema_problems(validator: Draft202012Validator, value: object, code: str, advice: str) -> list[Problem]:
    """Every violation, each at its place, at most 100."""
    found: list[Problem] = []
    try:
        with work_for(value):
            for error in cast("Any", validator).iter_errors(value):
                found += _violations(error, code, advice)
                if len(found) >= 100:
                    return found[:100]
    except (TooMuchWork, Unresolvable, RecursionError) as error:
        found.append(
            Problem(code="bad_schema", message=f"The schema can't be applied: {error}", advice="Mend the schema.")
        )
    return found


def _violations(error: ValidationError, code: str, advice: str) -> list[Problem]:
    """One violation; of fields that do not belong there, one at each field, where a person will look for it."""
    rule, base = str(error.validator), _pointer(error)
    given, wanted = cast("object", error.instance), cast("object", error.validator_value)
    plain = rule == "additionalProperties" and wanted is False and "patternProperties" not in cast("Any", error.schema)
    if plain and isinstance(given, dict):
        known: Mapping[str, object] = cast("Any", error.schema).get("properties", {})
        strange = [str(name) for name in cast("dict[str, object]", given) if name not in known]
        choice = f" Known fields: {', '.join(sorted(known))}." if known else ""
        return [
            Problem(
                code=code, message=f"{name} is no field here.{choice}", advice=advice,
                pointer=f"{base}/{_token(name)}", params={"rule": rule, "field": name},
            )
            for name in strange
        ]  # fmt: skip
    params: dict[str, str | int | float] = {"rule": rule}
    if rule == "required" and isinstance(wanted, list):
        # The library tells one missing field at a time, and its name only inside the sentence.
        params["field"] = next(
            (str(name) for name in cast("list[object]", wanted) if str(error.message).startswith(repr(name))), ""
        )
    elif isinstance(wanted, int | float | str) and not isinstance(wanted, bool):
        params["wanted"] = wanted
    elif isinstance(wanted, list):
        params["wanted"] = ", ".join(str(item) for item in cast("list[object]", wanted))[:200]
    return [Problem(code=code, message=str(error.message)[:500], advice=advice, pointer=base, params=params)]


class DefinitionCheck:
    """ConfigCheck of the domain over the service's kinds and expressions."""

    def __init__(self, kinds: NodeKinds, expressions: Expressions) -> None:
        self._kinds, self._expressions = kinds, expressions
        self._validators: dict[str, Draft202012Validator] = {}

    def kind(self, name: str) -> str:
        """known or unknown."""
        return "unknown" if self._kinds.get(name) is None else "known"

    def config(
        self, kind: str, config: Mapping[str, object], ancestors: AbstractSet[str], names: Sequence[str] = ()
    ) -> Sequence[Problem]:
        """Schema first; what the kind and the expressions say only about a config of the right shape."""
        known = self._kinds.get(kind)
        if known is None:
            return ()
        validator = self._validators.get(kind)
        if validator is None:
            validator = self._validators[kind] = validator_of(known.schema)
        found = schema_problems(validator, config, "bad_config", f"See the form of kind {kind}.")
        if found:
            return found
        found += known.check(config)
        properties = cast("Mapping[str, Mapping[str, object]]", known.schema.get("properties", {}))
        for name, value in config.items():
            if properties.get(name, {}).get("x-expression"):
                for problem in self._expressions.check(value, ancestors=ancestors, names=names):
                    found.append(replace(problem, pointer=f"/{_token(name)}{problem.pointer}"))
        return found

    def template(self, template: object, ancestors: AbstractSet[str], names: Sequence[str] = ()) -> Sequence[Problem]:
        """Problems of a template outside a config."""
        return self._expressions.check(template, ancestors=ancestors, names=names)

    def input_schema(self, schema: Mapping[str, object]) -> Sequence[Problem]:
        """Whether it is a JSON Schema that can be applied."""
        return problems_of_schema(schema)


class InputCheck:
    """Inputs of a run against the workflow's schema."""

    def complete(
        self, schema: Mapping[str, object], inputs: Mapping[str, object]
    ) -> tuple[dict[str, object], list[Problem]]:
        """The inputs with the schema's defaults put in, and every problem of the result."""
        completed = _filled(schema, {**inputs})
        validator, errors = compiled(msgspec.json.encode(schema, order="deterministic"))
        if errors:  # it became ready under earlier rules
            return completed, list(errors)
        return completed, schema_problems(
            validator, completed, "bad_input", "Give a value that fits the input's schema."
        )


def _filled(schema: Mapping[str, object], value: dict[str, object]) -> dict[str, object]:
    """The object with the defaults of its schema's properties, inner objects included."""
    properties = schema.get("properties")
    if not isinstance(properties, dict):
        return value
    filled = dict(value)
    for name, part in cast("dict[str, object]", properties).items():
        if not isinstance(part, dict):
            continue
        inner = cast("dict[str, object]", part)
        given = filled.get(name)
        if name not in filled and "default" in inner:
            filled[name] = inner["default"]
        elif isinstance(given, dict):
            filled[name] = _filled(inner, cast("dict[str, object]", given))
    return filled
