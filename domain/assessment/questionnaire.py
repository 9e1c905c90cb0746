"""Scoring a questionnaire about oneself.

Method: each statement is agreed with from 1 to 5, a reversed one counts 6 minus the answer; a scale is the mean of its
statements, shown as 0 to 100 by (mean − 1) / 4 · 100 (summated rating, Likert, A technique for the measurement of attitudes,
1932). Scales within `EVEN_POINTS` of the highest lead together; when all do, the profile is even. It is a starting point
for reading, not a measurement of a person.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from domain.content.assessments import Questionnaire

LEAST, MOST = 1, 5
# Half a step on the five-point scale: smaller differences say nothing.
EVEN_POINTS = 12.5


class MalformedAnswers(Exception):
    """The answers do not fit the questionnaire. Carries a sentence saying what was wrong."""


@dataclass(frozen=True, slots=True)
class ScaleScore:
    """A scale from 0 to 100; `leads` when it is among the highest."""

    scale_id: str
    points: float
    leads: bool


@dataclass(frozen=True, slots=True)
class Profile:
    """All scales in the order of the questionnaire; `even` when none stands out."""

    scales: tuple[ScaleScore, ...]
    even: bool


@dataclass(frozen=True, slots=True)
class SelfResult:
    """What somebody answered to one version of a questionnaire, by statement, and the profile it gave then."""

    id: UUID
    assessment_id: str
    assessment_version: int
    answers: Mapping[str, int]
    profile: Profile
    taken_at: datetime


class PrivateStore(Protocol):
    """One person's self-assessments; nobody else's can be named."""

    async def results(self) -> list[SelfResult]:
        """All results, latest first."""
        ...

    async def add(self, result: SelfResult) -> None:
        """Keep a result."""
        ...

    async def delete(self, result_id: UUID) -> bool:
        """Delete a result for good. False when there is none with this id."""
        ...


def _named(names: list[str]) -> str:
    """The first few, cut short: they may be what a client made up."""
    return ", ".join(name[:40] for name in names[:30])


def profile_of(questionnaire: Questionnaire, answers: Mapping[str, int]) -> Profile:
    """Score complete answers, by statement. Raises `MalformedAnswers`."""
    statements = {statement.statement_id: statement for statement in questionnaire.statements}
    if missing := sorted(statements.keys() - answers.keys()):
        raise MalformedAnswers(f"not answered: {_named(missing)}")
    if unknown := sorted(answers.keys() - statements.keys()):
        raise MalformedAnswers(f"no such statement: {_named(unknown)}")
    values: dict[str, list[int]] = {scale.scale_id: [] for scale in questionnaire.scales}
    for name, answer in answers.items():
        if not LEAST <= answer <= MOST:
            raise MalformedAnswers(f"{name}: an answer is a whole number from {LEAST} to {MOST}")
        statement = statements[name]
        values[statement.scale].append(LEAST + MOST - answer if statement.reversed else answer)
    points = {scale: 100 * (sum(of) / len(of) - LEAST) / (MOST - LEAST) for scale, of in values.items()}
    highest = max(points.values())
    leading = {scale for scale, value in points.items() if value >= highest - EVEN_POINTS}
    even = len(leading) == len(points)
    return Profile(tuple(ScaleScore(scale, value, not even and scale in leading) for scale, value in points.items()), even)
