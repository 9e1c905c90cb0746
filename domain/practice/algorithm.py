"""The memory model behind a versioned interface: FSRS-6 today, another tomorrow, each review remembering which one judged it."""

from dataclasses import dataclass
from enum import IntEnum
from math import ceil
from typing import Protocol

from fsrs_rs_python import DEFAULT_PARAMETERS, FSRS, MemoryState


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


class Fsrs6:
    """FSRS-6 by the engine inside Anki (`fsrs-rs`), which checks nothing it is given: this class does."""

    version = "FSRS-6"

    def __init__(self, parameters: tuple[float, ...] = tuple(DEFAULT_PARAMETERS), parameter_set: str = "default") -> None:
        if len(parameters) != len(DEFAULT_PARAMETERS):
            raise ValueError(f"FSRS-6 takes {len(DEFAULT_PARAMETERS)} parameters, not {len(parameters)}")
        self.parameter_set = parameter_set
        self._engine = FSRS(list(parameters))
        self.decay = -parameters[20]
        self.factor = 0.9 ** (1 / self.decay) - 1

    def step(self, before: State | None, rating: Rating, elapsed_days: int) -> State:
        """One FSRS-6 step. Raises `ValueError` for negative days."""
        if elapsed_days < 0:
            raise ValueError(f"elapsed_days must not be negative, got {elapsed_days}")
        memory = None if before is None else MemoryState(before.stability, before.difficulty)
        # The retention argument only sets the engine's own interval, which is not used: due days are ours.
        following = self._engine.next_states(memory, 0.9, elapsed_days)
        after = (following.good if rating is Rating.GOOD else following.again).memory
        return State(after.stability, after.difficulty)

    def retrievability(self, stability: float, elapsed_days: int) -> float:
        """R(t) = (1 + F·t/S)^(−w20), F = 0.9^(−1/w20) − 1 (FSRS-6 forgetting curve)."""
        power: float = (1 + self.factor * elapsed_days / stability) ** self.decay
        return power

    def interval_days(self, stability: float, desired_retention: float) -> int:
        """T = S/F · (r^(−1/w20) − 1), rounded up: the first whole day at or below `desired_retention`."""
        growth: float = desired_retention ** (1 / self.decay) - 1
        exact: float = stability / self.factor * growth
        # The subtraction forgives float noise, so that S = 3.0 at 0.9 is due after 3 days and not after 4.
        return max(1, ceil(exact - 1e-9))
