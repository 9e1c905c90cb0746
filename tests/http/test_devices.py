"""Devices: registered, listed and revoked by their owner; gaps in their numbers are told and not punished."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from tests.http.expecting import expect_problem
from tests.service import NOON, PASSWORD, UNKNOWN, Bank, Phone

pytestmark = pytest.mark.anyio

ITEM = "phrases.ten.belongs"


async def hand_in(phone: Phone, *numbers: int) -> dict[str, Any]:
    """Answers with these numbers, one a minute."""
    reviews = [
        phone.review(ITEM, UNKNOWN, answered_at=NOON - timedelta(minutes=n))
        | ({} if number is None else {"device_sequence": number})
        for n, number in enumerate(numbers)
    ]
    response = await phone.upload(*reviews)
    assert response.status_code == 200, response.text
    body: dict[str, Any] = response.json()
    return body


async def listed(phone: Phone) -> dict[str, dict[str, Any]]:
    body = await phone.get("/v1/devices")
    assert body["total"] == len(body["devices"])
    return {device["device_id"]: device for device in body["devices"]}


async def test_a_device_that_hands_in_is_listed_and_may_be_given_a_name(bank: Bank) -> None:
    phone = await bank.employee()
    await hand_in(phone, 1, 2)
    [device] = (await listed(phone)).values()
    assert (device["device_id"], device["name"], device["highest_sequence"], device["missing"]) == ("phone-1", None, 2, [])
    named = await phone.call("PUT", "/v1/devices/phone-1", json={"name": "王的手机", "platform": "Android 16"})
    assert named.status_code == 200
    assert named.json() == (await listed(phone))["phone-1"]
    assert named.json()["name"] == "王的手机"


async def test_gaps_in_the_numbers_are_told_and_close_when_they_arrive(bank: Bank) -> None:
    phone = await bank.employee()
    assert "missing" not in await hand_in(phone, 1, 2)
    later = await hand_in(phone, 9, 6, 7)
    assert later["missing"] == [{"first": 3, "last": 5}, {"first": 8, "last": 8}]
    assert (await listed(phone))["phone-1"]["missing_total"] == 4
    assert (await hand_in(phone, 4))["missing"] == [{"first": 3, "last": 3}, {"first": 5, "last": 5}, {"first": 8, "last": 8}]
    assert "missing" not in await hand_in(phone, 3, 5, 8)
    assert (await listed(phone))["phone-1"]["highest_sequence"] == 9


async def test_held_repeated_and_conflicting_reviews_have_arrived_too(bank: Bank) -> None:
    phone = await bank.employee()
    review = phone.review(ITEM, UNKNOWN)
    conflict = {**review, "latency_ms": 1}
    held = phone.review("no.such.item", UNKNOWN)
    numbered = [{**each, "device_sequence": n} for n, each in enumerate((review, review, conflict, held), start=1)]
    response = (await phone.upload(*numbered)).json()
    assert [result["status"] for result in response["results"]] == ["accepted", "duplicate", "conflict", "quarantined"]
    assert "missing" not in response


async def test_law_3_the_number_on_the_device_is_no_part_of_the_answer(bank: Bank) -> None:
    """A device that was given a new id numbers its queue anew; what had arrived before is a duplicate all the same."""
    phone = await bank.employee()
    review = phone.review(ITEM, UNKNOWN)
    malformed = phone.review(ITEM, UNKNOWN) | {"latency_ms": -1}
    for number, status in ((None, "accepted"), (7, "duplicate"), (1, "duplicate")):
        numbered = {} if number is None else {"device_sequence": number}
        [result, held] = await phone.submit(review | numbered, malformed | numbered)
        assert (result["status"], held["status"]) == (status, "quarantined")


@pytest.mark.parametrize("number", [0, -1, 2**53, 1.5, "1", None, [], {"a": 1}, True])
async def test_a_number_that_is_none_costs_no_answer(bank: Bank, number: object) -> None:
    phone = await bank.employee()
    review = phone.review(ITEM, UNKNOWN)
    [odd] = await phone.submit({**review, "device_sequence": number})
    [good] = await phone.submit({**review, "device_sequence": 1})
    assert (odd["status"], good["status"]) == ("accepted", "duplicate")
    assert (await listed(phone))["phone-1"]["highest_sequence"] == 1


async def test_a_number_written_with_a_point_is_the_same_number(bank: Bank) -> None:
    phone = await bank.employee()
    await phone.submit(phone.review(ITEM, UNKNOWN, device_sequence=3.0))
    assert (await listed(phone))["phone-1"]["missing"] == [{"first": 1, "last": 2}]


async def test_numbers_made_up_do_not_let_the_device_grow_without_end(bank: Bank) -> None:
    phone = await bank.employee()
    for batch in range(6):
        await hand_in(phone, *(2 * n + 1 for n in range(500 * batch, 500 * batch + 500)))
    response = await hand_in(phone, 1)
    assert len(response["missing"]) == 100
    assert 500 < (await listed(phone))["phone-1"]["missing_total"] < 3000


async def test_a_revoked_device_is_refused_whole_and_what_it_handed_in_stays(bank: Bank) -> None:
    phone = await bank.employee()
    tablet = Phone(phone.service, phone.caller, phone.staff_no, "tablet")
    await hand_in(phone, 1)
    bank.service.clock.advance(minutes=1)
    for _ in range(2):
        assert (await tablet.call("DELETE", "/v1/devices/phone-1")).status_code == 204
    expect_problem(await phone.upload(phone.review(ITEM, UNKNOWN)), 403, "device_revoked")
    expect_problem(await phone.call("PUT", "/v1/devices/phone-1", json={"name": "again"}), 403, "device_revoked")
    assert len(await phone.review_rows()) == 1
    assert (await listed(phone))["phone-1"]["revoked_at"] is not None
    await hand_in(tablet, 1)
    assert len(await phone.review_rows()) == 2


async def test_revoking_ends_the_sessions_begun_on_the_device_and_no_others(bank: Bank) -> None:
    phone = await bank.employee()
    sessions = {}
    for device_id in ("phone-1", "tablet", None):
        body = {"organisation": bank.slug, "staff_no": phone.staff_no, "password": PASSWORD, "device_id": device_id}
        sessions[device_id] = (await bank.service.http.post("/v1/auth/sign-in", json=body)).json()
    await hand_in(phone, 1)
    # The device stays the session's through a refresh.
    body = {"refresh_token": sessions["phone-1"]["refresh_token"]}
    sessions["phone-1"] = (await bank.service.http.post("/v1/auth/refresh", json=body)).json()
    await phone.call("DELETE", "/v1/devices/phone-1")
    statuses = {}
    for device_id, session in sessions.items():
        body = {"refresh_token": session["refresh_token"]}
        statuses[device_id] = (await bank.service.http.post("/v1/auth/refresh", json=body)).status_code
    assert statuses == {"phone-1": 401, "tablet": 200, None: 200}


async def test_a_revoked_device_cannot_be_signed_in_on_under_its_old_id(bank: Bank) -> None:
    phone = await bank.employee()
    await hand_in(phone, 1)
    await phone.call("DELETE", "/v1/devices/phone-1")
    who = {"organisation": bank.slug, "staff_no": phone.staff_no, "password": PASSWORD}
    told = await bank.service.http.post("/v1/auth/sign-in", json={**who, "device_id": "phone-1"})
    expect_problem(told, 403, "device_revoked")
    # Only to who knows the password.
    told = await bank.service.http.post("/v1/auth/sign-in", json={**who, "device_id": "phone-1", "password": "wrong"})
    expect_problem(told, 401, "wrong_credentials")
    assert (await bank.service.http.post("/v1/auth/sign-in", json={**who, "device_id": "phone-2"})).status_code == 200


async def test_a_device_that_has_only_signed_in_is_listed_and_can_be_revoked(bank: Bank) -> None:
    phone = await bank.employee()
    who = {"organisation": bank.slug, "staff_no": phone.staff_no, "password": PASSWORD, "device_id": "stolen"}
    session = (await bank.service.http.post("/v1/auth/sign-in", json=who)).json()
    assert list(await listed(phone)) == ["stolen"]
    assert (await phone.call("DELETE", "/v1/devices/stolen")).status_code == 204
    body = {"refresh_token": session["refresh_token"]}
    assert (await bank.service.http.post("/v1/auth/refresh", json=body)).status_code == 401


async def test_no_session_of_a_device_outlives_its_revocation_whatever_comes_first(bank: Bank) -> None:
    phone = await bank.employee()
    http = bank.service.http
    for number in range(12):
        who = {"organisation": bank.slug, "staff_no": phone.staff_no, "password": PASSWORD, "device_id": f"d{number}"}
        tokens = [(await http.post("/v1/auth/sign-in", json=who)).json()["refresh_token"]]
        refresh = http.post("/v1/auth/refresh", json={"refresh_token": tokens[0]})
        calls = [refresh, phone.call("DELETE", f"/v1/devices/d{number}"), http.post("/v1/auth/sign-in", json=who)]
        answers = await asyncio.gather(*(calls if number % 2 else reversed(calls)))
        assert {answer.status_code for answer in answers} <= {200, 204, 401, 403}
        tokens += [answer.json()["refresh_token"] for answer in answers if answer.status_code == 200]
        for token in tokens:
            assert (await http.post("/v1/auth/refresh", json={"refresh_token": token})).status_code == 401


@pytest.mark.parametrize("device_id", ["", "a/b", "..", ".", "/", "x/", "a b", "手机", "a" * 65, "a\n", "a%2Fb", None])
async def test_a_device_id_that_no_address_can_hold_is_refused(bank: Bank, device_id: object) -> None:
    phone = await bank.employee()
    body = {"sent_at": NOON.isoformat(), "device_id": device_id, "reviews": [phone.review(ITEM, UNKNOWN)]}
    expect_problem(await phone.call("POST", "/v1/reviews", json=body), 400, "invalid_body")


@pytest.mark.parametrize("device_id", ["a", "0", "A-b_c.d~e:f", "a" * 64, "01a20114-fc1f-7000-bd8e-280caea3efc7"])
async def test_every_device_that_may_hand_in_may_be_named_and_revoked(bank: Bank, device_id: str) -> None:
    phone = await bank.employee()
    phone.device_id = device_id
    await hand_in(phone, 1)
    assert (await phone.call("PUT", f"/v1/devices/{device_id}", json={"name": "n"})).json()["device_id"] == device_id
    assert (await phone.call("DELETE", f"/v1/devices/{device_id}")).status_code == 204
    assert list(await listed(phone)) == [device_id]


async def test_law_12_another_learners_device_is_missing(bank: Bank) -> None:
    phone, other = await bank.employee(), await bank.employee()
    await hand_in(phone, 1)
    expect_problem(await other.call("DELETE", "/v1/devices/phone-1"), 404, "not_found")
    assert await listed(other) == {}
    assert (await listed(phone))["phone-1"]["revoked_at"] is None


async def test_the_same_device_id_of_two_learners_are_two_devices(bank: Bank) -> None:
    phone, other = await bank.employee(), await bank.employee()
    await hand_in(phone, 1)
    await phone.call("DELETE", "/v1/devices/phone-1")
    assert "missing" not in await hand_in(other, 1)
