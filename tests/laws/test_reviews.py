"""Laws 1 to 9: what becomes of answers."""

import json
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any
from uuid import UUID

import asyncpg
import httpx
import msgspec
import pytest

from api.learner.uploads import entry_of
from domain.content.catalogue import Catalogue
from domain.practice.algorithm import Fsrs6
from domain.practice.memory import Answer, Schedule, fold, state_after
from domain.practice.review import Submission
from tests.service import NOON, UNKNOWN, Bank, Phone, right

pytestmark = pytest.mark.anyio

ITEM = "phrases.ten.belongs"


async def independent_fold(phone: Phone, catalogue: Catalogue) -> dict[str, Any]:
    """Memories from the log alone, by nothing but the domain's fold."""
    answers: dict[str, list[Answer]] = {}
    for row in await phone.review_rows():
        columns = ("id", "answered_at", "practice_day", "correct", "chance", "prior_known")
        answers.setdefault(row["item_id"], []).append(Answer(*(row[column] for column in columns)))
    return {
        item_id: fold(
            own,
            Schedule(
                Fsrs6(),
                catalogue.skills[catalogue.items[item_id].skill].desired_retention,
                (str(phone.caller.employee_id), item_id),
            ),
        )
        for item_id, own in answers.items()
    }


async def assert_memory_is_the_fold_of_the_log(phone: Phone, catalogue: Catalogue) -> None:
    expected = await independent_fold(phone, catalogue)
    stored = await phone.memory_rows()
    assert stored.keys() == expected.keys()
    for item_id, memory in expected.items():
        for name in ("stability", "difficulty", "due_on", "repetitions", "lapses", "relearning", "last_practice_day"):
            assert stored[item_id][name] == getattr(memory, name), (item_id, name)


async def test_law_1_memory_is_a_fold_of_the_log_and_can_be_rebuilt(bank: Bank, catalogue: Catalogue) -> None:
    phone = await bank.employee()
    for day in range(6):
        answer = right(catalogue, ITEM) if day % 3 else UNKNOWN
        await phone.submit(phone.review(ITEM, answer))
        bank.service.clock.advance(days=day + 1)
    await assert_memory_is_the_fold_of_the_log(phone, catalogue)


async def test_law_1_the_log_is_append_only_even_for_the_service(bank: Bank, catalogue: Catalogue) -> None:
    phone = await bank.employee()
    await phone.submit(phone.review(ITEM, right(catalogue, ITEM)))
    for statement in ("UPDATE review SET correct = false", "DELETE FROM review", "TRUNCATE review"):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            async with bank.service.database.transaction(bank.id) as connection:
                await connection.execute(statement)


async def test_law_2_a_late_review_refolds_its_item(bank: Bank, catalogue: Catalogue) -> None:
    in_order, late = await bank.employee(), await bank.employee()
    moments = [NOON - timedelta(days=days) for days in (9, 6, 1)]
    answers = [right(catalogue, ITEM), UNKNOWN, right(catalogue, ITEM)]
    for phone, order in ((in_order, (0, 1, 2)), (late, (2, 0, 1))):
        for place in order:
            await phone.submit(phone.review(ITEM, answers[place], answered_at=moments[place]))
        await assert_memory_is_the_fold_of_the_log(phone, catalogue)
    first, second = (await in_order.memory_rows())[ITEM], (await late.memory_rows())[ITEM]
    assert (first["stability"], first["difficulty"], first["lapses"]) == (
        second["stability"],
        second["difficulty"],
        second["lapses"],
    )


async def test_law_3_a_review_sent_again_is_a_duplicate_with_its_first_verdict(bank: Bank, catalogue: Catalogue) -> None:
    phone = await bank.employee()
    review = phone.review(ITEM, UNKNOWN)
    [first] = await phone.submit(review)
    bank.service.clock.advance(hours=3)
    [again] = await phone.submit(review)
    assert (first["status"], again["status"]) == ("accepted", "duplicate")
    assert {**first, "status": ""} == {**again, "status": ""}
    assert len(await phone.review_rows()) == 1
    await assert_memory_is_the_fold_of_the_log(phone, catalogue)


async def test_law_3_the_same_id_with_another_payload_is_a_conflict(bank: Bank, catalogue: Catalogue) -> None:
    phone = await bank.employee()
    review = phone.review(ITEM, UNKNOWN)
    await phone.submit(review)
    [result] = await phone.submit({**review, "response": right(catalogue, ITEM)})
    assert result["status"] == "conflict"
    [row] = await phone.review_rows()
    assert row["correct"] is False


