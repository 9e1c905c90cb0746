"""Item files."""

from typing import Annotated, Literal

from msgspec import Meta, Struct

from repositories.content.authored.common import Id, Patterns, Said, Share, Threshold, Words

# All ways through a dialogue are looked at: 4 to the power of 8 is as many as that can be.
MOST_TURNS = 8
MOST_CHOICES = 4


class Part(Said, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """A part of an item; `shows` names the tactics to be refused that it exhibits."""

    shows: list[str] = []


class Option(Part, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """An option of a choice question."""

    correct: bool = False
    feedback: Said | None = None


class Line(Said, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """A line of dialogue."""

    speaker: Literal["customer", "employee"]


class Offence(Line, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """A line of a spot-the-phrase dialogue."""

    offence: Said | None = None
    shows: list[str] = []


class Pair(Struct, forbid_unknown_fields=True, frozen=True):
    """A left and the right that belongs to it."""

    left: Part
    right: Said


class Item(Struct, forbid_unknown_fields=True, frozen=True, kw_only=True, tag_field="kind"):
    """What all kinds share."""

    id: Id
    concepts: Annotated[list[str], Meta(min_length=1)]
    sources: Annotated[list[str], Meta(min_length=1)]
    prompt: Part
    explanation: Said
    editorial: bool = False
    asks_for: Literal["fault"] | None = None
    prior_known: Share = 0.5
    weight: Annotated[float, Meta(gt=0, le=10)] = 1.0


class SingleChoice(Item, forbid_unknown_fields=True, frozen=True, kw_only=True, tag="single_choice"):
    """One right option."""

    options: list[Option]


class MultipleChoice(Item, forbid_unknown_fields=True, frozen=True, kw_only=True, tag="multiple_choice"):
    """Several right options."""

    options: list[Option]
    pass_threshold: Threshold = 0.75


class Ordering(Item, forbid_unknown_fields=True, frozen=True, kw_only=True, tag="ordering"):
    """Entries in the right order."""

    entries: list[Said]
    pass_threshold: Threshold = 1.0


class Matching(Item, forbid_unknown_fields=True, frozen=True, kw_only=True, tag="matching"):
    """Pairs, and rights that belong to nothing."""

    pairs: list[Pair]
    distractors: list[Said] = []
    pass_threshold: Threshold = 0.75


class SpotPhrase(Item, forbid_unknown_fields=True, frozen=True, kw_only=True, tag="spot_phrase"):
    """A dialogue with offending lines."""

    lines: list[Offence]
    pass_threshold: Threshold = 1.0


class Accepted(Struct, forbid_unknown_fields=True, frozen=True):
    """The words that fit a gap, in each written language; the first is shown as the answer."""

    zh: Annotated[list[Words], Meta(min_length=1)]
    en: Annotated[list[Words], Meta(min_length=1)]


class Cloze(Item, forbid_unknown_fields=True, frozen=True, kw_only=True, tag="cloze"):
    """A passage with `{1}` where the first word is missing."""

    passage: Said
    gaps: Annotated[list[Accepted], Meta(min_length=1)]
    pass_threshold: Threshold = 1.0


class Group(Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """A group of a classification and what belongs into it; `avoid` marks one to be refused."""

    label: Said
    entries: Annotated[list[Part], Meta(min_length=1)]
    avoid: bool = False


class Classify(Item, forbid_unknown_fields=True, frozen=True, kw_only=True, tag="classify"):
    """Utterances by group."""

    groups: list[Group]
    pass_threshold: Threshold = 0.75


class Move(Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """Something a good reply does."""

    label: Said
    hint: Said
    patterns: Patterns


class Rewrite(Item, forbid_unknown_fields=True, frozen=True, kw_only=True, tag="rewrite"):
    """A bad reply to put right."""

    bad_reply: Part
    moves: list[Move]
    model: Said
    pass_threshold: Threshold = 1.0


class Customer(Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """Who complains in a scenario."""

    temperament: str
    motive: str
    mood: Annotated[int, Meta(ge=0, le=10)]


class Choice(Part, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """An answer the employee may give."""

    quality: Literal["good", "fair", "poor", "forbidden"]
    mood: Annotated[int, Meta(ge=-4, le=4)]
    next: str
    note: Said


class Turn(Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """What the customer says, and the possible answers."""

    id: Annotated[str, Meta(pattern=r"^[a-z0-9]+(?:-[a-z0-9]+)*$", max_length=20)]
    says: Said
    choices: Annotated[list[Choice], Meta(min_length=1, max_length=MOST_CHOICES)]


class Ending(Said, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """How a scenario ends."""

    id: Annotated[str, Meta(pattern=r"^[a-z0-9]+(?:-[a-z0-9]+)*$", max_length=20)]
    outcome: Literal["good", "open", "bad"]


class Scenario(Item, forbid_unknown_fields=True, frozen=True, kw_only=True, tag="scenario"):
    """A branching dialogue."""

    customer: Customer
    turns: Annotated[list[Turn], Meta(min_length=1, max_length=MOST_TURNS)]
    endings: Annotated[list[Ending], Meta(min_length=1)]
    pass_threshold: Threshold = 0.75


AnyItem = SingleChoice | MultipleChoice | Ordering | Matching | SpotPhrase | Cloze | Classify | Rewrite | Scenario
