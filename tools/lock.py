"""Writes requirements/*.txt: every package, for every platform, by version and hash.

The index is uv's own setting (UV_DEFAULT_INDEX) or the public one. pip's extra indexes and wheel folders of this
machine are left out on purpose: a lock must hold the hashes of the files that everybody gets.
"""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
COMMON = [
    "pip", "compile", "--quiet", "--universal", "--python-version", "3.11", "--generate-hashes", "--no-header",
    "--no-emit-index-url", "--no-emit-find-links", "--upgrade",
]  # fmt: skip
LOCKS = (
    ("requirements/run.txt", ["pyproject.toml"]),
    ("requirements/dev.txt", ["pyproject.toml", "--group", "dev", "--constraint", "requirements/run.txt"]),
    ("requirements/node.txt", ["requirements/node.in"]),
)

uv = Path(sys.executable).with_name("uv")
if not uv.exists():
    subprocess.run([sys.executable, "-m", "pip", "install", "--quiet", "uv"], check=True)
environment = {name: value for name, value in os.environ.items() if not name.startswith("PIP_")}
for target, sources in LOCKS:
    subprocess.run([str(uv), *COMMON, *sources, "--output-file", target], cwd=ROOT, env=environment, check=True)
