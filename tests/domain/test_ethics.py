"""Tactics to be recognised and refused: nothing rewards them, and no lesson teaches them as good."""

from dataclasses import replace

import pytest

from domain.content.ethics import Exhibit, names_a_course, rewards_in, said_in_good_faith, unguarded_in
from domain.content.items import ItemVersion
from domain.phrases.lexicon import Lexicon
from domain.text import Text
from tests.domain.bodies import NOT_OURS, rewrite, scenario
from tests.domain.support import item, lesson, text

THREAT = "card.threat"
TO_AVOID = frozenset({THREAT})


def rewards(of: ItemVersion, *exhibits: Exhibit, asks_for_fault: bool = False) -> list[str]:
    return list(rewards_in(of, exhibits, TO_AVOID, asks_for_fault=asks_for_fault))


def test_an_item_that_practises_one_says_which_part_exhibits_it() -> None:
    practising = item("x", concepts=[THREAT])
    assert rewards(practising) == [f"{THREAT} is to be avoided: say with `shows` which part exhibits it"]
    assert rewards(practising, Exhibit(THREAT, refused=True)) == []


def test_a_part_that_shows_one_is_never_the_right_answer() -> None:
    practising = item("x", concepts=[THREAT])
    exhibits = Exhibit(THREAT, refused=True), Exhibit(THREAT, refused=False)
    assert rewards(practising, *exhibits) == [f"a part that shows {THREAT} is rewarded"]


def test_that_holds_for_an_item_about_something_else_too() -> None:
    assert rewards(item("x", concepts=["other"]), Exhibit(THREAT, refused=False)) == [f"a part that shows {THREAT} is rewarded"]


def test_only_what_is_marked_can_be_shown() -> None:
    assert rewards(item("x"), Exhibit("other", refused=True)) == ["other is not marked as to be avoided"]


def test_who_asks_for_the_fault_says_so() -> None:
    asking = replace(item("x", concepts=[THREAT]), prompt=Text("哪一句错了？", "哪一句錯了？", "Which is wrong?"))
    assert rewards(asking, Exhibit(THREAT, refused=True), asks_for_fault=True) == []
    silent = replace(asking, prompt=Text("你会怎么说？", "你會怎麼說？", "What do you say?"))
    assert rewards(silent, Exhibit(THREAT, refused=True), asks_for_fault=True) == [
        "it asks for the fault, and the prompt does not say so"
    ]


def test_a_lesson_marks_the_card_and_cites_the_rule_that_protects_customers() -> None:
    teaching = lesson("l", concepts=[THREAT])
    assert list(unguarded_in(teaching, ["outline-004"], TO_AVOID)) == [
        f"the card that teaches {THREAT} needs `avoid: true`",
        "a lesson on a tactic to be avoided cites the consumer-protection rule that speaks against it",
    ]
    guarded = replace(teaching, cards=tuple(replace(card, avoid=True) for card in teaching.cards))
    assert list(unguarded_in(guarded, ["outline-004", "cbirc-2022-9"], TO_AVOID)) == []
    assert list(unguarded_in(lesson("l", concepts=["other"]), [], TO_AVOID)) == []


def test_what_is_held_up_as_good_says_no_forbidden_phrase() -> None:
    lexicon = Lexicon([NOT_OURS])
    body = scenario()
    first, second = body.turns
    said = {"good": 0, "forbidden": 2}
    for quality, place in said.items():
        choices = list(first.choices)
        choices[place] = replace(choices[place], text=Text("这不是我们的事", "好", "fine"))
        spoken = item("x", body=replace(body, turns=(replace(first, choices=tuple(choices)), second)))
        expected = [f"{choices[place].id} says a forbidden phrase in zh-Hans: not-ours"] if quality == "good" else []
        assert list(said_in_good_faith(spoken, lexicon)) == expected
    model = replace(rewrite(), model=Text("好", "好", "It is not our business"))
    assert list(said_in_good_faith(item("x", body=model), lexicon)) == ["the model says a forbidden phrase in en: not-ours"]
    assert list(said_in_good_faith(item("x"), lexicon)) == []


@pytest.mark.parametrize("prompt", ["《投诉处理心态培训》中的3F是什么？", "按《服务共生》，排好顺序"])
def test_a_prompt_names_the_course_it_asks_about(prompt: str) -> None:
    assert names_a_course(Text(prompt, prompt, "?"))
    assert not names_a_course(text("3F是什么？"))
