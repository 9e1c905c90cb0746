"""The folder of content files as one checked curriculum, or every defect in it with file and line."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from domain.content.assessments import Assessment
from domain.content.catalogue import lessons_that_open, ordered_by_stage
from domain.content.coverage import Concept
from domain.content.items import ItemVersion
from domain.content.lessons import LessonVersion, ProgramVersion, Skill
from domain.content.path import GrowthPath
from domain.phrases.lexicon import ForbiddenPhrase, Lexicon
from domain.phrases.patterns import PatternError, PatternSet
from repositories.content import authored
from repositories.content.compiling import AssessmentCompiler, ItemCompiler, StudyCompiler, TextCompiler
from repositories.content.reading.assessments import AssessmentReader
from repositories.content.reading.folder import Folder
from repositories.content.reading.inventory import Inventory
from repositories.content.reading.items import ItemReader
from repositories.content.reading.study import StudyReader
from repositories.content.yaml_file import ContentError

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
    assessments: tuple[Assessment, ...]
    path: GrowthPath


def read_curriculum(folder: Path, progress: Callable[[str], None] = lambda _: None) -> Curriculum:
    """Read and check everything below `folder`; `progress` is told each file's name. Raises `ContentError`."""
    files = Folder(folder, progress)
    texts = _texts(files)
    study = StudyCompiler(texts)
    concepts = {concept.id: concept for concept in _concepts(files)}
    sources = {source.id for source in _listed(files, "sources.yaml", "sources", authored.Source)}
    written_skills = _listed(files, "skills.yaml", "skills", authored.Skill)
    skills = {written.code: study.skill(written, n) for n, written in enumerate(written_skills, start=1)}
    inventory = Inventory(concepts, sources, skills)
    lexicon = Lexicon(_phrases(files, study))
    studies = StudyReader(files, study, inventory)
    lessons = studies.lessons()
    items = ItemReader(files, ItemCompiler(texts, lexicon), lexicon, inventory).read()
    known_lessons = {lesson.lesson_id for lesson in lessons}
    programs = studies.programs(known_lessons)
    reader = AssessmentReader(files, AssessmentCompiler(texts), inventory, known_lessons)
    assessments = reader.assessments(items)
    path = reader.path(assessments)
    _check_order(files, programs, lessons, items, path)
    if files.defects:
        raise ContentError(files.defects)
    return Curriculum(
        concepts=tuple(concepts.values()),
        skills=tuple(skills.values()),
        lessons=tuple(lessons),
        items=tuple(items),
        programs=tuple(programs),
        lexicon=lexicon,
        assessments=tuple(assessments),
        path=path,
    )


def read_lexicon(folder: Path) -> Lexicon:
    """The forbidden phrases below `folder` alone, for those who work on nothing else. Raises `ContentError`."""
    files = Folder(folder, lambda _: None)
    lexicon = Lexicon(_phrases(files, StudyCompiler(_texts(files))))
    if files.defects:
        raise ContentError(files.defects)
    return lexicon


def _texts(files: Folder) -> TextCompiler:
    return TextCompiler({row["converted"]: row["override"] for row in files.table("traditional.tsv", "converted", "override")})


def _concepts(files: Folder) -> Iterator[Concept]:
    for row in files.table("concepts.tsv", "id", "skill", "seed", "kind", "note"):
        yield Concept(
            id=row["id"],
            skill=row["skill"],
            kind=row["kind"],
            outlines=tuple(row["seed"].split(",")),
            heading="list-parent" in row["note"],
            to_avoid="recognise and avoid" in row["note"],
            disagreements=tuple(_DISAGREEMENT.findall(row["note"])),
        )


def _listed(files: Folder, name: str, key: str, shape: type) -> list[Any]:
    """The entries of a file that is `{key: […]}`."""
    file = files.file(name)
    if file is None:
        return []
    if not isinstance(file.data, dict) or set(file.data) != {key} or not isinstance(file.data[key], list):
        files.complain(file, (), f"{name} is {{{key}: […]}}")
        return []
    entries = []
    for place in range(len(file.data[key])):
        entry = files.converted(file, (key, place), shape)
        if entry is not None:
            files.claim(name, getattr(entry, "id", None) or entry.code, file, (key, place))
            entries.append(entry)
    return entries


def _phrases(files: Folder, study: StudyCompiler) -> Iterator[ForbiddenPhrase]:
    """The phrases whose patterns can be used."""
    name = "phrases.yaml"
    for written in _listed(files, name, "phrases", authored.Phrase):
        phrase = study.phrase(written)
        try:
            PatternSet(list(phrase.patterns(0)))
        except PatternError as error:
            files.complain_of(name, phrase.id, f"{phrase.id}: {error}")
        else:
            yield phrase


def _check_order(
    files: Folder, programs: list[ProgramVersion], lessons: list[LessonVersion], items: list[ItemVersion], path: GrowthPath
) -> None:
    """Every lesson is led to by a program, and every item opens after some lesson."""
    by_id = {lesson.lesson_id: lesson for lesson in lessons}
    order = [lesson_id for lesson_id in ordered_by_stage(programs, by_id, path) if lesson_id in by_id]
    for lesson_id in by_id.keys() - set(order):
        files.complain_of("lesson", lesson_id, "no program leads to this lesson")
    opened = lessons_that_open([by_id[lesson_id] for lesson_id in order], items)
    for item in items:
        if item.item_id not in opened:
            files.complain_of("item", item.item_id, f"{item.item_id} practises a concept that no lesson teaches")
