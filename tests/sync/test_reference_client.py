"""The reference client by itself: nothing that was said to be saved is lost, and offline it does what the server would do."""

import os
import sqlite3
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from random import Random

import pytest

from clients.reference.held import COLUMNS
from clients.reference.ids import uuid7
from clients.reference.line import Offline
from clients.reference.outbox import MOST_BYTES
from clients.reference.store import Store
from domain.content.catalogue import Catalogue
from domain.content.kinds import MalformedResponse
from tests.http.test_exams import started, submitted
from tests.service import NOON, UNKNOWN, Bank, right
from tests.sync.devices import Device, Fate, assert_all_agree

pytestmark = pytest.mark.anyio

ITEM = "phrases.ten.belongs"


def numbers(store: Store) -> list[int]:
    return [row[0] for row in store.db.execute("SELECT number FROM review ORDER BY place")]


def test_what_was_said_to_be_saved_is_there_after_a_kill(tmp_path: Path) -> None:
    path = tmp_path / "device"
    program = Path(__file__).with_name("answering.py")
    environment = {**os.environ, "PYTHONPATH": str(program.parents[2])}
    saved: list[str] = []
    for _ in range(2):
        with subprocess.Popen([sys.executable, program, path], stdout=subprocess.PIPE, text=True, env=environment) as process:
            assert process.stdout is not None
            saved += [process.stdout.readline().strip() for _ in range(20)]
            process.kill()
            saved += [line for line in process.stdout.read().splitlines() if len(line) == len(saved[0])]
    store = Store(path)
    held = {row[0] for row in store.db.execute("SELECT id FROM review")}
    assert held >= set(saved)
    assert len(held) <= len(saved) + 2  # one that was saved when the kill came, and not said, is no loss
    assert numbers(store) == list(range(1, len(held) + 1))
    # A review and what was made of it are one transaction.
    assert store.db.execute("SELECT repetitions FROM provisional").fetchall() == [(len(held),)]
    assert store.db.execute("SELECT count(*) FROM judged").fetchone() == (len(held),)
    store.close()


async def test_a_transaction_that_broke_leaves_nothing_and_takes_no_number(
    bank: Bank, catalogue: Catalogue, tmp_path: Path
) -> None:
    device = Device(await bank.employee(), tmp_path / "device", catalogue)
    device.answer(ITEM, UNKNOWN)
    device.phone.store.db.execute(
        "CREATE TRIGGER full BEFORE INSERT ON provisional BEGIN SELECT RAISE(ABORT, 'the disk is full'); END"
    )
    with pytest.raises(sqlite3.IntegrityError, match="the disk is full"):
        device.answer(ITEM, UNKNOWN)
    device.phone.store.db.execute("DROP TRIGGER full")
    device.restart(close=False)
    assert device.shown()[ITEM].repetitions == 1
    device.answer(ITEM, UNKNOWN)
    assert numbers(device.phone.store) == [1, 2]


@pytest.mark.parametrize("died_before", range(8))
async def test_a_device_that_dies_between_any_two_steps_of_a_sync_goes_on_from_its_file(
    bank: Bank, catalogue: Catalogue, tmp_path: Path, died_before: int
) -> None:
    device = Device(await bank.employee(), tmp_path / "device", catalogue, attempts=1, page_limit=1)
    device.phone.read_lesson(catalogue.lesson_order[0])
    for item in list(catalogue.items)[:5]:
        device.answer(item, UNKNOWN)
    fates: list[Fate] = [*(["arrives"] * died_before), "answer lost"]  # type: ignore[list-item]
    try:
        await device.sync(fates)
    except Offline:
        device.restart(close=False)
        device.answer(ITEM, UNKNOWN)
        await device.sync()
    await device.sync()
    await assert_all_agree([device], catalogue)


async def test_a_number_is_not_given_twice_even_when_all_that_was_kept_is_gone(
    bank: Bank, catalogue: Catalogue, tmp_path: Path
) -> None:
    device = Device(await bank.employee(), tmp_path / "device", catalogue)
    device.answer(ITEM, UNKNOWN)
    await device.sync()
    bank.service.clock.advance(days=31)
    await device.sync()
    assert numbers(device.phone.store) == []
    device.restart()
    device.answer(ITEM, UNKNOWN)
    assert numbers(device.phone.store) == [2]


