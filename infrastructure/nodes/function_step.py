"""Runs a node whose kind is a plain function of an installed package, inside a worker."""

import importlib
from collections.abc import Callable
from inspect import iscoroutine

import msgspec

from infrastructure.workers.step import Step, StepRefused

NOT_LOADED = "Run `runwright doctor` for the reason, mend or remove the package, and start the service again."
"""The way out where the package of a kind can't be used."""


def runner(target: str) -> Callable[[dict[str, object], Step], object]:
    """What a worker calls for a kind; `target` is `module:function`. The package is imported here, once for each
    worker, never in the server. Raises StepRefused when it can't be loaded."""
    # pydantic takes 60 ms and 15 MB, which only these kinds need.
    from pydantic import ValidationError  # noqa: PLC0415

    from infrastructure.nodes.functions import Unsupported, mistakes, typed  # noqa: PLC0415

    try:
        function = typed(load(target))
    except (Unsupported, ImportError, AttributeError) as error:
        raise StepRefused(
            "kind_not_loaded",
            f"The function {target} of this kind of node can't be loaded: {error}.",
            NOT_LOADED,
            kind=type(error).__name__,
            category="validation",
        ) from None

    def run(config: dict[str, object], step: Step) -> object:
        try:
            arguments = function.arguments(msgspec.json.encode(config))
        except ValidationError as error:
            raise StepRefused(
                "bad_config",
                f"The step's input does not fit the function: {mistakes(error)}.",
                "Look at what the expressions of the node gave (the step's input is shown in the run), and mend them.",
                kind="TypeError",
                category="validation",
            ) from None
        if function.takes_step:
            arguments["step"] = step
        result = function.call(**arguments)
        if iscoroutine(result):
            import asyncio  # noqa: PLC0415 - 4 MB that only asynchronous steps need

            return asyncio.run(result)
        return result

    return run


def load(target: str) -> object:
    """The thing that `module:name.name` names. Raises whatever the module raises, or AttributeError."""
    module, _, path = target.partition(":")
    found: object = importlib.import_module(module)
    for part in path.split("."):
        found = getattr(found, part)
    return found


def refuse(config: dict[str, object], step: Step) -> object:  # noqa: ARG001 - a runner
    """What runs in place of a kind that could not be loaded when the service was started."""
    raise StepRefused(
        "kind_not_loaded",
        "The package of this kind of node could not be loaded when the service was started.",
        NOT_LOADED,
        kind="NotLoaded",
        category="validation",
    )


def gone(kind: str) -> Callable[[dict[str, object], Step], object]:
    """What runs in place of a kind that the service has no more."""

    def run(config: dict[str, object], step: Step) -> object:  # noqa: ARG001 - a runner
        raise StepRefused(
            "kind_gone",
            f"This service has no kind of node {kind}; it was there when this version became ready.",
            "Install the package that gives this kind and start the service again, or put another node in its place.",
            kind="NotLoaded",
            category="validation",
        )

    return run
