"""Lessons, programs, skills and forbidden phrases."""

from domain.content.lessons import Card, CompletionRule, LessonVersion, Module, ProgramVersion, Skill, SpokenLine
from domain.phrases.lexicon import ForbiddenPhrase
from repositories.content import authored
from repositories.content.compiling.texts import TextCompiler

UNPUBLISHED = 0


class StudyCompiler:
    """Compiles everything but items."""

    def __init__(self, texts: TextCompiler) -> None:
        self._texts = texts

    def lesson(self, lesson: authored.Lesson) -> LessonVersion:
        """A lesson, not yet published."""
        return LessonVersion(
            lesson_id=lesson.id,
            version=UNPUBLISHED,
            skill=lesson.skill,
            title=self._texts.text(lesson.title),
            minutes=lesson.minutes,
            cards=tuple(self._card(card) for card in lesson.cards),
        )

    def _card(self, card: authored.Card) -> Card:
        return Card(
            kind=card.kind,
            concepts=tuple(card.concepts),
            title=self._texts.optional(card.title),
            text=self._texts.optional(card.text),
            lines=tuple(SpokenLine(line.speaker, self._texts.text(line)) for line in card.lines),
            avoid=card.avoid,
        )

    def program(self, program: authored.Program) -> ProgramVersion:
        """A program, not yet published."""
        modules = tuple(Module(m.id, self._texts.text(m.title), tuple(m.lessons)) for m in program.modules)
        rule = CompletionRule(program.completion.min_coverage, program.completion.min_mastery)
        return ProgramVersion(program.id, UNPUBLISHED, program.position, self._texts.text(program.title), modules, rule)

    def skill(self, skill: authored.Skill, position: int) -> Skill:
        """A skill."""
        return Skill(skill.code, position, self._texts.text(skill), skill.desired_retention, skill.goal, skill.strand)

    def phrase(self, phrase: authored.Phrase) -> ForbiddenPhrase:
        """A forbidden phrase."""
        text = self._texts.text
        return ForbiddenPhrase(
            id=phrase.id,
            phrase=text(phrase.phrase),
            why=text(phrase.why),
            instead=text(phrase.instead),
            zh_patterns=tuple(phrase.patterns.zh),
            en_patterns=tuple(phrase.patterns.en),
            zh_exceptions=tuple(phrase.unless.zh),
            en_exceptions=tuple(phrase.unless.en),
        )
