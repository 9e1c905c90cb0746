"""Today's drill: what is asked, in which order, and how much of it."""

from collections import Counter
from datetime import timedelta
from itertools import pairwise

from hypothesis import example, given
from hypothesis import strategies as st

from domain.content.catalogue import Catalogue
from domain.practice.days_off import DateRange, DaysOff
from domain.practice.drill import Drill, ItemStep, LessonStep, build_drill, interleaved
from domain.practice.learner import Preferences
from domain.practice.memory import Memory
from domain.practice.selection import knowledge_saved, most_saving
from tests.domain.support import FSRS, TODAY, catalogue_of, item, lesson, memory

YESTERDAY = TODAY - timedelta(days=1)


def steps_of(skills: str) -> list[ItemStep]:
    """One step for each letter, which is its skill."""
    return [ItemStep(item(f"{skill}{n}", skill=skill), "due", 0.9, 1) for n, skill in enumerate(skills)]


def skills_of(steps: list[ItemStep]) -> str:
    return "".join(step.item.skill for step in steps)


skill_rows = st.text("abcd", max_size=24) | st.text("ab", max_size=12) | st.text("aaab", max_size=10)


@given(skill_rows)
@example("aabb")
@example("baa")
@example("aaabbc")
def test_interleaving_leaves_as_few_neighbours_of_one_skill_as_can_be(row: str) -> None:
    """None when no skill fills more than half, rounded up; else what is left of the fullest when the others are used up."""
    ordered = skills_of(interleaved(steps_of(row)))
    clashes = sum(one == other for one, other in pairwise(ordered))
    fullest = max(Counter(row).values(), default=0)
    assert clashes == max(0, 2 * fullest - len(row) - 1)


@given(skill_rows)
def test_interleaving_loses_nothing_and_keeps_the_order_within_a_skill(row: str) -> None:
    given_steps = steps_of(row)
    ordered = interleaved(given_steps)
    for skill in set(row):
        assert [s for s in ordered if s.item.skill == skill] == [s for s in given_steps if s.item.skill == skill]
    assert len(ordered) == len(given_steps)


@given(skill_rows)
def test_what_needs_no_interleaving_stays_as_it_is(row: str) -> None:
    once = interleaved(steps_of(row))
    if all(one.item.skill != other.item.skill for one, other in pairwise(once)):
        assert interleaved(once) == once


def items_asked(drill: Drill) -> list[ItemStep]:
    return [step for step in drill.steps if isinstance(step, ItemStep)]


def drill_of(
    catalogue: Catalogue,
    memories: dict[str, Memory],
    *,
    done: frozenset[str] = frozenset(),
    size: int = 20,
    new_per_day: int = 10,
    days_off: DaysOff | None = None,
) -> Drill:
    preferences = Preferences("Asia/Shanghai", "zh-Hans", new_per_day=new_per_day, days_off=days_off or DaysOff())
    return build_drill(TODAY, size, preferences, memories, done, catalogue, FSRS)


SKILLS = ("a", "b", "c")
LESSONS = [lesson(f"lesson-{n}", concepts=[f"c{n}"], skill=SKILLS[n % 3]) for n in range(4)]
ITEMS = [item(f"item-{n:02}", concepts=[f"c{n % 4}"], skill=SKILLS[n % 4 % 3]) for n in range(24)]
CATALOGUE = catalogue_of(ITEMS, LESSONS)
IDS = [each.item_id for each in ITEMS]


@st.composite
def memories_of_some(draw: st.DrawFn) -> dict[str, Memory]:
    seen = draw(
        st.dictionaries(st.sampled_from([*IDS, "withdrawn"]), st.tuples(st.integers(0, 60), st.integers(-9, 9), st.booleans()))
    )
    for finished in draw(st.sets(st.sampled_from(sorted(CATALOGUE.items_by_lesson)), max_size=3)):  # whole lessons, too
        seen |= {each.item_id: (3, 4, False) for each in CATALOGUE.items_by_lesson[finished]}
    return {
        item_id: memory(
            stability=1.0 + ago,
            last=TODAY - timedelta(days=ago),
            due=TODAY - timedelta(days=ago) if relearning else TODAY + timedelta(days=ahead),
            relearning=relearning,
            number=number,
        )
        for number, (item_id, (ago, ahead, relearning)) in enumerate(seen.items())
    }


lessons_read = st.sets(st.sampled_from([each.lesson_id for each in LESSONS])).map(frozenset)
sizes = st.integers(0, 30)
new_limits = st.integers(0, 12)


