"""Classify: put each utterance into its group, `{"pairs": {"left-1": "right-2"}}`, every left once, rights at will."""

from dataclasses import dataclass
from math import comb

from domain.content.kinds.base import Feedback, Rendered, RenderedPart, Response, known_id, pairs_of, passes
from domain.content.kinds.ordering import Entry
from domain.content.shuffle import shuffled
from domain.text import Language


@dataclass(frozen=True, slots=True)
class Classify:
    """Utterances, the groups they may belong to, and which belongs where."""

    entries: tuple[Entry, ...]
    groups: tuple[Entry, ...]
    answer: dict[str, str]
    pass_threshold: float

    def score(self, response: Response) -> float:
        """Share of the utterances that got their group."""
        pairs = pairs_of(response, [entry.id for entry in self.entries])
        groups = [group.id for group in self.groups]
        hits = sum(known_id(group, groups, "each right") == self.answer[entry] for entry, group in pairs.items())
        return hits / len(pairs)

    @property
    def threshold(self) -> float:
        """The author's threshold."""
        return self.pass_threshold

    @property
    def chance(self) -> float:
        """Probability of enough hits when each utterance gets any group: a binomial with p = 1 / number of groups."""
        size, p = len(self.entries), 1 / len(self.groups)
        return sum(
            comb(size, hits) * p**hits * (1 - p) ** (size - hits)
            for hits in range(size + 1)
            if passes(hits / size, self.pass_threshold)
        )

    def key(self, language: Language) -> Response:
        """The right pairs."""
        return {"pairs": dict(self.answer)}

    def feedback(self, response: Response) -> Feedback:
        """Nothing to say of single utterances: the explanation covers them."""
        return Feedback()

    def render(self, language: Language, *seed: object) -> Rendered:
        """Utterances on the left and groups on the right, each shuffled."""
        lefts = shuffled(self.entries, *seed, "left", key=lambda entry: entry.id)
        rights = shuffled(self.groups, *seed, "right", key=lambda entry: entry.id)
        return Rendered(
            left=tuple(RenderedPart(entry.id, entry.text.said_in(language)) for entry in lefts),
            right=tuple(RenderedPart(group.id, group.text.said_in(language)) for group in rights),
        )
