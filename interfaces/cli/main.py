"""The command line. Every command takes --json; each refusal is one sentence on stderr (exit codes: refusal.py)."""

import contextlib
import json
import os
import sys
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, cast
from urllib.parse import quote

import typer
from rich.console import Console
from typer.core import TyperGroup

from domain.values import UPSTREAM_GIVEN, UPSTREAM_RUN
from interfaces.cli import server
from interfaces.cli.client import Client, Json, problem_line
from interfaces.cli.definition import read_definition, read_inputs
from interfaces.cli.doctor import examine
from interfaces.cli.progress import EXIT_CODES, follow
from interfaces.cli.queue import lines as queue_lines
from interfaces.cli.refusal import COMPLETED, FAILED, INTERRUPTED, REFUSED, Refusal
from interfaces.cli.triggers import lines as trigger_lines
from interfaces.settings import Settings, SettingsError, load_settings


class Interrupted(Exception):
    """Ctrl-C. Typer would answer it with a word of its own and the exit code of a failed run."""


class Commands(TyperGroup):
    """The group of all commands; lets Ctrl-C through to `main`."""

    # typer hands over its vendored click's Context, a base class of its public one.
    def invoke(self, ctx: typer.Context) -> object:  # pyright: ignore[reportIncompatibleMethodOverride]
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt:
            raise Interrupted from None


app = typer.Typer(
    cls=Commands, no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, rich_markup_mode=None
)

AsJson = Annotated[bool, typer.Option("--json", help="Answer in JSON, one document a line.")]
ServerUrl = Annotated[
    str | None,
    typer.Option("--server", envvar="RUNWRIGHT_SERVER", help="The server's URL; found by itself on this machine."),
]
Config = Annotated[Path | None, typer.Option("--config", help="Settings file; else runwright.toml of this folder.")]
DataDir = Annotated[Path | None, typer.Option("--data-dir", help="Where state lives.")]
DatabaseUrl = Annotated[str | None, typer.Option("--database-url", help="An existing PostgreSQL instead of our own.")]


@app.command()
def up(
    port: Annotated[int | None, typer.Option("--port", help="8000 unless set; 0 takes a free one.")] = None,
    host: Annotated[str | None, typer.Option("--host", help="127.0.0.1 unless set; others need an API key.")] = None,
    data_dir: DataDir = None,
    database_url: DatabaseUrl = None,
    config: Config = None,
    no_examples: Annotated[bool, typer.Option("--no-examples", help="Do not load the example workflows.")] = False,
    as_json: AsJson = False,
) -> None:
    """Start everything on this machine; Ctrl-C ends all of it."""
    examples = False if no_examples else None
    flags = {"port": port, "host": host, "data_dir": data_dir, "database_url": database_url, "examples": examples}
    _up(load_settings(config=config, flags=flags), as_json=as_json)


def _up(settings: Settings, *, as_json: bool) -> None:
    def ready(url: str) -> None:
        if as_json:
            _print_json({"url": url or None, "pid": os.getpid(), "data_dir": str(settings.data_dir)})
        elif url:
            _say(f"Runwright is ready at {url}  (data in {settings.data_dir}; Ctrl-C stops it)")
        else:
            _say(f"Runwright is ready to {' and '.join(settings.roles)}  (Ctrl-C stops it)")

    server.up(settings, ready)
    if not as_json:
        _say("Runwright has stopped.")


@app.command()
def serve(
    port: Annotated[int | None, typer.Option("--port", help="8000 unless set; 0 takes a free one.")] = None,
    host: Annotated[str | None, typer.Option("--host", help="127.0.0.1 unless set; others need an API key.")] = None,
    data_dir: DataDir = None,
    database_url: DatabaseUrl = None,
    config: Config = None,
    as_json: AsJson = False,
) -> None:
    """Answer requests and show the page; the executions run on servers that conduct. Needs a database URL."""
    flags = {"port": port, "host": host, "data_dir": data_dir, "database_url": database_url, "roles": "serve"}
    _up(_with_database(load_settings(config=config, flags=flags)), as_json=as_json)


@app.command()
def conduct(
    data_dir: DataDir = None, database_url: DatabaseUrl = None, config: Config = None, as_json: AsJson = False
) -> None:
    """Take executions through their graphs and run their steps, without a page. Needs a database URL."""
    flags = {"data_dir": data_dir, "database_url": database_url, "roles": "conduct"}
    _up(_with_database(load_settings(config=config, flags=flags)), as_json=as_json)


