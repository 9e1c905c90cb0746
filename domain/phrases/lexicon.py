"""The lexicon of forbidden phrases, and the check of a draft against it."""

from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from domain.phrases.patterns import Found, Pattern, PatternSet
from domain.phrases.quoting import is_refused
from domain.phrases.views import PlainText
from domain.text import Text

LONGEST_DRAFT = 10_000
# More than anybody reads; what is beyond is counted.
MOST_HITS = 500


@dataclass(frozen=True, slots=True)
class ForbiddenPhrase:
    """A sentence never to be said: why, what to say instead, and the patterns by which its wordings are found.

    A match that one of the exceptions touches is none: 我没办法 is the phrase, 我没办法想象 is not.
    """

    id: str
    phrase: Text
    why: Text
    instead: Text
    zh_patterns: tuple[str, ...]
    en_patterns: tuple[str, ...]
    zh_exceptions: tuple[str, ...] = ()
    en_exceptions: tuple[str, ...] = ()

    def patterns(self, number: int) -> Iterable[Pattern]:
        """Its patterns, standing for `number`."""
        yield from (Pattern("zh", expression, number) for expression in self.zh_patterns)
        yield from (Pattern("en", expression, number) for expression in self.en_patterns)

    def exceptions(self, number: int) -> Iterable[Pattern]:
        """Its exceptions, standing for `number`."""
        yield from (Pattern("zh", expression, number) for expression in self.zh_exceptions)
        yield from (Pattern("en", expression, number) for expression in self.en_exceptions)


@dataclass(frozen=True, slots=True)
class Hit:
    """A forbidden phrase at `[start, end)`, in code points of the draft; `quoted` when the draft names it only to refuse it."""

    start: int
    end: int
    phrase: ForbiddenPhrase
    quoted: bool


class Lexicon:
    """Phrases that are searched for together. Raises `PatternError` when one of their patterns cannot be used."""

    def __init__(self, phrases: Iterable[ForbiddenPhrase]) -> None:
        self.phrases = tuple(phrases)
        self._patterns = PatternSet(
            [pattern for number, phrase in enumerate(self.phrases) for pattern in phrase.patterns(number)]
        )
        self._exceptions = PatternSet(
            [pattern for number, phrase in enumerate(self.phrases) for pattern in phrase.exceptions(number)]
        )

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Lexicon) and self.phrases == other.phrases

    def __hash__(self) -> int:
        return hash(self.phrases)

    def find(self, plain: PlainText) -> list[Found]:
        """Where phrases stand, by place; of matches of one phrase that overlap, the longest."""
        found = self._patterns.find(plain)
        excepted = self._exceptions.find(plain, {match.stands_for for match in found}) if found else []
        return _longest(_without(found, excepted))

    def hit(self, draft: str, found: Found) -> Hit:
        """What was found in `draft`, and whether it is said there or only quoted."""
        quoted = is_refused(draft, found.start, found.end)
        return Hit(found.start, found.end, self.phrases[found.stands_for], quoted)

    def check(self, draft: str) -> tuple[Hit, ...]:
        """Every forbidden phrase in `draft`, by place."""
        return tuple(self.hit(draft, found) for found in self.find(PlainText(draft)))

    def offends(self, draft: str) -> tuple[Hit, ...]:
        """The hits that are said and not only quoted."""
        return tuple(hit for hit in self.check(draft) if not hit.quoted)


def _without(matches: Iterable[Found], exceptions: Iterable[Found]) -> Iterator[Found]:
    """The matches that no exception of the same phrase touches; both come by place."""
    of_phrase: dict[int, deque[Found]] = {}
    for exception in exceptions:
        of_phrase.setdefault(exception.stands_for, deque()).append(exception)
    for match in matches:
        waiting = of_phrase.get(match.stands_for, deque())
        while waiting and waiting[0].end <= match.start:
            waiting.popleft()
        if not waiting or waiting[0].start >= match.end:
            yield match


def _longest(matches: Iterable[Found]) -> list[Found]:
    """`matches` come by place. One phrase has several wordings, which may match around the same words."""
    kept: dict[int, list[Found]] = {}
    for match in matches:
        of_phrase = kept.setdefault(match.stands_for, [])
        if not of_phrase or match.start >= of_phrase[-1].end:
            of_phrase.append(match)
        elif match.end - match.start > of_phrase[-1].end - of_phrase[-1].start:
            of_phrase[-1] = match
    return sorted(match for of_phrase in kept.values() for match in of_phrase)
