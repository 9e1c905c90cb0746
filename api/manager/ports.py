"""What the manager's and HR's controllers ask of a store. Its values are the domain's, so that no repository is in reach."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol
from uuid import UUID

from domain.content.catalogue import Catalogue
from domain.mastery.team import Member, TeamCell, Unit
from domain.practice.algorithm import Fsrs6


class TeamStore(Protocol):
    """People below the units a caller was granted."""

    async def unit(self, unit_id: UUID) -> Unit | None:
        """The unit when it lies in the caller's scope."""
        ...

    async def member_count(self, unit: Unit) -> int:
        """How many people work below `unit`."""
        ...

    async def members(self, unit: Unit, after_staff_no: str | None, limit: int) -> list[Member]:
        """People below `unit` by staff number."""
        ...

    async def mastery(
        self, members: Sequence[Member], catalogue: Catalogue, algorithm: Fsrs6, now: datetime
    ) -> dict[tuple[UUID, str], TeamCell]:
        """Mastery today by person and skill."""
        ...
