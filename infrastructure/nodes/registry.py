"""The kinds of node this service has."""

from collections.abc import Mapping, Sequence
from typing import Final

from application.egress import KeyVariable
from application.ports import NodeKind
from infrastructure.nodes.approval_kind import APPROVAL
from infrastructure.nodes.http_kind import HTTP
from infrastructure.nodes.kinds import Kind
from infrastructure.nodes.llm_kind import llm_kind
from infrastructure.nodes.map_kind import MAP
from infrastructure.nodes.python_kind import PYTHON
from infrastructure.nodes.shell_kind import SHELL, SHELL_OFF
from infrastructure.nodes.sql_kind import SQL
from infrastructure.nodes.wait_kind import WAIT
from infrastructure.nodes.workflow_kind import WORKFLOW

TRANSFORM = Kind(
    name="transform",
    title="Transform",
    text="Builds a value from inputs and outputs of earlier steps by an expression. Needs no worker.",
    icon="shuffle",
    runs_in="expressions",
    schema={
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Transform",
        "type": "object",
        "additionalProperties": False,
        "required": ["expression"],
        "properties": {
            "expression": {
                "title": "Expression",
                "description": "Any value; texts in it may hold ${...}. With its expressions replaced it is the "
                "step's output.",
                "x-key": "transform.expression",
                "x-widget": "json",
                "x-expression": True,
            }
        },
    },
    example={"expression": {"warm": "${steps.stats.output.rows[warmest > 25]}", "city": "${inputs.city}"}},
)


class Registry:
    """The NodeKinds port over a fixed set."""

    def __init__(self, kinds: Sequence[NodeKind]) -> None:
        self._kinds: Mapping[str, NodeKind] = {kind.name: kind for kind in kinds}

    def get(self, name: str) -> NodeKind | None:
        """The kind of that name, if there is one."""
        return self._kinds.get(name)

    def all(self) -> Sequence[NodeKind]:
        """Every kind, in the order of the palette."""
        return list(self._kinds.values())


def node_kinds(
    *, allow_shell: bool = False, key_variables: Sequence[KeyVariable] = (), more: Sequence[NodeKind] = ()
) -> Registry:
    """The kinds that come with the service, then `more`. What the settings do not allow is among them, and refuses."""
    shell = SHELL if allow_shell else SHELL_OFF
    return Registry(
        [PYTHON, SQL, TRANSFORM, HTTP, WAIT, APPROVAL, MAP, WORKFLOW, shell, llm_kind(key_variables), *more]
    )


OWN: Final = frozenset(kind.name for kind in node_kinds().all())
"""Names of kinds that no other package may give."""
