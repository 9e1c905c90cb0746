"""The memory model behind a versioned interface: FSRS-6 today, another tomorrow, each review remembering which one judged it."""

from dataclasses import dataclass
from enum import IntEnum
from math import ceil, exp, expm1
from typing import Protocol


class Rating(IntEnum):
    """FSRS ratings; only these two are given: how fast or how surely somebody answered is stored, not graded."""

    AGAIN = 1
    GOOD = 3


@dataclass(frozen=True, slots=True)
class State:
    """What FSRS keeps of an item: `stability` in days (retrievability is 0.9 after that many), `difficulty` 1 to 10."""

    stability: float
    difficulty: float


class Algorithm(Protocol):
    """A memory model. Pure: the same arguments give the same state for ever under the same `version` and `parameter_set`."""

    version: str
    parameter_set: str

    def step(self, before: State | None, rating: Rating, elapsed_days: int) -> State:
        """The state after an answer given `elapsed_days` after the last one; `before` is None for the first answer."""
        ...

    def retrievability(self, stability: float, elapsed_days: int) -> float:
        """Probability of recall after `elapsed_days` without practice."""
        ...

    def interval_days(self, stability: float, desired_retention: float) -> int:
        """Whole days until retrievability has first fallen to `desired_retention`, at least 1."""
        ...


# The published defaults of FSRS-6 (open-spaced-repetition, fitted to some hundred million reviews).
DEFAULT_PARAMETERS = (
    0.212, 1.2931, 2.3065, 8.2956, 6.4133, 0.8334, 3.0194, 0.001, 1.8722, 0.1666, 0.796,
    1.4835, 0.0614, 0.2629, 1.6483, 0.6014, 1.8729, 0.5425, 0.0912, 0.0658, 0.1542,
)  # fmt: skip

LEAST_STABILITY_DAYS, MOST_STABILITY_DAYS = 0.001, 36_500.0
LEAST_DIFFICULTY, MOST_DIFFICULTY = 1.0, 10.0
EASY = 4


class Fsrs6:
    """FSRS-6 in double precision; w0 … w20 are its 21 parameters, in the order and by the formulas of its authors.

    Source: "The algorithm", wiki of open-spaced-repetition/fsrs4anki. Why not an engine: docs/decisions/0011-own-fsrs-steps.md.
    """

    version = "FSRS-6"

    def __init__(self, parameters: tuple[float, ...] = DEFAULT_PARAMETERS, parameter_set: str = "default") -> None:
        if len(parameters) != len(DEFAULT_PARAMETERS):
            raise ValueError(f"FSRS-6 takes {len(DEFAULT_PARAMETERS)} parameters, not {len(parameters)}")
        self.parameter_set = parameter_set
        self.parameters = self._w = parameters
        self.decay = -parameters[20]
        self.factor = 0.9 ** (1 / self.decay) - 1
        # Mean reversion pulls difficulty towards that of a first "easy"; it is the same for every step.
        self._reverted_difficulty = parameters[7] * self._first_difficulty(EASY)
        # Powers of e that no answer changes.
        self._recall_growth = exp(parameters[8])
        self._forgetting_cap = exp(parameters[17] * parameters[18])

    def step(self, before: State | None, rating: Rating, elapsed_days: int) -> State:
        """One FSRS-6 step. Raises `ValueError` for negative days or a rating it does not know."""
        if elapsed_days < 0:
            raise ValueError(f"elapsed_days must not be negative, got {elapsed_days}")
        rating = Rating(rating)
        if before is None:
            return _bounded(self._w[rating - 1], self._first_difficulty(rating))
        if elapsed_days == 0:
            stability = self._same_day_stability(before, rating)
        elif rating is Rating.GOOD:
            stability = self._stability_after_recall(before, elapsed_days)
        else:
            stability = self._stability_after_forgetting(before, elapsed_days)
        return _bounded(stability, self._next_difficulty(before.difficulty, rating))

    def _first_difficulty(self, rating: int) -> float:
        """D0(G) = w4 − e^(w5·(G−1)) + 1."""
        return self._w[4] - exp(self._w[5] * (rating - 1)) + 1

    def _next_difficulty(self, difficulty: float, rating: Rating) -> float:
        """D' = w7·D0(easy) + (1−w7)·(D − w6·(G−3)·(10−D)/9): damped linearly, then reverted to the mean."""
        damped = difficulty - self._w[6] * (rating - Rating.GOOD) * (MOST_DIFFICULTY - difficulty) / 9
        return self._reverted_difficulty + (1 - self._w[7]) * damped

    def _same_day_stability(self, before: State, rating: Rating) -> float:
        """S' = S·e^(w17·(G−3+w18))·S^(−w19), never less than S after a success."""
        growth: float = exp(self._w[17] * (rating - Rating.GOOD + self._w[18])) * before.stability ** -self._w[19]
        return before.stability * (max(growth, 1.0) if rating is Rating.GOOD else growth)

    def _stability_after_recall(self, before: State, elapsed_days: int) -> float:
        """S' = S·(1 + e^w8·(11−D)·S^(−w9)·(e^(w10·(1−R)) − 1))."""
        forgotten = 1 - self.retrievability(before.stability, elapsed_days)
        ease: float = self._recall_growth * (11 - before.difficulty) * before.stability ** -self._w[9]
        return before.stability * (1 + ease * expm1(self._w[10] * forgotten))

    def _stability_after_forgetting(self, before: State, elapsed_days: int) -> float:
        """S' = w11·D^(−w12)·((S+1)^w13 − 1)·e^(w14·(1−R)), at most S/e^(w17·w18)."""
        forgotten = 1 - self.retrievability(before.stability, elapsed_days)
        kept: float = self._w[11] * before.difficulty ** -self._w[12] * ((before.stability + 1) ** self._w[13] - 1)
        return min(kept * exp(self._w[14] * forgotten), before.stability / self._forgetting_cap)

    def retrievability(self, stability: float, elapsed_days: int) -> float:
        """R(t) = (1 + F·t/S)^(−w20), F = 0.9^(−1/w20) − 1 (FSRS-6 forgetting curve)."""
        power: float = (1 + self.factor * elapsed_days / stability) ** self.decay
        return power

    def interval_days(self, stability: float, desired_retention: float) -> int:
        """T = S/F · (r^(−1/w20) − 1), rounded up: the first whole day at or below `desired_retention`, at least tomorrow.

        Raises `ValueError` for a retention that is no probability.
        """
        if not 0 < desired_retention < 1:
            raise ValueError(f"desired_retention must lie between 0 and 1, got {desired_retention}")
        growth: float = desired_retention ** (1 / self.decay) - 1
        exact: float = stability / self.factor * growth
        # The subtraction forgives float noise, so that S = 3.0 at 0.9 is due after 3 days and not after 4.
        return max(1, ceil(exact - 1e-9))


def _bounded(stability: float, difficulty: float) -> State:
    return State(
        stability=min(max(stability, LEAST_STABILITY_DAYS), MOST_STABILITY_DAYS),
        difficulty=min(max(difficulty, LEAST_DIFFICULTY), MOST_DIFFICULTY),
    )
