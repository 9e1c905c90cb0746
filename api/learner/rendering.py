"""From domain values to the shapes that learners are sent, in their language."""

from collections.abc import Set
from datetime import date
from typing import Literal
from uuid import UUID

from api.learner.drill_schemas import ItemStepBody, LessonStepBody, MemoryBody, ReviewResult
from api.learner.question_rendering import feedback_body, question_fields
from api.learner.question_schemas import FeedbackBody
from api.learner.schemas import CardBody, PartBody
from domain.content.catalogue import Catalogue
from domain.content.items import ItemVersion
from domain.content.lessons import Card, LessonVersion
from domain.practice.algorithm import Algorithm
from domain.practice.days_off import DaysOff
from domain.practice.drill import ItemStep, LessonStep
from domain.practice.grading import grade
from domain.practice.learner import Preferences
from domain.practice.review import FirstVerdict, MemoryTold
from domain.practice.submit import Accepted, Conflict, Duplicate, Held, Outcome
from domain.text import Language, Text


def step_body(step: ItemStep | LessonStep, learner_id: UUID, language: Language) -> LessonStepBody | ItemStepBody:
    """One step of a drill."""
    if isinstance(step, LessonStep):
        return LessonStepBody(
            lesson_id=step.lesson.lesson_id,
            lesson_version=step.lesson.version,
            skill=step.lesson.skill,
            title=step.lesson.title.said_in(language),
            minutes=step.lesson.minutes,
            cards=cards_of(step.lesson, language),
        )
    item = step.item
    question = question_fields(item, language, learner_id, item.item_id, item.version, step.repetitions)
    return ItemStepBody(reason=step.reason, retrievability=step.retrievability, **question)


def cards_of(lesson: LessonVersion, language: Language) -> list[CardBody]:
    """The cards of a lesson."""
    return [_card(card, language) for card in lesson.cards]


def _card(card: Card, language: Language) -> CardBody:
    def said(text: Text | None) -> str | None:
        return None if text is None else text.said_in(language)

    lines = [PartBody(f"l{n}", line.text.said_in(language), line.speaker) for n, line in enumerate(card.lines, start=1)]
    return CardBody(card.kind, said(card.title), said(card.text), lines, card.avoid)


class ResultWriter:
    """Writes what became of each review, in the learner's language and as of the learner's practice day."""

    def __init__(
        self,
        catalogue: Catalogue,
        algorithm: Algorithm,
        preferences: Preferences,
        today: date,
        secret: Set[str] = frozenset(),
    ) -> None:
        self._catalogue = catalogue
        self._algorithm = algorithm
        self._language = preferences.language
        self._days_off = preferences.days_off
        self._today = today
        self._secret = secret

    def result(self, outcome: Outcome) -> ReviewResult:
        """One result."""
        match outcome:
            case Accepted():
                return self._graded("accepted", outcome.id, outcome.verdict)
            case Duplicate():
                return self._graded("duplicate", outcome.id, outcome.verdict)
            case Conflict():
                detail = "This id was used before for another answer, which stays as it is."
                return ReviewResult(id=outcome.id, status="conflict", reason="id_reused", detail=detail)
            case Held():
                return ReviewResult(id=outcome.id, status="quarantined", reason=outcome.reason, detail=outcome.detail)

    def _graded(self, status: Literal["accepted", "duplicate"], identity: UUID, verdict: FirstVerdict) -> ReviewResult:
        if verdict.item_id in self._secret:
            detail = "The question belongs to an exam you are sitting: the answer counts, and what it was is told afterwards."
            return ReviewResult(id=identity, status=status, reason="exam_open", detail=detail)
        item = self._catalogue.version(verdict.item_id, verdict.item_version)
        return ReviewResult(
            id=identity,
            status=status,
            correct=verdict.correct,
            score=verdict.score,
            explanation=None if item is None else item.explanation.said_in(self._language),
            feedback=None if item is None else self._feedback(item, verdict),
            memory=self._memory(verdict.after),
        )

    def _feedback(self, item: ItemVersion, verdict: FirstVerdict) -> FeedbackBody:
        # A duplicate is graded again: the version is immutable, so this says what was said the first time.
        feedback = grade(item, verdict.response).feedback if verdict.feedback is None else verdict.feedback
        return feedback_body(item, feedback, self._language)

    def _memory(self, told: MemoryTold) -> MemoryBody:
        elapsed_days = max(0, (self._today - told.last_practice_day).days)
        return MemoryBody(
            stability=told.stability,
            difficulty=told.difficulty,
            retrievability=self._algorithm.retrievability(told.stability, elapsed_days),
            due_on=due_told(told, self._days_off),
            lapses=told.lapses,
            reviews=told.repetitions,
        )


def due_told(told: MemoryTold, days_off: DaysOff) -> date:
    """The due day a learner is told: one that falls on days off is shifted behind them, one to be relearned today stays."""
    return told.due_on if told.due_on == told.last_practice_day else days_off.shifted(told.due_on)
