"""What a question must keep before it may be published, and which concepts still lack lessons and items."""

from dataclasses import replace

import pytest

from domain.content.catalogue import lessons_that_open
from domain.content.coverage import Bank, Concept, by_outline, by_skill
from domain.content.items import ItemVersion
from domain.content.kinds import Body, Matching, MultipleChoice, Ordering, SingleChoice, SpotPhrase
from domain.content.kinds.choices import Option
from domain.content.kinds.ordering import Entry
from domain.content.kinds.spot_phrase import Line
from domain.content.lessons import LessonVersion
from domain.content.rules import defects_of
from domain.text import Text
from domain.writing import bare
from tests.domain.support import item, lesson, option, single, text


def multiple(size: int, right: int) -> MultipleChoice:
    return MultipleChoice(tuple(option("abcdefgh"[n], correct=n < right) for n in range(size)), 0.75)


def ordering(size: int) -> Ordering:
    return Ordering(tuple(Entry(f"{n}", text(f"entry {n}")) for n in range(size)), 1.0)


def matching(size: int, distractors: int = 0) -> Matching:
    rights = tuple(Entry(f"r{n}", text(f"right {n}")) for n in range(size + distractors))
    return Matching(
        tuple(Entry(f"l{n}", text(f"left {n}")) for n in range(size)), rights, {f"l{n}": f"r{n}" for n in range(size)}, 1
    )


def dialogue(speakers: str, *offending: int) -> SpotPhrase:
    return SpotPhrase(
        tuple(
            Line(f"l{n}", "employee" if who == "e" else "customer", text(f"line {n}"), text("why") if n in offending else None)
            for n, who in enumerate(speakers)
        ),
        1.0,
    )


def saying(body: SingleChoice, place: int, words: Text) -> SingleChoice:
    options = list(body.options)
    options[place] = replace(options[place], text=words)
    return SingleChoice(tuple(options))


SOUND: list[Body] = [
    single(3),
    single(5, right=4),
    multiple(3, 2),
    multiple(6, 4),
    ordering(3),
    ordering(6),
    matching(3),
    matching(6, 2),
    dialogue("cece", 1),
    dialogue("eeeeeeeeee", 0, 1, 2, 3, 4, 5, 6, 7, 8),
]


@pytest.mark.parametrize("body", SOUND, ids=lambda body: type(body).__name__)
def test_a_sound_question_has_no_defects_also_at_the_ends_of_what_is_allowed(body: Body) -> None:
    assert defects_of(item("x", body=body)) == []


TWO_RIGHT = SingleChoice((option("a", correct=True), option("b", correct=True), option("c")))
NONE_RIGHT = SingleChoice((option("a"), option("b"), option("c")))
NO_FEEDBACK = SingleChoice((option("a", correct=True), option("b", feedback=False), option("c")))
ALL_ABOVE = [
    Text("以上都对", "以上都對", "Each one"),
    Text("每一个", "每一個", "All of the above"),
    Text("以上全部", "以上全部", "x"),
]
SAME_LEFT = replace(matching(3), lefts=tuple(Entry(f"l{n}", text("same")) for n in range(3)))
SAME_RIGHT = replace(matching(3), rights=tuple(Entry(f"r{n}", text("same")) for n in range(3)))


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (single(2), "2 options: it takes 3 to 5"),
        (single(6), "6 options: it takes 3 to 5"),
        (TWO_RIGHT, "2 options are marked correct: a single choice has exactly one"),
        (NONE_RIGHT, "0 options are marked correct"),
        (NO_FEEDBACK, "a wrong option needs feedback: 简option b"),
        *((saying(single(4), 2, words), "no catch-all options") for words in ALL_ABOVE),
        (multiple(2, 1), "2 options: it takes 3 to 6"),
        (multiple(7, 3), "7 options: it takes 3 to 6"),
        (multiple(4, 1), "1 of 4 options are marked correct"),
        (multiple(4, 4), "4 of 4 options are marked correct"),
        (ordering(2), "2 entries: it takes 3 to 6"),
        (ordering(7), "7 entries: it takes 3 to 6"),
        (Ordering((*ordering(3).entries, Entry("z", text("entry 1"))), 1.0), "two parts say the same in zh-Hans: 简entry1"),
        (matching(2), "2 pairs: it takes 3 to 6"),
        (matching(7), "7 pairs: it takes 3 to 6"),
        (matching(3, 3), "at most 2 distractors"),
        (SAME_LEFT, "two parts say the same in en: ensame"),
        (SAME_RIGHT, "two parts say the same in zh-Hant: 繁same"),
        (dialogue("cec", 1), "3 lines: it takes 4 to 10"),
        (dialogue("ce" * 5 + "e", 1), "11 lines: it takes 4 to 10"),
        (dialogue("cece", 0, 1), "only lines of the employee can offend"),
        (dialogue("cece"), "0 of the employee's 2 lines offend"),
        (dialogue("cece", 1, 3), "2 of the employee's 2 lines offend"),
        (multiple(4, 0), "0 of 4 options are marked correct"),
        (ordering(1), "1 entries: it takes 3 to 6"),
        (ordering(0), "0 entries: it takes 3 to 6"),
        (matching(0), "0 pairs: it takes 3 to 6"),
        (single(0), "0 options: it takes 3 to 5"),
        (dialogue("cccc"), "0 of the employee's 0 lines offend"),
    ],
    ids=lambda value: value if isinstance(value, str) else type(value).__name__,
)
def test_each_defect_is_named(body: Body, words: str) -> None:
    assert any(words in defect for defect in defects_of(item("x", body=body))), defects_of(item("x", body=body))


