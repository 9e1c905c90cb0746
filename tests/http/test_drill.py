"""getDrill: what is asked today, in which order, and what is not given away."""

import json
import re
from collections.abc import Callable
from itertools import pairwise
from typing import Any

import pytest

from domain.content.catalogue import Catalogue
from domain.content.kinds import KINDS
from domain.practice.algorithm import Fsrs6, Rating, State
from domain.practice.learner import Preferences
from domain.practice.selection import HORIZON_DAYS
from tests.http.expecting import answer, item_steps, items_of, names_in, read_lesson
from tests.service import Bank, Phone

pytestmark = pytest.mark.anyio

SKILL = "customer-psychology"
PARTS = ("options", "left", "right", "lines", "turns", "passage", "bad_reply", "mood")


def by_reason(drill: dict[str, Any], reason: str) -> list[str]:
    return [step["item_id"] for step in item_steps(drill) if step["reason"] == reason]


async def without_new(bank: Bank) -> Phone:
    return await bank.employee(preferences=Preferences("Asia/Shanghai", "zh-Hans", new_per_day=0))


async def test_the_first_drill_begins_with_the_first_lesson_and_its_items(bank: Bank, catalogue: Catalogue) -> None:
    phone = await bank.employee()
    drill = await phone.get("/v1/drill")
    first = catalogue.lesson_order[0]
    lesson, *items = drill["steps"]
    assert (lesson["type"], lesson["lesson_id"]) == ("lesson", first)
    assert lesson["cards"]
    expected = [item.item_id for item in catalogue.items_by_lesson[first]][:10]
    assert [step["item_id"] for step in items] == expected
    assert {step["reason"] for step in items} == {"new"}
    assert all("retrievability" not in step for step in items)
    assert drill["counts"] == {"relearn": 0, "due": 0, "new": len(expected)}
    assert (drill["practice_day"], drill["time_zone"]) == ("2026-11-20", "Asia/Shanghai")


async def test_every_item_has_the_parts_its_kind_needs(bank: Bank, catalogue: Catalogue) -> None:
    phone = await without_new(bank)
    every_kind = list({item.kind: item.item_id for item in catalogue.items.values()}.values())
    await answer(phone, catalogue, every_kind, correctly=False)
    steps = item_steps(await phone.get("/v1/drill"))
    wanted = {
        "single_choice": {"options"},
        "multiple_choice": {"options"},
        "ordering": {"options"},
        "matching": {"left", "right"},
        "spot_phrase": {"lines"},
        "cloze": {"passage"},
        "classify": {"left", "right"},
        "rewrite": {"bad_reply"},
        "scenario": {"turns", "mood"},
    }
    assert {step["kind"]: {part for part in PARTS if part in step} for step in steps} == wanted
    for step in steps:
        assert all(part["id"] and part["text"] for name in PARTS[:5] for part in step.get(name, []))
        assert {line["speaker"] for line in step.get("lines", [])} <= {"customer", "employee"}


async def test_no_drill_gives_away_an_answer(bank: Bank, catalogue: Catalogue) -> None:
    """Every item of the curriculum, as new, relearned and due."""
    phone = await bank.employee(preferences=Preferences("Asia/Shanghai", "en", new_per_day=100))
    drills = [await phone.get("/v1/drill", size=100)]
    for lesson_id in catalogue.lesson_order:
        await read_lesson(phone, lesson_id)
    drills.append(await phone.get("/v1/drill", size=100))
    everything = list(catalogue.items)
    for start in range(0, len(everything), 100):
        await answer(phone, catalogue, everything[start : start + 100], correctly=False)
        drills.append(await phone.get("/v1/drill", size=100))
        await answer(phone, catalogue, everything[start : start + 100])
    bank.service.clock.advance(days=40)
    drills.append(await phone.get("/v1/drill", size=100))
    assert {step["reason"] for drill in drills for step in item_steps(drill)} == {"relearn", "due", "new"}
    assert {step["item_id"] for drill in drills for step in item_steps(drill)} == set(catalogue.items)

    allowed = {"type", "item_id", "item_version", "kind", "skill", "reason", "prompt", "retrievability", *PARTS}
    for drill in drills:
        assert names_in(item_steps(drill)) <= allowed | {"id", "text", "speaker", "choices", "leads_to"}
        text = json.dumps(item_steps(drill), ensure_ascii=False)
        for step in item_steps(drill):
            assert catalogue.items[step["item_id"]].explanation.en not in text
        assert not names_in(drill) & {
            "key",
            "correct",
            "feedback",
            "explanation",
            "offence",
            "score",
            "notes",
            "answer",
            "quality",
            "criteria",
        }


