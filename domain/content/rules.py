"""Rules a question must keep before it may be published. Each returns what is wrong, in words an author can act on."""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator

from domain.content.items import ItemVersion
from domain.content.kinds import Matching, MultipleChoice, Ordering, SingleChoice, SpotPhrase
from domain.content.kinds.choices import Option
from domain.text import LANGUAGES, Text

SINGLE_OPTIONS = range(3, 6)
MULTIPLE_OPTIONS = range(3, 7)
PARTS = range(3, 7)
MOST_DISTRACTORS = 2
DIALOGUE_LINES = range(4, 11)

_CATCH_ALL = re.compile(r"以上(?:都|皆|均|全)|(?:all|none|both) of the above", re.IGNORECASE)
_NOT_WORDS = re.compile(r"[\W_]+")


def defects_of(item: ItemVersion) -> list[str]:
    """Everything that is wrong with a question."""
    match item.body:
        case SingleChoice(options=options):
            return [*_options(options, SINGLE_OPTIONS), *_single(options)]
        case MultipleChoice(options=options):
            return [*_options(options, MULTIPLE_OPTIONS), *_multiple(options)]
        case Ordering(entries=entries):
            return [*_count("entries", len(entries), PARTS), *_different(entry.text for entry in entries)]
        case Matching():
            return list(_matching(item.body))
        case SpotPhrase():
            return list(_dialogue(item.body))


def normalised(words: str) -> str:
    """What two texts are compared by: width, case, punctuation and spaces do not count."""
    return _NOT_WORDS.sub("", unicodedata.normalize("NFKC", words).casefold())


def _count(what: str, number: int, allowed: range) -> Iterator[str]:
    if number not in allowed:
        yield f"{number} {what}: it takes {allowed.start} to {allowed.stop - 1}"


def _different(texts: Iterable[Text]) -> Iterator[str]:
    texts = list(texts)
    for language in LANGUAGES:
        counts = Counter(normalised(text.said_in(language)) for text in texts)
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
