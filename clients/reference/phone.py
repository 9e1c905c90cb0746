"""What the learner does on the device: today's drill, answers, lessons. Nothing here needs the server.

A device has a clock, which may be wrong by years, and a zone of its own. What it sends is dated by that clock as it is: the
server corrects it, from `sent_at` by the same clock, and what the device had corrected would be corrected twice. What it shows
meanwhile goes by the clock as corrected by the server's time, which `sync` notes: on a clock years ahead everything would be due.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from random import Random
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from clients.reference.held import Held
from clients.reference.ids import uuid7
from clients.reference.outbox import Judged, Outbox
from clients.reference.shelf import Shelf
from clients.reference.store import Store
from domain.content.items import ItemVersion
from domain.content.kinds.base import Response
from domain.practice.algorithm import Fsrs6
from domain.practice.clock import practice_day
from domain.practice.drill import Drill, build_drill
from domain.practice.grading import Verdict, grade
from domain.practice.memory import Answer, Memory

Clock = Callable[[], datetime]


@dataclass(frozen=True, slots=True)
class Told:
    """What the learner is told after an answer: the verdict, and the memory as the device folded it."""

    review_id: str
    verdict: Verdict
    memory: Memory


class Phone:
    """One learner's device. `zone` is the IANA zone of where it is now, and changes when it travels."""

    def __init__(self, store: Store, clock: Clock, zone: str, entropy: Random, shelf: Shelf | None = None) -> None:
        self.store = store
        self.outbox = Outbox(store)
        self.held = Held(store, self.outbox)
        self.shelf = shelf or Shelf(store)
        self.zone = zone
        self._clock = clock
        self._entropy = entropy

    def drill(self, size: int | None = None) -> Drill:
        """Today's drill from what the device holds, by the same rules as the server's. Raises `NoPack`, `NotSetUp`.

        The day is the learner's, in the zone of the profile, as on the server: a drill must not change on the way to the airport.
        """
        preferences = self.held.preferences
        return build_drill(
            self.today(preferences.time_zone),
            size or preferences.drill_size,
            preferences,
            self.held.shown(),
            self.held.lessons_read() | self.shelf.lessons_read(),
            self.shelf.catalogue(),
            Fsrs6(),
        )

    def answer(
        self, item: ItemVersion, response: Response, *, latency_ms: int | None = None, confidence: int | None = None
    ) -> Told:
        """Save an answer to the version that was shown, in one transaction, and only then tell the verdict.

        Raises `MalformedResponse`, saving nothing, for a response that no screen should have let through.
        """
        verdict = grade(item, response)
        retention = self.shelf.catalogue().skills[item.skill].desired_retention
        now = self._now()
        with self.store.transaction():
            number = self.outbox.next_number()
            review = self._dated(number, now) | {
                "item_id": item.item_id,
                "item_version": item.version,
                "response": dict(response),
                "latency_ms": latency_ms,
                "confidence": confidence,
            }
            moment = now + self._behind()
            day = practice_day(moment, self.zone)
            answer = Answer(UUID(review["id"]), moment, day, verdict.correct, item.chance, item.prior_known)
            judged = Judged(item.item_id, item.skill, retention, answer)
            self.outbox.add(number, review, judged)
            memory = self.held.fold_one(judged)
        return Told(review["id"], verdict, memory)

    def answer_ungraded(self, fields: Mapping[str, Any]) -> str:
        """Save an answer that this device cannot grade, such as one of a kind that it does not know. Returns its id.

        `fields` are those of a review. It is sent like any other: whether it counts is the server's to say.
        """
        now = self._now()
        with self.store.transaction():
            number = self.outbox.next_number()
            review = self._dated(number, now) | dict(fields)
            self.outbox.add(number, review, None)
        return str(review["id"])

    def read_lesson(self, lesson_id: str) -> None:
        """A lesson was read to its end."""
        with self.store.transaction():
            self.outbox.add_lesson(lesson_id, self._now())

    def today(self, zone: str) -> date:
        """The practice day in `zone`, as far as this device can tell."""
        return practice_day(self._clock() + self._behind(), zone)

    def _behind(self) -> timedelta:
        """How far this clock was behind the server's when the two last met; negative: ahead."""
        return timedelta(seconds=self.store.get("clock_behind") or 0.0)

    def _now(self) -> datetime:
        """The device's time, as finely as it goes onto the wire."""
        now = self._clock()
        return now.replace(microsecond=now.microsecond // 1000 * 1000)

    def _dated(self, number: int, now: datetime) -> dict[str, Any]:
        return {
            "id": str(uuid7(now, number, self._entropy)),
            "answered_at": now.astimezone(ZoneInfo(self.zone)).isoformat(timespec="milliseconds"),
            "time_zone": self.zone,
        }
