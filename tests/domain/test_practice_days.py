"""Time as recorded: practice days begin at 04:00 on the wall clock, and a device's clock is corrected (law 7)."""

from datetime import UTC, date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.practice.clock import LONGEST_OFFLINE, TOLERATED_SKEW, correct_time, is_time_zone, practice_day, steady_skew
from domain.practice.memory import fold
from tests.domain.support import TODAY, answer, schedule

ZONES = [
    "Asia/Shanghai",
    "Asia/Kathmandu",  # a quarter of an hour off
    "America/St_Johns",
    "Europe/Berlin",
    "Australia/Lord_Howe",  # half an hour of summer time
    "Pacific/Apia",  # skipped 30 December 2011
    "Africa/Casablanca",
    "America/Havana",  # its clocks change at midnight
    "Antarctica/Casey",  # went back from 04:00 in 2018
    "Pacific/Kiritimati",
    "Etc/GMT+12",
]
moments = st.datetimes(datetime(2005, 1, 1), datetime(2040, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
zones = st.sampled_from(ZONES)


@pytest.mark.parametrize(
    ("local", "day"),
    [
        ("2026-11-20T03:59:59.999999", date(2026, 11, 19)),
        ("2026-11-20T04:00:00", date(2026, 11, 20)),
        ("2026-11-20T23:59:59", date(2026, 11, 20)),
        ("2026-11-21T00:00:00", date(2026, 11, 20)),
        ("2027-01-01T03:00:00", date(2026, 12, 31)),
        ("2028-03-01T03:59:00", date(2028, 2, 29)),
    ],
)
@pytest.mark.parametrize("zone", ["Asia/Shanghai", "America/St_Johns", "Pacific/Kiritimati", "UTC"])
def test_the_day_begins_at_four_in_the_morning_of_the_zone(local: str, day: date, zone: str) -> None:
    moment = datetime.fromisoformat(local).replace(tzinfo=ZoneInfo(zone))
    assert practice_day(moment.astimezone(UTC), zone) == day


@given(moments, zones)
def test_the_practice_day_is_the_wall_clock_four_hours_earlier(moment: datetime, zone: str) -> None:
    wall = moment.astimezone(ZoneInfo(zone)).replace(tzinfo=None)
    assert practice_day(moment, zone) == (wall - timedelta(hours=4)).date()


@given(moments, zones, st.integers(-14 * 60, 14 * 60))
def test_the_practice_day_depends_on_the_moment_and_not_on_how_it_is_written(moment: datetime, zone: str, minutes: int) -> None:
    assert practice_day(moment.astimezone(timezone(timedelta(minutes=minutes))), zone) == practice_day(moment, zone)


@given(moments, zones, st.integers(0, 72 * 60))
def test_within_one_zone_practice_days_never_run_backwards(moment: datetime, zone: str, minutes: int) -> None:
    assert practice_day(moment + timedelta(minutes=minutes), zone) >= practice_day(moment, zone)


@pytest.mark.parametrize(
    ("zone", "day", "hours"),
    [
        ("Asia/Shanghai", date(2026, 3, 28), 24.0),
        ("Europe/Berlin", date(2026, 3, 28), 23.0),  # the night to the 29th is an hour short
        ("Europe/Berlin", date(2026, 10, 24), 25.0),
        ("America/New_York", date(2026, 3, 7), 23.0),
        ("America/New_York", date(2026, 10, 31), 25.0),
        ("Australia/Lord_Howe", date(2026, 10, 3), 23.5),
        ("Antarctica/Casey", date(2018, 3, 10), 27.0),  # 04:00 became 01:00: the day had not begun yet
        ("Pacific/Apia", date(2011, 12, 29), 20.0),  # until midnight; then the calendar jumps to the 31st
        ("Pacific/Apia", date(2011, 12, 30), 4.0),
    ],
)
def test_days_of_23_and_25_hours_are_one_day_each(zone: str, day: date, hours: float) -> None:
    around = datetime(day.year, day.month, day.day, tzinfo=UTC) - timedelta(days=2)
    quarters = [around + timedelta(minutes=15 * n) for n in range(5 * 96)]
    inside = [moment for moment in quarters if practice_day(moment, zone) == day]
    assert len(inside) / 4 == hours
    assert inside[-1] - inside[0] == timedelta(minutes=15 * (len(inside) - 1))  # in one piece


def test_the_hour_that_a_night_skips_or_repeats_belongs_to_the_day_before() -> None:
    for moment in (datetime(2026, 3, 29, 1, 30, tzinfo=UTC), datetime(2026, 3, 29, 0, 59, tzinfo=UTC)):  # around 02:00 → 03:00
        assert practice_day(moment, "Europe/Berlin") == date(2026, 3, 28)
    for moment in (datetime(2026, 10, 25, 0, 30, tzinfo=UTC), datetime(2026, 10, 25, 1, 30, tzinfo=UTC)):  # 02:30, twice
        assert practice_day(moment, "Europe/Berlin") == date(2026, 10, 24)


def test_a_traveller_whose_day_goes_backwards_loses_nothing() -> None:
    """From Auckland to Honolulu: five hours later by the clock in the sky, a day earlier on the wall."""
    leaving = datetime(2026, 11, 20, 0, 0, tzinfo=UTC)
    landing = leaving + timedelta(hours=9)
    days = practice_day(leaving, "Pacific/Auckland"), practice_day(landing, "Pacific/Honolulu")
    assert days == (date(2026, 11, 20), date(2026, 11, 19))
    before = fold([answer(1, at=leaving, day=days[0])], schedule())
    after = fold([answer(1, at=leaving, day=days[0]), answer(2, at=landing, day=days[1])], schedule())
    same_day = fold([answer(1, at=leaving, day=days[0]), answer(2, at=landing, day=days[0])], schedule())
    assert before is not None
    assert after is not None
    assert after == same_day
    assert after.last_practice_day == days[0]
    assert after.due_on > days[0]
    assert after.elapsed_days(days[1]) == 0
    assert after.elapsed_days(days[0] + timedelta(days=4)) == 4


def test_a_traveller_whose_answer_is_wrong_is_asked_again_on_the_later_day_at_the_latest() -> None:
    memory = fold([answer(1), answer(2, at=answer(2).answered_at, day=TODAY - timedelta(days=1), correct=False)], schedule())
    assert memory is not None
    assert memory.relearning is True
    assert memory.due_on == TODAY


@pytest.mark.parametrize("name", ["Asia/Shanghai", "UTC", "America/Argentina/Buenos_Aires", "Etc/GMT+12"])
def test_iana_zones_are_known(name: str) -> None:
    assert is_time_zone(name)


@pytest.mark.parametrize("name", ["", "Mars/Olympus", "asia/shanghai", "../etc/passwd", "UTC+8", "Asia", "\x00"])
def test_other_words_are_no_zones(name: str) -> None:
    assert not is_time_zone(name)


ENDS = (datetime.min, datetime.max)  # noqa: DTZ901 - the test adds the zone
RECEIVED = datetime(2026, 11, 20, 4, tzinfo=UTC)
ago = st.timedeltas(timedelta(), LONGEST_OFFLINE)
any_zone = st.integers(-23 * 60, 23 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
any_moment = st.datetimes(timezones=any_zone)


@given(ago, st.timedeltas(timedelta(days=-9000), timedelta(days=9000)))
def test_a_clock_that_is_wrong_the_same_way_when_answering_and_sending_is_corrected(before: timedelta, wrong: timedelta) -> None:
    timing = correct_time(RECEIVED - before + wrong, -wrong, RECEIVED)
    assert timing.clamped is (abs(wrong) <= TOLERATED_SKEW and before - wrong > LONGEST_OFFLINE)
    allowed = abs(wrong) if abs(wrong) <= TOLERATED_SKEW else timedelta()
    assert timing.clamped or abs(timing.answered_at - (RECEIVED - before)) <= allowed
    assert timing.skew_ms == round(-wrong / timedelta(milliseconds=1))


@given(any_moment, any_moment)
def test_the_time_used_is_within_the_year_before_the_receipt_or_the_receipt(answered: datetime, sent: datetime) -> None:
    timing = correct_time(answered, RECEIVED - sent, RECEIVED)
    assert timing.answered_at.tzinfo is UTC
    assert RECEIVED - LONGEST_OFFLINE <= timing.answered_at <= RECEIVED
    assert not timing.clamped or timing.answered_at == RECEIVED


@given(ago, any_zone, any_zone, any_zone)
def test_correction_depends_on_moments_and_not_on_zones(before: timedelta, one: timezone, two: timezone, three: timezone) -> None:
    answered, sent = RECEIVED - before, RECEIVED - timedelta(hours=3)
    received = RECEIVED.astimezone(three)
    rewritten = correct_time(answered.astimezone(one), received - sent.astimezone(two), received)
    assert rewritten == correct_time(answered, RECEIVED - sent, RECEIVED)


@given(ago, st.timedeltas(-TOLERATED_SKEW, TOLERATED_SKEW), st.timedeltas(-TOLERATED_SKEW, TOLERATED_SKEW))
def test_two_uploads_of_one_answer_agree_whatever_the_network_did(before: timedelta, one: timedelta, other: timedelta) -> None:
    answered = RECEIVED - before
    first, second = (correct_time(answered, delay, RECEIVED) for delay in (one, other))
    assert first.answered_at == second.answered_at == answered
    assert not first.clamped


@pytest.mark.parametrize(
    ("skew", "moved"),
    [
        (TOLERATED_SKEW, False),
        (TOLERATED_SKEW + timedelta(microseconds=1), True),
        (-TOLERATED_SKEW, False),
        (-TOLERATED_SKEW - timedelta(microseconds=1), True),
    ],
)
def test_a_skew_within_a_minute_is_left_alone(skew: timedelta, moved: bool) -> None:
    answered = RECEIVED - timedelta(hours=1)
    timing = correct_time(answered, skew, RECEIVED)
    assert timing.answered_at == answered + (skew if moved else timedelta())


@pytest.mark.parametrize(
    ("ahead", "used", "clamped"),
    [
        (timedelta(), timedelta(), False),
        (TOLERATED_SKEW, timedelta(), False),  # limited, not flagged: a clock a few seconds fast is not a wrong clock
        (TOLERATED_SKEW + timedelta(microseconds=1), timedelta(), True),
        (-LONGEST_OFFLINE, -LONGEST_OFFLINE, False),
        (-LONGEST_OFFLINE - timedelta(microseconds=1), timedelta(), True),
    ],
)
def test_an_impossible_time_is_clamped_to_the_receipt_and_flagged(ahead: timedelta, used: timedelta, clamped: bool) -> None:
    timing = correct_time(RECEIVED + ahead, timedelta(), RECEIVED)
    assert (timing.answered_at, timing.clamped) == (RECEIVED + used, clamped)


@pytest.mark.parametrize("answered", ENDS)
@pytest.mark.parametrize("sent", ENDS)
@pytest.mark.parametrize("hours", [-23, 0, 23])
def test_the_ends_of_the_calendar_are_survived(answered: datetime, sent: datetime, hours: int) -> None:
    zone = timezone(timedelta(hours=hours))
    timing = correct_time(answered.replace(tzinfo=zone), RECEIVED - sent.replace(tzinfo=zone), RECEIVED)
    assert RECEIVED - LONGEST_OFFLINE <= timing.answered_at <= RECEIVED
    assert timing.clamped is (answered != sent)


@given(before=st.none() | st.timedeltas(timedelta(-999), timedelta(999)), latencies=st.lists(st.integers(0, 29), min_size=1))
def test_latency_alone_never_changes_the_skew_of_a_device(before: timedelta | None, latencies: list[int]) -> None:
    clock_behind = timedelta(hours=1)
    kept = steady_skew(clock_behind + timedelta(seconds=latencies[0]), before)
    for latency in latencies[1:]:
        assert steady_skew(clock_behind + timedelta(seconds=latency), kept) == kept


def test_a_clock_that_was_set_is_noticed() -> None:
    assert steady_skew(timedelta(hours=2), timedelta(hours=1)) == timedelta(hours=2)
    assert steady_skew(timedelta(seconds=61), timedelta()) == timedelta(seconds=61)
    assert steady_skew(timedelta(seconds=60), timedelta()) == timedelta()
