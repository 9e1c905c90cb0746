"""A pull that brings nothing, as most pulls do: what the service takes for it, by its own count."""

import json
import re
from statistics import median
from urllib.request import Request as HttpRequest
from urllib.request import urlopen

from bench import anchor, payloads
from bench.capture import Request
from bench.client import Load, bear
from bench.filling import Filling, learner_id
from bench.measures import Bench
from bench.report import Budget, Row

BUDGET_MS = 2.0
PULLS = 1000
OPERATION = "pullChanges"


def pull(bench: Bench) -> None:
    """A learner who has seen everything, one pull after another from the last cursor."""
    everything = len(bench.stage.catalogue.items)

    async def fill(filling: Filling) -> None:
        await filling.people(1, 1)
        await filling.memories(1, 1, everything)

    bench.fill("pull", fill)
    seconds, anchors = [], []
    move = bench.step("pulls", bench.effort.rounds)
    with bench.stage.serving("pull") as server:
        token = bench.stage.token(learner_id(1))
        path = f"/v1/changes?cursor={_last_cursor(server.port, token)}"
        captured = bench.capture("pull", [Request(learner_id(1), "GET", path)], [Request(learner_id(1), "GET", path)])
        script = anchor.script_of("p", captured, learner=learner_id(1), next_learner=str(learner_id(1).int))
        load = Load(server.port, [[payloads.get(path, token)] * PULLS], b'"memories":[]')
        bear(load)  # a cold service
        for _ in range(bench.effort.rounds):
            run = anchor.run([script], bench.stage.url("pull"), bench.stage.folder, clients=1, transactions=PULLS)
            anchors.append(run.p50)
            before = _counted(server.port)
            bear(load)
            after = _counted(server.port)
            seconds.append((after[0] - before[0]) / (after[1] - before[1]))
            move(1)
    said = "pgbench, same SQL, 1 client"
    name = "pull with nothing new, the service's own time"
    bench.rows.append(Row(name, 1000 * median(seconds), "ms", said, 1000 * median(anchors), Budget("value", at_most=BUDGET_MS)))


def _last_cursor(port: int, token: str) -> str:
    """The cursor at the end of the feed."""
    cursor, has_more = "", True
    while has_more:
        address = f"http://127.0.0.1:{port}/v1/changes{cursor and f'?cursor={cursor}'}"
        with urlopen(HttpRequest(address, headers={"Authorization": f"Bearer {token}"})) as response:
            page = json.load(response)
        cursor, has_more = page["cursor"], page["has_more"]
    return cursor


def _counted(port: int) -> tuple[float, float]:
    """Seconds the service has taken for pulls so far, and how many they were."""
    with urlopen(f"http://127.0.0.1:{port}/metrics") as response:
        text = response.read().decode()
    return _sample(text, "sum"), _sample(text, "count")


def _sample(metrics: str, what: str) -> float:
    found = re.search(rf'^composure_request_seconds_{what}{{operation="{OPERATION}"}} (\S+)$', metrics, re.MULTILINE)
    if found is None:
        raise ValueError(f"the service does not count {OPERATION}")
    return float(found[1])
