"""Which concepts are taught by a lesson and practised by an item, and how often: by skill, and by the outline they come from."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from domain.content.items import ItemVersion
from domain.content.lessons import LessonVersion

# These have to be met in two forms, or the form is what is remembered.
KINDS_IN_TWO_FORMS = frozenset({"prohibition", "tactic", "ordered-step"})
LEAST_FORMS = 2
# An exercise for a classroom: its lesson card says how to hold it, and there is nothing to ask.
KINDS_WITHOUT_ITEMS = frozenset({"activity"})


@dataclass(frozen=True, slots=True)
class Concept:
    """A row of the concept inventory.

    `outlines` names those that teach it, `heading` says that it is a list whose members have rows of their own, `to_avoid` that
    it is a tactic to be recognised and refused, `disagreements` where the outlines contradict each other about it.
    """

    id: str
    skill: str
    kind: str
    outlines: tuple[str, ...]
    heading: bool
    to_avoid: bool
    disagreements: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Coverage:
    """How well the concepts of one skill or outline are covered; `gaps` says what is missing, in words."""

    name: str
    concepts: int
    taught: int
    practised: int
    lessons: int
    items: int
    kinds: tuple[str, ...]
    gaps: tuple[str, ...] = field(repr=False)


class Bank:
    """Lessons and items, indexed by the concepts they name."""

    def __init__(self, lessons: Iterable[LessonVersion], items: Iterable[ItemVersion]) -> None:
        self._teaching: dict[str, set[str]] = {}
        self._practising: dict[str, dict[str, ItemVersion]] = {}
        for lesson in lessons:
            for card in lesson.cards:
                for concept_id in card.concepts:
                    self._teaching.setdefault(concept_id, set()).add(lesson.lesson_id)
        for item in items:
            for concept_id in item.concepts:
                self._practising.setdefault(concept_id, {})[item.item_id] = item

    def coverage(self, name: str, concepts: Sequence[Concept]) -> Coverage:
        """How well `concepts` are covered."""
        lessons = {lesson for concept in concepts for lesson in self._teaching.get(concept.id, ())}
        items = {item_id: item for concept in concepts for item_id, item in self._practising.get(concept.id, {}).items()}
        return Coverage(
            name=name,
            concepts=len(concepts),
            taught=sum(concept.id in self._teaching for concept in concepts),
            practised=sum(self._is_practised(concept) for concept in concepts),
            lessons=len(lessons),
            items=len(items),
            kinds=tuple(sorted({item.kind for item in items.values()})),
            gaps=tuple(gap for concept in concepts for gap in self._gaps(concept)),
        )

    def _is_practised(self, concept: Concept) -> bool:
        return concept.id in self._practising or (concept.kind in KINDS_WITHOUT_ITEMS and concept.id in self._teaching)

    def _gaps(self, concept: Concept) -> Iterable[str]:
        if concept.id not in self._teaching:
            yield f"{concept.id} is taught by no lesson card"
        kinds = {item.kind for item in self._practising.get(concept.id, {}).values()}
        if not self._is_practised(concept):
            yield f"{concept.id} is practised by no item"
        elif not concept.heading and concept.kind in KINDS_IN_TWO_FORMS and len(kinds) < LEAST_FORMS:
            yield f"{concept.id} is practised in one kind of item only"


def by_skill(concepts: Sequence[Concept], bank: Bank) -> list[Coverage]:
    """Coverage of every skill, in the order of the inventory."""
    return _by(concepts, bank, lambda concept: (concept.skill,))


def by_outline(concepts: Sequence[Concept], bank: Bank) -> list[Coverage]:
    """Coverage of every outline; a concept that several teach counts in each."""
    return sorted(_by(concepts, bank, lambda concept: concept.outlines), key=lambda coverage: coverage.name)


def _by(concepts: Sequence[Concept], bank: Bank, names: Callable[[Concept], Iterable[str]]) -> list[Coverage]:
    groups: dict[str, list[Concept]] = {}
    for concept in concepts:
        for name in names(concept):
            groups.setdefault(name, []).append(concept)
    return [bank.coverage(name, group) for name, group in groups.items()]
