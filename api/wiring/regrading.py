"""`composure reviews regrade`: reviews that wait in quarantine are judged again, and recorded where the cause is gone."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import groupby
from uuid import UUID

import msgspec

from api.learner.uploads import entry_of
from api.wiring.database import Database
from domain.content.catalogue import Catalogue
from domain.identity.scope import Caller
from domain.mastery.standing import note_upload
from domain.practice.algorithm import Algorithm
from domain.practice.device import DeviceRevoked
from domain.practice.learner import LearnerMissing
from domain.practice.review import Batch, GradedReview, Submission
from domain.practice.submit import Accepted, Duplicate, Entry, judge, submit_reviews
from repositories.connection import Connection
from repositories.held_reviews import HeldReview, HeldReviewRepository
from repositories.learners import LearnerRepository
from repositories.reviews import ReviewRepository

REVIEWS_A_TRANSACTION = 500


@dataclass(slots=True)
class Tally:
    """How many reviews were held for one reason, and how many of them are graded now."""

    held: int = 0
    graded: int = 0


@dataclass(slots=True)
class Regraded:
    """What a regrading found and did, by the reason for which reviews were held."""

    reasons: dict[str, Tally] = field(default_factory=dict)

    def count(self, held: HeldReview, *, graded: bool) -> None:
        """Count one review."""
        tally = self.reasons.setdefault(held.reason, Tally())
        tally.held += 1
        tally.graded += graded

    @property
    def total(self) -> Tally:
        """All reasons together."""
        return Tally(sum(each.held for each in self.reasons.values()), sum(each.graded for each in self.reasons.values()))


@dataclass(frozen=True, slots=True)
class Regrading:
    """The regrading of one organisation's quarantine, by what is published and known now."""

    database: Database
    organisation_id: UUID
    catalogue: Catalogue
    algorithm: Algorithm
    clock: Callable[[], datetime]

    async def run(self, regraded: Regraded, progress: Callable[[int, int], None] = lambda _done, _all: None) -> None:
        """Judge everything that waits, and add to `regraded` what became of it.

        Safe to repeat, to kill at any moment (a round of one learner is one transaction) and beside uploads: recording takes
        the learner's lock and looks for each id first, so that a retry that came in meanwhile is not recorded twice.
        """
        async with self.database.transaction(self.organisation_id, snapshot=True) as connection:
            quarantine = HeldReviewRepository(connection)
            everything, learner_ids = await quarantine.count(), await quarantine.learners()
        done = 0
        for learner_id in learner_ids:
            after: UUID | None = None
            while True:
                async with self.database.transaction(self.organisation_id) as connection:
                    held = await HeldReviewRepository(connection).held(learner_id, after, REVIEWS_A_TRANSACTION)
                    graded = await _Round(self, connection, Caller(learner_id, self.organisation_id), self.clock()).grade(held)
                for each in held:
                    regraded.count(each, graded=each.id in graded)
                done += len(held)
                progress(done, max(done, everything))
                if len(held) < REVIEWS_A_TRANSACTION:
                    break
                after = held[-1].id


@dataclass(frozen=True, slots=True)
class _Round:
    """Some of one learner's quarantine, in one transaction."""

    job: Regrading
    connection: Connection
    caller: Caller
    now: datetime

    async def grade(self, held: Sequence[HeldReview]) -> set[UUID]:
        """Record those that can be graded, each as of the upload it came with. Returns the ids of those that wait no more."""
        graded: set[UUID] = set()
        # Those that stay are not handed in again, which would tell the learner's devices of a change that is none.
        ready = [(batch, entries) for batch, entries in self._uploads(held) if entries]
        # A learner who is gone, or a device that was revoked, is no reason to stop before everybody else.
        with suppress(LearnerMissing):
            secret = await self._secret_items() if ready else frozenset[str]()
            for batch, entries in ready:
                open_entries = [entry for entry in entries if entry.item_id not in secret]
                with suppress(DeviceRevoked):
                    graded |= await self._record(open_entries, batch) if open_entries else set()
        return graded

    def _uploads(self, held: Sequence[HeldReview]) -> Iterator[tuple[Batch, list[Submission]]]:
        """The reviews by the upload they came with, oldest first; of each those that can be graded."""

        def upload(review: HeldReview) -> tuple[datetime, str, str]:
            return (review.received_at, review.device_id, review.device_sent_at)

        for (received_at, device_id, sent_at), reviews in groupby(sorted(held, key=upload), key=upload):
            batch = Batch(device_id, datetime.fromisoformat(sent_at), sent_at, received_at)
            entries = [entry for entry in map(_read, reviews) if isinstance(entry, Submission)]
            yield (
                batch,
                [each for each in entries if isinstance(judge(each, batch, batch.skew, self.job.catalogue), GradedReview)],
            )

    async def _secret_items(self) -> frozenset[str]:
        """Questions of the exam that is being sat."""
        sitting = (await LearnerRepository(self.connection, self.caller, self.now).career()).sitting
        return frozenset() if sitting is None else sitting.secret_items(self.now)

    async def _record(self, entries: Sequence[Submission], batch: Batch) -> set[UUID]:
        """Hand in as an upload does, and note what follows from it."""
        receipt = await submit_reviews(
            entries,
            batch,
            ReviewRepository(self.connection, self.caller),
            learner_id=self.caller.employee_id,
            catalogue=self.job.catalogue,
            algorithm=self.job.algorithm,
            now=self.now,
        )
        learner = LearnerRepository(self.connection, self.caller, self.now)
        await note_upload(receipt, learner, catalogue=self.job.catalogue, algorithm=self.job.algorithm)
        # What a client's retry has recorded since it was read does not wait any more either.
        return {outcome.id for outcome in receipt.outcomes if isinstance(outcome, Accepted | Duplicate)}


def _read(review: HeldReview) -> Entry:
    """The review as an entry, under the id and digest that it was kept by: its retries go by those."""
    entry = entry_of(msgspec.Raw(review.payload))
    return replace(entry, envelope=replace(entry.envelope, id=review.id, digest=review.digest))
