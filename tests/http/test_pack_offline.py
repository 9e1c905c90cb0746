"""The pack on a device: the same drill and the same verdicts as the server's."""

from collections.abc import Mapping
from dataclasses import fields
from random import Random
from typing import Any

import msgspec
import pytest

from api.wiring.demo.simulation import _guess
from domain.content.catalogue import Catalogue
from domain.practice.drill import Drill, LessonStep, build_drill
from domain.practice.grading import grade
from domain.practice.learner import Preferences
from domain.practice.memory import Memory
from domain.sync.pack_reading import catalogue_from_pack, lexicon_from_pack
from domain.text import LANGUAGES, Language
from tests.http.expecting import answer, read_lesson
from tests.http.packs import ZONE, ids, pack_for
from tests.service import NOON, Bank, Phone

pytestmark = pytest.mark.anyio

TODAY = NOON.date()


def on_device(pack: Mapping[str, Any]) -> Catalogue:
    lexicons = {name: lexicon_from_pack(phrases) for name, phrases in pack["lexicons"].items()}
    return catalogue_from_pack(pack["items"], pack["lessons"], pack["skills"], pack["lesson_order"], lexicons, pack["revision"])


async def memories_of(phone: Phone) -> dict[str, Memory]:
    names = [field.name for field in fields(Memory)]
    return {item_id: Memory(**{name: row[name] for name in names}) for item_id, row in (await phone.memory_rows()).items()}


async def drill_on_device(phone: Phone, held: Catalogue, preferences: Preferences, lessons: frozenset[str], size: int) -> Drill:
    algorithm = phone.service.app.state.services.algorithm
    return build_drill(TODAY, size, preferences, await memories_of(phone), lessons, held, algorithm)


async def expect_the_same_drill(phone: Phone, preferences: Preferences, lessons: frozenset[str] = frozenset()) -> dict[str, Any]:
    """Offline and online, at every size."""
    held = on_device(await pack_for(phone))
    told: dict[str, Any] = {}
    for size in (1, 7, preferences.drill_size, 100):
        told = await phone.get("/v1/drill", size=size)
        drill = await drill_on_device(phone, held, preferences, lessons, size)
        steps = [
            ("lesson", step.lesson.lesson_id, step.lesson.version)
            if isinstance(step, LessonStep)
            else ("item", step.item.item_id, step.item.version, step.reason)
            for step in drill.steps
        ]
        assert steps == [
            ("lesson", step["lesson_id"], step["lesson_version"])
            if step["type"] == "lesson"
            else ("item", step["item_id"], step["item_version"], step["reason"])
            for step in told["steps"]
        ]
        assert msgspec.to_builtins(drill.counts) == told["counts"]
    return told


async def test_a_fresh_learner_drills_offline_as_online(bank: Bank) -> None:
    preferences = Preferences(ZONE, "zh-Hans")
    phone = await bank.employee(preferences=preferences)
    assert (await expect_the_same_drill(phone, preferences))["counts"]["new"] > 0


async def test_somebody_with_lessons_read_drills_offline_as_online(bank: Bank, catalogue: Catalogue) -> None:
    preferences = Preferences(ZONE, "en", new_per_day=30)
    phone = await bank.employee(preferences=preferences)
    read = [catalogue.lesson_order[n] for n in (0, 1, 3)]
    for lesson_id in read:
        await read_lesson(phone, lesson_id)
    await answer(phone, catalogue, [item.item_id for item in catalogue.items_by_lesson[read[0]]][:2])
    told = await expect_the_same_drill(phone, preferences, frozenset(read))
    assert [step["lesson_id"] for step in told["steps"] if step["type"] == "lesson"] == [catalogue.lesson_order[2]]


async def test_somebody_with_items_due_drills_offline_as_online(bank: Bank, catalogue: Catalogue) -> None:
    preferences = Preferences(ZONE, "zh-Hant", new_per_day=15)
    phone = await bank.employee(preferences=preferences)
    bank.service.clock.advance(days=-9)
    practised = sorted(catalogue.items)[::4][:60]
    await answer(phone, catalogue, practised[:50])
    bank.service.clock.reset()
    await answer(phone, catalogue, practised[50:], correctly=False)
    counts = (await expect_the_same_drill(phone, preferences))["counts"]
    assert min(counts.values()) > 0


@pytest.mark.parametrize("language", LANGUAGES)
async def test_a_device_gives_the_verdict_of_the_server(bank: Bank, catalogue: Catalogue, language: Language) -> None:
    """Of every item of the curriculum: right, by luck or wrong, and unknown."""
    phone = await bank.employee(preferences=Preferences(ZONE, language, new_per_day=0))
    everything = sorted(catalogue.items)
    await answer(phone, catalogue, everything, correctly=False)
    pack = await pack_for(phone)
    assert ids(pack) == set(catalogue.items)
    held, keys = on_device(pack), {item["item_id"]: item["key"] for item in pack["items"]}
    random = Random(7)  # noqa: S311  (luck, not secrets)
    for responses in (keys, {item_id: _guess(catalogue.items[item_id].body, random) for item_id in everything}):
        bank.service.clock.advance(seconds=1)
        told = await phone.submit(*(phone.review(item_id, responses[item_id]) for item_id in everything))
        for item_id, result in zip(everything, told, strict=True):
            item = held.items[item_id]
            verdict = grade(item, responses[item_id])
            assert (verdict.correct, verdict.score) == (result["correct"], result["score"]), item_id
            assert item.explanation.said_in(language) == result["explanation"]
            assert keys[item_id] == result["feedback"]["key"]
            notes = [(note.id, note.text.said_in(language)) for note in verdict.feedback.notes]
            assert notes == [(note["id"], note["text"]) for note in result["feedback"]["notes"]]
            assert item.chance == catalogue.items[item_id].chance