async def test_law_3_twice_in_one_batch_counts_once(bank: Bank) -> None:
    phone = await bank.employee()
    review = phone.review(ITEM, UNKNOWN)
    other = {**review, "latency_ms": 1}
    results = await phone.submit(review, review, other)
    assert [result["status"] for result in results] == ["accepted", "duplicate", "conflict"]
    assert len(await phone.review_rows()) == 1


async def send(phone: Phone, reviews: str) -> httpx.Response:
    """Upload reviews as they are written."""
    sent_at = phone.service.clock().isoformat()
    body = f'{{"sent_at":"{sent_at}","device_id":"d","reviews":[{reviews}]}}'
    response = await phone.call("POST", "/v1/reviews", content=body, headers={"Content-Type": "application/json"})
    assert response.status_code == 200, response.text
    return response


async def test_law_3_the_same_answer_written_differently_is_still_a_duplicate(bank: Bank, catalogue: Catalogue) -> None:
    phone = await bank.employee()
    review = phone.review(ITEM, right(catalogue, ITEM))
    await phone.submit(review)
    rewritten = {
        **dict(reversed(review.items())),
        "id": review["id"].upper(),
        "answered_at": review["answered_at"].replace("+00:00", "Z"),
        "confidence": None,
    }
    # Beside a review that only the lenient reader can read, it goes another way and comes to the same.
    for company in ("", ',{"id": "\\ud83d"}'):
        response = await send(phone, json.dumps(rewritten) + company)
        assert response.json()["results"][0]["status"] == "duplicate"


@pytest.mark.parametrize("odd", ['{"id": "5f0c2f3e-9a53-4b3b-9a0e-0d6f0f1f2a3b", "x": 1e400}', '{"b": "\\ud83d", "a": 1}'])
async def test_law_3_what_cannot_be_read_is_the_same_alone_and_in_company(bank: Bank, odd: str) -> None:
    phone = await bank.employee()
    alone, in_company = await send(phone, odd), await send(phone, odd + ',{"y": "\\ud83d"}')
    for response in (alone, in_company):
        assert response.json()["results"][0]["status"] == "quarantined"
    assert alone.json()["results"][0]["id"] == in_company.json()["results"][0]["id"]


async def test_law_3_ids_are_scoped_to_the_learner(bank: Bank) -> None:
    one, other = await bank.employee(), await bank.employee()
    review = one.review(ITEM, UNKNOWN)
    for phone in (one, other):
        [result] = await phone.submit(review)
        assert result["status"] == "accepted"


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"item_id": "no.such-item"}, "unknown_item"),
        ({"item_version": 77}, "unknown_item_version"),
        ({"time_zone": "Mars/Olympus"}, "unknown_time_zone"),
        ({"response": {"order": ["a"]}}, "malformed_response"),
        ({"response": {"choice": "\x00"}}, "malformed_response"),
        ({"response": {"choice": "a", "extra": 1}}, "malformed_response"),
        ({"item_version": "1"}, "malformed_review"),
        ({"item_version": 10**30}, "malformed_review"),
        ({"surprise": 1}, "malformed_review"),
        ({"answered_at": "2026-11-20T12:00:00"}, "malformed_review"),
        ({"answered_at": "yesterday"}, "malformed_review"),
        ({"latency_ms": -1}, "malformed_review"),
        ({"response": None}, "malformed_review"),
    ],
)
async def test_law_4_one_bad_review_never_blocks_the_others(
    bank: Bank, catalogue: Catalogue, change: dict[str, Any], reason: str
) -> None:
    phone = await bank.employee()
    good, bad = phone.review(ITEM, right(catalogue, ITEM)), {**phone.review(ITEM, right(catalogue, ITEM)), **change}
    results = await phone.submit(bad, good)
    assert [result["status"] for result in results] == ["quarantined", "accepted"]
    assert results[0]["reason"] == reason
    assert results[0]["id"] == bad["id"]
    # Nothing is dropped: it waits as it came, and a retry finds it waiting.
    [again] = await phone.submit(bad)
    assert again["status"] == "quarantined"
    async with bank.service.database.transaction(bank.id) as connection:
        rows = await connection.fetch("SELECT reason FROM review_quarantine WHERE learner_id = $1", phone.caller.employee_id)
    assert [row["reason"] for row in rows] == [reason]


