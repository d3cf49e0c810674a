"""Runs a `sql` node inside a worker: DuckDB in memory, shut off from files and network but for what the
node names.

Values become JSON like this: dates and times ISO 8601 text (with time zone: UTC); decimals numbers; intervals
seconds; BLOBs base64 text; UUIDs and enums text; STRUCT and MAP objects; NaN and infinity null, counted in a
warning; integers beyond 64 bits are refused.
"""

import base64
import datetime as dt
import math
import os
import threading
import time
from collections.abc import Callable, Mapping
from decimal import Decimal
from pathlib import PurePath
from typing import Any, cast
from uuid import UUID

import duckdb
import msgspec

from infrastructure.nodes.files import resolve_files
from infrastructure.workers.step import Step, StepRefused

MAX_ROWS = 1_000_000
_READERS = {
    ".csv": "read_csv",
    ".tsv": "read_csv",
    ".parquet": "read_parquet",
    ".json": "read_json",
    ".ndjson": "read_json",
    ".jsonl": "read_json",
}
_SETTINGS = {
    "memory_limit": "2GB",
    "threads": str(min(4, os.cpu_count() or 1)),
    "autoinstall_known_extensions": "false",
    "autoload_known_extensions": "false",
    "allow_community_extensions": "false",
    "python_enable_replacements": "false",  # else a query could read our Python variables
    "preserve_insertion_order": "true",
}
_ZONED = "TIMESTAMP WITH TIME ZONE"
_SEAL = ("SET enable_external_access = false", "SET lock_configuration = true")


def run(config: dict[str, object], step: Step) -> object:
    """Load tables and files, run the statements, give the rows of the last one.

    Returns {columns: [{name, type}], rows: [objects], row_count}.
    """
    tables = cast(dict[str, object], config.get("tables") or {})
    files = resolve_files(config.get("files"), step.file_roots)
    params = cast(dict[str, object], config.get("params") or {})
    connection = duckdb.connect(":memory:", config={**_SETTINGS, "temp_directory": os.getcwd()})

    def work() -> object:
        for name, path in files.items():
            _load_file(connection, name, path)
        for name, rows in tables.items():
            _load_rows(connection, name, rows)
        for statement in _SEAL:
            connection.execute(statement)
        return _query(connection, str(config["query"]), params, step)

    try:
        return _interruptible(work, connection.interrupt)
    except duckdb.Error as error:
        raise _refused(error) from None
    finally:
        connection.close()


def _interruptible(work: Callable[[], object], interrupt: Callable[[], None]) -> object:
    """Do the work in a thread and wait for it here, where an order to end arrives at once.

    DuckDB does not look for signals while it computes; it does obey `interrupt`.
    """
    outcome: list[object] = []
    failure: list[BaseException] = []

    def target() -> None:
        try:
            outcome.append(work())
        except BaseException as error:
            failure.append(error)

    thread = threading.Thread(target=target, name="query")
    thread.start()
    try:
        thread.join()
    except BaseException:
        while thread.is_alive():
            interrupt()
            thread.join(0.02)
        raise
    if failure:
        raise failure[0]
    return outcome[0]


def _query(connection: duckdb.DuckDBPyConnection, query: str, params: Mapping[str, object], step: Step) -> object:
    statements: list[Any] = list(connection.extract_statements(query))
    if not statements:
        raise StepRefused("sql_error", "The query is empty.", "Write a select.", category="validation")
    unused = set(params)
    started = time.perf_counter()
    for statement in statements:
        names = cast(set[str], statement.named_parameters)
        unused -= names
        missing = sorted(names - params.keys())
        if missing:
            raise StepRefused(
                "sql_parameter_missing",
                f"The query uses ${missing[0]}, and the node gives no parameter of that name.",
                f"Add {missing[0]} to the node's params.",
                category="validation",
            )
        connection.execute(statement, {name: params[name] for name in names} or None)
    if unused:
        step.log(f"parameters that the query does not use: {', '.join(sorted(unused))}", "warning")
    described = cast(list[tuple[Any, ...]], connection.description or [])
    names = _distinct([str(column[0]) for column in described])
    types = [str(column[1]) for column in described]
    if _ZONED in types:
        _as_microseconds(connection, statements[-1], params, names, types)
    rows = cast(list[tuple[object, ...]], connection.fetchmany(MAX_ROWS + 1)) if described else []
    if len(rows) > MAX_ROWS:
        raise StepRefused(
            "sql_too_many_rows",
            f"The query gives more than {MAX_ROWS:,} rows.",
            "Aggregate in the query, or add a limit.",
            category="validation",
        )
    odd = _Odd()
    converters = [_converter(kind, odd) for kind in types]
    output = [
        {name: convert(value) for name, convert, value in zip(names, converters, row, strict=True)} for row in rows
    ]
    if odd.count:
        step.log(f"{odd.count} values were NaN or infinite and became null", "warning")
    counted = "1 row" if len(output) == 1 else f"{len(output):,} rows"
    step.log(f"{counted} in {(time.perf_counter() - started) * 1000:.0f} ms")
    columns = [{"name": name, "type": kind} for name, kind in zip(names, types, strict=True)]
    return {"columns": columns, "rows": output, "row_count": len(output)}


