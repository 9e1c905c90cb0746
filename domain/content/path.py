"""The growth path: stages by tenure in the role, and which lessons belong to which stage."""

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import date

from domain.text import Text


@dataclass(frozen=True, slots=True)
class Stage:
    """A stage, begun after `from_months` in the role; `exam` is the assessment by which it is passed.

    It takes all lessons of its `skills`, but for those that another stage names in `lessons`.
    """

    stage_id: str
    title: Text
    from_months: int
    exam: str
    skills: tuple[str, ...]
    lessons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class GrowthPath:
    """The stages in order; the first begins with the role."""

    stages: tuple[Stage, ...]

    def place(self, lesson_id: str, skill: str) -> int:
        """Number of the stage a lesson belongs to, from 0. A lesson of which no stage knows belongs to the first."""
        by_lesson = (place for place, stage in enumerate(self.stages) if lesson_id in stage.lessons)
        by_skill = (place for place, stage in enumerate(self.stages) if skill in stage.skills)
        return next(by_lesson, next(by_skill, 0))

    def reached(self, months_in_role: int, passed: Set[str]) -> int:
        """Number of the stage somebody is in: by tenure, or sooner by having passed the exam of the stage before.

        The exams need not be passed in order: who passed that of a later stage has reached what follows it.
        """
        by_tenure = max((place for place, stage in enumerate(self.stages) if months_in_role >= stage.from_months), default=0)
        by_exam = max((place + 1 for place, stage in enumerate(self.stages) if stage.exam in passed), default=0)
        return min(max(by_tenure, by_exam), max(0, len(self.stages) - 1))


NO_PATH = GrowthPath(())


def months_between(first: date, last: date) -> int:
    """Whole calendar months from `first` to `last`; 0 when `last` comes before."""
    months = 12 * (last.year - first.year) + last.month - first.month - (last.day < first.day)
    return max(0, months)


def study_order(stage: int, lesson_order: Sequence[str], stage_of: Mapping[str, int]) -> list[str]:
    """Lessons that new items may come from: those of the current stage, then those of earlier ones; none of a later one."""
    own = [lesson_id for lesson_id in lesson_order if stage_of[lesson_id] == stage]
    return own + [lesson_id for lesson_id in lesson_order if stage_of[lesson_id] < stage]
