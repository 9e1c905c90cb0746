"""What content files may refer to."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cached_property

from domain.content.coverage import Concept


@dataclass(frozen=True)
class Inventory:
    """Concepts by id, ids of sources, and codes of skills in their order."""

    concepts: Mapping[str, Concept]
    sources: Collection[str]
    skills: Collection[str]

    @cached_property
    def to_avoid(self) -> frozenset[str]:
        """Concepts that are taught to be recognised, and never rewarded."""
        return frozenset(concept.id for concept in self.concepts.values() if concept.to_avoid)
