"""signIn, refreshSession, signOut: who comes in, and for how long."""

import asyncio
from collections import Counter
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import anyio
import httpx
import pytest

from domain.identity.scope import Role
from tests.http.expecting import expect_problem, without_request_id
from tests.service import PASSWORD, Bank, Clock, Phone, Service, running_service

pytestmark = pytest.mark.anyio


async def try_sign_in(service: Service, organisation: str, staff_no: str, password: str = PASSWORD) -> httpx.Response:
    body = {"organisation": organisation, "staff_no": staff_no, "password": password}
    return await service.http.post("/v1/auth/sign-in", json=body)


async def sign_in(bank: Bank, phone: Phone) -> dict[str, Any]:
    response = await try_sign_in(bank.service, bank.slug, phone.staff_no)
    assert response.status_code == 200, response.text
    session: dict[str, Any] = response.json()
    return session


async def refresh(service: Service, token: str) -> httpx.Response:
    return await service.http.post("/v1/auth/refresh", json={"refresh_token": token})


async def refreshed(service: Service, token: str) -> dict[str, Any]:
    response = await refresh(service, token)
    assert response.status_code == 200, response.text
    session: dict[str, Any] = response.json()
    return session


async def get_me(service: Service, access_token: str) -> httpx.Response:
    return await service.http.get("/v1/me", headers={"Authorization": f"Bearer {access_token}"})


async def test_who_signs_in_may_call(bank: Bank) -> None:
    phone = await bank.employee()
    session = await sign_in(bank, phone)
    assert (session["token_type"], session["expires_in"], session["refresh_expires_in"]) == ("Bearer", 600, 30 * 86_400)
    me = await get_me(bank.service, session["access_token"])
    assert me.json()["employee_id"] == str(phone.caller.employee_id)


async def test_a_wrong_password_name_or_bank_cannot_be_told_apart(bank: Bank) -> None:
    phone = await bank.employee()
    elsewhere = await Bank.found(bank.service)
    answers = [
        await try_sign_in(bank.service, bank.slug, phone.staff_no, "wrong"),
        await try_sign_in(bank.service, bank.slug, "E-nobody"),
        await try_sign_in(bank.service, "no-such-bank", phone.staff_no),
        await try_sign_in(bank.service, elsewhere.slug, phone.staff_no),
    ]
    for response in answers:
        expect_problem(response, 401, "wrong_credentials")
        assert without_request_id(response) == without_request_id(answers[0])


async def test_who_has_left_cannot_sign_in_or_refresh(bank: Bank) -> None:
    phone = await bank.employee()
    session = await sign_in(bank, phone)
    async with bank.service.database.transaction(bank.id) as connection:
        await connection.execute("UPDATE employee SET active = false WHERE id = $1", phone.caller.employee_id)
    expect_problem(await try_sign_in(bank.service, bank.slug, phone.staff_no), 401, "wrong_credentials")
    expect_problem(await refresh(bank.service, session["refresh_token"]), 401, "invalid_refresh_token")


async def test_refreshing_rotates_the_token_and_the_new_one_works(bank: Bank) -> None:
    first = await sign_in(bank, await bank.employee())
    second = await refreshed(bank.service, first["refresh_token"])
    third = await refreshed(bank.service, second["refresh_token"])
    assert len({session["refresh_token"] for session in (first, second, third)}) == 3
    assert (await get_me(bank.service, third["access_token"])).status_code == 200


async def test_a_replayed_refresh_token_ends_the_whole_family(bank: Bank) -> None:
    first = await sign_in(bank, await bank.employee())
    second = await refreshed(bank.service, first["refresh_token"])
    third = await refreshed(bank.service, second["refresh_token"])
    expect_problem(await refresh(bank.service, first["refresh_token"]), 401, "invalid_refresh_token")
    expect_problem(await refresh(bank.service, third["refresh_token"]), 401, "invalid_refresh_token")


async def test_a_replay_leaves_other_sessions_of_the_person_alone(bank: Bank) -> None:
    phone = await bank.employee()
    copied, other = await sign_in(bank, phone), await sign_in(bank, phone)
    await refreshed(bank.service, copied["refresh_token"])
    await refresh(bank.service, copied["refresh_token"])
    await refreshed(bank.service, other["refresh_token"])


