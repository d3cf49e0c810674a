"""What can be said about an expression without values: which steps it names, and what is wrong with it."""

from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from functools import lru_cache

from domain.errors import Problem, Severity
from infrastructure.expressions.jsonata import (
    BUILT_IN,
    REFUSED,
    Node,
    NotAnExpression,
    below,
    tree_of,
)
from infrastructure.expressions.plain import path_of
from infrastructure.expressions.templates import (
    MAX_EXPRESSION_BYTES,
    Expression,
    UnclosedExpression,
    parse,
    strings,
)

ROOTS = ("inputs", "steps", "execution")
"""What stands at the top of an expression's scope."""


@dataclass(frozen=True, kw_only=True)
class Analysis:
    """What an expression names. `steps`: ids of steps. `mistakes`: (code, sentence, way out, position)."""

    steps: frozenset[str] = frozenset()
    unknown_roots: tuple[str, ...] = ()
    mistakes: tuple[tuple[str, str, str], ...] = ()


@lru_cache(maxsize=4096)
def analyse(expression: str) -> Analysis:
    """Look through one expression. Never raises."""
    if len(expression.encode(errors="replace")) > MAX_EXPRESSION_BYTES:
        return _wrong(
            "expression_too_long",
            f"The expression is longer than {MAX_EXPRESSION_BYTES} bytes.",
            "Move the work into a python node.",
        )
    if "\0" in expression or not _is_text(expression):
        return _wrong(
            "expression_syntax",
            "The expression holds a NUL character or half of a surrogate pair.",
            "Remove that character.",
        )
    if not expression:
        return _wrong("expression_empty", "The expression is empty.", "Write something between ${ and }.")
    path = path_of(expression)
    if path is not None:
        return _of_path(path)
    try:
        tree = tree_of(expression)
        findings = _Findings()
        findings.visit(tree, at_root=True)
        return findings.result()
    except NotAnExpression as error:
        where = "" if error.position is None else f" at character {error.position}"
        return _wrong(
            "expression_syntax",
            f"The expression can't be read: {error.message}{where}.",
            "Correct it; expressions are JSONata (see the guide's page on expressions).",
        )
    except RecursionError:
        return _wrong("expression_syntax", "The expression is nested too deeply.", "Write it flatter.")


def problems_of(template: object, ancestors: AbstractSet[str], names: Sequence[str] = ()) -> list[Problem]:
    """Every problem of the expressions inside a JSON value; pointers are relative to it. `names` are seen too."""
    found: list[Problem] = []
    for pointer, text in strings(template):
        found += [one for one in _problems_of_text(text, pointer, ancestors) if one.params.get("name") not in names]
    return found


def references_of(template: object) -> frozenset[str]:
    """Ids of the steps that the expressions inside a value name."""
    found: set[str] = set()
    for expression in expressions_of(template):
        found |= analyse(expression.text).steps
    return frozenset(found)


def expressions_of(template: object) -> Iterator[Expression]:
    """Every expression inside a value. Strings that can't be cut have none (`problems_of` tells)."""
    for _, text in strings(template):
        if "${" in text:
            try:
                yield from parse(text).expressions
            except UnclosedExpression:
                continue


def _problems_of_text(text: str, pointer: str, ancestors: AbstractSet[str]) -> Iterator[Problem]:
    if "${" not in text:
        return
    try:
        template = parse(text)
    except UnclosedExpression as error:
        yield Problem(
            code="expression_unclosed",
            message=f"{str(error).capitalize()}.",
            advice="Close it with }, or write $${ for a literal ${.",
            pointer=pointer,
        )
        return
    for expression in template.expressions:
        analysis = analyse(expression.text)
        shown = expression.text[:80]
        for code, message, advice in analysis.mistakes:
            yield Problem(code=code, message=message, advice=advice, pointer=pointer, params={"expression": shown})
        for name in sorted(analysis.steps - ancestors):
            yield Problem(
                code="expression_not_an_ancestor",
                message=f"The expression reads steps.{name}, and no step {name} is sure to come before this one.",
                advice=f"Draw an edge (or a way of edges) from {name} to this node, or correct the name.",
                pointer=pointer,
                params={"expression": shown, "step": name},
            )
        for name in analysis.unknown_roots:
            yield Problem(
                code="expression_unknown_name",
                message=f"The expression reads {name}, which is always empty: it can see inputs, steps and execution.",
                advice=f"Write inputs.{name} for an input, or steps.<id>.output for what a step gave.",
                pointer=pointer,
                severity=Severity.WARNING,
                params={"expression": shown, "name": name},
            )


def _is_text(expression: str) -> bool:
    try:
        expression.encode()
    except UnicodeEncodeError:
        return False
    return True


def _wrong(code: str, message: str, advice: str) -> Analysis:
    return Analysis(mistakes=((code, message, advice),))


def _of_path(path: tuple[str, ...]) -> Analysis:
    if path[0] == "steps":
        return Analysis(steps=frozenset({path[1]})) if len(path) > 1 else _wrong(*_BARE_STEPS)
    return Analysis() if path[0] in ROOTS else Analysis(unknown_roots=(path[0],))


