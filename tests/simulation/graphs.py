"""Random definitions: every kind of step that waits for something else, every join, every policy."""

from random import Random
from typing import Any

Json = dict[str, Any]
SEATS = "seats"
"""A resource of the simulated machine."""
MOST_SEATS = 3.0


def definition(random: Random, name: str, children: list[str]) -> Json:
    """A graph of one to seven steps. `children` are ids of workflows that a step may run."""
    names = "abcdefg"[: random.choice([1, 2, 3, 3, 4, 5, 7])]
    nodes = [_node(random, node, children) for node in names]
    edges = [
        {"from": source, "to": target, **_condition(random, source)}
        for place, target in enumerate(names)
        for source in names[:place]
        if random.random() < (0.9 if source == names[place - 1] else 0.25)
    ]
    for node in nodes:
        sources = [edge["from"] for edge in edges if edge["to"] == node["id"]]
        if node["kind"] == "python" and sources and random.random() < 0.5:
            node["config"]["args"]["before"] = f"${{steps.{random.choice(sources)}.output}}"
        # Now and then larger than what stands in an event.
        node["sample"] = {"ok": random.random() < 0.5, "text": "x" * random.choice([1, 1, 400])}
    settings: Json = {}
    if random.random() < 0.3:
        settings["max_parallel_steps"] = random.randint(1, 2)
    if random.random() < 0.2:
        settings["timeout_s"] = random.choice([2.0, 20.0, 200.0])
    if random.random() < 0.15:
        settings["queue_timeout_s"] = random.choice([1.0, 30.0])
    if random.random() < 0.4:
        settings["on_failure"] = "stop"
    settings |= _limit(random)
    if random.random() < 0.15:
        settings["needs"] = {SEATS: 1}
    if random.random() < 0.15:
        settings["debounce"] = {"wait_s": random.choice([0.5, 6.0]), "key": "${inputs.yes}"}
    more: Json = {"output": f"${{steps.{names[-1]}.output}}"} if random.random() < 0.5 else {}
    return {
        "apiVersion": "runwright/v1", "name": name, "nodes": nodes, "edges": edges, "settings": settings, **more
    }  # fmt: skip


def _limit(random: Random) -> Json:
    if random.random() < 0.5:
        return {}
    policies = ["queue"] * 5 + ["refuse", "replace_oldest", "cancel_newest"]
    concurrency: Json = {"limit": random.randint(1, 2), "on_limit": random.choice(policies)}
    if random.random() < 0.5:
        concurrency["key"] = "${inputs.yes}"
    return {"concurrency": concurrency, **({"priority": random.randint(-2, 2)} if random.random() < 0.5 else {})}


def limits(random: Random, most: int, workflows: list[str]) -> Json:
    """What an operator lets hold."""
    return {
        "attempts": random.choice([None, random.randint(1, most)]),
        "workflows": {random.choice(workflows): {"running": random.randint(1, 3)}} if random.random() < 0.5 else {},
        "kinds": {"python": random.randint(1, most)} if random.random() < 0.3 else {},
        "resources": {SEATS: random.randint(1, int(MOST_SEATS))} if random.random() < 0.6 else {},
    }


def leaf(random: Random, name: str) -> Json:
    """What a step of kind workflow runs."""
    nodes = [{"id": "only", "kind": "python", "config": {"code": "def main(): pass"}}]
    return {
        "apiVersion": "runwright/v1", "name": name, "nodes": nodes, "edges": [], "output": "${steps.only.output}",
        "settings": _limit(random),
    }  # fmt: skip


def _condition(random: Random, source: str) -> Json:
    drawn = random.random()
    if drawn < 0.2:
        return {"when": "${inputs.yes}"}
    if drawn < 0.35:
        return {"when": f"${{steps.{source}.output.ok}}"}
    return {}


def _node(random: Random, name: str, children: list[str]) -> Json:
    kinds = ["python"] * 6 + ["transform", "wait", "approval", "map"] + ["workflow"] * (1 if children else 0)
    return _of_kind(random, {"id": name, "kind": random.choice(kinds)}, children, depth=1)


def _map(random: Random, children: list[str], depth: int) -> Json:
    """One node for each of no to five items; now and then a map of maps."""
    kinds = ["python"] * 4 + ["wait", "approval"] + ["workflow"] * bool(children) + ["map"] * (depth < 2)
    inner = _of_kind(random, {"id": "inner", "kind": random.choice(kinds)}, children, depth=depth + 1)
    config: Json = {"items": [*range(random.choice([0, 1, 2, 3, 5]))]}
    config["node"] = {name: value for name, value in inner.items() if name not in ("join", "on_error")}
    if random.random() < 0.5:
        config["max_parallel"] = random.randint(1, 2)
    if random.random() < 0.6:
        config["on_item_error"] = random.choice(["continue", {"max": 1}, {"max": "50%"}])
    return config


def _of_kind(random: Random, node: Json, children: list[str], *, depth: int) -> Json:
    name, kind = node["id"], node["kind"]
    match kind:
        case "python":
            node["config"] = {"code": "def main(**given): pass", "args": {"given": "${inputs.yes}", "to": name}}
            if random.random() < 0.3:
                node["retry_safe"] = False
            if random.random() < 0.3:
                node["needs"] = {SEATS: 1}
        case "transform":
            node["config"] = {"expression": {"ok": "${inputs.yes}", "from": name}}
        case "wait":
            node["config"] = {"seconds": random.choice([0, 0.5, 5, 90])}
        case "approval":
            node["config"] = {"message": "Shall it go on?", "on_reject": random.choice(["fail", "continue"])}
        case "map":
            node["config"] = _map(random, children, depth)
        case _:
            node["config"] = {"workflow": random.choice(children), "inputs": {}}
    if kind in ("approval", "workflow", "wait") and random.random() < 0.4:
        node["timeout_s"] = random.choice([1.0, 8.0])
    if random.random() < 0.4:
        node["join"] = random.choice(["all", "first"])
    if random.random() < 0.4:
        node["on_error"] = random.choice(["continue", "edges"])
    if kind in ("python", "workflow", "map") and random.random() < 0.5:
        node["retry"] = {"max_attempts": random.randint(2, 3), "interval_s": random.choice([0.1, 3.0])}
        if random.random() < 0.3:
            node["retry"]["when"] = "${error.retryable}"
    return node
