# ruff: noqa: E501 - tables of cases
"""What a query gives, and what it can't reach."""

import json
import threading
from pathlib import Path

import pytest

from infrastructure.nodes.sql_step import run
from infrastructure.workers.results import to_json
from infrastructure.workers.step import Step, StepPorts, StepRefused

ROWS = [
    {"a": 1, "b": "2012/01/01", "c": 1.5, "d": None, "e": {"x": 1}, "f": True},
    {"a": 2, "b": "x", "c": 2, "g": [1, 2]},
]


@pytest.fixture(autouse=True)
def scratch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working folder that a worker gives to each attempt."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def query(text: str, lines: list[str] | None = None, roots: tuple[str, ...] = (), **config: object):
    said = lines if lines is not None else []
    ports = StepPorts(log=lambda level, text: said.append(f"{level}: {text}"), progress=_nothing, attach=_nothing)
    step = Step(ports, execution_id="e", run=1, path="n", attempt=1, idempotency_key="k", file_roots=roots)
    return json.loads(to_json(run({"query": text, **config}, step)))


def _nothing(*arguments: object) -> None:
    """These queries say nothing else."""


def test_rows_of_objects_become_tables_with_types_from_their_values() -> None:
    result = query(
        "select typeof(a) a, typeof(b) b, typeof(c) c, typeof(e) e, typeof(f) f from t limit 1", tables={"t": ROWS}
    )
    assert result["rows"] == [{"a": "BIGINT", "b": "VARCHAR", "c": "DOUBLE", "e": "JSON", "f": "BOOLEAN"}]


def test_rows_come_out_as_they_went_in() -> None:
    result = query("select * from t", tables={"t": ROWS})
    assert result["rows"] == [{**dict.fromkeys("abcdefg"), **row} for row in ROWS]
    assert result["row_count"] == 2
    assert result["columns"][0] == {"name": "a", "type": "BIGINT"}


def test_every_type_has_its_json() -> None:
    result = query(
        "select 1.25::decimal(4,2) as decimal, date '2020-02-29' as date, timestamp '2020-01-01 10:00:00.5' as moment, "
        "timestamptz '2020-01-01 10:00:00+02' as zoned, time '10:00' as time, interval 90 second as span, "
        "'\\x01a'::blob as blob, [1, null] as list, {'k': date '2020-01-01'} as struct, map {'a': 1} as map, "
        "uuid '00000000-0000-0000-0000-000000000001' as uuid, 'nan'::double as nan, 5::hugeint as huge, null as nothing, "
        "'{\"j\": [1]}'::json as json, true as yes, 1 as twice, 2 as twice"
    )
    assert result["rows"] == [
        {
            "decimal": 1.25,
            "date": "2020-02-29",
            "moment": "2020-01-01T10:00:00.500000",
            "zoned": "2020-01-01T08:00:00Z",
            "time": "10:00:00",
            "span": 90.0,
            "blob": "AWE=",
            "list": [1, None],
            "struct": {"k": "2020-01-01"},
            "map": {"a": 1},
            "uuid": "00000000-0000-0000-0000-000000000001",
            "nan": None,
            "huge": 5,
            "nothing": None,
            "json": {"j": [1]},
            "yes": True,
            "twice": 1,
            "twice_1": 2,
        }
    ]


def test_values_that_became_null_are_counted_in_the_log() -> None:
    lines: list[str] = []
    query("select 'nan'::double, 1e308 * 10", lines)
    assert "warning: 2 values were NaN or infinite and became null" in lines


def test_parameters_files_and_several_statements_work_together(tmp_path: Path) -> None:
    (tmp_path / "w.csv").write_text("day,rain\n2020-01-01,1.5\n2020-01-02,0\n")
    result = query(
        "create table wet as select * from w where rain > $least; select count(*) as n, min(day) as first from wet",
        files={"w": "w.csv"},
        params={"least": 1},
        roots=(str(tmp_path),),
    )
    assert result["rows"] == [{"n": 1, "first": "2020-01-01"}]


def test_the_output_of_one_query_is_a_table_of_the_next_though_it_is_empty() -> None:
    first = query("select 1 as a, 'x' as b where false")
    assert query("select count(*) as n, max(b) as b from t", tables={"t": first})["rows"] == [{"n": 0, "b": None}]


def test_one_row_that_an_expression_gave_as_itself_is_a_table() -> None:
    assert query("select a from t", tables={"t": {"a": 5}})["rows"] == [{"a": 5}]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("selec 1", "sql_error"),
        ("select nothing from t", "sql_error"),
        ("select 'a'::int", "sql_error"),
        ("", "sql_error"),
        ("select $missing", "sql_parameter_missing"),
        ("select 170141183460469231731687303715884105727::hugeint", "sql_integer_too_large"),
        ("select * from range(1000001)", "sql_too_many_rows"),
    ],
)
def test_queries_that_fail_say_why(text: str, code: str) -> None:
    with pytest.raises(StepRefused) as refused:
        query(text, tables={"t": ROWS})
    assert refused.value.code == code
    assert refused.value.advice


def test_an_error_in_the_query_points_at_its_place() -> None:
    with pytest.raises(StepRefused) as refused:
        query("select a,\n nothing\nfrom t", tables={"t": ROWS})
    assert "LINE 2" in refused.value.message
    assert "^" in refused.value.message
    assert refused.value.category == "validation"


@pytest.mark.parametrize(
    ("table", "code"),
    [([], "sql_table_empty"), ([1], "sql_table_rows"), (5, "sql_table_rows"), ([{"a": 1, "A": 2}], "sql_column_twice")],
)
def test_tables_that_are_none_are_refused(table: object, code: str) -> None:
    with pytest.raises(StepRefused) as refused:
        query("select 1", tables={"t": table})
    assert refused.value.code == code


REACHING_OUT = [
    "select * from read_csv('/etc/passwd')",
    "select * from read_text('/etc/passwd')",
    "select * from '/etc/hosts.csv'",
    "select * from glob('/*')",
    "attach '{folder}/x.db'",
    "copy (select 1) to '{folder}/out.csv'",
    "export database '{folder}/out'",
    "install httpfs",
    "load httpfs",
    "select * from 'https://127.0.0.1:1/x.parquet'",
    "set enable_external_access = true",
    "reset lock_configuration",
    "set memory_limit = '1TB'",
    "select getenv('HOME')",
    "select * from config",
    "create secret (type s3)",
]


@pytest.mark.parametrize("text", REACHING_OUT)
def test_a_query_reaches_nothing_but_its_tables(text: str, tmp_path_factory: pytest.TempPathFactory) -> None:
    outside = tmp_path_factory.mktemp("outside")
    config = {"rows": "python variables are no tables"}
    with pytest.raises(StepRefused):
        query(text.format(folder=outside))
    assert list(outside.iterdir()) == []
    assert config


def test_nothing_of_a_query_stays_behind(tmp_path: Path) -> None:
    query("select * from t", tables={"t": ROWS})
    assert [path for path in tmp_path.iterdir() if path.suffix == ".ndjson"] == []
    assert threading.active_count() == 1
