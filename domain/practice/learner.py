"""What practice needs to know of a learner: preferences, and the sequence of changes."""

from dataclasses import dataclass, field

from domain.practice.days_off import DaysOff
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


@dataclass(frozen=True, slots=True)
class Learner:
    """A learner as locked by an upload: `sequence` numbers the change that this upload is."""

    sequence: int
    preferences: Preferences


class LearnerMissing(Exception):
    """The caller's token is sound, but nobody practises under it here any more."""
