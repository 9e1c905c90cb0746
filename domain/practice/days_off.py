"""Days on which a learner does not practise: they shift due days, and never lose them."""

from dataclasses import dataclass
from datetime import date, timedelta

LONGEST_RANGE_DAYS = 366
MOST_RANGES = 50
WEEK = frozenset(range(1, 8))


@dataclass(frozen=True, slots=True)
class DateRange:
    """Days from `first` to `last`, both included."""

    first: date
    last: date


@dataclass(frozen=True, slots=True)
class DaysOff:
    """ISO weekdays (1 Monday … 7 Sunday) and ranges of leave or holidays."""

    weekdays: frozenset[int] = frozenset()
    ranges: tuple[DateRange, ...] = ()

    def defect(self) -> str | None:
        """What makes these days off unusable, in words; None when nothing does."""
        if not self.weekdays <= WEEK:
            return "weekdays are 1 (Monday) to 7 (Sunday)"
        if self.weekdays == WEEK:
            return "at least one weekday must be left to practise on"
        if len(self.ranges) > MOST_RANGES:
            return f"at most {MOST_RANGES} ranges"
        for days in self.ranges:
            if not 0 <= (days.last - days.first).days < LONGEST_RANGE_DAYS:
                return f"a range ends on or after its first day and spans at most {LONGEST_RANGE_DAYS} days"
        return None

    def is_off(self, day: date) -> bool:
        """Whether `day` is off."""
        return day.isoweekday() in self.weekdays or any(r.first <= day <= r.last for r in self.ranges)

    def shifted(self, due_on: date) -> date:
        """The first practising day on or after `due_on`: what a learner is told."""
        return self._walk(due_on, 1)

    def due_horizon(self, day: date) -> date:
        """The latest natural due day that is due on `day`: `day` itself, or on a day off the last practising day before it."""
        return self._walk(day, -1)

    def _walk(self, day: date, step: int) -> date:
        # Bounded by what `defect` lets pass: every range once, and a week of weekdays around each.
        for _ in range((LONGEST_RANGE_DAYS + 7) * (len(self.ranges) + 1)):
            if not self.is_off(day) or day in (date.min, date.max):
                return day
            day += timedelta(days=step)
        return day
