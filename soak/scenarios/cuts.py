"""The network cuts connections: before, within and after the request, and in the middle of the answer."""

import asyncio
from collections.abc import Callable
from time import monotonic

from soak.audit import audit
from soak.ledger import PATIENCE_SECONDS, Ledger
from soak.phones import at_work, phones
from soak.proxy import CuttingProxy
from soak.report import Row
from soak.sizes import Sizes
from soak.stage import SoakStage

PHONES = 8
LEARNERS = 4


def cuts(stage: SoakStage, sizes: Sizes, move: Callable[[float], None]) -> Row:
    """Phones upload through a proxy that cuts about every other request."""
    begun = monotonic()
    url = stage.founded("cuts", LEARNERS)
    ledger, recoveries = Ledger(), list[float]()

    async def cut(service_port: int) -> None:
        proxy = CuttingProxy(service_port, sizes.cuts)
        async with (
            proxy.listening() as base,
            phones(stage, base, PHONES, LEARNERS) as held,
            at_work(held, ledger),
        ):
            for n in range(sizes.cuts):
                try:
                    moment = await asyncio.wait_for(proxy.next_cut(n), PATIENCE_SECONDS)
                except TimeoutError:
                    ledger.complain(f"no request came to be cut for {PATIENCE_SECONDS} s")
                    break
                recoveries.append(await ledger.recovery(moment))
                move(1 / sizes.cuts)
                if ledger.complaints:
                    break

    with stage.service(url) as service:
        asyncio.run(cut(service.port))
    findings = asyncio.run(audit(url, ledger, stage.catalogue))
    return Row.of("cut connections", len(recoveries), ledger, findings, recoveries, monotonic() - begun)
