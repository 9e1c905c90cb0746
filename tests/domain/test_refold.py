"""Folding many histories at once gives for each what the fold of one gives."""

from collections.abc import Sequence
from dataclasses import fields
from datetime import UTC, date, datetime, timedelta
from random import Random
from uuid import UUID

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from domain.practice.algorithm import MOST_STABILITY_DAYS, Fsrs6
from domain.practice.memory import Answer, Memory, Schedule, fold
from domain.practice.refold import Answers, Memories, due_days, refold
from tests.domain.support import FSRS

AGREEMENT = 1e-9
BEGIN = date(2026, 1, 5)

Given = tuple[int, bool, float, float]  # days since the answer before (below 0: the clock went back), right?, chance, prior
History = list[Given]

days = st.integers(-3, 3) | st.integers(-40, 400) | st.just(4000)
given_answers = st.tuples(days, st.booleans(), st.sampled_from((0.0, 0.25, 1 / 24, 1.0)), st.sampled_from((0.0, 0.3, 0.5, 1.0)))
histories = st.lists(given_answers, min_size=1, max_size=40)


def answers_of(history: History) -> list[Answer]:
    day, answers = BEGIN, []
    for place, (gap, correct, chance, prior_known) in enumerate(history):
        day += timedelta(days=gap)
        moment = datetime(2026, 1, 5, tzinfo=UTC) + timedelta(seconds=place)
        answers.append(Answer(UUID(int=place), moment, day, correct, chance, prior_known))
    return answers


def schedule_of(number: int, algorithm: Fsrs6 = FSRS) -> Schedule:
    return Schedule(algorithm, 0.95 if number % 2 else 0.9, ("learner", f"item-{number}"))


def one_by_one(many: Sequence[History], algorithm: Fsrs6 = FSRS) -> list[Memory]:
    folded = [fold(answers_of(history), schedule_of(number, algorithm)) for number, history in enumerate(many)]
    return [memory for memory in folded if memory is not None]


def columns_of(many: Sequence[History]) -> tuple[Answers, "np.typing.NDArray[np.int64]"]:
    answers = [answer for history in many for answer in answers_of(history)]
    starts = np.cumsum([0, *(len(history) for history in many)], dtype=np.int64)[:-1]
    columns = Answers(
        np.array([answer.practice_day.toordinal() for answer in answers], dtype=np.int64),
        np.array([answer.correct for answer in answers], dtype=np.bool_),
        np.array([answer.chance for answer in answers], dtype=np.float64),
        np.array([answer.prior_known for answer in answers], dtype=np.float64),
    )
    return columns, starts


def assert_agree(many: Sequence[History], algorithm: Fsrs6 = FSRS) -> None:
    expected = one_by_one(many, algorithm)
    memories = refold(*columns_of(many), algorithm)
    assert memories.stability.tolist() == pytest.approx([one.stability for one in expected], rel=AGREEMENT, abs=0)
    assert memories.difficulty.tolist() == pytest.approx([one.difficulty for one in expected], rel=AGREEMENT, abs=0)
    assert memories.first_practice_day.tolist() == [one.first_practice_day.toordinal() for one in expected]
    assert memories.last_practice_day.tolist() == [one.last_practice_day.toordinal() for one in expected]
    for name in ("repetitions", "lapses", "relearning"):
        assert getattr(memories, name).tolist() == [getattr(one, name) for one in expected], name
    schedules = [schedule_of(number, algorithm) for number in range(len(many))]
    assert due_days(memories, schedules) == [one.due_on for one in expected]


@given(st.lists(histories, max_size=12))
@example([])
@example([[(0, True, 0.0, 0.0)]])
@example([[(0, False, 0.25, 0.5)], [(0, True, 0.25, 0.0)] * 3, [(0, True, 1.0, 1.0)]])
def test_any_histories_give_together_what_each_gives_alone(many: list[History]) -> None:
    assert_agree(many)


@pytest.mark.parametrize(
    "gaps",
    [(0,), (0, 0, 0, 1), (1, 1, 2), (0, 1, 2, 3, 5, 8, 13, 30, 90), (30, 200, 365), (-1, 0, 2)],
    ids=lambda gaps: ",".join(map(str, gaps)),
)
@pytest.mark.parametrize("diligence", [0.0, 0.5, 0.9, 1.0])
def test_histories_of_five_hundred_answers_agree(gaps: tuple[int, ...], diligence: float) -> None:
    random = Random(20_261_122)  # noqa: S311
    many = [
        [(random.choice(gaps), random.random() < diligence, random.choice((0.0, 0.25)), 0.5) for _ in range(length)]
        for length in (500, 1, 499, 500, 10)
    ]
    assert_agree(many)


def test_the_bounds_of_stability_and_difficulty_hold_for_columns_too() -> None:
    known_for_ever = [(400, True, 0.0, 0.5)] * 120
    never_known = [(1, False, 0.0, 0.5)] * 60
    assert_agree([known_for_ever, never_known])
    memories = refold(*columns_of([known_for_ever, never_known]), FSRS)
    assert memories.stability[0] == MOST_STABILITY_DAYS
    assert memories.difficulty[1] == pytest.approx(10, abs=0.1)


def test_other_parameters_are_taken_from_the_algorithm() -> None:
    shifted = Fsrs6(tuple(parameter * 1.1 for parameter in FSRS._w), "tenth more")
    assert_agree([[(0, True, 0.25, 0.5), (3, True, 0.0, 0.5), (0, True, 0.0, 0.5), (5, False, 0.0, 0.5)]], shifted)


def test_a_history_without_answers_is_refused() -> None:
    answers, _ = columns_of([[(0, True, 0.0, 0.5)]])
    with pytest.raises(ValueError, match="without answers"):
        refold(answers, np.array([0, 0], dtype=np.int64), FSRS)


def test_nothing_folded_is_left_out() -> None:
    """A field that `Memory` gains one day has to come here too."""
    scalar_only = {"due_on", "last_answered_at", "last_review_id"}
    assert {field.name for field in fields(Memory)} - scalar_only == {field.name for field in fields(Memories)}
