"""From items and feedback to the shapes that learners are sent, in their language."""

from collections.abc import Iterable
from typing import Any

from api.learner.question_schemas import (
    ChoiceBody,
    CriterionBody,
    DebriefedTurnBody,
    EndingBody,
    FeedbackBody,
    NoteBody,
    TurnBody,
)
from api.learner.schemas import PartBody
from domain.content.items import ItemVersion
from domain.content.kinds.base import Criterion, Feedback, RenderedPart, RenderedTurn
from domain.text import Language


def question_fields(item: ItemVersion, language: Language, *seed: object) -> dict[str, Any]:
    """The fields of `QuestionBody`, shuffled by `seed`."""
    rendered = item.body.render(language, *seed)
    return {
        "item_id": item.item_id,
        "item_version": item.version,
        "kind": item.kind,
        "skill": item.skill,
        "prompt": item.prompt.said_in(language),
        "options": _parts(rendered.options),
        "left": _parts(rendered.left),
        "right": _parts(rendered.right),
        "lines": _parts(rendered.lines),
        "passage": rendered.passage,
        "bad_reply": rendered.bad_reply,
        "mood": rendered.mood,
        "turns": [_turn(turn) for turn in rendered.turns],
    }


def _parts(parts: Iterable[RenderedPart]) -> list[PartBody]:
    return [PartBody(part.id, part.text, part.speaker) for part in parts]  # type: ignore[arg-type]


def _turn(turn: RenderedTurn) -> TurnBody:
    choices = zip(turn.choices, turn.leads_to, strict=True)
    return TurnBody(turn.id, turn.text, [ChoiceBody(choice.id, choice.text, leads_to) for choice, leads_to in choices])


def _criterion(criterion: Criterion, language: Language) -> CriterionBody:
    advice = None if criterion.advice is None else criterion.advice.said_in(language)
    return CriterionBody(criterion.id, criterion.label.said_in(language), criterion.met, advice)


def feedback_body(item: ItemVersion, feedback: Feedback, language: Language) -> FeedbackBody:
    """A right answer, and what there is to say of the given one."""
    ending = feedback.ending
    return FeedbackBody(
        key=dict(item.key_in(language)),
        notes=[NoteBody(note.id, note.text.said_in(language)) for note in feedback.notes],
        criteria=[_criterion(each, language) for each in feedback.criteria],
        debrief=[
            DebriefedTurnBody(each.turn, each.choice, each.quality, each.mood, each.note.said_in(language))  # type: ignore[arg-type]
            for each in feedback.debrief
        ],
        ending=None if ending is None else EndingBody(ending.id, ending.outcome, ending.text.said_in(language)),  # type: ignore[arg-type]
    )
