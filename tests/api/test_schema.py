"""schemathesis over the OpenAPI document of a real server, with all its checks.

Deterministic and bounded in examples; RUNWRIGHT_TEST_SEED and RUNWRIGHT_TEST_EXAMPLES ask for others and for more.
"""

import os
import re
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from tests.fixtures.api import Api, python, workflow
from tests.fixtures.server import RunningServer

SEED = os.environ.get("RUNWRIGHT_TEST_SEED", "20261125")
EXAMPLES = os.environ.get("RUNWRIGHT_TEST_EXAMPLES", "12")
# 503 view_behind is a right answer to a position nobody has reached; asking for one costs 2 s each, so the tests of
# commands do that. A name may stand in the definition instead of beside it, a retry names steps of one execution, and
# a cron text has a meaning, which JSON Schema does not say here. A stream of topics never ends.
CONFIG = """
[checks.not_a_server_error]
expected-statuses = ["2xx", "4xx", "503"]

[generation]
allow-x00 = false

[[operations]]
include-operation-id = "create_workflow"
checks.positive_data_acceptance.enabled = false

[[operations]]
include-operation-id = "import_workflow"
checks.positive_data_acceptance.enabled = false

[[operations]]
include-operation-id = "retry_execution"
checks.positive_data_acceptance.enabled = false

[[operations]]
include-operation-id = "preview_retry"
checks.positive_data_acceptance.enabled = false

[[operations]]
include-operation-id = "set_limits"
checks.positive_data_acceptance.enabled = false

[[operations]]
include-operation-id = "change_executions"
checks.positive_data_acceptance.enabled = false

[[operations]]
include-operation-id = "create_trigger"
checks.positive_data_acceptance.enabled = false

[[operations]]
include-operation-id = "change_trigger"
checks.positive_data_acceptance.enabled = false

[[operations]]
include-operation-id = "preview_trigger"
checks.positive_data_acceptance.enabled = false

[[operations]]
include-operation-id = "stream_topics"
enabled = false

[parameters]
"query.min_position" = 0
"""
KNOWN = """
"path.workflow_id" = "{workflow_id}"
"path.execution_id" = "{execution_id}"
"path.trigger_id" = "{trigger_id}"
"path.number" = "1"
"path.path" = "a"

[[operations]]
include-operation-id = "archive_workflow"
enabled = false

[[operations]]
include-operation-id = "remove_trigger"
enabled = false
"""


@pytest.mark.parametrize(
    ("what", "phases"),
    [
        ("ids that exist: bodies and parameters reach the bottom", "examples,coverage,fuzzing"),
        ("ids made by other operations, and none", "fuzzing,stateful"),
    ],
)
def test_no_answer_is_a_server_error_or_outside_its_schema(api: Api, tmp_path: Path, what: str, phases: str) -> None:
    config = CONFIG
    if what.startswith("ids that exist"):
        workflow_id = api.save(workflow("known", python("a", "def main():\n    return 1")))
        execution_id = api.run(workflow_id)
        api.finish(execution_id)
        hook = {"workflow_id": workflow_id, "kind": "webhook", "name": "hook"}
        trigger_id = api.post("/triggers", hook, 201)["id"]
        config += KNOWN.format(workflow_id=workflow_id, execution_id=execution_id, trigger_id=trigger_id)
    else:
        # Values are random here, and numbers of more than 64 bits are no values (SEMANTICS 10).
        config += "\n[checks.positive_data_acceptance]\nenabled = false\n"
    (tmp_path / "schemathesis.toml").write_text(config)
    print(f"seed {SEED}: {what}")
    done = subprocess.run(
        [
            Path(sys.executable).with_name("schemathesis"), "--config-file", "schemathesis.toml", "run",
            f"{api.url}/api/v1/openapi.json", "--seed", SEED, "--max-examples", EXAMPLES, "--phases", phases,
            "--request-timeout", "10", "--continue-on-failure", "--generation-database", "none",
            "--no-color",
        ],
        cwd=tmp_path, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=240,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-20_000:] + done.stderr[-2_000:]
    assert re.search(r"[1-9]\d\d generated, [1-9]\d\d+ passed|[1-9],?\d\d\d generated", done.stdout), (
        "it has really asked"
    )
    assert httpx.get(f"{api.url}/readyz").json()["status"] == "ready"


def test_the_server_said_nothing_of_unexpected_errors(api: Api, server: RunningServer) -> None:
    """Runs last in this file: after everything above, no request failed inside."""
    assert "Traceback" not in server.stderr.read_text()
