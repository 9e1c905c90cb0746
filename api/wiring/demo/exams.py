"""Simulated candidates: when somebody dares to sit an exam, and the sitting, by the rules and with the recording of the API."""

from collections.abc import Callable, Collection, Mapping
from datetime import datetime, timedelta
from random import Random
from uuid import UUID

from api.wiring.demo.bank import ZONE
from domain.assessment.exam import Attempt
from domain.assessment.sitting import MayNotBegin, begin, hand_in, with_answers
from domain.content.assessments import Exam
from domain.content.catalogue import Catalogue
from domain.content.items import ItemVersion
from domain.identity.scope import Caller
from domain.practice.algorithm import Algorithm
from repositories.attempts import AttemptRepository
from repositories.connection import Connection
from repositories.learners import LearnerRepository
from repositories.reviews import ReviewRepository

SAVED_TOGETHER = 5
SECONDS_A_QUESTION = (20, 75)

Responding = Callable[[ItemVersion], Mapping[str, object]]


def met_share(exam: Exam, met: Collection[str], catalogue: Catalogue) -> float:
    """The share of its questions that somebody who has met these items may expect to know from drills."""
    expected = 0.0
    for line in exam.blueprint:
        fitting = [item for item in catalogue.items_by_skill.get(line.skill, ()) if not line.kinds or item.kind in line.kinds]
        expected += line.count * sum(item.item_id in met for item in fitting) / max(1, len(fitting))
    return expected / sum(line.count for line in exam.blueprint)


class SimulatedCandidate:
    """Somebody at an exam: answers in a time of their own, saves now and then as phones do, and hands in."""

    def __init__(
        self, connection: Connection, caller: Caller, catalogue: Catalogue, algorithm: Algorithm, random: Random
    ) -> None:
        self._connection = connection
        self._caller = caller
        self._attempts = AttemptRepository(connection, caller)
        self._catalogue = catalogue
        self._algorithm = algorithm
        self._random = random

    async def sit(self, exam: Exam, begun: datetime, responding: Responding) -> Attempt | None:
        """The attempt, handed in; None when the exam may not be begun now."""
        await LearnerRepository(self._connection, self._caller, begun).lock()
        identity = UUID(int=self._random.getrandbits(128), version=4)
        try:
            attempt = await begin(
                exam,
                self._attempts,
                self._catalogue,
                learner_id=self._caller.employee_id,
                attempt_id=identity,
                salt=identity,
                now=begun,
            )
        except MayNotBegin:
            return None
        attempt, moment = await self._answered(attempt, begun, responding)
        return await self._closed(attempt, moment)

    async def _answered(self, attempt: Attempt, begun: datetime, responding: Responding) -> tuple[Attempt, datetime]:
        """The attempt with all answers for which there was time, and when the last was saved."""
        moment = begun
        for first in range(0, len(attempt.questions), SAVED_TOGETHER):
            given = []
            for place, question in enumerate(attempt.questions[first : first + SAVED_TOGETHER], first):
                item = self._catalogue.version(question.item_id, question.item_version)
                assert item is not None  # noqa: S101  (a version once published is never gone)
                given.append((place, responding(item)))
                moment += timedelta(seconds=self._random.randint(*SECONDS_A_QUESTION))
            if not attempt.takes_answers(moment):
                break
            attempt, _ = with_answers(attempt, given, self._catalogue, moment)
            await self._attempts.save_answers(attempt)
        return attempt, moment

    async def _closed(self, attempt: Attempt, now: datetime) -> Attempt:
        return await hand_in(
            attempt,
            self._attempts,
            ReviewRepository(self._connection, self._caller),
            LearnerRepository(self._connection, self._caller, now),
            learner_id=self._caller.employee_id,
            time_zone=ZONE,
            catalogue=self._catalogue,
            algorithm=self._algorithm,
            now=now,
        )