async def test_one_refresh_token_used_twice_at_once_is_one_use_and_one_replay(bank: Bank) -> None:
    session = await sign_in(bank, await bank.employee())
    answers: list[httpx.Response] = []

    async def use() -> None:
        answers.append(await refresh(bank.service, session["refresh_token"]))

    async with anyio.create_task_group() as together:
        together.start_soon(use)
        together.start_soon(use)
    assert sorted(response.status_code for response in answers) == [200, 401]
    [winner] = [response.json() for response in answers if response.status_code == 200]
    expect_problem(await refresh(bank.service, winner["refresh_token"]), 401, "invalid_refresh_token")


async def test_a_refresh_token_lives_thirty_days(bank: Bank) -> None:
    phone = await bank.employee()
    young, old = await sign_in(bank, phone), await sign_in(bank, phone)
    bank.service.clock.advance(days=30, seconds=-1)
    await refreshed(bank.service, young["refresh_token"])
    bank.service.clock.advance(seconds=1)
    expect_problem(await refresh(bank.service, old["refresh_token"]), 401, "invalid_refresh_token")


@pytest.mark.parametrize("token", ["x", "A" * 64, "A" * 512, "..", "____"])
async def test_a_refresh_token_that_never_was_is_refused_like_one_that_ended(bank: Bank, token: str) -> None:
    session = await sign_in(bank, await bank.employee())
    await refreshed(bank.service, session["refresh_token"])
    replayed, invented = await refresh(bank.service, session["refresh_token"]), await refresh(bank.service, token)
    expect_problem(invented, 401, "invalid_refresh_token")
    assert without_request_id(invented) == without_request_id(replayed)


async def test_signing_out_ends_the_session_and_may_be_repeated(bank: Bank) -> None:
    session = await sign_in(bank, await bank.employee())
    later = await refreshed(bank.service, session["refresh_token"])
    for token in (later["refresh_token"], later["refresh_token"], "never-was"):
        response = await bank.service.http.post("/v1/auth/sign-out", json={"refresh_token": token})
        assert (response.status_code, response.content) == (204, b"")
    expect_problem(await refresh(bank.service, later["refresh_token"]), 401, "invalid_refresh_token")


async def test_only_hashes_of_refresh_tokens_are_kept(bank: Bank) -> None:
    session = await sign_in(bank, await bank.employee())
    async with bank.service.database.transaction(bank.id) as connection:
        rows = await connection.fetch("SELECT secret_hash, refresh_token::text FROM refresh_token")
    assert len(rows) == 1
    assert session["refresh_token"].encode() not in rows[0][0]
    assert session["refresh_token"] not in rows[0][1]


async def test_the_same_staff_number_in_two_banks_is_two_people(bank: Bank) -> None:
    other = await Bank.found(bank.service)
    one, two = await bank.employee(staff_no="E-1"), await other.employee(staff_no="E-1")
    for its_bank, phone in ((bank, one), (other, two)):
        session = await sign_in(its_bank, phone)
        me = (await get_me(bank.service, session["access_token"])).json()
        assert me["employee_id"] == str(phone.caller.employee_id)
        assert me["organisation"]["slug"] == its_bank.slug


async def test_a_demo_bank_is_closed_unless_the_demo_was_asked_for(
    service: Service, database_url: str, keys_dir: Path, clock: Clock
) -> None:
    clock.reset()
    demo_bank = await Bank.found(service, is_demo=True)
    phone = await demo_bank.employee("north", Role.MANAGER)
    closed = await try_sign_in(service, demo_bank.slug, phone.staff_no)
    expect_problem(closed, 401, "wrong_credentials")
    nobody = await try_sign_in(service, f"bank-{uuid4().hex}", phone.staff_no)
    assert without_request_id(closed) == without_request_id(nobody)
    async with running_service(database_url, keys_dir, clock, demo=True) as open_service:
        response = await try_sign_in(open_service, demo_bank.slug, phone.staff_no)
        assert response.status_code == 200, response.text
        token = response.json()["refresh_token"]
        # Switching the demo off ends the sessions that it began.
        expect_problem(await refresh(service, token), 401, "invalid_refresh_token")
        assert (await refresh(open_service, token)).status_code == 200


