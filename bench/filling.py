"""A bank with generated learners, written in bulk by the database's owner; a learner's id is their number."""

from collections.abc import Callable
from datetime import date
from functools import cache
from pathlib import Path
from random import Random
from uuid import UUID

import asyncpg

from bench.stage import ORGANISATION, Stage

MANAGER = UUID(int=0xFFFF_FFFF)
HEAD, LEARNERS, TEAM = (UUID(f"bbbbbbbb-0000-4000-8000-{n:012}") for n in (1, 2, 3))
NEW_A_DAY = 10


@cache
def sql(name: str) -> str:
    """A statement from its file."""
    return (Path(__file__).parent / "sql" / f"{name}.sql").read_text()


def learner_id(number: int) -> UUID:
    """Whom the number names."""
    return UUID(int=number)


class Filling:
    """Fills one database."""

    def __init__(self, connection: "asyncpg.Connection[asyncpg.Record]", stage: Stage) -> None:
        self._connection = connection
        self._today: date = stage.today
        self._lessons = list(stage.catalogue.lessons)
        self._last_lessons = {program.lesson_ids[-1] for program in stage.catalogue.programs}
        # Shuffled, so that any stretch of the list holds items of every skill.
        items = sorted(stage.catalogue.items.values(), key=lambda item: item.item_id)
        Random("bench").shuffle(items)
        self.item_ids = [item.item_id for item in items]
        self._skills = [item.skill for item in items]

    async def found(self) -> None:
        """The bank, its units and its manager."""
        units = [HEAD, LEARNERS, TEAM], [None, HEAD, HEAD], ["head_office", "branch", "branch"], ["总行", "学员", "团队"]
        await self._connection.execute(sql("found"), ORGANISATION, MANAGER, *units)

    async def people(self, first: int, last: int, unit: UUID = LEARNERS, *, programs_open: bool = False) -> None:
        """Learners `first` to `last`, who have read every lesson; with `programs_open` all but the last of each program."""
        read = [lesson for lesson in self._lessons if not (programs_open and lesson in self._last_lessons)]
        await self._connection.execute(sql("people"), ORGANISATION, unit, first, last, read)

    async def memories(self, first: int, last: int, each: int, done: Callable[[int], None] = lambda _: None) -> None:
        """`each` memories for those learners, in the order they come about: ten a day for everybody.

        So the rows of one learner lie in many places of the table, as they do in life.
        """
        for start in range(0, each, NEW_A_DAY):
            end = min(each, start + NEW_A_DAY) - 1
            await self._connection.execute(
                sql("memories"), ORGANISATION, first, last, self.item_ids, self._skills, start, end, self._today
            )
            done((end - start + 1) * (last - first + 1))

    async def finish(self) -> None:
        """What follows from the memories, and what autovacuum would do in time."""
        await self._connection.execute(sql("standings"), ORGANISATION, self._today)
        await self._connection.execute("VACUUM ANALYZE")
        await self._connection.execute("CHECKPOINT")
