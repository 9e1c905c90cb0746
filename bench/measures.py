"""What is measured, and how. Figure and anchor take turns, so that whatever else the machine does meets both."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from statistics import median

import asyncpg
from rich.progress import Progress

from bench import anchor, payloads
from bench.capture import Request, Statement, statements_of
from bench.client import Load, Outcome, bear
from bench.filling import Filling, learner_id
from bench.report import Budget, Row
from bench.stage import Stage
from domain.content.items import ItemVersion

CLIENTS = 16
UPLOAD_CLIENTS = 4
UPLOAD_SIZE = 20
LARGEST_BATCH = 500
VARIETY = 8
MOST_A_SECOND = 6000  # answers prepared for; the client says so when they do not last
MOST_UPLOADS_A_SECOND = 1500


@dataclass(frozen=True)
class Effort:
    """How long to measure."""

    rounds: int = 3
    seconds: int = 5
    batches: int = 9
    many: int = 3_000_000
    matrices: int = 12
    team: int = 1000
    checks: int = 101

    @classmethod
    def quick(cls) -> "Effort":
        """For a look in between: figures are noisier, the large table is ten times smaller and the team five times."""
        return cls(rounds=1, seconds=3, batches=3, many=300_000, matrices=5, team=200, checks=21)


@dataclass
class Bench:
    """One run: where, how long, and what has come of it."""

    stage: Stage
    effort: Effort
    progress: Progress
    rows: list[Row] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def items(self, filling: Filling) -> list[ItemVersion]:
        """Items in the order in which the filling hands them out."""
        return [self.stage.catalogue.items[item_id] for item_id in filling.item_ids]

    def step(self, what: str, total: float) -> Callable[[float], None]:
        """A bar of its own; returns how to move it."""
        task = self.progress.add_task(what, total=total)
        return lambda by: self.progress.advance(task, by)

    def fill(self, database: str, fill: Callable[[Filling], object]) -> list[ItemVersion]:
        """Make and fill a database; the items in filling order."""

        async def work() -> list[ItemVersion]:
            connection = await asyncpg.connect(await self.stage.new_database(database), command_timeout=300)
            try:
                filling = Filling(connection, self.stage)
                await filling.found()
                await fill(filling)  # type: ignore[misc]
                await filling.finish()
                return self.items(filling)
            finally:
                await connection.close()

        return asyncio.run(work())

    def capture(self, database: str, ahead: Sequence[Request], requests: Sequence[Request]) -> list[list[Statement]]:
        """What the requests send to the database."""
        return asyncio.run(statements_of(self.stage, self.stage.url(database), ahead, requests))

    def note_cpu(self, what: str, outcomes: Sequence[Outcome]) -> None:
        """How much of a core the client took: little, or it is the client that was measured."""
        share = sum(o.cpu_seconds for o in outcomes) / sum(o.seconds for o in outcomes)
        self.notes.append(f"client CPU during {what}: {share:.0%} of one core")


def _upload(learner: int, body: bytes) -> Request:
    return Request(learner_id(learner), "POST", "/v1/reviews", body)


def answers(bench: Bench) -> None:
    """Single answers at 16 clients, each its own learner, for learners halfway through and for those who have seen all items."""
    everything = len(bench.stage.catalogue.items)

    async def fill(filling: Filling) -> None:
        # With a lesson of each unread no program can be completed: all stay open however many answers are right.
        await filling.people(1, 4 * CLIENTS, programs_open=True)
        await filling.memories(1, 2 * CLIENTS, everything // 2)
        await filling.memories(2 * CLIENTS + 1, 4 * CLIENTS, everything)

    items = bench.fill("answers", fill)
    budget = Budget("ratio", at_least=0.35)
    _answers(bench, "single answers, 16 clients", 1, items[: everything // 2], budget)
    _answers(bench, "the same, all items seen, programs open", 2 * CLIENTS + 1, items, None)


def _answers(bench: Bench, name: str, first: int, items: Sequence[ItemVersion], budget: Budget | None) -> None:
    effort, url = bench.effort, bench.stage.url("answers")
    # Learners `first` and up answer over HTTP, as many after them through pgbench; each learner's items begin at their number.
    bodies = [payloads.upload([payloads.in_a_row(items, 1, first + n)[0]]) for n in range(VARIETY + 1)]
    requests = [_upload(first + CLIENTS, body) for body in bodies]
    captured = bench.capture("answers", requests[:1], requests[1:])
    scripts = [
        anchor.script_of(f"a{n}", [statements], learner=learner_id(first + CLIENTS), next_learner=":first + :client_id")
        for n, statements in enumerate(captured)
    ]
    measured, anchors = [], []
    move = bench.step(name, 2 * effort.rounds + 1)
    with bench.stage.serving("answers") as server:
        tokens = [bench.stage.token(learner_id(first + n)) for n in range(CLIENTS)]

        def prepared(seconds: float) -> list[list[bytes]]:
            each = int(seconds * MOST_A_SECOND / CLIENTS)
            return [
                [payloads.post("/v1/reviews", token, payloads.upload([r])) for r in payloads.in_a_row(items, each, first + n)]
                for n, token in enumerate(tokens)
            ]

        def over_http(seconds: float) -> Outcome:
            outcome = bear(Load(server.port, prepared(seconds), payloads.ACCEPTED, seconds=seconds))
            move(1)
            return outcome

        bear(Load(server.port, [prepared(1)[0][:1]], payloads.ACCEPTED))  # alone: a cold service asks more of its pool
        over_http(2)
        for _ in range(effort.rounds):
            anchors.append(
                anchor.run(scripts, url, bench.stage.folder, clients=CLIENTS, seconds=effort.seconds, first=first + CLIENTS)
            )
            move(1)
            measured.append(over_http(effort.seconds))
    rate, reference = median(o.per_second for o in measured), median(a.per_second for a in anchors)
    bench.rows.append(Row(name, rate, "answers/s", "pgbench, same SQL, 16 clients", reference, budget))
    bench.note_cpu(name, measured)


def batch(bench: Bench) -> None:
    """1,000 reviews of months offline in two requests, by learners who begin with nothing."""
    effort = bench.effort
    many = 2 * LARGEST_BATCH
    last = 4 + 3 * effort.batches

    async def fill(filling: Filling) -> None:
        await filling.people(1, last)

    items = bench.fill("batch", fill)

    def uploads() -> list[bytes]:
        reviews = payloads.months_offline(items, many)
        return [payloads.upload(reviews[:LARGEST_BATCH]), payloads.upload(reviews[LARGEST_BATCH:])]

    captured = bench.capture("batch", *([_upload(learner, body) for body in uploads()] for learner in (1, 2)))
    script = anchor.script_of("b", captured, learner=learner_id(2), next_learner=":learner + 1")
    move = bench.step(f"a batch of {many:,}", effort.batches)
    seconds, anchors = [], []
    with bench.stage.serving("batch") as server:
        for n in range(-1, effort.batches):
            token = bench.stage.token(learner_id(4 + n))
            requests = [payloads.post("/v1/reviews", token, body) for body in uploads()]
            outcome = bear(Load(server.port, [requests], payloads.ACCEPTED, times=LARGEST_BATCH))
            if n < 0:
                continue  # a cold service
            seconds.append(sum(outcome.all_latencies))
            # Of two learners the second counts: the first meets a connection that has never run the statements.
            first = 3 + effort.batches + 2 * n
            run = anchor.run([script], bench.stage.url("batch"), bench.stage.folder, clients=1, transactions=2, first=first)
            anchors.append(run.latencies[-1])
            move(1)
    reference = "pgbench, same SQL, 1 client"
    budget = Budget("value", at_most=0.15)
    bench.rows.append(Row("1,000 reviews in 2 requests, p50", median(seconds), "s", reference, median(anchors), budget))


def uploads(bench: Bench) -> None:
    """Uploads of 20 reviews by 4 clients, each its own learner halfway through."""
    effort = bench.effort
    halfway = len(bench.stage.catalogue.items) // 2

    async def fill(filling: Filling) -> None:
        await filling.people(1, 2 * UPLOAD_CLIENTS)
        await filling.memories(1, 2 * UPLOAD_CLIENTS, halfway)

    items = bench.fill("uploads", fill)[:halfway]
    first = UPLOAD_CLIENTS + 1
    bodies = [payloads.upload(payloads.in_a_row(items, UPLOAD_SIZE, first + n * UPLOAD_SIZE)) for n in range(VARIETY + 1)]
    requests = [_upload(first, body) for body in bodies]
    captured = bench.capture("uploads", requests[:1], requests[1:])
    scripts = [
        anchor.script_of(f"u{n}", [statements], learner=learner_id(first), next_learner=":first + :client_id")
        for n, statements in enumerate(captured)
    ]
    measured, anchors = [], []
    move = bench.step("uploads of 20", 2 * effort.rounds + 1)
    with bench.stage.serving("uploads") as server:
        tokens = [bench.stage.token(learner_id(1 + n)) for n in range(UPLOAD_CLIENTS)]

        def uploads_of(client: int, many: int) -> list[bytes]:
            reviews = payloads.in_a_row(items, many * UPLOAD_SIZE, client + 1)
            parts = [reviews[start : start + UPLOAD_SIZE] for start in range(0, len(reviews), UPLOAD_SIZE)]
            return [payloads.post("/v1/reviews", tokens[client], payloads.upload(part)) for part in parts]

        def over_http(seconds: float) -> Outcome:
            each = int(seconds * MOST_UPLOADS_A_SECOND / UPLOAD_CLIENTS)
            connections = [uploads_of(client, each) for client in range(UPLOAD_CLIENTS)]
            outcome = bear(Load(server.port, connections, payloads.ACCEPTED, UPLOAD_SIZE, seconds))
            move(1)
            return outcome

        bear(Load(server.port, [uploads_of(0, 1)], payloads.ACCEPTED, UPLOAD_SIZE))
        over_http(1)
        for _ in range(effort.rounds):
            url = bench.stage.url("uploads")
            anchors.append(
                anchor.run(scripts, url, bench.stage.folder, clients=UPLOAD_CLIENTS, seconds=effort.seconds, first=first)
            )
            move(1)
            measured.append(over_http(effort.seconds))
    rate, reference = median(o.per_second for o in measured), median(a.per_second for a in anchors)
    said = "pgbench, same SQL, 4 clients"
    bench.rows.append(Row("uploads of 20, 4 clients", rate, "uploads/s", said, reference, Budget("value", at_least=350)))
    p50, reference = median(median(o.all_latencies) for o in measured), median(a.p50 for a in anchors)
    bench.rows.append(Row("uploads of 20, p50", 1000 * p50, "ms", said, 1000 * reference, Budget("value", at_most=15)))
    bench.note_cpu("uploads of 20", measured)
