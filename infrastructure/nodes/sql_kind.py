"""Kind `sql`: a query over rows of earlier steps and over files, by DuckDB."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import PurePosixPath
from typing import cast

from domain.errors import Problem
from infrastructure.nodes.files import problem_of_path
from infrastructure.nodes.kinds import Kind, files_field, problem

FILE_TYPES = (".csv", ".tsv", ".parquet", ".json", ".ndjson", ".jsonl")
"""Files a query can read, by the end of their name."""

SCHEMA: Mapping[str, object] = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "title": "SQL",
    "type": "object",
    "additionalProperties": False,
    "required": ["query"],
    "properties": {
        "query": {
            "type": "string",
            "title": "Query",
            "description": "One or more DuckDB statements; the rows of the last one are the output. "
            "It never holds ${...}: values come in by tables and params.",
            "x-key": "sql.query",
            "x-widget": "code",
            "x-language": "sql",
            "minLength": 1,
            "maxLength": 65536,
        },
        "tables": {
            "type": "object",
            "title": "Tables",
            "description": "Table name -> rows: a list of objects, usually an expression such as "
            "${steps.load.output.rows}.",
            "x-key": "sql.tables",
            "x-widget": "map",
            "x-expression": True,
            "maxProperties": 50,
            "propertyNames": {"pattern": "^[A-Za-z_][A-Za-z0-9_]{0,62}$"},
        },
        "params": {
            "type": "object",
            "title": "Parameters",
            "description": "Values for $name in the query. Values may hold ${...}.",
            "x-key": "sql.params",
            "x-widget": "map",
            "x-expression": True,
            "maxProperties": 100,
            "propertyNames": {"pattern": "^[A-Za-z_][A-Za-z0-9_]{0,62}$"},
        },
        "files": files_field(
            "Table name -> file (CSV, TSV, Parquet or JSON) below a files folder of the service.", "sql.files"
        ),
    },
}

EXAMPLE: Mapping[str, object] = {
    "tables": {"weather": "${steps.load.output.rows}"},
    "query": "select month, avg(temp_max) as warmest\nfrom weather\nwhere year = $year\ngroup by month\norder by month",
    "params": {"year": "${inputs.year}"},
}


def check(config: Mapping[str, object]) -> Sequence[Problem]:
    """File names that can't be read, names used twice, tables that are never rows."""
    return list(_problems(config))


def _problems(config: Mapping[str, object]) -> Iterator[Problem]:
    tables = _object(config.get("tables"))
    for name, rows in tables.items():
        if not isinstance(rows, list) and not (isinstance(rows, str) and "${" in rows):
            yield problem(
                "sql_table_rows",
                f"The table {name} is no list of rows.",
                "Give a list of objects, or an expression such as ${steps.load.output.rows}.",
                f"/tables/{name}",
                name=str(name),
            )
    for name, path in _object(config.get("files")).items():
        if name in tables:
            yield problem(
                "sql_table_twice", f"{name} is both a table and a file.", "Rename one of them.", f"/files/{name}",
                name=str(name),
            )  # fmt: skip
        if not isinstance(path, str):
            continue
        why = problem_of_path(path)
        if why is None and PurePosixPath(path).suffix.lower() not in FILE_TYPES:
            why = f"is of no type that can be read ({', '.join(FILE_TYPES)})"
        if why is not None:
            yield problem(
                "file_path",
                f"The file {path!r} {why}.",
                "Write a path relative to a files folder of the service, such as data/weather.csv.",
                f"/files/{name}",
                path=path,
            )


def _object(value: object) -> Mapping[str, object]:
    return cast(Mapping[str, object], value) if isinstance(value, Mapping) else {}


SQL = Kind(
    name="sql",
    title="SQL",
    text="Queries rows of earlier steps and files with DuckDB.",
    icon="database",
    schema=SCHEMA,
    example=EXAMPLE,
    checked_by=check,
)
