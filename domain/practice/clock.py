"""Time as it is recorded on a review: corrected for the device's clock, and the practice day it belongs to."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo, available_timezones

PRACTICE_DAY_STARTS = time(4, 0)
TOLERATED_SKEW = timedelta(seconds=60)
LONGEST_OFFLINE = timedelta(days=366)

# What these name depends on the machine, or is no place at all.
_ZONES = frozenset(available_timezones() - {"localtime", "posixrules", "Factory"})


@dataclass(frozen=True, slots=True)
class Timing:
    """When an answer was given, as far as can be known.

    `answered_at` is the corrected time in UTC; `skew_ms` how far the device's clock was behind the server's (negative: ahead);
    `clamped` says that the device's time was impossible and the receive time stands in for it.
    """

    answered_at: datetime
    skew_ms: int
    clamped: bool


def is_time_zone(name: str) -> bool:
    """Whether `name` is an IANA time zone."""
    return name in _ZONES


def practice_day(moment: datetime, zone: str) -> date:
    """The local date of `moment` in `zone`, the day starting at 04:00 on the clock on the wall."""
    local = moment.astimezone(ZoneInfo(zone))
    return local.date() if local.time() >= PRACTICE_DAY_STARTS else local.date() - timedelta(days=1)


def steady_skew(found: timedelta, before: timedelta | None) -> timedelta:
    """How far a device's clock is behind: what was found first, until what is found now differs by more than can be latency.

    Each upload finds its own latency as well. Two answers a second apart must not change places because the first upload took
    longer on its way.
    """
    return found if before is None or abs(found - before) > TOLERATED_SKEW else before


def correct_time(answered_at: datetime, skew: timedelta, received_at: datetime) -> Timing:
    """Correct the device's `answered_at` by the `skew` of its clock; times with a zone.

    A skew within a minute is network and rounding: left alone, so that two uploads of one answer agree. A corrected time after
    the receipt, or more than a year before it, cannot be true: it is clamped to the receive time and flagged.
    """
    skew_ms = round(skew / timedelta(milliseconds=1))
    received_utc = received_at.astimezone(UTC)
    try:
        corrected = (answered_at + (skew if abs(skew) > TOLERATED_SKEW else timedelta())).astimezone(UTC)
    except OverflowError:  # year 1 or 9999 on the device
        return Timing(received_utc, skew_ms, clamped=True)
    if received_utc - LONGEST_OFFLINE <= corrected <= received_utc:
        return Timing(corrected, skew_ms, clamped=False)
    # A clock a few seconds fast is not a wrong clock: within the tolerance the time is limited, not flagged.
    slightly_ahead = received_utc < corrected <= received_utc + TOLERATED_SKEW
    return Timing(received_utc, skew_ms, clamped=not slightly_ahead)