@pytest.mark.parametrize(
    ("language", "same"),
    [
        ("zh-Hans", Text("退款。", "甲", "one")),
        ("zh-Hant", Text("甲", " 退 款", "one")),
        ("en", Text("甲", "乙", "REFUND, ｎｏｗ!")),
    ],
)
def test_two_options_that_differ_only_in_width_case_or_punctuation_are_the_same(language: str, same: Text) -> None:
    body = saying(saying(single(4), 1, Text("退款", "退款", "refund now")), 2, same)
    assert [d for d in defects_of(item("x", body=body)) if "say the same" in d] == [
        f"two parts say the same in {language}: {bare(same.said_in(language))}"  # type: ignore[arg-type]
    ]


def test_whoever_ticks_everything_must_not_pass() -> None:
    assert defects_of(item("x", body=multiple(5, 4))) == ["ticking all 5 options passes: raise pass_threshold"]
    assert defects_of(item("x", body=replace(multiple(5, 4), pass_threshold=0.9))) == []


def test_a_question_with_several_defects_names_them_all() -> None:
    options = tuple(Option(name, text("same"), correct=False, feedback=None) for name in "ab")
    defects = defects_of(item("x", body=SingleChoice(options)))
    assert len(defects) == 1 + 3 + 2 + 1  # too few, the same in three languages, no feedback twice, none right


def concept(identity: str, kind: str = "fact", *, outlines: tuple[str, ...] = ("000",), heading: bool = False) -> Concept:
    return Concept(identity, "phrases", kind, outlines, heading=heading, to_avoid=False, disagreements=())


CONCEPTS = [
    concept("phrase.one", "prohibition"),
    concept("phrase.list", "prohibition", heading=True),
    concept("fact.one", outlines=("000", "002")),
    concept("task.one", "activity", outlines=("002",)),
]
LESSONS = [lesson("l", concepts=["phrase.one", "phrase.list", "fact.one", "task.one"], skill="phrases")]


def about(concept: str, kind: str = "single_choice", number: int = 0) -> ItemVersion:
    return item(f"{concept}.{kind}.{number}", concepts=[concept], skill="phrases", kind=kind)


ENOUGH = [about("phrase.one"), about("phrase.one", "ordering"), about("phrase.list"), about("fact.one")]


def gaps(lessons: list[LessonVersion], items: list[ItemVersion]) -> tuple[str, ...]:
    [covered] = by_skill(CONCEPTS, Bank(lessons, items))
    return covered.gaps


def test_a_covered_skill_has_no_gaps_and_counts_what_it_has() -> None:
    [covered] = by_skill(CONCEPTS, Bank(LESSONS, ENOUGH))
    assert covered.gaps == ()
    assert (covered.name, covered.concepts, covered.taught, covered.practised) == ("phrases", 4, 4, 4)
    assert (covered.lessons, covered.items, covered.kinds) == (1, 4, ("ordering", "single_choice"))


def test_a_concept_counts_in_every_outline_that_teaches_it() -> None:
    outlines = by_outline(CONCEPTS, Bank(LESSONS, ENOUGH))
    assert [(outline.name, outline.concepts, outline.items) for outline in outlines] == [("000", 3, 4), ("002", 2, 1)]


def test_a_concept_that_no_card_teaches_is_a_gap() -> None:
    assert gaps([lesson("l", concepts=["phrase.one", "fact.one", "task.one"], skill="phrases")], ENOUGH) == (
        "phrase.list is taught by no lesson card",
    )


@pytest.mark.parametrize(
    ("missing", "gap"),
    [
        (1, "phrase.one is practised in one kind of item only"),
        (2, "phrase.list is practised by no item"),
        (3, "fact.one is practised by no item"),
    ],
)
def test_a_concept_needs_an_item(missing: int, gap: str) -> None:
    assert gaps(LESSONS, [each for n, each in enumerate(ENOUGH) if n != missing]) == (gap,)


def test_an_activity_may_rest_on_its_lesson_and_not_on_nothing() -> None:
    assert gaps([lesson("l", concepts=["phrase.one", "phrase.list", "fact.one"], skill="phrases")], ENOUGH) == (
        "task.one is taught by no lesson card",
        "task.one is practised by no item",
    )


@pytest.mark.parametrize("kind", ["prohibition", "tactic", "ordered-step"])
def test_a_prohibition_a_tactic_and_a_step_are_met_in_two_forms(kind: str) -> None:
    same = [about("x"), about("x", number=1)]
    [covered] = by_skill([concept("x", kind)], Bank([lesson("l", concepts=["x"], skill="phrases")], same))
    assert covered.gaps == ("x is practised in one kind of item only",)


def test_an_item_opens_with_the_last_of_the_lessons_that_teach_it_first() -> None:
    order = [lesson("one", concepts=["a"]), lesson("two", concepts=["b", "a"]), lesson("three", concepts=["a", "b"])]
    items = [item("a", concepts=["a"]), item("ab", concepts=["b", "a"]), item("ax", concepts=["a", "x"])]
    assert lessons_that_open(order, items) == {"a": "one", "ab": "two"}
    assert lessons_that_open(reversed(order), items) == {"a": "three", "ab": "three"}
