"""Lesson and program files."""

from collections.abc import Collection, Iterator

from domain.content.ethics import unguarded_in
from domain.content.lessons import LessonVersion, ProgramVersion
from repositories.content import authored
from repositories.content.compiling import StudyCompiler
from repositories.content.reading.folder import Folder
from repositories.content.reading.inventory import Inventory
from repositories.content.yaml_file import YamlFile


class StudyReader:
    """Reads lessons and programs and checks what they refer to."""

    def __init__(
        self,
        folder: Folder,
        compiler: StudyCompiler,
        inventory: Inventory,
    ) -> None:
        self._folder = folder
        self._compiler = compiler
        self._inventory = inventory

    def lessons(self) -> list[LessonVersion]:
        """Every lesson."""
        return [lesson for file in self._folder.files("lessons") for lesson in self._lesson(file)]

    def _lesson(self, file: YamlFile) -> Iterator[LessonVersion]:
        lesson = self._folder.converted(file, (), authored.Lesson)
        if lesson is None:
            return
        self._folder.claim("lesson", lesson.id, file, ())
        self._folder.refer(file, (), "skill", [lesson.skill], self._inventory.skills)
        self._folder.refer(file, (), "sources", lesson.sources, self._inventory.sources)
        for place, card in enumerate(lesson.cards):
            self._folder.refer(file, ("cards", place), "concepts", card.concepts, self._inventory.concepts)
            if (card.kind == "dialogue") != bool(card.lines):
                self._folder.complain(file, ("cards", place), "lines belong to a dialogue card, and a dialogue card has some")
            if card.kind != "dialogue" and card.text is None:
                self._folder.complain(file, ("cards", place), f"a card of kind {card.kind} needs a text")
        compiled = self._compiler.lesson(lesson)
        for defect in unguarded_in(compiled, lesson.sources, self._inventory.to_avoid):
            self._folder.complain(file, (), defect)
        yield compiled

    def programs(self, lessons: Collection[str]) -> list[ProgramVersion]:
        """Every program, in order of position; `lessons` are the known ids."""
        programs = [program for file in self._folder.files("programs") for program in self._program(file, lessons)]
        return sorted(programs, key=lambda program: program.position)

    def _program(self, file: YamlFile, lessons: Collection[str]) -> Iterator[ProgramVersion]:
        program = self._folder.converted(file, (), authored.Program)
        if program is None:
            return
        self._folder.claim("program", program.id, file, ())
        self._folder.refer(file, (), "sources", program.sources, self._inventory.sources)
        for place, module in enumerate(program.modules):
            self._folder.refer(file, ("modules", place), "lessons", module.lessons, lessons)
        yield self._compiler.program(program)