class TestThrottle:
    """Each with a service of its own: failures are counted by address too, and all tests share one."""

    async def test_too_many_failures_are_told_to_wait_even_with_the_right_password(
        self, bank: Bank, database_url: str, keys_dir: Path, clock: Clock
    ) -> None:
        phone, other = await bank.employee(), await bank.employee()
        async with running_service(database_url, keys_dir, clock) as guarded:
            for _ in range(10):
                expect_problem(await try_sign_in(guarded, bank.slug, phone.staff_no, "wrong"), 401, "wrong_credentials")
            for password in ("wrong", PASSWORD):
                response = await try_sign_in(guarded, bank.slug, phone.staff_no, password)
                expect_problem(response, 429, "too_many_sign_ins")
                assert 1 <= int(response.headers["retry-after"]) <= 300
            assert (await try_sign_in(guarded, bank.slug, other.staff_no)).status_code == 200

    async def test_an_account_that_does_not_exist_is_throttled_alike(
        self, bank: Bank, database_url: str, keys_dir: Path, clock: Clock
    ) -> None:
        async with running_service(database_url, keys_dir, clock) as guarded:
            statuses = [(await try_sign_in(guarded, bank.slug, "E-nobody")).status_code for _ in range(11)]
        assert statuses == [401] * 10 + [429]

    async def test_guessing_in_parallel_gets_no_more_guesses(
        self, bank: Bank, database_url: str, keys_dir: Path, clock: Clock
    ) -> None:
        phone = await bank.employee()
        statuses: Counter[int] = Counter()
        async with running_service(database_url, keys_dir, clock) as guarded:

            async def guess() -> None:
                statuses[(await try_sign_in(guarded, bank.slug, phone.staff_no, "wrong")).status_code] += 1

            async with anyio.create_task_group() as together:
                for _ in range(20):
                    together.start_soon(guess)
        assert statuses == {401: 10, 429: 10}

    async def test_signing_in_well_is_not_counted(self, bank: Bank, database_url: str, keys_dir: Path, clock: Clock) -> None:
        phone = await bank.employee()
        async with running_service(database_url, keys_dir, clock) as guarded:
            for _ in range(12):
                assert (await try_sign_in(guarded, bank.slug, phone.staff_no)).status_code == 200


async def test_an_access_token_lives_ten_minutes(bank: Bank) -> None:
    session = await sign_in(bank, await bank.employee())
    bank.service.clock.advance(seconds=599)
    assert (await get_me(bank.service, session["access_token"])).status_code == 200
    bank.service.clock.now += timedelta(seconds=1)
    response = await get_me(bank.service, session["access_token"])
    expect_problem(response, 401, "expired_token")
    assert response.headers["www-authenticate"] == "Bearer"


async def test_an_end_of_the_session_also_ends_the_token_that_is_being_made_meanwhile(bank: Bank) -> None:
    """Refreshing, and at the same moment signing out with, or replaying, an older token: nothing of the session lives on."""
    http = bank.service.http
    for end in ("sign-out", "refresh"):
        for _ in range(10):
            phone = await bank.employee()
            body = {"organisation": bank.slug, "staff_no": phone.staff_no, "password": PASSWORD}
            first = (await http.post("/v1/auth/sign-in", json=body)).json()["refresh_token"]
            second = (await http.post("/v1/auth/refresh", json={"refresh_token": first})).json()["refresh_token"]
            refreshed, _ended = await asyncio.gather(
                http.post("/v1/auth/refresh", json={"refresh_token": second}),
                http.post(f"/v1/auth/{end}", json={"refresh_token": first}),
            )
            if refreshed.status_code == 200:
                third = refreshed.json()["refresh_token"]
                again = await http.post("/v1/auth/refresh", json={"refresh_token": third})
                assert again.status_code == 401
