"""What no source may hold, and that the top-level names are ours."""

import ast
import importlib
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("domain", "application", "infrastructure", "interfaces")
BINARY = {".png", ".jpg", ".ico", ".woff2", ".parquet", ".gz"}
# Paths that only exist on somebody's machine.
MACHINE_PATH = re.compile(r"(?<![\w.])/(?:home|Users|work|root)/[\w.-]+")
INDEX_ADDRESS = re.compile(r"https?://(?:[\w.-]*pypi[\w.-]*|files\.pythonhosted\.org|registry\.npmjs\.org)")
SQL_METHODS = {"execute", "executemany", "copy", "stream", "fetch"}
LIBRARY_IN_DOMAIN = {"eventsourcing.domain", "eventsourcing.utils"}  # utils: the register of topics


def tracked_texts() -> Iterator[tuple[str, str]]:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True).stdout.decode()
    for name in filter(None, listed.split("\0")):
        path = ROOT / name
        if path.is_file() and path.suffix not in BINARY:
            yield name, path.read_text(encoding="utf-8", errors="replace")


def modules(*packages: str) -> Iterator[tuple[str, ast.Module]]:
    for package in packages:
        for path in sorted((ROOT / package).rglob("*.py")):
            yield str(path.relative_to(ROOT)), ast.parse(path.read_text(encoding="utf-8"))


@pytest.mark.parametrize("package", PACKAGES)
def test_the_package_names_are_this_checkout(package: str) -> None:
    found = importlib.import_module(package)
    assert found.__file__ is not None
    assert Path(found.__file__).resolve().is_relative_to(ROOT)


@pytest.mark.skipif(not (ROOT / ".git").exists(), reason="needs git's list of files")
def test_no_tracked_file_names_a_place_on_somebodys_machine_or_an_index() -> None:
    found = [
        f"{name}: {match[0]}"
        for name, text in tracked_texts()
        if name != "tests/architecture/test_sources.py"
        for match in (*MACHINE_PATH.finditer(text), *INDEX_ADDRESS.finditer(text))
    ]
    assert found == []


# DuckDB takes no parameters for names and column types; there they are quoted, and tested with hostile names.
QUOTES_NAMES = "infrastructure/nodes/sql_step.py"


def test_sql_is_never_built_from_strings() -> None:
    built = [
        f"{name}:{call.lineno}"
        for name, tree in modules(*PACKAGES)
        if name != QUOTES_NAMES
        for call in ast.walk(tree)
        if isinstance(call, ast.Call)
        and isinstance(call.func, ast.Attribute)
        and call.func.attr in SQL_METHODS
        and call.args
        and _is_built(call.args[0])
    ]
    assert built == []


def _is_built(argument: ast.expr) -> bool:
    """An f-string, a sum or a % of strings, or "...".format(...)."""
    return isinstance(argument, ast.JoinedStr | ast.BinOp) or (
        isinstance(argument, ast.Call)
        and isinstance(argument.func, ast.Attribute)
        and argument.func.attr == "format"
        and isinstance(argument.func.value, ast.Constant)
    )


def test_the_domain_knows_only_the_domain_part_of_the_event_library() -> None:
    strangers = [
        f"{name}: {module}"
        for name, tree in modules("domain")
        for module in _imported(tree)
        if module.split(".")[0] == "eventsourcing" and module not in LIBRARY_IN_DOMAIN
    ]
    assert strangers == []


def test_the_domain_has_no_coroutine() -> None:
    found = [
        f"{name}:{node.lineno}"
        for name, tree in modules("domain")
        for node in ast.walk(tree)
        if isinstance(node, ast.AsyncFunctionDef | ast.Await | ast.AsyncFor | ast.AsyncWith)
    ]
    assert found == []


def _imported(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module
