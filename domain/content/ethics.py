"""Tactics that are taught to be recognised and refused: nothing may ever reward them.

The rule rests on consumer protection (fair treatment, free will, dignity; Orders CBIRC 3/2020 and 9/2022, Civil Code 150): a
curriculum that made such a tactic a right answer would train it.
"""

import re
from collections.abc import Collection, Iterator, Sequence, Set
from dataclasses import dataclass

from domain.content.items import ItemVersion
from domain.content.kinds import Rewrite, Scenario
from domain.content.lessons import LessonVersion
from domain.phrases.lexicon import Lexicon
from domain.text import LANGUAGES, Text

# Works one of which a lesson cites when it teaches a tactic to be refused.
PROTECTION_RULES = frozenset(
    {"cbirc-2020-3", "cbirc-2022-9", "consumer-law", "civil-code", "pipl", "pboc-2020-5", "suitability-2026", "asset-rules-2018"}
)

_ASKS_FOR_FAULT = re.compile(r"\*\*|错|不妥|不当|问题|违|失当|越界|越线|拒绝|警惕|避免|提醒|毛病|踩")


@dataclass(frozen=True, slots=True)
class Exhibit:
    """A part of an item that shows a tactic; `refused` when taking that part as good is counted as a mistake."""

    concept: str
    refused: bool


def rewards_in(item: ItemVersion, exhibits: Sequence[Exhibit], to_avoid: Set[str], *, asks_for_fault: bool) -> Iterator[str]:
    """Every way in which `item` could reward a tactic of `to_avoid`."""
    shown = {exhibit.concept for exhibit in exhibits}
    for concept in sorted(to_avoid & set(item.concepts)):
        if concept not in shown:
            yield f"{concept} is to be avoided: say with `shows` which part exhibits it"
    for exhibit in exhibits:
        if exhibit.concept not in to_avoid:
            yield f"{exhibit.concept} is not marked as to be avoided"
        elif not exhibit.refused:
            yield f"a part that shows {exhibit.concept} is rewarded"
    if asks_for_fault and not _ASKS_FOR_FAULT.search(item.prompt.zh_hans):
        yield "it asks for the fault, and the prompt does not say so"


def unguarded_in(lesson: LessonVersion, sources: Collection[str], to_avoid: Collection[str]) -> Iterator[str]:
    """Every way in which `lesson` could teach a tactic of `to_avoid` as a good one."""
    taught = {concept for card in lesson.cards for concept in card.concepts if concept in to_avoid}
    guarded = {concept for card in lesson.cards if card.avoid for concept in card.concepts}
    yield from (f"the card that teaches {concept} needs `avoid: true`" for concept in sorted(taught - guarded))
    if taught and not PROTECTION_RULES.intersection(sources):
        yield "a lesson on a tactic to be avoided cites the consumer-protection rule that speaks against it"


def said_in_good_faith(item: ItemVersion, lexicon: Lexicon) -> Iterator[str]:
    """Forbidden phrases where they could be rewarded: in a choice of a scenario that may be passed, in the model of a rewrite."""
    if isinstance(item.body, Scenario):
        choices = (choice for turn in item.body.turns for choice in turn.choices)
        good = [(choice.id, choice.text) for choice in choices if choice.quality != "forbidden"]
    elif isinstance(item.body, Rewrite):
        good = [("the model", item.body.model)]
    else:
        return
    for name, text in good:
        for language in LANGUAGES:
            for hit in lexicon.offends(text.said_in(language)):
                yield f"{name} says a forbidden phrase in {language}: {hit.phrase.id}"


def names_a_course(prompt: Text) -> bool:
    """Whether a prompt says whose view it asks for."""
    return any(course in prompt.zh_hans for course in COURSES)


COURSES = ("服务共生", "成长路径", "服务管理与投诉处理", "投诉处理心态", "撤诉高手")
# Where the outlines count or name things differently; there a question says which of them it asks about.
ASKED_BY_NAME = frozenset({"D02", "D03", "D04", "D05", "D12", "D15"})
