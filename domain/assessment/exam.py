"""Rules of a stage exam: when it may be begun, until when answers count, and what the result is."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from domain.assessment.form import Question
from domain.content.assessments import Exam, RetakeRule
from domain.content.catalogue import Catalogue
from domain.content.kinds.base import Response, passes
from domain.practice.grading import grade

# What a slow network may cost somebody who hands in at the last moment. The client is told the deadline without it.
GRACE = timedelta(seconds=30)


@dataclass(frozen=True, slots=True)
class SavedAnswer:
    """What was answered at one place of the form, and when the server got it."""

    response: Response
    answered_at: datetime


@dataclass(frozen=True, slots=True)
class SkillResult:
    """Points of one skill: each question gives its score, 0 to 1."""

    skill: str
    points: float
    questions: int


@dataclass(frozen=True, slots=True)
class Result:
    """What an attempt came to; `score` is the share of all points."""

    score: float
    passed: bool
    skills: tuple[SkillResult, ...]


@dataclass(frozen=True, slots=True)
class Attempt:
    """One attempt at one version of an exam, whose pass mark it keeps.

    Open until it is submitted, by the candidate or because time ran out. `salt` is told to nobody: the ids of the reviews that
    the answers become follow from it, and nobody can take them beforehand.
    """

    id: UUID
    assessment_id: str
    assessment_version: int
    pass_mark: float
    salt: UUID
    questions: tuple[Question, ...]
    started_at: datetime
    deadline_at: datetime
    answers: Mapping[int, SavedAnswer]
    submitted_at: datetime | None
    result: Result | None

    def takes_answers(self, now: datetime) -> bool:
        """Whether an answer that arrives `now` still counts."""
        return self.submitted_at is None and now <= self.deadline_at + GRACE


class Refusal(StrEnum):
    """Why an exam may not be begun."""

    PASSED = "exam_passed"
    OTHER_OPEN = "attempt_open"
    TOO_SOON = "retake_too_soon"
    USED_UP = "attempts_used_up"


@dataclass(frozen=True, slots=True)
class Eligibility:
    """Whether an exam may be begun; if not, why, and from when on it may (None: not by waiting)."""

    refusal: Refusal | None
    from_time: datetime | None = None


def eligibility(exam: Exam, past: Sequence[Attempt], now: datetime, *, passed: bool, other_open: bool) -> Eligibility:
    """Whether the learner, who made the attempts `past` at this exam, may begin another one."""
    if passed:
        return Eligibility(Refusal.PASSED)
    if other_open:
        return Eligibility(Refusal.OTHER_OPEN)
    return _by_retake_rule(exam.retake, sorted(attempt.started_at for attempt in past), now)


def _by_retake_rule(rule: RetakeRule, started: Sequence[datetime], now: datetime) -> Eligibility:
    if not started:
        return Eligibility(None)
    window = timedelta(days=rule.within_days)
    recent = [moment for moment in started if moment > now - window]
    # With so many attempts in the window, the next is free when enough of them have left it.
    rested = started[-1] + timedelta(hours=rule.wait_hours)
    if len(recent) >= rule.attempts:
        return Eligibility(Refusal.USED_UP, max(rested, recent[-rule.attempts] + window))
    return Eligibility(Refusal.TOO_SOON, rested) if now < rested else Eligibility(None)


def result_of(attempt: Attempt, catalogue: Catalogue) -> Result:
    """Grade every place against the version shown; a place left empty gives no points."""
    points: dict[str, list[float]] = {}
    for place, question in enumerate(attempt.questions):
        item = catalogue.version(question.item_id, question.item_version)
        assert item is not None  # a version once published is never gone
        saved = attempt.answers.get(place)
        score = 0.0 if saved is None else grade(item, saved.response).score
        points.setdefault(item.skill, []).append(score)
    total = sum(map(sum, points.values())) / len(attempt.questions)
    skills = tuple(SkillResult(skill, sum(scores), len(scores)) for skill, scores in points.items())
    return Result(total, passes(total, attempt.pass_mark), skills)
