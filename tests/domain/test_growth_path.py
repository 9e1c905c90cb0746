"""The growth path: stages by tenure and by exams passed, and which lessons new items may come from."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.content.path import NO_PATH, GrowthPath, Stage, months_between, study_order
from tests.domain.support import text

STAGES = ("beginner", "intermediate", "advanced")
PATH = GrowthPath(
    tuple(
        Stage(name, text(name), months, f"exam.{name}", skills, lessons)
        for name, months, skills, lessons in [
            ("beginner", 0, ("phrases",), ()),
            ("intermediate", 6, ("empathy",), ("crisis.basics",)),
            ("advanced", 24, ("crisis",), ("phrases.late",)),
        ]
    )
)


@pytest.mark.parametrize(
    ("started", "day", "months"),
    [
        (date(2026, 1, 15), date(2026, 7, 14), 5),
        (date(2026, 1, 15), date(2026, 7, 15), 6),
        (date(2024, 11, 30), date(2026, 11, 21), 23),
        (date(2026, 8, 31), date(2027, 2, 28), 5),  # there is no 31 February: the month is whole on 1 March
        (date(2026, 12, 1), date(2026, 11, 21), 0),
    ],
)
def test_tenure_counts_whole_months_of_the_calendar(started: date, day: date, months: int) -> None:
    assert months_between(started, day) == months


@pytest.mark.parametrize(
    ("months", "passed", "stage"),
    [
        (0, set(), 0),
        (5, set(), 0),
        (6, set(), 1),
        (23, set(), 1),
        (24, set(), 2),
        (400, set(), 2),
        (0, {"exam.beginner"}, 1),
        (0, {"exam.intermediate"}, 2),
        (0, {"exam.advanced"}, 2),
        (6, {"exam.beginner"}, 1),
        (24, {"exam.beginner"}, 2),
        (0, {"exam.of-another-path"}, 0),
    ],
)
def test_a_stage_is_reached_by_tenure_or_sooner_by_the_exam_before_it(months: int, passed: set[str], stage: int) -> None:
    assert PATH.reached(months, passed) == stage


@given(st.integers(0, 600), st.integers(0, 600), st.sets(st.sampled_from([f"exam.{name}" for name in STAGES])))
def test_neither_time_nor_an_exam_takes_anybody_back(months: int, more: int, passed: set[str]) -> None:
    assert PATH.reached(months, set()) <= PATH.reached(months, passed) <= PATH.reached(months + more, passed)


def test_a_lesson_belongs_to_the_stage_of_its_skill_unless_another_names_it() -> None:
    places = [("phrases.one", "phrases"), ("phrases.late", "phrases"), ("crisis.basics", "crisis"), ("crisis.two", "crisis")]
    assert [PATH.place(lesson, skill) for lesson, skill in places] == [0, 2, 1, 2]
    assert PATH.place("new.one", "of-no-stage") == 0


def test_without_a_path_everything_is_of_the_first_stage() -> None:
    assert (NO_PATH.reached(100, {"exam.beginner"}), NO_PATH.place("any", "skill")) == (0, 0)


def test_new_items_come_from_the_current_stage_then_from_earlier_ones_and_never_from_a_later_one() -> None:
    stage_of = {"a": 0, "b": 1, "c": 0, "d": 2, "e": 1}
    assert [study_order(stage, list(stage_of), stage_of) for stage in range(3)] == [
        ["a", "c"],
        ["b", "e", "a", "c"],
        ["d", "a", "b", "c", "e"],
    ]