def _as_microseconds(
    connection: duckdb.DuckDBPyConnection,
    statement: Any,
    params: Mapping[str, object],
    names: list[str],
    types: list[str],
) -> None:
    """Run the last statement again with times of a zone as microseconds: DuckDB hands them to Python only with
    the package pytz, which is none of ours."""
    columns = ", ".join(
        f"epoch_us({_quoted(name)})" if kind == _ZONED else _quoted(name)
        for name, kind in zip(names, types, strict=True)
    )
    aliases = ", ".join(map(_quoted, names))
    inner = str(statement.query).strip().rstrip(";")
    connection.execute(
        f"SELECT {columns} FROM ({inner}) AS result({aliases})",  # noqa: S608 - quoted, and the query is theirs anyway
        {name: params[name] for name in cast(set[str], statement.named_parameters)} or None,
    )


# ── loading ──────────────────────────────────────────────────────────────────────────────────────


def _load_file(connection: duckdb.DuckDBPyConnection, name: str, path: str) -> None:
    reader = _READERS.get(PurePath(path).suffix.lower())
    if reader is None:
        raise StepRefused(
            "file_type",
            f"The file {PurePath(path).name} is of no type that a query can read.",
            f"Use one of {', '.join(_READERS)}.",
            category="validation",
        )
    connection.execute(f"CREATE TABLE {_quoted(name)} AS SELECT * FROM {reader}(?)", [path])  # noqa: S608 - quoted


def _load_rows(connection: duckdb.DuckDBPyConnection, name: str, value: object) -> None:
    """A table from a list of objects (or one object, or the whole output of another sql node).

    Column types: BOOLEAN, BIGINT, DOUBLE (also for integers beside decimals), VARCHAR, else JSON.
    """
    rows, declared = _rows_of(name, value)
    columns = _column_types(name, rows)
    for column, kind in declared.items():
        columns.setdefault(column, kind)
    if not columns:
        raise StepRefused(
            "sql_table_empty",
            f"The table {name} has no rows, so its columns are not known.",
            "Hand on the whole output of an sql node (it names its columns), or branch on the number of rows.",
            category="validation",
        )
    path = f"{len(name)}-{name}.ndjson"
    with open(path, "wb") as file:
        for row in rows:
            file.write(msgspec.json.encode(row) + b"\n")
    # An empty file has no format that could be found out; its columns are given either way.
    spec = "{" + ", ".join(f"{_literal(column)}: {_literal(kind)}" for column, kind in columns.items()) + "}"
    source = f"read_json(?, format = 'newline_delimited', columns = {spec}, maximum_object_size = 67108864)"
    connection.execute(f"CREATE TABLE {_quoted(name)} AS SELECT * FROM {source}", [path])  # noqa: S608 - quoted
    os.unlink(path)


def _rows_of(name: str, value: object) -> tuple[list[dict[str, object]], dict[str, str]]:
    declared: dict[str, str] = {}
    if isinstance(value, dict):
        whole = cast(dict[str, object], value)
        inner = whole.get("rows")
        if isinstance(inner, list) and isinstance(whole.get("columns"), list):
            declared = {str(c["name"]): str(c["type"]) for c in cast(list[dict[str, object]], whole["columns"])}
            value = cast(object, inner)
        else:
            value = [whole]  # an expression that matches one row gives the row itself
    if not isinstance(value, list) or not all(isinstance(row, dict) for row in cast(list[object], value)):
        raise StepRefused(
            "sql_table_rows",
            f"The table {name} is no list of rows (objects).",
            "Give a list of objects, such as ${steps.load.output.rows}.",
            category="validation",
        )
    return cast(list[dict[str, object]], value), declared


