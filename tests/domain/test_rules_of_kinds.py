"""Rules of cloze, classify, rewrite and scenario: what keeps such an item from being published."""

from dataclasses import replace

import pytest

from domain.content.kinds import Body, Scenario
from domain.content.kinds.base import Ending
from domain.content.kinds.scenario import Choice, Turn
from domain.content.rules import defects_of
from domain.text import Text
from tests.domain.bodies import classify, cloze, rewrite, scenario
from tests.domain.support import item, text


def defects(body: Body) -> list[str]:
    return defects_of(item("x", body=body))


def longer(body: Scenario, *, turns: int = 3) -> Scenario:
    """The scenario with as many turns, each of which may go on or end well."""
    [first, second] = body.turns
    middle = [
        Turn(f"m{n}", text(f"m{n}"), tuple(replace(c, id=f"m{n}.{c.id[-1]}", leads_to=f"m{n + 1}") for c in second.choices))
        for n in range(turns - 2)
    ]
    last = Turn(f"m{turns - 2}", text("last"), tuple(replace(c, id=f"m{turns - 2}.{c.id[-1]}") for c in second.choices))
    opening = replace(first, choices=tuple(replace(c, leads_to="m0") if c.leads_to == "t2" else c for c in first.choices))
    return replace(body, turns=(opening, *middle, last))


SOUND = longer(scenario())


def with_choice(body: Scenario, turn: int, place: int, **changes: object) -> Scenario:
    choices = list(body.turns[turn].choices)
    choices[place] = replace(choices[place], **changes)  # type: ignore[arg-type]
    turns = list(body.turns)
    turns[turn] = replace(turns[turn], choices=tuple(choices))
    return replace(body, turns=tuple(turns))


@pytest.mark.parametrize(
    "body", [cloze(1), cloze(3), classify(4, 2), classify(8, 5), rewrite(), SOUND, longer(scenario(), turns=6)]
)
def test_a_sound_one_has_no_defects(body: Body) -> None:
    assert defects(body) == []


def test_a_passage_holds_each_gap_once_and_in_order_in_every_language() -> None:
    body = replace(cloze(2), passage=Text("{gap-1}{gap-2}", "{gap-2}{gap-1}", "{gap-1} {gap-1}"))
    assert defects(body) == [
        "the passage in zh-Hant must hold each gap once and in order",
        "the passage in en must hold each gap once and in order",
    ]


@pytest.mark.parametrize("gaps", [0, 4])
def test_a_passage_has_one_to_three_gaps(gaps: int) -> None:
    assert f"{gaps} gaps: it takes 1 to 3" in defects(cloze(gaps))


def test_a_gap_takes_words() -> None:
    body = cloze(1)
    mute = replace(body, gaps=(replace(body.gaps[0], accepted=(Text("…", "…", "word"),)),))
    assert defects(mute) == ["gap-1 accepts a word of nothing but punctuation"]


@pytest.mark.parametrize(
    ("size", "groups", "defect"),
    [(3, 2, "3 utterances: it takes 4 to 8"), (9, 3, "9 utterances: it takes 4 to 8"), (4, 1, "1 groups: it takes 2 to 5")],
)
def test_a_classification_has_a_few_groups_and_utterances(size: int, groups: int, defect: str) -> None:
    assert defects(classify(size, groups)) == [defect]


def test_two_utterances_or_groups_must_not_say_the_same() -> None:
    body = classify()
    same = replace(body, entries=tuple(replace(entry, text=Text("甲", "乙", entry.id)) for entry in body.entries))
    assert defects(same) == ["two parts say the same in zh-Hans: 甲", "two parts say the same in zh-Hant: 乙"]


def test_the_model_of_a_rewrite_meets_its_own_criteria_in_every_language() -> None:
    body = replace(rewrite(), model=Text("我理解", "我理解，我帮您，這不是我們的事", "I understand and will help"))
    assert defects(body) == [
        "the model in zh-Hans misses its own criteria: move-2",
        "the model in zh-Hant misses its own criteria: no-forbidden-phrase.not-ours",
    ]


def test_the_bad_reply_is_bad_in_every_language() -> None:
    body = replace(rewrite(), bad_reply=Text("我理解，我帮您", "不", "I understand and will help"))
    assert defects(body) == ["the bad reply in zh-Hans meets every criterion", "the bad reply in en meets every criterion"]


@pytest.mark.parametrize("moves", [1, 5])
def test_a_rewrite_asks_for_two_to_four_moves(moves: int) -> None:
    body = rewrite()
    several = replace(body, moves=tuple(replace(body.moves[0], id=f"move-{n}") for n in range(moves)))
    assert f"{moves} moves: it takes 2 to 4" in defects(several)


def test_every_choice_leads_on_or_ends_the_talk() -> None:
    assert "t1 leads to t1, which is neither a later turn nor an ending" in defects(with_choice(SOUND, 0, 0, leads_to="t1"))
    assert "m0 leads to nowhere, which is neither a later turn nor an ending" in defects(
        with_choice(SOUND, 1, 0, leads_to="nowhere")
    )


def test_every_turn_and_ending_can_be_reached() -> None:
    lonely = Turn("lonely", text("?"), SOUND.turns[-1].choices)
    body = replace(SOUND, turns=(*SOUND.turns, lonely), endings=(*SOUND.endings, Ending("never", "open", text("?"))))
    assert defects(body)[:2] == ["nothing leads to lonely", "nothing leads to never"]


def test_no_name_is_used_twice() -> None:
    assert "trust is there twice" in defects(replace(SOUND, endings=(*SOUND.endings, SOUND.endings[0])))


def test_there_is_a_good_end_and_a_bad_one() -> None:
    only_good = replace(SOUND, endings=tuple(replace(ending, outcome="good") for ending in SOUND.endings))
    assert "there is at least one good and one bad ending" in defects(only_good)


@pytest.mark.parametrize("mood", [0, -2])
def test_what_is_forbidden_inflames(mood: int) -> None:
    assert defects(with_choice(SOUND, 0, 2, mood=mood)) == ["a forbidden choice of t1 must inflame"]


def test_more_than_one_path_passes() -> None:
    strict = replace(SOUND, pass_threshold=1.0)
    assert defects(strict) == ["1 paths pass: at least 2 do"]


@pytest.mark.parametrize("turns", [2, 7])
def test_a_talk_is_neither_too_short_nor_too_long(turns: int) -> None:
    assert f"the longest path takes {turns} turns: it takes 3 to 6" in defects(longer(scenario(), turns=turns))


def test_two_choices_of_a_turn_must_differ() -> None:
    said = text("the same.")
    body = with_choice(with_choice(SOUND, 0, 0, text=said), 0, 1, text=text("the same"))
    assert len([defect for defect in defects(body) if "two choices of t1 say the same" in defect]) == 3


@pytest.mark.parametrize("choices", [1, 5])
def test_a_turn_has_two_to_four_choices(choices: int) -> None:
    many = tuple(Choice(f"t1.{n}", text(f"say {n}"), "good", -1, "m0", text("did")) for n in range(choices))
    body = replace(SOUND, turns=(replace(SOUND.turns[0], choices=many), *SOUND.turns[1:]))
    assert f"{choices} choices in t1: it takes 2 to 4" in defects(body)
