"""Quality of the bank: rules for single questions, and for what only shows over all of them.

The rules follow what item writing has learned about cues that give a key away (Haladyna, Downing and Rodriguez, A review of
multiple-choice item-writing guidelines, 2002): length, position, absolutes, and what a learner has to read on a small screen.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import get_args

from domain.content.items import ItemVersion
from domain.content.kinds import (
    KINDS,
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
from domain.content.lessons import CardKind, LessonVersion
from domain.text import Language, Text

LEAST_ITEMS = 600
LEAST_OF_A_KIND = {**dict.fromkeys(KINDS, 20), "scenario": 16}
MOST_LONGEST_RIGHT = 0.40
# With four options a quarter is expected at each place; with a few hundred questions chance stays well within this.
MOST_AT_ONE_PLACE = 0.35

CARD_KINDS: tuple[CardKind, ...] = get_args(CardKind)
CARDS = range(3, 7)
MINUTES = range(2, 5)

LONGEST: dict[Language, dict[str, int]] = {
    "zh-Hans": {"prompt": 130, "part": 60, "explanation": 180, "feedback": 110, "read": 420, "read_scenario": 1500, "turn": 120},
    "en": {"prompt": 420, "part": 200, "explanation": 620, "feedback": 360, "read": 1350, "read_scenario": 4800, "turn": 380},
}

_QUOTED = re.compile(r"“[^”]*”|「[^」]*」|\"[^\"]*\"")
_NEGATIVE_ZH = re.compile(
    r"(?:不应|不该|不属于|不宜|不包括|不正确|不恰当|不合适|不妥当|不符合|不能说)(?:该|当)?[^，。；？]{0,14}？"
)
_NEGATIVE_EN = re.compile(r"\b(?:is|are|does|do|should|would) not\b[^.,;?]{0,60}\?|\bexcept\b[^.?]*\?", re.IGNORECASE)
_MARKED = re.compile(r"\*\*[^*]+\*\*")


@dataclass(frozen=True, slots=True)
class Figure:
    """A property of the whole bank: its value, its limit in words, and whether it is kept."""

    name: str
    value: str
    limit: str
    kept: bool


def findings_in(item: ItemVersion) -> Iterator[str]:
    """What is to be improved in one question, beyond the rules it must keep to be published."""
    prompt = item.prompt
    if _QUOTED.sub("", prompt.zh_hans).count("？") > 1 or _QUOTED.sub("", prompt.en).count("?") > 1:
        yield "the prompt asks more than one thing"
    if _NEGATIVE_ZH.search(_MARKED.sub("", _QUOTED.sub("", prompt.zh_hans))):
        yield "the negative in the Chinese prompt is not marked"
    if _NEGATIVE_EN.search(_MARKED.sub("", _QUOTED.sub("", prompt.en))):
        yield "the negative in the English prompt is not marked"
    yield from _too_long(item)


def findings_in_lesson(lesson: LessonVersion) -> Iterator[str]:
    """What is to be improved in a lesson: a hook, an idea, a dialogue and the line to remember, read in two to four minutes."""
    kinds = [card.kind for card in lesson.cards]
    yield from (f"the lesson has no card of kind {kind}" for kind in CARD_KINDS if kind not in kinds)
    if len(lesson.cards) not in CARDS:
        yield f"{len(lesson.cards)} cards: it takes {CARDS.start} to {CARDS.stop - 1}"
    if lesson.minutes not in MINUTES:
        yield f"{lesson.minutes} minutes: it takes {MINUTES.start} to {MINUTES.stop - 1}"


def _too_long(item: ItemVersion) -> Iterator[str]:
    parts, told = list(_read(item)), list(_told(item))
    longest_part = "turn" if isinstance(item.body, Scenario | SpotPhrase | Cloze | Rewrite) else "part"
    total = "read_scenario" if isinstance(item.body, Scenario) else "read"
    for language, limits in LONGEST.items():
        measured = [
            ("prompt", [item.prompt], "prompt"),
            ("part", parts, longest_part),
            ("explanation", [item.explanation], "explanation"),
            ("feedback", told, "feedback"),
        ]
        for what, texts, limit in measured:
            longest = max((len(text.said_in(language)) for text in texts), default=0)
            if longest > limits[limit]:
                yield f"a {what} of {longest} characters in {language}: at most {limits[limit]}"
        read = sum(len(text.said_in(language)) for text in [item.prompt, *parts])
        if read > limits[total]:
            yield f"{read} characters to read in {language}: at most {limits[total]}"


def _read(item: ItemVersion) -> Iterator[Text]:
    """What is read before answering, besides the prompt."""
    match item.body:
        case SingleChoice(options=options) | MultipleChoice(options=options):
            yield from (option.text for option in options)
        case Ordering(entries=entries):
            yield from (entry.text for entry in entries)
        case Matching(lefts=lefts, rights=rights):
            yield from (entry.text for entry in (*lefts, *rights))
        case Classify(entries=entries, groups=groups):
            yield from (entry.text for entry in (*entries, *groups))
        case SpotPhrase(lines=lines):
            yield from (line.text for line in lines)
        case Cloze(passage=passage):
            yield passage
        case Rewrite(bad_reply=bad_reply):
            yield bad_reply
        case Scenario(turns=turns):
            yield from (turn.says for turn in turns)
            yield from (choice.text for turn in turns for choice in turn.choices)


def _told(item: ItemVersion) -> Iterator[Text]:
    """What is told of single parts after the answer."""
    match item.body:
        case SingleChoice(options=options) | MultipleChoice(options=options):
            yield from (option.feedback for option in options if option.feedback is not None)
        case SpotPhrase(lines=lines):
            yield from (line.offence for line in lines if line.offence is not None)
        case Rewrite(moves=moves):
            yield from (move.hint for move in moves)
        case Scenario(turns=turns):
            yield from (choice.note for turn in turns for choice in turn.choices)


def figures_of(items: Sequence[ItemVersion]) -> list[Figure]:
    """The bank as a whole against its limits."""
    kinds = Counter(item.kind for item in items)
    singles = [item.body for item in items if isinstance(item.body, SingleChoice)]
    figures = [Figure("items", str(len(items)), f"≥ {LEAST_ITEMS}", len(items) >= LEAST_ITEMS)]
    figures += [Figure(kind, str(kinds[kind]), f"≥ {least}", kinds[kind] >= least) for kind, least in LEAST_OF_A_KIND.items()]
    for language in LONGEST:
        share = sum(_right_is_longest(single, language) for single in singles) / max(1, len(singles))
        name = f"right option longest, {language}"
        figures.append(Figure(name, f"{share:.0%}", f"≤ {MOST_LONGEST_RIGHT:.0%} of single choice", share <= MOST_LONGEST_RIGHT))
    places = Counter(next(n for n, option in enumerate(single.options) if option.correct) for single in singles)
    share = max(places.values(), default=0) / max(1, len(singles))
    shares = " / ".join(f"{places[place] / max(1, len(singles)):.0%}" for place in range(4))
    return [*figures, Figure("right option at a, b, c, d", shares, f"each ≤ {MOST_AT_ONE_PLACE:.0%}", share <= MOST_AT_ONE_PLACE)]


def _right_is_longest(single: SingleChoice, language: Language) -> bool:
    lengths = {option.correct: 0 for option in single.options}
    for option in single.options:
        lengths[option.correct] = max(lengths[option.correct], len(option.text.said_in(language)))
    return lengths[True] > lengths[False]
