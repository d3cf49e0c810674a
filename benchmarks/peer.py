"""The peers' own environment (.venv/bench-peer, made once) and their processes.

Peers are never dependencies of the product: they are installed beside it, in the versions named here.
"""

import os
import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from benchmarks.rig import ROOT, BenchmarkError, Server, process

ENVIRONMENT = ROOT / ".venv" / "bench-peer"
PYTHON = ENVIRONMENT / "bin" / "python"
APP = Path(__file__).parent / "peer_app"
PACKAGES = (
    "dbos>=3.4,<3.5",
    "eventsourcing[postgres]>=9.5.6,<9.6",
    "fastapi",
    "uvicorn",
    "uvloop",
    "httptools",
    "psycopg[binary]",
)


def ensure_environment() -> Path:
    """The peers' Python; installs what is missing. Raises BenchmarkError."""
    stamp = ENVIRONMENT / "packages"
    wanted = "\n".join(PACKAGES)
    if PYTHON.exists() and stamp.exists() and stamp.read_text() == wanted:
        return PYTHON
    print(f"installing the peers into {ENVIRONMENT.relative_to(ROOT)}", file=sys.stderr)
    try:
        subprocess.run([sys.executable, "-m", "venv", str(ENVIRONMENT)], check=True)
        subprocess.run([str(PYTHON), "-m", "pip", "install", "--quiet", *PACKAGES], check=True, timeout=600)
    except (subprocess.SubprocessError, OSError) as error:
        raise BenchmarkError(f"the peers could not be installed: {error}") from error
    stamp.write_text(wanted)
    return PYTHON


@contextmanager
def dbos(database_url: str, folder: Path) -> Generator[Server]:
    """The DBOS service on its own database."""
    command = [str(ensure_environment()), str(APP / "service.py"), sqlalchemy_url(database_url)]
    with process(command, dict(os.environ), folder / "dbos.log") as server:
        yield server


def sqlalchemy_url(url: str) -> str:
    """The same address with the driver's name in it."""
    return url.replace("postgresql://", "postgresql+psycopg://", 1)


class Library:
    """A process that saves by the eventsourcing library, so many threads at once."""

    def __init__(self, database_url: str, savers: int) -> None:
        self._process = subprocess.Popen(
            [str(ensure_environment()), str(APP / "library_save.py"), database_url, str(savers)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def save_for(self, seconds: float) -> float:
        """Saves a second. Raises BenchmarkError."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(f"{seconds}\n")
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        if not line:
            raise BenchmarkError("the library's process ended")
        return float(line)

    def close(self) -> None:
        """End it."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        self._process.wait(30)
        self._process.stdout.close()
