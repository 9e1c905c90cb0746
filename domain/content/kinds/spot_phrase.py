"""Spot the phrase: tap every offending line of a dialogue, `{"lines": ["l2", "l5"]}`."""

from dataclasses import dataclass
from typing import Literal

from domain.content.kinds.base import (
    Feedback,
    Note,
    Rendered,
    RenderedPart,
    Response,
    chance_of_net_hits,
    known_ids,
    net_hits,
    only_field,
)
from domain.text import Language, Text

Speaker = Literal["customer", "employee"]


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the dialogue; `offence` says what is wrong with it and what to say instead."""

    id: str
    speaker: Speaker
    text: Text
    offence: Text | None


@dataclass(frozen=True, slots=True)
class SpotPhrase:
    """A dialogue in its natural order; the key is the lines that offend."""

    lines: tuple[Line, ...]
    pass_threshold: float

    def _tapped(self, response: Response) -> tuple[str, ...]:
        return known_ids(only_field(response, "lines"), [line.id for line in self.lines], "lines")

    def _offending(self) -> tuple[str, ...]:
        return tuple(line.id for line in self.lines if line.offence is not None)

    def score(self, response: Response) -> float:
        """Net hits as a share of the offending lines."""
        return net_hits(self._tapped(response), frozenset(self._offending()))

    @property
    def threshold(self) -> float:
        """The author's threshold."""
        return self.pass_threshold

    @property
    def chance(self) -> float:
        """Share of the non-empty selections among the employee's lines that pass."""
        candidates = sum(line.speaker == "employee" for line in self.lines)
        return chance_of_net_hits(candidates, len(self._offending()), self.pass_threshold)

    def key(self, language: Language) -> Response:
        """The offending lines."""
        return {"lines": list(self._offending())}

    def feedback(self, response: Response) -> Feedback:
        """Every offending line, tapped or missed: what is wrong with it."""
        self._tapped(response)
        return Feedback(tuple(Note(line.id, line.offence) for line in self.lines if line.offence is not None))

    def render(self, language: Language, *seed: object) -> Rendered:
        """The dialogue; a dialogue has its order, so `seed` changes nothing."""
        return Rendered(lines=tuple(RenderedPart(x.id, x.text.said_in(language), x.speaker) for x in self.lines))
