"""A `ReviewStore` that keeps one learner's log in memory: the port's contract without a database."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from domain.practice.learner import Learner, Preferences
from domain.practice.memory import Answer, Memory
from domain.practice.progress import PracticeDay
from domain.practice.review import Batch, FirstVerdict, Known, Quarantined, RecordedReview
from domain.practice.store import Recalled, Recording, SkillStanding


@dataclass
class ReviewLog:
    """Like the tables, it refuses a second review, or a second quarantine, under one id."""

    sequence: int = 0
    reviews: dict[UUID, RecordedReview] = field(default_factory=dict)
    quarantine: dict[UUID, Quarantined] = field(default_factory=dict)
    items: dict[str, Memory] = field(default_factory=dict)
    skills: dict[str, str] = field(default_factory=dict)
    days: dict[date, PracticeDay] = field(default_factory=dict)

    async def begin(self, batch: Batch, device_sequences: Sequence[int]) -> Learner:
        self.sequence += 1
        return Learner(self.sequence, Preferences("Asia/Shanghai", "zh-Hans"))

    async def recall(self, ids: Sequence[UUID], item_ids: Sequence[str]) -> Recalled:
        memories = {item_id: self.items[item_id] for item_id in item_ids if item_id in self.items}
        return Recalled(self._known(ids), memories)

    def _known(self, ids: Sequence[UUID]) -> dict[UUID, Known]:
        recorded = {i: self.reviews[i] for i in ids if i in self.reviews}
        held = {i: Known(self.quarantine[i].envelope.digest, None) for i in ids if i in self.quarantine}
        return held | {i: Known(row.graded.submission.envelope.digest, _first_verdict(row)) for i, row in recorded.items()}

    async def answers(self, item_ids: Sequence[str]) -> dict[str, list[Answer]]:
        return {
            item_id: [row.graded.answer for row in self.reviews.values() if row.graded.submission.item_id == item_id]
            for item_id in item_ids
        }

    async def record(self, recording: Recording) -> dict[str, SkillStanding]:
        assert recording.sequence == self.sequence, "recorded outside of its lock"
        for released in recording.released:
            del self.quarantine[released]
        for row in recording.reviews:
            identity = row.graded.submission.envelope.id
            assert identity not in self.reviews, "a review was recorded twice"
            self.reviews[identity] = row
        for held in recording.quarantined:
            assert held.envelope.id not in self.quarantine, "a review was quarantined twice"
            assert held.envelope.id not in self.reviews, "a recorded review was quarantined"
            self.quarantine[held.envelope.id] = held
        for practised in recording.memories:
            assert practised.first_seen == (practised.item_id not in self.items)
            self.items[practised.item_id] = practised.memory
            self.skills[practised.item_id] = practised.skill
        for day in recording.days:
            self._add(day)
        touched = {practised.skill for practised in recording.memories}
        return {skill: SkillStanding(list(self.skills.values()).count(skill), None) for skill in touched}

    def _add(self, more: PracticeDay) -> None:
        before = self.days.get(more.day, PracticeDay(more.day, 0, 0, 0))
        self.days[more.day] = PracticeDay(
            more.day,
            before.reviews + more.reviews,
            before.correct + more.correct,
            before.practised_ms + more.practised_ms,
        )


def _first_verdict(row: RecordedReview) -> FirstVerdict:
    submission = row.graded.submission
    return FirstVerdict(
        item_id=submission.item_id,
        item_version=submission.item_version,
        response=submission.response,
        correct=row.graded.correct,
        score=row.graded.score,
        after=row.after,
    )
