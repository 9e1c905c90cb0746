"""One learner's flood of requests must not stop the others."""

import asyncio
from pathlib import Path
from uuid import UUID

import pytest

from api.wiring.turns import MOST_PRESENT, REQUESTS_AT_ONCE, TooManyAtOnce, Turns
from tests.http.expecting import expect_problem
from tests.service import UNKNOWN, Bank, Clock, running_service

pytestmark = pytest.mark.anyio

ITEM = "phrases.ten.belongs"


async def test_a_few_requests_of_one_caller_work_at_once_and_the_rest_waits_in_order() -> None:
    turns, gate, others_turn = Turns(), asyncio.Event(), asyncio.Event()
    begun: list[int] = []

    async def request(number: int, caller: int = 1) -> None:
        async with turns.of(UUID(int=caller)):
            begun.append(number)
            if number < 0:
                others_turn.set()
            await gate.wait()

    flood = [asyncio.create_task(request(number)) for number in range(3 * REQUESTS_AT_ONCE)]
    other = asyncio.create_task(request(-1, caller=2))
    await others_turn.wait()
    assert begun == [*range(REQUESTS_AT_ONCE), -1]
    gate.set()
    await asyncio.gather(*flood, other)
    assert [number for number in begun if number >= 0] == [*range(3 * REQUESTS_AT_ONCE)]
    assert turns._queues == {}


async def test_who_gives_up_waiting_leaves_the_queue() -> None:
    turns = Turns()
    caller = UUID(int=1)
    async with turns.of(caller), turns.of(caller), turns.of(caller), turns.of(caller):
        waiting = asyncio.ensure_future(turns.of(caller).__aenter__())
        await asyncio.sleep(0)
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting
    assert turns._queues == {}


async def test_who_comes_to_a_full_queue_is_told_to_come_again() -> None:
    turns, caller = Turns(), UUID(int=1)
    gate, begun = asyncio.Event(), asyncio.Event()

    async def request() -> None:
        async with turns.of(caller):
            begun.set()
            await gate.wait()

    flood = [asyncio.create_task(request()) for _ in range(MOST_PRESENT)]
    await begun.wait()
    with pytest.raises(TooManyAtOnce):
        await request()
    gate.set()
    await asyncio.gather(*flood)
    await request()


async def test_who_waits_too_long_is_told_to_come_again(database_url: str, keys_dir: Path, clock: Clock) -> None:
    async with running_service(database_url, keys_dir, clock) as service:
        service.app.state.services.turns = Turns(turn_seconds=0.05)
        await a_flood_behind_a_lock(await Bank.found(service))


async def a_flood_behind_a_lock(bank: Bank) -> None:
    phone, other = await bank.employee(), await bank.employee()
    async with bank.service.database.transaction(bank.id) as connection:
        await connection.execute("SELECT FROM learner WHERE learner_id = $1 FOR UPDATE", phone.caller.employee_id)
        waiting = [asyncio.create_task(phone.upload(phone.review(ITEM, UNKNOWN))) for _ in range(REQUESTS_AT_ONCE + 1)]
        done, held = await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
        assert (len(done), len(held)) == (1, REQUESTS_AT_ONCE)
        problem = expect_problem(done.pop().result(), 503, "unavailable")
        assert "same request again" in problem["detail"]
        assert (await other.get("/v1/me"))["staff_no"] == other.staff_no
    assert {answer.status_code for answer in await asyncio.gather(*held)} == {200}


async def test_more_copies_of_an_upload_than_there_are_connections_are_all_answered(bank: Bank) -> None:
    phone, other = await bank.employee(), await bank.employee()
    review = phone.review(ITEM, UNKNOWN)
    answers = await asyncio.gather(*(phone.upload(review) for _ in range(40)), other.upload(other.review(ITEM, UNKNOWN)))
    statuses = [answer.json()["results"][0]["status"] for answer in answers]
    assert statuses[:-1].count("accepted") == 1
    assert statuses[:-1].count("duplicate") == 39
    assert statuses[-1] == "accepted"
    assert len(await phone.review_rows()) == 1
