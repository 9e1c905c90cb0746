"""Quality of questions: what the linter finds in one, and the figures of the whole bank."""

from dataclasses import replace

import pytest

from domain.content.kinds import SingleChoice
from domain.content.quality import CARD_KINDS, LEAST_OF_A_KIND, figures_of, findings_in, findings_in_lesson
from domain.text import Text
from tests.domain.support import item, lesson, option, single


def asking(zh: str, en: str = "What do you say?") -> list[str]:
    return list(findings_in(replace(item("x"), prompt=Text(zh, zh, en))))


def test_a_sound_question_has_no_findings() -> None:
    assert asking("客户很急，你怎么说？") == []


@pytest.mark.parametrize(
    ("zh", "en"),
    [("你怎么说？他怎么想？", "What do you say?"), ("你怎么说？", "What do you say? And why?")],
)
def test_a_stem_asks_one_thing(zh: str, en: str) -> None:
    assert asking(zh, en) == ["the prompt asks more than one thing"]


def test_what_a_customer_asks_in_the_stem_does_not_count() -> None:
    assert asking("客户问：“为什么？凭什么？”你怎么说？", "A customer asks, “Why? How come?” What do you say?") == []


@pytest.mark.parametrize(
    ("zh", "en", "finding"),
    [
        ("下面哪一句不应该说？", "Which?", "the negative in the Chinese prompt is not marked"),
        ("下面哪一句**不应**说？", "Which should not be said?", "the negative in the English prompt is not marked"),
        ("下面哪一句**不应**说？", "All of these except which?", "the negative in the English prompt is not marked"),
    ],
)
def test_a_negative_is_marked(zh: str, en: str, finding: str) -> None:
    assert asking(zh, en) == [finding]


def test_a_marked_negative_is_fine() -> None:
    assert asking("下面哪一句**不应该**说？", "Which should **not** be said?") == []


@pytest.mark.parametrize(
    ("changes", "finding"),
    [
        ({"prompt": Text("长" * 131, "長", "long")}, "a prompt of 131 characters in zh-Hans: at most 130"),
        ({"explanation": Text("长", "長", "l" * 621)}, "a explanation of 621 characters in en: at most 620"),
    ],
)
def test_reading_is_bounded_for_a_small_screen(changes: dict[str, Text], finding: str) -> None:
    assert finding in list(findings_in(replace(item("x"), **changes)))  # type: ignore[arg-type]


def test_everything_that_is_read_before_answering_is_bounded_too() -> None:
    options = tuple(replace(option(name, correct=name == "a"), text=Text("字" * 59 + name, name, name)) for name in "abcde")
    found = list(findings_in(replace(item("x", body=SingleChoice(options)), prompt=Text("问" * 130, "問", "ask"))))
    assert found == ["430 characters to read in zh-Hans: at most 420"]


def figure(name: str, *bodies: SingleChoice) -> tuple[str, bool]:
    figures = {figure.name: figure for figure in figures_of([item(str(n), body=body) for n, body in enumerate(bodies)])}
    return figures[name].value, figures[name].kept


def of_lengths(right: int, *lengths: int) -> SingleChoice:
    """Options of these lengths, of which the one at `right` is right."""
    return SingleChoice(
        tuple(
            replace(option("abcd"[n], correct=n == right), text=Text("字" * length, "字" * length, "x" * length))
            for n, length in enumerate(lengths)
        )
    )


def test_the_right_option_is_seldom_the_longest() -> None:
    longest, middling, equal = of_lengths(0, 9, 4, 5), of_lengths(1, 9, 4, 5), of_lengths(0, 9, 9, 5)
    assert figure("right option longest, zh-Hans", longest, longest, middling, equal, equal) == ("40%", True)
    assert figure("right option longest, en", longest, longest, longest, equal, middling) == ("60%", False)


def test_the_right_option_stands_everywhere() -> None:
    assert figure("right option at a, b, c, d", *(single(4, place) for place in range(4))) == ("25% / 25% / 25% / 25%", True)
    assert figure("right option at a, b, c, d", *(single(4, place) for place in (0, 0, 1, 2)))[1] is False


def test_a_bank_that_is_too_small_or_lacks_a_kind_is_told_so() -> None:
    figures = {figure.name: figure for figure in figures_of([item("x")])}
    assert not figures["items"].kept
    assert {name for name in LEAST_OF_A_KIND if figures[name].kept} == set()


def test_a_lesson_has_a_hook_an_idea_a_dialogue_and_a_line_to_remember_in_a_few_minutes() -> None:
    sketch = lesson("l", concepts=["a"])
    cards = tuple(replace(sketch.cards[0], kind=kind) for kind in CARD_KINDS)
    assert list(findings_in_lesson(replace(sketch, cards=cards, minutes=3))) == []
    assert list(findings_in_lesson(replace(sketch, cards=cards[1:3], minutes=5))) == [
        "the lesson has no card of kind hook",
        "the lesson has no card of kind remember",
        "2 cards: it takes 3 to 6",
        "5 minutes: it takes 2 to 4",
    ]