async def test_no_order_gives_away_the_right_one(bank: Bank, catalogue: Catalogue) -> None:
    """Ordering and matching are stored in the right order: shown, they are in it no more often than by luck."""
    phone = await without_new(bank)
    kinds = [item.item_id for item in catalogue.items.values() if item.kind in {"ordering", "matching"}]
    await answer(phone, catalogue, kinds, correctly=False)
    steps = item_steps(await phone.get("/v1/drill", size=100))
    in_order = 0
    for step in steps:
        key: dict[str, Any] = dict(catalogue.items[step["item_id"]].body.key("zh-Hans"))
        if step["kind"] == "ordering":
            in_order += [part["id"] for part in step["options"]] == list(key["order"])
        else:
            rights = [part["id"] for part in step["right"]]
            in_order += [key["pairs"][part["id"]] for part in step["left"]] == rights[: len(step["left"])]
    assert len(steps) == len(kinds)
    assert in_order <= len(steps) // 4


async def test_what_was_answered_wrong_comes_back_in_the_same_drill(bank: Bank, catalogue: Catalogue) -> None:
    phone = await bank.employee()
    [first, second, *_] = item_steps(await phone.get("/v1/drill"))
    await answer(phone, catalogue, [first["item_id"]], correctly=False)
    await answer(phone, catalogue, [second["item_id"]])
    drill = await phone.get("/v1/drill")
    assert by_reason(drill, "relearn") == [first["item_id"]]
    assert drill["counts"]["relearn"] == 1
    assert second["item_id"] not in {step["item_id"] for step in item_steps(drill)}
    [step] = [step for step in item_steps(drill) if step["reason"] == "relearn"]
    assert step["retrievability"] == 1.0
    await answer(phone, catalogue, [first["item_id"]])
    assert (await phone.get("/v1/drill"))["counts"]["relearn"] == 0


async def test_what_was_answered_wrong_waits_however_long(bank: Bank, catalogue: Catalogue) -> None:
    phone = await without_new(bank)
    [item] = items_of(catalogue, SKILL, 1)
    await answer(phone, catalogue, [item], correctly=False)
    bank.service.clock.advance(days=300)
    assert by_reason(await phone.get("/v1/drill"), "relearn") == [item]


async def test_an_item_is_due_on_the_day_that_was_told_and_not_before(bank: Bank, catalogue: Catalogue) -> None:
    phone = await without_new(bank)
    [item] = items_of(catalogue, SKILL, 1)
    [result] = await answer(phone, catalogue, [item])
    due_on = result["memory"]["due_on"]
    while (drill := await phone.get("/v1/drill"))["practice_day"] < due_on:
        assert drill["steps"] == []
        bank.service.clock.advance(days=1)
    assert by_reason(drill, "due") == [item]
    assert drill["counts"] == {"relearn": 0, "due": 1, "new": 0}


async def test_relearning_comes_before_due_before_new_and_due_by_what_practice_saves(bank: Bank, catalogue: Catalogue) -> None:
    """All of one skill, so that interleaving moves nothing."""
    phone = await bank.employee(preferences=Preferences("Asia/Shanghai", "zh-Hans", new_per_day=5))
    skill = catalogue.lessons[catalogue.lesson_order[0]].skill
    items = items_of(catalogue, skill)
    await answer(phone, catalogue, items[:10])
    bank.service.clock.advance(days=9)
    await answer(phone, catalogue, items[10:20])
    bank.service.clock.advance(days=30)
    for item in (items[20], items[21]):
        await answer(phone, catalogue, [item], correctly=False)
    drill = await phone.get("/v1/drill", size=30)
    reasons = [step["reason"] for step in item_steps(drill)]
    assert reasons == ["relearn"] * 2 + ["due"] * 20 + ["new"] * (len(reasons) - 22)
    assert reasons[-1] == "new"
    assert by_reason(drill, "relearn") == items[20:22]

    algorithm = Fsrs6()
    rows = await phone.memory_rows()

    def saved(item_id: str) -> float:
        """What is remembered the more at the horizon for asking today."""
        row = rows[item_id]
        elapsed = (phone.service.clock().date() - row["last_practice_day"]).days
        now = algorithm.retrievability(row["stability"], elapsed)
        later = {
            rating: algorithm.retrievability(
                algorithm.step(State(row["stability"], row["difficulty"]), rating, elapsed).stability, HORIZON_DAYS
            )
            for rating in (Rating.GOOD, Rating.AGAIN)
        }
        unasked = algorithm.retrievability(row["stability"], elapsed + HORIZON_DAYS)
        return now * later[Rating.GOOD] + (1 - now) * later[Rating.AGAIN] - unasked

    due = by_reason(drill, "due")
    assert len({round(saved(item_id), 6) for item_id in due}) > 3
    for before, after in pairwise(due):
        assert saved(before) >= saved(after)
    # What does not fit is what saves least.
    assert by_reason(await phone.get("/v1/drill", size=7), "due") == due[:5]


