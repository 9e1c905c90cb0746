"""Items: each kind's body from what its author wrote."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from string import ascii_lowercase
from typing import TypeVar

from domain.content.ethics import Exhibit
from domain.content.items import ItemVersion
from domain.content.kinds import (
    Body,
    Classify,
    Cloze,
    Matching,
    MultipleChoice,
    Ordering,
    Rewrite,
    Scenario,
    SingleChoice,
    SpotPhrase,
)
from domain.content.kinds.base import Ending
from domain.content.kinds.choices import Option
from domain.content.kinds.cloze import Gap
from domain.content.kinds.ordering import Entry
from domain.content.kinds.rewrite import Move
from domain.content.kinds.scenario import Choice, Customer, Turn
from domain.content.kinds.spot_phrase import Line
from domain.content.shuffle import shuffled
from domain.phrases.lexicon import Lexicon
from domain.text import Text
from repositories.content import authored
from repositories.content.compiling.study import UNPUBLISHED
from repositories.content.compiling.texts import TextCompiler

T = TypeVar("T", bound=authored.Said)

_GAP = re.compile(r"\{(\d+)\}")


class ItemCompiler:
    """Compiles items; those of kind rewrite are bound to `lexicon`."""

    def __init__(self, texts: TextCompiler, lexicon: Lexicon) -> None:
        self._texts = texts
        self._text = texts.text
        self._lexicon = lexicon

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
            prompt=self._text(item.prompt),
            explanation=self._text(item.explanation),
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
                return self._matching(item)
            case authored.SpotPhrase():
                lines = enumerate(item.lines, start=1)
                return SpotPhrase(
                    tuple(Line(f"l{n}", x.speaker, self._text(x), self._texts.optional(x.offence)) for n, x in lines),
                    item.pass_threshold,
                )
            case authored.Cloze():
                return self._cloze(item)
            case authored.Classify():
                return self._classify(item)
            case authored.Rewrite():
                return self._rewrite(item)
            case authored.Scenario():
                return self._scenario(item)

    def _options(self, item_id: str, options: Sequence[authored.Option]) -> tuple[Option, ...]:
        ids = _opaque_ids(item_id, options, ascii_lowercase.__getitem__)
        dealt = [
            Option(ids[place], self._text(option), option.correct, self._texts.optional(option.feedback))
            for place, option in enumerate(options)
        ]
        return tuple(sorted(dealt, key=lambda option: option.id))

    def _entries(self, item_id: str, entries: Sequence[authored.Said], name: Callable[[int], str]) -> tuple[Entry, ...]:
        ids = _opaque_ids(item_id, entries, name)
        return tuple(Entry(ids[place], self._text(entry)) for place, entry in enumerate(entries))

    def _matching(self, item: authored.Matching) -> Matching:
        lefts = self._entries(item.id, [pair.left for pair in item.pairs], _left)
        rights = self._entries(item.id, [*(pair.right for pair in item.pairs), *item.distractors], _right)
        answer = {left.id: right.id for left, right in zip(lefts, rights, strict=False)}
        return Matching(_by_id(lefts), _by_id(rights), answer, item.pass_threshold)

    def _classify(self, item: authored.Classify) -> Classify:
        groups = self._entries(item.id, [group.label for group in item.groups], _right)
        entries = self._entries(item.id, [entry for group in item.groups for entry in group.entries], _left)
        of_entries = [group.id for group, written in zip(groups, item.groups, strict=True) for _ in written.entries]
        answer = {entry.id: group for entry, group in zip(entries, of_entries, strict=True)}
        return Classify(_by_id(entries), _by_id(groups), answer, item.pass_threshold)

    def _cloze(self, item: authored.Cloze) -> Cloze:
        passage = self._text(item.passage)
        gaps = tuple(Gap(f"gap-{number}", self._accepted(gap)) for number, gap in enumerate(item.gaps, start=1))
        named = (_GAP.sub(r"{gap-\1}", words) for words in (passage.zh_hans, passage.zh_hant, passage.en))
        return Cloze(Text(*named), gaps, item.pass_threshold)

    def _accepted(self, gap: authored.Accepted) -> tuple[Text, ...]:
        """Texts that hold every accepted word; a language with fewer words repeats its first."""
        longest = max(len(gap.zh), len(gap.en))
        zh = [*gap.zh, *[gap.zh[0]] * (longest - len(gap.zh))]
        en = [*gap.en, *[gap.en[0]] * (longest - len(gap.en))]
        return tuple(self._text(authored.Said(*words)) for words in zip(zh, en, strict=True))

    def _rewrite(self, item: authored.Rewrite) -> Rewrite:
        moves = tuple(
            Move(
                f"move-{number}",
                self._text(move.label),
                self._text(move.hint),
                tuple(move.patterns.zh),
                tuple(move.patterns.en),
            )
            for number, move in enumerate(item.moves, start=1)
        )
        return Rewrite(self._text(item.bad_reply), moves, self._text(item.model), item.pass_threshold, self._lexicon)

    def _scenario(self, item: authored.Scenario) -> Scenario:
        names = _turn_names(item)
        return Scenario(
            customer=Customer(item.customer.temperament, item.customer.motive, item.customer.mood),
            turns=tuple(self._turn(item.id, turn, names) for turn in item.turns),
            endings=tuple(Ending(ending.id, ending.outcome, self._text(ending)) for ending in item.endings),
            pass_threshold=item.pass_threshold,
        )

    def _turn(self, item_id: str, turn: authored.Turn, names: Mapping[str, str]) -> Turn:
        name = names[turn.id]
        ids = _opaque_ids(f"{item_id}.{turn.id}", turn.choices, lambda number: f"{name}.{ascii_lowercase[number]}")
        choices = [
            Choice(
                id=ids[place],
                text=self._text(written),
                quality=written.quality,
                mood=written.mood,
                leads_to=names.get(written.next, written.next),
                note=self._text(written.note),
            )
            for place, written in enumerate(turn.choices)
        ]
        return Turn(name, self._text(turn.says), tuple(sorted(choices, key=lambda choice: choice.id)))


def _turn_names(item: authored.Scenario) -> dict[str, str]:
    """What learners see instead of an author's names of turns, which tell how well things go."""
    opening, *later = [turn.id for turn in item.turns]
    order = shuffled(later, item.id, key=str)
    return {opening: "t1", **{turn: f"t{number}" for number, turn in enumerate(order, start=2)}}


