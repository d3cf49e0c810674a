"""A process of its own that imports one package and says what kind of node it gives: argv is `name module:function`.

The answer is a file in its working directory, so that nothing the package prints can be taken for it. It ends without
waiting for threads the package may have begun.
"""

import os
import sys
import traceback
from pathlib import Path

import msgspec

from infrastructure.nodes.function_step import load
from infrastructure.nodes.functions import Unsupported, described, typed

ANSWER = "answer.json"


def main() -> None:
    """Write {"kind": {...}} or {"failed": "..."} and end."""
    name, target = sys.argv[1:3]
    folder = Path.cwd()
    try:
        answer: dict[str, object] = {"kind": described(typed(load(target)), name)}
        content = msgspec.json.encode(answer)
    except Unsupported as error:
        content = msgspec.json.encode({"failed": str(error)})
    except BaseException as error:
        content = msgspec.json.encode({"failed": _why(error)})
    (folder / ANSWER).write_bytes(content)
    os._exit(0)


def _why(error: BaseException) -> str:
    """What was raised, and in which line."""
    try:
        text = f"{type(error).__name__}: {error}"[:500]
    except BaseException:
        text = type(error).__name__
    frames = traceback.extract_tb(error.__traceback__)
    last = next((frame for frame in reversed(frames) if not frame.filename.startswith("<frozen")), None)
    return text if last is None or last.filename == __file__ else f"{text} ({last.filename}, line {last.lineno})"


if __name__ == "__main__":
    main()
