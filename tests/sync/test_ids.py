"""Law 3 with the reference client: ids are counted once, and belong to their learner."""

import json
from pathlib import Path
from typing import Any

import pytest

from clients.reference.store import Store
from domain.content.catalogue import Catalogue
from tests.service import UNKNOWN, Bank, right
from tests.sync.devices import Device, assert_all_agree

pytestmark = pytest.mark.anyio

ITEM, OTHER = "phrases.ten.belongs", "phrases.ten.how-to-learn"


def body(store: Store, review_id: str) -> str:
    found: str = store.db.execute("SELECT body FROM review WHERE id = ?", (review_id,)).fetchone()[0]
    return found


async def test_the_same_id_with_another_answer_is_a_conflict_and_the_first_stays(
    bank: Bank, catalogue: Catalogue, tmp_path: Path
) -> None:
    person = await bank.employee()
    phone, forger = (Device(person, tmp_path / name, catalogue, name) for name in ("phone", "forger"))
    review_id = phone.answer(ITEM, UNKNOWN)
    forged = json.loads(body(phone.phone.store, review_id)) | {"response": right(catalogue, ITEM)}
    await phone.sync()
    forger.answer_ungraded(**forged)
    report = await forger.sync()
    assert [result["status"] for result in report.results] == ["conflict"]
    [row] = await person.review_rows()
    assert row["correct"] is False
    # A conflict is final: it is not sent again.
    assert (await forger.sync()).results == []
    await phone.sync()
    await assert_all_agree([phone, forger], catalogue)


async def test_two_answers_of_one_id_in_one_batch_count_once(bank: Bank, catalogue: Catalogue, tmp_path: Path) -> None:
    person = await bank.employee()
    device = Device(person, tmp_path / "device", catalogue)
    review = person.review(ITEM, UNKNOWN)
    results = await person.submit(review, {**review, "latency_ms": 1}, review)
    assert [result["status"] for result in results] == ["accepted", "conflict", "duplicate"]
    device.made[review["id"]] = None
    await device.sync()
    await assert_all_agree([device], catalogue)


@pytest.mark.parametrize(
    ("change", "statuses"),
    [
        ({}, ("accepted", "duplicate")),
        ({"item_id": "no.such-item"}, ("quarantined", "quarantined")),
        ({"response": 7}, ("quarantined", "quarantined")),
    ],
)
async def test_the_number_on_the_device_is_no_part_of_what_makes_a_review_the_same(
    bank: Bank, change: dict[str, Any], statuses: tuple[str, str]
) -> None:
    person = await bank.employee()
    review = {**person.review(ITEM, UNKNOWN), **change}
    [first] = await person.submit({**review, "device_sequence": 3})
    [second] = await person.submit({**review, "device_sequence": 9})
    assert (first["status"], second["status"]) == statuses


async def test_another_learners_id_is_just_a_review_of_ones_own(bank: Bank, catalogue: Catalogue, tmp_path: Path) -> None:
    people = [await bank.employee(), await bank.employee()]
    devices = [Device(person, tmp_path / str(n), catalogue, str(n)) for n, person in enumerate(people)]
    review_id = devices[0].answer(ITEM, right(catalogue, ITEM))
    stolen = json.loads(body(devices[0].phone.store, review_id)) | {"item_id": OTHER, "item_version": 1, "response": UNKNOWN}
    devices[1].answer_ungraded(**stolen)
    for device in devices:
        report = await device.sync()
        assert [result["status"] for result in report.results] == ["accepted"]
        await assert_all_agree([device], catalogue)
    assert list(devices[0].bases()) == [ITEM]
    assert list(devices[1].bases()) == [OTHER]


async def test_anothers_cursor_tells_nothing_of_them(bank: Bank, catalogue: Catalogue, tmp_path: Path) -> None:
    people = [await bank.employee(), await bank.employee()]
    devices = [Device(person, tmp_path / str(n), catalogue, str(n)) for n, person in enumerate(people)]
    for _ in range(3):
        devices[0].answer(ITEM, UNKNOWN)
        await devices[0].sync()
    devices[1].answer(OTHER, UNKNOWN)
    await devices[1].sync()
    with devices[1].phone.store.transaction():
        devices[1].phone.store.put(cursor=devices[0].phone.store.get("cursor"))
    report = await devices[1].sync()
    assert report.agrees
    await assert_all_agree([devices[1]], catalogue)