async def test_what_the_device_folds_is_what_the_server_folds(bank: Bank, catalogue: Catalogue, tmp_path: Path) -> None:
    device = Device(await bank.employee(), tmp_path / "device", catalogue)
    for day, correct in enumerate([True, False, True, True]):
        for item_id in (ITEM, *list(catalogue.items)[::9]):
            device.answer(item_id, right(catalogue, item_id) if correct else UNKNOWN)
        bank.service.clock.advance(days=day * 3 + 1, minutes=7)
    told = device.shown()
    await device.sync()
    assert device.shown() == told
    await assert_all_agree([device], catalogue)


async def test_a_screen_that_lets_nonsense_through_saves_nothing(bank: Bank, catalogue: Catalogue, tmp_path: Path) -> None:
    device = Device(await bank.employee(), tmp_path / "device", catalogue)
    with pytest.raises(MalformedResponse):
        device.answer(ITEM, {"choice": "nobody offered this"})
    assert device.phone.outbox.waiting() == 0
    device.answer(ITEM, UNKNOWN)
    assert numbers(device.phone.store) == [1]


async def test_an_answer_in_quarantine_leaves_what_is_shown(bank: Bank, catalogue: Catalogue, tmp_path: Path) -> None:
    device = Device(await bank.employee(), tmp_path / "device", catalogue)
    device.zone = "Asia/Shanghai"
    device.answer(ITEM, UNKNOWN)
    with device.phone.store.transaction() as db:
        db.execute("UPDATE review SET body = json_set(body, '$.item_version', 77)")
    report = await device.sync()
    assert [(result["status"], result["reason"]) for result in report.results] == [("quarantined", "unknown_item_version")]
    assert device.shown() == {}
    await assert_all_agree([device], catalogue)


async def test_pauses_grow_are_bounded_and_respect_what_the_server_asks(bank: Bank, catalogue: Catalogue, tmp_path: Path) -> None:
    device = Device(await bank.employee(), tmp_path / "device", catalogue, attempts=4)
    device.answer(ITEM, UNKNOWN)
    with pytest.raises(Offline):
        await device.sync(["request lost", "answer lost", "request lost", "answer lost"])
    assert len(device.slept) == 3
    assert all(0 <= pause <= longest for pause, longest in zip(device.slept, (0.5, 1.0, 2.0), strict=True))
    assert device.phone.outbox.waiting() == 1
    # The answer that was lost had been given: what is sent again is a duplicate, and counts once.
    report = await device.sync()
    assert [result["status"] for result in report.results] == ["duplicate"]
    await assert_all_agree([device], catalogue)


async def test_a_pause_between_attempts_is_no_wrong_clock(bank: Bank, catalogue: Catalogue, tmp_path: Path) -> None:
    person = await bank.employee()
    device = Device(person, tmp_path / "device", catalogue)

    async def slept(_: float) -> None:
        bank.service.clock.advance(minutes=5)

    device.sleep = slept
    device.answer(ITEM, UNKNOWN)
    await device.sync(["request lost", "request lost"])
    [row] = await person.review_rows()
    assert (row["skew_ms"], row["answered_at"]) == (0, NOON)


async def test_a_batch_stays_below_the_largest_body(bank: Bank, catalogue: Catalogue, tmp_path: Path) -> None:
    device = Device(await bank.employee(), tmp_path / "device", catalogue)
    for _ in range(8):
        device.answer_ungraded(item_id=ITEM, item_version=1, response={"text": "汉" * 60_000})
    await device.sync()
    sent = [len(request.content) for request in device.tunnel.requests if request.url.path == "/v1/reviews"]
    assert len(sent) > 1
    assert max(sent) < MOST_BYTES + 100_000
    await assert_all_agree([device], catalogue)


async def test_reviews_that_the_server_misses_are_sent_again_once(bank: Bank, catalogue: Catalogue, tmp_path: Path) -> None:
    person = await bank.employee()
    device = Device(person, tmp_path / "device", catalogue)
    for item in list(catalogue.items)[:3]:
        device.answer(item, UNKNOWN)
    with device.phone.store.transaction() as db:
        db.execute("UPDATE review SET state = 'acknowledged', status = 'accepted', acknowledged_at = ? WHERE number = 2",
                   (device.now().isoformat(),))  # fmt: skip
    report = await device.sync()
    assert len(report.results) == 3
    await assert_all_agree([device], catalogue)


