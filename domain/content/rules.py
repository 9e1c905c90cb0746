"""Rules a question must keep before it may be published. Each returns what is wrong, in words an author can act on."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator

from domain.content.items import ItemVersion
from domain.content.kinds import (
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
from domain.content.kinds.base import passes
from domain.content.kinds.choices import Option
from domain.content.scenario_rules import defects_of_scenario
from domain.text import LANGUAGES, Text
from domain.writing import bare

SINGLE_OPTIONS = range(3, 6)
MULTIPLE_OPTIONS = range(3, 7)
PARTS = range(3, 7)
MOST_DISTRACTORS = 2
DIALOGUE_LINES = range(4, 11)
GAPS = range(1, 4)
GROUPS = range(2, 6)
UTTERANCES = range(4, 9)
MOVES = range(2, 5)

_CATCH_ALL = re.compile(r"以上(?:都|皆|均|全)|(?:all|none|both) of the above", re.IGNORECASE)
_GAP = re.compile(r"\{([^}]*)\}")


def defects_of(item: ItemVersion) -> list[str]:
    """Everything that is wrong with a question."""
    match item.body:
        case SingleChoice(options=options):
            return [*_options(options, SINGLE_OPTIONS), *_single(options)]
        case MultipleChoice(options=options):
            return [*_options(options, MULTIPLE_OPTIONS), *_multiple(options), *_ticked(item.body)]
        case Ordering(entries=entries):
            return [*_count("entries", len(entries), PARTS), *_different(entry.text for entry in entries)]
        case Matching():
            return list(_matching(item.body))
        case SpotPhrase():
            return list(_dialogue(item.body))
        case Cloze():
            return list(_cloze(item.body))
        case Classify():
            return list(_classify(item.body))
        case Rewrite():
            return list(_rewrite(item.body))
        case Scenario():
            return list(defects_of_scenario(item.body))


def _count(what: str, number: int, allowed: range) -> Iterator[str]:
    if number not in allowed:
        yield f"{number} {what}: it takes {allowed.start} to {allowed.stop - 1}"


def _different(texts: Iterable[Text]) -> Iterator[str]:
    texts = list(texts)
    for language in LANGUAGES:
        counts = Counter(bare(text.said_in(language)) for text in texts)
        yield from (f"two parts say the same in {language}: {same}" for same, count in counts.items() if count > 1)


def _options(options: tuple[Option, ...], allowed: range) -> Iterator[str]:
    yield from _count("options", len(options), allowed)
    yield from _different(option.text for option in options)
    for option in options:
        if not option.correct and option.feedback is None:
            yield f"a wrong option needs feedback: {option.text.zh_hans}"
        if _CATCH_ALL.search(option.text.zh_hans) or _CATCH_ALL.search(option.text.en):
            yield f"no catch-all options: {option.text.zh_hans}"


def _single(options: tuple[Option, ...]) -> Iterator[str]:
    correct = sum(option.correct for option in options)
    if correct != 1:
        yield f"{correct} options are marked correct: a single choice has exactly one"


def _multiple(options: tuple[Option, ...]) -> Iterator[str]:
    correct = sum(option.correct for option in options)
    if correct < 2 or correct == len(options):  # noqa: PLR2004
        yield f"{correct} of {len(options)} options are marked correct: at least two are, and at least one is not"


def _ticked(body: MultipleChoice) -> Iterator[str]:
    """Whoever ticks everything knows nothing, and must not pass."""
    everything = {"choices": [option.id for option in body.options]}
    if any(option.correct for option in body.options) and passes(body.score(everything), body.pass_threshold):
        yield f"ticking all {len(body.options)} options passes: raise pass_threshold"


def _matching(body: Matching) -> Iterator[str]:
    yield from _count("pairs", len(body.lefts), PARTS)
    if len(body.rights) - len(body.lefts) > MOST_DISTRACTORS:
        yield f"at most {MOST_DISTRACTORS} distractors"
    yield from _different(entry.text for entry in body.lefts)
    yield from _different(entry.text for entry in body.rights)


def _dialogue(body: SpotPhrase) -> Iterator[str]:
    yield from _count("lines", len(body.lines), DIALOGUE_LINES)
    employee = [line for line in body.lines if line.speaker == "employee"]
    if any(line.offence is not None for line in body.lines if line.speaker == "customer"):
        yield "only lines of the employee can offend"
    offending = sum(line.offence is not None for line in employee)
    if offending == 0 or offending == len(employee):
        yield f"{offending} of the employee's {len(employee)} lines offend: at least one does, and at least one does not"


def _cloze(body: Cloze) -> Iterator[str]:
    yield from _count("gaps", len(body.gaps), GAPS)
    ids = [gap.id for gap in body.gaps]
    for language in LANGUAGES:
        if _GAP.findall(body.passage.said_in(language)) != ids:
            yield f"the passage in {language} must hold each gap once and in order"
    for gap in body.gaps:
        if not all(bare(answer.said_in(language)) for answer in gap.accepted for language in LANGUAGES):
            yield f"{gap.id} accepts a word of nothing but punctuation"


def _classify(body: Classify) -> Iterator[str]:
    yield from _count("groups", len(body.groups), GROUPS)
    yield from _count("utterances", len(body.entries), UTTERANCES)
    yield from _different(group.text for group in body.groups)
    yield from _different(entry.text for entry in body.entries)


def _rewrite(body: Rewrite) -> Iterator[str]:
    yield from _count("moves", len(body.moves), MOVES)
    for language in LANGUAGES:
        unmet = [criterion.id for criterion in body.criteria(body.model.said_in(language)) if not criterion.met]
        if unmet:
            yield f"the model in {language} misses its own criteria: {', '.join(unmet)}"
        if all(criterion.met for criterion in body.criteria(body.bad_reply.said_in(language))):
            yield f"the bad reply in {language} meets every criterion"
