"""Shapes of a question and of what is told after its answer, alike in drill and exam. Fields may be added, never renamed."""

from typing import Any, Literal

from msgspec import Struct

from api.learner.schemas import PartBody

ItemKind = Literal[
    "single_choice",
    "multiple_choice",
    "ordering",
    "matching",
    "spot_phrase",
    "cloze",
    "classify",
    "rewrite",
    "scenario",
]


class ChoiceBody(Struct, frozen=True, omit_defaults=True):
    """An answer that can be given in a scenario; `leads_to` names the next turn and is missing where the talk ends."""

    id: str
    text: str
    leads_to: str | None = None


class TurnBody(Struct, frozen=True):
    """A turn of a scenario: what the customer says, and the answers that can be given."""

    id: str
    text: str
    choices: list[ChoiceBody]


class QuestionBody(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """A question without its key.

    `options` for choice and ordering, `left` and `right` for matching and classify, `lines` for spot the phrase, `passage` for
    cloze (with `{gap-1}` where a word is missing), `bad_reply` for rewrite, and for a scenario `turns`, the first of which
    opens, and the customer's `mood` at the start, 0 (calm) to 10.
    """

    item_id: str
    item_version: int
    kind: ItemKind
    skill: str
    prompt: str
    options: list[PartBody] = []
    left: list[PartBody] = []
    right: list[PartBody] = []
    lines: list[PartBody] = []
    passage: str | None = None
    bad_reply: str | None = None
    mood: int | None = None
    turns: list[TurnBody] = []


class NoteBody(Struct, frozen=True):
    """What to tell about one option or line."""

    id: str
    text: str


class CriterionBody(Struct, frozen=True, omit_defaults=True):
    """One thing a free text is graded by; `advice` says what to do when it was not met."""

    id: str
    label: str
    met: bool
    advice: str | None = None


class DebriefedTurnBody(Struct, frozen=True):
    """What one choice of a scenario did, and the customer's mood after it."""

    turn: str
    choice: str
    quality: Literal["good", "fair", "poor", "forbidden"]
    mood: int
    text: str


class EndingBody(Struct, frozen=True):
    """How a scenario ended."""

    id: str
    outcome: Literal["good", "open", "bad"]
    text: str


class FeedbackBody(Struct, frozen=True, omit_defaults=True):
    """A right answer in the shape of a response, and what there is to say of the one that was given.

    `notes` on single parts; `criteria` of a rewrite; `debrief` and `ending` of a scenario, turn by turn.
    """

    key: dict[str, Any]
    notes: list[NoteBody]
    criteria: list[CriterionBody] = []
    debrief: list[DebriefedTurnBody] = []
    ending: EndingBody | None = None
