"""When an item comes back: due days, their fuzz, and days off."""

from datetime import date, timedelta

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from domain.practice.algorithm import Rating, State
from domain.practice.days_off import LONGEST_RANGE_DAYS, MOST_RANGES, WEEK, DateRange, DaysOff
from domain.practice.memory import Answer, advance, fold, fuzz_days
from tests.domain.support import FSRS, TODAY, answer, memory, schedule

stabilities = st.floats(0.001, 36_500.0)
retentions = st.floats(0.7, 0.97)  # what an author may ask of a skill
days = st.dates(date(2020, 1, 1), date(2040, 1, 1))


@given(stabilities, retentions)
@example(3.0, 0.9)
@example(21.0, 0.9)
def test_due_on_the_first_day_on_which_recall_has_fallen_to_what_is_desired(stability: float, retention: float) -> None:
    interval = FSRS.interval_days(stability, retention)
    assert FSRS.retrievability(stability, interval) <= retention + 1e-9
    assert interval == 1 or FSRS.retrievability(stability, interval - 1) > retention


@given(stabilities, retentions, retentions)
def test_who_asks_for_more_recall_is_asked_sooner(stability: float, one: float, other: float) -> None:
    assert FSRS.interval_days(stability, max(one, other)) <= FSRS.interval_days(stability, min(one, other))


@st.composite
def long_histories(draw: st.DrawFn) -> list[Answer]:
    steps = draw(st.lists(st.tuples(st.integers(0, 200), st.booleans()), min_size=1, max_size=15))
    day, drawn = TODAY, []
    for number, (gap, correct) in enumerate(steps):
        day += timedelta(days=gap)
        drawn.append(answer(number, day=day, correct=correct, chance=0.25))
    return drawn


@given(long_histories(), retentions)
def test_after_a_right_answer_due_tomorrow_at_the_earliest_and_near_the_natural_day(
    drawn: list[Answer], retention: float
) -> None:
    right = [*drawn, answer(99, day=drawn[-1].practice_day, correct=True)]
    held = fold(right, schedule(retention))
    assert held is not None
    interval = FSRS.interval_days(held.stability, retention)
    waits = (held.due_on - held.last_practice_day).days
    assert waits >= 1
    assert abs(waits - interval) <= fuzz_days(interval)
    assert held.relearning is False


@given(long_histories())
def test_after_a_wrong_answer_due_on_the_same_day(drawn: list[Answer]) -> None:
    held = fold([*drawn, answer(99, day=drawn[-1].practice_day, correct=False)], schedule())
    assert held is not None
    assert held.due_on == held.last_practice_day == drawn[-1].practice_day
    assert held.relearning is True


@given(long_histories())
def test_fuzz_is_the_same_on_every_device(drawn: list[Answer]) -> None:
    assert fold(drawn, schedule(learner="L1")) == fold(list(drawn), schedule(learner="L1"))


def dues(learners: range, items: range, repetitions: int = 1) -> list[int]:
    """Days until due after a right answer on an item of 200 days of stability."""
    before = memory(stability=200.0, last=TODAY - timedelta(days=1))
    waits = []
    for learner in learners:
        for item in items:
            held = before
            for _ in range(repetitions):
                held = advance(held, answer(5), schedule(learner=f"L{learner}", item_id=f"i{item}"))
            waits.append((held.due_on - TODAY).days)
    return waits


def test_fuzz_parts_items_learned_together_learners_and_repetitions() -> None:
    assert len(set(dues(range(1), range(60)))) > 10
    assert len(set(dues(range(60), range(1)))) > 10


def test_fuzz_uses_its_whole_width_evenly_on_both_sides() -> None:
    after = advance(memory(stability=200.0, last=TODAY - timedelta(days=1)), answer(5), schedule())
    interval = FSRS.interval_days(after.stability, 0.9)
    width = fuzz_days(interval)
    waits = dues(range(60), range(60))
    assert (min(waits), max(waits)) == (interval - width, interval + width)
    assert abs(sum(waits) / len(waits) - interval) < width / 10
    assert all(waits.count(wait) > len(waits) / (2 * width + 1) / 2 for wait in range(interval - width, interval + width + 1))


def test_fuzz_is_drawn_anew_at_every_repetition() -> None:
    offsets = set()
    for repetitions in range(1, 40):
        drawn = [answer(number) for number in range(repetitions)]
        held = fold(drawn, schedule())
        assert held is not None
        interval = FSRS.interval_days(held.stability, 0.9)
        if fuzz_days(interval) > 0:
            offsets.add((held.due_on - TODAY).days - interval)
    assert len(offsets) > 1


@pytest.mark.parametrize(("interval", "width"), [(1, 0), (2, 0), (3, 1), (7, 1), (15, 2), (20, 2), (21, 3), (100, 6), (1000, 51)])
def test_width_of_the_fuzz_by_hand(interval: int, width: int) -> None:
    # 20 days: 0.15 · 4.5 + 0.10 · 13 = 1.975, and half a day; 100: 4 more and half a day.
    assert fuzz_days(interval) == width


