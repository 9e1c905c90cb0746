"""Assessments as they are published: stage exams with a blueprint, and questionnaires about oneself."""

from dataclasses import dataclass

from domain.text import Text


@dataclass(frozen=True, slots=True)
class BlueprintLine:
    """`count` items of one skill, of the given kinds (all kinds, when none is given)."""

    skill: str
    kinds: tuple[str, ...]
    count: int


@dataclass(frozen=True, slots=True)
class RetakeRule:
    """How soon and how often an exam may be taken again: so many attempts within so many days, and a wait between two."""

    wait_hours: int
    attempts: int
    within_days: int


@dataclass(frozen=True, slots=True)
class Exam:
    """One immutable version of a stage exam. Passed when the share of points reaches `pass_mark`."""

    assessment_id: str
    version: int
    position: int
    title: Text
    minutes: int
    pass_mark: float
    blueprint: tuple[BlueprintLine, ...]
    retake: RetakeRule


@dataclass(frozen=True, slots=True)
class Scale:
    """One dimension of a questionnaire, what a high value may mean, and lessons to read about it."""

    scale_id: str
    title: Text
    reading: Text
    lessons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Statement:
    """A sentence to agree with from 1 (not at all) to 5 (fully); a `reversed` one counts the other way round."""

    statement_id: str
    scale: str
    text: Text
    reversed: bool


@dataclass(frozen=True, slots=True)
class Questionnaire:
    """One immutable version of a self-assessment: voluntary, private to the person, never a grade."""

    assessment_id: str
    version: int
    position: int
    title: Text
    purpose: Text
    method: Text
    even: Text
    scales: tuple[Scale, ...]
    statements: tuple[Statement, ...]


Assessment = Exam | Questionnaire
