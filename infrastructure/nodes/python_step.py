"""Runs a `python` node inside a worker: its code, or a function of an installed module."""

import importlib
import sys
from collections.abc import Callable
from functools import lru_cache
from inspect import iscoroutine
from types import CodeType, FunctionType, ModuleType
from typing import cast

from infrastructure.nodes.files import resolve_files
from infrastructure.workers.step import Step, StepRefused

MODULE_NAME = "runwright_step"
"""The module that a node's code is executed as; dataclasses and pickle look it up by name."""


def run(config: dict[str, object], step: Step) -> object:
    """Call `main` with the arguments it is configured with; what it returns is the step's output."""
    arguments = dict(cast(dict[str, object], config.get("args") or {}))
    step.files = resolve_files(config.get("files"), step.file_roots)
    arguments.update(step.files)
    code = config.get("code")
    main = _load_code(code, f"<{step.path}>") if isinstance(code, str) else _load_callable(str(config["callable"]))
    if "step" not in arguments and _takes_step(main):
        arguments["step"] = step
    try:
        result = main(**arguments)
    except TypeError as error:
        if error.__traceback__ is not None and error.__traceback__.tb_next is None:
            raise _wrong_arguments(error) from None
        raise
    if iscoroutine(result):
        import asyncio  # noqa: PLC0415 - 4 MB that only asynchronous steps need

        return asyncio.run(result)
    return result


@lru_cache(maxsize=256)
def _compiled(code: str, filename: str) -> CodeType:
    return compile(code, filename, "exec", dont_inherit=True)


def _load_code(code: str, filename: str) -> Callable[..., object]:
    """Execute the code as a fresh module and give its `main`."""
    module = ModuleType(MODULE_NAME)
    sys.modules[MODULE_NAME] = module
    exec(_compiled(code, filename), module.__dict__)  # noqa: S102 - running people's code is the purpose
    main = module.__dict__.get("main")
    if not callable(main):
        raise StepRefused(
            "python_no_main",
            "The code defines no function named main.",
            "Add `def main(...):` with the names of `args` as parameters; what it returns is the output.",
        )
    return main


def _load_callable(name: str) -> Callable[..., object]:
    module_name, _, function = name.partition(":")
    found: object = importlib.import_module(module_name)
    for part in function.split("."):
        found = getattr(found, part, None)
    if not callable(found):
        raise StepRefused(
            "python_no_callable",
            f"The module {module_name} has no function {function}.",
            "Write `callable` as package.module:function, with a function that exists.",
            category="validation",
        )
    return found


def _takes_step(main: Callable[..., object]) -> bool:
    """Whether a parameter is named `step`. Read from the code object: `inspect` costs 30 µs a call."""
    if isinstance(main, FunctionType):
        code = main.__code__
        return "step" in code.co_varnames[: code.co_argcount + code.co_kwonlyargcount]
    from inspect import signature  # noqa: PLC0415 - only callables that are no plain functions

    try:
        return "step" in signature(main).parameters
    except ValueError:
        return False


def _wrong_arguments(error: TypeError) -> StepRefused:
    return StepRefused(
        "python_wrong_arguments",
        f"The node's args do not fit its function: {error}.",
        "Give each parameter of main a value in `args` (or a default in the code), and nothing else.",
        kind="TypeError",
        category="validation",
    )