async def test_new_items_follow_the_lessons_that_were_read(bank: Bank, catalogue: Catalogue) -> None:
    phone = await bank.employee(preferences=Preferences("Asia/Shanghai", "zh-Hans", new_per_day=100))
    first, second, third = catalogue.lesson_order[:3]
    opened = [item.item_id for item in catalogue.items_by_lesson[first]]
    drill = await phone.get("/v1/drill", size=100)
    assert by_reason(drill, "new") == opened
    await read_lesson(phone, first)
    drill = await phone.get("/v1/drill", size=100)
    opened += [item.item_id for item in catalogue.items_by_lesson[second]]
    assert by_reason(drill, "new") == opened
    # The lesson that is not read yet stands right before the first of its items, and only that one.
    lessons = [(place, step["lesson_id"]) for place, step in enumerate(drill["steps"]) if step["type"] == "lesson"]
    assert lessons == [(len(catalogue.items_by_lesson[first]), second)]
    await read_lesson(phone, second)
    drill = await phone.get("/v1/drill", size=100)
    assert by_reason(drill, "new") == opened + [item.item_id for item in catalogue.items_by_lesson[third]]


async def test_no_more_new_items_a_day_than_the_learner_wants(bank: Bank, catalogue: Catalogue) -> None:
    phone = await bank.employee(preferences=Preferences("Asia/Shanghai", "zh-Hans", new_per_day=3))
    for wanted in (3, 2, 1, 0):
        drill = await phone.get("/v1/drill")
        new = by_reason(drill, "new")
        assert len(new) == drill["counts"]["new"] == wanted
        if new:
            await answer(phone, catalogue, new[:1])
    assert not [step for step in drill["steps"] if step["type"] == "lesson"]
    bank.service.clock.advance(days=1)
    assert len(by_reason(await phone.get("/v1/drill"), "new")) == 3


async def test_a_drill_is_as_long_as_asked_for(bank: Bank, catalogue: Catalogue) -> None:
    phone = await bank.employee()
    await answer(phone, catalogue, list(catalogue.items)[:60], correctly=False)
    for size in (1, 7, 20, 59):
        drill = await phone.get("/v1/drill", size=size)
        assert len(item_steps(drill)) == size
        assert drill["counts"]["relearn"] == 60
    assert len(item_steps(await phone.get("/v1/drill"))) == 20


async def test_no_two_neighbours_of_one_skill_when_it_can_be_avoided(bank: Bank, catalogue: Catalogue) -> None:
    skills = list(catalogue.skills)[:3]
    for counts in ((5, 5, 5), (7, 4, 2), (6, 5, 0), (9, 4, 4)):
        phone = await without_new(bank)
        chosen = [item for skill, count in zip(skills, counts, strict=True) for item in items_of(catalogue, skill, count)]
        await answer(phone, catalogue, chosen, correctly=False)
        steps = item_steps(await phone.get("/v1/drill", size=100))
        assert sorted(step["item_id"] for step in steps) == sorted(chosen)
        assert not [one["item_id"] for one, other in pairwise(steps) if one["skill"] == other["skill"]]


async def test_where_neighbours_cannot_be_avoided_there_are_as_few_as_possible(bank: Bank, catalogue: Catalogue) -> None:
    phone = await without_new(bank)
    many, few, *_ = list(catalogue.skills)
    await answer(phone, catalogue, items_of(catalogue, many, 8) + items_of(catalogue, few, 3), correctly=False)
    steps = item_steps(await phone.get("/v1/drill", size=100))
    assert sum(one["skill"] == other["skill"] for one, other in pairwise(steps)) == 8 - 3 - 1


async def test_the_languages_say_the_same_in_different_words(bank: Bank, catalogue: Catalogue) -> None:
    phone = await bank.employee()
    said = {language: await phone.get("/v1/drill", language=language) for language in ("zh-Hans", "zh-Hant", "en")}
    for language, drill in said.items():
        assert drill["language"] == language
        lesson, *items = drill["steps"]
        assert lesson["title"] == catalogue.lessons[lesson["lesson_id"]].title.said_in(drill["language"])
        for step in items:
            assert step["prompt"] == catalogue.items[step["item_id"]].prompt.said_in(drill["language"])
    shapes = [
        [(step.get("item_id"), [[part["id"] for part in step.get(name, [])] for name in PARTS]) for step in drill["steps"]]
        for drill in said.values()
    ]
    assert shapes[0] == shapes[1] == shapes[2]
    texts = {language: json.dumps(drill["steps"], ensure_ascii=False) for language, drill in said.items()}
    assert len(set(texts.values())) == 3
    chinese = [character for character in texts["en"] if "\u4e00" <= character <= "\u9fff"]
    assert len(chinese) < len(texts["en"]) // 50
    assert [("户" in text, "戶" in text) for text in texts.values()] == [(True, False), (False, True), (False, False)]


