"""The pack: what a device needs for some days, and what it holds already."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from random import Random
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.content.catalogue import Catalogue, Edition
from domain.content.items import ItemVersion
from domain.content.lessons import LessonVersion
from domain.practice.days_off import DateRange, DaysOff
from domain.practice.drill import LessonStep, build_drill
from domain.practice.learner import Preferences
from domain.practice.memory import Memory, advance
from domain.sync.held import LONGEST_TOKEN, MOST_PLACES, read_held, write_held
from domain.sync.pack import Pack, pack_of
from domain.text import LANGUAGES, Language
from tests.domain.support import FSRS, TODAY, answer, catalogue_of, item, lesson, memory, schedule

EPOCH = UUID(int=11)
LESSONS, ITEMS_OF_A_LESSON = 6, 4


def course() -> Catalogue:
    """Lessons `l0` to `l5` with items `i00` to `i53`, four for each."""
    lessons = [lesson(f"l{n}", concepts=[f"c{n}"]) for n in range(LESSONS)]
    items = [item(f"i{n}{k}", concepts=[f"c{n}"]) for n in range(LESSONS) for k in range(ITEMS_OF_A_LESSON)]
    return catalogue_of(items, lessons)


COURSE = course()


def size_of_one(_: ItemVersion | LessonVersion) -> int:
    return 1


def preferences(new_per_day: int = 2, days_off: DaysOff | None = None) -> Preferences:
    return Preferences("Asia/Shanghai", "en", new_per_day=new_per_day, days_off=days_off or DaysOff())


@dataclass
class Case:
    """A learner, and the pack for a number of days."""

    memories: dict[str, Memory]
    lessons_done: frozenset[str] = frozenset()
    new_per_day: int = 2
    days_off: DaysOff | None = None

    def pack(self, days: int = 14, **options: Any) -> Pack:
        chosen = preferences(self.new_per_day, self.days_off)
        return pack_of(TODAY, days, chosen, self.memories, self.lessons_done, COURSE, FSRS, size_of_one, **options)


def ids(pack: Pack) -> list[str]:
    return [each.item_id for each in pack.items]


def due_in(days: int, *, relearning: bool = False) -> Memory:
    last = TODAY - timedelta(days=5)
    return memory(last=last, due=TODAY + timedelta(days=days), relearning=relearning)


def test_a_pack_is_what_falls_due_until_its_last_day() -> None:
    case = Case({"i00": due_in(-3), "i01": due_in(0), "i02": due_in(6), "i03": due_in(7)}, new_per_day=0)
    assert ids(case.pack(days=7)) == ["i00", "i01", "i02"]
    assert ids(case.pack(days=8)) == ["i00", "i01", "i02", "i03"]


def test_days_off_at_the_end_of_the_window_ask_for_nothing_more() -> None:
    leave = DaysOff(ranges=(DateRange(TODAY + timedelta(days=3), TODAY + timedelta(days=9)),))
    case = Case({"i00": due_in(2), "i01": due_in(5)}, new_per_day=0, days_off=leave)
    assert ids(case.pack(days=8)) == ["i00"]
    assert ids(case.pack(days=11)) == ["i00", "i01"]


def test_new_items_come_in_the_order_of_study_with_the_lessons_still_to_be_read() -> None:
    pack = Case({"i00": due_in(30)}, frozenset({"l0"}), new_per_day=2).pack(days=4)
    assert ids(pack) == ["i01", "i02", "i03", "i10", "i11", "i12", "i13", "i20"]
    assert pack.lesson_order == ("l0", "l1", "l2")
    assert [each.lesson_id for each in pack.lessons] == ["l1", "l2"]


def test_what_was_introduced_today_counts() -> None:
    today = memory(first=TODAY, due=TODAY + timedelta(days=40))
    assert ids(Case({"i00": today}, new_per_day=2).pack(days=1)) == ["i01"]


def test_no_new_items_for_who_wants_none() -> None:
    assert Case({}, new_per_day=0).pack() == Pack((), (), ())


def test_items_of_an_open_exam_stay_out_whether_due_or_new() -> None:
    case = Case({"i00": due_in(0), "i01": due_in(0, relearning=True)}, new_per_day=100)
    secret = {"i00", "i01", "i10"}
    assert set(ids(case.pack())) | set(ids(case.pack(secret=secret))) == set(COURSE.items)
    assert set(ids(case.pack(secret=secret))) == set(COURSE.items) - secret


def test_what_was_withdrawn_is_not_in_a_pack() -> None:
    assert ids(Case({"gone": due_in(0), "i00": due_in(0)}, new_per_day=0).pack()) == ["i00"]


def test_where_room_is_short_the_last_new_items_stay_out_first() -> None:
    case = Case({"i40": due_in(3), "i41": due_in(1)}, new_per_day=2)
    # Two that are due, a lesson with its four items, and the next lesson with one of its own.
    pack = case.pack(room=9)
    assert ids(pack) == ["i00", "i01", "i02", "i03", "i10", "i40", "i41"]
    assert [each.lesson_id for each in pack.lessons] == ["l0", "l1"]
    assert pack.lesson_order == ("l0", "l1")
    # A lesson without an item would be of no use.
    assert case.pack(room=8).lesson_order == ("l0",)
    assert case.pack(room=2) == Pack((COURSE.items["i40"], COURSE.items["i41"]), (), ())


def test_where_room_is_short_what_is_due_last_stays_out_next() -> None:
    case = Case({"i00": due_in(9), "i01": due_in(2), "i02": due_in(30, relearning=True), "i03": due_in(0)}, new_per_day=2)
    assert ids(case.pack(room=4))[:4] == ["i00", "i01", "i02", "i03"]
    assert ids(case.pack(room=3)) == ["i01", "i02", "i03"]
    assert ids(case.pack(room=2)) == ["i02", "i03"]
    assert ids(case.pack(room=1)) == ["i02"]
    assert case.pack(room=0) == Pack((), (), ())


def test_where_there_is_room_for_one_it_is_what_was_missed_longest_ago() -> None:
    missed = memory(relearning=True, number=2)
    case = Case({"i00": missed, "i01": replace(missed, last_review_id=UUID(int=1)), "i02": missed}, new_per_day=0)
    assert ids(case.pack(room=1)) == ["i01"]


@given(st.randoms(use_true_random=False), st.integers(1, 8), st.integers(0, 5))
def test_a_pack_holds_what_the_drills_of_its_days_ask_whatever_is_answered(random: Random, days: int, new_per_day: int) -> None:
    known = random.sample(sorted(COURSE.items), random.randint(0, 12))
    memories = {item_id: due_in(random.randint(-4, 12), relearning=random.random() < 0.2) for item_id in known}
    days_off = DaysOff(frozenset(random.sample(range(1, 8), random.randint(0, 3))))
    case = Case(memories, frozenset(random.sample(sorted(COURSE.lessons), random.randint(0, 4))), new_per_day, days_off)
    pack = case.pack(days)
    lessons = set(case.lessons_done) | {each.lesson_id for each in pack.lessons}
    done = case.lessons_done
    for ahead in range(days):
        day = TODAY + timedelta(days=ahead)
        drill = build_drill(day, random.randint(1, 30), preferences(new_per_day, days_off), memories, done, COURSE, FSRS)
        for step in drill.steps:
            if isinstance(step, LessonStep):
                assert step.lesson.lesson_id in lessons
                done = done | {step.lesson.lesson_id}
            else:
                assert step.item in pack.items
                assert step.reason != "new" or COURSE.lesson_of[step.item.item_id] in pack.lesson_order
                if random.random() < 0.8:
                    memories = {**memories, step.item.item_id: answered(memories, step.item.item_id, day, random)}


def answered(memories: dict[str, Memory], item_id: str, day: date, random: Random) -> Memory:
    given_answer = answer(random.randint(1, 10**6), day=day, correct=random.random() < 0.7)
    return advance(memories.get(item_id), given_answer, schedule(item_id=item_id))


# What a device holds


def editions(count: int) -> list[Edition]:
    return [("item", f"item-{n}", 1) for n in range(count)]


def among(token: str, places: Iterable[int], language: Language, order: Sequence[Edition], epoch: UUID = EPOCH) -> set[int]:
    held = read_held(token)
    return set() if held is None else set(held.among(places, language, epoch, order))


@given(st.sets(st.integers(0, 299)), st.sampled_from(LANGUAGES), st.integers(0, 50))
def test_a_token_says_what_is_held_also_after_publications(places: set[int], language: Language, later: int) -> None:
    token = write_held(places, language, EPOCH, editions(300))
    assert among(token, range(300 + later), language, editions(300 + later)) == places


def test_a_token_of_another_epoch_language_or_format_says_nothing() -> None:
    order = editions(9)
    token = write_held([0, 8], "en", EPOCH, order)
    assert among(token, range(9), "en", order) == {0, 8}
    assert among(token, range(9), "zh-Hans", order) == set()
    assert among(token, range(9), "en", order, UUID(int=12)) == set()
    assert read_held("Ag" + token[2:]) is None
    assert read_held("AQk" + token[3:]) is None


def test_a_token_from_before_the_order_changed_says_nothing() -> None:
    """Which a publication by the release before this one may do: it does not number what it publishes."""
    token = write_held([0, 8], "en", EPOCH, editions(9))
    inserted = [("item", "another", 1), *editions(9)]
    assert among(token, range(9), "en", inserted) == set()
    assert among(token, range(9), "en", editions(8)) == set()


@pytest.mark.parametrize("token", ["", "A", "AA", "garbage", "AQ", "_" * 100, "-" * 33])
def test_garbage_says_nothing(token: str) -> None:
    held = read_held(token)
    assert held is None or not held.among(range(100), "en", EPOCH, editions(100))


def test_a_token_stays_short_however_much_was_published() -> None:
    order = editions(MOST_PLACES + 100)
    assert len(write_held([0, 500], "en", EPOCH, editions(1_100))) < 130
    token = write_held(range(len(order)), "en", EPOCH, order)
    assert len(token) <= LONGEST_TOKEN
    assert among(token, range(len(order)), "en", order) == set(range(MOST_PLACES))


def test_nothing_published_is_nothing_held() -> None:
    assert among(write_held([], "en", EPOCH, []), [], "en", []) == set()
