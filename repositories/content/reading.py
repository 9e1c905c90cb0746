"""The folder of content files as one checked curriculum, or every defect in it with file and line."""

import csv
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from domain.content.catalogue import lessons_that_open
from domain.content.coverage import Concept
from domain.content.ethics import ASKED_BY_NAME, names_a_course, rewards_in, unguarded_in
from domain.content.items import ItemVersion
from domain.content.lessons import LessonVersion, ProgramVersion, Skill
from domain.content.rules import defects_of
from domain.phrases.lexicon import Lexicon
from domain.phrases.patterns import PatternError, PatternSet
from repositories.content import authored
from repositories.content.compiling import ItemCompiler, StudyCompiler, TextCompiler
from repositories.content.compiling.items import exhibits_of
from repositories.content.yaml_file import ContentError, Defect, Steps, YamlFile

T = TypeVar("T")

_DISAGREEMENT = re.compile(r"DISAGREE (D\d\d)")


@dataclass(frozen=True, slots=True)
class Curriculum:
    """What the files say, ready to be published."""

    concepts: tuple[Concept, ...]
    skills: tuple[Skill, ...]
    lessons: tuple[LessonVersion, ...]
    items: tuple[ItemVersion, ...]
    programs: tuple[ProgramVersion, ...]
    lexicon: Lexicon


def read_curriculum(folder: Path, progress: Callable[[str], None] = lambda _: None) -> Curriculum:
    """Read and check everything below `folder`; `progress` is told each file's name. Raises `ContentError`."""
    return _Reader(folder, progress).read()


