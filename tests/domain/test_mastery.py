"""Mastery of a skill, its band and forecast, and what is noted of it for ever."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.content.catalogue import Catalogue
from domain.content.lessons import CompletionRule, ProgramVersion
from domain.mastery.mastery import Band, Held, Mastery, band_of, falls_below_on, held_of, mastery_of
from domain.mastery.standing import meets_rule, note_progress, total_weight
from domain.mastery.team import weighed_items
from domain.practice.memory import Memory
from domain.practice.store import SkillStanding
from tests.domain.support import FSRS, TODAY, catalogue_of, item, lesson, memory

held_items = st.builds(Held, st.sampled_from([0.1, 0.5, 1.0, 2.0, 7.3]), st.floats(0.1, 2000.0), st.integers(0, 500))


def test_mastery_by_hand() -> None:
    # Recall is 0.9 after as many days as the stability; weights 1 and 3 of 5 in all: (1 · 1 + 3 · 0.9) / 5.
    mastery = mastery_of([Held(1.0, 30.0, 0), Held(3.0, 40.0, 40)], 5.0, FSRS)
    assert mastery.mastery == pytest.approx((1 + 3 * 0.9) / 5)
    assert mastery.coverage == pytest.approx(4 / 5)
    assert mastery.stable is True


@given(st.lists(held_items, min_size=1, max_size=8), st.floats(0.0, 50.0), st.integers(0, 800))
def test_mastery_is_the_weighted_mean_of_recall_with_unseen_items_counting_nothing(
    seen: list[Held], unseen: float, ahead: int
) -> None:
    total = sum(h.weight for h in seen) + unseen
    factor = 0.9 ** (-1 / 0.1542) - 1
    recalled = sum(h.weight * (1 + factor * (h.elapsed_days + ahead) / h.stability) ** -0.1542 for h in seen)
    mastery = mastery_of(seen, total, FSRS, ahead)
    assert mastery.mastery == pytest.approx(recalled / total, rel=1e-5)
    assert mastery.coverage == pytest.approx((total - unseen) / total)
    assert 0 <= mastery.mastery <= mastery.coverage + 1e-12


@pytest.mark.parametrize(("seen", "total"), [([], 5.0), ([], 0.0), ([Held(1.0, 9.0, 1)], 0.0)])
def test_nothing_seen_or_nothing_published_is_nothing_held(seen: list[Held], total: float) -> None:
    mastery = mastery_of(seen, total, FSRS)
    assert mastery == Mastery(0.0, 0.0, stable=False)
    assert band_of(mastery, was_mastered=True) is Band.NOT_STARTED


@pytest.mark.parametrize(
    ("stabilities", "stable"),
    [([21.0], True), ([20.99], False), ([1.0, 21.0, 90.0], True), ([1.0, 20.99, 90.0], False), ([1.0, 2.0, 90.0, 90.0], True)],
)
def test_stable_is_when_at_least_half_of_the_items_hold_for_three_weeks(stabilities: list[float], stable: bool) -> None:
    assert mastery_of([Held(1.0, s, 0) for s in stabilities], 9.0, FSRS).stable is stable


A_LITTLE = 1e-9


@pytest.mark.parametrize(
    ("mastery", "coverage", "stable", "band"),
    [
        (0.0, 0.0, False, Band.NOT_STARTED),
        (0.01, 0.01, False, Band.LEARNING),
        (0.7, 0.6, False, Band.PROFICIENT),
        (0.7 - A_LITTLE, 0.9, True, Band.LEARNING),
        (0.9, 0.6 - A_LITTLE, True, Band.LEARNING),
        (0.85, 0.9, True, Band.MASTERED),
        (0.85 - A_LITTLE, 0.9, True, Band.PROFICIENT),
        (0.85, 0.9 - A_LITTLE, True, Band.PROFICIENT),
        (0.85, 0.9, False, Band.PROFICIENT),
        (1.0, 1.0, True, Band.MASTERED),
    ],
)
def test_bands_begin_exactly_at_their_thresholds(mastery: float, coverage: float, stable: bool, band: Band) -> None:
    assert band_of(Mastery(mastery, coverage, stable), was_mastered=False) is band


@pytest.mark.parametrize(
    ("mastery", "coverage", "stable", "band"),
    [
        (0.85, 0.9, True, Band.MASTERED),
        (0.85 - A_LITTLE, 0.9, True, Band.FADING),
        (0.7, 0.6, True, Band.FADING),
        (0.1, 0.1, False, Band.FADING),
        (0.85, 0.9 - A_LITTLE, True, Band.PROFICIENT),  # new items were published: nothing has faded
        (0.85, 0.9, False, Band.PROFICIENT),
        (0.0, 0.0, False, Band.NOT_STARTED),
    ],
)
def test_what_was_mastered_fades_when_its_mastery_falls_below(mastery: float, coverage: float, stable: bool, band: Band) -> None:
    assert band_of(Mastery(mastery, coverage, stable), was_mastered=True) is band


@pytest.mark.parametrize("weight", [0.1, 0.3, 0.7, 1.0, 1.1, 3.3])
@pytest.mark.parametrize(("seen", "of", "band"), [(9, 10, Band.MASTERED), (18, 20, Band.MASTERED), (6, 10, Band.LEARNING)])
def test_nine_of_ten_equal_items_are_coverage_enough_whatever_they_weigh(weight: float, seen: int, of: int, band: Band) -> None:
    mastery = mastery_of([Held(weight, 500.0, 0)] * seen, sum([weight] * of), FSRS)
    assert band_of(mastery, was_mastered=False) is band  # six of ten: covered, but mastery is 0.6 at best


@given(st.lists(held_items, max_size=6), st.floats(0.0, 5.0), st.floats(0.05, 0.99))
@settings(max_examples=60)
def test_the_forecast_names_the_first_day_below_the_goal(seen: list[Held], unseen: float, goal: float) -> None:
    total = sum(h.weight for h in seen) + unseen
    days = (n for n in range(3651) if mastery_of(seen, total, FSRS, n).mastery < goal)
    first = next(days, None)
    expected = None if first is None else TODAY + timedelta(days=first)
    assert falls_below_on(seen, total, goal, TODAY, FSRS) == expected


def test_a_forecast_by_hand() -> None:
    """Recall is exactly 0.9 on day 30, which is not below the goal: the day after is."""
    assert falls_below_on([Held(1.0, 30.0, 0)], 1.0, 0.9 - A_LITTLE, TODAY, FSRS) == TODAY + timedelta(days=31)
    assert falls_below_on([Held(1.0, 30.0, 0)], 2.0, 0.9, TODAY, FSRS) == TODAY
    assert falls_below_on([Held(1.0, 36_500.0, 0)], 1.0, 0.9, TODAY, FSRS) is None


def test_only_published_items_are_held_as_of_the_day_asked_for() -> None:
    memories = {
        "a": memory(stability=8.0, last=TODAY - timedelta(days=3)),
        "withdrawn": memory(),
        "c": memory(last=TODAY + timedelta(days=1)),  # a traveller's tomorrow
    }
    held = held_of([item("a", weight=2.0), item("b"), item("c")], memories, TODAY)
    assert held == [Held(2.0, 8.0, 3), Held(1.0, 10.0, 0)]


def test_every_published_item_is_weighed_against_all_of_its_skill() -> None:
    catalogue = catalogue_of([item("a", weight=2.0), item("b", weight=0.5), item("c", skill="other")])
    assert {w.item_id: (w.weight, w.skill_weight) for w in weighed_items(catalogue)} == {
        "a": (2.0, 2.5),
        "b": (0.5, 2.5),
        "c": (1.0, 1.0),
    }
    assert total_weight(catalogue, "no-such-skill") == 0


RULE = CompletionRule(min_coverage=0.5, min_mastery=0.4)
TWO_SKILLS = catalogue_of(
    [item("a1", skill="a"), item("a2", skill="a"), item("b1", skill="b"), item("b2", skill="b")],
    [lesson("la", skill="a"), lesson("lb", skill="b")],
    rule=RULE,
)
BOTH_READ = frozenset({"la", "lb"})


@pytest.mark.parametrize(
    ("read", "seen", "met"),
    [
        (BOTH_READ, ["a1", "b1"], True),
        (frozenset({"la"}), ["a1", "a2", "b1", "b2"], False),
        (BOTH_READ, ["a1", "a2"], False),
        (BOTH_READ, [], False),
        (BOTH_READ | {"another"}, ["a1", "a2", "b1", "b2"], True),
    ],
)
def test_a_program_is_complete_when_all_is_read_and_every_skill_is_held(read: frozenset[str], seen: list[str], met: bool) -> None:
    memories = {item_id: memory(stability=30.0) for item_id in seen}
    assert meets_rule(TWO_SKILLS.programs[0], read, memories, TODAY, TWO_SKILLS, FSRS) is met


def test_a_program_asks_for_mastery_as_well_as_coverage() -> None:
    faded = {item_id: memory(stability=1.0, last=TODAY - timedelta(days=3000)) for item_id in ("a1", "a2", "b1", "b2")}
    assert mastery_of(held_of(TWO_SKILLS.items_by_skill["a"], faded, TODAY), 2.0, FSRS).mastery < 0.4
    assert not meets_rule(TWO_SKILLS.programs[0], BOTH_READ, faded, TODAY, TWO_SKILLS, FSRS)


@dataclass
class Standing:
    """A `StandingStore` in memory."""

    held: dict[str, Memory]
    read: frozenset[str] = frozenset()
    mastered: dict[str, date] = field(default_factory=dict)
    completed: list[str] = field(default_factory=list)

    async def memories(self) -> dict[str, Memory]:
        return self.held

    async def lessons_done(self) -> frozenset[str]:
        return self.read

    async def completions(self) -> frozenset[str]:
        return frozenset(self.completed)

    async def note_mastered(self, skill: str, day: date) -> None:
        assert skill not in self.mastered
        self.mastered[skill] = day

    async def note_completed(self, program: ProgramVersion) -> None:
        assert program.program_id not in self.completed
        self.completed.append(program.program_id)


def note(store: Standing, catalogue: Catalogue, skills: Sequence[str], day: date = TODAY) -> None:
    seen = {s: sum(i.item_id in store.held for i in catalogue.items_by_skill[s]) for s in skills}
    standings = {skill: SkillStanding(seen[skill], store.mastered.get(skill)) for skill in skills}
    asyncio.run(note_progress(standings, day, store, catalogue=catalogue, algorithm=FSRS))


@given(st.lists(st.tuples(st.sampled_from([0.1, 1.0, 10.0]), st.sampled_from([None, 5.0, 300.0])), min_size=1, max_size=12))
def test_a_skill_is_noted_as_mastered_when_and_only_when_its_band_says_so(drawn: list[tuple[float, float | None]]) -> None:
    catalogue = catalogue_of([item(f"{n:02}", weight=weight) for n, (weight, _) in enumerate(drawn)])
    held = {f"{n:02}": memory(stability=stability) for n, (_, stability) in enumerate(drawn) if stability is not None}
    mastery = mastery_of(held_of(catalogue.items.values(), held, TODAY), total_weight(catalogue, "skill"), FSRS)
    store = Standing(held)
    note(store, catalogue, ["skill"])
    assert ("skill" in store.mastered) == (band_of(mastery, was_mastered=False) is Band.MASTERED)


def test_heavy_items_count_by_their_weight_and_not_by_their_number() -> None:
    """One seen item of weight 10 beside an unseen one of weight 1 is coverage 0.909: mastered."""
    catalogue = catalogue_of([item("heavy", weight=10.0), item("light", weight=1.0)])
    store = Standing({"heavy": memory(stability=100.0)})
    note(store, catalogue, ["skill"])
    assert store.mastered == {"skill": TODAY}


def test_mastery_and_completion_are_noted_once() -> None:
    held = {item_id: memory(stability=100.0) for item_id in ("a1", "a2", "b1", "b2")}
    store = Standing(held, BOTH_READ)
    note(store, TWO_SKILLS, ["a"])
    assert store.mastered == {"a": TODAY}
    assert store.completed == ["program"]
    note(store, TWO_SKILLS, ["a", "b"], TODAY + timedelta(days=1))
    assert store.mastered == {"a": TODAY, "b": TODAY + timedelta(days=1)}
    assert store.completed == ["program"]


def test_a_program_with_an_unread_lesson_is_not_completed_by_answers() -> None:
    store = Standing({item_id: memory(stability=100.0) for item_id in ("a1", "a2", "b1", "b2")}, frozenset({"la"}))
    note(store, TWO_SKILLS, ["a", "b"])
    assert store.completed == []
