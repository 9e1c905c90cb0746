"""Law 10: after a restore an old cursor is gone, the client offers what it kept, and nothing is lost or counted twice."""

from pathlib import Path

import asyncpg
import pytest

from domain.content.catalogue import Catalogue
from tests.service import UNKNOWN, Bank, Phone, right
from tests.sync.devices import Device, assert_all_agree, begin_epoch

pytestmark = pytest.mark.anyio

ITEM, OTHER = "phrases.ten.belongs", "phrases.ten.how-to-learn"

# What a restore of a backup from before the learner began leaves of them.
FORGET = """
DELETE FROM review WHERE learner_id = $1;
DELETE FROM review_quarantine WHERE learner_id = $1;
DELETE FROM memory WHERE learner_id = $1;
DELETE FROM practice_day WHERE learner_id = $1;
DELETE FROM skill_standing WHERE learner_id = $1;
DELETE FROM lesson_completion WHERE learner_id = $1;
DELETE FROM device WHERE learner_id = $1;
UPDATE learner SET sequence = 0 WHERE learner_id = $1;
"""


async def restore_backup(person: Phone) -> None:
    connection = await asyncpg.connect(person.service.url)
    try:
        for statement in FORGET.strip().split(";\n"):
            await connection.execute(statement.strip(";"), person.caller.employee_id)
    finally:
        await connection.close()
    await begin_epoch(person.service)


async def test_law_10_an_old_cursor_is_gone_and_what_was_kept_is_offered_again_and_not_counted_twice(
    bank: Bank, catalogue: Catalogue, tmp_path: Path
) -> None:
    person = await bank.employee()
    devices = [Device(person, tmp_path / name, catalogue, name) for name in ("phone", "tablet")]
    for device in devices:
        device.answer(ITEM, right(catalogue, ITEM))
        await device.sync()
        bank.service.clock.advance(days=2)
    await devices[0].sync()
    before = devices[0].bases()

    await begin_epoch(bank.service)
    gone = await person.call("GET", "/v1/changes", params={"cursor": devices[0].phone.store.get("cursor")})
    assert (gone.status_code, gone.json()["code"]) == (410, "cursor_of_another_epoch")
    for device in devices:
        report = await device.sync()
        assert report.begun_again == 1
        assert [result["status"] for result in report.results] == ["duplicate"]
    assert devices[0].bases() == before
    await assert_all_agree(devices, catalogue)


@pytest.mark.parametrize("order", ["phone first", "tablet first"])
async def test_law_10_what_a_restore_lost_comes_back_from_the_devices(
    bank: Bank, catalogue: Catalogue, tmp_path: Path, order: str
) -> None:
    person = await bank.employee()
    phone, tablet = (Device(person, tmp_path / name, catalogue, name, page_limit=1) for name in ("phone", "tablet"))
    for answer in (UNKNOWN, right(catalogue, ITEM)):
        phone.answer(ITEM, answer)
        phone.answer(OTHER, right(catalogue, OTHER))
        bank.service.clock.advance(days=1)
        tablet.answer(ITEM, answer)
        bank.service.clock.advance(days=1)
    for device in (phone, tablet, phone, tablet):
        await device.sync()
    before = phone.bases()
    tablet.answer(OTHER, UNKNOWN)

    await restore_backup(person)
    assert await person.review_rows() == []
    for device in (phone, tablet, phone) if order == "phone first" else (tablet, phone, tablet):
        await device.sync()
    assert phone.bases().keys() == before.keys()
    assert phone.bases()[ITEM] == before[ITEM]
    await assert_all_agree([phone, tablet], catalogue)


async def test_law_10_lessons_that_a_restore_lost_come_back_from_the_device_that_read_them(
    bank: Bank, catalogue: Catalogue, tmp_path: Path
) -> None:
    person = await bank.employee()
    phone, tablet = (Device(person, tmp_path / name, catalogue, name) for name in ("phone", "tablet"))
    first, second, third = catalogue.lesson_order[:3]
    phone.phone.read_lesson(first)
    tablet.phone.read_lesson(second)
    for device in (phone, tablet, phone):
        await device.sync()
    tablet.phone.read_lesson(third)

    await restore_backup(person)
    assert [(await device.sync()).begun_again for device in (phone, tablet, phone)] == [1, 1, 0]
    for device in (phone, tablet):
        assert device.phone.held.lessons_read() == {first, second, third}
    await assert_all_agree([phone, tablet], catalogue)


async def test_lessons_told_are_kept_for_thirty_days_and_may_be_read_again(
    bank: Bank, catalogue: Catalogue, tmp_path: Path
) -> None:
    person = await bank.employee()
    phone = Device(person, tmp_path / "phone", catalogue)
    first, second = catalogue.lesson_order[:2]
    phone.phone.read_lesson(first)
    await phone.sync()
    bank.service.clock.advance(days=29)
    phone.phone.read_lesson(first)
    assert phone.phone.outbox.lessons() == [first]
    await phone.sync()
    bank.service.clock.advance(days=29)
    phone.phone.read_lesson(second)
    await phone.sync()
    kept = phone.phone.store.db.execute("SELECT lesson_id FROM lesson_read ORDER BY read_at").fetchall()
    assert kept == [(first,), (second,)]
    bank.service.clock.advance(days=2)
    await phone.sync()
    await restore_backup(person)
    await phone.sync()
    assert phone.phone.held.lessons_read() == {second}
    await assert_all_agree([phone], catalogue)


async def test_after_a_restore_what_no_device_kept_is_gone_from_all_of_them(
    bank: Bank, catalogue: Catalogue, tmp_path: Path
) -> None:
    person = await bank.employee()
    phone = Device(person, tmp_path / "phone", catalogue)
    phone.answer(ITEM, UNKNOWN)
    await phone.sync()
    bank.service.clock.advance(days=31)
    phone.answer(OTHER, UNKNOWN)
    await phone.sync()
    phone.made = {row[0]: None for row in phone.phone.store.db.execute("SELECT id FROM review")}
    await restore_backup(person)
    await phone.sync()
    assert phone.bases().keys() == {OTHER}
    await assert_all_agree([phone], catalogue)


async def test_a_cursor_that_is_none_is_begun_again_too(bank: Bank, catalogue: Catalogue, tmp_path: Path) -> None:
    phone = Device(await bank.employee(), tmp_path / "phone", catalogue)
    phone.answer(ITEM, UNKNOWN)
    await phone.sync()
    for cursor in ("rubbish", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"):
        with phone.phone.store.transaction():
            phone.phone.store.put(cursor=cursor)
        report = await phone.sync()
        assert report.begun_again == 1
    await assert_all_agree([phone], catalogue)
