"""submitReviews: every verdict explains itself."""

from datetime import timedelta
from typing import Any

import pytest

from domain.content.catalogue import Catalogue
from domain.practice.learner import Preferences
from domain.text import LANGUAGES, Language
from tests.http.expecting import expect_problem, items_of
from tests.service import NOON, UNKNOWN, Bank, Phone, right

pytestmark = pytest.mark.anyio

ITEM = "phrases.ten.belongs"


async def speaking(bank: Bank, language: Language) -> Phone:
    return await bank.employee(preferences=Preferences("Asia/Shanghai", language))


@pytest.mark.parametrize("language", LANGUAGES)
async def test_every_item_explains_itself_in_the_learners_language(bank: Bank, catalogue: Catalogue, language: Language) -> None:
    phone = await speaking(bank, language)
    items = list(catalogue.items.values())
    results = await phone.submit(*(phone.review(item.item_id, dict(item.body.key(language))) for item in items))
    for item, result in zip(items, results, strict=True):
        assert (result["status"], result["correct"], result["score"]) == ("accepted", True, 1.0), item.item_id
        assert result["explanation"] == item.explanation.said_in(language)
        assert result["feedback"]["key"] == item.body.key(language)
        assert set(result["memory"]) == {"stability", "difficulty", "retrievability", "due_on", "lapses", "reviews"}


@pytest.mark.parametrize("language", LANGUAGES)
async def test_a_wrong_choice_is_told_why_it_is_wrong(bank: Bank, catalogue: Catalogue, language: Language) -> None:
    phone = await speaking(bank, language)
    for item in catalogue.items.values():
        if item.kind != "single_choice":
            continue
        wrong = next(option for option in item.body.options if not option.correct)  # type: ignore[union-attr]
        [result] = await phone.submit(phone.review(item.item_id, {"choice": wrong.id}))
        assert (result["correct"], result["score"]) == (False, 0.0)
        assert result["feedback"]["key"] == item.body.key("zh-Hans")
        assert wrong.feedback is not None
        assert {"id": wrong.id, "text": wrong.feedback.said_in(language)} in result["feedback"]["notes"]


async def test_i_do_not_know_is_wrong_and_explained(bank: Bank, catalogue: Catalogue) -> None:
    phone = await bank.employee()
    items = list(catalogue.items)
    results = await phone.submit(*(phone.review(item_id, UNKNOWN) for item_id in items))
    for item_id, result in zip(items, results, strict=True):
        assert (result["status"], result["correct"], result["score"]) == ("accepted", False, 0.0)
        assert result["feedback"]["key"] == right(catalogue, item_id)
        assert result["explanation"]
        assert result["memory"]["due_on"] == "2026-11-20"


async def test_partial_credit_is_told_as_a_score(bank: Bank, catalogue: Catalogue) -> None:
    phone = await bank.employee()
    item = next(item for item in catalogue.items.values() if item.kind == "ordering" and len(item.body.key("en")["order"]) >= 4)  # type: ignore[arg-type]
    order = list(item.body.key("en")["order"])  # type: ignore[call-overload]
    order[0], order[1] = order[1], order[0]
    [result] = await phone.submit(phone.review(item.item_id, {"order": order}))
    pairs = len(order) * (len(order) - 1) // 2
    assert result["score"] == pytest.approx((pairs - 1) / pairs)
    assert result["correct"] is (result["score"] >= item.body.threshold)


async def test_the_told_memory_is_the_recorded_one(bank: Bank, catalogue: Catalogue) -> None:
    phone = await bank.employee()
    for day in range(3):
        [result] = await phone.submit(phone.review(ITEM, right(catalogue, ITEM) if day != 1 else UNKNOWN))
        row = (await phone.memory_rows())[ITEM]
        memory = result["memory"]
        assert memory["retrievability"] == 1.0
        assert (memory["stability"], memory["difficulty"]) == (row["stability"], row["difficulty"])
        assert (memory["lapses"], memory["reviews"]) == (row["lapses"], row["repetitions"]) == (day >= 1, day + 1)
        assert memory["due_on"] == row["due_on"].isoformat()
        bank.service.clock.advance(days=2)


async def test_results_come_in_the_order_sent(bank: Bank, catalogue: Catalogue) -> None:
    phone = await bank.employee()
    reviews = [
        phone.review(item_id, UNKNOWN, answered_at=NOON - timedelta(minutes=place))
        for place, item_id in enumerate(items_of(catalogue, "customer-psychology"))
    ]
    assert [result["id"] for result in await phone.submit(*reviews)] == [review["id"] for review in reviews]


async def test_an_answer_that_comes_late_is_told_what_is_remembered_today(bank: Bank, catalogue: Catalogue) -> None:
    phone = await bank.employee()
    [result] = await phone.submit(phone.review(ITEM, right(catalogue, ITEM), answered_at=NOON - timedelta(days=30)))
    assert result["memory"]["retrievability"] < 0.9
    assert result["memory"]["due_on"] < "2026-11-20"


async def test_five_hundred_are_accepted_and_one_more_is_refused_whole(bank: Bank, catalogue: Catalogue) -> None:
    phone = await bank.employee()
    items = list(catalogue.items)
    reviews = [phone.review(items[n % len(items)], UNKNOWN, answered_at=NOON - timedelta(seconds=n)) for n in range(501)]
    problem = expect_problem(await phone.upload(*reviews), 400, "invalid_body")
    assert problem["errors"][0]["pointer"] == "/reviews"
    assert await phone.review_rows() == []
    results = await phone.submit(*reviews[:500])
    assert [result["status"] for result in results] == ["accepted"] * 500
    assert len(await phone.review_rows()) == 500


async def test_an_empty_upload_is_refused(bank: Bank) -> None:
    phone = await bank.employee()
    expect_problem(await phone.upload(), 400, "invalid_body")


async def cursor_after(phone: Phone, *reviews: Any) -> str:
    response = await phone.upload(*reviews)
    assert response.status_code == 200, response.text
    cursor: str = response.json()["cursor"]
    return cursor


async def test_the_cursor_moves_with_every_upload_also_with_a_repeated_one(bank: Bank) -> None:
    phone = await bank.employee()
    review = phone.review(ITEM, UNKNOWN)
    cursors = [
        await cursor_after(phone, review),
        await cursor_after(phone, review),
        await cursor_after(phone, phone.review(ITEM, UNKNOWN)),
        await cursor_after(phone, "rubbish"),
    ]
    assert all(cursors)
    assert len(set(cursors)) == len(cursors)


async def test_a_cursor_says_nothing_of_the_learner(bank: Bank) -> None:
    """Two learners at the same place hold the same cursor: it is an epoch and a number, and no name."""
    one, other = await bank.employee(), await bank.employee()
    assert await cursor_after(one, one.review(ITEM, UNKNOWN)) == await cursor_after(other, other.review(ITEM, UNKNOWN))


async def test_minutes_practised_are_counted_with_every_upload(bank: Bank, catalogue: Catalogue) -> None:
    phone = await bank.employee()
    items = items_of(catalogue, "customer-psychology", 4)
    latencies = [30_000, 90_000, 86_400_000, None]  # the third left the phone lying: it counts two minutes at most
    await phone.submit(*(phone.review(item, UNKNOWN, latency_ms=latency) for item, latency in zip(items, latencies, strict=True)))
    [day] = (await phone.get("/v1/progress"))["recent_days"]
    assert day["minutes"] == pytest.approx(0.5 + 1.5 + 2 + 0.25, abs=0.06)
