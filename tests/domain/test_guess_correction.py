"""Guess correction: a right answer is believed as far as it was knowledge and not luck (DESIGN, section 4)."""

from math import exp

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.practice.algorithm import Rating, State
from domain.practice.memory import blend, known_probability, state_after
from tests.domain.support import FSRS, answer

recalls = st.floats(0.01, 1.0)
chances = st.floats(0.0, 1.0)
priors = st.floats(0.05, 0.95)
states = st.builds(State, st.floats(0.01, 3000.0), st.floats(1.0, 10.0))
gaps = st.integers(0, 1000)


def test_probability_of_knowing_by_hand() -> None:
    # Of 100 answers at R = 0.6 with four options: 60 knew, 40 did not, of whom 10 passed by luck: 60 of 70.
    assert known_probability(0.6, 0.25) == pytest.approx(60 / 70)


@given(recalls)
def test_what_cannot_be_guessed_was_known(recall: float) -> None:
    assert known_probability(recall, 0.0) == 1


@given(chances)
def test_what_was_certainly_remembered_was_known(chance: float) -> None:
    assert known_probability(1.0, chance) == 1


@given(recalls)
def test_an_answer_that_always_passes_tells_nothing(recall: float) -> None:
    assert known_probability(recall, 1.0) == pytest.approx(recall)


@given(recalls, chances, chances)
def test_the_easier_to_guess_the_less_it_was_known(recall: float, one: float, other: float) -> None:
    least, most = sorted((one, other))
    assert known_probability(recall, least) >= known_probability(recall, most) - 1e-12
    assert recall - 1e-12 <= known_probability(recall, most) <= 1


@given(recalls, recalls, chances)
def test_the_better_remembered_the_more_it_was_known(one: float, other: float, chance: float) -> None:
    least, most = sorted((one, other))
    assert known_probability(least, chance) <= known_probability(most, chance) + 1e-12


@given(states, states)
def test_blending_ends_in_both_states_exactly(before: State, good: State) -> None:
    assert blend(before, good, 1.0) == good
    assert blend(before, good, 0.0) == before


def test_stability_blends_as_a_product_and_difficulty_as_a_sum() -> None:
    half = blend(State(4.0, 6.0), State(9.0, 4.0), 0.5)
    assert half.stability == pytest.approx(6.0)
    assert half.difficulty == pytest.approx(5.0)
    third = blend(State(1.0, 9.0), State(8.0, 3.0), 1 / 3)
    assert third.stability == pytest.approx(2.0)
    assert third.difficulty == pytest.approx(7.0)


@given(st.none() | states, gaps, st.booleans(), priors)
def test_with_no_chance_it_is_plain_fsrs_exactly(before: State | None, days: int, correct: bool, prior: float) -> None:
    days = 0 if before is None else days
    rating = Rating.GOOD if correct else Rating.AGAIN
    got = state_after(before, answer(correct=correct, chance=0.0, prior_known=prior), days, FSRS)
    assert got == FSRS.step(before, rating, days)


@given(st.none() | states, gaps, chances, priors)
def test_a_wrong_answer_is_plain_again_whatever_the_chance(before: State | None, days: int, chance: float, prior: float) -> None:
    days = 0 if before is None else days
    got = state_after(before, answer(correct=False, chance=chance, prior_known=prior), days, FSRS)
    assert got == FSRS.step(before, Rating.AGAIN, days)


def test_a_first_answer_takes_the_prior_for_recall_and_again_for_the_state_before() -> None:
    # prior 0.5, chance 1/4: p = 0.5 / (0.5 + 0.125) = 0.8; S0(Again) 0.212, S0(Good) 2.3065, D0(G) = w4 − e^(w5 (G − 1)) + 1.
    got = state_after(None, answer(chance=0.25, prior_known=0.5), 0, FSRS)
    assert got.stability == pytest.approx(0.212**0.2 * 2.3065**0.8, rel=1e-6)
    assert got.difficulty == pytest.approx(0.2 * 6.4133 + 0.8 * (6.4133 - exp(0.8334 * 2) + 1), rel=1e-6)


@given(priors, priors, st.floats(0.01, 1.0))
def test_the_likelier_it_was_known_before_the_more_a_first_answer_counts(one: float, other: float, chance: float) -> None:
    less, more = (state_after(None, answer(chance=chance, prior_known=prior), 0, FSRS) for prior in sorted((one, other)))
    assert less.stability <= more.stability * (1 + 1e-9)
    assert less.difficulty >= more.difficulty * (1 - 1e-9)


@given(states, gaps, st.floats(0.001, 1.0))
def test_a_later_answer_blends_the_state_before_with_good_by_its_retrievability(before: State, days: int, chance: float) -> None:
    recall = (1 + (0.9 ** (-1 / 0.1542) - 1) * days / before.stability) ** -0.1542
    known = recall / (recall + (1 - recall) * chance)
    good = FSRS.step(before, Rating.GOOD, days)
    got = state_after(before, answer(chance=chance), days, FSRS)
    assert got.stability == pytest.approx(before.stability ** (1 - known) * good.stability**known, rel=1e-6)
    assert got.difficulty == pytest.approx((1 - known) * before.difficulty + known * good.difficulty, rel=1e-6)


@given(states, gaps, chances, chances)
def test_the_easier_to_guess_the_less_a_right_answer_adds(before: State, days: int, one: float, other: float) -> None:
    hard, easy = (state_after(before, answer(chance=chance), days, FSRS) for chance in sorted((one, other)))
    assert hard.stability >= easy.stability * (1 - 1e-6)


@given(states, st.floats(0.01, 1.0))
def test_right_on_the_same_day_is_believed_in_full(before: State, chance: float) -> None:
    assert state_after(before, answer(chance=chance), 0, FSRS) == FSRS.step(before, Rating.GOOD, 0)
