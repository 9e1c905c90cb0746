"""What the device holds of the learner's state: the server's memories, and what the device folds on top of them for now.

The server's numbers are taken as they are. A provisional memory stands for an item while the device has answers to it that the
server's numbers do not include yet; everything the device shows is the provisional memory, where there is one.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from clients.reference.outbox import Judged, Outbox
from clients.reference.store import NotSetUp, Store
from domain.practice.algorithm import Fsrs6
from domain.practice.days_off import DateRange, DaysOff
from domain.practice.learner import Preferences
from domain.practice.memory import Memory, Schedule, advance
from domain.sync.digest import lesson_hash, memory_hash, profile_digest, together
from domain.sync.feed import StateParts

COLUMNS = (
    "item_id", "skill", "stability", "difficulty", "first_practice_day", "last_practice_day", "due_on", "repetitions", "lapses",
    "relearning", "last_answered_at", "last_review_id",
)  # fmt: skip
NAMES = ", ".join(COLUMNS)
MARKS = ", ".join("?" * len(COLUMNS))

MEMORIES = f"SELECT {NAMES} FROM memory"  # noqa: S608
PROVISIONAL = f"SELECT {NAMES} FROM provisional"  # noqa: S608
KEEP_MEMORY = f"INSERT OR REPLACE INTO memory ({NAMES}, stale) VALUES ({MARKS}, 0)"  # noqa: S608
KEEP_PROVISIONAL = f"INSERT OR REPLACE INTO provisional ({NAMES}) VALUES ({MARKS})"  # noqa: S608
OF_ITEM = " WHERE item_id = ?"


class Held:
    """The learner's state in a device's file."""

    def __init__(self, store: Store, outbox: Outbox) -> None:
        self._store = store
        self._db = store.db
        self._outbox = outbox
        self._algorithm = Fsrs6()

    @property
    def preferences(self) -> Preferences:
        """What the learner has set. Raises `NotSetUp` before the first pull."""
        profile = self._store.get("profile")
        if profile is None:
            raise NotSetUp
        return preferences_from(profile)

    def base(self, item_id: str) -> Memory | None:
        """The server's memory of an item."""
        row = self._db.execute(MEMORIES + OF_ITEM, (item_id,)).fetchone()
        return None if row is None else memory_from(row)

    def bases(self) -> dict[str, Memory]:
        """All memories of the server."""
        return {row[0]: memory_from(row) for row in self._db.execute(MEMORIES)}

    def shown(self) -> dict[str, Memory]:
        """All memories as the device shows them."""
        provisional = {row[0]: memory_from(row) for row in self._db.execute(PROVISIONAL)}
        return self.bases() | provisional

    def lessons_read(self) -> frozenset[str]:
        """Lessons read, also those that the server does not know of yet."""
        return frozenset(row[0] for row in self._db.execute("SELECT lesson_id FROM lesson")) | set(self._outbox.lessons())

    def fold_one(self, judged: Judged) -> Memory:
        """Fold a new answer on top of what is shown; in the transaction that saves the answer."""
        row = self._db.execute(PROVISIONAL + OF_ITEM, (judged.item_id,)).fetchone()
        memory = self.base(judged.item_id) if row is None else memory_from(row)
        return self._stand_for_now(judged, self._advanced(memory, judged))

    def fold_waiting(self, item_ids: Sequence[str] | None = None) -> None:
        """Fold what waits anew on top of the server's memories: of these items, or of all."""
        if item_ids is None:
            self._db.execute("DELETE FROM provisional")
        else:
            self._db.executemany("DELETE FROM provisional WHERE item_id = ?", [(item_id,) for item_id in item_ids])
        folded: dict[str, Memory] = {}
        for judged in self._outbox.answers(item_ids):
            before = folded.get(judged.item_id) or self.base(judged.item_id)
            folded[judged.item_id] = self._stand_for_now(judged, self._advanced(before, judged))

    def _advanced(self, memory: Memory | None, judged: Judged) -> Memory:
        seed = (str(self._store.learner_id), judged.item_id)
        return advance(memory, judged.answer, Schedule(self._algorithm, judged.desired_retention, seed))

    def _stand_for_now(self, judged: Judged, memory: Memory) -> Memory:
        row = row_of(judged.item_id, judged.skill, memory)
        self._db.execute(KEEP_PROVISIONAL, row)
        return memory

    def take_memories(self, memories: Iterable[Mapping[str, Any]]) -> None:
        """Replace the server's memories of some items."""
        self._db.executemany(KEEP_MEMORY, [[memory[name] for name in COLUMNS] for memory in memories])

    def take_lessons(self, lessons: Iterable[Mapping[str, Any]]) -> None:
        """Replace some lessons read."""
        self._db.executemany(
            "INSERT OR REPLACE INTO lesson (lesson_id, lesson_version, completed_at, stale) VALUES (?, ?, ?, 0)",
            [(lesson["lesson_id"], lesson["lesson_version"], lesson["completed_at"]) for lesson in lessons],
        )

    def take_skill(self, skill: str, memories: Sequence[Mapping[str, Any]]) -> None:
        """Replace all memories of a skill."""
        self._db.execute("DELETE FROM memory WHERE skill = ?", (skill,))
        self.take_memories(memories)
        self.fold_waiting()

    def take_all_lessons(self, lessons: Iterable[Mapping[str, Any]]) -> None:
        """Replace all lessons read."""
        self._db.execute("DELETE FROM lesson")
        self.take_lessons(lessons)

    def mark_stale(self) -> None:
        """A pull from the start begins. What is there stays shown until the pull has brought everything."""
        self._db.execute("UPDATE memory SET stale = 1")
        self._db.execute("UPDATE lesson SET stale = 1")

    def drop_stale(self) -> None:
        """A pull has ended: what a pull from the start did not bring is gone."""
        self._db.execute("DELETE FROM memory WHERE stale = 1")
        self._db.execute("DELETE FROM lesson WHERE stale = 1")

    def digests(self) -> StateParts:
        """Digests of what the server gave; the device's own folds have no part in it."""
        hashes: dict[str, list[int]] = {}
        for row in self._db.execute(MEMORIES):
            hashes.setdefault(row[1], []).append(memory_hash(row[0], memory_from(row)))
        lessons = self._db.execute("SELECT lesson_id, lesson_version, completed_at FROM lesson")
        return StateParts(
            profile=profile_digest(self.preferences),
            lessons=together(lesson_hash(name, version, datetime.fromisoformat(at)) for name, version, at in lessons),
            skills={skill: together(own) for skill, own in hashes.items()},
        )


