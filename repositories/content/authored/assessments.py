"""Stage exams, questionnaires about oneself, and the growth path."""

from typing import Annotated

from msgspec import Meta, Struct

from repositories.content.authored.common import Id, Said

Position = Annotated[int, Meta(ge=1)]


class BlueprintLine(Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """How many items of a skill, and of which kinds."""

    skill: str
    kinds: list[str] = []
    count: Annotated[int, Meta(ge=1, le=40)]


class Retake(Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """When an exam may be taken again."""

    wait_hours: Annotated[int, Meta(ge=0, le=24 * 90)]
    attempts: Annotated[int, Meta(ge=1, le=100)]
    within_days: Annotated[int, Meta(ge=1, le=366)]


class Exam(Struct, forbid_unknown_fields=True, frozen=True, kw_only=True, tag_field="kind", tag="exam"):
    """A stage exam."""

    id: Id
    position: Position
    title: Said
    minutes: Annotated[int, Meta(ge=1, le=240)]
    pass_mark: Annotated[float, Meta(gt=0, le=1)]
    blueprint: Annotated[list[BlueprintLine], Meta(min_length=1)]
    retake: Retake


class Scale(Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """A dimension of a questionnaire."""

    id: Id
    title: Said
    reading: Said
    lessons: list[str] = []


class Statement(Said, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """A sentence to agree with or not."""

    id: Id
    scale: str
    reversed: bool = False


class Questionnaire(Struct, forbid_unknown_fields=True, frozen=True, kw_only=True, tag_field="kind", tag="self"):
    """A self-assessment."""

    id: Id
    position: Position
    title: Said
    purpose: Said
    method: Said
    even: Said
    sources: Annotated[list[str], Meta(min_length=1)]
    scales: Annotated[list[Scale], Meta(min_length=2)]
    statements: Annotated[list[Statement], Meta(min_length=4)]


AnyAssessment = Exam | Questionnaire


class Stage(Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """A stage of the growth path."""

    id: Id
    title: Said
    from_months: Annotated[int, Meta(ge=0, le=600)]
    exam: str
    skills: Annotated[list[str], Meta(min_length=1)]
    lessons: list[str] = []


class GrowthPathFile(Struct, forbid_unknown_fields=True, frozen=True):
    """`growth-path.yaml`."""

    stages: Annotated[list[Stage], Meta(min_length=1)]
