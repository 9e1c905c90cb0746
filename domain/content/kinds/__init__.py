"""The kinds of item, one module each: response shape, scoring, chance of passing by luck, and rendering without the key."""

from domain.content.kinds.base import Feedback, Kind, MalformedResponse, Note, Rendered, RenderedPart, RenderedTurn
from domain.content.kinds.classify import Classify
from domain.content.kinds.cloze import Cloze
from domain.content.kinds.matching import Matching
from domain.content.kinds.multiple_choice import MultipleChoice
from domain.content.kinds.ordering import Ordering
from domain.content.kinds.rewrite import Rewrite
from domain.content.kinds.scenario import Scenario
from domain.content.kinds.single_choice import SingleChoice
from domain.content.kinds.spot_phrase import SpotPhrase

Body = SingleChoice | MultipleChoice | Ordering | Matching | SpotPhrase | Cloze | Classify | Rewrite | Scenario

KINDS: dict[str, type[Body]] = {
    "single_choice": SingleChoice,
    "multiple_choice": MultipleChoice,
    "ordering": Ordering,
    "matching": Matching,
    "spot_phrase": SpotPhrase,
    "cloze": Cloze,
    "classify": Classify,
    "rewrite": Rewrite,
    "scenario": Scenario,
}

__all__ = [
    "KINDS",
    "Body",
    "Classify",
    "Cloze",
    "Feedback",
    "Kind",
    "MalformedResponse",
    "Matching",
    "MultipleChoice",
    "Note",
    "Ordering",
    "Rendered",
    "RenderedPart",
    "RenderedTurn",
    "Rewrite",
    "Scenario",
    "SingleChoice",
    "SpotPhrase",
]
