"""Ordering: `{"order": ["c", "a", "b"]}`, every entry once."""

from dataclasses import dataclass
from itertools import combinations
from math import factorial

from domain.content.kinds.base import Feedback, MalformedResponse, Rendered, RenderedPart, Response, known_ids, only_field, passes
from domain.content.shuffle import shuffled
from domain.text import Language, Text


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing to be put in its place."""

    id: str
    text: Text


@dataclass(frozen=True, slots=True)
class Ordering:
    """Entries stored in the right order; their ids say nothing of it."""

    entries: tuple[Entry, ...]
    pass_threshold: float

    def score(self, response: Response) -> float:
        """Share of the pairs that stand in the right order (1 − Kendall distance / number of pairs)."""
        place = {entry.id: position for position, entry in enumerate(self.entries)}
        order = known_ids(only_field(response, "order"), list(place), "order")
        if len(order) != len(self.entries):
            raise MalformedResponse("order must name every entry once")
        pairs = list(combinations(order, 2))
        return sum(place[first] < place[second] for first, second in pairs) / len(pairs)

    @property
    def threshold(self) -> float:
        """The author's threshold."""
        return self.pass_threshold

    @property
    def chance(self) -> float:
        """Share of the n! orders that pass; 1/n! when nothing but the exact order does."""
        size = len(self.entries)
        pairs = size * (size - 1) // 2
        if pairs == 0:
            return 1.0
        passing = sum(
            orders
            for inversions, orders in enumerate(_orders_by_inversions(size))
            if passes((pairs - inversions) / pairs, self.pass_threshold)
        )
        return passing / factorial(size)

    def key(self, language: Language) -> Response:
        """The right order."""
        return {"order": [entry.id for entry in self.entries]}

    def feedback(self, response: Response) -> Feedback:
        """Nothing to say of single entries: the explanation covers the order."""
        return Feedback()

    def render(self, language: Language, *seed: object) -> Rendered:
        """The entries, shuffled."""
        order = shuffled(self.entries, *seed, key=lambda entry: entry.id)
        return Rendered(options=tuple(RenderedPart(entry.id, entry.text.said_in(language)) for entry in order))


def _orders_by_inversions(size: int) -> list[int]:
    """How many permutations of `size` things have 0, 1, 2 … inversions (Mahonian numbers)."""
    counts = [1]
    for added in range(2, size + 1):
        counts = [
            sum(counts[inversions - shift] for shift in range(added) if 0 <= inversions - shift < len(counts))
            for inversions in range(len(counts) + added - 1)
        ]
    return counts
