"""Law 8: days are practice days in the zone where the answer was given, frozen on the review; none is longer than another."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from domain.content.catalogue import Catalogue
from domain.practice.algorithm import Fsrs6
from domain.practice.drill import ItemStep, LessonStep
from domain.practice.learner import Preferences
from domain.practice.memory import Answer, state_after
from tests.service import UNKNOWN, Bank, Phone, right
from tests.sync.devices import Device, assert_all_agree

pytestmark = pytest.mark.anyio

ITEM, OTHER = "phrases.ten.belongs", "phrases.ten.how-to-learn"
SHANGHAI, LONDON = "Asia/Shanghai", "Europe/London"


async def practise(device: Device, *moments: tuple[str, str], sync: bool = True) -> None:
    """Answer at these local times, each `(zone, time)`, and sync after each."""
    for zone, local in moments:
        device.zone = zone
        device.person.service.clock.now = datetime.fromisoformat(local).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)
        device.answer(ITEM, right(device.catalogue, ITEM))
        if sync:
            await device.sync()
            await assert_same_drill(device)


async def assert_same_drill(device: Device) -> None:
    """The device's drill without signal is the server's."""
    server = await device.person.get("/v1/drill")
    steps = [
        step.lesson.lesson_id if isinstance(step, LessonStep) else (step.item.item_id, step.reason)
        for step in device.phone.drill().steps
    ]
    assert steps == [(s["item_id"], s["reason"]) if s["type"] == "item" else s["lesson_id"] for s in server["steps"]]


async def practice_days(person: Phone) -> list[date]:
    """Practice days of the log, in the order of answering."""
    return [row["practice_day"] for row in sorted(await person.review_rows(), key=lambda row: row["answered_at"])]


async def assert_elapsed(person: Phone, elapsed_days: Sequence[int]) -> None:
    """Each answer was folded in after so many days, and no hours counted."""
    algorithm, state = Fsrs6(), None
    rows = sorted(await person.review_rows(), key=lambda row: row["answered_at"])
    for row, elapsed in zip(rows, [0, *elapsed_days], strict=True):
        answer = Answer(row["id"], row["answered_at"], row["practice_day"], True, row["chance"], row["prior_known"])
        state = state_after(state, answer, elapsed, algorithm)
        assert row["after_stability"] == state.stability


def november(*days: int) -> list[date]:
    return [date(2026, 11, day) for day in days]


async def test_law_8_a_learner_who_flies_to_london_and_back_keeps_the_streak(
    bank: Bank, catalogue: Catalogue, tmp_path: Path
) -> None:
    device = Device(await bank.employee(), tmp_path / "device", catalogue)
    await practise(
        device,
        (SHANGHAI, "2026-11-20T21:00"),
        (LONDON, "2026-11-21T20:00"),  # 31 hours later, already the 22nd in Shanghai
        (LONDON, "2026-11-22T07:00"),  # 11 hours later
        (SHANGHAI, "2026-11-23T21:00"),
        (SHANGHAI, "2026-11-24T03:59"),  # the same evening still
        (SHANGHAI, "2026-11-24T04:00"),  # a minute later, and the next day
    )
    assert await practice_days(device.person) == november(20, 21, 22, 23, 23, 24)
    await assert_elapsed(device.person, [1, 1, 1, 0, 1])
    progress = await device.person.get("/v1/progress")
    assert (progress["streak_days"], progress["days_practised"]) == (5, 5)
    await assert_all_agree([device], catalogue)


async def test_law_8_flying_west_over_the_date_line_repeats_a_day_and_counts_it_once(
    bank: Bank, catalogue: Catalogue, tmp_path: Path
) -> None:
    device = Device(await bank.employee(), tmp_path / "device", catalogue)
    await practise(
        device,
        ("Pacific/Auckland", "2026-11-22T09:00"),
        ("Pacific/Honolulu", "2026-11-21T20:00"),  # ten hours later, on the day before
        ("Pacific/Honolulu", "2026-11-22T20:00"),
        ("Pacific/Honolulu", "2026-11-23T20:00"),
    )
    assert await practice_days(device.person) == november(22, 21, 22, 23)
    # A clock that runs backwards is the same day; from there on days count from the latest that was reached.
    await assert_elapsed(device.person, [0, 0, 1])
    assert device.bases()[ITEM].last_practice_day == date(2026, 11, 23)
    await assert_all_agree([device], catalogue)


@pytest.mark.parametrize("offline", [True, False])
async def test_law_8_days_are_those_of_the_place_even_when_all_of_it_is_synced_at_home(
    bank: Bank, catalogue: Catalogue, tmp_path: Path, offline: bool
) -> None:
    device = Device(await bank.employee(), tmp_path / "device", catalogue, clock_error=timedelta(days=900, hours=5))
    trip = [(SHANGHAI, "2026-11-20T23:30"), (LONDON, "2026-11-21T23:30"), (LONDON, "2026-11-22T23:30")]
    await practise(device, *trip, sync=not offline)
    device.zone = SHANGHAI
    bank.service.clock.advance(hours=14)
    await device.sync()
    assert await practice_days(device.person) == november(20, 21, 22)
    await assert_elapsed(device.person, [1, 1])
    await assert_all_agree([device], catalogue)


async def test_law_8_changing_the_zone_of_the_profile_changes_today_and_nothing_that_was(
    bank: Bank, catalogue: Catalogue, tmp_path: Path
) -> None:
    person = await bank.employee()
    device = Device(person, tmp_path / "device", catalogue)
    await practise(device, (SHANGHAI, "2026-11-20T12:00"), (SHANGHAI, "2026-11-21T10:00"))
    before, days = device.bases(), await practice_days(person)
    assert (await person.get("/v1/drill"))["practice_day"] == "2026-11-21"

    response = await person.call("PATCH", "/v1/me", json={"time_zone": "America/Los_Angeles"})
    assert response.status_code == 200
    assert (await person.get("/v1/drill"))["practice_day"] == "2026-11-20"  # six in the evening there, of the day before
    await device.sync()
    await assert_same_drill(device)
    assert device.phone.held.preferences.time_zone == "America/Los_Angeles"
    assert (device.bases(), await practice_days(person)) == (before, days)
    assert (await person.get("/v1/progress"))["days_practised"] == 2

    # The phone stayed where it was: its answers belong to the days there.
    await practise(device, (SHANGHAI, "2026-11-22T10:00"))
    assert await practice_days(person) == november(20, 21, 22)
    await assert_all_agree([device], catalogue)


@pytest.mark.parametrize(
    ("first", "days"),
    [
        pytest.param("2026-03-27", 4, id="the day of 23 hours"),
        pytest.param("2026-10-23", 4, id="the day of 25 hours"),
    ],
)
@pytest.mark.parametrize("at", ["08:00", "04:00", "03:59", "23:59", "00:30"])
async def test_law_8_a_day_of_23_or_25_hours_is_a_day(
    bank: Bank, catalogue: Catalogue, tmp_path: Path, first: str, days: int, at: str
) -> None:
    person = await bank.employee(preferences=Preferences(LONDON, "en"))
    device = Device(person, tmp_path / "device", catalogue, zone=LONDON)
    begins = date.fromisoformat(first)
    await practise(device, *((LONDON, f"{begins + timedelta(days=n)}T{at}") for n in range(days)))
    practised = await practice_days(person)
    early = at in {"03:59", "00:30"}
    assert practised == [begins + timedelta(days=n - early) for n in range(days)]
    await assert_elapsed(person, [1] * (days - 1))
    assert (await person.get("/v1/progress"))["streak_days"] == days
    await assert_all_agree([device], catalogue)


@pytest.mark.parametrize(
    ("day", "hours"), [("2026-03-28", 23), ("2026-10-24", 25), ("2026-11-20", 24)], ids=["23 hours", "25 hours", "24 hours"]
)
async def test_law_8_a_practice_day_has_as_many_hours_as_the_clock_on_the_wall_says(
    bank: Bank, catalogue: Catalogue, tmp_path: Path, day: str, hours: int
) -> None:
    person = await bank.employee(preferences=Preferences(LONDON, "en"))
    begins = datetime.fromisoformat(f"{day}T04:00").replace(tzinfo=ZoneInfo(LONDON)).astimezone(UTC)
    device = Device(person, tmp_path / "device", catalogue, zone=LONDON)
    await device.sync()
    for after in (timedelta(), timedelta(hours=hours, seconds=-1), timedelta(hours=hours)):
        bank.service.clock.now = begins + after
        device.answer(ITEM, UNKNOWN)
        assert device.phone.drill().counts.relearn == 1
        await device.sync()
    one = date.fromisoformat(day)
    assert await practice_days(person) == [one, one, one + timedelta(days=1)]
    await assert_all_agree([device], catalogue)


async def test_law_8_a_drill_on_the_way_is_that_of_the_day_at_home(bank: Bank, catalogue: Catalogue, tmp_path: Path) -> None:
    """The quota of new items belongs to the learner's own day: an airport does not open it twice, nor take it away."""
    person = await bank.employee(preferences=Preferences(SHANGHAI, "zh-Hans", 5, 3))
    device = Device(person, tmp_path / "device", catalogue)
    await device.sync()
    first = catalogue.lesson_order[0]
    device.phone.read_lesson(first)
    for step in device.phone.drill().steps:
        if isinstance(step, ItemStep):
            device.answer(step.item.item_id, right(catalogue, step.item.item_id))
    assert device.phone.drill().counts.new == 0
    device.zone = LONDON
    bank.service.clock.advance(hours=8)
    await device.sync()
    assert device.phone.drill().counts.new == 0
    bank.service.clock.advance(hours=9)  # five in the morning in Shanghai
    assert device.phone.drill().counts.new == 3
    await assert_same_drill(device)


def test_the_days_of_23_and_25_hours_are_where_these_tests_think_they_are() -> None:
    zone = ZoneInfo(LONDON)
    for day, hours in (("2026-03-28", 23), ("2026-10-24", 25)):
        start = datetime.fromisoformat(f"{day}T04:00").replace(tzinfo=zone)
        spans = [moment.astimezone(UTC) for moment in (start, start + timedelta(days=1))]
        assert [(later - earlier) / timedelta(hours=1) for earlier, later in pairwise(spans)] == [hours]
