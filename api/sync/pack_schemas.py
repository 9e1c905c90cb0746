"""Shapes of the pack. Fields may be added, never renamed: phones rely on them."""

from datetime import date
from typing import Any

from msgspec import Struct

from api.learner.question_schemas import ItemKind
from api.learner.schemas import CardBody
from api.sync.bodies import AnyBody, PhraseBody
from api.text_fields import LanguageCode


class PackSkill(Struct, frozen=True):
    """A skill: an item of it becomes due when its retrievability falls to `desired_retention`."""

    code: str
    title: str
    desired_retention: float


class PackLesson(Struct, frozen=True):
    """A lesson to be read before the items that name it."""

    lesson_id: str
    lesson_version: int
    skill: str
    title: str
    minutes: int
    cards: list[CardBody]


class PackItem(Struct, frozen=True, kw_only=True):
    """A question with all that grading and scheduling take.

    `key` is a right answer in the shape of a response. `lesson_id` names the lesson after which it may be asked as a new one, and
    is null where there is none. `chance` is the probability of reaching the score `threshold` by luck.
    """

    item_id: str
    item_version: int
    kind: ItemKind
    skill: str
    lesson_id: str | None
    weight: float
    prior_known: float
    chance: float
    threshold: float
    prompt: str
    explanation: str
    key: dict[str, Any]
    body: AnyBody


class PackEdition(Struct, frozen=True):
    """An item or a lesson, and its version."""

    id: str
    version: int


class PackItemEdition(PackEdition, frozen=True):
    """An item, and the lesson that opens it now: it may be another than when the device got the item."""

    lesson_id: str | None


class PackContents(Struct, frozen=True):
    """Everything the pack consists of, also what was left out because the device has it."""

    items: list[PackItemEdition]
    lessons: list[PackEdition]
    items_total: int
    lessons_total: int


class OfflinePack(Struct, frozen=True, kw_only=True):
    """What drilling takes for `days` practice days, `practice_day` being the first.

    `have` stands for `contents`: hand it in with the next request. `lesson_order` are the lessons of the pack's new items in the
    order of study; one of them that is not in `contents` was read already. `lexicons` are, by name, those that the rewrite items
    among `items` are graded by.
    """

    practice_day: date
    days: int
    language: LanguageCode
    revision: int
    have: str
    skills: list[PackSkill]
    lesson_order: list[str]
    lessons: list[PackLesson]
    items: list[PackItem]
    lexicons: dict[str, list[PhraseBody]]
    contents: PackContents
