"""The published curriculum as one immutable value, indexed for the questions practice asks."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from itertools import accumulate
from typing import Literal

from domain.content.assessments import Assessment
from domain.content.items import ItemVersion
from domain.content.lessons import LessonVersion, ProgramVersion, Skill
from domain.content.path import NO_PATH, GrowthPath
from domain.phrases.lexicon import Lexicon

# A version of an item or a lesson: what it is, its id, its number.
Edition = tuple[Literal["item", "lesson"], str, int]


# What a skill asks for unless it asks for something else.
USUAL_RETENTION = 0.9


@dataclass(frozen=True, slots=True)
class Published:
    """Everything ever published: all versions of items, and the current version numbers of what is published now.

    `lexicons` are all there ever were, by the name that is kept with the items they grade; `editions` all versions of items and
    lessons in the order of publication, so that a publication only appends.
    """

    revision: int
    skills: tuple[Skill, ...]
    item_versions: tuple[ItemVersion, ...]
    current_items: Mapping[str, int]
    lexicon: Lexicon
    lexicon_version: int
    lessons: tuple[LessonVersion, ...]
    programs: tuple[ProgramVersion, ...]
    assessments: tuple[Assessment, ...] = ()
    path: GrowthPath = NO_PATH
    lexicons: Mapping[str, Lexicon] = field(default_factory=dict)
    editions: tuple[Edition, ...] = ()


@dataclass(frozen=True, slots=True)
class Catalogue:
    """Indexes over `Published`."""

    revision: int
    skills: Mapping[str, Skill]
    lessons: Mapping[str, LessonVersion]
    programs: tuple[ProgramVersion, ...]
    lexicon: Lexicon
    lexicon_version: int
    items: Mapping[str, ItemVersion]
    items_by_skill: Mapping[str, tuple[ItemVersion, ...]]
    weight_sums: Mapping[str, tuple[float, ...]]
    assessments: Mapping[str, Assessment]
    path: GrowthPath
    lesson_order: tuple[str, ...]
    stage_of: Mapping[str, int]
    lesson_of: Mapping[str, str]
    items_by_lesson: Mapping[str, tuple[ItemVersion, ...]]
    lexicons: Mapping[str, Lexicon]
    editions: tuple[Edition, ...]
    _versions: Mapping[tuple[str, int], ItemVersion] = field(repr=False)

    @classmethod
    def of(cls, published: Published) -> "Catalogue":
        """Index what is published."""
        versions = {(v.item_id, v.version): v for v in published.item_versions}
        items = {item_id: versions[item_id, version] for item_id, version in sorted(published.current_items.items())}
        items_by_skill = _grouped(items.values(), lambda item: item.skill)
        lessons = {lesson.lesson_id: lesson for lesson in published.lessons}
        stage_of = {lesson.lesson_id: published.path.place(lesson.lesson_id, lesson.skill) for lesson in published.lessons}
        lesson_order = tuple(ordered_by_stage(published.programs, lessons, published.path))
        lesson_of = lessons_that_open([lessons[lesson_id] for lesson_id in lesson_order], items.values())
        return cls(
            revision=published.revision,
            skills={skill.code: skill for skill in published.skills},
            lessons=lessons,
            programs=published.programs,
            lexicon=published.lexicon,
            lexicon_version=published.lexicon_version,
            items=items,
            items_by_skill=items_by_skill,
            weight_sums={skill: _heaviest_first(own) for skill, own in items_by_skill.items()},
            assessments={assessment.assessment_id: assessment for assessment in published.assessments},
            path=published.path,
            lesson_order=lesson_order,
            stage_of=stage_of,
            lesson_of=lesson_of,
            items_by_lesson=_grouped(
                (item for item in items.values() if item.item_id in lesson_of), lambda item: lesson_of[item.item_id]
            ),
            lexicons=published.lexicons,
            editions=published.editions,
            _versions=versions,
        )

    def version(self, item_id: str, version: int) -> ItemVersion | None:
        """The version that was shown, however old; None when there never was one."""
        return self._versions.get((item_id, version))

    def desired_retention(self, skill: str) -> float:
        """The retrievability at which items of a skill become due; the usual one for a skill that was withdrawn since."""
        known = self.skills.get(skill)
        return USUAL_RETENTION if known is None else known.desired_retention

    @property
    def counted_skills(self) -> tuple[Skill, ...]:
        """The skills in which mastery is counted, in their order: all but strands."""
        return tuple(skill for skill in self.skills.values() if not skill.strand)

    def skills_of(self, program: ProgramVersion) -> tuple[str, ...]:
        """The skills that the program's lessons train and in which mastery is counted, in order of appearance."""
        trained = dict.fromkeys(self.lessons[lesson_id].skill for lesson_id in program.lesson_ids)
        return tuple(code for code in trained if not self.skills[code].strand)


def ordered_by_stage(programs: Iterable[ProgramVersion], lessons: Mapping[str, LessonVersion], path: GrowthPath) -> list[str]:
    """Ids of all lessons in the order of study: stage by stage, and within a stage as the programs have them."""
    order = dict.fromkeys(lesson_id for program in programs for lesson_id in program.lesson_ids)
    known = [lesson_id for lesson_id in order if lesson_id in lessons]
    return sorted(known, key=lambda lesson_id: path.place(lesson_id, lessons[lesson_id].skill))


def lessons_that_open(lessons: Iterable[LessonVersion], items: Iterable[ItemVersion]) -> dict[str, str]:
    """For each item the lesson after which it may be asked: the first by which all its concepts have been taught.

    `lessons` come in the order of study. An item with a concept that none of them teaches, or without any, is missing
    from the result.
    """
    taught_in: dict[str, tuple[int, str]] = {}
    for place, lesson in enumerate(lessons):
        for card in lesson.cards:
            for concept in card.concepts:
                taught_in.setdefault(concept, (place, lesson.lesson_id))
    return {
        item.item_id: max(taught_in[concept] for concept in item.concepts)[1]
        for item in items
        if item.concepts and all(concept in taught_in for concept in item.concepts)
    }


def _heaviest_first(items: Iterable[ItemVersion]) -> tuple[float, ...]:
    """Weights of the 0, 1, 2 … heaviest items together."""
    return tuple(accumulate(sorted((item.weight for item in items), reverse=True), initial=0.0))


def _grouped(items: Iterable[ItemVersion], key: Callable[[ItemVersion], str]) -> dict[str, tuple[ItemVersion, ...]]:
    groups: dict[str, list[ItemVersion]] = {}
    for item in items:
        groups.setdefault(key(item), []).append(item)
    return {name: tuple(group) for name, group in groups.items()}
