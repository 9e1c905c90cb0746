"""Contention: many workers hand in the same reviews of several learners, in different orders and groupings."""

import asyncio
from collections.abc import Callable, Sequence
from random import Random
from time import monotonic
from typing import Any

from soak.audit import audit
from soak.ledger import Ledger
from soak.phones import Phone, phones
from soak.report import Row
from soak.sizes import Sizes
from soak.stage import SoakStage

WORKERS = 12
LEARNERS = 3
LARGEST_GROUP = 60
VARIETY = 12


def contention(stage: SoakStage, sizes: Sizes, move: Callable[[float], None]) -> Row:
    """Every worker hands in all reviews: no deadlock, no 5xx, and every memory is the fold of the log."""
    begun = monotonic()
    url = stage.founded("contention", LEARNERS)
    ledger = Ledger()

    async def fight(base: str) -> None:
        async with phones(stage, base, WORKERS * LEARNERS, LEARNERS, variety=VARIETY) as held:
            reviews = [
                (n, review) for n, phone in enumerate(held[:LEARNERS]) for review in phone.answers(sizes.contended_reviews)
            ]

            def moved(many: int) -> None:
                move(many / (WORKERS * len(reviews)))

            async with asyncio.TaskGroup() as group:
                for n in range(WORKERS):
                    own = held[n * LEARNERS : (n + 1) * LEARNERS]
                    group.create_task(_hand_in(own, reviews, Random(f"worker {n}"), ledger, moved))

    with stage.service(url, workers=2) as service:
        asyncio.run(fight(service.base))
    findings = asyncio.run(audit(url, ledger, stage.catalogue))
    return Row.of("contention", WORKERS, ledger, findings, [], monotonic() - begun)


async def _hand_in(
    own: Sequence[Phone],
    reviews: Sequence[tuple[int, dict[str, Any]]],
    random: Random,
    ledger: Ledger,
    moved: Callable[[int], None],
) -> None:
    """All reviews in an order and in groups of this worker's own, each learner's from a device of this worker's own."""
    order = random.sample(reviews, len(reviews))
    while order:
        taken = [order.pop() for _ in range(min(len(order), random.randint(1, LARGEST_GROUP)))]
        for n, phone in enumerate(own):
            if group := [review for learner, review in taken if learner == n]:
                await phone.post_once(phone.upload(group), ledger)
        moved(len(taken))
