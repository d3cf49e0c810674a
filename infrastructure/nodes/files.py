"""Files that a node names: relative paths below folders that the service allows."""

from collections.abc import Mapping, Sequence
from pathlib import Path, PurePosixPath

from infrastructure.workers.step import StepRefused


def problem_of_path(path: str) -> str | None:
    """Why a path can't be one of a node's files, or None."""
    parts = PurePosixPath(path).parts
    if not path or "\0" in path or "\\" in path:
        return "is not a path"
    if path.startswith(("/", "~")):
        return "is absolute; it must be relative to a files folder of the service"
    if ".." in parts:
        return "leaves its folder with '..'"
    return None


def resolve_files(files: object, roots: Sequence[str]) -> dict[str, str]:
    """name -> absolute path of an existing file below a root, symbolic links followed first.

    Raises StepRefused for the first that is not there or lies outside.
    """
    found: dict[str, str] = {}
    if not isinstance(files, Mapping):
        return found
    for name, path in files.items():  # type: ignore[reportUnknownVariableType]  # JSON: checked below
        found[str(name)] = _resolve(str(path), roots)  # type: ignore[reportUnknownArgumentType]
    return found


def _resolve(path: str, roots: Sequence[str]) -> str:
    why = problem_of_path(path)
    if why is None:
        for root in roots:
            base = Path(root).resolve()
            candidate = (base / path).resolve()
            if candidate.is_relative_to(base) and candidate.is_file():
                return str(candidate)
        why = "is in none of the service's files folders"
    folders = ", ".join(roots) or "none is configured"
    raise StepRefused(
        "file_not_found",
        f"The file {path!r} {why}.",
        f"Put it into a files folder of the service ({folders}), or correct the path.",
        kind="FileNotFoundError",
        category="validation",
    )