async def test_a_revoked_device_takes_a_new_id_and_loses_nothing(bank: Bank, catalogue: Catalogue, tmp_path: Path) -> None:
    person = await bank.employee()
    device = Device(person, tmp_path / "device", catalogue)
    items = list(catalogue.items)[:4]
    for item in items[:2]:
        device.answer(item, UNKNOWN)
    await device.sync()
    for item in items[2:]:
        device.answer(item, UNKNOWN)
    revoked = await person.call("DELETE", f"/v1/devices/{device.name}")
    assert revoked.status_code == 204
    await device.sync()
    assert device.phone.store.device_id != device.name
    assert sorted(n for n in numbers(device.phone.store) if n is not None) == [1, 2]
    device.answer(items[0], UNKNOWN)
    report = await device.sync()
    assert len(report.results) == 1
    await assert_all_agree([device], catalogue)


async def test_a_device_whose_memories_were_damaged_repairs_them_by_skill(
    bank: Bank, catalogue: Catalogue, tmp_path: Path
) -> None:
    device = Device(await bank.employee(), tmp_path / "device", catalogue)
    for item in [ITEM, *list(catalogue.items)[::15]]:
        device.answer(item, UNKNOWN)
    device.phone.read_lesson(catalogue.lesson_order[0])
    await device.sync()
    rest = ", ".join(COLUMNS[2:])
    with device.phone.store.transaction() as db:
        db.execute("UPDATE memory SET stability = stability + 1 WHERE item_id = ?", (ITEM,))
        db.execute(f"INSERT INTO memory SELECT 'no.such', 'no-such-skill', {rest}, 0 FROM memory WHERE item_id = ?", (ITEM,))
        db.execute("DELETE FROM lesson")
        device.phone.store.put(profile={**device.phone.store.get("profile"), "new_per_day": 77})
    report = await device.sync()
    assert report.repaired == ["forbidden-phrases", "no-such-skill", "lessons", "profile"]
    await assert_all_agree([device], catalogue)


async def test_answers_to_questions_of_an_open_exam_count_once_it_was_handed_in(
    bank: Bank, catalogue: Catalogue, tmp_path: Path
) -> None:
    person = await bank.employee()
    device = Device(person, tmp_path / "device", catalogue)
    attempt = await started(person)
    item_id = attempt["questions"][0]["item_id"]
    device.answer(item_id, UNKNOWN)
    for _ in range(2):
        report = await device.sync()
        assert [result["reason"] for result in report.results] == ["exam_open"]
        assert device.shown() == {}
    await submitted(person, attempt, {"answers": []})
    report = await device.sync()
    assert [result["status"] for result in report.results] == ["accepted"]
    assert (await device.sync()).results == []
    assert device.shown()[item_id].repetitions == 1


async def test_a_device_is_named_once_under_each_id(bank: Bank, catalogue: Catalogue, tmp_path: Path) -> None:
    person = await bank.employee()
    device = Device(person, tmp_path / "device", catalogue)
    with device.phone.store.transaction():
        device.phone.store.put(device_name="晓岚的手机")
    for _ in range(2):
        await device.sync()
    await person.call("DELETE", f"/v1/devices/{device.name}")
    device.answer(ITEM, UNKNOWN)
    await device.sync()
    assert len([request for request in device.tunnel.requests if request.method == "PUT"]) == 2
    listed = (await person.get("/v1/devices"))["devices"]
    assert {each["name"] for each in listed} == {"晓岚的手机"}
    assert len(listed) == 2
    await assert_all_agree([device], catalogue)


def test_ids_sort_by_time_and_within_a_millisecond_by_their_counter() -> None:
    entropy = Random(1)  # noqa: S311
    ids = [uuid7(NOON + timedelta(milliseconds=ms), counter, entropy) for ms in range(3) for counter in range(200)]
    assert ids == sorted(ids)
    assert {(each.version, each.variant) for each in ids} == {(7, "specified in RFC 4122")}
    assert uuid7(NOON.replace(year=1902), 1, entropy).version == 7
