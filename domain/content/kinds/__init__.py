"""The kinds of item, one module each: response shape, scoring, chance of passing by luck, and rendering without the key."""

from domain.content.kinds.base import Kind, MalformedResponse, Note, Rendered, RenderedPart
from domain.content.kinds.matching import Matching
from domain.content.kinds.multiple_choice import MultipleChoice
from domain.content.kinds.ordering import Ordering
from domain.content.kinds.single_choice import SingleChoice
from domain.content.kinds.spot_phrase import SpotPhrase

Body = SingleChoice | MultipleChoice | Ordering | Matching | SpotPhrase

KINDS: dict[str, type[Body]] = {
    "single_choice": SingleChoice,
    "multiple_choice": MultipleChoice,
    "ordering": Ordering,
    "matching": Matching,
    "spot_phrase": SpotPhrase,
}

__all__ = [
    "KINDS",
    "Body",
    "Kind",
    "MalformedResponse",
    "Matching",
    "MultipleChoice",
    "Note",
    "Ordering",
    "Rendered",
    "RenderedPart",
    "SingleChoice",
    "SpotPhrase",
]
