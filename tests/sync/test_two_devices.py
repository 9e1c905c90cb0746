"""Law 2 on two devices: what both answered offline is folded together, whoever syncs first."""

from datetime import timedelta
from pathlib import Path

import pytest

from domain.content.catalogue import Catalogue
from tests.service import UNKNOWN, Bank, right
from tests.sync.devices import Device, assert_all_agree

pytestmark = pytest.mark.anyio

ITEM = "phrases.ten.belongs"


@pytest.mark.parametrize("first_is_right", [True, False])
@pytest.mark.parametrize("later_syncs_first", [True, False])
async def test_law_2_one_right_and_one_wrong_offline_give_the_fold_of_both(
    bank: Bank, catalogue: Catalogue, tmp_path: Path, first_is_right: bool, later_syncs_first: bool
) -> None:
    person = await bank.employee()
    earlier = Device(person, tmp_path / "a", catalogue, "a", clock_error=timedelta(days=-400))
    later = Device(person, tmp_path / "b", catalogue, "b", clock_error=timedelta(days=3000))
    answers = [right(catalogue, ITEM), UNKNOWN]
    earlier.answer(ITEM, answers[not first_is_right])
    bank.service.clock.advance(hours=1)
    later.answer(ITEM, answers[first_is_right])
    bank.service.clock.advance(hours=1)

    for device in (later, earlier) if later_syncs_first else (earlier, later):
        await device.sync()
    for device in (earlier, later):
        await device.sync()

    memory = later.shown()[ITEM]
    assert (memory.repetitions, memory.relearning) == (2, first_is_right)
    await assert_all_agree([earlier, later], catalogue)


async def test_a_device_shows_what_it_did_not_send_on_top_of_what_another_did(
    bank: Bank, catalogue: Catalogue, tmp_path: Path
) -> None:
    person = await bank.employee()
    phone, tablet = (Device(person, tmp_path / name, catalogue, name) for name in ("phone", "tablet"))
    tablet.answer(ITEM, right(catalogue, ITEM))
    await tablet.sync()
    bank.service.clock.advance(days=3)
    phone.answer(ITEM, right(catalogue, ITEM))
    assert phone.shown()[ITEM].repetitions == 1
    # Only the pull of a sync goes through here: the answer stays in the queue.
    async with phone.http() as http:
        page = (await http.get("/v1/changes")).json()
    with phone.phone.store.transaction():
        phone.phone.held.take_memories(page["memories"])
        phone.phone.held.fold_waiting()
    provisional = phone.shown()[ITEM]
    assert provisional.repetitions == 2
    await phone.sync()
    await tablet.sync()
    assert phone.shown()[ITEM].stability == provisional.stability
    await assert_all_agree([phone, tablet], catalogue)