def memory_from(row: Sequence[Any]) -> Memory:
    """A memory from `COLUMNS`."""
    stability, difficulty, first_day, last_day, due_on, repetitions, lapses, relearning, answered_at, review_id = row[2:]
    return Memory(
        stability=stability,
        difficulty=difficulty,
        first_practice_day=date.fromisoformat(first_day),
        last_practice_day=date.fromisoformat(last_day),
        due_on=date.fromisoformat(due_on),
        repetitions=repetitions,
        lapses=lapses,
        relearning=bool(relearning),
        last_answered_at=datetime.fromisoformat(answered_at),
        last_review_id=UUID(review_id),
    )


def row_of(item_id: str, skill: str, memory: Memory) -> tuple[Any, ...]:
    """`COLUMNS` of a memory."""
    days = (memory.first_practice_day, memory.last_practice_day, memory.due_on)
    return (
        item_id, skill, memory.stability, memory.difficulty, *(day.isoformat() for day in days), memory.repetitions,
        memory.lapses, memory.relearning, memory.last_answered_at.isoformat(), str(memory.last_review_id),
    )  # fmt: skip


def preferences_from(profile: Mapping[str, Any]) -> Preferences:
    """Preferences from a page's `profile`."""
    days_off = profile["days_off"]
    ranges = (DateRange(date.fromisoformat(days["first"]), date.fromisoformat(days["last"])) for days in days_off["ranges"])
    return Preferences(
        time_zone=profile["time_zone"],
        language=profile["language"],
        daily_goal_minutes=profile["daily_goal_minutes"],
        new_per_day=profile["new_per_day"],
        days_off=DaysOff(frozenset(days_off["weekdays"]), tuple(ranges)),
    )
