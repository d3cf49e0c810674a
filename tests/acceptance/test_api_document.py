"""docs/api.md keeps its word: its examples run as they stand, and its codes are the ones the service sends."""

import json
import re
import subprocess
from pathlib import Path

import pytest

from tests.fixtures.server import ROOT, RunningServer

DOCUMENTS = ("docs/api.md", "docs/api.zh-CN.md")
DERIVED = re.compile(r"(workflow|execution|step)_not_found|(workflow|execution)_is_\w+")


def blocks(document: str) -> str:
    """The indented blocks, as one shell script."""
    text = (ROOT / document).read_text(encoding="utf-8")
    return "\n".join(line[4:] for line in text.splitlines() if line.startswith("    "))


@pytest.mark.parametrize("document", DOCUMENTS)
def test_the_examples_run_as_they_stand(server: RunningServer, tmp_path: Path, document: str) -> None:
    # Each document's own key: a key is the same run for a day.
    script = blocks(document).replace("order-4711", f"order-{document}")
    done = subprocess.run(
        ["sh", "-eux", "-c", script],
        cwd=tmp_path, env={"RUNWRIGHT": server.url, "PATH": "/usr/local/bin:/usr/bin:/bin"},
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-2000:]
    assert '"result":{"text":"hello Ada"}' in done.stdout
    assert "event: end" in done.stdout
    saved = json.loads((tmp_path / "workflow.json").read_text())
    assert (saved["status"], saved["problems"]) == ("ready", [])
    refusals = [
        json.loads(found)
        for found in re.findall(r'\{"type":"urn:runwright:problem.*?"request_id":"[^"]*"\}', done.stdout)
    ]
    assert [refusal["status"] for refusal in refusals] == [409, 404]


def test_both_languages_show_the_same_examples() -> None:
    assert blocks(DOCUMENTS[0]) == blocks(DOCUMENTS[1])


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_code_in_the_table_is_one_the_service_sends(document: str) -> None:
    source = "".join(
        path.read_text(encoding="utf-8")
        for layer in ("domain", "application", "interfaces")
        for path in (ROOT / layer).rglob("*.py")
    )
    rows = [line for line in (ROOT / document).read_text(encoding="utf-8").splitlines() if re.match(r"\| \d", line)]
    codes = [code for row in rows for code in re.findall(r"`(\w+)`", row.split("|")[3])]
    assert len(codes) > 20
    assert [code for code in codes if f'"{code}"' not in source and not DERIVED.fullmatch(code)] == []
