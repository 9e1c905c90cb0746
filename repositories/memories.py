"""How a memory is read from its row, and written to it."""

from collections.abc import Sequence
from typing import Any

from domain.practice.memory import Memory

# In the order of the dataclass's fields.
MEMORY_COLUMNS = (
    "stability, difficulty, first_practice_day, last_practice_day, due_on, repetitions, lapses, relearning, "
    "last_answered_at, last_review_id"
)

_TYPES = ("float8", "float8", "date", "date", "date", "int", "int", "bool", "timestamptz", "uuid")

_REPLACED = ", ".join(f"{column} = excluded.{column}" for column in ("sequence", "skill", *MEMORY_COLUMNS.split(", ")))

REPLACE_MEMORY = f"ON CONFLICT (learner_id, item_id) DO UPDATE SET {_REPLACED}"


def memory_arrays(first: int) -> str:
    """Arrays of `MEMORY_COLUMNS` as arguments of a statement, from number `first` on."""
    return ", ".join(f"${number}::{kind}[]" for number, kind in enumerate(_TYPES, first))


def memory_fields(memory: Memory) -> tuple[object, ...]:
    """The values of `MEMORY_COLUMNS`."""
    return (
        memory.stability, memory.difficulty, memory.first_practice_day, memory.last_practice_day, memory.due_on,
        memory.repetitions, memory.lapses, memory.relearning, memory.last_answered_at, memory.last_review_id,
    )  # fmt: skip


def memory_from(row: Sequence[Any]) -> Memory:
    """A memory from its `MEMORY_COLUMNS`."""
    return Memory(*row)
