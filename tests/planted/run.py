"""Shows that our checkers can turn red: each `*.patch` here plants one bug, and its command must find it.

    python tests/planted/run.py [NAME...]        all patches, or those whose name contains one of the words
    python tests/planted/run.py --after-green    all, in a tree whose checks and tests have just passed

A patch begins with lines of its own, before the diff:

    Bug: an edited migration is applied as if nothing had happened
    Red: pytest tests/integration/test_migrate.py -k edited

`Red:` is `pytest ARGUMENTS`, `npm FOLDER SCRIPT [ARGUMENTS]`, `lint-imports` or `pyright`. It runs in a copy of the
tree: first as the tree is (must be green; in `make test` it has just been), then with the patch (must be red). A
pytest command must go red by a failing test (exit code 1): one that finds no test or cannot even import has not found
the bug.

To plant a new one: make the bug in your checkout, `git diff > tests/planted/name.patch`, write the two lines on
top, take the bug out again.
"""

import os
import shlex
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PLANTED = ROOT / "tests" / "planted"
AT_ONCE = 2
AFTER_GREEN = "--after-green"
DEADLINE_S = 120
PLUGINS = ("-p", "asyncio", "-p", "hypothesispytest")
"""Only these: to load all that are installed took longer than most of the tests."""
# Installed or built things of the checkout which the copy uses as they are.
SHARED = (".venv", "ui/node_modules", "tools/node_modules", "interfaces/http/static")


@dataclass(frozen=True, kw_only=True)
class Planted:
    name: str
    bug: str
    command: str
    patch: Path


def main(words: list[str]) -> int:
    are_green = AFTER_GREEN in words
    words = [word for word in words if word != AFTER_GREEN]
    patches = [read(path) for path in sorted(PLANTED.glob("*.patch"))]
    chosen = [patch for patch in patches if not words or any(word in patch.name for word in words)]
    if not chosen:
        print(f"no patch is called {' or '.join(words)}" if words else "no patch is planted")
        return 1
    greens: dict[str, str] = {}
    lock = threading.Lock()

    def judge(planted: Planted) -> str | None:
        """Why this patch does not prove its checker; None when it does."""
        began = time.monotonic()
        with tempfile.TemporaryDirectory(prefix="runwright-planted-") as folder:
            copy = Path(folder)
            copy.chmod(0o711)  # PostgreSQL's account must be able to walk through
            copy_tree(copy)
            with lock:
                known = greens.get(planted.command)
            if known is None and not are_green:
                code, said = run(planted.command, copy)
                known = "" if code == 0 else f"is red without any bug:\n{said}"
                with lock:
                    greens[planted.command] = known
            if known:
                return known
            applied = subprocess.run(
                ["git", "apply", "--whitespace=nowarn", str(planted.patch)],
                cwd=copy,
                capture_output=True,
                text=True,
                check=False,
                env={**os.environ, "GIT_CEILING_DIRECTORIES": str(copy.parent)},
            )
            if applied.returncode != 0:
                return f"does not apply any more: {applied.stderr.strip()}"
            code, said = run(planted.command, copy)
        red = code == 1 if planted.command.startswith("pytest") else code != 0
        print(
            f"{'red, as it must be' if red else 'NOT RED'} ({time.monotonic() - began:.1f} s): {planted.name}",
            flush=True,
        )
        return None if red else f"exit code {code}; its command does not see the bug:\n{said}"

    with ThreadPoolExecutor(AT_ONCE) as pool:
        verdicts = list(pool.map(judge, chosen))
    bad = 0
    for planted, verdict in zip(chosen, verdicts, strict=True):
        if verdict is not None:
            bad += 1
            print(f"\n{planted.name} ({planted.bug}): `{planted.command}` {verdict}")
    print(f"{len(chosen) - bad} of {len(chosen)} planted bugs were found")
    return 1 if bad else 0


def read(path: Path) -> Planted:
    headers = dict(
        line.split(": ", 1)
        for line in path.read_text().split("\ndiff ", 1)[0].splitlines()
        if line.startswith(("Bug: ", "Red: "))
    )
    if set(headers) != {"Bug", "Red"}:
        raise SystemExit(f"{path.name} needs the lines `Bug: ...` and `Red: ...` on top")
    return Planted(name=path.stem, bug=headers["Bug"], command=headers["Red"], patch=path)


def copy_tree(copy: Path) -> None:
    """Every file git knows or would know, as it is now; shared folders as links."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        check=True,
    )
    for name in listed.stdout.decode().split("\0"):
        source = ROOT / name
        if name and source.is_file():
            (copy / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(source, copy / name)
    for name in SHARED:
        if (ROOT / name).exists():
            (copy / name).parent.mkdir(parents=True, exist_ok=True)
            (copy / name).symlink_to(ROOT / name)


def run(command: str, copy: Path) -> tuple[int, str]:
    """Exit code and the end of the output."""
    program, *arguments = shlex.split(command)
    python = str(ROOT / ".venv" / "bin" / "python")
    known = {
        "pytest": [python, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", *PLUGINS, *arguments],
        "npm": [python, "tools/setup.py", "npm", *arguments],
        "lint-imports": [str(ROOT / ".venv" / "bin" / "lint-imports"), "--no-cache", *arguments],
        "pyright": [python, "tools/setup.py", "npm", "tools", "pyright", *arguments],
    }
    if program not in known:
        raise SystemExit(f"{command}: begin with one of {', '.join(known)}")
    # The checkout is installed in .venv; the copy must come before it, in child processes of the tests too.
    environment = {**os.environ, "PYTHONPATH": str(copy), "PYTHONDONTWRITEBYTECODE": "1"}
    environment["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    try:
        done = subprocess.run(
            known[program],
            cwd=copy,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=DEADLINE_S,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return -1, f"still running after {DEADLINE_S} s"
    return done.returncode, "\n".join(done.stdout.decode(errors="replace").splitlines()[-25:])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
