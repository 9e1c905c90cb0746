"""Assessment files and the growth path."""

from collections import Counter
from collections.abc import Collection, Iterator, Sequence

from domain.content.assessments import Assessment, Exam
from domain.content.items import ItemVersion
from domain.content.kinds import KINDS
from domain.content.path import NO_PATH, GrowthPath
from repositories.content import authored
from repositories.content.compiling import AssessmentCompiler
from repositories.content.reading.folder import Folder
from repositories.content.reading.inventory import Inventory
from repositories.content.yaml_file import YamlFile

GROWTH_PATH = "growth-path.yaml"
# Drawn from too small a bank, every candidate would get the same questions.
LEAST_TO_DRAW_FROM = 2


class AssessmentReader:
    """Reads assessments and the growth path and checks what they refer to."""

    def __init__(
        self,
        folder: Folder,
        compiler: AssessmentCompiler,
        inventory: Inventory,
        lessons: Collection[str],
    ) -> None:
        self._folder = folder
        self._compiler = compiler
        self._inventory = inventory
        self._lessons = lessons

    def assessments(self, items: Sequence[ItemVersion]) -> list[Assessment]:
        """Every assessment, in order of position."""
        kinds = Counter((item.skill, item.kind) for item in items)
        read = [each for file in self._folder.files("assessments") for each in self._assessment(file, kinds)]
        return sorted(read, key=lambda assessment: assessment.position)

    def _assessment(self, file: YamlFile, kinds: Counter[tuple[str, str]]) -> Iterator[Assessment]:
        written = self._folder.converted(file, (), authored.AnyAssessment)
        if written is None:
            return
        self._folder.claim("assessment", written.id, file, ())
        if isinstance(written, authored.Exam):
            for place, line in enumerate(written.blueprint):
                self._check_line(file, place, line, kinds)
        else:
            self._check_questionnaire(file, written)
        yield self._compiler.assessment(written)

    def _check_line(self, file: YamlFile, place: int, line: authored.BlueprintLine, kinds: Counter[tuple[str, str]]) -> None:
        path = ("blueprint", place)
        self._folder.refer(file, path, "skill", [line.skill], self._inventory.skills)
        self._folder.refer(file, path, "kinds", line.kinds, KINDS)
        there = sum(kinds[line.skill, kind] for kind in line.kinds or KINDS)
        if there < LEAST_TO_DRAW_FROM * line.count:
            wanted = LEAST_TO_DRAW_FROM * line.count
            self._folder.complain(file, path, f"{line.count} are drawn from {there} items of {line.skill}: {wanted} are needed")

    def _check_questionnaire(self, file: YamlFile, written: authored.Questionnaire) -> None:
        self._folder.refer(file, (), "sources", written.sources, self._inventory.sources)
        scales = [scale.id for scale in written.scales]
        for place, scale in enumerate(written.scales):
            self._folder.refer(file, ("scales", place), "lessons", scale.lessons, self._lessons)
        for place, statement in enumerate(written.statements):
            self._folder.refer(file, ("statements", place), "scale", [statement.scale], scales)
        statements = Counter(statement.scale for statement in written.statements)
        if len({statements[scale] for scale in scales}) > 1:
            self._folder.complain(file, (), "every scale has the same number of statements")
        for what in (scales, [statement.id for statement in written.statements]):
            for name, count in Counter(what).items():
                if count > 1:
                    self._folder.complain(file, (), f"{name} is there twice")

    def path(self, assessments: Sequence[Assessment]) -> GrowthPath:
        """The growth path."""
        file = self._folder.file(GROWTH_PATH)
        written = None if file is None else self._folder.converted(file, (), authored.GrowthPathFile)
        if file is None or written is None:
            return NO_PATH
        exams = [assessment.assessment_id for assessment in assessments if isinstance(assessment, Exam)]
        months = [stage.from_months for stage in written.stages]
        if months[0] != 0 or months != sorted(set(months)):
            self._folder.complain(file, (), "the first stage begins at 0 months, and each later one after the one before")
        named = Counter(skill for stage in written.stages for skill in stage.skills)
        for skill in self._inventory.skills:
            if named[skill] != 1:
                self._folder.complain(file, (), f"{skill} stands in {named[skill]} stages, not in one")
        for place, stage in enumerate(written.stages):
            path = ("stages", place)
            self._folder.refer(file, path, "exam", [stage.exam], exams)
            self._folder.refer(file, path, "skills", stage.skills, self._inventory.skills)
            self._folder.refer(file, path, "lessons", stage.lessons, self._lessons)
        return self._compiler.path(written)
