"""Generated documents are what the code says now, and every setting is explained in both languages."""

from dataclasses import fields
from pathlib import Path

import pytest

from interfaces.settings import Settings

ROOT = Path(__file__).resolve().parents[2]


def test_generated_documents_are_fresh() -> None:
    from interfaces.docs import render

    stale = [path for path, text in render().items() if (ROOT / path).read_text(encoding="utf-8") != text]
    assert stale == [], "write them anew with `make docs`"


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
