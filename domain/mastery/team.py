"""A team as its manager sees it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from domain.content.catalogue import Catalogue
from domain.mastery.mastery import Mastery
from domain.mastery.standing import total_weight


@dataclass(frozen=True, slots=True)
class Unit:
    """An org unit the caller may see."""

    unit_id: UUID
    name: str
    kind: str


@dataclass(frozen=True, slots=True)
class Member:
    """A person below a unit."""

    employee_id: UUID
    staff_no: str
    display_name: str
    role_started_on: date
    unit_id: UUID
    unit_name: str


@dataclass(frozen=True, slots=True)
class TeamCell:
    """One person's mastery of one skill today."""

    mastery: Mastery
    last_practised_on: date
    was_mastered: bool


@dataclass(frozen=True, slots=True)
class WeighedItem:
    """A published item as a sum over a team weighs it, with all weight of its skill."""

    item_id: str
    skill: str
    weight: float
    skill_weight: float


def weighed_items(catalogue: Catalogue) -> Iterator[WeighedItem]:
    """All published items."""
    for skill, items in catalogue.items_by_skill.items():
        total = total_weight(catalogue, skill)
        yield from (WeighedItem(item.item_id, skill, item.weight, total) for item in items)
