"""Options of choice questions, shared by single and multiple choice."""

from dataclasses import dataclass

from domain.content.kinds.base import Note, Rendered, RenderedPart
from domain.content.shuffle import shuffled
from domain.text import Language, Text


@dataclass(frozen=True, slots=True)
class Option:
    """One option; `feedback` says why it tempts and why it fails, and is there on every wrong one."""

    id: str
    text: Text
    correct: bool
    feedback: Text | None


def render_options(options: tuple[Option, ...], language: Language, *seed: object) -> Rendered:
    """The options in the learner's order, without saying which are right."""
    order = shuffled(options, *seed, key=lambda option: option.id)
    return Rendered(options=tuple(RenderedPart(option.id, option.text.said_in(language)) for option in order))


def notes_on(options: tuple[Option, ...], chosen: tuple[str, ...]) -> tuple[Note, ...]:
    """Feedback on the chosen options that have any."""
    return tuple(Note(o.id, o.feedback) for o in options if o.id in chosen and o.feedback is not None)
