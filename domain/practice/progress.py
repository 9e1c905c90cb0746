"""Streak, days practised and minutes: what a learner sees of the own diligence."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from domain.practice.days_off import DaysOff

# What a question takes when a device did not say; also the most that one answer counts, so that a phone left lying adds no hours.
UNKNOWN_LATENCY_MS = 15_000
LONGEST_COUNTED_LATENCY_MS = 120_000


@dataclass(frozen=True, slots=True)
class PracticeDay:
    """What one learner did on one practice day."""

    day: date
    reviews: int
    correct: int
    practised_ms: int


@dataclass(frozen=True, slots=True)
class Progress:
    """`streak_days` counts days practised in a row up to today or yesterday; days off neither count nor break it."""

    streak_days: int
    longest_streak_days: int
    days_practised: int
    reviews: int
    correct: int
    minutes: int


def counted_ms(latency_ms: int | None) -> int:
    """Milliseconds that one answer adds to the minutes practised."""
    return min(UNKNOWN_LATENCY_MS if latency_ms is None else latency_ms, LONGEST_COUNTED_LATENCY_MS)


def progress_of(days: Sequence[PracticeDay], today: date, days_off: DaysOff) -> Progress:
    """Sum up all practice days of a learner."""
    practised = sorted({day.day for day in days if day.reviews})
    return Progress(
        streak_days=_streak_ending(practised, today, days_off),
        longest_streak_days=_longest_streak(practised, days_off),
        days_practised=len(practised),
        reviews=sum(day.reviews for day in days),
        correct=sum(day.correct for day in days),
        minutes=round(sum(day.practised_ms for day in days) / 60_000),
    )


def _follows(earlier: date, later: date, days_off: DaysOff) -> bool:
    """Whether no practising day lies between the two."""
    day = earlier + timedelta(days=1)
    return days_off.shifted(day) >= later


def _runs(practised: Sequence[date], days_off: DaysOff) -> list[list[date]]:
    runs: list[list[date]] = []
    for day in practised:
        if runs and _follows(runs[-1][-1], day, days_off):
            runs[-1].append(day)
        else:
            runs.append([day])
    return runs


def _longest_streak(practised: Sequence[date], days_off: DaysOff) -> int:
    return max((len(run) for run in _runs(practised, days_off)), default=0)


def _streak_ending(practised: Sequence[date], today: date, days_off: DaysOff) -> int:
    runs = _runs(practised, days_off)
    # Today still counts as reachable: the streak breaks only when today passes unused.
    return len(runs[-1]) if runs and _follows(runs[-1][-1], today, days_off) else 0