@app.command()
def project(
    data_dir: DataDir = None, database_url: DatabaseUrl = None, config: Config = None, as_json: AsJson = False
) -> None:
    """Build the views from the log, without a page. Needs a database URL."""
    flags = {"data_dir": data_dir, "database_url": database_url, "roles": "project"}
    _up(_with_database(load_settings(config=config, flags=flags)), as_json=as_json)


def _with_database(settings: Settings) -> Settings:
    """A part of a service is of no use on a database that is its own."""
    if settings.database_url is None:
        raise SettingsError(
            "database_url",
            "is not set: several servers share one database. Give --database-url, or use `runwright up`.",
        )
    return settings


@app.command()
def migrate(
    data_dir: DataDir = None, database_url: DatabaseUrl = None, config: Config = None, as_json: AsJson = False
) -> None:
    """Bring the database's schema up to this version, without serving."""
    applied = server.migrate_only(_settings(config, data_dir, database_url))
    if as_json:
        _print_json({"applied": applied})
    else:
        _say(f"Applied {', '.join(applied)}." if applied else "Nothing to apply: the schema is up to date.")


@app.command()
def doctor(
    data_dir: DataDir = None, database_url: DatabaseUrl = None, config: Config = None, as_json: AsJson = False
) -> None:
    """Examine this machine and say what would stop a start, and the way out."""
    findings = list(examine(lambda: _settings(config, data_dir, database_url)))
    for finding in findings:
        if as_json:
            _print_json({"check": finding.check, "ok": finding.ok, "detail": finding.detail})
        else:
            _say(f"{'ok ' if finding.ok else 'BAD'}  {finding.check}: {finding.detail}")
    if not all(finding.ok for finding in findings):
        raise typer.Exit(FAILED)


@app.command()
def run(
    workflow: Annotated[str, typer.Argument(help="A workflow file, or the id or name of a saved workflow.")],
    inputs: Annotated[list[str] | None, typer.Option("-i", "--input", help="name=value; JSON or text.")] = None,
    watch: Annotated[bool, typer.Option("--watch", help="Show it live; the exit code is its outcome.")] = False,
    until: Annotated[str | None, typer.Option("--until", help="Run this step and those before it, no others.")] = None,
    only: Annotated[
        str | None,
        typer.Option("--only", help="Run this step alone, on samples or on what those before it gave the last time."),
    ] = None,
    server_url: ServerUrl = None,
    data_dir: DataDir = None,
    database_url: DatabaseUrl = None,
    config: Config = None,
    as_json: AsJson = False,
) -> None:
    """Run a workflow. Without a running server one is started for this run, and the outcome is waited for."""
    given, part = read_inputs(inputs or []), _part(until, only)
    is_file = Path(workflow).suffix in {".yaml", ".yml", ".json"}
    definition = read_definition(Path(workflow)) if is_file else None
    settings = _settings(config, data_dir, database_url)
    url = server_url or server.running_server(settings.data_dir)
    with _own_or(url, config, data_dir, database_url) as (found, is_own), _client(found) as client:
        target = _apply(client, definition) if definition is not None else _find(client, workflow)
        accepted = client.execute(str(target["id"]), given, part)
        execution_id = str(accepted["execution_id"])
        if not watch and not is_own:
            if as_json:
                _print_json(accepted)
            else:
                _say(f"{execution_id} is {accepted['status']}; follow it with: runwright watch {execution_id}")
            return
        try:
            raise typer.Exit(_watch(client, execution_id, as_json=as_json))
        except KeyboardInterrupt:
            if not is_own:
                sys.stderr.write(f"runwright: it goes on; stop it with: runwright stop {execution_id}\n")
            else:
                client.post(f"/executions/{execution_id}/stop", {"reason": "interrupted in the terminal"})
            raise


def _part(until: str | None, only: str | None) -> Json | None:
    if until is not None and only is not None:
        raise Refusal("A run is up to one step or of one step only: give --until or --only, not both.")
    if until is None and only is None:
        return None
    return {"step": until, "upstream": UPSTREAM_RUN} if only is None else {"step": only, "upstream": UPSTREAM_GIVEN}


