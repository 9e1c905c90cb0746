"""getMastery and getProgress: what is held, what becomes of it, and how diligently it came about."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from domain.content.catalogue import Catalogue
from domain.practice.algorithm import Fsrs6
from tests.http.expecting import answer, items_of, read_lesson
from tests.service import NOON, UNKNOWN, Bank, Phone

pytestmark = pytest.mark.anyio

SKILL = "customer-psychology"
ITEM = "phrases.ten.belongs"


async def skill_of(phone: Phone, code: str = SKILL) -> dict[str, Any]:
    [skill] = [skill for skill in (await phone.get("/v1/mastery"))["skills"] if skill["skill"] == code]
    return dict(skill)


async def expected_mastery(phone: Phone, catalogue: Catalogue, day: date, code: str = SKILL) -> tuple[float, float]:
    """M = Σ wᵢRᵢ / Σ wᵢ and coverage, by their formulas."""
    algorithm, rows = Fsrs6(), await phone.memory_rows()
    items = catalogue.items_by_skill[code]
    total = sum(item.weight for item in items)
    seen = [(item.weight, rows[item.item_id]) for item in items if item.item_id in rows]
    held = sum(weight * algorithm.retrievability(row["stability"], (day - row["last_practice_day"]).days) for weight, row in seen)
    return held / total, sum(weight for weight, _ in seen) / total


async def test_who_never_practised_holds_nothing(bank: Bank, catalogue: Catalogue) -> None:
    phone = await bank.employee()
    body = await phone.get("/v1/mastery")
    assert body["practice_day"] == "2026-11-20"
    assert [skill["skill"] for skill in body["skills"]] == [skill.code for skill in catalogue.counted_skills]
    for skill in body["skills"]:
        assert (skill["band"], skill["mastery"], skill["coverage"]) == ("not_started", 0, 0)
        assert (skill["items_seen"], skill["items_due"], skill["last_practised_on"], skill["mastered_on"]) == (0, 0, None, None)
        assert skill["items_total"] == len(catalogue.items_by_skill[skill["skill"]])
        assert skill["forecast"]["in_30_days"] == 0
        assert skill["forecast"]["falls_below_goal_on"] == "2026-11-20"


async def test_mastery_and_coverage_are_their_formulas_today_and_later(bank: Bank, catalogue: Catalogue) -> None:
    phone = await bank.employee()
    items = items_of(catalogue, SKILL)
    await answer(phone, catalogue, items[:20])
    bank.service.clock.advance(days=4)
    await answer(phone, catalogue, items[10:30])
    bank.service.clock.advance(days=11)
    today = bank.service.clock().date()
    skill = await skill_of(phone)
    mastery, coverage = await expected_mastery(phone, catalogue, today)
    assert 0 < mastery < coverage < 1
    assert skill["mastery"] == pytest.approx(mastery, abs=1e-9)
    assert skill["coverage"] == pytest.approx(coverage, abs=1e-9)
    assert (skill["items_seen"], skill["last_practised_on"]) == (30, "2026-11-24")
    for days, name in ((7, "in_7_days"), (30, "in_30_days")):
        later, _ = await expected_mastery(phone, catalogue, today + timedelta(days=days))
        assert skill["forecast"][name] == pytest.approx(later, abs=1e-9)
    assert skill["items_due"] == sum(row["due_on"] <= today for row in (await phone.memory_rows()).values()) > 0


async def test_a_forecast_comes_true_when_nobody_practises(bank: Bank, catalogue: Catalogue) -> None:
    phone = await bank.employee()
    for _ in range(3):
        await answer(phone, catalogue, items_of(catalogue, SKILL))
        bank.service.clock.advance(days=8)
    told = await skill_of(phone)
    goal, falls_on = told["forecast"]["goal"], date.fromisoformat(told["forecast"]["falls_below_goal_on"])
    assert told["mastery"] >= goal
    started = bank.service.clock()
    bank.service.clock.now = started + timedelta(days=7)
    assert (await skill_of(phone))["mastery"] == pytest.approx(told["forecast"]["in_7_days"], abs=1e-9)
    for day, holds in ((falls_on - timedelta(days=1), True), (falls_on, False)):
        bank.service.clock.now = datetime(day.year, day.month, day.day, 4, tzinfo=UTC)
        now = await skill_of(phone)
        assert (now["mastery"] >= goal) is holds
        # The date of the fall is the same from wherever one looks.
        assert now["forecast"]["falls_below_goal_on"] == falls_on.isoformat()


async def test_the_bands_are_met_one_after_another(bank: Bank, catalogue: Catalogue) -> None:
    phone = await bank.employee()
    items = items_of(catalogue, SKILL)
    bands = [(await skill_of(phone))["band"]]
    await answer(phone, catalogue, items[: len(items) // 2])
    bands.append((await skill_of(phone))["band"])
    await answer(phone, catalogue, items[len(items) // 2 :])
    bands.append((await skill_of(phone))["band"])
    while (skill := await skill_of(phone))["band"] != "mastered":
        assert skill["band"] == "proficient"
        assert skill["mastered_on"] is None
        assert bank.service.clock() < NOON + timedelta(days=200)
        bank.service.clock.advance(days=6)
        await answer(phone, catalogue, items)
    bands.append(skill["band"])
    assert skill["mastered_on"] == skill["last_practised_on"]
    assert skill["mastery"] >= 0.85
    stabilities = sorted(row["stability"] for row in (await phone.memory_rows()).values())
    assert stabilities[len(stabilities) // 2] >= 21
    bank.service.clock.advance(days=900)
    faded = await skill_of(phone)
    bands.append(faded["band"])
    assert faded["mastered_on"] == skill["mastered_on"]
    assert bands == ["not_started", "learning", "proficient", "mastered", "fading"]


async def test_a_skill_is_proficient_only_when_covered_and_remembered(bank: Bank, catalogue: Catalogue) -> None:
    phone = await bank.employee()
    items = catalogue.items_by_skill[SKILL]
    total, seen = sum(item.weight for item in items), 0.0
    for item in items:
        await answer(phone, catalogue, [item.item_id])
        seen += item.weight
        # On the day itself everything is remembered: mastery is coverage.
        assert ((await skill_of(phone))["band"] == "proficient") is (seen / total >= 0.7)
    bank.service.clock.advance(days=400)
    forgotten = await skill_of(phone)
    assert forgotten["mastery"] < 0.7
    assert forgotten["band"] == "learning"


async def progress_of(phone: Phone) -> dict[str, Any]:
    progress: dict[str, Any] = await phone.get("/v1/progress")
    return progress


async def practise(phone: Phone, moment: datetime, zone: str = "Asia/Shanghai") -> None:
    phone.service.clock.now = max(phone.service.clock.now, moment)
    [result] = await phone.submit(phone.review(ITEM, UNKNOWN, answered_at=moment, time_zone=zone))
    assert result["status"] == "accepted"


async def test_progress_begins_at_nothing(bank: Bank, catalogue: Catalogue) -> None:
    phone = await bank.employee()
    progress = await progress_of(phone)
    for name in ("streak_days", "longest_streak_days", "days_practised", "reviews", "correct", "minutes", "reviews_today"):
        assert progress[name] == 0
    assert progress["recent_days"] == []
    assert progress["daily_goal_minutes"] == 5
    [program] = progress["programs"]
    assert (program["lessons_done"], program["completed_at"]) == (0, None)
    await read_lesson(phone, catalogue.lesson_order[0])
    assert (await progress_of(phone))["programs"][0]["lessons_done"] == 1


async def test_progress_adds_up(bank: Bank, catalogue: Catalogue) -> None:
    phone = await bank.employee()
    items = items_of(catalogue, SKILL, 8)
    for _ in range(35):
        await answer(phone, catalogue, items[:5])
        await answer(phone, catalogue, items[5:], correctly=False)
        bank.service.clock.advance(days=1)
    progress = await progress_of(phone)
    assert (progress["reviews"], progress["correct"], progress["days_practised"]) == (35 * 8, 35 * 5, 35)
    assert progress["minutes"] == 35 * 8 * 9 // 60  # nine seconds an answer
    assert progress["reviews_today"] == 0
    days = progress["recent_days"]
    assert [day["day"] for day in days] == [(date(2026, 11, 25) + timedelta(days=n)).isoformat() for n in range(30)]
    assert {(day["reviews"], day["correct"], day["minutes"]) for day in days} == {(8, 5, 1.2)}


async def test_a_streak_lives_till_a_day_has_passed_unused(bank: Bank) -> None:
    phone = await bank.employee()
    streaks = []
    for practised in (True, True, True, False, False, True):
        if practised:
            await practise(phone, bank.service.clock())
        streaks.append((await progress_of(phone))["streak_days"])
        bank.service.clock.advance(days=1)
    assert streaks == [1, 2, 3, 3, 0, 1]
    assert (await progress_of(phone))["longest_streak_days"] == 3


async def test_a_streak_is_not_broken_by_days_off(bank: Bank) -> None:
    phone, other = await bank.employee(), await bank.employee()
    response = await phone.call("PATCH", "/v1/me", json={"days_off": {"weekdays": [6, 7]}})
    assert response.status_code == 200
    for practising in (phone, other):
        bank.service.clock.reset()
        await practise(practising, NOON)
        await practise(practising, NOON + timedelta(days=3))
    assert (await progress_of(phone))["streak_days"] == 2
    assert (await progress_of(other))["streak_days"] == 1


async def test_the_day_ends_at_four_in_the_morning(bank: Bank) -> None:
    """A late shift: one answer before midnight, one at half past three, one at four."""
    phone = await bank.employee()
    counts = []
    for moment in ("2026-11-20T23:50:00+08:00", "2026-11-21T03:59:59+08:00", "2026-11-21T04:00:00+08:00"):
        await practise(phone, datetime.fromisoformat(moment))
        counts.append((await progress_of(phone))["reviews_today"])
    assert counts == [1, 2, 1]
    assert [(day["day"], day["reviews"]) for day in (await progress_of(phone))["recent_days"]] == [
        ("2026-11-20", 2),
        ("2026-11-21", 1),
    ]


async def test_a_traveller_keeps_the_streak_and_each_day_stays_where_it_was_lived(bank: Bank) -> None:
    phone = await bank.employee()
    journey = [
        ("2026-11-20T21:00:00+08:00", "Asia/Shanghai", "2026-11-20"),
        ("2026-11-21T21:00:00-05:00", "America/New_York", "2026-11-21"),
        ("2026-11-22T21:00:00-10:00", "Pacific/Honolulu", "2026-11-22"),
        ("2026-11-24T06:00:00+14:00", "Pacific/Kiritimati", "2026-11-24"),
    ]
    for moment, zone, _ in journey:
        response = await phone.call("PATCH", "/v1/me", json={"time_zone": zone})
        assert response.status_code == 200
        await practise(phone, datetime.fromisoformat(moment), zone)
    progress = await progress_of(phone)
    assert [day["day"] for day in progress["recent_days"]] == [day for _, _, day in journey]
    assert (progress["longest_streak_days"], progress["streak_days"]) == (3, 1)


async def test_days_practised_offline_count_when_they_arrive(bank: Bank) -> None:
    phone = await bank.employee()
    bank.service.clock.advance(days=4)
    await practise(phone, NOON + timedelta(days=4))
    assert (await progress_of(phone))["streak_days"] == 1
    for day in (3, 1, 2):
        await practise(phone, NOON + timedelta(days=day))
    assert (await progress_of(phone))["streak_days"] == 4
