"""A retry storm: a phone in a tunnel sends the same batch again and again, and all copies arrive at once."""

import asyncio
from collections.abc import Callable
from time import monotonic

from soak.audit import audit
from soak.ledger import Ledger
from soak.phones import phones
from soak.report import Row
from soak.sizes import Sizes
from soak.stage import SoakStage


def storm(stage: SoakStage, sizes: Sizes, move: Callable[[float], None]) -> Row:
    """One batch, all copies at once: every answer is a 200, and each review is accepted once."""
    begun = monotonic()
    url = stage.founded("storm", 1)
    ledger = Ledger()

    async def rage(base: str) -> None:
        async with phones(stage, base, 1, 1) as [phone]:
            upload = phone.upload(phone.answers(sizes.storm_reviews))

            async def send() -> None:
                await phone.post_once(upload, ledger)
                move(1 / sizes.storm_copies)

            await asyncio.gather(*(send() for _ in range(sizes.storm_copies)))

    with stage.service(url) as service:
        asyncio.run(rage(service.base))
    if never := ledger.sent - (+ledger.accepted).keys():
        ledger.complain(f"{len(never)} reviews were never accepted")
    findings = asyncio.run(audit(url, ledger, stage.catalogue))
    return Row.of("retry storm", sizes.storm_copies, ledger, findings, [], monotonic() - begun)
