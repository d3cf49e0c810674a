"""Kind `python`: people's own code, or a function of an installed module."""

import ast
import re
import warnings
from collections.abc import Iterator, Mapping, Sequence
from typing import cast

from domain.errors import Problem
from infrastructure.nodes.files import problem_of_path
from infrastructure.nodes.kinds import Kind, files_field, problem

_CALLABLE = re.compile(r"[A-Za-z_]\w*(\.[A-Za-z_]\w*)*:[A-Za-z_]\w*(\.[A-Za-z_]\w*)*", re.ASCII)

SCHEMA: Mapping[str, object] = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "title": "Python",
    "type": "object",
    "additionalProperties": False,
    "properties": {
        "code": {
            "type": "string",
            "title": "Code",
            "description": "Defines a function main. What it returns is the step's output. A parameter named `step` "
            "gives progress, log lines and attachments.",
            "x-key": "python.code",
            "x-widget": "code",
            "x-language": "python",
            "minLength": 1,
            "maxLength": 262144,
        },
        "callable": {
            "type": "string",
            "title": "Function",
            "description": "Instead of code: a function of a module installed beside the service, "
            "as package.module:function.",
            "x-key": "python.callable",
            "maxLength": 400,
        },
        "args": {
            "type": "object",
            "title": "Arguments",
            "description": "A value for each parameter of the function. Values may hold ${...}.",
            "x-key": "python.args",
            "x-widget": "map",
            "x-expression": True,
            "maxProperties": 200,
            "propertyNames": {"pattern": "^[A-Za-z_][A-Za-z0-9_]*$"},
        },
        "files": files_field(
            "Files the code reads: each becomes an argument of that name with the file's absolute path.", "python.files"
        ),
    },
}

EXAMPLE: Mapping[str, object] = {
    "code": 'def main(city, step):\n    step.progress(0.5, f"looking at {city}")\n'
    '    print(f"hello {city}")\n    return {"city": city, "letters": len(city)}\n',
    "args": {"city": "${inputs.city}"},
}


def check(config: Mapping[str, object]) -> Sequence[Problem]:
    """Code that does not compile, has no main, or whose parameters do not fit the arguments."""
    code, function = config.get("code"), config.get("callable")
    problems = list(_file_problems(config))
    if (code is None) == (function is None):
        return [
            *problems,
            problem(
                "python_code_or_callable",
                "A python node needs either `code` or `callable`, and not both.",
                "Write code with a function main, or name a function as package.module:function.",
            ),
        ]
    if isinstance(function, str) and not _CALLABLE.fullmatch(function):
        problems.append(
            problem(
                "python_callable_syntax",
                f"{function!r} does not name a function.",
                "Write package.module:function.",
                "/callable",
                name=function,
            )
        )
    if isinstance(code, str):
        problems += _code_problems(code, config)
    return problems


def _file_problems(config: Mapping[str, object]) -> Iterator[Problem]:
    files = config.get("files")
    arguments = config.get("args")
    if not isinstance(files, Mapping):
        return
    for name, path in cast(Mapping[str, object], files).items():
        if isinstance(path, str) and (why := problem_of_path(path)) is not None:
            yield problem(
                "file_path",
                f"The file {path!r} {why}.",
                "Write a path relative to a files folder of the service, such as data/weather.csv.",
                f"/files/{name}",
                path=path,
            )
        if isinstance(arguments, Mapping) and name in arguments:
            yield problem(
                "python_argument_twice",
                f"{name} is given both in `args` and in `files`.",
                "Give one of them another name.",
                f"/files/{name}",
                name=str(name),
            )


def _code_problems(code: str, config: Mapping[str, object]) -> Iterator[Problem]:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(code)
            compile(tree, "<code>", "exec", dont_inherit=True)
    except SyntaxError as error:
        where = f" in line {error.lineno}" if error.lineno else ""
        yield problem(
            "python_syntax", f"The code does not compile: {error.msg}{where}.", "Correct that line.", "/code",
            reason=error.msg, **({"line": error.lineno} if error.lineno else {}),
        )  # fmt: skip
        return
    except (ValueError, RecursionError, MemoryError) as error:
        yield problem(
            "python_syntax",
            f"The code does not compile: {str(error) or 'it is nested too deeply'}.",
            "Write it in a simpler way.",
            "/code",
        )
        return
    main = _top_level_main(tree)
    if main is None:
        if not any(_binds_main(node) for node in ast.walk(tree)):
            yield problem(
                "python_no_main",
                "The code defines no function named main.",
                "Add `def main(...):`; what it returns is the step's output.",
                "/code",
            )
        return
    yield from _argument_problems(main, config)


def _top_level_main(tree: ast.Module) -> ast.FunctionDef | ast.AsyncFunctionDef | None:
    """The last definition of main, when it is a plain one whose parameters are known."""
    found: ast.FunctionDef | ast.AsyncFunctionDef | None = None
    for node in tree.body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name == "main":
            found = node
        elif found is not None and _binds_main(node):
            return None
    return found if found is None or not found.decorator_list else None


def _binds_main(node: ast.AST) -> bool:
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        return node.name == "main"
    if isinstance(node, ast.Import | ast.ImportFrom):
        return any(name.name == "*" or (name.asname or name.name) == "main" for name in node.names)
    if isinstance(node, ast.Name):
        return node.id == "main" and isinstance(node.ctx, ast.Store)
    return isinstance(node, ast.Assign) and any(_binds_main(target) for target in node.targets)


def _argument_problems(main: ast.FunctionDef | ast.AsyncFunctionDef, config: Mapping[str, object]) -> Iterator[Problem]:
    given = {str(name) for field in ("args", "files") for name in cast(Mapping[str, object], config.get(field) or {})}
    a = main.args
    by_name = [arg.arg for arg in (*a.args, *a.kwonlyargs)]
    if a.kwarg is None:
        for name in sorted(given - set(by_name)):
            yield problem(
                "python_unknown_argument",
                f"main has no parameter {name}.",
                f"Add the parameter {name} to main, or remove it from the node.",
                f"/args/{name}" if name in cast(Mapping[str, object], config.get("args") or {}) else f"/files/{name}",
                name=name,
            )
    required = a.args[: len(a.args) - len(a.defaults)] if len(a.defaults) < len(a.args) else []
    needed = [arg.arg for arg in (*a.posonlyargs, *required)]
    needed += [arg.arg for arg, default in zip(a.kwonlyargs, a.kw_defaults, strict=True) if default is None]
    for name in needed:
        if name != "step" and name not in given:
            yield problem(
                "python_missing_argument",
                f"main needs a value for its parameter {name}.",
                f"Add {name} to the node's arguments, or give the parameter a default.",
                "/args",
                name=name,
            )


PYTHON = Kind(
    name="python",
    title="Python",
    text="Runs Python code, or a function of an installed module.",
    icon="code",
    schema=SCHEMA,
    example=EXAMPLE,
    checked_by=check,
)
