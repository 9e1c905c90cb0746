"""The pack in the reference client's hands: the drill without signal is the server's drill."""

from pathlib import Path
from typing import Any

import pytest

from clients.reference.phone import Phone
from clients.reference.shelf import NoPack, Shelf
from clients.reference.sync import Report, Sync
from domain.content.catalogue import Catalogue
from domain.practice.drill import ItemStep, LessonStep
from domain.practice.learner import Preferences
from tests.service import NOON, UNKNOWN, Bank
from tests.sync.devices import Device, assert_all_agree

pytestmark = pytest.mark.anyio


def drilled(phone: Phone) -> list[tuple[str, str, str | None]]:
    """The steps of the device's drill, as one compares them."""
    return [
        ("lesson", step.lesson.lesson_id, None) if isinstance(step, LessonStep) else ("item", step.item.item_id, step.reason)
        for step in phone.drill().steps
    ]


async def synced_with_pack(device: Device) -> tuple[Phone, Report]:
    """Sync with a real pack."""
    phone = Phone(device.phone.store, device.now, device.zone, device.entropy, Shelf(device.phone.store))
    async with device.http() as http:
        sync = Sync(phone, http, clock=device.now, sleep=device.sleep, entropy=device.entropy)
        return phone, await sync.run()


async def test_the_drill_offline_is_the_drill_of_the_server(bank: Bank, catalogue: Catalogue, tmp_path: Path) -> None:
    person = await bank.employee(preferences=Preferences("Asia/Shanghai", "en", 5, 6))
    device = Device(person, tmp_path / "device", catalogue)
    with pytest.raises(NoPack):
        Shelf(device.phone.store).catalogue()
    for _ in range(5):
        phone, _ = await synced_with_pack(device)
        server: dict[str, Any] = await person.get("/v1/drill")
        steps = [(s["type"], s.get("item_id") or s["lesson_id"], s.get("reason")) for s in server["steps"]]
        assert drilled(phone) == steps
        for number, step in enumerate(phone.drill().steps):
            if isinstance(step, ItemStep):
                told = phone.answer(step.item, UNKNOWN if number % 3 == 0 else step.item.body.key("en"))
                assert told.verdict.correct is (number % 3 != 0)
                device.made[told.review_id] = None
            else:
                phone.read_lesson(step.lesson.lesson_id)
        device.phone = phone
        bank.service.clock.advance(days=1)
    _, report = await synced_with_pack(device)
    assert report.agrees
    await assert_all_agree([device], catalogue)


async def test_a_lesson_that_was_read_on_another_device_just_before_the_pack_is_taken_as_read(
    bank: Bank, catalogue: Catalogue, tmp_path: Path
) -> None:
    person = await bank.employee(preferences=Preferences("Asia/Shanghai", "en", 5, 6))
    device = Device(person, tmp_path / "device", catalogue)
    await device.sync()  # without a pack
    first = catalogue.lesson_order[0]
    await person.call("POST", f"/v1/lessons/{first}/completion")
    shelf = Shelf(device.phone.store)
    shelf.take(await person.get("/v1/pack"), NOON.date(), None)
    phone = Phone(device.phone.store, device.now, device.zone, device.entropy, shelf)
    assert first not in phone.held.lessons_read()
    server = await person.get("/v1/drill")
    assert drilled(phone) == [(s["type"], s.get("item_id") or s["lesson_id"], s.get("reason")) for s in server["steps"]]


async def test_a_pack_is_asked_for_seldom_and_brings_only_what_is_missing(
    bank: Bank, catalogue: Catalogue, tmp_path: Path
) -> None:
    device = Device(await bank.employee(), tmp_path / "device", catalogue)
    _, first = await synced_with_pack(device)
    _, second = await synced_with_pack(device)
    bank.service.clock.advance(days=1)
    _, third = await synced_with_pack(device)
    assert first.pack_bytes > 10 * third.pack_bytes > 0
    assert second.pack_bytes == 0
    before = Shelf(device.phone.store).catalogue()
    device.restart()
    assert Shelf(device.phone.store).catalogue().items.keys() == before.items.keys()
