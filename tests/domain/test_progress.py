"""Streaks, days practised and minutes."""

from collections.abc import Iterable
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.practice.days_off import DateRange, DaysOff
from domain.practice.progress import LONGEST_COUNTED_LATENCY_MS, UNKNOWN_LATENCY_MS, PracticeDay, counted_ms, progress_of
from tests.domain.support import TODAY

WEEKEND = DaysOff(frozenset({6, 7}))
FRIDAY = date(2026, 11, 20)
NONE = DaysOff()


def practised(days: Iterable[date]) -> list[PracticeDay]:
    return [PracticeDay(day, 4, 3, 60_000) for day in days]


def back(*days_ago: int) -> list[date]:
    return [TODAY - timedelta(days=n) for n in days_ago]


@pytest.mark.parametrize(
    ("days", "streak", "longest"),
    [
        ([], 0, 0),
        (back(0), 1, 1),
        (back(1), 1, 1),  # today is not over yet
        (back(2), 0, 1),
        (back(0, 1, 2), 3, 3),
        (back(1, 2, 3), 3, 3),
        (back(0, 2, 3, 4, 5), 1, 4),
        (back(5, 6, 7, 20), 0, 3),
    ],
)
def test_a_streak_is_days_in_a_row_up_to_today_or_yesterday(days: list[date], streak: int, longest: int) -> None:
    progress = progress_of(practised(days), TODAY, NONE)
    assert (progress.streak_days, progress.longest_streak_days, progress.days_practised) == (streak, longest, len(days))


@pytest.mark.parametrize(
    ("today", "days", "streak"),
    [
        (FRIDAY + timedelta(days=3), [FRIDAY, FRIDAY - timedelta(days=1)], 2),  # on Monday, the weekend off
        (FRIDAY + timedelta(days=4), [FRIDAY], 0),  # Monday passed unused
        (FRIDAY + timedelta(days=2), [FRIDAY], 1),  # on Sunday
        (FRIDAY + timedelta(days=3), [FRIDAY, FRIDAY + timedelta(days=3)], 2),
        (FRIDAY + timedelta(days=2), [FRIDAY - timedelta(days=1)], 0),  # Friday itself was missed
    ],
)
def test_days_off_neither_count_nor_break_a_streak(today: date, days: list[date], streak: int) -> None:
    assert progress_of(practised(days), today, WEEKEND).streak_days == streak


def test_without_days_off_the_weekend_breaks_it() -> None:
    assert progress_of(practised([FRIDAY]), FRIDAY + timedelta(days=3), NONE).streak_days == 0


def by_walking(days: set[date], today: date, off: DaysOff) -> int:
    """Another way to count: back from today until a practising day was missed."""
    streak, day = 0, today
    while day >= min(days, default=today):
        if day in days:
            streak += 1
        elif day != today and not off.is_off(day):
            break
        day -= timedelta(days=1)
    return streak


recent = st.sets(st.integers(0, 40).map(lambda n: TODAY - timedelta(days=n)), max_size=35)
days_off = st.builds(
    DaysOff,
    st.frozensets(st.integers(1, 7), max_size=4),
    st.lists(
        st.tuples(st.integers(0, 40), st.integers(0, 9)).map(
            lambda span: DateRange(TODAY - timedelta(days=span[0]), TODAY - timedelta(days=span[0]) + timedelta(days=span[1]))
        ),
        max_size=3,
    ).map(tuple),
)


@given(recent, days_off)
def test_the_streak_is_what_walking_back_from_today_counts(days: set[date], off: DaysOff) -> None:
    assert progress_of(practised(days), TODAY, off).streak_days == by_walking(days, TODAY, off)


@given(recent, days_off)
def test_the_longest_streak_is_the_longest_that_ever_stood(days: set[date], off: DaysOff) -> None:
    progress = progress_of(practised(days), TODAY, off)
    ever = [by_walking({day for day in days if day <= until}, until, off) for until in days]
    assert progress.longest_streak_days == max(ever, default=0)


@given(recent, days_off, st.randoms())
def test_the_order_of_the_days_does_not_matter(days: set[date], off: DaysOff, random: object) -> None:
    rows = practised(sorted(days))
    random.shuffle(rows)  # type: ignore[attr-defined]
    assert progress_of(rows, TODAY, off) == progress_of(practised(sorted(days)), TODAY, off)


def test_reviews_right_answers_and_minutes_are_summed() -> None:
    days = [PracticeDay(TODAY, 10, 7, 89_000), PracticeDay(TODAY - timedelta(days=3), 5, 5, 120_000)]
    progress = progress_of(days, TODAY, NONE)
    assert (progress.reviews, progress.correct, progress.minutes, progress.days_practised) == (15, 12, 3, 2)


def test_a_day_without_reviews_is_no_day_of_practice() -> None:
    assert progress_of([PracticeDay(TODAY, 0, 0, 0)], TODAY, NONE).streak_days == 0


@pytest.mark.parametrize(
    ("latency", "counted"),
    [
        (None, UNKNOWN_LATENCY_MS),
        (0, 0),
        (4_321, 4_321),
        (LONGEST_COUNTED_LATENCY_MS, LONGEST_COUNTED_LATENCY_MS),
        (86_400_000, LONGEST_COUNTED_LATENCY_MS),
    ],
)
def test_a_phone_left_lying_adds_no_hours(latency: int | None, counted: int) -> None:
    assert counted_ms(latency) == counted
