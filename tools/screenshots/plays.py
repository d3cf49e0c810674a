"""Workflows that exist only for pictures, and runs of them brought into the state a picture shows."""

import os
import re
from typing import Any

from tests.fixtures.api import Json, python, until, workflow
from tools.screenshots.stage import SLOTS, Stage

LOAD = """\
import time
STATIONS = ("Seattle-Tacoma", "Boeing Field", "Paine Field", "McChord", "Olympia", "Bowerman")
def main(hours, step):
    rows = []
    for number, name in enumerate(STATIONS, start=1):
        rows += [{"station": name, "hour": hour, "rain_mm": hour * number % 7} for hour in range(hours)]
        print(f"{name}: {hours} readings")
        step.progress(number / len(STATIONS), name)
        time.sleep(0.15)
    return {"rows": rows, "stations": len(STATIONS)}
"""
CLEAN = """\
import logging, time
log = logging.getLogger("clean")
def main(rows, step):
    kept = [row for row in rows if row["rain_mm"] < 6]
    log.info("sorted by station and hour")
    step.progress(0.5, "sorted")
    time.sleep(0.5)
    log.warning("%d readings of 6 mm or more look wrong and are left out", len(rows) - len(kept))
    time.sleep(0.5)
    log.info("%d readings kept", len(kept))
    return kept
"""
STATISTICS = """\
import time
def main(rows, pace_s, step):
    parts = 24
    for done in range(1, parts + 1):
        print(f"window {done} of {parts}: {len(rows) // parts} readings")
        step.progress(done / parts, f"window {done} of {parts}")
        time.sleep(pace_s if done < parts // 2 else 600)
    return {"windows": parts}
"""
REPORT = "def main(rain, wind):\n    return {'rain': rain, 'wind': wind}"
NOTIFY = "def main():\n    print('nobody has measured anything')"
STALLED = "import time\ndef main(step):\n    print('begun')\n    step.progress(0.4, 'reading')\n    time.sleep(600)"
STUBBORN = """\
import signal, time
def main(step):
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    print("writing the last block")
    step.progress(0.8, "last block")
    time.sleep(600)
"""
LOST = "import os, time\ndef main(order):\n    print('pid', os.getpid(), flush=True)\n    time.sleep(600)"
LOST_ONCE = """\
import os, time
def main(step):
    print("pid", os.getpid(), flush=True)
    if step.attempt == 1:
        time.sleep(600)
    raise ConnectionError("orders.example.com closed the connection after 412 of 1,204 orders")
"""
BY_CITY = """\
NOTES = "# 说明 · Notes\\n\\n- **rain** in mm\\n- 六个气象站，一个月\\n"
CITIES = ("Seattle", "Tacoma", "Everett", "Olympia", "Hoquiam", "Aberdeen", "Renton", "Kent")
def main(region, step):
    step.attach("notes.md", NOTES, "text/markdown")
    return [{"city": city, "days": 31, "rain_mm": 12.5 * number, "wettest": f"2026-11-{number:02}"}
            for number, city in enumerate(CITIES, start=1)]
"""
COLOURS = """\
def main():
    for number, (colour, word) in enumerate(((32, "passed"), (33, "slow"), (31, "failed"), (36, "skipped")) * 6):
        print(f"\\033[{colour}m{word:8}\\033[0m test_{number:02} \\033[2m{number * 17 % 90} ms\\033[0m")
"""


def daily() -> Json:
    """Branches side by side, a condition that does not hold, and steps that stay in the middle of their work."""
    rows = {"rows": "${steps.clean.output}"}
    nodes = (
        python("load", LOAD, args={"hours": "${inputs.hours}"}),
        python("clean", CLEAN, args={"rows": "${steps.load.output.rows}"}),
        {
            "id": "temp_stats",
            "kind": "sql",
            "config": {
                "tables": {"readings": "${steps.clean.output}"},
                "query": "select station, avg(rain_mm) as mean_mm from readings group by station order by station",
            },
        },
        python("rain_stats", STATISTICS, args={**rows, "pace_s": 0.1}),
        python("wind_stats", STATISTICS, args={**rows, "pace_s": 0.25}),
        python("notify_empty", NOTIFY),
        python(
            "report", REPORT, join="all",
            args={"rain": "${steps.rain_stats.output}", "wind": "${steps.wind_stats.output}"},
        ),
    )  # fmt: skip
    edges: list[Json] = [
        {"from": "load", "to": "clean"},
        *({"from": "clean", "to": target} for target in ("temp_stats", "rain_stats", "wind_stats")),
        {"from": "clean", "to": "notify_empty", "when": "${$count(steps.clean.output) = 0}", "label": "rows = 0"},
        *({"from": source, "to": "report"} for source in ("temp_stats", "rain_stats", "wind_stats")),
    ]
    hours = {"type": "integer", "title": "Hours", "default": 720, "minimum": 1}
    return workflow(
        "station-report", *nodes, edges=edges, output="${steps.report.output}",
        inputs={"type": "object", "properties": {"hours": hours}},
    )  # fmt: skip