class _Reader:
    """Collects defects instead of stopping at the first, so that an author sees them all at once."""

    def __init__(self, folder: Path, progress: Callable[[str], None]) -> None:
        self._folder = folder
        self._progress = progress
        self._defects: list[Defect] = []
        self._sources: set[str] = set()
        self._concepts: dict[str, Concept] = {}
        self._skills: dict[str, Skill] = {}
        self._places: dict[tuple[str, str], Defect] = {}

    def read(self) -> Curriculum:
        texts = TextCompiler(self._overrides())
        self._study = StudyCompiler(texts)
        self._concepts = {concept.id: concept for concept in self._read_concepts()}
        self._sources = {source.id for source in self._one("sources.yaml", authored.SourcesFile, ("sources",), _sources)}
        skills = self._one("skills.yaml", authored.SkillsFile, ("skills",), _skills)
        self._skills = {s.code: self._study.skill(s, n) for n, s in enumerate(skills, start=1)}
        lexicon = self._lexicon()
        self._items_compiler = ItemCompiler(texts, lexicon)
        lessons = [lesson for file in self._files("lessons") for lesson in self._lessons(file)]
        items = [item for file in self._files("items") for item in self._items(file)]
        programs = [program for file in self._files("programs") for program in self._programs(file, lessons)]
        programs.sort(key=lambda program: program.position)
        self._check_order(programs, lessons, items)
        if self._defects:
            raise ContentError(self._defects)
        return Curriculum(
            tuple(self._concepts.values()), tuple(self._skills.values()), tuple(lessons), tuple(items), tuple(programs), lexicon
        )

    def _overrides(self) -> dict[str, str]:
        with (self._folder / "traditional.tsv").open(encoding="utf-8", newline="") as file:
            return {row["converted"]: row["override"] for row in csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)}

    def _lexicon(self) -> Lexicon:
        name = "phrases.yaml"
        phrases = [self._study.phrase(each) for each in self._one(name, authored.PhrasesFile, ("phrases",), _phrases)]
        usable = []
        for place, phrase in enumerate(phrases):
            try:
                PatternSet(list(phrase.patterns(0)))
            except PatternError as error:
                self._defects.append(Defect(name, place + 1, f"{phrase.id}: {error}"))
            else:
                usable.append(phrase)
        return Lexicon(usable)

    def _read_concepts(self) -> Iterator[Concept]:
        with (self._folder / "concepts.tsv").open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE):
                yield Concept(
                    id=row["id"],
                    skill=row["skill"],
                    kind=row["kind"],
                    outlines=tuple(row["seed"].split(",")),
                    heading="list-parent" in row["note"],
                    to_avoid="recognise and avoid" in row["note"],
                    disagreements=tuple(_DISAGREEMENT.findall(row["note"])),
                )

    def _files(self, kind: str) -> Iterator[YamlFile]:
        for path in sorted((self._folder / kind).rglob("*.yaml")):
            name = str(path.relative_to(self._folder))
            self._progress(name)
            try:
                yield YamlFile.read(path, name)
            except ContentError as error:
                self._defects += error.defects

    def _one(self, name: str, shape: type[T], key: Steps, entries: Callable[[T], list[Any]]) -> list[Any]:
        try:
            file = YamlFile.read(self._folder / name, name)
            found = entries(file.convert((), shape))
        except FileNotFoundError:
            self._defects.append(Defect(name, 1, "the file is missing"))
            return []
        except ContentError as error:
            self._defects += error.defects
            return []
        for place, entry in enumerate(found):
            self._claim(name, getattr(entry, "id", None) or entry.code, file, (*key, place))
        return found

    def _converted(self, file: YamlFile, path: Steps, shape: Any) -> Any:
        try:
            return file.convert(path, shape)
        except ContentError as error:
            self._defects += error.defects
            return None

    def _claim(self, kind: str, identity: str, file: YamlFile, path: Steps) -> None:
        here = Defect(file.name, file.line(path), identity)
        first = self._places.setdefault((kind, identity), here)
        if first is not here:
            self._defects.append(Defect(here.file, here.line, f"{identity} stands already in {first.file}:{first.line}"))

    def _complain(self, file: YamlFile, path: Steps, message: str) -> None:
        self._defects.append(Defect(file.name, file.line(path), message))

    def _references(self, file: YamlFile, path: Steps, what: str, names: list[str], known: Any) -> None:
        for name in names:
            if name not in known:
                self._complain(file, (*path, what), f"{name} is not a known {what.rstrip('s')}")

    def _lessons(self, file: YamlFile) -> Iterator[LessonVersion]:
        lesson = self._converted(file, (), authored.Lesson)
        if lesson is None:
            return
        self._claim("lesson", lesson.id, file, ())
        self._references(file, (), "skill", [lesson.skill], self._skills)
        self._references(file, (), "sources", lesson.sources, self._sources)
        for place, card in enumerate(lesson.cards):
            self._references(file, ("cards", place), "concepts", card.concepts, self._concepts)
            if (card.kind == "dialogue") != bool(card.lines):
                self._complain(file, ("cards", place), "lines belong to a dialogue card, and a dialogue card has some")
            if card.kind != "dialogue" and card.text is None:
                self._complain(file, ("cards", place), f"a card of kind {card.kind} needs a text")
        compiled = self._study.lesson(lesson)
        for defect in unguarded_in(compiled, lesson.sources, self._to_avoid()):
            self._complain(file, (), defect)
        yield compiled

    def _to_avoid(self) -> set[str]:
        return {concept.id for concept in self._concepts.values() if concept.to_avoid}

    def _items(self, file: YamlFile) -> Iterator[ItemVersion]:
        data = file.data
        shape = isinstance(data, dict) and set(data) == {"skill", "items"}
        if not shape or not isinstance(data["items"], list) or not isinstance(data["skill"], str):
            self._complain(file, (), "an item file is {skill: …, items: […]}")
            return
        self._references(file, (), "skill", [data["skill"]], self._skills)
        for place in range(len(data["items"])):
            path = ("items", place)
            item = self._converted(file, path, authored.AnyItem)
            if item is None:
                continue
            self._claim("item", item.id, file, path)
            self._references(file, path, "concepts", item.concepts, self._concepts)
            self._references(file, path, "sources", item.sources, self._sources)
            compiled = self._compiled(item, data["skill"], file, path)
            if compiled is not None:
                yield compiled

    def _compiled(self, item: authored.AnyItem, skill: str, file: YamlFile, path: Steps) -> ItemVersion | None:
        if isinstance(item, authored.Scenario):
            named = [item.customer.temperament, item.customer.motive]
            self._references(file, (*path, "customer"), "concepts", named, self._concepts)
        try:
            compiled = self._items_compiler.item(item, skill)
        except PatternError as error:
            self._complain(file, path, f"{item.id}: {error}")
            return None
        exhibits = exhibits_of(item)
        defects = [
            *defects_of(compiled),
            *rewards_in(compiled, exhibits, self._to_avoid(), asks_for_fault=item.asks_for == "fault"),
            *self._unnamed(compiled),
        ]
        for defect in defects:
            self._complain(file, path, f"{item.id}: {defect}")
        return compiled

    def _unnamed(self, item: ItemVersion) -> Iterator[str]:
        for concept_id in item.concepts:
            concept = self._concepts.get(concept_id)
            if concept is not None and ASKED_BY_NAME.intersection(concept.disagreements) and not names_a_course(item.prompt):
                yield f"the outlines disagree on {concept_id}: the prompt must name the course it asks about"

    def _programs(self, file: YamlFile, lessons: list[LessonVersion]) -> Iterator[ProgramVersion]:
        program = self._converted(file, (), authored.Program)
        if program is None:
            return
        self._claim("program", program.id, file, ())
        self._references(file, (), "sources", program.sources, self._sources)
        known = {lesson.lesson_id for lesson in lessons}
        for place, module in enumerate(program.modules):
            self._references(file, ("modules", place), "lessons", module.lessons, known)
        yield self._study.program(program)

    def _check_order(self, programs: list[ProgramVersion], lessons: list[LessonVersion], items: list[ItemVersion]) -> None:
        by_id = {lesson.lesson_id: lesson for lesson in lessons}
        in_order = dict.fromkeys(lesson_id for program in programs for lesson_id in program.lesson_ids)
        for lesson_id in by_id.keys() - in_order.keys():
            self._point_at("lesson", lesson_id, "no program leads to this lesson")
        opened = lessons_that_open([by_id[lesson_id] for lesson_id in in_order if lesson_id in by_id], items)
        for item in items:
            if item.item_id not in opened:
                self._point_at("item", item.item_id, f"{item.item_id} practises a concept that no lesson teaches")

    def _point_at(self, kind: str, identity: str, message: str) -> None:
        place = self._places[kind, identity]
        self._defects.append(Defect(place.file, place.line, message))


def _sources(file: authored.SourcesFile) -> list[authored.Source]:
    return file.sources


def _phrases(file: authored.PhrasesFile) -> list[authored.Phrase]:
    return file.phrases


def _skills(file: authored.SkillsFile) -> list[authored.Skill]:
    return file.skills