_BARE_STEPS = (
    "expression_steps_dynamic",
    "`steps` is not followed by the id of a step.",
    "Write steps.<id>.output with the id itself, so that it is known which values are needed.",
)
_WHOLE_SCOPE = (
    "expression_whole_scope",
    "The expression reads everything at once (`$$`, `$`, `*` or `**` at its top).",
    "Name what it needs: inputs.<name> or steps.<id>.output.",
)


@dataclass
class _Findings:
    """Collects while walking the tree. `at_root` says whether names are looked up in the whole scope."""

    steps: set[str] = field(default_factory=set[str])
    unknown_roots: list[str] = field(default_factory=list[str])
    used: set[str] = field(default_factory=set[str])
    assigned: set[str] = field(default_factory=set[str])
    mistakes: dict[tuple[str, str, str], None] = field(default_factory=dict[tuple[str, str, str], None])

    def result(self) -> Analysis:
        """Everything found."""
        for name in sorted(self.used & REFUSED):
            self._mistake(
                "expression_function_refused",
                f"${name} is not allowed: an evaluation must give the same result each time.",
                "Do this in a python node; its result is recorded.",
            )
        for name in sorted(self.used - self.assigned - BUILT_IN):
            self._mistake(
                "expression_unknown_variable",
                f"${name} is neither a built-in function nor assigned in the expression.",
                "Correct the name, or assign it first: ($name := ...; ...).",
            )
        return Analysis(
            steps=frozenset(self.steps),
            unknown_roots=tuple(dict.fromkeys(self.unknown_roots)),
            mistakes=tuple(self.mistakes),
        )

    def visit(self, node: Node, *, at_root: bool) -> None:
        """One node and everything below it."""
        kind = node.type
        if kind == "path":
            self._path(node, at_root=at_root)
            return
        if kind == "variable":
            self._variable(node, at_root=at_root)
        elif kind in ("wildcard", "descendant") and at_root:
            self._mistake(*_WHOLE_SCOPE)
        elif kind == "bind":
            self.assigned.add(str(node.lhs.value))
            self.visit(node.rhs, at_root=at_root)
            return
        elif kind == "lambda":
            self.assigned |= {str(argument.value) for argument in node.arguments}
            self.visit(node.body, at_root=at_root)
            return
        inside = {id(item) for part in ("predicate", "stages", "group") for item in _flat(getattr(node, part, None))}
        # The update and delete clauses of a transform see the matched object, its pattern the piped one.
        relative = inside if kind != "transform" else {id(item) for item in below(node)}
        for item in below(node):
            self.visit(item, at_root=at_root and id(item) not in relative)

    def _path(self, node: Node, *, at_root: bool) -> None:
        first, *rest = node.steps
        rooted = at_root
        if first.type == "variable" and (first.value == "$" or (first.value == "" and at_root)):
            if not rest or rest[0].type != "name" or first.predicate or first.stages:
                self._mistake(*_WHOLE_SCOPE)
            else:
                self._root_name(rest[0], rest[1:])
            self._parts(first)
        elif first.type == "name":
            if rooted:
                self._root_name(first, rest)
            self._parts(first)
        else:
            self.visit(first, at_root=rooted)
        self._bound_by(first)
        for step in rest:
            self._bound_by(step)
            if step.type == "name":
                self._parts(step)
            elif not (step.type == "variable" and step.value == ""):
                self.visit(step, at_root=False)
            else:
                self._parts(step)
        for item in _flat(node.group):
            self.visit(item, at_root=False)
        for item in _flat(node.predicate):
            self.visit(item, at_root=False)

    def _root_name(self, name: Node, rest: list[Node]) -> None:
        root = str(name.value)
        if root != "steps":
            if root not in ROOTS:
                self.unknown_roots.append(root)
        elif not rest or rest[0].type != "name" or name.predicate or name.stages:
            self._mistake(*_BARE_STEPS)
        else:
            self.steps.add(str(rest[0].value))

    def _variable(self, node: Node, *, at_root: bool) -> None:
        name = str(node.value)
        if name == "$" or (name == "" and at_root):
            self._mistake(*_WHOLE_SCOPE)
        elif name:
            self.used.add(name)

    def _parts(self, step: Node) -> None:
        """Predicates, stages and sort terms of a step see its items, not the scope."""
        for item in below(step):
            self.visit(item, at_root=False)

    def _bound_by(self, step: Node) -> None:
        """`@$v` and `#$i` assign variables."""
        for name in (step.focus, step.index, *(s.value for s in step.stages or () if s.type == "index")):
            if isinstance(name, str):
                self.assigned.add(name)

    def _mistake(self, code: str, message: str, advice: str) -> None:
        self.mistakes[code, message, advice] = None


def _flat(value: object) -> list[Node]:
    if value is None:
        return []
    if isinstance(value, list):
        return [node for item in value for node in _flat(item)]  # type: ignore[reportUnknownVariableType]  # the library's untyped tree
    return [value]
