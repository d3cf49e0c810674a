"""Measure speed against peers: `python -m benchmarks [SUBJECT ...] [--quick] [--json FILE]`.

Every subject prints its figures into one table. The exit code is 0 unless a benchmark could not run: on a shared
machine a missed target is something to read, not something to fail on.
"""

import argparse
import importlib
import json
import os
import platform
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import cast

from benchmarks.figures import Figure, table
from benchmarks.rig import Postgres, postgres

SUBJECTS = (
    "append",
    "start",
    "chain",
    "fanout",
    "burst",
    "writes",
    "logs",
    "printing",
    "memory",
    "streams",
    "scale",
    "rehydrate",
    "queue",
    "estimates",
    "load",
)
Measure = Callable[..., list[Figure]]


def main() -> int:
    """Run all subjects or those named; the exit code."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("subjects", nargs="*", metavar="SUBJECT", help=f"of {', '.join(SUBJECTS)}; all by default")
    parser.add_argument("--quick", action="store_true", help="fewer rounds: a look, not a figure to quote")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures there too")
    options = parser.parse_args()
    unknown = set(options.subjects) - set(SUBJECTS)
    if unknown:
        parser.error(f"there is no subject {', '.join(sorted(unknown))}; there are {', '.join(SUBJECTS)}")
    figures: list[Figure] = []
    failed: list[str] = []
    with postgres() as server:
        for subject in options.subjects or SUBJECTS:
            _run(subject, server, figures, failed, quick=bool(options.quick))
    print()
    print(table(figures))
    for line in failed:
        print(f"could not run: {line}")
    if options.json is not None:
        document = {
            "at": datetime.now(UTC).isoformat(timespec="seconds"),
            "machine": f"{os.cpu_count()} cores, {platform.system()} {platform.machine()}",
            "python": platform.python_version(),
            "figures": [figure.as_json() for figure in figures],
        }
        cast("Path", options.json).write_text(json.dumps(document, indent=2) + "\n")
    return 1 if failed else 0


def _run(subject: str, server: Postgres, figures: list[Figure], failed: list[str], *, quick: bool) -> None:
    began = time.monotonic()
    print(f"{subject} ...", file=sys.stderr, end="", flush=True)
    try:
        measure = cast("Measure", importlib.import_module(f"benchmarks.{subject}").measure)
        figures += measure(server, quick=quick)
        print(f" {time.monotonic() - began:.0f} s", file=sys.stderr)
    except Exception as error:  # the other subjects still run
        failed.append(f"{subject}: {type(error).__name__}: {error}")
        print(f" failed: {error}", file=sys.stderr)


if __name__ == "__main__":
    sys.exit(main())
