"""What is measured on a table of millions of memories: the drill of one learner, and the matrix of a team."""

import asyncio
from contextlib import ExitStack
from statistics import median

import asyncpg

from bench import anchor, payloads
from bench.capture import Request
from bench.client import Load, bear
from bench.filling import MANAGER, TEAM, Filling, learner_id
from bench.measures import Bench
from bench.report import Budget, Row

SEEN_DRILL = 190
DRILL_SAMPLES = 200
FEW = 10_000
FIRST_LOOKS = 3


def large_tables(bench: Bench, *, drill: bool, matrix: bool) -> None:
    """The drill with few and with many memories in the table, and the matrix of a team among the many."""
    effort = bench.effort
    everything = len(bench.stage.catalogue.items)
    few = FEW // SEEN_DRILL
    many = (effort.many - effort.team * everything) // SEEN_DRILL

    async def fill_few(filling: Filling) -> None:
        await filling.people(1, few)
        await filling.memories(1, few, SEEN_DRILL)

    fill_many_moved = bench.step(f"filling {effort.many:,} memories", effort.many)

    async def fill_many(filling: Filling) -> None:
        await filling.people(1, many)
        await filling.people(many + 1, many + effort.team, TEAM)
        await filling.memories(1, many, SEEN_DRILL, fill_many_moved)
        await filling.memories(many + 1, many + effort.team, everything, fill_many_moved)

    bench.fill("many", fill_many)
    if drill:
        bench.fill("few", fill_few)
        _drill(bench, few, many)
    if matrix:
        _matrix(bench)


def _drill(bench: Bench, few: int, many: int) -> None:
    rounds = 2 * bench.effort.rounds
    move = bench.step("drills", rounds)
    with ExitStack() as stack:
        servers = {name: stack.enter_context(bench.stage.serving(name)) for name in ("few", "many")}
        latencies: dict[str, list[float]] = {"few": [], "many": []}
        for n in range(rounds):
            for name, learners in (("few", few), ("many", many)):
                # Different learners every time, spread over the table; with few memories there are only so many learners.
                spread = learners / DRILL_SAMPLES
                numbers = [1 + int(spread * (k + n / rounds)) % learners for k in range(DRILL_SAMPLES)]
                tokens = [bench.stage.token(learner_id(number)) for number in numbers]
                # Tokens are verified in another request, which reads no memories: that is not what tables make slower.
                warm = [payloads.get("/v1/me", token) for token in tokens]
                bear(Load(servers[name].port, [warm], b'"employee_id"'))
                drills = [payloads.get("/v1/drill", token) for token in tokens]
                latencies[name] += bear(Load(servers[name].port, [drills], b'"practice_day"')).all_latencies
            move(1)
    name = f"getDrill p50, {bench.effort.many:,} memories"
    value, reference = 1000 * median(latencies["many"]), 1000 * median(latencies["few"])
    bench.rows.append(Row(name, value, "ms", f"the same, {FEW:,} memories", reference, Budget("ratio", at_most=1.3)))


async def _forget_figures(url: str) -> None:
    """As if the day had just begun."""
    connection = await asyncpg.connect(url)
    await connection.execute("UPDATE skill_standing SET figured_on = NULL WHERE figured_on IS NOT NULL")
    await connection.close()


def _matrix(bench: Bench) -> None:
    people = bench.effort.team
    path = f"/v1/teams/{TEAM}/mastery?limit={people}"
    url = bench.stage.url("many")
    captured = bench.capture("many", *([[Request(MANAGER, "GET", path)]] * 2))
    script = anchor.script_of("m", captured, learner=MANAGER, next_learner=str(MANAGER.int))
    move = bench.step("team matrix", bench.effort.matrices)
    seconds: list[float] = []
    anchors: list[float] = []
    first_looks: list[float] = []
    with bench.stage.serving("many") as server:
        request = payloads.get(path, bench.stage.token(MANAGER))
        for _ in range(FIRST_LOOKS):
            asyncio.run(_forget_figures(url))
            first_looks += bear(Load(server.port, [[request]], b'"staff_no"', times=people)).all_latencies[:1]
        for n in range(-2, bench.effort.matrices):
            outcome = bear(Load(server.port, [[request]], b'"staff_no"', times=people))
            run = anchor.run([script], url, bench.stage.folder, clients=1, transactions=3)
            if n >= 0:
                seconds += outcome.all_latencies
                anchors += run.latencies[1:]
                move(1)
    name = f"team matrix, {people:,} people, p50"
    value, reference = 1000 * median(seconds), 1000 * median(anchors)
    bench.rows.append(Row(name, value, "ms", "pgbench, same SQL", reference, Budget("value", at_most=100)))
    first = f"team matrix, {people:,} people, first look of the day"
    bench.rows.append(Row(first, 1000 * median(first_looks), "ms", "a later look", value, None))
