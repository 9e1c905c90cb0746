"""Cloze: type the missing words, `{"texts": {"gap-1": "心情"}}`, every gap once."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from domain.content.kinds.base import Feedback, MalformedResponse, Rendered, Response, known_ids, only_field, text_of
from domain.text import LANGUAGES, Language, Text
from domain.writing import bare

LONGEST_WORD = 100


@dataclass(frozen=True, slots=True)
class Gap:
    """A gap of the passage, and what is accepted in it; the first of each language is what is shown as the answer."""

    id: str
    accepted: tuple[Text, ...]


@dataclass(frozen=True, slots=True)
class Cloze:
    """A passage that holds `{gap-1}` and so on in every language."""

    passage: Text
    gaps: tuple[Gap, ...]
    pass_threshold: float

    def score(self, response: Response) -> float:
        """Share of the gaps filled rightly. An answer is right in any language; script, width and punctuation do not count."""
        texts = only_field(response, "texts")
        if not isinstance(texts, Mapping):
            raise MalformedResponse("texts must be an object of gap ids to words")
        gaps = known_ids(list(texts), [gap.id for gap in self.gaps], "the gaps")
        if len(gaps) != len(self.gaps):
            raise MalformedResponse("texts must name every gap once")
        typed = {gap: bare(text_of(texts[gap], f"the text of {gap}", LONGEST_WORD)) for gap in gaps}
        return sum(typed[gap.id] in _accepted(gap) for gap in self.gaps) / len(self.gaps)

    @property
    def threshold(self) -> float:
        """The author's threshold."""
        return self.pass_threshold

    @property
    def chance(self) -> float:
        """Nobody types the right word by luck."""
        return 0.0

    def key(self, language: Language) -> Response:
        """The first accepted answer of every gap."""
        return {"texts": {gap.id: gap.accepted[0].said_in(language) for gap in self.gaps}}

    def feedback(self, response: Response) -> Feedback:
        """Nothing to say of single gaps: the key shows the words and the explanation the reason."""
        return Feedback()

    def render(self, language: Language, *seed: object) -> Rendered:
        """The passage; there is nothing to shuffle."""
        return Rendered(passage=self.passage.said_in(language))


@lru_cache(maxsize=4096)
def _accepted(gap: Gap) -> frozenset[str]:
    return frozenset(bare(answer.said_in(language)) for answer in gap.accepted for language in LANGUAGES)
