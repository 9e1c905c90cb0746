"""What an organisation adds to the lexicon: phrases of its own, found word for word, in the one language they are written in."""

from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from domain.phrases.lexicon import ForbiddenPhrase, Lexicon
from domain.phrases.patterns import literal
from domain.phrases.views import plain
from domain.text import Text

MOST_OWN_PHRASES = 500
FEWEST_LETTERS = 2
# Of 500 short phrases one takes about 10 MB.
KEPT_LEXICONS = 32


@dataclass(frozen=True, slots=True)
class OwnPhrase:
    """A phrase an organisation does not want to be said, why not, and what to say instead."""

    id: str
    phrase: str
    why: str
    instead: str


@dataclass(frozen=True, slots=True)
class WordedPhrase:
    """A phrase, and when it got its present wording."""

    phrase: OwnPhrase
    added_at: datetime


def can_be_found(phrase: str) -> bool:
    """Whether there are letters enough to search for."""
    return sum(map(str.isalpha, plain(phrase))) >= FEWEST_LETTERS


def is_same(one: OwnPhrase, other: OwnPhrase) -> bool:
    """Whether two phrases of different ids would be found at the same places."""
    return one.id != other.id and literal(one.phrase) == literal(other.phrase)


def own_lexicon(phrases: Iterable[OwnPhrase]) -> Lexicon:
    """A lexicon that says the same in every language. Raises `PatternError` for a phrase that cannot be found."""
    return Lexicon(_forbidden(phrase) for phrase in phrases)


def _forbidden(own: OwnPhrase) -> ForbiddenPhrase:
    script, expression = literal(own.phrase)
    return ForbiddenPhrase(
        id=own.id,
        phrase=_in_every_language(own.phrase),
        why=_in_every_language(own.why),
        instead=_in_every_language(own.instead),
        zh_patterns=(expression,) if script == "zh" else (),
        en_patterns=(expression,) if script == "en" else (),
    )


def _in_every_language(said: str) -> Text:
    return Text(said, said, said)


class OwnLexicons:
    """The compiled lexicons of the organisations that checked last, each under the stamp of the phrases it was made from."""

    def __init__(self, kept: int = KEPT_LEXICONS) -> None:
        self._kept = kept
        self._lexicons: OrderedDict[UUID, tuple[str, Lexicon]] = OrderedDict()

    def get(self, organisation_id: UUID, stamp: str) -> Lexicon | None:
        """The lexicon made from what `stamp` stands for."""
        found = self._lexicons.get(organisation_id)
        if found is None or found[0] != stamp:
            return None
        self._lexicons.move_to_end(organisation_id)
        return found[1]

    def keep(self, organisation_id: UUID, stamp: str, phrases: Iterable[OwnPhrase]) -> Lexicon:
        """Compile `phrases`, which `stamp` stands for, in place of what the organisation had before."""
        lexicon = own_lexicon(phrases)
        self._lexicons[organisation_id] = (stamp, lexicon)
        self._lexicons.move_to_end(organisation_id)
        while len(self._lexicons) > self._kept:
            self._lexicons.popitem(last=False)
        return lexicon