@pytest.mark.parametrize("rubbish", [42, None, [], "text", {"no": "id"}, {"id": "not-a-uuid"}, {"id": 7}])
async def test_law_4_what_has_no_id_is_kept_under_one_made_of_its_content(bank: Bank, rubbish: Any) -> None:
    phone = await bank.employee()
    first, second = await phone.submit(rubbish, phone.review(ITEM, UNKNOWN))
    assert (first["status"], second["status"]) == ("quarantined", "accepted")
    [again] = await phone.submit(rubbish)
    assert again["id"] == first["id"]


async def test_law_4_what_can_be_graded_later_leaves_quarantine(bank: Bank, catalogue: Catalogue) -> None:
    phone = await bank.employee()
    review = phone.review(ITEM, right(catalogue, ITEM))
    async with bank.service.database.transaction(bank.id) as connection:
        await connection.execute(
            """INSERT INTO review_quarantine (learner_id, id, organisation_id, device_id, device_sent_at, received_at, payload,
                                              digest, reason, detail)
               VALUES ($1, $2, $3, 'd', '', now(), '', $4, 'unknown_item', '')""",
            phone.caller.employee_id,
            review["id"],
            bank.id,
            _digest(review),
        )
    [result] = await phone.submit(review)
    assert result["status"] == "accepted"
    [again] = await phone.submit(review)
    assert again["status"] == "duplicate"


def _digest(review: dict[str, Any]) -> bytes:
    entry = entry_of(msgspec.Raw(msgspec.json.encode(review)))
    assert isinstance(entry, Submission)
    return entry.envelope.digest


async def test_law_5_nothing_is_acknowledged_that_was_not_committed(bank: Bank) -> None:
    """The transaction ends before the response begins: a failing commit is a 503, and the retry is accepted as new."""
    phone = await bank.employee()
    review = phone.review(ITEM, UNKNOWN)
    # A deferred constraint fails at the commit, after the handler has returned its answer.
    connection = await asyncpg.connect(bank.service.url)
    await connection.execute(
        """CREATE OR REPLACE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS
           $$ BEGIN RAISE EXCEPTION 'no' USING ERRCODE = '40001'; END $$"""
    )
    await connection.execute(
        f"""CREATE CONSTRAINT TRIGGER refuse_commit AFTER INSERT ON review DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
            WHEN (NEW.learner_id = '{phone.caller.employee_id}') EXECUTE FUNCTION refuse()"""
    )
    try:
        response = await phone.upload(review)
        assert response.status_code == 503, response.text
        assert response.headers["retry-after"]
        assert await phone.review_rows() == []
    finally:
        await connection.execute("DROP TRIGGER refuse_commit ON review")
        await connection.close()
    [result] = await phone.submit(review)
    assert result["status"] == "accepted"


@pytest.mark.parametrize(
    ("clock_error", "clamped"),
    [
        (timedelta(seconds=20), False),
        (timedelta(hours=-9), False),
        (timedelta(days=1), False),
        (timedelta(days=3650), False),
        (timedelta(days=-3650), False),
    ],
)
async def test_law_7_a_wrong_clock_that_is_wrong_the_same_way_when_sending_is_corrected(
    bank: Bank, clock_error: timedelta, clamped: bool
) -> None:
    phone = await bank.employee()
    device_now = NOON + clock_error
    await phone.submit(phone.review(ITEM, UNKNOWN, answered_at=device_now - timedelta(minutes=10)), sent_at=device_now)
    [row] = await phone.review_rows()
    assert row["clamped"] is clamped
    assert abs(row["answered_at"] - (NOON - timedelta(minutes=10))) <= timedelta(seconds=60)
    assert datetime.fromisoformat(row["device_answered_at"]) == device_now - timedelta(minutes=10)
    assert row["practice_day"].isoformat() == "2026-11-20"


@pytest.mark.parametrize("answered_at", ["9999-12-31T23:59:59-12:00", "0001-01-01T00:00:00+14:00", "2035-01-01T00:00:00Z"])
async def test_law_7_an_impossible_time_is_clamped_and_flagged_and_loses_nothing(bank: Bank, answered_at: str) -> None:
    phone = await bank.employee()
    [result] = await phone.submit({**phone.review(ITEM, UNKNOWN), "answered_at": answered_at})
    assert result["status"] == "accepted"
    [row] = await phone.review_rows()
    assert row["clamped"] is True
    assert row["answered_at"] == NOON
    assert row["received_at"] == NOON


