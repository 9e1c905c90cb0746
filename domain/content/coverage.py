"""Which concepts are taught by a lesson and practised by an item, and how often."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from domain.content.items import ItemVersion
from domain.content.lessons import LessonVersion

LEAST_ITEMS = 2
LEAST_ITEMS_FOR_HEADING = 1
# A prohibition or a tactic has to be met in two forms, or the form is what is remembered.
KINDS_IN_TWO_FORMS = frozenset({"prohibition", "tactic", "ordered-step"})


@dataclass(frozen=True, slots=True)
class Concept:
    """A row of the concept inventory; `heading` when it is a list whose members have rows of their own."""

    id: str
    skill: str
    kind: str
    heading: bool


@dataclass(frozen=True, slots=True)
class SkillCoverage:
    """How well one skill is covered; `gaps` says what is missing, in words."""

    skill: str
    concepts: int
    taught: int
    practised: int
    lessons: int
    items: int
    kinds: tuple[str, ...]
    gaps: tuple[str, ...] = field(repr=False)


def coverage_of(
    concepts: Sequence[Concept], lessons: Iterable[LessonVersion], items: Iterable[ItemVersion]
) -> list[SkillCoverage]:
    """Coverage of every skill that has lessons or items, in the order of the inventory."""
    lessons, items = list(lessons), list(items)
    taught = {concept_id for lesson in lessons for card in lesson.cards for concept_id in card.concepts}
    practised: dict[str, list[ItemVersion]] = {}
    for item in items:
        for concept_id in item.concepts:
            practised.setdefault(concept_id, []).append(item)
    begun = {lesson.skill for lesson in lessons} | {item.skill for item in items}
    by_skill: dict[str, list[Concept]] = {}
    for concept in concepts:
        if concept.skill in begun:
            by_skill.setdefault(concept.skill, []).append(concept)
    return [
        SkillCoverage(
            skill=skill,
            concepts=len(wanted),
            taught=sum(concept.id in taught for concept in wanted),
            practised=sum(concept.id in practised for concept in wanted),
            lessons=sum(lesson.skill == skill for lesson in lessons),
            items=sum(item.skill == skill for item in items),
            kinds=tuple(sorted({item.kind for item in items if item.skill == skill})),
            gaps=tuple(gap for concept in wanted for gap in _gaps(concept, taught, practised.get(concept.id, []))),
        )
        for skill, wanted in by_skill.items()
    ]


def _gaps(concept: Concept, taught: set[str], items: Sequence[ItemVersion]) -> list[str]:
    gaps = []
    if concept.id not in taught:
        gaps.append(f"{concept.id} is taught by no lesson card")
    least = LEAST_ITEMS_FOR_HEADING if concept.heading else LEAST_ITEMS
    if len(items) < least:
        gaps.append(f"{concept.id} is practised by {len(items)} items, not {least}")
    elif not concept.heading and concept.kind in KINDS_IN_TWO_FORMS and len({item.kind for item in items}) < LEAST_ITEMS:
        gaps.append(f"{concept.id} is practised in one kind of item only")
    return gaps
