"""The fold of many histories at once: for each what `domain.practice.memory.fold` gives, but for the noise of floats.

Step k is taken by all histories that have a k-th answer, in numpy's columns. Only jobs need that, so only they may import this
module: the service must start and run without numpy. A column goes where the rules for one answer have a number, and what holds
neither a branch nor a function of `math` is used as it stands there (hence `Any`); the rest has its twin under the same name
here, and a test holds both together.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
from numpy.typing import NDArray

from domain.practice.algorithm import (
    LEAST_DIFFICULTY,
    LEAST_STABILITY_DAYS,
    MOST_DIFFICULTY,
    MOST_STABILITY_DAYS,
    Fsrs6,
    Rating,
    State,
)
from domain.practice.memory import Schedule, blend, due_on, known_probability

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class Answers:
    """What the fold needs of answers, column by column (see `memory.Answer`); practice days as `date.toordinal` counts them."""

    practice_day: Whole
    correct: Flags
    chance: Floats
    prior_known: Floats

    def at(self, places: Whole) -> "Answers":
        """The answers at these places."""
        return Answers(self.practice_day[places], self.correct[places], self.chance[places], self.prior_known[places])


@dataclass(frozen=True, slots=True, eq=False)
class Memories:
    """What histories imply, column by column (see `memory.Memory`), a row for each history; days as ordinals."""

    stability: Floats
    difficulty: Floats
    first_practice_day: Whole
    last_practice_day: Whole
    repetitions: Whole
    lapses: Whole
    relearning: Flags

    def at(self, places: Whole) -> "Memories":
        """The memories at these places."""
        return Memories(
            stability=self.stability[places],
            difficulty=self.difficulty[places],
            first_practice_day=self.first_practice_day[places],
            last_practice_day=self.last_practice_day[places],
            repetitions=self.repetitions[places],
            lapses=self.lapses[places],
            relearning=self.relearning[places],
        )


class _Fsrs6OfColumns(Fsrs6):
    """`Fsrs6` with columns for numbers; formulas and their sources stand there, beside methods of these names."""

    def __init__(self, algorithm: Fsrs6) -> None:
        super().__init__(algorithm.parameters, algorithm.parameter_set)

    def step(self, before: State | None, rating: Rating, elapsed_days: Any) -> State:
        if before is None:
            return super().step(None, rating, 0)
        later = self._stability_after_recall if rating is Rating.GOOD else self._stability_after_forgetting
        stability = _chosen(elapsed_days == 0, self._same_day_stability(before, rating), later(before, elapsed_days))
        difficulty: Any = self._next_difficulty(before.difficulty, rating)
        return State(
            stability=_limited(stability, LEAST_STABILITY_DAYS, MOST_STABILITY_DAYS),
            difficulty=_limited(difficulty, LEAST_DIFFICULTY, MOST_DIFFICULTY),
        )

    def _same_day_stability(self, before: State, rating: Rating) -> Any:
        growth = np.exp(self._w[17] * (rating - Rating.GOOD + self._w[18])) * before.stability ** -self._w[19]
        return before.stability * (np.maximum(growth, 1.0) if rating is Rating.GOOD else growth)

    def _stability_after_recall(self, before: State, elapsed_days: Any) -> Any:
        forgotten = 1 - self.retrievability(before.stability, elapsed_days)
        ease = self._recall_growth * (11 - before.difficulty) * before.stability ** -self._w[9]
        return before.stability * (1 + ease * np.expm1(self._w[10] * forgotten))

    def _stability_after_forgetting(self, before: State, elapsed_days: Any) -> Any:
        forgotten = 1 - self.retrievability(before.stability, elapsed_days)
        kept = self._w[11] * before.difficulty ** -self._w[12] * ((before.stability + 1) ** self._w[13] - 1)
        return np.minimum(kept * np.exp(self._w[14] * forgotten), before.stability / self._forgetting_cap)


def refold(answers: Answers, starts: Whole, algorithm: Fsrs6) -> Memories:
    """The memory that each history implies.

    History i is `answers` from `starts[i]` to the next start, in the order of their places. Raises `ValueError` for an empty one.
    """
    lengths = np.diff(starts, append=len(answers.practice_day))
    if np.any(lengths < 1):
        raise ValueError("a history without answers implies no memory")
    # The longest first: those that have a k-th answer stand at the beginning, and a slice is no copy.
    order = np.argsort(-lengths, kind="stable")
    starts, lengths = starts[order], lengths[order]
    columns = _Fsrs6OfColumns(algorithm)
    memories = _begun(answers.at(starts), lengths, columns)
    for step in range(1, int(lengths.max(initial=0))):
        longer = int(np.searchsorted(-lengths, -step))
        _advance(memories, answers.at(starts[:longer] + step), columns)
    return memories.at(np.argsort(order))


def _begun(first: Answers, lengths: Whole, algorithm: _Fsrs6OfColumns) -> Memories:
    state = _state_after(None, first, np.zeros_like(first.practice_day), algorithm)
    return Memories(
        stability=np.asarray(state.stability),
        difficulty=np.asarray(state.difficulty),
        first_practice_day=first.practice_day,
        last_practice_day=first.practice_day.copy(),
        repetitions=lengths,
        lapses=np.zeros_like(lengths),
        relearning=~first.correct,
    )


def _advance(memories: Memories, answers: Answers, algorithm: _Fsrs6OfColumns) -> None:
    """Fold one more answer into as many memories as there are answers."""
    own = slice(len(answers.practice_day))
    last_day = memories.last_practice_day[own]
    elapsed_days = np.maximum(0, answers.practice_day - last_day)
    before: Any = (memories.stability[own], memories.difficulty[own])
    state = _state_after(State(*before), answers, elapsed_days, algorithm)
    memories.stability[own] = state.stability
    memories.difficulty[own] = state.difficulty
    memories.last_practice_day[own] = np.maximum(last_day, answers.practice_day)
    memories.lapses[own] += ~answers.correct & ~memories.relearning[own]
    memories.relearning[own] = ~answers.correct


def _state_after(before: State | None, answers: Answers, elapsed_days: Whole, algorithm: _Fsrs6OfColumns) -> State:
    """`memory.state_after`, for right and wrong answers side by side."""
    again = algorithm.step(before, Rating.AGAIN, elapsed_days)
    good = algorithm.step(before, Rating.GOOD, elapsed_days)
    chance: Any = answers.chance
    elapsed: Any = elapsed_days
    believed: Any = answers.prior_known if before is None else algorithm.retrievability(before.stability, elapsed)
    # Where luck cannot pass, a right answer was knowledge, even of somebody thought to know nothing.
    known = known_probability(_chosen(chance == 0, 1.0, believed), chance)
    right = blend(again if before is None else before, good, known)
    return State(
        stability=_chosen(answers.correct, right.stability, again.stability),
        difficulty=_chosen(answers.correct, right.difficulty, again.difficulty),
    )


def _chosen(condition: Any, then: Any, otherwise: Any) -> Any:
    return np.where(condition, then, otherwise)


def _limited(column: Any, least: float, most: float) -> Any:
    return np.clip(column, least, most)


def due_days(memories: Memories, schedules: Iterable[Schedule]) -> list[date]:
    """The natural due day of each memory, by the schedule that belongs to it."""
    columns = (memories.last_practice_day, memories.stability, memories.repetitions, memories.relearning)
    return [
        date.fromordinal(day) if relearning else due_on(date.fromordinal(day), stability, repetitions, schedule)
        for day, stability, repetitions, relearning, schedule in zip(
            *(column.tolist() for column in columns), schedules, strict=True
        )
    ]