async def test_law_7_sending_from_the_year_9999_is_accepted(bank: Bank) -> None:
    phone = await bank.employee()
    body = {
        "sent_at": "9999-12-31T23:59:59-12:00",
        "device_id": "d",
        "reviews": [{**phone.review(ITEM, UNKNOWN), "answered_at": "9999-12-31T23:50:00-12:00"}],
    }
    response = await phone.call("POST", "/v1/reviews", json=body)
    assert response.status_code == 200, response.text
    assert response.json()["results"][0]["status"] == "accepted"


async def test_law_8_a_drill_that_drifts_earlier_each_morning_is_still_a_day_later(bank: Bank, catalogue: Catalogue) -> None:
    phone = await bank.employee()
    for day in range(4):
        moment = NOON + timedelta(days=day, minutes=-5 * day)
        bank.service.clock.now = moment
        await phone.submit(phone.review(ITEM, right(catalogue, ITEM)))
    days = sorted(row["practice_day"] for row in await phone.review_rows())
    assert [(later - earlier).days for earlier, later in pairwise(days)] == [1, 1, 1]
    rows = sorted(await phone.review_rows(), key=lambda row: row["answered_at"])
    algorithm, state = Fsrs6(), None
    for place, row in enumerate(rows):
        answer = Answer(row["id"], row["answered_at"], row["practice_day"], True, row["chance"], row["prior_known"])
        state = state_after(state, answer, 0 if place == 0 else 1, algorithm)  # a day each, never the same day
        assert row["after_stability"] == state.stability


async def test_law_9_each_row_explains_itself(bank: Bank, catalogue: Catalogue) -> None:
    phone = await bank.employee()
    [first] = await phone.submit(phone.review(ITEM, right(catalogue, ITEM)))
    bank.service.clock.advance(days=2)
    [second] = await phone.submit(phone.review(ITEM, UNKNOWN))
    one, two = sorted(await phone.review_rows(), key=lambda row: row["answered_at"])
    assert (one["algorithm"], one["parameter_set"]) == ("FSRS-6", "default")
    assert one["before_stability"] is None
    assert one["after_stability"] == first["memory"]["stability"] == two["before_stability"]
    assert one["after_difficulty"] == first["memory"]["difficulty"] == two["before_difficulty"]
    assert two["after_stability"] == second["memory"]["stability"]
    assert one["received_at"] == datetime(2026, 11, 20, 4, tzinfo=UTC)


async def test_two_devices_offline_one_right_then_one_wrong_give_the_fold_of_both(bank: Bank, catalogue: Catalogue) -> None:
    phone = await bank.employee()
    tablet = Phone(phone.service, phone.caller, phone.staff_no, "tablet")
    await tablet.submit(tablet.review(ITEM, UNKNOWN, answered_at=NOON - timedelta(hours=1)))
    await phone.submit(phone.review(ITEM, right(catalogue, ITEM), answered_at=NOON - timedelta(hours=2)))
    memory = (await phone.memory_rows())[ITEM]
    assert memory["relearning"] is True
    assert memory["repetitions"] == 2
    await assert_memory_is_the_fold_of_the_log(phone, catalogue)


@pytest.mark.parametrize("latency", [0, 5, 50])
async def test_law_7_time_under_way_does_not_swap_the_answers_of_a_device_whose_clock_is_wrong(
    bank: Bank, catalogue: Catalogue, latency: int
) -> None:
    """Right, and two seconds later wrong, each uploaded at once; the first upload takes long to arrive."""
    phone, behind = await bank.employee(), timedelta(hours=1)
    first = NOON - behind
    bank.service.clock.now = NOON + timedelta(seconds=latency)
    # Ids of one device grow with its clock (UUIDv7), which decides where the time of receipt limits both.
    await phone.submit(phone.review(ITEM, right(catalogue, ITEM), answered_at=first, id=str(UUID(int=1))), sent_at=first)
    second = first + timedelta(seconds=2)
    bank.service.clock.now = NOON + timedelta(seconds=max(2, latency))
    await phone.submit(phone.review(ITEM, UNKNOWN, answered_at=second, id=str(UUID(int=2))), sent_at=second)
    assert (await phone.memory_rows())[ITEM]["relearning"] is True
