"""The answers of an exam as reviews: they train the memory like those of a drill, and say where they come from."""

from collections.abc import Iterator
from datetime import datetime
from uuid import UUID

from domain.assessment.exam import Attempt
from domain.content.shuffle import digest_of
from domain.practice.review import Batch, Envelope, Submission

DEVICE = "exam"


def batch_of(now: datetime) -> Batch:
    """The upload that the answers make."""
    return Batch(device_id=DEVICE, sent_at=now, device_sent_at=now.isoformat(), received_at=now, origin="exam")


def reviews_of(attempt: Attempt, time_zone: str) -> Iterator[Submission]:
    """A review for each place that was answered; its id follows from the attempt's salt, so that it is recorded once."""
    for place, answer in sorted(attempt.answers.items()):
        question = attempt.questions[place]
        identity = digest_of(attempt.salt, place)
        yield Submission(
            envelope=Envelope(UUID(bytes=identity), b"", digest_of(attempt.id, place, sorted(answer.response.items()))),
            item_id=question.item_id,
            item_version=question.item_version,
            answered_at=answer.answered_at,
            device_answered_at=answer.answered_at.isoformat(),
            time_zone=time_zone,
            response=answer.response,
            latency_ms=None,
            confidence=None,
        )