def _column_types(name: str, rows: list[dict[str, object]]) -> dict[str, str]:
    seen: dict[str, set[type]] = {}
    for row in rows:
        for column, value in row.items():
            kinds = seen.get(column)
            if kinds is None:
                kinds = seen[column] = set()
            if value is not None:
                kinds.add(type(value))
    if len({column.lower() for column in seen}) != len(seen):
        raise StepRefused(
            "sql_column_twice",
            f"The rows of {name} have two columns whose names differ only in upper and lower case.",
            "Rename one of them in the step before.",
            category="validation",
        )
    return {column: _column_type(kinds) for column, kinds in seen.items()}


def _column_type(kinds: set[type]) -> str:
    if kinds == {bool}:
        return "BOOLEAN"
    if kinds == {int}:
        return "BIGINT"
    if kinds and kinds <= {int, float}:
        return "DOUBLE"
    return "VARCHAR" if kinds <= {str} else "JSON"


# ── values ───────────────────────────────────────────────────────────────────────────────────────


class _Odd:
    """How many numbers JSON can't hold were met."""

    count = 0


def _converter(kind: str, odd: _Odd) -> Callable[[object], object]:
    """What turns a value of a column into JSON; the common types cost no call per level."""
    if kind == "JSON":
        return lambda value: None if value is None else msgspec.json.decode(cast(str, value))
    if kind == _ZONED:
        return _moment
    return lambda value: _json(value, odd)


def _moment(value: object) -> object:
    """Microseconds since 1970 as an ISO time in UTC; what Python's calendar can't hold is null."""
    if not isinstance(value, int):
        return None
    try:
        moment = dt.datetime(1970, 1, 1, tzinfo=dt.UTC) + dt.timedelta(microseconds=value)
    except OverflowError:
        return None
    return moment.isoformat().replace("+00:00", "Z")


def _json(value: object, odd: _Odd) -> object:
    kind = type(value)
    if value is None or kind is str or kind is bool:
        return value
    if isinstance(value, int):
        if -(2**63) <= value < 2**63:
            return value
        raise StepRefused(
            "sql_integer_too_large",
            f"The integer {value} does not fit 64 bits.",
            "Cast it in the query: value::varchar keeps every digit, value::double rounds.",
        )
    if isinstance(value, float | Decimal):
        number = float(value)
        if math.isfinite(number):
            return number
        odd.count += 1
        return None
    if isinstance(value, dt.datetime):
        if value.tzinfo is not None:
            return value.astimezone(dt.UTC).isoformat().replace("+00:00", "Z")
        return value.isoformat()
    if isinstance(value, dt.date | dt.time):
        return value.isoformat()
    if isinstance(value, dt.timedelta):
        return value.total_seconds()
    if isinstance(value, UUID):
        return str(value)
    if isinstance(value, bytes | bytearray):
        return base64.b64encode(value).decode()
    if isinstance(value, dict):
        return {str(key): _json(item, odd) for key, item in cast(dict[object, object], value).items()}
    if isinstance(value, list | tuple):
        return [_json(item, odd) for item in cast(list[object], value)]
    return str(value)


def _distinct(names: list[str]) -> list[str]:
    """Column names without repeats: a second `n` becomes `n_1`."""
    used: set[str] = set()
    distinct: list[str] = []
    for name in names:
        candidate, number = name, 0
        while candidate in used:
            number += 1
            candidate = f"{name}_{number}"
        used.add(candidate)
        distinct.append(candidate)
    return distinct


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


# ── errors ───────────────────────────────────────────────────────────────────────────────────────


def _refused(error: duckdb.Error) -> StepRefused:
    message = str(error)
    if isinstance(error, duckdb.OutOfMemoryException):
        return StepRefused(
            "out_of_memory",
            f"The query needs more memory than it may use: {message}",
            "Select fewer columns or rows, or aggregate earlier.",
            kind=type(error).__name__,
        )
    if isinstance(error, duckdb.PermissionException) or "disabled" in message:
        return StepRefused(
            "sql_not_allowed",
            f"The query may not do this: {message}",
            "A query sees only its tables and the files named in the node's `files`.",
            kind=type(error).__name__,
            category="validation",
        )
    written_wrong = isinstance(
        error, duckdb.ParserException | duckdb.BinderException | duckdb.CatalogException | duckdb.SyntaxException
    )
    return StepRefused(
        "sql_error",
        message,
        "Correct the query at the place marked ^."
        if "^" in message
        else "Check the query against its tables; the step's input is shown in the run.",
        kind=type(error).__name__,
        category="validation" if written_wrong else "step",
    )
