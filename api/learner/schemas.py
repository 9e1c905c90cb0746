"""Shapes of the learner's path. Fields may be added, never renamed: phones rely on them."""

from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from msgspec import UNSET, Meta, Struct, UnsetType

from api.text_fields import LanguageCode, ShortText

Minutes = Annotated[int, Meta(ge=1, le=60)]
NewPerDay = Annotated[int, Meta(ge=0, le=100)]
Weekday = Annotated[int, Meta(ge=1, le=7)]


class DayRange(Struct, forbid_unknown_fields=True, frozen=True):
    """Days from `first` to `last`, both included."""

    first: date
    last: date


class DaysOffBody(Struct, forbid_unknown_fields=True, frozen=True):
    """Days on which nothing falls due: ISO weekdays (1 Monday … 7 Sunday), and ranges of leave or holidays."""

    weekdays: Annotated[list[Weekday], Meta(max_length=6)] = []
    ranges: Annotated[list[DayRange], Meta(max_length=50)] = []


class RoleBody(Struct, frozen=True):
    """A role over a unit and everything below it."""

    role: Literal["manager", "hr", "author", "admin"]
    unit_id: UUID


class UnitBody(Struct, frozen=True):
    """An org unit."""

    id: UUID
    name: str


class OrganisationBody(Struct, frozen=True):
    """A bank, by its short name, and its name in each language."""

    slug: str
    name: dict[str, str]


class PreferencesBody(Struct, frozen=True):
    """What a learner may set."""

    time_zone: str
    language: LanguageCode
    daily_goal_minutes: int
    new_per_day: int
    days_off: DaysOffBody


class Me(Struct, frozen=True):
    """The caller."""

    employee_id: UUID
    staff_no: str
    display_name: str
    role_started_on: date
    organisation: OrganisationBody
    unit: UnitBody
    roles: list[RoleBody]
    preferences: PreferencesBody


class UpdateMe(Struct, forbid_unknown_fields=True, frozen=True):
    """The preferences to change; what is left out stays."""

    time_zone: ShortText | UnsetType = UNSET
    language: LanguageCode | UnsetType = UNSET
    daily_goal_minutes: Minutes | UnsetType = UNSET
    new_per_day: NewPerDay | UnsetType = UNSET
    days_off: DaysOffBody | UnsetType = UNSET


class PartBody(Struct, frozen=True, omit_defaults=True):
    """Something to pick, move or tap; `speaker` only on lines of a dialogue."""

    id: str
    text: str
    speaker: Literal["customer", "employee"] | None = None


class CardBody(Struct, frozen=True, omit_defaults=True):
    """One screen of a lesson; a dialogue card has `lines`. `avoid` marks a bad example, to be shown as one."""

    kind: Literal["hook", "idea", "dialogue", "remember"]
    title: str | None = None
    text: str | None = None
    lines: list[PartBody] = []
    avoid: bool = False


class LessonSummary(Struct, frozen=True):
    """A lesson in a list."""

    lesson_id: str
    lesson_version: int
    skill: str
    title: str
    minutes: int
    program_id: str
    module: str
    completed_at: datetime | None


class LessonList(Struct, frozen=True):
    """All lessons in the order of study."""

    lessons: list[LessonSummary]
    total: int
    next: str | None


class LessonBody(Struct, frozen=True):
    """A lesson."""

    lesson_id: str
    lesson_version: int
    skill: str
    title: str
    minutes: int
    cards: list[CardBody]
    completed_at: datetime | None


class LessonCompleted(Struct, frozen=True):
    """When the lesson was first read to its end, and the programs complete by now."""

    lesson_id: str
    completed_at: datetime
    programs_completed: list[str]


class ForecastBody(Struct, frozen=True):
    """Mastery if nobody practises; `falls_below_goal_on` is None when it does not within ten years."""

    in_7_days: float
    in_30_days: float
    goal: float
    falls_below_goal_on: date | None


class SkillMasteryBody(Struct, frozen=True):
    """One skill: what is held of it today, and what will be."""

    skill: str
    title: str
    band: Literal["not_started", "learning", "proficient", "mastered", "fading"]
    mastery: float
    coverage: float
    items_seen: int
    items_total: int
    items_due: int
    last_practised_on: date | None
    mastered_on: date | None
    forecast: ForecastBody


class MasteryBody(Struct, frozen=True):
    """All skills."""

    practice_day: date
    skills: list[SkillMasteryBody]


class DayBody(Struct, frozen=True):
    """One practice day."""

    day: date
    reviews: int
    correct: int
    minutes: float


class ProgramProgressBody(Struct, frozen=True):
    """How far a program is."""

    program_id: str
    title: str
    lessons_done: int
    lessons_total: int
    completed_at: datetime | None


class ProgressBody(Struct, frozen=True):
    """Diligence: streak, days practised, minutes, and the last days one by one."""

    practice_day: date
    streak_days: int
    longest_streak_days: int
    days_practised: int
    reviews: int
    correct: int
    minutes: int
    reviews_today: int
    daily_goal_minutes: int
    recent_days: list[DayBody]
    programs: list[ProgramProgressBody]
