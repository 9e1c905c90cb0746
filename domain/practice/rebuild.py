"""What the log implies for learners, and what of that differs from what is stored. Only for jobs: it folds with numpy."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from itertools import accumulate, chain
from math import isclose
from typing import Generic, TypeVar
from uuid import UUID

import numpy as np

from domain.practice.algorithm import Fsrs6
from domain.practice.memory import Memory, Schedule
from domain.practice.progress import PracticeDay, counted_ms
from domain.practice.refold import Answers, due_days, refold

# What two computations of one float may differ by: far above the noise of formulas and far below what anybody could notice.
TOLERANCE = 1e-9

K = TypeVar("K")
V = TypeVar("V")


@dataclass(frozen=True, slots=True)
class History:
    """All that the log holds of one learner and item, column by column, in the order of the answers' places."""

    learner_id: UUID
    item_id: str
    last_answered_at: datetime
    last_review_id: UUID
    skill: str
    practice_days: Sequence[date]
    correct: Sequence[bool]
    chances: Sequence[float]
    priors_known: Sequence[float]
    latencies_ms: Sequence[int | None]


@dataclass(frozen=True, slots=True)
class SkillMemory:
    """A memory and the skill it counts for."""

    skill: str
    memory: Memory


@dataclass(frozen=True, slots=True)
class Standing:
    """What of a skill's standing follows from the log; when it was mastered is a fact of its own."""

    items_seen: int
    reviews: int
    last_practised_on: date


@dataclass(frozen=True, slots=True)
class Practice:
    """What follows from one learner's log: by item, by practice day and by skill."""

    memories: dict[str, SkillMemory] = field(default_factory=dict)
    days: dict[date, PracticeDay] = field(default_factory=dict)
    standings: dict[str, Standing] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Difference(Generic[K, V]):
    """What is to be written so that the stored is the implied, and what is stored and implied by nothing."""

    changed: dict[K, V]
    gone: list[K]

    def __len__(self) -> int:
        return len(self.changed) + len(self.gone)


@dataclass(frozen=True, slots=True)
class Correction:
    """What makes one learner's stored practice the fold of the log. Without anything in it, it is that already."""

    memories: Difference[str, SkillMemory]
    days: Difference[date, PracticeDay]
    standings: Difference[str, Standing]

    def __bool__(self) -> bool:
        return bool(self.memories or self.days or self.standings)


def implied(histories: Sequence[History], algorithm: Fsrs6, retention_of: Callable[[str], float]) -> dict[UUID, Practice]:
    """The practice of every learner who has a history; `retention_of` gives the desired retention of a skill."""
    practices: dict[UUID, Practice] = {}
    for history, memory in zip(histories, _memories(histories, algorithm, retention_of), strict=True):
        practice = practices.setdefault(history.learner_id, Practice())
        practice.memories[history.item_id] = SkillMemory(history.skill, memory)
        _add_days(practice, history)
        _add_standings(practice, history)
    return practices


def _memories(histories: Sequence[History], algorithm: Fsrs6, retention_of: Callable[[str], float]) -> Iterator[Memory]:
    lengths = [len(history.practice_days) for history in histories]
    starts = np.array([0, *accumulate(lengths)], dtype=np.int64)[:-1]
    folded = refold(_columns_of(histories), starts, algorithm)
    schedules = [
        Schedule(algorithm, retention_of(history.skill), (str(history.learner_id), history.item_id)) for history in histories
    ]
    columns = zip(
        histories,
        folded.stability.tolist(),
        folded.difficulty.tolist(),
        folded.first_practice_day.tolist(),
        folded.last_practice_day.tolist(),
        due_days(folded, schedules),
        folded.repetitions.tolist(),
        folded.lapses.tolist(),
        folded.relearning.tolist(),
        strict=True,
    )
    for history, stability, difficulty, first_day, last_day, due_on, repetitions, lapses, relearning in columns:
        yield Memory(
            stability=stability,
            difficulty=difficulty,
            first_practice_day=date.fromordinal(first_day),
            last_practice_day=date.fromordinal(last_day),
            due_on=due_on,
            repetitions=repetitions,
            lapses=lapses,
            relearning=relearning,
            last_answered_at=history.last_answered_at,
            last_review_id=history.last_review_id,
        )


def _columns_of(histories: Sequence[History]) -> Answers:
    chained = chain.from_iterable
    return Answers(
        practice_day=np.fromiter((day.toordinal() for history in histories for day in history.practice_days), np.int64),
        correct=np.fromiter(chained(history.correct for history in histories), np.bool_),
        chance=np.fromiter(chained(history.chances for history in histories), np.float64),
        prior_known=np.fromiter(chained(history.priors_known for history in histories), np.float64),
    )


def _add_days(practice: Practice, history: History) -> None:
    for day, correct, latency_ms in zip(history.practice_days, history.correct, history.latencies_ms, strict=True):
        before = practice.days.get(day) or PracticeDay(day, 0, 0, 0)
        practised_ms = before.practised_ms + counted_ms(latency_ms)
        practice.days[day] = PracticeDay(day, before.reviews + 1, before.correct + correct, practised_ms)


def _add_standings(practice: Practice, history: History) -> None:
    last_day = max(history.practice_days)
    before = practice.standings.get(history.skill) or Standing(0, 0, last_day)
    practice.standings[history.skill] = Standing(
        before.items_seen + 1, before.reviews + len(history.practice_days), max(before.last_practised_on, last_day)
    )


def correction(stored: Practice, implied: Practice) -> Correction:
    """What to write, and what to forget."""
    return Correction(
        memories=_difference(stored.memories, implied.memories, _agree),
        days=_difference(stored.days, implied.days),
        standings=_difference(stored.standings, implied.standings),
    )


def _difference(
    stored: Mapping[K, V], implied: Mapping[K, V], agree: Callable[[V, V], bool] = lambda one, other: one == other
) -> Difference[K, V]:
    changed = {key: value for key, value in implied.items() if key not in stored or not agree(stored[key], value)}
    return Difference(changed, [key for key in stored if key not in implied])


def _agree(one: SkillMemory, other: SkillMemory) -> bool:
    ours, theirs = one.memory, other.memory
    return (
        one.skill == other.skill
        and isclose(ours.stability, theirs.stability, rel_tol=TOLERANCE)
        and isclose(ours.difficulty, theirs.difficulty, rel_tol=TOLERANCE)
        and replace(ours, stability=theirs.stability, difficulty=theirs.difficulty) == theirs
    )
