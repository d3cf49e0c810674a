"""`pip install .` into an empty environment yields a working `runwright`, with its page when there is one."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The bin folder of a fresh environment with this tree installed, made from a copy as a clone would be."""
    folder = tmp_path_factory.mktemp("package")
    source = folder / "source"
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        check=True,
    )
    for name in filter(None, listed.stdout.decode().split("\0")):
        if (ROOT / name).is_file():
            (source / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, source / name)
    if (ROOT / "ui" / "node_modules").exists():  # spares the download, not the build
        (source / "ui" / "node_modules").symlink_to(ROOT / "ui" / "node_modules")
    subprocess.run([sys.executable, "-m", "venv", str(folder / "venv")], check=True)
    pip = [str(folder / "venv" / "bin" / "python"), "-m", "pip", "install", "--quiet", "--no-input"]
    done = subprocess.run(
        [*pip, str(source)], cwd=folder, capture_output=True, text=True, stdin=subprocess.DEVNULL, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return folder / "venv" / "bin"


def run(installed: Path, *arguments: str) -> "subprocess.CompletedProcess[str]":
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("RUNWRIGHT_", "PYTHON"))}
    return subprocess.run(
        [str(installed / arguments[0]), *arguments[1:]],
        cwd=installed.parent,
        env=clean,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_the_program_works_outside_the_checkout(installed: Path, data_folder: Path) -> None:
    said = run(installed, "runwright", "migrate", "--data-dir", str(data_folder / "state"))
    assert said.returncode == 0, said.stderr
    assert said.stdout.startswith("Applied 0001_")


def test_every_file_the_program_reads_is_there(installed: Path) -> None:
    said = run(installed, "python", "-c", "import interfaces; print(interfaces.__file__)")
    packages = Path(said.stdout.strip()).parents[1]
    assert packages.is_relative_to(installed.parent)
    for folder in ("domain", "application", "infrastructure", "interfaces"):
        wanted = {
            path.relative_to(ROOT)
            for path in (ROOT / folder).rglob("*")
            if path.is_file() and path.suffix in {".py", ".sql", ".typed"} and "static" not in path.parts
        }
        assert [str(path) for path in sorted(wanted) if not (packages / path).exists()] == []


def files_of(folder: Path) -> set[Path]:
    """All but what pip compiles."""
    return {
        path.relative_to(folder) for path in folder.rglob("*") if path.is_file() and path.parent.name != "__pycache__"
    }


def test_the_examples_come_along(installed: Path) -> None:
    said = run(installed, "python", "-c", "import infrastructure.nodes as n; print(n.__file__)")
    packed = Path(said.stdout.strip()).parent / "_examples"
    wanted = files_of(ROOT / "examples")
    assert wanted
    assert files_of(packed) == wanted


@pytest.mark.skipif(not (ROOT / "ui" / "package.json").exists(), reason="this tree has no page")
def test_the_page_is_built_into_the_package(installed: Path) -> None:
    said = run(installed, "runwright", "doctor")
    assert "ok   page: built" in said.stdout
