"""Folding many histories at once, as rebuilding does, beside the fold of one after another."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from statistics import median
from time import perf_counter
from uuid import UUID

import numpy as np

from bench.measures import Bench
from bench.report import Budget, Row
from domain.practice.algorithm import Fsrs6
from domain.practice.memory import Answer, Schedule, fold
from domain.practice.refold import Answers, due_days
from domain.practice.refold import refold as refold_at_once

HISTORIES = 100_000
REVIEWS = 10
BUDGET_SECONDS = 2.0
# One after another takes long: so many are folded, and the time is scaled up. Every history has the same length.
SHARE = 50
ROUNDS = 5
GAPS_DAYS = (0, 1, 2, 3, 5, 8, 13, 30)
CHANCES = (0.0, 0.25, 1 / 3, 1 / 24)
DILIGENCE = 0.85
FIRST_DAY = date(2026, 1, 5)


def refold(bench: Bench) -> None:
    """Generated histories, folded to memories with their due days; both ways in turns."""
    columns, starts = _generated()
    histories = [_history(columns, number) for number in range(HISTORIES // SHARE)]
    algorithm = Fsrs6()
    schedules = [Schedule(algorithm, 0.9, ("learner", f"item-{number}")) for number in range(HISTORIES)]
    move = bench.step("folding histories", ROUNDS)
    together, apart = [], []
    for _ in range(ROUNDS):
        together.append(_seconds(lambda: due_days(refold_at_once(columns, starts, algorithm), schedules)))
        apart.append(SHARE * _seconds(lambda: [fold(*each) for each in zip(histories, schedules, strict=False)]))
        move(1)
    name = f"refold {HISTORIES:,} histories of {REVIEWS} reviews"
    anchor = f"the fold of one after another, from 1/{SHARE} of them"
    bench.rows.append(Row(name, median(together), "s", anchor, median(apart), Budget("value", at_most=BUDGET_SECONDS)))


def _generated() -> tuple[Answers, "np.typing.NDArray[np.int64]"]:
    random = np.random.default_rng(20_261_122)
    many = HISTORIES * REVIEWS
    days = FIRST_DAY.toordinal() + random.choice(GAPS_DAYS, (HISTORIES, REVIEWS)).cumsum(axis=1)
    columns = Answers(
        practice_day=days.ravel().astype(np.int64),
        correct=random.random(many) < DILIGENCE,
        chance=random.choice(CHANCES, many),
        prior_known=np.full(many, 0.5),
    )
    return columns, np.arange(0, many, REVIEWS, dtype=np.int64)


def _history(columns: Answers, number: int) -> list[Answer]:
    own = columns.at(np.arange(number * REVIEWS, (number + 1) * REVIEWS))
    begin = datetime(2026, 1, 5, tzinfo=UTC)
    answers = zip(own.practice_day.tolist(), own.correct.tolist(), own.chance.tolist(), own.prior_known.tolist(), strict=True)
    return [
        Answer(UUID(int=place), begin + timedelta(seconds=place), date.fromordinal(day), *rest)
        for place, (day, *rest) in enumerate(answers)
    ]


def _seconds(work: Callable[[], object]) -> float:
    begun = perf_counter()
    work()
    return perf_counter() - begun
