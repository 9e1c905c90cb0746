"""With guess correction off, memory is FSRS-6: py-fsrs, an implementation of its own in double precision, says the same."""

from datetime import UTC, date, datetime, timedelta
from random import Random
from uuid import UUID

import pytest
from fsrs import Card, Scheduler
from fsrs import Rating as PyRating
from fsrs.scheduler import DEFAULT_PARAMETERS
from hypothesis import example, given, settings
from hypothesis import strategies as st

from domain.practice.algorithm import Fsrs6, Rating, State
from domain.practice.memory import Answer, fold
from tests.domain.support import FSRS, schedule

AGREEMENT = 1e-5
# The engine lets no stability grow beyond a hundred years; py-fsrs limits the interval instead.
LONGEST_STABILITY = 36_500.0
BEGIN = datetime(2020, 1, 1, 12, tzinfo=UTC)
W20 = 0.1542

History = list[tuple[int, bool]]  # days since the answer before, and whether it was right

ORACLE = Scheduler(
    parameters=[round(parameter, 6) for parameter in DEFAULT_PARAMETERS],
    learning_steps=(),
    relearning_steps=(),
    enable_fuzzing=False,
)

histories = st.lists(st.tuples(st.integers(0, 400) | st.integers(0, 3), st.booleans()), min_size=1, max_size=80)


def by_oracle(history: History) -> State:
    card, moment = Card(card_id=1), BEGIN
    for place, (days, correct) in enumerate(history):
        moment += timedelta(days=days if place else 0)
        card, _ = ORACLE.review_card(card, PyRating.Good if correct else PyRating.Again, moment)
        assert card.stability is not None
        card.stability = min(card.stability, LONGEST_STABILITY)
    assert card.stability is not None
    assert card.difficulty is not None
    return State(card.stability, card.difficulty)


def by_fold(history: History) -> State:
    answers, moment = [], BEGIN
    for place, (days, correct) in enumerate(history):
        moment += timedelta(days=days if place else 0)
        answers.append(Answer(UUID(int=place), moment, moment.date(), correct, chance=0.0, prior_known=0.5))
    memory = fold(answers, schedule())
    assert memory is not None
    return State(memory.stability, memory.difficulty)


def assert_agree(history: History) -> None:
    ours, theirs = by_fold(history), by_oracle(history)
    assert ours.stability == pytest.approx(theirs.stability, rel=AGREEMENT, abs=0)
    assert ours.difficulty == pytest.approx(theirs.difficulty, rel=AGREEMENT, abs=0)


def test_both_use_the_same_21_parameters() -> None:
    assert len(DEFAULT_PARAMETERS) == 21
    assert ORACLE.parameters == Scheduler().parameters
    assert tuple(ORACLE.parameters) == pytest.approx(tuple(DEFAULT_PARAMETERS), abs=1e-6)
    assert pytest.approx(W20) == -FSRS.decay


@given(histories)
@example([(0, False)] * 12)
@settings(max_examples=300)
def test_any_history_gives_the_memory_that_py_fsrs_gives(history: History) -> None:
    assert_agree(history)


@pytest.mark.parametrize(
    ("gaps", "diligence"),
    [
        ((0, 1, 2, 3, 5, 8, 13, 30, 90), 0.5),
        ((0, 1, 2, 3, 5, 8, 13, 30, 90), 0.8),
        ((0, 1, 2, 3, 5, 8, 13, 30, 90), 0.95),
        ((1, 1, 2), 0.9),
        ((0, 0, 0, 1), 0.6),
        ((30, 200, 365), 0.9),
        ((0, 1, 10, 100, 1000), 0.7),
    ],
    ids=lambda value: str(value).replace(" ", ""),
)
def test_hundreds_of_long_seeded_histories_agree_with_py_fsrs_after_every_review(gaps: tuple[int, ...], diligence: float) -> None:
    random = Random(20_261_120)  # noqa: S311
    worst = {"stability": 0.0, "difficulty": 0.0}
    for _ in range(100):
        card, ours, moment = Card(card_id=1), None, BEGIN
        for place in range(64):
            days = random.choice(gaps) if place else 0
            moment += timedelta(days=days)
            correct = random.random() < diligence
            card, _ = ORACLE.review_card(card, PyRating.Good if correct else PyRating.Again, moment)
            ours = FSRS.step(ours, Rating.GOOD if correct else Rating.AGAIN, days)
            assert card.stability is not None
            assert card.difficulty is not None
            card.stability = min(card.stability, LONGEST_STABILITY)
            worst["stability"] = max(worst["stability"], abs(ours.stability / card.stability - 1))
            worst["difficulty"] = max(worst["difficulty"], abs(ours.difficulty / card.difficulty - 1))
    assert max(worst.values()) <= AGREEMENT, worst


@given(st.floats(0.001, LONGEST_STABILITY), st.integers(0, 3650))
def test_retrievability_is_the_formula_of_the_design_and_of_py_fsrs(stability: float, days: int) -> None:
    factor = 0.9 ** (-1 / W20) - 1
    assert FSRS.retrievability(stability, days) == pytest.approx((1 + factor * days / stability) ** -W20, rel=1e-6)
    card = Card(card_id=1, stability=stability, last_review=BEGIN)
    assert FSRS.retrievability(stability, days) == pytest.approx(
        ORACLE.get_card_retrievability(card, BEGIN + timedelta(days=days)), rel=1e-6
    )


@given(st.floats(0.001, LONGEST_STABILITY))
def test_after_as_many_days_as_its_stability_recall_is_nine_in_ten_and_before_any_it_is_certain(stability: float) -> None:
    assert FSRS.retrievability(stability, 0) == 1
    whole = max(1, round(stability))
    assert FSRS.retrievability(float(whole), whole) == pytest.approx(0.9, rel=1e-9)
    assert FSRS.interval_days(float(whole), 0.9) == whole


@given(st.floats(0.001, LONGEST_STABILITY), st.floats(0.7, 0.97))
def test_the_interval_is_the_formula_rounded_up(stability: float, retention: float) -> None:
    exact = stability / (0.9 ** (-1 / W20) - 1) * (retention ** (-1 / W20) - 1)
    days = FSRS.interval_days(stability, retention)
    assert days >= 1
    assert exact - 1e-5 * exact - 1e-6 <= days
    assert days == 1 or days < exact + 1 + 1e-5 * exact


def test_the_engine_is_given_nothing_it_would_not_check() -> None:
    with pytest.raises(ValueError, match="negative"):
        FSRS.step(State(1.0, 5.0), Rating.GOOD, -1)
    with pytest.raises(ValueError, match="21"):
        Fsrs6(tuple(DEFAULT_PARAMETERS)[:19])


def test_days_between_are_differences_of_practice_days_and_not_of_hours() -> None:
    """Law 8 in the fold: 23 hours and 55 minutes on two practice days are one day."""
    drifting = [
        Answer(UUID(int=place), BEGIN + timedelta(days=place, minutes=-5 * place), date(2020, 1, 1 + place), True, 0.0, 0.5)
        for place in range(8)
    ]
    memory = fold(drifting, schedule())
    assert memory is not None
    expected = by_fold([(0, True), *[(1, True)] * 7])
    assert State(memory.stability, memory.difficulty) == expected