def exhibits_of(item: authored.AnyItem) -> tuple[Exhibit, ...]:
    """What the parts of an item exhibit, and whether picking such a part counts as a mistake (or as seeing the fault)."""
    return tuple(Exhibit(concept, refused) for shown, refused in _shown(item) for concept in shown)


def _shown(item: authored.AnyItem) -> Iterator[tuple[list[str], bool]]:
    yield item.prompt.shows, item.asks_for == "fault"
    match item:
        case authored.SingleChoice(options=options) | authored.MultipleChoice(options=options):
            yield from ((option.shows, option.correct == (item.asks_for == "fault")) for option in options)
        case authored.Matching():
            yield from ((pair.left.shows, item.asks_for == "fault") for pair in item.pairs)
        case authored.SpotPhrase():
            yield from ((line.shows, line.offence is not None) for line in item.lines)
        case authored.Classify():
            yield from ((entry.shows, group.avoid) for group in item.groups for entry in group.entries)
        case authored.Rewrite():
            yield item.bad_reply.shows, True
        case authored.Scenario():
            choices = (choice for turn in item.turns for choice in turn.choices)
            # A poor choice may stand on a path that passes; only a forbidden one never does.
            yield from ((choice.shows, choice.quality == "forbidden") for choice in choices)
        case _:
            return


def _left(number: int) -> str:
    return f"left-{number + 1}"


def _right(number: int) -> str:
    return f"right-{number + 1}"


def _by_id(entries: Sequence[Entry]) -> tuple[Entry, ...]:
    return tuple(sorted(entries, key=lambda entry: entry.id))


def _opaque_ids(item_id: str, parts: Sequence[T], name: Callable[[int], str]) -> dict[int, str]:
    """An id for each part that betrays neither its place in the file nor whether it is right."""
    places = shuffled(range(len(parts)), item_id, key=lambda place: parts[place].zh)
    return {place: name(number) for number, place in enumerate(places)}
