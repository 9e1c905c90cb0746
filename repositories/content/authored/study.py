"""Lessons, the programs that put them in order, skills and sources."""

from typing import Annotated, Literal

from msgspec import Meta, Struct

from repositories.content.authored.common import Id, Said
from repositories.content.authored.items import Line


class Card(Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """One card of a lesson."""

    kind: Literal["hook", "idea", "dialogue", "remember"]
    concepts: list[str] = []
    title: Said | None = None
    text: Said | None = None
    lines: list[Line] = []
    avoid: bool = False


class Lesson(Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """A lesson file."""

    id: Id
    skill: str
    title: Said
    minutes: Annotated[int, Meta(ge=1, le=10)]
    sources: Annotated[list[str], Meta(min_length=1)]
    editorial: bool = False
    cards: Annotated[list[Card], Meta(min_length=1)]


class Module(Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """A module of a program."""

    id: Id
    title: Said
    lessons: Annotated[list[str], Meta(min_length=1)]


class Completion(Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """When a program is complete, beyond every lesson being read."""

    min_coverage: Annotated[float, Meta(ge=0, le=1)]
    min_mastery: Annotated[float, Meta(ge=0, le=1)]


class Program(Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """A program file."""

    id: Id
    position: Annotated[int, Meta(ge=1)]
    title: Said
    sources: Annotated[list[str], Meta(min_length=1)]
    completion: Completion
    modules: Annotated[list[Module], Meta(min_length=1)]


class Skill(Said, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """A skill of `skills.yaml`."""

    code: Id
    desired_retention: Annotated[float, Meta(ge=0.7, le=0.97)] = 0.9
    goal: Annotated[float, Meta(gt=0, lt=1)] = 0.85
    strand: bool = False


class Source(Said, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """A work of `sources.yaml`."""

    id: Id


class SkillsFile(Struct, forbid_unknown_fields=True, frozen=True):
    """`skills.yaml`."""

    skills: list[Skill]


class SourcesFile(Struct, forbid_unknown_fields=True, frozen=True):
    """`sources.yaml`."""

    sources: list[Source]
