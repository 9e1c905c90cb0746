"""An upload that the server refuses as a whole: one review must not hold up the others, nor be blamed for the device."""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

from clients.reference.line import Refused
from clients.reference.refusals import MOST_SUSPECTS
from domain.content.catalogue import Catalogue
from tests.service import UNKNOWN, Bank
from tests.sync.devices import Device, assert_all_agree, begin_epoch

pytestmark = pytest.mark.anyio

ITEM = "phrases.ten.belongs"
TOO_LARGE = {"text": "x" * (1 << 20)}
TOO_DEEP: dict[str, Any] = json.loads('{"text":' * 40 + "1" + "}" * 40)


@pytest.fixture
async def device(bank: Bank, catalogue: Catalogue, tmp_path: Path) -> Device:
    return Device(await bank.employee(), tmp_path / "device", catalogue)


def poison(device: Device, response: dict[str, Any]) -> str:
    """Queue a review for which the server refuses any upload that it is in."""
    review_id = device.answer_ungraded(item_id=ITEM, item_version=1, response=response)
    del device.made[review_id]
    return review_id


def uploads(device: Device) -> list[int]:
    """How many reviews each upload held."""
    sent = [request for request in device.tunnel.requests if request.url.path == "/v1/reviews"]
    return [len(json.loads(request.content)["reviews"]) for request in sent]


def spoilt_id(device: Device, device_id: str) -> None:
    with device.phone.store.transaction():
        device.phone.store.put(device_id=device_id)


@pytest.mark.parametrize(("response", "code"), [(TOO_LARGE, "body_too_large"), (TOO_DEEP, "json_too_deep")])
@pytest.mark.parametrize("places", [{0}, {3}, {6}, {0, 1}, {5, 6}, {0, 3, 6}])
async def test_reviews_that_no_upload_can_hold_are_set_aside_and_the_others_arrive(
    device: Device, response: dict[str, Any], code: str, places: set[int]
) -> None:
    bad = set()
    for place in range(7):
        if place in places:
            bad.add(poison(device, response))
        else:
            device.answer(ITEM, UNKNOWN)
    report = await device.sync()
    assert report.refused == device.phone.outbox.refused() == dict.fromkeys(bad, code)
    assert len(report.results) == 7 - len(places)
    assert device.shown()[ITEM].repetitions == 7 - len(places)
    await assert_all_agree([device], device.catalogue)

    device.person.service.clock.advance(days=31)
    assert (await device.sync()).refused == {}
    assert device.phone.outbox.refused().keys() == bad  # kept longer than what arrived: nobody else has them


async def test_finding_one_of_many_takes_few_uploads_and_batches_grow_again(device: Device) -> None:
    for place in range(120):
        if place == 70:
            poison(device, TOO_DEEP)
        device.answer_ungraded(item_id=ITEM, item_version=1, response=UNKNOWN)
    report = await device.sync()
    assert len(report.refused) == 1
    assert len(report.results) == 120
    assert len(uploads(device)) < 30
    for _ in range(2):
        device.answer(ITEM, UNKNOWN)
    device.tunnel.requests.clear()
    await device.sync()
    assert uploads(device) == [2]


@pytest.mark.parametrize("waiting", [1, 2, 40])
async def test_what_is_wrong_with_the_device_is_not_blamed_on_its_reviews(device: Device, waiting: int) -> None:
    for _ in range(waiting):
        device.answer(ITEM, UNKNOWN)
    spoilt_id(device, "我的手机")
    for _ in range(2):
        device.tunnel.requests.clear()
        with pytest.raises(Refused, match="invalid_body"):
            await device.sync()
        assert len(uploads(device)) <= MOST_SUSPECTS + 6
        assert device.phone.outbox.refused() == {}
        assert device.phone.outbox.waiting() == waiting
    assert device.shown()[ITEM].repetitions == waiting
    spoilt_id(device, device.name)
    assert (await device.sync()).refused == {}
    await assert_all_agree([device], device.catalogue)


async def test_a_review_alone_is_a_suspect_until_another_is_taken(device: Device) -> None:
    bad = poison(device, TOO_DEEP)
    with pytest.raises(Refused, match="json_too_deep"):
        await device.sync()
    assert device.phone.outbox.refused() == {}
    device.answer(ITEM, UNKNOWN)
    assert (await device.sync()).refused == {bad: "json_too_deep"}
    await assert_all_agree([device], device.catalogue)


async def test_one_that_is_too_large_needs_no_other_to_be_judged_by(device: Device) -> None:
    bad = poison(device, TOO_LARGE)
    assert (await device.sync()).refused == {bad: "body_too_large"}
    assert device.shown() == {}


async def test_after_a_restore_what_was_set_aside_is_offered_again(device: Device) -> None:
    poison(device, TOO_DEEP)
    device.answer(ITEM, UNKNOWN)
    reports = [await device.sync()]
    await begin_epoch(device.person.service)
    reports.append(await device.sync())
    assert reports[0].refused == reports[1].refused
    assert statuses(reports[1].results) == ["duplicate"]
    await assert_all_agree([device], device.catalogue)


def statuses(results: Iterable[Any]) -> list[str]:
    return [result["status"] for result in results]
