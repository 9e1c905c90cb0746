"""Handing in reviews: judge each, tell new from repeated, fold the new ones, record everything in one transaction.

Order, batching, repetition and number of devices do not change the memory that results (law 2), and no review blocks another
(law 4). The store is the caller's own; the transaction around it is the wiring's.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from domain.content.catalogue import Catalogue
from domain.content.kinds import MalformedResponse
from domain.practice.algorithm import Algorithm
from domain.practice.clock import correct_time, is_time_zone, practice_day, steady_skew
from domain.practice.device import DeviceRevoked
from domain.practice.grading import grade
from domain.practice.learner import Learner
from domain.practice.memory import Memory, Schedule, advance, fold
from domain.practice.progress import PracticeDay, counted_ms
from domain.practice.review import (
    Batch,
    Envelope,
    FirstVerdict,
    GradedReview,
    Known,
    MemoryTold,
    Quarantined,
    Reason,
    RecordedReview,
    Submission,
)
from domain.practice.store import ItemMemory, Recording, ReviewStore, SkillStanding

Entry = Submission | Quarantined


@dataclass(frozen=True, slots=True)
class Accepted:
    """A new review, recorded and folded."""

    id: UUID
    verdict: FirstVerdict


@dataclass(frozen=True, slots=True)
class Duplicate:
    """A review that was recorded before; answered with its first verdict."""

    id: UUID
    verdict: FirstVerdict


@dataclass(frozen=True, slots=True)
class Conflict:
    """The id was used before for another payload, which stays untouched."""

    id: UUID


@dataclass(frozen=True, slots=True)
class Held:
    """The review waits in quarantine."""

    id: UUID
    reason: Reason
    detail: str


Outcome = Accepted | Duplicate | Conflict | Held


@dataclass(frozen=True, slots=True)
class Receipt:
    """Outcomes in the order sent, the learner's new sequence, what was recorded, and the standing of the skills practised."""

    outcomes: tuple[Outcome, ...]
    learner: Learner
    reviews: tuple[RecordedReview, ...]
    standings: Mapping[str, SkillStanding]


def judge(submission: Submission, batch: Batch, skew: timedelta, catalogue: Catalogue) -> GradedReview | Quarantined:
    """Grade a review against the version that was shown, and date it by a clock with that `skew`; else say why not."""
    envelope = submission.envelope
    item = catalogue.version(submission.item_id, submission.item_version)
    if item is None:
        if submission.item_id not in catalogue.items:
            return Quarantined(envelope, "unknown_item", "no item has this id")
        return Quarantined(envelope, "unknown_item_version", "the item has no such version")
    if not is_time_zone(submission.time_zone):
        return Quarantined(envelope, "unknown_time_zone", "time_zone is not an IANA time zone")
    try:
        verdict = grade(item, submission.response)
    except MalformedResponse as error:
        return Quarantined(envelope, "malformed_response", str(error))
    timing = correct_time(submission.answered_at, skew, batch.received_at)
    return GradedReview(
        submission=submission,
        skill=item.skill,
        answered_at=timing.answered_at,
        skew_ms=timing.skew_ms,
        clamped=timing.clamped,
        practice_day=practice_day(timing.answered_at, submission.time_zone),
        correct=verdict.correct,
        score=verdict.score,
        chance=item.chance,
        prior_known=item.prior_known,
        feedback=verdict.feedback,
    )


async def submit_reviews(
    entries: Sequence[Entry],
    batch: Batch,
    store: ReviewStore,
    *,
    learner_id: UUID,
    catalogue: Catalogue,
    algorithm: Algorithm,
    now: datetime | None = None,
) -> Receipt:
    """Record a batch. Returns one outcome for each entry, in order; safe to repeat any number of times.

    Raises `DeviceRevoked`, for the batch as a whole. `now` is when it is recorded: later than its receipt only for reviews that
    waited in quarantine.
    """
    numbers = {entry.envelope.device_sequence for entry in entries}
    learner = await store.begin(batch, [number for number in numbers if number is not None])
    if learner.device_revoked_at is not None and learner.device_revoked_at <= batch.received_at:
        raise DeviceRevoked
    skew = steady_skew(batch.skew, learner.device_skew)
    judged = [judge(entry, batch, skew, catalogue) if isinstance(entry, Submission) else entry for entry in entries]
    if learner.sitting is not None:
        secret = learner.sitting.secret_items(now or batch.received_at)
        judged = [_held_back(each) if _item_of(each) in secret else each for each in judged]
    items = {each.submission.item_id for each in judged if isinstance(each, GradedReview)}
    recalled = await store.recall([_envelope(each).id for each in judged], sorted(items))
    fresh, quarantined, released = _sort_out(judged, recalled.known)
    recorded, memories = await _fold_in(fresh, recalled.memories, store, learner_id, catalogue, algorithm)
    days = practised_days(fresh)
    recording = Recording(batch, now or batch.received_at, learner.sequence, recorded, quarantined, released, memories, days)
    standings = await store.record(recording)
    return Receipt(_outcomes(judged, recalled.known, recorded), learner, tuple(recorded), standings)


def _item_of(judged: GradedReview | Quarantined) -> str | None:
    return judged.submission.item_id if isinstance(judged, GradedReview) else None


