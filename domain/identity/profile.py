"""Who a person is within an organisation."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Profile:
    """An employee, the unit it works in, and the bank; `organisation_name` by language."""

    staff_no: str
    display_name: str
    role_started_on: date
    unit_id: UUID
    unit_name: str
    organisation_slug: str
    organisation_name: dict[str, str]
