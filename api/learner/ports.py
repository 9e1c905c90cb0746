"""What controllers of the learner's path ask of a store, beyond the ports of the domain."""

from datetime import datetime
from typing import Protocol

from domain.content.lessons import LessonVersion
from domain.identity.profile import Profile
from domain.identity.scope import Grant
from domain.mastery.standing import StandingStore
from domain.practice.learner import Career, Learner, Preferences
from domain.practice.progress import PracticeDay
from domain.practice.store import SkillStanding


class LearnerStore(StandingStore, Protocol):
    """One learner's profile and facts."""

    async def profile(self) -> Profile | None:
        """Who the caller is; None when the employee is gone."""
        ...

    async def career(self) -> Career:
        """Where the caller stands on the growth path. Raises `LearnerMissing`."""
        ...

    async def grants(self) -> tuple[Grant, ...]:
        """The caller's roles."""
        ...

    async def lock(self) -> Learner:
        """The caller's row, locked for a change; the sequence advances. Raises `LearnerMissing`."""
        ...

    async def preferences(self) -> Preferences | None:
        """What the caller has set; None when the employee does not practise here."""
        ...

    async def set_preferences(self, preferences: Preferences) -> None:
        """Replace it."""
        ...

    async def practice_days(self) -> list[PracticeDay]:
        """All practice days, oldest first."""
        ...

    async def standings(self) -> dict[str, SkillStanding]:
        """By skill."""
        ...

    async def lessons_completed_at(self) -> dict[str, datetime]:
        """Lessons read, and when."""
        ...

    async def complete_lesson(self, lesson: LessonVersion) -> None:
        """Record that the lesson was read now."""
        ...

    async def completions_at(self) -> dict[str, datetime]:
        """Programs completed, and when."""
        ...
