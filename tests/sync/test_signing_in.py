"""The reference client's session: begun once, refreshed when it expires, and the queue outlives its end."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import pytest

from clients.reference.line import Line, Patience
from clients.reference.session import SessionAuth, SignedOut, sign_in
from clients.reference.store import Store
from domain.content.catalogue import Catalogue
from tests.service import PASSWORD, UNKNOWN, Bank, Phone
from tests.sync.devices import OPENED, Device, assert_all_agree

pytestmark = pytest.mark.anyio

BASE = "http://composure.test"
ITEM = "phrases.ten.belongs"


@asynccontextmanager
async def signed_line(device: Device) -> AsyncIterator[httpx.AsyncClient]:
    auth = SessionAuth(device.phone.store, BASE)
    async with httpx.AsyncClient(transport=device.tunnel, base_url=BASE, auth=auth) as http:
        yield http


async def signed_in(device: Device, http: httpx.AsyncClient, bank: Bank, *, password: str = PASSWORD) -> None:
    line = Line(http, device.sleep, device.entropy, Patience(3))
    await sign_in(line, device.phone.store, bank.slug, device.person.staff_no, password, "a-new-device")


async def test_a_session_is_refreshed_when_it_has_expired_and_the_sync_goes_on(
    bank: Bank, catalogue: Catalogue, tmp_path: Path
) -> None:
    device = Device(await bank.employee(), tmp_path / "device", catalogue)
    async with signed_line(device) as http:
        await signed_in(device, http, bank)
        for _ in range(3):
            device.answer(ITEM, UNKNOWN)
            bank.service.clock.advance(hours=1)
            report = await device.syncing(http).run()
            assert [result["status"] for result in report.results] == ["accepted"]
    refreshes = [request for request in device.tunnel.requests if request.url.path == "/v1/auth/refresh"]
    assert len(refreshes) == 3
    await assert_all_agree([device], catalogue)


async def test_what_waits_outlives_the_session(bank: Bank, catalogue: Catalogue, tmp_path: Path) -> None:
    device = Device(await bank.employee(), tmp_path / "device", catalogue)
    device.answer(ITEM, UNKNOWN)
    async with signed_line(device) as http:
        await signed_in(device, http, bank)
        bank.service.clock.advance(days=40)
        with pytest.raises(SignedOut):
            await device.syncing(http).run()
        device.answer(ITEM, UNKNOWN)
        assert device.phone.outbox.waiting() == 2
        await signed_in(device, http, bank)
        await device.syncing(http).run()
    await assert_all_agree([device], catalogue)


async def test_a_wrong_password_signs_nobody_in(bank: Bank, catalogue: Catalogue, tmp_path: Path) -> None:
    device = Device(await bank.employee(), tmp_path / "device", catalogue)
    async with signed_line(device) as http:
        with pytest.raises(SignedOut):
            await signed_in(device, http, bank, password="wrong")
    assert device.phone.store.get("access_token") is None


async def test_a_file_is_one_learners_and_nobody_elses_queue_is_sent_from_it(
    bank: Bank, catalogue: Catalogue, tmp_path: Path
) -> None:
    owner, other = await bank.employee(), await bank.employee()
    device = Device(owner, tmp_path / "device", catalogue)
    device.answer(ITEM, UNKNOWN)
    async with signed_line(device) as http:
        device.person = other
        with pytest.raises(ValueError, match="another learner"):
            await signed_in(device, http, bank)
        assert device.phone.store.get("access_token") is None
    assert await other.review_rows() == []


async def test_revoking_a_device_ends_its_session_and_what_waits_comes_from_another(
    bank: Bank, catalogue: Catalogue, tmp_path: Path
) -> None:
    person = await bank.employee()
    device = Device(person, tmp_path / "device", catalogue)
    device.answer(ITEM, UNKNOWN)
    async with signed_line(device) as http:
        await signed_in(device, http, bank)
        await device.syncing(http).run()
        device.answer(ITEM, UNKNOWN)
        response = await Phone(bank.service, person.caller, person.staff_no).call("DELETE", f"/v1/devices/{device.name}")
        assert response.status_code == 204
        bank.service.clock.advance(hours=1)
        with pytest.raises(SignedOut):
            await device.syncing(http).run()
        await signed_in(device, http, bank)
        await device.syncing(http).run()
    assert device.phone.store.device_id != device.name
    await assert_all_agree([device], catalogue)


async def test_a_new_device_learns_whose_it_is(bank: Bank, catalogue: Catalogue, tmp_path: Path) -> None:
    person = await bank.employee()
    device = Device(person, tmp_path / "device", catalogue)
    store = Store(tmp_path / "new")
    OPENED.append(store)
    async with httpx.AsyncClient(transport=device.tunnel, base_url=BASE, auth=SessionAuth(store, BASE)) as http:
        line = Line(http, device.sleep, device.entropy)
        await sign_in(line, store, bank.slug, person.staff_no, PASSWORD, "a-new-device")
    assert (store.learner_id, store.device_id) == (person.caller.employee_id, "a-new-device")
    assert store.get("display_name") == "王晓岚"