@app.command()
def apply(
    file: Annotated[Path, typer.Option("-f", "--file", help="A workflow file (YAML or JSON).")],
    server_url: ServerUrl = None,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Save a workflow file as a new version of the workflow of that name, ready to run."""
    definition = read_definition(file)
    with _client(_server(server_url, data_dir)) as client:
        saved = _apply(client, definition)
    if as_json:
        _print_json(saved)
    else:
        _say(f"{definition['name']} is {saved.get('status')}, version {saved.get('version')} ({saved['id']}).")


@app.command()
def watch(execution_id: str, server_url: ServerUrl = None, data_dir: DataDir = None, as_json: AsJson = False) -> None:
    """Follow an execution live to its end; the exit code is its outcome."""
    with _client(_server(server_url, data_dir)) as client:
        raise typer.Exit(_watch(client, execution_id, as_json=as_json))


@app.command()
def stop(
    execution_id: str,
    grace_s: Annotated[float | None, typer.Option("--grace", help="Seconds between SIGTERM and SIGKILL.")] = None,
    reason: Annotated[str | None, typer.Option("--reason", help="Kept in the history.")] = None,
    server_url: ServerUrl = None,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Stop an execution, queued or running."""
    wish: Json = {key: value for key, value in (("grace_s", grace_s), ("reason", reason)) if value is not None}
    with _client(_server(server_url, data_dir)) as client:
        answer = client.post(f"/executions/{quote(execution_id, safe='')}/stop", wish)
    if as_json:
        _print_json(answer)
    else:
        _say(f"{execution_id} is {answer.get('status')}.")


@app.command()
def events(execution_id: str, server_url: ServerUrl = None, data_dir: DataDir = None, as_json: AsJson = False) -> None:
    """Print the whole history of an execution."""
    with _client(_server(server_url, data_dir)) as client:
        path = f"/executions/{quote(execution_id, safe='')}/events"
        for event in client.pages(path, cursor_name="after", limit=1000):
            if as_json:
                _print_json(event)
            else:
                data = json.dumps(event.get("data"), ensure_ascii=False)
                _say(f"{event['position']:>8} {event['at']} {event['type']} {data}")


@app.command("list")
def list_executions(
    status: Annotated[str | None, typer.Option("--status", help="Only executions in this status.")] = None,
    limit: Annotated[int, typer.Option("--limit", min=1, max=1000)] = 20,
    server_url: ServerUrl = None,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """The latest executions."""
    query: dict[str, str | int] = {"limit": limit, **({"status": status} if status else {})}
    with _client(_server(server_url, data_dir)) as client:
        found = client.get("/executions", **query)
    for item in cast(list[Json], found["items"]):
        if as_json:
            _print_json(item)
        else:
            named = item.get("workflow")
            name = cast(Json, named).get("name") if isinstance(named, dict) else named
            _say(f"{item['id']}  {item['status']!s:<10} {name or ''} #{item.get('number')}")


@app.command()
def queue(
    limit: Annotated[int, typer.Option("--limit", min=1, max=1000)] = 20,
    server_url: ServerUrl = None,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Who waits, in order, and why."""
    with _client(_server(server_url, data_dir)) as client:
        found = client.get("/queue", limit=limit)
    if as_json:
        _print_json(found)
        return
    for line in queue_lines(found):
        _say(line)


@app.command()
def triggers(server_url: ServerUrl = None, data_dir: DataDir = None, as_json: AsJson = False) -> None:
    """What starts workflows by itself, and when next."""
    with _client(_server(server_url, data_dir)) as client:
        found = client.get("/triggers", limit=1000)
    if as_json:
        _print_json(found)
        return
    for line in trigger_lines(found):
        _say(line)


@app.command()
def export(
    workflow: Annotated[str, typer.Argument(help="Id or name of a saved workflow.")],
    output: Annotated[Path | None, typer.Option("-o", "--output", help="File to write; else stdout.")] = None,
    server_url: ServerUrl = None,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Write a saved workflow as a YAML file (--json: JSON)."""
    with _client(_server(server_url, data_dir)) as client:
        found = _find(client, workflow)
        form = "json" if as_json else "yaml"
        text = client.get_text(f"/workflows/{found['id']}/export", format=form)
    if output is None:
        sys.stdout.write(text if text.endswith("\n") else text + "\n")
        return
    try:
        output.write_text(text, encoding="utf-8")
    except OSError as error:
        raise Refusal(f"{output} cannot be written ({error.strerror}): choose another file with -o.") from None


@app.command("import")
def import_workflow(
    file: Path, server_url: ServerUrl = None, data_dir: DataDir = None, as_json: AsJson = False
) -> None:
    """Save a workflow file as a new workflow, also when one of that name exists."""
    definition = read_definition(file)
    with _client(_server(server_url, data_dir)) as client:
        saved = client.post("/workflows/import", {"name": definition["name"], "definition": definition})
    if as_json:
        _print_json(saved)
    else:
        _say(f"{definition['name']} is {saved.get('status')}, version {saved.get('version')} ({saved['id']}).")


def _settings(config: Path | None, data_dir: Path | None, database_url: str | None) -> Settings:
    return load_settings(config=config, flags={"data_dir": data_dir, "database_url": database_url})


def _server(server_url: str | None, data_dir: Path | None) -> str:
    """The named server, the one on this data directory, or the usual address (whose absence is then said)."""
    if server_url:
        return server_url
    settings = load_settings(flags={"data_dir": data_dir})
    return server.running_server(settings.data_dir) or f"http://{settings.host}:{settings.port}"


def _client(url: str) -> Client:
    return Client(url, os.environ.get("RUNWRIGHT_API_KEY"))


@contextmanager
def _own_or(
    url: str | None, config: Path | None, data_dir: Path | None, database_url: str | None
) -> Generator[tuple[str, bool]]:
    """A running server's URL, or one started for this command; and whether it is our own."""
    if url is not None:
        yield url, False
        return
    flags = (("--config", config), ("--data-dir", data_dir), ("--database-url", database_url))
    arguments = [text for name, value in flags if value is not None for text in (name, str(value))]
    with server.own_server(arguments) as own:
        yield own, True


def _find(client: Client, workflow: str) -> Json:
    """A saved workflow by id or name. Raises `Refusal` when there is none, or several of that name."""
    named: list[Json] = []
    for item in client.pages("/workflows", limit=1000):
        if item.get("id") == workflow:
            return item
        if item.get("name") == workflow and item.get("status") != "archived":
            named.append(item)
    if not named:
        raise Refusal(f"there is no workflow {workflow}: name a saved workflow, its id, or a .yaml file.")
    if len(named) > 1:
        ids = ", ".join(str(item["id"]) for item in named)
        raise Refusal(f"several workflows are called {workflow}: use an id ({ids}).")
    return named[0]


def _apply(client: Client, definition: Json) -> Json:
    """The definition saved and ready: a new workflow, a new version, or the same when nothing changed."""
    body: Json = {"name": definition["name"], "definition": definition, "ready": True}
    same = [
        item
        for item in client.pages("/workflows", limit=1000)
        if item.get("name") == definition["name"] and item.get("status") != "archived"
    ]
    if not same:
        saved = client.post("/workflows", body)
    else:
        path = f"/workflows/{same[0]['id']}"
        known = client.get(path)
        if known.get("definition") == definition and known.get("status") == "ready":
            return known
        saved = client.put(path, body, {"If-Match": str(known["version"])})
    problems = cast(list[Json], saved.get("problems") or [])
    errors = [problem for problem in problems if problem.get("severity", "error") == "error"]
    if errors:
        lines = "".join(f"\n  {problem_line(problem)}" for problem in errors)
        raise Refusal(f"{definition['name']} is kept as a draft and cannot run yet:{lines}")
    return saved


def _watch(client: Client, execution_id: str, *, as_json: bool) -> int:
    if not as_json:
        return follow(client.stream(execution_id), Console())
    status = ""
    for kind, event in client.stream(execution_id):
        _print_json({"type": "end", **event} if kind == "end" else event)
        if kind == "end":
            status = str(event.get("status"))
    return EXIT_CODES.get(status, REFUSED)


def _print_json(document: Json) -> None:
    _say(json.dumps(document, ensure_ascii=False))


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def main(arguments: list[str] | None = None) -> None:
    """The program `runwright`; always leaves by SystemExit."""
    given = sys.argv[1:] if arguments is None else arguments
    try:
        app(given, standalone_mode=True, prog_name="runwright")
    except Refusal as refusal:
        problem = refusal.problem or {"detail": str(refusal), "advice": refusal.advice}
        _refuse(f"{refusal} {refusal.advice}".strip(), problem, as_json="--json" in given)
    except server.START_REFUSALS as refusal:
        _refuse(str(refusal), {"detail": str(refusal)}, as_json="--json" in given)
    except (Interrupted, KeyboardInterrupt):
        sys.exit(INTERRUPTED)
    except BrokenPipeError:  # `runwright events ID | head`
        with contextlib.suppress(OSError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(COMPLETED)


def _refuse(sentence: str, problem: object, *, as_json: bool) -> None:
    sys.stderr.write(json.dumps(problem, ensure_ascii=False) + "\n" if as_json else f"runwright: {sentence}\n")
    sys.exit(REFUSED)


if __name__ == "__main__":
    main()
