"""What practice needs to know of a learner: preferences, and the sequence of changes."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from domain.practice.days_off import DaysOff
from domain.practice.device import NumberRange
from domain.text import Language

ITEMS_PER_MINUTE = 4


@dataclass(frozen=True, slots=True)
class Preferences:
    """What a learner may set: zone, language, minutes a day, new items a day, days off."""

    time_zone: str
    language: Language
    daily_goal_minutes: int = 5
    new_per_day: int = 10
    days_off: DaysOff = field(default_factory=DaysOff)

    @property
    def drill_size(self) -> int:
        """How many items fill the daily goal."""
        return self.daily_goal_minutes * ITEMS_PER_MINUTE


# How long after its deadline an exam that was not handed in still keeps its secrets; longer than answers to it count.
SECRET_AFTER_DEADLINE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Sitting:
    """An exam that the learner has begun and not handed in: practice must not tell what its questions are about."""

    item_ids: frozenset[str]
    deadline_at: datetime

    def secret_items(self, now: datetime) -> frozenset[str]:
        """Items whose keys are withheld `now`."""
        return self.item_ids if now <= self.deadline_at + SECRET_AFTER_DEADLINE else frozenset()


@dataclass(frozen=True, slots=True)
class Learner:
    """A learner as locked by a change: `sequence` numbers it.

    In an upload, `device_revoked_at` is when its device was revoked, `device_skew` how far its clock was behind before, and
    `missing` are numbers of the device that never arrived.
    """

    sequence: int
    preferences: Preferences
    sitting: Sitting | None = None
    device_revoked_at: datetime | None = None
    device_skew: timedelta | None = None
    missing: Sequence[NumberRange] = ()


@dataclass(frozen=True, slots=True)
class Career:
    """Where somebody stands on the growth path: when the present role began, exams passed, and one that is being sat."""

    role_started_on: date
    exams_passed: frozenset[str]
    sitting: Sitting | None


class LearnerMissing(Exception):
    """The caller's token is sound, but nobody practises under it here any more."""
