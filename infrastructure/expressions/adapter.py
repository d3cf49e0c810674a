"""The Expressions port: plain paths here, everything else in the expression worker."""

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from pathlib import Path
from tempfile import mkdtemp
from typing import cast

import msgspec

from application.ports import ExpressionFailed, Scope
from domain.errors import Problem
from domain.values import JsonText
from infrastructure.expressions.analysis import analyse, expressions_of, problems_of, references_of
from infrastructure.expressions.evaluator import Question
from infrastructure.expressions.plain import path_of, walk
from infrastructure.expressions.process import TIME_LIMIT_S, EvaluationOverdue, ExpressionProcess
from infrastructure.expressions.templates import UnclosedExpression, parse, strings
from infrastructure.workers.spawning import Zygote


class PythonExpressions:
    """JSONata templates.

    `zygote` starts the expression worker (the executor's can be shared: `LocalExecutor.zygote`); without one a
    separate one is started with the first expression that is not plain. `time_limit_s` bounds one evaluation.
    """

    def __init__(self, zygote: Zygote | None = None, *, time_limit_s: float = TIME_LIMIT_S) -> None:
        self._time_limit_s = time_limit_s
        self._own_zygote = zygote is None
        self._zygote = zygote
        self._process: ExpressionProcess | None = None

    def check(self, template: object, *, ancestors: AbstractSet[str], names: Sequence[str] = ()) -> Sequence[Problem]:
        """Every problem of the expressions inside a JSON value."""
        return problems_of(template, ancestors, names)

    def is_plain(self, template: object) -> bool:
        """Whether no expression inside needs the expression worker."""
        return all(path_of(expression.text) is not None for expression in expressions_of(template))

    def references(self, template: object) -> frozenset[str]:
        """Ids of the steps whose values the expressions name."""
        return references_of(template)

    def resolve_plain(self, template: object, scope: Scope) -> JsonText:
        """Put the values in. Raises ValueError when an expression is not plain."""
        if not self.is_plain(template):
            raise ValueError("the template holds an expression that is no plain path")
        return JsonText(_fill(template, scope, {}))

    async def resolve(self, template: object, scope: Scope) -> JsonText:
        """Put the values in; expressions that are not plain are evaluated in the worker first."""
        texts = [expression.text for expression in expressions_of(template) if path_of(expression.text) is None]
        results = await self._evaluate(list(dict.fromkeys(texts)), scope, as_truth=False) if texts else {}
        return JsonText(_fill(template, scope, results))

    def constant(self, template: object) -> JsonText | None:
        """The JSON of a template that holds no expression; None when it holds one."""
        is_one = not any("${" in text for _, text in strings(template))
        return JsonText(msgspec.json.encode(template)) if is_one else None

    def truth_plain(self, template: str, scope: Scope) -> bool:
        """A condition that is a plain path, in process. Raises ValueError when it is not plain."""
        sole = _parsed(template).sole
        path = path_of(sole.text if sole is not None else template)
        if path is None:
            raise ValueError(f"{template} is no plain path")
        value = walk(path, scope)
        return value is not None and _truth_of(msgspec.json.decode(value))

    async def truth(self, template: str, scope: Scope) -> bool:
        """An edge's condition: `${...}`, or the bare expression."""
        sole = _parsed(template).sole
        text = sole.text if sole is not None else template
        if path_of(text) is not None:
            return self.truth_plain(template, scope)
        return (await self._evaluate([text], scope, as_truth=True))[text] == b"true"

    async def close(self) -> None:
        """End the expression worker, and the zygote when it is our own."""
        if self._process is not None:
            await self._process.close()
            self._process = None
        if self._own_zygote and self._zygote is not None:
            folder = self._zygote.folder
            await self._zygote.close()
            self._zygote = None
            folder.rmdir()

    async def _evaluate(self, texts: list[str], scope: Scope, *, as_truth: bool) -> dict[str, bytes]:
        needed: set[str] = set()
        for text in texts:
            analysis = analyse(text)
            if analysis.mistakes:
                raise ExpressionFailed(text, analysis.mistakes[0][1])
            needed |= analysis.steps
        question = Question(
            expressions=texts,
            inputs=scope.inputs,
            steps={name: scope.steps[name] for name in needed if name in scope.steps},
            execution=scope.execution,
            now_ms=int(scope.now.timestamp() * 1000),
            as_truth=as_truth,
            extra=dict(scope.extra),
        )
        if self._process is None:
            if self._zygote is None:
                self._zygote = Zygote(Path(mkdtemp(prefix="runwright-expressions-")))
            self._process = ExpressionProcess(self._zygote, self._time_limit_s)
        try:
            answer = await self._process.ask(question)
        except EvaluationOverdue as error:
            raise ExpressionFailed(texts[0], str(error)) from None
        if answer.failed is not None:
            raise ExpressionFailed(answer.failed, f"The expression failed: {answer.message}.")
        return dict(zip(texts, answer.results, strict=True))


def _parsed(template: str):
    try:
        return parse(template)
    except UnclosedExpression as error:
        raise ExpressionFailed(template, f"{str(error).capitalize()}.") from None


def _fill(template: object, scope: Scope, results: Mapping[str, bytes]) -> bytes:
    """The template as JSON with its expressions replaced."""
    if isinstance(template, str):
        return _fill_text(template, scope, results)
    if not any("${" in text for _, text in strings(template)):
        return msgspec.json.encode(template)
    if isinstance(template, Mapping):
        fields = [
            msgspec.json.encode(key) + b":" + _fill(value, scope, results)
            for key, value in cast(Mapping[str, object], template).items()
        ]
        return b"{" + b",".join(fields) + b"}"
    items = [_fill(item, scope, results) for item in cast(Sequence[object], template)]
    return b"[" + b",".join(items) + b"]"


def _fill_text(text: str, scope: Scope, results: Mapping[str, bytes]) -> bytes:
    if "${" not in text:
        return msgspec.json.encode(text)
    template = _parsed(text)
    if template.sole is not None:
        value = _value_of(template.sole.text, scope, results)
        return b"null" if value is None else value
    shown: list[str] = []
    for part in template.parts:
        if isinstance(part, str):
            shown.append(part)
            continue
        value = _value_of(part.text, scope, results)
        if value is not None and value != b"null":
            shown.append(msgspec.json.decode(value, type=str) if value[:1] == b'"' else value.decode())
    return msgspec.json.encode("".join(shown))


def _value_of(expression: str, scope: Scope, results: Mapping[str, bytes]) -> bytes | None:
    path = path_of(expression)
    return walk(path, scope) if path is not None else results[expression]


def _truth_of(value: object) -> bool:
    """JSONata's boolean rule: empty text, 0, null, empty object, and lists without a true item are false."""
    if isinstance(value, list):
        return any(_truth_of(item) for item in cast(list[object], value))
    return bool(value)
