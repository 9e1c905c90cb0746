"""Days on which a learner does not practise: they shift due days, and never lose them."""

from dataclasses import dataclass
from datetime import date, timedelta

LONGEST_RANGE_DAYS = 366
MOST_RANGES = 50
ONE_DAY = timedelta(days=1)
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
        return self._off_around(day) is not None

    def shifted(self, due_on: date) -> date:
        """The first practising day on or after `due_on`: what a learner is told."""
        while (off := self._off_around(due_on)) is not None:
            if off.last == date.max:
                return date.max
            due_on = off.last + ONE_DAY
        return due_on

    def due_horizon(self, day: date) -> date:
        """The latest natural due day that is due on `day`: `day` itself, or on a day off the last practising day before it."""
        while (off := self._off_around(day)) is not None:
            if off.first == date.min:
                return date.min
            day = off.first - ONE_DAY
        return day

    def _off_around(self, day: date) -> DateRange | None:
        """Days off that hold `day`, as many as are known to hang together; None when `day` is not off."""
        found = next((days for days in self.ranges if days.first <= day <= days.last), None)
        if found is None and day.isoweekday() in self.weekdays:
            return DateRange(day, day)
        return found
