"""Workers of the service are killed with SIGKILL while phones upload."""

import asyncio
from collections.abc import Callable
from random import Random
from time import monotonic

from soak.audit import audit
from soak.ledger import Ledger
from soak.phones import at_work, phones
from soak.report import Row
from soak.sizes import Sizes
from soak.stage import SAFE_AGE_SECONDS, Service, SoakStage

WORKERS = 4
PHONES = 8
LEARNERS = 4
# At most, between recovery and the next kill, which so comes at a random moment of a request. The first workers die so fast that
# for a moment none is left; later ones as fast as replacements reach the age at which granian suffers that they die.
BURST_SECONDS = 0.3
SPREAD_SECONDS = 2 * SAFE_AGE_SECONDS / WORKERS


def worker_kills(stage: SoakStage, sizes: Sizes, move: Callable[[float], None]) -> Row:
    """Kill one worker after another, while the others and the replacements go on, and in the end all at once."""
    begun = monotonic()
    url = stage.founded("worker_kills", LEARNERS)
    ledger, recoveries = Ledger(), list[float]()

    async def kill(service: Service) -> None:
        random, first = Random("worker kills"), {worker.pid for worker in service.workers()}
        async with phones(stage, service.base, PHONES, LEARNERS) as held, at_work(held, ledger):
            await ledger.recovery(monotonic())
            for n in range(sizes.worker_kills):
                await asyncio.sleep(random.random() * (BURST_SECONDS if n < WORKERS else SPREAD_SECONDS))
                worker = await service.grown_worker(first)
                moment = monotonic()
                worker.kill()
                recoveries.append(await ledger.recovery(moment))
                move(1 / sizes.worker_kills)
                if ledger.complaints:
                    break
        if not await service.is_staffed(WORKERS):
            ledger.complain(f"the service did not replace all workers; its log is {service.log}")
        # A worker that is still starting would let a polite stop wait for it; and so the last fault takes everything at once.
        service.kill()

    with stage.service(url, workers=WORKERS) as service:
        asyncio.run(kill(service))
    findings = asyncio.run(audit(url, ledger, stage.catalogue))
    return Row.of("kill -9 of workers", len(recoveries), ledger, findings, recoveries, monotonic() - begun)
