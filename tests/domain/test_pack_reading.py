"""The pack there and back: written in one language, read on a device, and practised with as on the server."""

from dataclasses import replace
from typing import Any

import msgspec
import pytest

from api.sync.bodies import in_language
from domain.content.items import ItemVersion
from domain.content.kinds import KINDS, Body, Cloze, Rewrite
from domain.content.kinds.cloze import Gap
from domain.phrases.lexicon import Lexicon
from domain.practice.drill import LessonStep, build_drill
from domain.practice.grading import grade
from domain.practice.learner import Preferences
from domain.sync.pack_reading import catalogue_from_pack, item_from_pack, lexicon_from_pack
from domain.text import LANGUAGES, Language, Text
from tests.domain.bodies import each_body, rewrite
from tests.domain.support import FSRS, TODAY, item, text


def said_alike(words: str) -> Text:
    return Text(words, words, words)


def over_the_wire(body: Body, language: Language) -> ItemVersion:
    """An item with this body, written for a pack and read on a device."""
    names = {body.lexicon: "lexicon"} if isinstance(body, Rewrite) else {}
    kind = next(kind for kind, shape in KINDS.items() if shape is type(body))
    sent = {
        "item_id": "item", "item_version": 3, "kind": kind, "skill": "skill", "weight": 1.0,
        "prior_known": 0.5, "prompt": "prompt", "explanation": "explanation", "body": in_language(body, language, names),
    }  # fmt: skip
    return item_from_pack(msgspec.json.decode(msgspec.json.encode(sent)), {name: lexicon for lexicon, name in names.items()})


@each_body
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_body_comes_back_as_it_was_in_one_language(body: Body, language: Language) -> None:
    back = over_the_wire(body, language)
    assert type(back.body) is type(body)
    assert back.body.threshold == body.threshold
    assert back.chance == pytest.approx(body.chance)
    assert back.body.key("en") == body.key(language)
    rendered = body.render(language, "seed")
    assert all(back.body.render(each, "seed") == rendered for each in LANGUAGES)


@each_body
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_device_grades_as_the_server_does(body: Body, language: Language) -> None:
    sent = item("item", body=body, version=3)
    back = over_the_wire(body, language)
    for response in (*(body.key(each) for each in LANGUAGES), {"unknown": True}):
        here, there = grade(back, response), grade(sent, response)
        assert (here.correct, here.score, here.unknown) == (there.correct, there.score, there.unknown)
        assert [(note.id, note.text.en) for note in here.feedback.notes] == [
            (note.id, note.text.said_in(language)) for note in there.feedback.notes
        ]


def test_a_word_is_right_in_whatever_language_it_is_typed() -> None:
    """As on the server, though the pack has one language."""
    body = Cloze(said_alike("{gap-1}"), (Gap("gap-1", (Text("心情", "心情", "mood"), Text("情绪", "情緒", "feeling"))),), 1.0)
    back = over_the_wire(body, "zh-Hans")
    assert back.body.key("zh-Hans") == {"texts": {"gap-1": "心情"}}
    assert all(grade(back, {"texts": {"gap-1": word}}).correct for word in ("心情", "情绪", "情緒", "mood", "Feeling"))
    assert not grade(back, {"texts": {"gap-1": "weather"}}).correct


def test_a_lexicon_comes_back_with_its_patterns() -> None:
    body = rewrite()
    phrase = {
        "id": "not-ours", "phrase": "p", "why": "w", "instead": "i", "zh_patterns": ["不是我们的事"],
        "en_patterns": ["not our business"], "zh_exceptions": [], "en_exceptions": ["not our business hours"],
    }  # fmt: skip
    lexicon = lexicon_from_pack([phrase])
    assert [hit.phrase.instead for hit in lexicon.offends("这不是我们的事")] == [said_alike("i")]
    assert lexicon.offends("outside, not our business hours") == ()
    assert lexicon.offends("not our business")
    assert replace(body, lexicon=lexicon).lexicon is lexicon


def test_a_lexicon_that_is_missing_is_an_error_of_the_client() -> None:
    sent = {
        "item_id": "item", "item_version": 1, "kind": "rewrite", "skill": "skill", "weight": 1.0, "prior_known": 0.5,
        "prompt": "p", "explanation": "e",
        "body": msgspec.to_builtins(in_language(rewrite(), "en", {rewrite().lexicon: "gone"})),
    }  # fmt: skip
    with pytest.raises(KeyError, match="gone"):
        item_from_pack(sent, {"another": Lexicon(())})


def test_what_a_device_holds_more_of_does_not_come_as_new() -> None:
    """Items of earlier packs, whose lessons the order does not name."""
    held = [packed("b1", "l1"), packed("a2", "l0"), packed("a1", "l0"), packed("stray", None)]
    lessons = [{"lesson_id": "l0", "lesson_version": 2, "skill": "skill", "title": "t", "minutes": 3, "cards": []}]
    skills = [{"code": "skill", "title": "s", "desired_retention": 0.95}]
    catalogue = catalogue_from_pack(held, lessons, skills, ["l0"], {}, revision=7)
    drill = build_drill(TODAY, 10, Preferences("Asia/Shanghai", "en"), {}, frozenset(), catalogue, FSRS)
    lesson_step, *items = drill.steps
    assert isinstance(lesson_step, LessonStep)
    assert (lesson_step.lesson.lesson_id, lesson_step.lesson.version) == ("l0", 2)
    assert [step.item.item_id for step in items if not isinstance(step, LessonStep)] == ["a1", "a2"]
    assert catalogue.skills["skill"].desired_retention == 0.95
    assert (catalogue.revision, set(catalogue.items)) == (7, {"a1", "a2", "b1", "stray"})


def packed(item_id: str, lesson_id: str | None) -> dict[str, Any]:
    body = msgspec.to_builtins(in_language(item("any").body, "en", {}))
    return {
        "item_id": item_id, "item_version": 1, "kind": "single_choice", "skill": "skill", "lesson_id": lesson_id, "weight": 1.0,
        "prior_known": 0.5, "prompt": text("p").en, "explanation": text("e").en, "body": body,
    }  # fmt: skip