async def test_the_same_drill_asked_again_is_not_sent_again(bank: Bank, catalogue: Catalogue) -> None:
    phone = await bank.employee()
    first = await phone.call("GET", "/v1/drill")
    tag = first.headers["etag"]
    for header in (tag, f"W/{tag}", f'"other", {tag}'):
        again = await phone.call("GET", "/v1/drill", headers={"If-None-Match": header})
        assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)
    assert (await phone.call("GET", "/v1/drill", headers={"If-None-Match": '"other"'})).status_code == 200
    await answer(phone, catalogue, [item_steps(first.json())[0]["item_id"]])
    changed = await phone.call("GET", "/v1/drill", headers={"If-None-Match": tag})
    assert changed.status_code == 200
    assert changed.headers["etag"] != tag


async def test_a_drill_is_kept_by_no_shared_cache(bank: Bank) -> None:
    phone = await bank.employee()
    assert (await phone.call("GET", "/v1/drill")).headers["cache-control"] == "private, no-cache"


async def test_parts_are_shuffled_by_learner_and_repetition_and_alike_on_every_device(bank: Bank, catalogue: Catalogue) -> None:
    kinds = {"single_choice", "multiple_choice", "ordering", "matching"}
    items = [item.item_id for item in catalogue.items.values() if item.kind in kinds][:40]

    async def order_of(phone: Phone) -> dict[str, list[str]]:
        steps = item_steps(await phone.get("/v1/drill", size=100))
        return {step["item_id"]: [part["id"] for name in PARTS for part in step.get(name, [])] for step in steps}

    one, other = await without_new(bank), await without_new(bank)
    for phone in (one, other):
        await answer(phone, catalogue, items, correctly=False)
    first = await order_of(one)
    tablet = Phone(one.service, one.caller, one.staff_no, "tablet")
    assert await order_of(tablet) == first
    assert await order_of(other) != first
    await answer(one, catalogue, items, correctly=False)
    again = await order_of(one)
    assert again != first
    assert {item: sorted(parts) for item, parts in again.items()} == {item: sorted(parts) for item, parts in first.items()}


async def test_lines_of_a_dialogue_stay_in_the_order_they_were_spoken(bank: Bank, catalogue: Catalogue) -> None:
    phone = await without_new(bank)
    items = [item.item_id for item in catalogue.items.values() if item.kind == "spot_phrase"]
    await answer(phone, catalogue, items, correctly=False)
    for step in item_steps(await phone.get("/v1/drill", size=100)):
        body = catalogue.items[step["item_id"]].body
        assert [line["id"] for line in step["lines"]] == [line.id for line in body.lines]  # type: ignore[union-attr]


def first_choices(step: dict[str, Any]) -> dict[str, Any]:
    """A walk through the dialogue that always takes the first answer."""
    turns = {turn["id"]: turn for turn in step["turns"]}
    turn, path = step["turns"][0], []
    while turn is not None:
        choice = turn["choices"][0]
        path.append(choice["id"])
        turn = turns.get(choice.get("leads_to"))
    return {"path": path}


async def test_a_drill_can_be_answered_from_what_it_says(bank: Bank, catalogue: Catalogue) -> None:
    """Answers made of nothing but the drill's own ids are graded, none is quarantined."""
    phone = await without_new(bank)
    every_kind = [item for kind in KINDS for item in [i for i in catalogue.items.values() if i.kind == kind][:11]]
    await answer(phone, catalogue, [item.item_id for item in every_kind], correctly=False)
    steps = item_steps(await phone.get("/v1/drill", size=100))
    assert {step["kind"] for step in steps} == set(KINDS)
    responses: dict[str, Callable[[dict[str, Any]], dict[str, Any]]] = {
        "single_choice": lambda step: {"choice": step["options"][0]["id"]},
        "multiple_choice": lambda step: {"choices": [part["id"] for part in step["options"]]},
        "ordering": lambda step: {"order": [part["id"] for part in step["options"]]},
        "matching": lambda step: {
            "pairs": {left["id"]: right["id"] for left, right in zip(step["left"], step["right"], strict=False)}
        },
        "cloze": lambda step: {"texts": dict.fromkeys(re.findall(r"\{(gap-\d)\}", step["passage"]), "?!一")},
        "classify": lambda step: {"pairs": {left["id"]: step["right"][0]["id"] for left in step["left"]}},
        "rewrite": lambda step: {"text": step["bad_reply"]},
        "scenario": first_choices,
        "spot_phrase": lambda step: {"lines": [next(line["id"] for line in step["lines"] if line["speaker"] == "employee")]},
    }
    results = await phone.submit(
        *(phone.review(step["item_id"], responses[step["kind"]](step), item_version=step["item_version"]) for step in steps)
    )
    assert {result["status"] for result in results} == {"accepted"}
