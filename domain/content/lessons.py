"""Lessons, and the programs that put them in order."""

from dataclasses import dataclass
from typing import Literal

from domain.content.kinds.spot_phrase import Speaker
from domain.text import Text

CardKind = Literal["hook", "idea", "dialogue", "remember"]


@dataclass(frozen=True, slots=True)
class SpokenLine:
    """One line of an example dialogue."""

    speaker: Speaker
    text: Text


@dataclass(frozen=True, slots=True)
class Card:
    """One screen of a lesson; a dialogue card has `lines`, the others `text`. `avoid` marks a bad example."""

    kind: CardKind
    concepts: tuple[str, ...]
    title: Text | None
    text: Text | None
    lines: tuple[SpokenLine, ...]
    avoid: bool = False


@dataclass(frozen=True, slots=True)
class LessonVersion:
    """One immutable version of a lesson, a read of about `minutes`."""

    lesson_id: str
    version: int
    skill: str
    title: Text
    minutes: int
    cards: tuple[Card, ...]


@dataclass(frozen=True, slots=True)
class Module:
    """A chapter of a program."""

    module_id: str
    title: Text
    lesson_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CompletionRule:
    """What completes a program: all lessons read, nothing to relearn, and in each skill at least this coverage and mastery."""

    min_coverage: float
    min_mastery: float


@dataclass(frozen=True, slots=True)
class ProgramVersion:
    """One immutable version of a program."""

    program_id: str
    version: int
    position: int
    title: Text
    modules: tuple[Module, ...]
    rule: CompletionRule

    @property
    def lesson_ids(self) -> tuple[str, ...]:
        """All lessons in the order of study."""
        return tuple(lesson_id for module in self.modules for lesson_id in module.lesson_ids)


@dataclass(frozen=True, slots=True)
class Skill:
    """What mastery is counted in.

    An item of it becomes due when its retrievability falls to `desired_retention`; `goal` is the mastery below which a
    forecast warns. A `strand` is drilled like a skill and counts in nobody's mastery.
    """

    code: str
    position: int
    title: Text
    desired_retention: float
    goal: float
    strand: bool = False
