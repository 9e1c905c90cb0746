"""What every kind of item offers, and the checks their responses share."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import comb
from typing import Protocol

from domain.text import Language, Text

Response = Mapping[str, object]


class MalformedResponse(Exception):
    """The response has not the shape this kind of item takes. Carries a sentence saying what was wrong."""


@dataclass(frozen=True, slots=True)
class RenderedPart:
    """Something the learner can pick, move or tap: its opaque id and its text; `speaker` only on dialogue lines."""

    id: str
    text: str
    speaker: str | None = None


@dataclass(frozen=True, slots=True)
class RenderedTurn:
    """A turn of a branching dialogue: what the customer says, and for each choice the turn it leads to (None: the talk ends)."""

    id: str
    text: str
    choices: tuple[RenderedPart, ...]
    leads_to: tuple[str | None, ...]


@dataclass(frozen=True, slots=True)
class Rendered:
    """The parts of an item as a learner sees them; which are filled depends on the kind. Holds nothing of the key.

    `passage` is text with a `{gap-1}` where a word is missing.
    """

    options: tuple[RenderedPart, ...] = ()
    left: tuple[RenderedPart, ...] = ()
    right: tuple[RenderedPart, ...] = ()
    lines: tuple[RenderedPart, ...] = ()
    passage: str | None = None
    bad_reply: str | None = None
    mood: int | None = None
    turns: tuple[RenderedTurn, ...] = ()


@dataclass(frozen=True, slots=True)
class Note:
    """What to tell about one part after the answer."""

    id: str
    text: Text


@dataclass(frozen=True, slots=True)
class Criterion:
    """One thing a free text is graded by, whether it was met, and what to do when it was not."""

    id: str
    label: Text
    met: bool
    advice: Text | None


@dataclass(frozen=True, slots=True)
class DebriefedTurn:
    """What one choice of a scenario did: its worth, and how upset the customer was after it, 0 (calm) to 10."""

    turn: str
    choice: str
    quality: str
    mood: int
    note: Text


@dataclass(frozen=True, slots=True)
class Ending:
    """How a scenario ends; `outcome` is good, open or bad."""

    id: str
    outcome: str
    text: Text


@dataclass(frozen=True, slots=True)
class Feedback:
    """What to tell after an answer: notes on parts, criteria of a free text, the debrief of a scenario."""

    notes: tuple[Note, ...] = ()
    criteria: tuple[Criterion, ...] = ()
    debrief: tuple[DebriefedTurn, ...] = ()
    ending: Ending | None = None


class Kind(Protocol):
    """One kind of item. Implementations are frozen dataclasses, which is also how a version is stored."""

    def score(self, response: Response) -> float:
        """Share of the question answered right, 0 to 1. Raises `MalformedResponse`."""
        ...

    @property
    def threshold(self) -> float:
        """The score from which an answer counts as correct."""
        ...

    @property
    def chance(self) -> float:
        """Probability of reaching the threshold by luck alone, knowing nothing but the response's shape."""
        ...

    def key(self, language: Language) -> Response:
        """A right answer, in the shape of a response."""
        ...

    def feedback(self, response: Response) -> Feedback:
        """What to say about a well-formed response."""
        ...

    def render(self, language: Language, *seed: object) -> Rendered:
        """The item without its key, shuffled by `seed` where order must not betray anything."""
        ...


def passes(score: float, threshold: float) -> bool:
    """Whether `score` reaches `threshold`; the tolerance keeps 3/4 from missing 0.75 by float noise."""
    return score >= threshold - 1e-9


def only_field(response: Response, name: str) -> object:
    """The value of the response's one field. Raises `MalformedResponse` when it has another field, or none."""
    if set(response) != {name}:
        raise MalformedResponse(f'expected an object with the one field "{name}"')
    return response[name]


def known_id(value: object, known: Sequence[str], what: str) -> str:
    """`value` when it is one of the `known` ids. Raises `MalformedResponse` otherwise."""
    if not isinstance(value, str) or value not in known:
        raise MalformedResponse(f"{what} must be one of {', '.join(known)}")
    return value


def known_ids(value: object, known: Sequence[str], what: str) -> tuple[str, ...]:
    """`value` when it is a list of different `known` ids. Raises `MalformedResponse` otherwise."""
    if not isinstance(value, list | tuple):
        raise MalformedResponse(f"{what} must be a list")
    ids = tuple(known_id(each, known, f"each of {what}") for each in value)
    if len(set(ids)) != len(ids):
        raise MalformedResponse(f"{what} names something twice")
    return ids


def pairs_of(response: Response, lefts: Sequence[str]) -> Mapping[str, object]:
    """The pairs of the response when they name each of `lefts` once and nothing else. Raises `MalformedResponse`."""
    pairs = only_field(response, "pairs")
    if not isinstance(pairs, Mapping):
        raise MalformedResponse("pairs must be an object of left ids to right ids")
    if len(known_ids(list(pairs), lefts, "the lefts")) != len(lefts):
        raise MalformedResponse("pairs must name every left once")
    return pairs


def text_of(value: object, what: str, longest: int) -> str:
    """`value` when it is a text that says something. Raises `MalformedResponse` otherwise."""
    if not isinstance(value, str) or not value.strip():
        raise MalformedResponse(f"{what} must be a text that is not empty")
    if "\x00" in value:
        raise MalformedResponse(f"{what} must not hold the character NUL")
    if len(value) > longest:
        raise MalformedResponse(f"{what} must not be longer than {longest} characters")
    return value


def net_hits(chosen: Sequence[str], key: frozenset[str]) -> float:
    """Hits less false alarms, as a share of the key, never below 0: ticking everything earns nothing extra."""
    hits = len(key.intersection(chosen))
    return max(0, hits - (len(chosen) - hits)) / len(key)


def chance_of_net_hits(candidates: int, key_size: int, threshold: float) -> float:
    """Share of the non-empty selections among `candidates` things that pass by `net_hits`; 1 for an empty key.

    Counted by hits and false alarms: C(key, hits) · C(others, false alarms) selections have as many of each.
    """
    if key_size == 0:
        return 1.0
    others = candidates - key_size
    passing: int = sum(
        comb(key_size, hits) * comb(others, false_alarms)
        for hits in range(key_size + 1)
        for false_alarms in range(others + 1)
        if hits + false_alarms and passes(max(0, hits - false_alarms) / key_size, threshold)
    )
    selections: int = 2**candidates - 1
    return passing / selections
