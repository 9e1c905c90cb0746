"""Sitting an exam: begin, save answers, hand in. The store is the learner's own, its transaction the wiring's."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Protocol
from uuid import UUID

from domain.assessment.exam import Attempt, Eligibility, SavedAnswer, eligibility, result_of
from domain.assessment.form import draw_form
from domain.assessment.reviews import batch_of, reviews_of
from domain.content.assessments import Exam
from domain.content.catalogue import Catalogue
from domain.content.kinds import MalformedResponse
from domain.content.kinds.base import Response
from domain.mastery.standing import StandingStore, note_upload
from domain.practice.algorithm import Algorithm
from domain.practice.grading import grade
from domain.practice.store import ReviewStore
from domain.practice.submit import submit_reviews


class AttemptStore(Protocol):
    """One learner's attempts and passes. Callers hold the learner's row while they change something."""

    async def attempts(self, assessment_id: str) -> list[Attempt]:
        """All attempts at an exam, oldest first."""
        ...

    async def attempt(self, attempt_id: UUID) -> Attempt | None:
        """One attempt; None when there is none of the learner's with this id."""
        ...

    async def open_attempt(self) -> Attempt | None:
        """The attempt that was not handed in yet; there is at most one."""
        ...

    async def passes(self) -> Mapping[str, datetime]:
        """Exams passed, and when."""
        ...

    async def add(self, attempt: Attempt) -> None:
        """Record a new attempt."""
        ...

    async def save_answers(self, attempt: Attempt) -> None:
        """Replace the answers of an open attempt."""
        ...

    async def close(self, attempt: Attempt, now: datetime) -> None:
        """Record submission and result; and the pass, when it is the first, as of `now`: a fact is never dated back."""
        ...


class MayNotBegin(Exception):
    """The exam may not be begun now."""

    def __init__(self, eligibility: Eligibility) -> None:
        super().__init__(eligibility.refusal)
        self.eligibility = eligibility


class AttemptClosed(Exception):
    """Answers came for an attempt that was handed in, or after its time was up."""


@dataclass(frozen=True, slots=True)
class Rejected:
    """An answer that could not be taken: its place, and why in words."""

    place: int
    detail: str


async def begin(
    exam: Exam, store: AttemptStore, catalogue: Catalogue, *, learner_id: UUID, attempt_id: UUID, salt: UUID, now: datetime
) -> Attempt:
    """Begin the exam; repeated while the attempt is open, it gives the same attempt. Raises `MayNotBegin`, `BankTooSmall`.

    The caller first closes an attempt whose time is up (`is_overdue`).
    """
    standing = await store.open_attempt()
    if standing is not None and standing.assessment_id == exam.assessment_id:
        return standing
    may = eligibility(
        exam,
        await store.attempts(exam.assessment_id),
        now,
        passed=exam.assessment_id in await store.passes(),
        other_open=standing is not None,
    )
    if may.refusal is not None:
        raise MayNotBegin(may)
    attempt = Attempt(
        id=attempt_id,
        assessment_id=exam.assessment_id,
        assessment_version=exam.version,
        pass_mark=exam.pass_mark,
        salt=salt,
        questions=draw_form(exam, catalogue, learner_id, attempt_id),
        started_at=now,
        deadline_at=now + timedelta(minutes=exam.minutes),
        answers={},
        submitted_at=None,
        result=None,
    )
    await store.add(attempt)
    return attempt


def with_answers(
    attempt: Attempt, given: Sequence[tuple[int, Response]], catalogue: Catalogue, now: datetime
) -> tuple[Attempt, list[Rejected]]:
    """The attempt with the answers that arrived `now`, and those that could not be taken. Raises `AttemptClosed`.

    One bad answer does not lose the others. An answer that was saved before and has not changed keeps its time.
    """
    if not attempt.takes_answers(now):
        raise AttemptClosed
    answers = dict(attempt.answers)
    rejected: list[Rejected] = []
    for place, response in given:
        if place >= len(attempt.questions):
            rejected.append(Rejected(place, f"the exam has {len(attempt.questions)} questions, numbered from 0"))
            continue
        question = attempt.questions[place]
        item = catalogue.version(question.item_id, question.item_version)
        assert item is not None  # a version once published is never gone
        try:
            grade(item, response)
        except MalformedResponse as error:
            rejected.append(Rejected(place, str(error)))
            continue
        before = answers.get(place)
        if before is None or before.response != response:
            answers[place] = SavedAnswer(response, now)
    return replace(attempt, answers=answers), rejected


def handed_in(attempt: Attempt, catalogue: Catalogue, now: datetime) -> Attempt:
    """The attempt, graded and closed as of `now`, or as of its deadline when that has passed."""
    result = result_of(attempt, catalogue)
    return replace(attempt, submitted_at=min(now, attempt.deadline_at), result=result)


async def hand_in(
    attempt: Attempt,
    store: AttemptStore,
    log: ReviewStore,
    standing: StandingStore,
    *,
    learner_id: UUID,
    time_zone: str,
    catalogue: Catalogue,
    algorithm: Algorithm,
    now: datetime,
) -> Attempt:
    """Grade and close the attempt, record its answers as reviews, and note what follows from them."""
    closed = handed_in(attempt, catalogue, now)
    await store.close(closed, now)
    entries = list(reviews_of(closed, time_zone))
    if entries:
        receipt = await submit_reviews(
            entries, batch_of(now), log, learner_id=learner_id, catalogue=catalogue, algorithm=algorithm
        )
        await note_upload(receipt, standing, catalogue=catalogue, algorithm=algorithm)
    return closed


def is_overdue(attempt: Attempt, now: datetime) -> bool:
    """Whether time ran out on an attempt that nobody handed in."""
    return attempt.submitted_at is None and not attempt.takes_answers(now)
