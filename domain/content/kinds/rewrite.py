"""Rewrite: put a bad reply right in one's own words, `{"text": "…"}`; graded by criteria, each of them reported."""

from dataclasses import dataclass
from functools import lru_cache

from domain.content.kinds.base import Criterion, Feedback, Rendered, Response, only_field, text_of
from domain.phrases.lexicon import Lexicon
from domain.phrases.patterns import Pattern, PatternSet
from domain.text import Language, Text

LONGEST_REPLY = 2_000
NO_FORBIDDEN_PHRASE = "no-forbidden-phrase"
_NO_FORBIDDEN_PHRASE = Text("不说禁语", "不說禁語", "No forbidden phrase")


@dataclass(frozen=True, slots=True)
class Move:
    """Something a good reply does, the patterns it is recognised by, and a hint for those who left it out."""

    id: str
    label: Text
    hint: Text
    zh_patterns: tuple[str, ...]
    en_patterns: tuple[str, ...]

    def made_in(self, reply: str) -> bool:
        """Whether the reply makes this move."""
        return _patterns(self.zh_patterns, self.en_patterns).stands_in(reply)


@dataclass(frozen=True, slots=True)
class Rewrite:
    """A bad reply, what a better one has to do, and one good answer. `lexicon` is part of the version: graded as shown."""

    bad_reply: Text
    moves: tuple[Move, ...]
    model: Text
    pass_threshold: float
    lexicon: Lexicon

    def criteria(self, reply: str) -> tuple[Criterion, ...]:
        """What the reply is graded by. For each forbidden phrase said there is one unmet criterion with what to say instead."""
        return _criteria(self, reply)

    def score(self, response: Response) -> float:
        """Share of the criteria that are met; forbidden phrases count as one criterion, however many are said."""
        criteria = self.criteria(_reply(response))
        moves_made = sum(criterion.met for criterion in criteria[-len(self.moves) :])
        return (moves_made + criteria[0].met) / (len(self.moves) + 1)

    @property
    def threshold(self) -> float:
        """The author's threshold."""
        return self.pass_threshold

    @property
    def chance(self) -> float:
        """Nobody writes a good reply by luck."""
        return 0.0

    def key(self, language: Language) -> Response:
        """One good answer."""
        return {"text": self.model.said_in(language)}

    def feedback(self, response: Response) -> Feedback:
        """Every criterion, met or not."""
        return Feedback(criteria=self.criteria(_reply(response)))

    def render(self, language: Language, *seed: object) -> Rendered:
        """The bad reply; there is nothing to shuffle."""
        return Rendered(bad_reply=self.bad_reply.said_in(language))


def _reply(response: Response) -> str:
    return text_of(only_field(response, "text"), "text", LONGEST_REPLY)


# Score and feedback of an answer ask for the same: it is searched through once.
@lru_cache(maxsize=16)
def _criteria(item: Rewrite, reply: str) -> tuple[Criterion, ...]:
    said = {hit.phrase.id: hit.phrase for hit in item.lexicon.offends(reply)}
    clean = [
        Criterion(f"{NO_FORBIDDEN_PHRASE}.{phrase.id}", _NO_FORBIDDEN_PHRASE, met=False, advice=phrase.instead)
        for phrase in said.values()
    ] or [Criterion(NO_FORBIDDEN_PHRASE, _NO_FORBIDDEN_PHRASE, met=True, advice=None)]
    made = ((move, move.made_in(reply)) for move in item.moves)
    return (*clean, *(Criterion(move.id, move.label, met, None if met else move.hint) for move, met in made))


@lru_cache(maxsize=1024)
def _patterns(zh: tuple[str, ...], en: tuple[str, ...]) -> PatternSet:
    return PatternSet(
        [*(Pattern("zh", expression, 0) for expression in zh), *(Pattern("en", expression, 0) for expression in en)]
    )
