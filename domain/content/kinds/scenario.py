"""Scenario: a branching dialogue with a customer whose mood moves with every choice, `{"path": ["t1.b", "t2.a"]}`."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from domain.content.kinds.base import (
    DebriefedTurn,
    Ending,
    Feedback,
    MalformedResponse,
    Rendered,
    RenderedPart,
    RenderedTurn,
    Response,
    only_field,
    passes,
)
from domain.content.shuffle import shuffled
from domain.text import Language, Text

Quality = Literal["good", "fair", "poor", "forbidden"]
WORTH: Mapping[Quality, float] = {"good": 1.0, "fair": 0.8, "poor": 0.3, "forbidden": 0.0}
# However well the rest went, a path with a forbidden sentence or a bad ending is not passed.
MOST_WHEN_SPOILT = 0.5
CALMEST, MOST_UPSET = 0, 10


@dataclass(frozen=True, slots=True)
class Choice:
    """What the employee may answer: its worth, how it moves the customer's mood, where it leads, and its debrief."""

    id: str
    text: Text
    quality: Quality
    mood: int
    leads_to: str
    note: Text


@dataclass(frozen=True, slots=True)
class Turn:
    """What the customer says, and the possible answers."""

    id: str
    says: Text
    choices: tuple[Choice, ...]


@dataclass(frozen=True, slots=True)
class Customer:
    """Who complains: concept ids of temperament and motive, and how upset they are at first, 0 (calm) to 10."""

    temperament: str
    motive: str
    mood: int


@dataclass(frozen=True, slots=True)
class Scenario:
    """Turns, the first of which opens; choices lead to later turns or to an ending."""

    customer: Customer
    turns: tuple[Turn, ...]
    endings: tuple[Ending, ...]
    pass_threshold: float

    def _walk(self, response: Response) -> tuple[Choice, ...]:
        """The choices of the path. Raises `MalformedResponse` unless it leads from the first turn to an ending."""
        path = only_field(response, "path")
        if not isinstance(path, list | tuple):
            raise MalformedResponse("path must be a list of choice ids")
        turns = {turn.id: turn for turn in self.turns}
        turn: Turn | None = self.turns[0]
        walked: list[Choice] = []
        for step in path:
            if turn is None:
                raise MalformedResponse("path goes on after the dialogue has ended")
            choice = next((choice for choice in turn.choices if choice.id == step), None)
            if choice is None:
                raise MalformedResponse(f"in {turn.id} the path must take one of {', '.join(c.id for c in turn.choices)}")
            walked.append(choice)
            turn = turns.get(choice.leads_to)
        if turn is not None:
            raise MalformedResponse(f"path stops in {turn.id}, before the dialogue has ended")
        return tuple(walked)

    def _ending(self, walked: tuple[Choice, ...]) -> Ending | None:
        """Where the path ends; None only while an author's defect makes it end nowhere."""
        return next((ending for ending in self.endings if ending.id == walked[-1].leads_to), None)

    def _worth(self, walked: tuple[Choice, ...]) -> float:
        mean = sum(WORTH[choice.quality] for choice in walked) / len(walked)
        ending = self._ending(walked)
        spoilt = ending is None or ending.outcome == "bad" or any(choice.quality == "forbidden" for choice in walked)
        return min(mean, MOST_WHEN_SPOILT) if spoilt else mean

    def paths(self) -> Iterator[tuple[Choice, ...]]:
        """Every way through the dialogue."""
        yield from self._paths_from(0, ())

    def _paths_from(self, place: int, walked: tuple[Choice, ...]) -> Iterator[tuple[Choice, ...]]:
        for choice in self.turns[place].choices:
            # Only forward: an author's loop is a defect to be told, not to be walked for ever.
            later = range(place + 1, len(self.turns))
            following = next((n for n in later if self.turns[n].id == choice.leads_to), None)
            if following is None:
                yield (*walked, choice)
            else:
                yield from self._paths_from(following, (*walked, choice))

    def passing_paths(self) -> list[tuple[Choice, ...]]:
        """The ways through that pass, best first."""
        passing = [path for path in self.paths() if passes(self._worth(path), self.pass_threshold)]
        return sorted(passing, key=lambda path: (-self._worth(path), [choice.id for choice in path]))

    def score(self, response: Response) -> float:
        """Mean worth of the choices; at most a half when one of them is forbidden or the ending is bad."""
        return self._worth(self._walk(response))

    @property
    def threshold(self) -> float:
        """The author's threshold."""
        return self.pass_threshold

    @property
    def chance(self) -> float:
        """Probability that somebody who takes any choice at each turn walks a passing path."""
        sizes = {choice.id: len(turn.choices) for turn in self.turns for choice in turn.choices}
        total = 0.0
        for path in self.passing_paths():
            probability = 1.0
            for choice in path:
                probability /= sizes[choice.id]
            total += probability
        return total

    def key(self, language: Language) -> Response:
        """The best path, one of several that pass."""
        return {"path": [choice.id for choice in self.passing_paths()[0]]}

    def feedback(self, response: Response) -> Feedback:
        """What each turn did, and how it ended."""
        walked = self._walk(response)
        mood = self.customer.mood
        debrief = []
        for choice in walked:
            mood = min(MOST_UPSET, max(CALMEST, mood + choice.mood))
            debrief.append(DebriefedTurn(choice.id.rsplit(".", 1)[0], choice.id, choice.quality, mood, choice.note))
        return Feedback(debrief=tuple(debrief), ending=self._ending(walked))

    def render(self, language: Language, *seed: object) -> Rendered:
        """The turns with their choices shuffled; neither worth nor mood of a choice is told, nor how it ends."""
        # By name, which says nothing: the author's order would show which way is the long one.
        turns = (self.turns[0], *sorted(self.turns[1:], key=lambda turn: turn.id))
        return Rendered(mood=self.customer.mood, turns=tuple(self._rendered(turn, language, *seed) for turn in turns))

    def _rendered(self, turn: Turn, language: Language, *seed: object) -> RenderedTurn:
        choices = shuffled(turn.choices, *seed, key=lambda choice: choice.id)
        later = {turn.id for turn in self.turns}
        return RenderedTurn(
            id=turn.id,
            text=turn.says.said_in(language),
            choices=tuple(RenderedPart(choice.id, choice.text.said_in(language)) for choice in choices),
            leads_to=tuple(choice.leads_to if choice.leads_to in later else None for choice in choices),
        )
