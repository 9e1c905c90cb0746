"""From what authors write to what is published: Traditional Chinese made, opaque ids dealt out."""

from collections.abc import Callable, Sequence
from string import ascii_lowercase
from typing import TypeVar

from opencc import OpenCC

from domain.content.items import ItemVersion
from domain.content.kinds import Body, Matching, MultipleChoice, Ordering, SingleChoice, SpotPhrase
from domain.content.kinds.choices import Option
from domain.content.kinds.ordering import Entry
from domain.content.kinds.spot_phrase import Line
from domain.content.lessons import Card, CompletionRule, LessonVersion, Module, ProgramVersion, Skill, SpokenLine
from domain.content.shuffle import shuffled
from domain.text import Text
from repositories.content import authored

T = TypeVar("T", bound=authored.Said)

UNPUBLISHED = 0


class Compiler:
    """Holds the Simplified-to-Traditional converter, which is costly to make."""

    def __init__(self) -> None:
        self._traditional = OpenCC("s2tw")

    def text(self, said: authored.Said) -> Text:
        """A text in all three languages."""
        simplified = said.zh.strip()
        return Text(simplified, said.zh_hant or self._traditional.convert(simplified), said.en.strip())

    def optional(self, said: authored.Said | None) -> Text | None:
        """A text that may be missing."""
        return None if said is None else self.text(said)

    def item(self, item: authored.AnyItem, skill: str) -> ItemVersion:
        """An item, not yet published: its version is 0."""
        return ItemVersion(
            item_id=item.id,
            version=UNPUBLISHED,
            kind=str(item.__struct_config__.tag),
            skill=skill,
            concepts=tuple(item.concepts),
            weight=item.weight,
            prior_known=item.prior_known,
            prompt=self.text(item.prompt),
            explanation=self.text(item.explanation),
            body=self._body(item),
        )

    def _body(self, item: authored.AnyItem) -> Body:
        match item:
            case authored.SingleChoice():
                return SingleChoice(self._options(item.id, item.options))
            case authored.MultipleChoice():
                return MultipleChoice(self._options(item.id, item.options), item.pass_threshold)
            case authored.Ordering():
                return Ordering(self._entries(item.id, item.entries, ascii_lowercase.__getitem__), item.pass_threshold)
            case authored.Matching():
                lefts = self._entries(item.id, [pair.left for pair in item.pairs], lambda n: f"left-{n + 1}")
                rights = [*(pair.right for pair in item.pairs), *item.distractors]
                right_entries = self._entries(item.id, rights, lambda n: f"right-{n + 1}")
                answer = {left.id: right.id for left, right in zip(lefts, right_entries, strict=False)}
                by_id = lambda entry: entry.id  # noqa: E731
                return Matching(
                    tuple(sorted(lefts, key=by_id)), tuple(sorted(right_entries, key=by_id)), answer, item.pass_threshold
                )
            case authored.SpotPhrase():
                lines = enumerate(item.lines, start=1)
                return SpotPhrase(
                    tuple(Line(f"l{n}", x.speaker, self.text(x), self.optional(x.offence)) for n, x in lines),
                    item.pass_threshold,
                )

    def _options(self, item_id: str, options: Sequence[authored.Option]) -> tuple[Option, ...]:
        ids = _opaque_ids(item_id, options, ascii_lowercase.__getitem__)
        dealt = [
            Option(ids[place], self.text(option), option.correct, self.optional(option.feedback))
            for place, option in enumerate(options)
        ]
        return tuple(sorted(dealt, key=lambda option: option.id))

    def _entries(self, item_id: str, entries: Sequence[authored.Said], name: Callable[[int], str]) -> tuple[Entry, ...]:
        ids = _opaque_ids(item_id, entries, name)
        return tuple(Entry(ids[place], self.text(entry)) for place, entry in enumerate(entries))

    def lesson(self, lesson: authored.Lesson) -> LessonVersion:
        """A lesson, not yet published."""
        return LessonVersion(
            lesson_id=lesson.id,
            version=UNPUBLISHED,
            skill=lesson.skill,
            title=self.text(lesson.title),
            minutes=lesson.minutes,
            cards=tuple(self._card(card) for card in lesson.cards),
        )

    def _card(self, card: authored.Card) -> Card:
        return Card(
            kind=card.kind,
            concepts=tuple(card.concepts),
            title=self.optional(card.title),
            text=self.optional(card.text),
            lines=tuple(SpokenLine(line.speaker, self.text(line)) for line in card.lines),
        )

    def program(self, program: authored.Program) -> ProgramVersion:
        """A program, not yet published."""
        modules = tuple(Module(m.id, self.text(m.title), tuple(m.lessons)) for m in program.modules)
        rule = CompletionRule(program.completion.min_coverage, program.completion.min_mastery)
        return ProgramVersion(program.id, UNPUBLISHED, program.position, self.text(program.title), modules, rule)

    def skill(self, skill: authored.Skill, position: int) -> Skill:
        """A skill."""
        return Skill(skill.code, position, self.text(skill), skill.desired_retention, skill.goal)


def _opaque_ids(item_id: str, parts: Sequence[T], name: Callable[[int], str]) -> dict[int, str]:
    """An id for each part that betrays neither its place in the file nor whether it is right."""
    places = shuffled(range(len(parts)), item_id, key=lambda place: parts[place].zh)
    return {place: name(number) for number, place in enumerate(places)}