def _held_back(judged: GradedReview | Quarantined) -> Quarantined:
    """A question of an exam that is being sat: counted anywhere now, progress or mastery would tell whether it was right."""
    return Quarantined(
        _envelope(judged), "exam_open", "the item is a question of an exam you are sitting: send it again afterwards"
    )


def _envelope(judged: GradedReview | Quarantined) -> Envelope:
    return judged.submission.envelope if isinstance(judged, GradedReview) else judged.envelope


def _sort_out(
    judged: Iterable[GradedReview | Quarantined], known: Mapping[UUID, Known]
) -> tuple[list[GradedReview], list[Quarantined], list[UUID]]:
    """What is new to the log, what is new to quarantine, and whose quarantine ends because it can be graded now."""
    fresh: dict[UUID, GradedReview] = {}
    quarantined: dict[UUID, Quarantined] = {}
    released: list[UUID] = []
    for each in judged:
        envelope = _envelope(each)
        if envelope.id in fresh or envelope.id in quarantined:
            continue  # the same id twice in one batch: the first counts
        before = known.get(envelope.id)
        if before is not None and (before.first is not None or before.digest != envelope.digest):
            continue
        if isinstance(each, GradedReview):
            fresh[envelope.id] = each
            if before is not None:
                released.append(envelope.id)
        elif before is None:
            quarantined[envelope.id] = each
    return list(fresh.values()), list(quarantined.values()), released


async def _fold_in(
    fresh: Sequence[GradedReview],
    stored: Mapping[str, Memory],
    store: ReviewStore,
    learner_id: UUID,
    catalogue: Catalogue,
    algorithm: Algorithm,
) -> tuple[list[RecordedReview], list[ItemMemory]]:
    """Fold new reviews item by item: onto the stored memory when they come after it, else by refolding the whole history."""
    by_item: dict[str, list[GradedReview]] = {}
    for review in sorted(fresh, key=lambda review: review.place):
        by_item.setdefault(review.submission.item_id, []).append(review)
    late = [item for item, reviews in by_item.items() if item in stored and reviews[0].place < stored[item].place]
    histories = await store.answers(late) if late else {}

    recorded: list[RecordedReview] = []
    memories: list[ItemMemory] = []
    for item_id, reviews in by_item.items():
        retention = catalogue.desired_retention(reviews[0].skill)
        schedule = Schedule(algorithm, retention, (str(learner_id), item_id))
        memory = stored.get(item_id)
        if item_id in histories:
            after = fold([*histories[item_id], *(review.answer for review in reviews)], schedule)
            assert after is not None
            recorded += [_recorded(review, memory, after, algorithm) for review in reviews]
            memory = after
        else:
            for review in reviews:
                after = advance(memory, review.answer, schedule)
                recorded.append(_recorded(review, memory, after, algorithm))
                memory = after
        assert memory is not None
        memories.append(ItemMemory(item_id, reviews[0].skill, memory, item_id not in stored))
    return recorded, memories


def _recorded(review: GradedReview, before: Memory | None, after: Memory, algorithm: Algorithm) -> RecordedReview:
    return RecordedReview(
        graded=review,
        algorithm=algorithm.version,
        parameter_set=algorithm.parameter_set,
        before=None if before is None else MemoryTold.of(before),
        after=MemoryTold.of(after),
    )


def practised_days(reviews: Iterable[GradedReview]) -> list[PracticeDay]:
    """Sums of the reviews by practice day."""
    days: dict[date, PracticeDay] = {}
    for review in reviews:
        before = days.get(review.practice_day, PracticeDay(review.practice_day, 0, 0, 0))
        days[review.practice_day] = PracticeDay(
            day=review.practice_day,
            reviews=before.reviews + 1,
            correct=before.correct + review.correct,
            practised_ms=before.practised_ms + counted_ms(review.submission.latency_ms),
        )
    return list(days.values())


def _outcomes(
    judged: Sequence[GradedReview | Quarantined], known: Mapping[UUID, Known], recorded: Sequence[RecordedReview]
) -> tuple[Outcome, ...]:
    accepted = {review.graded.submission.envelope.id: review for review in recorded}
    seen: dict[UUID, bytes] = {}
    outcomes: list[Outcome] = []
    for each in judged:
        envelope = _envelope(each)
        before = known.get(envelope.id)
        first_digest = before.digest if before is not None else seen.get(envelope.id)
        repeated = envelope.id in seen
        seen.setdefault(envelope.id, envelope.digest)
        if first_digest is not None and first_digest != envelope.digest:
            outcomes.append(Conflict(envelope.id))
        elif before is not None and before.first is not None:
            outcomes.append(Duplicate(envelope.id, before.first))
        elif isinstance(each, Quarantined):
            outcomes.append(Held(envelope.id, each.reason, each.detail))
        else:
            verdict = _first_verdict(accepted[envelope.id])
            outcomes.append((Duplicate if repeated else Accepted)(envelope.id, verdict))
    return tuple(outcomes)


def _first_verdict(review: RecordedReview) -> FirstVerdict:
    graded = review.graded
    return FirstVerdict(
        item_id=graded.submission.item_id,
        item_version=graded.submission.item_version,
        response=graded.submission.response,
        correct=graded.correct,
        score=graded.score,
        after=review.after,
        feedback=graded.feedback,
    )
