"""One learner's flood of requests must not stop the others."""

import asyncio
from uuid import UUID

import pytest

from api.wiring.turns import REQUESTS_AT_ONCE, Turns
from tests.service import UNKNOWN, Bank

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


async def test_more_copies_of_an_upload_than_there_are_connections_are_all_answered(bank: Bank) -> None:
    phone, other = await bank.employee(), await bank.employee()
    review = phone.review(ITEM, UNKNOWN)
    answers = await asyncio.gather(*(phone.upload(review) for _ in range(40)), other.upload(other.review(ITEM, UNKNOWN)))
    statuses = [answer.json()["results"][0]["status"] for answer in answers]
    assert statuses[:-1].count("accepted") == 1
    assert statuses[:-1].count("duplicate") == 39
    assert statuses[-1] == "accepted"
    assert len(await phone.review_rows()) == 1
