"""Cursors while commits are slow and overtake each other: devices pull all the time what others upload all the time."""

import asyncio
from collections.abc import Callable, Sequence
from random import Random
from time import monotonic

import asyncpg
import httpx

from bench.filling import learner_id
from soak.audit import audit
from soak.follower import Follower
from soak.ledger import Ledger
from soak.phones import BATCH, Phone, phones
from soak.report import Row
from soak.sizes import Sizes
from soak.slow_commits import slow_commits
from soak.stage import SoakStage

WRITERS = 16
LEARNERS = 4
PULLERS = 2
LIMITS = (1, 30, 500)

HELD = "SELECT item_id, repetitions FROM memory WHERE learner_id = $1"


def cursor(stage: SoakStage, sizes: Sizes, move: Callable[[float], None]) -> Row:
    """No change is missed and none comes twice: at every end of the feed the devices hold what the server has."""
    begun = monotonic()
    url = stage.founded("cursor", LEARNERS)
    ledger, followers = Ledger(), list[Follower]()

    async def follow(base: str) -> None:
        async with (
            phones(stage, base, WRITERS, LEARNERS) as writers,
            phones(stage, base, PULLERS * LEARNERS, LEARNERS) as devices,
        ):
            followers.extend(Follower(device, ledger, f"device {n}") for n, device in enumerate(devices))
            done = asyncio.Event()
            each = -(-sizes.feed_reviews // (WRITERS * BATCH))
            async with asyncio.TaskGroup() as pulling:
                for n in range(PULLERS):
                    pulling.create_task(_pull(followers[n * LEARNERS : (n + 1) * LEARNERS], done, Random(f"puller {n}"), ledger))
                async with asyncio.TaskGroup() as writing:
                    for writer in writers:
                        writing.create_task(_write(writer, each, ledger, lambda: move(1 / (WRITERS * each))))
                done.set()
            await _compare(url, devices, followers, ledger)

    with slow_commits(url) as (slow_url, proxy), stage.service(slow_url, workers=2) as service:
        asyncio.run(follow(service.base))
    findings = asyncio.run(audit(url, ledger, stage.catalogue))
    findings.doubled += sum(follower.repeated for follower in followers)
    return Row.of("cursors, slow commits", proxy.held, ledger, findings, [], monotonic() - begun)


async def _write(phone: Phone, uploads: int, ledger: Ledger, move: Callable[[], None]) -> None:
    for _ in range(uploads):
        await phone.deliver(phone.upload(phone.answers(BATCH)), ledger)
        move()


async def _pull(followers: Sequence[Follower], done: asyncio.Event, random: Random, ledger: Ledger) -> None:
    """Pull one learner's feed after the other, all the time, and once more to the end when nobody writes any more."""
    last_round = False
    while not last_round:
        last_round = done.is_set()
        for follower in followers:
            try:
                while await follower.pull(random.choice(LIMITS)):
                    pass
            except (httpx.HTTPError, TimeoutError) as error:
                ledger.complain(f"a pull failed: {error!r}")


async def _compare(url: str, devices: Sequence[Phone], followers: Sequence[Follower], ledger: Ledger) -> None:
    """Devices, feed and database agree in the end."""
    connection = await asyncpg.connect(url)
    for n, (device, follower) in enumerate(zip(devices, followers, strict=True)):
        rows = await connection.fetch(HELD, learner_id(1 + n % LEARNERS))
        if dict(rows) != follower.repetitions:
            ledger.complain(f"device {n} holds other memories than the server")
        state = await device.get("/v1/state")
        if state["digest"] != follower.digest:
            ledger.complain(f"device {n} has the digest {follower.digest}, the state {state['digest']}")
    await connection.close()