@given(st.integers(1, 40_000))
def test_fuzz_never_reaches_back_to_the_day_of_the_answer_and_grows_with_the_interval(interval: int) -> None:
    assert 0 <= fuzz_days(interval) < interval
    assert fuzz_days(interval) <= fuzz_days(interval + 1)


def test_a_hundred_years_of_stability_still_have_a_due_day() -> None:
    before = memory(stability=36_500.0, difficulty=1.0)
    after = advance(before, answer(2, day=TODAY + timedelta(days=3650)), schedule(0.7))
    assert after.due_on > TODAY
    assert FSRS.step(State(36_500.0, 1.0), Rating.GOOD, 3650).stability == 36_500.0


@st.composite
def usable_days_off(draw: st.DrawFn) -> DaysOff:
    weekdays = draw(st.frozensets(st.integers(1, 7), max_size=6))
    spans = draw(st.lists(st.tuples(st.dates(date(2025, 1, 1), date(2028, 1, 1)), st.integers(0, 365)), max_size=6))
    off = DaysOff(weekdays, tuple(DateRange(first, first + timedelta(days=length)) for first, length in spans))
    assert off.defect() is None
    return off


near = st.dates(date(2024, 6, 1), date(2028, 6, 1))


@given(usable_days_off(), near)
def test_days_off_shift_a_due_day_to_the_next_practising_day(off: DaysOff, due: date) -> None:
    shown = off.shifted(due)
    assert shown >= due
    assert not off.is_off(shown)
    assert all(off.is_off(due + timedelta(days=n)) for n in range((shown - due).days))


@given(usable_days_off(), near)
def test_the_horizon_is_the_last_practising_day_up_to_today(off: DaysOff, day: date) -> None:
    horizon = off.due_horizon(day)
    assert horizon <= day
    assert not off.is_off(horizon)
    assert all(off.is_off(day - timedelta(days=n)) for n in range((day - horizon).days))


@given(usable_days_off(), near, st.integers(-400, 400))
def test_what_is_shown_as_due_by_a_day_is_what_the_drill_of_that_day_finds(off: DaysOff, day: date, distance: int) -> None:
    due = day + timedelta(days=distance)
    assert (off.shifted(due) <= day) == (due <= off.due_horizon(day))


@given(usable_days_off(), near, near)
def test_shifting_keeps_the_order_of_dues(off: DaysOff, one: date, other: date) -> None:
    assert off.shifted(min(one, other)) <= off.shifted(max(one, other))


@given(near)
def test_who_has_no_days_off_is_shown_natural_due_days(day: date) -> None:
    assert DaysOff().shifted(day) == DaysOff().due_horizon(day) == day


def test_the_longest_leave_that_may_be_entered_is_walked_to_its_end() -> None:
    """All ranges end to end, with every weekday between them off but one."""
    ranges, day = [], date(2026, 1, 1)
    for _ in range(MOST_RANGES):
        ranges.append(DateRange(day, day + timedelta(days=LONGEST_RANGE_DAYS - 1)))
        day = ranges[-1].last + timedelta(days=1)
    off = DaysOff(WEEK - {day.isoweekday() % 7 + 1}, tuple(ranges))
    assert off.defect() is None
    assert not off.is_off(off.shifted(date(2026, 1, 1)))
    assert off.shifted(date(2026, 1, 1)) >= day
    assert off.due_horizon(ranges[-1].last) < date(2026, 1, 1)


def test_the_ends_of_the_calendar_stop_the_walk() -> None:
    off = DaysOff(ranges=(DateRange(date.min, date(1, 6, 1)), DateRange(date(9999, 6, 1), date.max)))
    assert off.defect() is None
    assert off.shifted(date(9999, 7, 1)) == date.max
    assert off.due_horizon(date(1, 5, 1)) == date.min
    assert off.shifted(date(1, 5, 1)) == date(1, 6, 2)
    assert off.due_horizon(date(9999, 7, 1)) == date(9999, 5, 31)


@pytest.mark.parametrize(
    ("off", "words"),
    [
        (DaysOff(frozenset({0})), "weekdays are"),
        (DaysOff(frozenset({8})), "weekdays are"),
        (DaysOff(WEEK), "at least one weekday"),
        (DaysOff(ranges=(DateRange(TODAY, TODAY - timedelta(days=1)),)), "ends on or after"),
        (DaysOff(ranges=(DateRange(TODAY, TODAY + timedelta(days=LONGEST_RANGE_DAYS)),)), "at most 366 days"),
        (DaysOff(ranges=(DateRange(TODAY, TODAY),) * (MOST_RANGES + 1)), "at most 50"),
    ],
)
def test_unusable_days_off_say_why(off: DaysOff, words: str) -> None:
    assert words in (off.defect() or "")


@given(days, st.frozensets(st.integers(1, 7)))
def test_weekdays_are_counted_from_monday(day: date, weekdays: frozenset[int]) -> None:
    assume(weekdays)
    assert DaysOff(weekdays).is_off(day) == (day.weekday() + 1 in weekdays)


@given(near, near)
def test_a_range_includes_both_its_ends(first: date, day: date) -> None:
    leave = DaysOff(ranges=(DateRange(first, first + timedelta(days=9)),))
    assert leave.is_off(day) == (0 <= (day - first).days <= 9)
