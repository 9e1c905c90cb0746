"""The queue: reviews that wait to be sent, those that were acknowledged and are kept for a while, and lessons read likewise.

A review is never changed. Its number (`device_sequence`) is given in the transaction that saves it, and never twice: the counter
is kept apart, so that not even deleting what was kept gives a number back.
"""

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from clients.reference.store import Store
from domain.practice.memory import Answer

MOST_REVIEWS = 500
# The server takes bodies of 1 MiB; 500 long texts are more than that.
MOST_BYTES = 900_000


@dataclass(frozen=True, slots=True)
class Judged:
    """What the device itself made of a review: what folding it takes."""

    item_id: str
    skill: str
    desired_retention: float
    answer: Answer


@dataclass(frozen=True, slots=True)
class Waiting:
    """A review that waits: its place in the queue, and as it goes onto the wire."""

    place: int
    wire: Mapping[str, Any]


class Outbox:
    """The queue in a device's file."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._db = store.db

    def next_number(self) -> int:
        """Take a number for the review that this transaction adds."""
        number: int = self._store.get("next_number") or 1
        self._store.put(next_number=number + 1)
        return number

    def add(self, number: int, review: Mapping[str, Any], judged: Judged | None) -> None:
        """Add a review; `judged` is None when the device could not grade it, which is no reason not to send it."""
        body = json.dumps(review)
        statement = "INSERT INTO review (id, number, body) VALUES (?, ?, ?)"
        place = self._db.execute(statement, (review["id"], number, body)).lastrowid
        if judged is not None:
            answer = judged.answer
            self._db.execute(
                "INSERT INTO judged VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    place, judged.item_id, judged.skill, judged.desired_retention, answer.answered_at.isoformat(),
                    answer.practice_day.isoformat(), answer.correct, answer.chance, answer.prior_known,
                ),
            )  # fmt: skip

    def batch(self, most: int = MOST_REVIEWS, without: Collection[int] = ()) -> list[Waiting]:
        """The oldest reviews that wait, as many as one upload holds, and not those in the places `without`."""
        rows = self._db.execute(
            f"""SELECT place, number, body FROM review WHERE state = 'waiting' AND place NOT IN ({", ".join("?" * len(without))})
                ORDER BY place LIMIT ?""",  # noqa: S608
            (*without, most),
        )
        batch: list[Waiting] = []
        size = 0
        for place, number, body in rows.fetchall():
            size += len(body.encode())
            if batch and size > MOST_BYTES:
                break
            batch.append(Waiting(place, json.loads(body) | ({} if number is None else {"device_sequence": number})))
        return batch

    def waiting(self) -> int:
        """How many reviews wait."""
        count: int = self._db.execute("SELECT count(*) FROM review WHERE state = 'waiting'").fetchone()[0]
        return count

    def answers(self, item_ids: Sequence[str] | None = None) -> list[Judged]:
        """Reviews that wait and could be graded, in the order of the fold; `item_ids` limits them to those items."""
        chosen = "" if item_ids is None else f"AND item_id IN ({', '.join('?' * len(item_ids))})"
        rows = self._db.execute(
            f"""SELECT item_id, skill, desired_retention, id, answered_at, practice_day, correct, chance, prior_known
                FROM judged JOIN review USING (place) WHERE state = 'waiting' {chosen}""",  # noqa: S608
            item_ids or (),
        )
        judged = [
            Judged(item_id, skill, retention, Answer(
                UUID(identity), datetime.fromisoformat(at), date.fromisoformat(day), bool(correct), chance, known
            ))
            for item_id, skill, retention, identity, at, day, correct, chance, known in rows
        ]  # fmt: skip
        return sorted(judged, key=lambda each: each.answer.place)

    def acknowledge(self, batch: Sequence[Waiting], results: Sequence[Mapping[str, Any]], at: datetime) -> None:
        """Take a batch off the queue: every result is final. Results come in the order sent."""
        self._db.executemany(
            "UPDATE review SET state = 'acknowledged', status = ?, reason = ?, acknowledged_at = ? WHERE place = ?",
            [
                (result["status"], result.get("reason"), at.isoformat(), sent.place)
                for sent, result in zip(batch, results, strict=True)
            ],
        )

    def set_aside(self, sent: Waiting, code: str, at: datetime) -> None:
        """Take a review off the queue that the server will not even take in. It is never forgotten: nobody else has it."""
        self._db.execute(
            "UPDATE review SET state = 'refused', status = NULL, reason = ?, acknowledged_at = ? WHERE place = ?",
            (code, at.isoformat(), sent.place),
        )

    def refused(self) -> dict[str, str]:
        """The reviews set aside, and the code of the refusal."""
        return dict(self._db.execute("SELECT id, reason FROM review WHERE state = 'refused' ORDER BY place").fetchall())

    def offer_all_again(self) -> None:
        """Put everything that is kept back into the queue: the server has forgotten what it had acknowledged."""
        self._db.execute("UPDATE review SET state = 'waiting', asked_for = 0")
        self._db.execute("UPDATE lesson_read SET told_at = NULL")

    def offer_missing(self, ranges: Iterable[Mapping[str, int]]) -> None:
        """Put back what the server says it never got, each once: one that came under another number stays missing for ever."""
        self._db.executemany(
            """UPDATE review SET state = 'waiting', asked_for = 1
               WHERE number BETWEEN ? AND ? AND state = 'acknowledged' AND asked_for = 0""",
            [(missing["first"], missing["last"]) for missing in ranges],
        )

    def offer_held_back(self) -> None:
        """Put back answers to the questions of an exam: they count once it was handed in."""
        self._db.execute("UPDATE review SET state = 'waiting' WHERE state = 'acknowledged' AND reason = 'exam_open'")

    def move_to(self, device_id: str) -> None:
        """Become another device: number what waits from 1, in its order. What is kept has no number any more."""
        places = self._db.execute("SELECT place FROM review WHERE state = 'waiting' ORDER BY place").fetchall()
        self._db.execute("UPDATE review SET number = NULL")
        self._db.executemany(
            "UPDATE review SET number = ? WHERE place = ?", [(number, place) for number, (place,) in enumerate(places, start=1)]
        )
        self._store.put(device_id=device_id, next_number=len(places) + 1)

    def forget(self, before: datetime) -> None:
        """Delete what was acknowledged, and lessons of which the server was told, before then."""
        for found, delete in (
            (
                "SELECT place, acknowledged_at FROM review WHERE state = 'acknowledged'",
                "DELETE FROM review WHERE place = ?",
            ),
            (
                "SELECT lesson_id, told_at FROM lesson_read WHERE told_at IS NOT NULL",
                "DELETE FROM lesson_read WHERE lesson_id = ?",
            ),
        ):
            rows = self._db.execute(found).fetchall()
            self._db.executemany(delete, [(key,) for key, at in rows if datetime.fromisoformat(at) < before])

    def add_lesson(self, lesson_id: str, read_at: datetime) -> None:
        """A lesson was read to its end; saying so twice does no harm."""
        self._db.execute(
            "INSERT INTO lesson_read (lesson_id, read_at) VALUES (?, ?) ON CONFLICT DO UPDATE SET told_at = NULL",
            (lesson_id, read_at.isoformat()),
        )

    def lessons(self) -> list[str]:
        """Lessons read that the server does not know of yet, in the order read."""
        statement = "SELECT lesson_id FROM lesson_read WHERE told_at IS NULL ORDER BY read_at, lesson_id"
        return [row[0] for row in self._db.execute(statement)]

    def lesson_told(self, lesson_id: str, at: datetime) -> None:
        """The server knows."""
        self._db.execute("UPDATE lesson_read SET told_at = ? WHERE lesson_id = ?", (at.isoformat(), lesson_id))