@given(memories_of_some(), lessons_read, sizes, new_limits)
def test_a_drill_asks_what_it_says_for_the_reason_it_says(
    held: dict[str, Memory], done: frozenset[str], size: int, new: int
) -> None:
    drill = drill_of(CATALOGUE, held, done=done, size=size, new_per_day=new)
    asked = items_asked(drill)
    assert len(asked) <= size
    assert len({step.item.item_id for step in asked}) == len(asked)
    for step in asked:
        before = held.get(step.item.item_id)
        if step.reason == "new":
            assert before is None
            assert (step.retrievability, step.repetitions) == (None, 0)
        else:
            assert before is not None
            assert before.relearning is (step.reason == "relearn")
            assert before.relearning or before.due_on <= TODAY
            assert step.retrievability == FSRS.retrievability(before.stability, (TODAY - before.last_practice_day).days)
            assert step.repetitions == before.repetitions
    for skill in SKILLS:
        reasons = [step.reason for step in asked if step.item.skill == skill]
        assert reasons == sorted(reasons, key=["relearn", "due", "new"].index)


@given(memories_of_some(), lessons_read, sizes, new_limits)
def test_a_drill_is_full_while_anything_waits_and_new_items_take_only_the_room_left(
    held: dict[str, Memory], done: frozenset[str], size: int, new: int
) -> None:
    drill = drill_of(CATALOGUE, held, done=done, size=size, new_per_day=new)
    current = {item_id: m for item_id, m in held.items() if item_id in CATALOGUE.items}
    relearn = sum(m.relearning for m in current.values())
    due = sum(not m.relearning and m.due_on <= TODAY for m in current.values())
    assert (drill.counts.relearn, drill.counts.due) == (relearn, due)
    reasons = Counter(step.reason for step in items_asked(drill))
    assert reasons["relearn"] == min(size, relearn)
    assert reasons["due"] == min(size - reasons["relearn"], due)
    assert reasons["new"] == min(size - reasons["relearn"] - reasons["due"], drill.counts.new)


@given(memories_of_some(), lessons_read, sizes, new_limits)
def test_no_more_new_items_in_a_day_than_wished_for(held: dict[str, Memory], done: frozenset[str], size: int, new: int) -> None:
    drill = drill_of(CATALOGUE, held, done=done, size=size, new_per_day=new)
    met_today = sum(m.first_practice_day == TODAY for m in held.values())
    assert drill.counts.new <= max(0, new - met_today)


@given(memories_of_some(), lessons_read, sizes, new_limits)
def test_a_new_item_follows_its_lesson_which_stands_right_before_the_first_of_them(
    held: dict[str, Memory], done: frozenset[str], size: int, new: int
) -> None:
    steps = drill_of(CATALOGUE, held, done=done, size=size, new_per_day=new).steps
    read = set(done)
    for step, following in zip(steps, (*steps[1:], None), strict=False):
        if isinstance(step, LessonStep):
            assert step.lesson.lesson_id not in done
            assert isinstance(following, ItemStep)
            assert following.reason == "new"
            assert CATALOGUE.lesson_of[following.item.item_id] == step.lesson.lesson_id
            read.add(step.lesson.lesson_id)
        elif step.reason == "new":
            assert CATALOGUE.lesson_of[step.item.item_id] in read
    assert sum(isinstance(step, LessonStep) for step in steps) <= 1


@given(memories_of_some(), lessons_read)
def test_while_anything_is_unseen_a_drill_with_room_offers_a_lesson_or_something_new(
    held: dict[str, Memory], done: frozenset[str]
) -> None:
    drill = drill_of(CATALOGUE, held, done=done, size=100, new_per_day=100)
    unseen = [item_id for item_id in CATALOGUE.lesson_of if item_id not in held]
    offered = [step for step in drill.steps if isinstance(step, LessonStep) or step.reason == "new"]
    assert bool(offered) == bool(unseen)


def test_a_lesson_whose_items_are_all_seen_does_not_hold_up_the_lessons_after_it() -> None:
    """Its reading was never recorded (an old client, a lost request): the learner must not stand still for ever."""
    seen = {each.item_id: memory(due=TODAY + timedelta(days=9)) for each in CATALOGUE.items_by_lesson["lesson-0"]}
    drill = drill_of(CATALOGUE, seen)
    assert drill.steps != ()


def test_a_lesson_that_opens_no_items_does_not_hold_up_the_lessons_after_it() -> None:
    catalogue = catalogue_of([item("x", concepts=["c"])], [lesson("intro"), lesson("first", concepts=["c"])])
    assert drill_of(catalogue, {}).steps != ()


