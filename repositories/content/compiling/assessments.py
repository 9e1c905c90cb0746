"""Exams, questionnaires and the growth path."""

from domain.content.assessments import (
    Assessment,
    BlueprintLine,
    Exam,
    Questionnaire,
    RetakeRule,
    Scale,
    Statement,
)
from domain.content.path import GrowthPath, Stage
from repositories.content import authored
from repositories.content.compiling.study import UNPUBLISHED
from repositories.content.compiling.texts import TextCompiler


class AssessmentCompiler:
    """Compiles assessments and the path they stand on."""

    def __init__(self, texts: TextCompiler) -> None:
        self._text = texts.text

    def assessment(self, written: authored.AnyAssessment) -> Assessment:
        """An assessment, not yet published."""
        match written:
            case authored.Exam():
                return self._exam(written)
            case authored.Questionnaire():
                return self._questionnaire(written)

    def _exam(self, exam: authored.Exam) -> Exam:
        return Exam(
            assessment_id=exam.id,
            version=UNPUBLISHED,
            position=exam.position,
            title=self._text(exam.title),
            minutes=exam.minutes,
            pass_mark=exam.pass_mark,
            blueprint=tuple(BlueprintLine(line.skill, tuple(line.kinds), line.count) for line in exam.blueprint),
            retake=RetakeRule(exam.retake.wait_hours, exam.retake.attempts, exam.retake.within_days),
        )

    def _questionnaire(self, written: authored.Questionnaire) -> Questionnaire:
        return Questionnaire(
            assessment_id=written.id,
            version=UNPUBLISHED,
            position=written.position,
            title=self._text(written.title),
            purpose=self._text(written.purpose),
            method=self._text(written.method),
            even=self._text(written.even),
            scales=tuple(
                Scale(scale.id, self._text(scale.title), self._text(scale.reading), tuple(scale.lessons))
                for scale in written.scales
            ),
            statements=tuple(
                Statement(statement.id, statement.scale, self._text(statement), statement.reversed)
                for statement in written.statements
            ),
        )

    def path(self, file: authored.GrowthPathFile) -> GrowthPath:
        """The growth path."""
        return GrowthPath(tuple(self._stage(stage) for stage in file.stages))

    def _stage(self, stage: authored.Stage) -> Stage:
        return Stage(
            stage_id=stage.id,
            title=self._text(stage.title),
            from_months=stage.from_months,
            exam=stage.exam,
            skills=tuple(stage.skills),
            lessons=tuple(stage.lessons),
        )
