"""PostgreSQL is killed with all its processes while phones upload, and started again at once; the service keeps running."""

import asyncio
from collections.abc import Callable
from random import Random
from time import monotonic

from soak.audit import audit
from soak.ledger import Ledger
from soak.phones import at_work, phones
from soak.report import Row
from soak.sizes import Sizes
from soak.stage import SoakStage

WORKERS = 2
PHONES = 8
LEARNERS = 4
REST_SECONDS = 1.0  # at most, between recovery and the next kill: a random moment of a transaction


def database_kills(stage: SoakStage, sizes: Sizes, move: Callable[[float], None]) -> Row:
    """Kill it time and again, and at last stop it in immediate mode."""
    begun = monotonic()
    url = stage.founded("database_kills", LEARNERS)
    ledger, recoveries = Ledger(), list[float]()
    ways = [*[stage.server.kill] * sizes.database_kills, stage.server.stop_at_once]

    async def kill(base: str) -> None:
        random = Random("database kills")
        async with phones(stage, base, PHONES, LEARNERS) as held, at_work(held, ledger):
            await ledger.recovery(monotonic())
            for way in ways:
                await asyncio.sleep(REST_SECONDS * random.random())
                await asyncio.to_thread(way)
                starting = asyncio.create_task(asyncio.to_thread(stage.server.start))
                recoveries.append(await ledger.recovery(await stage.server.until_it_accepts()))
                await starting
                move(1 / len(ways))
                if ledger.complaints:
                    break

    with stage.service(url, workers=WORKERS) as service:
        asyncio.run(kill(service.base))
    findings = asyncio.run(audit(url, ledger, stage.catalogue))
    return Row.of("kill -9 of PostgreSQL", len(recoveries), ledger, findings, recoveries, monotonic() - begun)
