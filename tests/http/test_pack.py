"""getOfflinePack: complete, never an exam's secrets, incremental."""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from api.wiring.database import SHARED
from domain.content.catalogue import Catalogue
from domain.content.items import ItemVersion
from domain.practice.learner import Preferences
from domain.text import LANGUAGES, Language
from repositories.content.reading import Curriculum
from tests.http.expecting import answer, expect_problem
from tests.http.packs import ZONE, contents, ids, pack_for, published, service_with
from tests.service import Bank, Clock, Service

pytestmark = pytest.mark.anyio


@pytest.fixture
async def own_service(postgres: str, curriculum: Curriculum, keys_dir: Path, clock: Clock) -> AsyncIterator[Service]:
    """A service with a database of its own, for tests that change what is published."""
    async for service in service_with(curriculum, postgres, keys_dir, clock):
        yield service


async def test_a_pack_says_all_there_is_to_an_item(bank: Bank, catalogue: Catalogue) -> None:
    phone = await bank.employee(preferences=Preferences(ZONE, "en"))
    pack = await pack_for(phone, days=3)
    assert {name: pack[name] for name in ("practice_day", "days", "language", "revision")} == {
        "practice_day": "2026-11-20",
        "days": 3,
        "language": "en",
        "revision": catalogue.revision,
    }
    assert [skill["code"] for skill in pack["skills"]] == list(catalogue.skills)
    assert len(pack["items"]) == pack["contents"]["items_total"] == 30
    assert len(pack["lessons"]) == pack["contents"]["lessons_total"] == len(pack["lesson_order"])
    for sent in pack["items"]:
        item = catalogue.items[sent["item_id"]]
        assert (sent["item_version"], sent["kind"], sent["skill"]) == (item.version, item.kind, item.skill)
        assert (sent["weight"], sent["prior_known"], sent["chance"]) == (item.weight, item.prior_known, item.chance)
        assert (sent["prompt"], sent["explanation"], sent["threshold"]) == (
            item.prompt.en,
            item.explanation.en,
            item.body.threshold,
        )
        assert (sent["key"], sent["body"]["kind"]) == (item.body.key("en"), item.kind)
        assert sent["lesson_id"] == catalogue.lesson_of[item.item_id]
    first = catalogue.lessons[pack["lesson_order"][0]]
    told = await phone.get(f"/v1/lessons/{first.lesson_id}")
    assert pack["lessons"][0] == {name: value for name, value in told.items() if name != "completed_at"}


async def test_only_the_lexicons_of_what_is_sent_are_sent(bank: Bank, catalogue: Catalogue) -> None:
    phone = await bank.employee(preferences=Preferences(ZONE, "en", new_per_day=0))
    await answer(phone, catalogue, [item.item_id for item in catalogue.items.values() if item.kind == "scenario"])
    pack = await pack_for(phone, days=30)
    assert pack["items"]
    assert pack["lexicons"] == {}
    rewrite = next(item for item in catalogue.items.values() if item.kind == "rewrite")
    await answer(phone, catalogue, [rewrite.item_id], correctly=False)
    more = await pack_for(phone, days=30, have=pack["have"])
    [sent] = more["items"]
    assert list(more["lexicons"]) == [sent["body"]["lexicon"]] == list(catalogue.lexicons)


async def test_a_pack_never_holds_questions_of_an_open_exam(bank: Bank, catalogue: Catalogue) -> None:
    phone = await bank.employee(preferences=Preferences(ZONE, "en", new_per_day=100))
    await answer(phone, catalogue, sorted(catalogue.items)[::2], correctly=False)
    before = await pack_for(phone)
    attempt = (await phone.call("POST", "/v1/assessments/exam.beginner/attempts")).json()
    secret = {question["item_id"] for question in attempt["questions"]}
    assert secret & ids(before)
    for params in ({}, {"days": 30}, {"have": before["have"]}):
        pack = await pack_for(phone, **params)
        assert not secret & (ids(pack) | {item_id for item_id, _ in contents(pack)})
    bank.service.clock.advance(hours=2)
    assert secret & ids(await pack_for(phone))


@pytest.mark.parametrize("language", LANGUAGES)
async def test_a_pack_speaks_the_language_that_was_asked_for(bank: Bank, catalogue: Catalogue, language: Language) -> None:
    phone = await bank.employee(preferences=Preferences(ZONE, "en"))
    pack = await pack_for(phone, language=language, days=1)
    assert pack["language"] == language
    for item in pack["items"]:
        assert item["prompt"] == catalogue.items[item["item_id"]].prompt.said_in(language)
    assert {skill["title"] for skill in pack["skills"]} == {skill.title.said_in(language) for skill in catalogue.skills.values()}


async def test_with_what_it_has_a_device_gets_only_what_is_missing(bank: Bank) -> None:
    phone = await bank.employee()
    short = await pack_for(phone, days=3)
    rest = await pack_for(phone, days=8, have=short["have"])
    full = await pack_for(phone, days=8)
    assert not ids(short) & ids(rest)
    for what, name in (("items", "item_id"), ("lessons", "lesson_id")):
        together = {each[name]: each for each in (*short[what], *rest[what])}
        assert together == {each[name]: each for each in full[what]}
    assert rest["contents"] == full["contents"]
    assert rest["have"] == full["have"]
    nothing = await pack_for(phone, days=8, have=rest["have"])
    assert (nothing["items"], nothing["lessons"], nothing["lexicons"]) == ([], [], {})
    assert nothing["contents"] == full["contents"]


