"""Matching: `{"pairs": {"left-1": "right-3"}}`, every left once, no right twice."""

from dataclasses import dataclass
from math import comb, perm

from domain.content.kinds.base import Feedback, Rendered, RenderedPart, Response, known_ids, pairs_of, passes
from domain.content.kinds.ordering import Entry
from domain.content.shuffle import shuffled
from domain.text import Language


@dataclass(frozen=True, slots=True)
class Matching:
    """Lefts, rights (there may be more rights than lefts) and which belongs to which."""

    lefts: tuple[Entry, ...]
    rights: tuple[Entry, ...]
    answer: dict[str, str]
    pass_threshold: float

    def score(self, response: Response) -> float:
        """Share of the lefts that got their right."""
        pairs = pairs_of(response, [left.id for left in self.lefts])
        known_ids(list(pairs.values()), [right.id for right in self.rights], "the rights")
        hits = sum(self.answer[left] == right for left, right in pairs.items())
        return hits / len(pairs)

    @property
    def threshold(self) -> float:
        """The author's threshold."""
        return self.pass_threshold

    @property
    def chance(self) -> float:
        """Share of the ways to give every left a different right that pass."""
        lefts, rights = len(self.lefts), len(self.rights)
        if lefts == 0:
            return 1.0
        passing = sum(
            comb(lefts, hits) * _ways_without_a_hit(lefts - hits, rights - hits)
            for hits in range(lefts + 1)
            if passes(hits / lefts, self.pass_threshold)
        )
        return passing / perm(rights, lefts)

    def key(self, language: Language) -> Response:
        """The right pairs."""
        return {"pairs": dict(self.answer)}

    def feedback(self, response: Response) -> Feedback:
        """Nothing to say of single pairs: the explanation covers them."""
        return Feedback()

    def render(self, language: Language, *seed: object) -> Rendered:
        """Both columns, each shuffled."""
        return Rendered(left=_column(self.lefts, language, *seed, "left"), right=_column(self.rights, language, *seed, "right"))


def _column(entries: tuple[Entry, ...], language: Language, *seed: object) -> tuple[RenderedPart, ...]:
    order = shuffled(entries, *seed, key=lambda entry: entry.id)
    return tuple(RenderedPart(entry.id, entry.text.said_in(language)) for entry in order)


def _ways_without_a_hit(lefts: int, rights: int) -> int:
    """Ways to give `lefts` different ones of `rights` rights and never the own one (inclusion and exclusion)."""
    return sum((-1) ** wrong * comb(lefts, wrong) * perm(rights - wrong, lefts - wrong) for wrong in range(lefts + 1))
