"""Generated documents are what the code says now, and every setting is explained in both languages."""

import subprocess
import sys
from dataclasses import fields
from pathlib import Path

import pytest

from interfaces.settings import Settings

ROOT = Path(__file__).resolve().parents[2]


def test_generated_documents_are_fresh() -> None:
    from interfaces.docs import render

    stale = [path for path, text in render().items() if (ROOT / path).read_text(encoding="utf-8") != text]
    assert stale == [], "write them anew with `make docs`"


def test_the_pages_types_are_those_of_the_servers_document(tmp_path: Path) -> None:
    from interfaces.docs import openapi

    document = tmp_path / "openapi.json"
    document.write_text(openapi(), encoding="utf-8")
    command = [sys.executable, "tools/setup.py", "npm", "ui", "generate:api", str(document), "--check"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, f"write them anew with `make docs`\n{done.stderr}"


@pytest.mark.parametrize("page", ["docs/deployment.md", "docs/deployment.zh-CN.md"])
def test_every_setting_stands_in_the_deployment_page(page: str) -> None:
    text = (ROOT / page).read_text(encoding="utf-8")
    assert [entry.name for entry in fields(Settings) if f"| `{entry.name}` |" not in text] == []


def test_every_decision_record_says_its_state_and_its_reason() -> None:
    records = sorted((ROOT / "docs" / "adr").glob("[0-9]*.md"))
    assert records
    for record in records:
        text = record.read_text(encoding="utf-8")
        missing = [head for head in ("## Context", "## Decision", "## Consequences") if head not in text]
        assert missing == [], record.name
