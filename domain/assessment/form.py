"""The form of an exam: which questions a candidate gets, drawn by blueprint and in an order of their own."""

from collections.abc import Sequence
from dataclasses import dataclass

from domain.content.assessments import Exam
from domain.content.catalogue import Catalogue
from domain.content.items import ItemVersion
from domain.content.shuffle import shuffled


@dataclass(frozen=True, slots=True)
class Question:
    """A place of the form: the version that is shown."""

    item_id: str
    item_version: int


class BankTooSmall(Exception):
    """The published bank holds too few items for the blueprint. Carries the skill."""


def draw_form(exam: Exam, catalogue: Catalogue, *seed: object) -> tuple[Question, ...]:
    """Draw the questions of one attempt; `seed` decides alone. No item comes twice. Raises `BankTooSmall`."""
    drawn: list[ItemVersion] = []
    for number, line in enumerate(exam.blueprint):
        taken = {item.item_id for item in drawn}
        fitting = [
            item
            for item in catalogue.items_by_skill.get(line.skill, ())
            if item.item_id not in taken and (not line.kinds or item.kind in line.kinds) and _is_due_in(exam, item, catalogue)
        ]
        if len(fitting) < line.count:
            raise BankTooSmall(line.skill)
        drawn += _mixed(shuffled(fitting, *seed, number, key=lambda item: item.item_id), line.count)
    in_order = shuffled(drawn, *seed, "order", key=lambda item: item.item_id)
    return tuple(Question(item.item_id, item.version) for item in in_order)


def _is_due_in(exam: Exam, item: ItemVersion, catalogue: Catalogue) -> bool:
    """Whether the item can have been practised by then: its lesson belongs to the stage the exam ends, or to an earlier one."""
    stage = next((place for place, each in enumerate(catalogue.path.stages) if each.exam == exam.assessment_id), None)
    lesson_id = catalogue.lesson_of.get(item.item_id)
    return stage is None or (lesson_id is not None and catalogue.stage_of[lesson_id] <= stage)


def _mixed(items: Sequence[ItemVersion], count: int) -> list[ItemVersion]:
    """`count` items with their kinds taken in turn, so that a form does not consist of one kind by luck."""
    by_kind: dict[str, list[ItemVersion]] = {}
    for item in items:
        by_kind.setdefault(item.kind, []).append(item)
    chosen: list[ItemVersion] = []
    while len(chosen) < count:
        for kind in list(by_kind):
            if by_kind[kind] and len(chosen) < count:
                chosen.append(by_kind[kind].pop(0))
    return chosen
