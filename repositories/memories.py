"""How a memory is read from its row."""

from collections.abc import Sequence
from typing import Any

from domain.practice.memory import Memory

# In the order of the dataclass's fields.
MEMORY_COLUMNS = (
    "stability, difficulty, first_practice_day, last_practice_day, due_on, repetitions, lapses, relearning, "
    "last_answered_at, last_review_id"
)


def memory_from(row: Sequence[Any]) -> Memory:
    """A memory from its `MEMORY_COLUMNS`."""
    return Memory(*row)