def with_problems() -> Json:
    """The same as somebody is writing it: a step's name mistyped, a limit that cannot be."""
    definition = daily()
    definition["nodes"][3]["config"]["args"]["rows"] = "${steps.cleen.output}"
    definition["settings"] = {"timeout_s": -1}
    return definition


def history(stage: Stage) -> None:
    """Runs of every kind, so that lists look as they do after a week."""
    ids = {item["name"]: item["id"] for item in stage.api.get("/workflows")["items"]}
    stage.made |= {f"workflow {name}": workflow_id for name, workflow_id in ids.items()}
    run = stage.api.run
    runs = [run(ids["weather-report"], year=year, pace_s=0) for year in (2012, 2013, 2014)]
    # One at a time: all runs of it open their shop at the same port, of the other device's server too.
    runs.append(run(ids["shop-order"]))
    runs.append(run(ids["weather-report"], year=2031, pace_s=0))
    sync = stage.api.save(workflow("订单同步", python("pull", "def main(): pass"), labels={"team": "orders"}))
    runs += [run(sync) for _ in range(3)]
    runs.append(run(ids["broken-on-purpose"], on_bad_value="skip"))
    for execution_id in runs:
        stage.api.finish(execution_id)
    stage.made["failed"] = run(ids["broken-on-purpose"])
    stage.made["completed"] = run(ids["weather-report"], pace_s=0.3)


def finished(stage: Stage, name: str) -> str:
    """One of `history`, once it is final."""
    stage.api.finish(stage.made[name])
    return stage.made[name]


def started(stage: Stage, name: str, *nodes: Json, **more: Any) -> str:
    """Save and run; with that name in the lists."""
    return stage.api.run(stage.api.save(workflow(name, *nodes, **more)))


CITY_RAIN = 'def main(city):\n    return [{"station": f"{city} {n}", "rain_mm": n * 3} for n in range(1, 7)]\n'
KEEP = 'def main(rows, least):\n    return {"kept": [row for row in rows if row["rain_mm"] >= least], "unit": "mm"}\n'
MEAN = """
def main(kept):
    if len(kept) < 4:
        raise ValueError(f"{len(kept)} stations are too few for a mean of the region")
    return {"mean_mm": sum(row["rain_mm"] for row in kept) / len(kept), "stations": len(kept)}
"""


def two_versions(stage: Stage) -> tuple[str, str]:
    """A run that went well, and one of the version after it, which keeps too few rows and fails further on."""

    def report(least: int, *more: Json) -> Json:
        return workflow(
            "station-mean",
            python("load", CITY_RAIN, args={"city": "${inputs.city}"}),
            python("clean", KEEP, args={"rows": "${steps.load.output}", "least": least}),
            python("mean", MEAN, args={"kept": "${steps.clean.output.kept}"}),
            *more,
            inputs={"type": "object", "properties": {"city": {"type": "string", "default": "Oslo"}}},
        )

    def run(workflow_id: str) -> str:
        execution_id = stage.api.run(workflow_id, city="Oslo")
        stage.api.finish(execution_id)
        return execution_id

    def good() -> str:
        stage.made["workflow station-mean"] = stage.api.save(report(3))
        return run(stage.made["workflow station-mean"])

    def bad() -> str:
        later = report(12, {"id": "publish", "kind": "transform", "config": {"expression": "${steps.mean.output}"}})
        stage.api.put(f"/workflows/{stage.made['workflow station-mean']}", {"definition": later, "ready": True})
        return run(stage.made["workflow station-mean"])

    return stage.once("station mean, good", good), stage.once("station mean, bad", bad)


def station_report(stage: Stage) -> str:
    """An execution in the middle of its work, for as long as the stage stands."""

    def make() -> str:
        workflow_id = stage.api.save(daily())
        stage.made["workflow station-report"] = workflow_id
        return stage.api.run(workflow_id)

    return stage.once("station-report", make)


def full(stage: Stage) -> str:
    """An execution that takes every slot."""
    nodes = [python(f"shard_{number}", STALLED) for number in range(1, SLOTS + 1)]
    return started(stage, "reindex", *nodes, edges=[])


def stop(stage: Stage, execution_id: str, grace_s: float = 0) -> None:
    stage.api.post(f"/executions/{execution_id}/stop", {"grace_s": grace_s, "reason": "the data will come later"})


def begun(stage: Stage, execution_id: str) -> str:
    """The first line of its log, once there is one."""

    def first() -> str | None:
        items = stage.api.get(f"/executions/{execution_id}/logs", limit=1)["items"]
        return items[0]["text"] if items else None

    return until(first)


def lose_worker(stage: Stage, execution_id: str) -> None:
    """Kill the process of the step that has written its pid."""
    found = re.fullmatch(r"pid (\d+)", begun(stage, execution_id))
    if found:
        os.kill(int(found[1]), 9)
