"""Kinds that are typed or walked: cloze, rewrite, scenario. What is right however it is written, and what each criterion says."""

import pytest

from domain.content.kinds import MalformedResponse
from domain.content.kinds.cloze import LONGEST_WORD
from domain.content.kinds.rewrite import LONGEST_REPLY
from domain.content.scenario_rules import defects_of_scenario
from tests.domain.bodies import cloze, rewrite, scenario


@pytest.mark.parametrize("typed", ["简word 1", "繁WORD 1", " en  word１。", "EN-WORD-1", "“简word1”", "簡word 1", "en other 1"])
def test_script_width_case_and_punctuation_do_not_count_in_a_gap(typed: str) -> None:
    assert cloze(1).score({"texts": {"gap-1": typed}}) == 1


@pytest.mark.parametrize("typed", ["word 2", "简word 11", "en", "???"])
def test_another_word_is_wrong(typed: str) -> None:
    assert cloze(1).score({"texts": {"gap-1": typed}}) == 0


def test_each_gap_counts_for_itself() -> None:
    assert cloze(2).score({"texts": {"gap-1": "en word 1", "gap-2": "en word 1"}}) == 0.5


@pytest.mark.parametrize(
    "texts",
    [
        {},
        {"gap-1": "a"},
        {"gap-1": "a", "gap-3": "b"},
        {"gap-1": " ", "gap-2": "b"},
        {"gap-1": "a" * (LONGEST_WORD + 1), "gap-2": "b"},
    ],
)
def test_every_gap_is_filled_once_with_a_word(texts: dict[str, str]) -> None:
    with pytest.raises(MalformedResponse):
        cloze(2).score({"texts": texts})


def met(reply: str) -> dict[str, bool]:
    return {criterion.id: criterion.met for criterion in rewrite().feedback({"text": reply}).criteria}


def test_every_criterion_of_a_rewrite_is_reported() -> None:
    assert met("我理解您的着急，我马上帮您查") == {"no-forbidden-phrase": True, "move-1": True, "move-2": True}
    assert met("我理解您") == {"no-forbidden-phrase": True, "move-1": True, "move-2": False}
    assert met("这不是我們的事，我帮您转") == {"no-forbidden-phrase.not-ours": False, "move-1": False, "move-2": True}


def test_what_was_missed_comes_with_what_to_do() -> None:
    criteria = rewrite().feedback({"text": "It's not our business."}).criteria
    assert [criterion.advice.en for criterion in criteria if criterion.advice] == [
        "en instead",
        "en say that you understand",
        "en say what you will do",
    ]


def test_a_rewrite_is_scored_by_the_share_of_its_criteria() -> None:
    assert rewrite().score({"text": "我理解您，这不是我们的事"}) == pytest.approx(1 / 3)
    assert rewrite().score({"text": "I understand. I will help."}) == 1


@pytest.mark.parametrize("text", ["", " \n", "a" * (LONGEST_REPLY + 1), 7, None])
def test_a_rewrite_is_a_text_of_bounded_length(text: object) -> None:
    with pytest.raises(MalformedResponse):
        rewrite().score({"text": text})


@pytest.mark.parametrize(
    ("path", "score"),
    [
        (["t1.a", "t2.b"], 1.0),
        (["t1.b", "t2.b"], 0.9),
        (["t1.a", "t2.a"], 0.5),  # the mean is 0.65, and the ending is bad
        (["t1.c"], 0.0),
    ],
)
def test_a_scenario_is_scored_by_the_path(path: list[str], score: float) -> None:
    assert scenario().score({"path": path}) == pytest.approx(score)


@pytest.mark.parametrize(
    "path", [[], ["t1.a"], ["t2.a"], ["t1.c", "t2.a"], ["t1.a", "t2.b", "t2.b"], ["t1.z"], [1], ["t1.a", None], "t1.a", {}]
)
def test_a_path_leads_from_the_first_turn_to_an_ending(path: object) -> None:
    with pytest.raises(MalformedResponse):
        scenario().score({"path": path})


def test_the_debrief_names_what_each_turn_did_and_how_the_mood_went() -> None:
    feedback = scenario().feedback({"path": ["t1.a", "t2.a"]})
    assert [(turn.turn, turn.choice, turn.quality, turn.mood, turn.note.en) for turn in feedback.debrief] == [
        ("t1", "t1.a", "good", 4, "en did t1.a"),
        ("t2", "t2.a", "poor", 5, "en did t2.a"),
    ]
    assert feedback.ending is not None
    assert (feedback.ending.id, feedback.ending.outcome) == ("left", "bad")


@pytest.mark.parametrize(("mood", "path", "last"), [(0, ["t1.a", "t2.b"], 0), (10, ["t1.c"], 10)])
def test_the_mood_stays_between_calm_and_beside_oneself(mood: int, path: list[str], last: int) -> None:
    assert scenario(mood=mood).feedback({"path": path}).debrief[-1].mood == last


def test_the_chance_of_a_scenario_is_that_of_a_walk_at_random() -> None:
    # Two of three first answers, and then one of two; all others are spoilt or too poor.
    assert scenario().chance == pytest.approx(2 / 3 * 1 / 2)


def test_a_sound_scenario_has_no_defects_but_its_length() -> None:
    assert defects_of_scenario(scenario()) == ["the longest path takes 2 turns: it takes 3 to 6"]
