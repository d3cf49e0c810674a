"""Makes a checkout runnable: .venv with locked packages, this project in it (editable), the page built.

    python3 tools/setup.py            what `make setup` does; seconds when nothing has changed
    python3 tools/setup.py npm FOLDER SCRIPT [ARGUMENT...]    run an npm script with the right Node

Standard library only: it runs before anything is installed. Each part leaves a stamp with the hash of what it
was made from, and is skipped while that hash holds.
"""

import hashlib
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
STAMPS = VENV / "stamps"
OLDEST_PYTHON = (3, 11)
# --no-deps: a lock is complete, so there is nothing to resolve. With it, pip before 24 stops at a locked package that
# another one wants with an extra (`coverage[toml]`) as soon as a release newer than the locked one is on the index.
LOCKED = ("--require-hashes", "--no-deps", "-r")


def main(arguments: list[str]) -> int:
    if sys.version_info < OLDEST_PYTHON:
        sys.stderr.write("Runwright needs Python 3.11 or newer: call `make PYTHON=python3.12 ...` with one.\n")
        return 1
    if arguments[:1] == ["npm"]:
        page = _page()
        return page.run(ROOT / arguments[1], *arguments[2:])
    try:
        return _setup()
    except subprocess.CalledProcessError as error:
        command = error.cmd if isinstance(error.cmd, str) else " ".join(str(part) for part in error.cmd)
        sys.stderr.write(f"setup stopped: `{command}` failed; its message is above.\n")
        return 1


def _setup() -> int:
    if not PYTHON.exists():
        _say("making .venv")
        subprocess.run([sys.executable, "-m", "venv", str(VENV)], check=True)
    STAMPS.mkdir(exist_ok=True)
    requirements = ROOT / "requirements" / "dev.txt"
    if _changed("packages", [requirements]):
        _say("installing the locked Python packages")
        _pip(*LOCKED, str(requirements))
        _done("packages", [requirements])
    if _changed("project", [ROOT / "pyproject.toml"]) or not (VENV / "bin" / "runwright").exists():
        _say("installing this checkout")
        _pip("--no-deps", "--no-build-isolation", "-e", str(ROOT))
        _done("project", [ROOT / "pyproject.toml"])
    # From here on the environment's own Python goes on: it sees the Node package when that had to be installed.
    if Path(sys.prefix) != VENV:
        return subprocess.run([str(PYTHON), __file__], check=False).returncode
    return _setup_page()


def _setup_page() -> int:
    page = _page()
    if not page.node_on_path():
        locked = ROOT / "requirements" / "node.txt"
        if _changed("node", [locked]):
            _say("installing Node from its Python package")
            _pip(*LOCKED, str(locked))
            _done("node", [locked])
    for folder in (ROOT / "tools", ROOT / "ui"):
        lock = folder / "package-lock.json"
        name = f"npm-{folder.name}"
        if lock.exists() and (_changed(name, [lock]) or not (folder / "node_modules").exists()):
            _say(f"installing the locked npm packages of {folder.name}/")
            page.install(folder)
            _done(name, [lock])
    if (page.UI / "package.json").exists():
        sources = [
            file
            for file in sorted(page.UI.rglob("*"))
            if file.is_file() and not {"node_modules", "dist", "coverage"} & set(file.relative_to(page.UI).parts)
        ]
        if _changed("page", sources) or not (page.STATIC / "index.html").exists():
            _say("building the page")
            page.build()
            _done("page", sources)
    return 0


def _page():
    sys.path.insert(0, str(ROOT / "tools"))
    import page

    return page


def _pip(*arguments: str) -> None:
    # --no-input: a question would wait for ever where nobody sits.
    subprocess.run([str(PYTHON), "-m", "pip", "install", "--quiet", "--no-input", *arguments], check=True)


def _hash(files: Iterable[Path]) -> str:
    digest = hashlib.sha256(sys.version.encode())
    for file in files:
        digest.update(f"{file.relative_to(ROOT)}\0".encode())
        digest.update(file.read_bytes())
    return digest.hexdigest()


def _changed(name: str, files: Iterable[Path]) -> bool:
    stamp = STAMPS / name
    return not stamp.exists() or stamp.read_text() != _hash(files)


def _done(name: str, files: Iterable[Path]) -> None:
    (STAMPS / name).write_text(_hash(files))


def _say(text: str) -> None:
    sys.stdout.write(f"setup: {text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