def test_in_one_skill_the_order_is_relearning_then_due_then_lesson_then_new() -> None:
    catalogue = catalogue_of(
        [item(name, concepts=["c2" if name.startswith("n") else "c1"]) for name in ("d1", "d2", "n1", "n2", "r1", "r2")],
        [lesson("one", concepts=["c1"]), lesson("two", concepts=["c2"])],
    )
    held = {
        "r1": memory(relearning=True, number=9),
        "r2": memory(relearning=True, number=3),
        "d1": memory(stability=5.0, last=YESTERDAY),
        "d2": memory(stability=5.0, last=YESTERDAY),
    }
    drill = drill_of(catalogue, held, done=frozenset({"one"}))
    names = [step.lesson.lesson_id if isinstance(step, LessonStep) else step.item.item_id for step in drill.steps]
    assert names == ["r2", "r1", "d1", "d2", "two", "n1", "n2"]  # what was missed longest ago comes first


def test_new_items_come_in_the_order_of_study_and_not_of_their_names() -> None:
    catalogue = catalogue_of(
        [item("a", concepts=["c2"]), item("z", concepts=["c1"])], [lesson("one", concepts=["c1"]), lesson("two", concepts=["c2"])]
    )
    asked = items_asked(drill_of(catalogue, {}, done=frozenset({"one", "two"})))
    assert [step.item.item_id for step in asked] == ["z", "a"]


def test_an_item_opens_only_when_all_its_concepts_have_been_taught() -> None:
    catalogue = catalogue_of(
        [item("both", concepts=["c1", "c2"]), item("untaught", concepts=["c1", "c9"])],
        [lesson("one", concepts=["c1"]), lesson("two", concepts=["c2"])],
    )
    assert catalogue.lesson_of == {"both": "two"}


def test_on_a_day_off_only_what_was_due_before_is_asked() -> None:
    held = {"item-00": memory(last=YESTERDAY, due=TODAY), "item-01": memory(last=YESTERDAY, due=YESTERDAY)}
    off = DaysOff(ranges=(DateRange(TODAY, TODAY),))
    assert [s.item.item_id for s in items_asked(drill_of(CATALOGUE, held, new_per_day=0, days_off=off))] == ["item-01"]
    assert len(items_asked(drill_of(CATALOGUE, held, new_per_day=0))) == 2


def test_what_was_missed_comes_back_also_on_a_day_off() -> None:
    off = DaysOff(ranges=(DateRange(TODAY, TODAY),))
    asked = items_asked(drill_of(CATALOGUE, {"item-00": memory(relearning=True)}, new_per_day=0, days_off=off))
    assert [step.reason for step in asked] == ["relearn"]


def test_withdrawn_items_are_not_asked_but_count_among_the_new_ones_of_the_day() -> None:
    drill = drill_of(CATALOGUE, {"withdrawn": memory(relearning=True)}, new_per_day=1)
    assert (drill.counts.relearn, drill.counts.new, drill.steps) == (0, 0, ())


held_memories = st.builds(
    lambda stability, difficulty, ago: memory(stability=stability, difficulty=difficulty, last=TODAY - timedelta(days=ago)),
    st.floats(0.1, 500.0),
    st.floats(1.0, 10.0),
    st.integers(0, 400),
)


@given(st.dictionaries(st.sampled_from(IDS), held_memories), st.integers(0, 10))
def test_when_more_is_due_than_fits_what_is_asked_saves_most(held: dict[str, Memory], size: int) -> None:
    chosen = most_saving(held.items(), size, TODAY, FSRS)
    saved = [knowledge_saved(m, TODAY, FSRS) for _, m in chosen]
    assert saved == sorted(saved, reverse=True)
    left = [knowledge_saved(m, TODAY, FSRS) for item_id, m in held.items() if item_id not in dict(chosen)]
    assert len(chosen) == min(size, len(held))
    assert not saved or not left or min(saved) >= max(left)


@given(st.permutations(IDS))
def test_equal_savings_are_ordered_alike_on_every_device(order: list[str]) -> None:
    chosen = most_saving([(item_id, memory()) for item_id in order], 5, TODAY, FSRS)
    assert [item_id for item_id, _ in chosen] == IDS[:5]


def test_knowledge_saved_by_hand() -> None:
    """After 10 days at a stability of 10 recall is 0.9; good and again from there, and unasked, each 30 days on."""
    held = memory(stability=10.0, difficulty=5.0, last=TODAY - timedelta(days=10))
    factor = 0.9 ** (-1 / 0.1542) - 1

    def recall(stability: float, days: int) -> float:
        return float((1 + factor * days / stability) ** -0.1542)

    # FSRS-6 by its published formulas, at R = 0.9.
    good = 10 * (1 + 2.718281828459045**1.8722 * (11 - 5) * 10**-0.1666 * (2.718281828459045 ** (0.1 * 0.796) - 1))
    again = 1.4835 * 5**-0.0614 * (11**0.2629 - 1) * 2.718281828459045 ** (0.1 * 1.6483)
    expected = 0.9 * recall(good, 30) + 0.1 * recall(again, 30) - recall(10, 40)
    assert abs(knowledge_saved(held, TODAY, FSRS, 30) - expected) < 1e-5
