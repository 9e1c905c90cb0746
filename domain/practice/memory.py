"""The fold of answers into memory: what the reviews of one item imply for one learner."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from uuid import UUID

from domain.content.shuffle import unit_interval
from domain.practice.algorithm import Algorithm, Rating, State

FIRST_FUZZED_INTERVAL_DAYS = 3


@dataclass(frozen=True, slots=True)
class Answer:
    """What the fold needs of a graded review.

    `chance` is the probability that somebody who does not know passes by luck, `prior_known` that somebody knew it before ever
    being asked; both as graded then, so that the log alone explains the memory.
    """

    review_id: UUID
    answered_at: datetime
    practice_day: date
    correct: bool
    chance: float
    prior_known: float

    @property
    def place(self) -> tuple[datetime, UUID]:
        """Where the answer stands in the fold, whatever the order of arrival."""
        return (self.answered_at, self.review_id)


@dataclass(frozen=True, slots=True)
class Memory:
    """FSRS state of one item for one learner, and the days that follow from it.

    `due_on` is the natural due day; days off shift it only when it is shown. `relearning` says that the last answer was wrong.
    """

    stability: float
    difficulty: float
    first_practice_day: date
    last_practice_day: date
    due_on: date
    repetitions: int
    lapses: int
    relearning: bool
    last_answered_at: datetime
    last_review_id: UUID

    @property
    def place(self) -> tuple[datetime, UUID]:
        """Place of the last answer that is folded in."""
        return (self.last_answered_at, self.last_review_id)

    def elapsed_days(self, day: date) -> int:
        """Practice days since the last answer; a traveller's clock that runs backwards counts as the same day."""
        return max(0, (day - self.last_practice_day).days)


@dataclass(frozen=True, slots=True)
class Schedule:
    """How one learner's item is scheduled: its algorithm, the skill's desired retention, and the seed of its fuzz."""

    algorithm: Algorithm
    desired_retention: float
    fuzz_seed: tuple[str, str]


def known_probability(retrievability: float, chance: float) -> float:
    """P = R / (R + (1 − R)·c): probability that a correct answer was knowledge and not luck."""
    return retrievability / (retrievability + (1 - retrievability) * chance)


def blend(before: State, good: State, known: float) -> State:
    """S = S_before^(1−p) · S_good^p, D = (1−p)·D_before + p·D_good: believe a correct answer as far as it was knowledge."""
    return State(
        stability=before.stability ** (1 - known) * good.stability**known,
        difficulty=(1 - known) * before.difficulty + known * good.difficulty,
    )


def state_after(before: State | None, answer: Answer, elapsed_days: int, algorithm: Algorithm) -> State:
    """FSRS state after one answer, with the guess correction of a correct one; with `chance` 0 it is plain FSRS exactly."""
    if not answer.correct:
        return algorithm.step(before, Rating.AGAIN, elapsed_days)
    good = algorithm.step(before, Rating.GOOD, elapsed_days)
    if answer.chance == 0:
        return good
    if before is None:
        unknown = algorithm.step(None, Rating.AGAIN, elapsed_days)
        return blend(unknown, good, known_probability(answer.prior_known, answer.chance))
    retrievability = algorithm.retrievability(before.stability, elapsed_days)
    return blend(before, good, known_probability(retrievability, answer.chance))


def advance(memory: Memory | None, answer: Answer, schedule: Schedule) -> Memory:
    """The memory after one more answer, which must stand after everything folded so far."""
    elapsed_days = 0 if memory is None else memory.elapsed_days(answer.practice_day)
    before = None if memory is None else State(memory.stability, memory.difficulty)
    state = state_after(before, answer, elapsed_days, schedule.algorithm)
    repetitions = 1 if memory is None else memory.repetitions + 1
    day = answer.practice_day if memory is None else max(answer.practice_day, memory.last_practice_day)
    return Memory(
        stability=state.stability,
        difficulty=state.difficulty,
        first_practice_day=day if memory is None else memory.first_practice_day,
        last_practice_day=day,
        due_on=due_on(day, state.stability, repetitions, schedule) if answer.correct else day,
        repetitions=repetitions,
        lapses=0 if memory is None else memory.lapses + _is_lapse(memory, answer),
        relearning=not answer.correct,
        last_answered_at=answer.answered_at,
        last_review_id=answer.review_id,
    )


def _is_lapse(memory: Memory, answer: Answer) -> bool:
    # Failing again while relearning is the same lapse, as in Anki.
    return not answer.correct and not memory.relearning


def fold(answers: Iterable[Answer], schedule: Schedule) -> Memory | None:
    """The memory that `answers` imply, in whatever order they are given; None for no answers."""
    memory: Memory | None = None
    for answer in sorted(answers, key=lambda answer: answer.place):
        memory = advance(memory, answer, schedule)
    return memory


def due_on(day: date, stability: float, repetitions: int, schedule: Schedule) -> date:
    """The natural due day after a right answer on `day`: its interval, moved by this repetition's fuzz, at least tomorrow."""
    interval = schedule.algorithm.interval_days(stability, schedule.desired_retention)
    spread = fuzz_days(interval)
    offset = int(unit_interval(*schedule.fuzz_seed, repetitions) * (2 * spread + 1)) - spread
    return day + timedelta(days=max(1, interval + offset))


@lru_cache(maxsize=4096)
def fuzz_days(interval: int) -> int:
    """How many days a due day may move either way, so that items learned together do not stay together for ever.

    None below 3 days; then 15 % of the part up to 7 days, 10 % up to 20, 5 % beyond (the proportions Anki uses).
    """
    if interval < FIRST_FUZZED_INTERVAL_DAYS:
        return 0
    bands = ((2.5, 7.0, 0.15), (7.0, 20.0, 0.10), (20.0, float("inf"), 0.05))
    return round(sum(share * max(0.0, min(interval, end) - start) for start, end, share in bands) + 0.5)