async def test_what_a_device_has_in_another_language_it_has_not(bank: Bank) -> None:
    phone = await bank.employee(preferences=Preferences(ZONE, "en"))
    pack = await pack_for(phone)
    other = await pack_for(phone, language="zh-Hans", have=pack["have"])
    assert ids(other) == ids(pack)


@pytest.mark.parametrize("have", ["", "A", "garbage", "AAAA" * 100, "-_-_"])
async def test_what_is_no_token_of_ours_brings_the_full_pack(bank: Bank, have: str) -> None:
    phone = await bank.employee()
    assert await pack_for(phone, have=have) == await pack_for(phone)


async def test_after_a_restore_the_full_pack_is_sent(own_service: Service) -> None:
    phone = await (await Bank.found(own_service)).employee()
    pack = await pack_for(phone)
    assert (await pack_for(phone, have=pack["have"]))["items"] == []
    async with own_service.authoring.transaction(SHARED) as session:
        connection = await session.connection()
        await connection.exec_driver_sql("RESET ROLE")
        await connection.exec_driver_sql("UPDATE feed_epoch SET epoch = gen_random_uuid()")
    await own_service.app.state.services.refresh()
    again = await pack_for(phone, have=pack["have"])
    assert ids(again) == ids(pack)
    assert again["have"] != pack["have"]


def changed(curriculum: Curriculum, item_id: str) -> Curriculum:
    """The curriculum with another explanation of one item."""

    def other(item: ItemVersion) -> ItemVersion:
        return replace(item, explanation=item.prompt) if item.item_id == item_id else item

    return replace(curriculum, items=tuple(map(other, curriculum.items)))


async def test_of_a_publication_only_the_new_version_is_sent(own_service: Service, curriculum: Curriculum) -> None:
    phone = await (await Bank.found(own_service)).employee()
    first = await pack_for(phone)
    item_id = sorted(ids(first))[3]
    await published(own_service, changed(curriculum, item_id))
    second = await pack_for(phone, have=first["have"])
    assert [(item["item_id"], item["item_version"]) for item in second["items"]] == [(item_id, 2)]
    assert second["lessons"] == []
    assert contents(second) == contents(first) - {(item_id, 1)} | {(item_id, 2)}
    assert (await pack_for(phone, have=second["have"]))["items"] == []
    assert second["revision"] == first["revision"] + 1


async def test_of_a_lesson_too(own_service: Service, curriculum: Curriculum) -> None:
    phone = await (await Bank.found(own_service)).employee()
    first = await pack_for(phone)
    lesson_id = first["lesson_order"][2]
    lessons = [replace(each, minutes=9) if each.lesson_id == lesson_id else each for each in curriculum.lessons]
    await published(own_service, replace(curriculum, lessons=tuple(lessons)))
    second = await pack_for(phone, have=first["have"])
    assert second["items"] == []
    assert [(each["lesson_id"], each["lesson_version"], each["minutes"]) for each in second["lessons"]] == [(lesson_id, 2, 9)]


async def test_what_was_withdrawn_leaves_the_contents(own_service: Service, curriculum: Curriculum) -> None:
    phone = await (await Bank.found(own_service)).employee()
    first = await pack_for(phone)
    item_id = sorted(ids(first))[3]
    await published(own_service, replace(curriculum, items=tuple(each for each in curriculum.items if each.item_id != item_id)))
    second = await pack_for(phone, have=first["have"])
    assert item_id not in {each for each, _ in contents(second)}
    await published(own_service, curriculum)
    third = await pack_for(phone, have=second["have"])
    assert contents(third) == contents(first)
    assert item_id in ids(third), "the device may have dropped it"


async def test_a_worker_that_knows_less_than_the_token_looks_again(own_service: Service, curriculum: Curriculum) -> None:
    phone = await (await Bank.found(own_service)).employee()
    services = own_service.app.state.services
    old = await own_service.catalogue()
    item_id = sorted(ids(await pack_for(phone)))[3]
    await published(own_service, changed(curriculum, item_id))
    pack = await pack_for(phone)
    services._catalogue = old
    assert (await pack_for(phone, have=pack["have"]))["items"] == []
    assert (await own_service.catalogue()).revision == old.revision + 1


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *(("days", value) for value in ("0", "31", "-1", "abc", "", "1.5", "9" * 400)),
        *(("language", value) for value in ("", "fr", "zh")),
        *(("have", value) for value in ("a b", "a\n", "a+/=", "\x00", "é", "A" * 6_000)),
    ],
    ids=lambda value: ascii(value)[:12],
)
async def test_a_parameter_that_cannot_be_used_is_refused(bank: Bank, name: str, value: str) -> None:
    phone = await bank.employee()
    problem = expect_problem(await phone.call("GET", "/v1/pack", params={name: value}), 400, "invalid_parameter")
    assert [error["pointer"] for error in problem["errors"]] == [name]
