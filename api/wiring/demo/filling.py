"""Creating the demo bank once, and letting its people practise up to yesterday."""

import asyncio
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, timedelta
from hashlib import blake2b
from random import Random

import msgspec
from sqlmodel import select

from api.auth.credentials import Passwords
from api.wiring.database import AuthoringDatabase, Database
from api.wiring.demo.bank import PASSWORD, SLUG, ZONE, Person, found_bank, identity, people
from api.wiring.demo.simulation import days_of, habits_of, knows, response_of, session_start, uuid7
from domain.content.catalogue import Catalogue
from domain.identity.scope import Caller
from domain.mastery.standing import note_progress
from domain.practice.algorithm import Algorithm
from domain.practice.clock import practice_day
from domain.practice.drill import ItemStep, LessonStep, build_drill
from domain.practice.grading import grade
from domain.practice.learner import Preferences
from domain.practice.memory import Answer, Memory, Schedule, advance
from domain.practice.review import Batch, Envelope, Submission
from domain.practice.submit import submit_reviews
from repositories.connection import Connection
from repositories.learners import LearnerRepository
from repositories.reviews import ReviewRepository
from repositories.tables import OrganisationRow

DAYS = 84
SECONDS_BETWEEN_ANSWERS = 14
AGAIN_AT_MOST = 2
AT_ONCE = 3


async def create_demo(
    database: Database,
    authoring: AuthoringDatabase,
    catalogue: Catalogue,
    algorithm: Algorithm,
    now: datetime,
    progress: Callable[[int, int], None] = lambda _done, _all: None,
) -> bool:
    """Create what is missing of the demo bank; whether anything was. `progress` is told how many people of all are done.

    One transaction a person: a creation that was killed goes on where it stopped.
    """
    bank = identity(SLUG)
    today = practice_day(now, ZONE)
    opened = datetime.combine(today - timedelta(days=DAYS + 1), datetime.min.time(), UTC)
    async with authoring.transaction(bank) as session:
        existing = (await session.exec(select(OrganisationRow).where(OrganisationRow.id == bank))).first()
        if existing is None:
            await found_bank(session, Passwords().hash(PASSWORD), now, opened)
    since = today if existing is None else practice_day(existing.created_at, ZONE) + timedelta(days=DAYS + 1)
    everybody = people(now.date())
    done = 0
    slots = asyncio.Semaphore(AT_ONCE)

    async def fill(person: Person) -> bool:
        nonlocal done
        caller = Caller(person.employee_id, bank)
        async with slots, database.transaction(bank) as connection:
            untouched = await _untouched(connection, caller, now)
            if untouched:
                await SimulatedPhone(connection, caller, person, since, catalogue, algorithm).practise()
        done += 1
        progress(done, len(everybody))
        return untouched

    filled = await asyncio.gather(*map(fill, everybody))
    return existing is None or any(filled)


async def _untouched(connection: Connection, caller: Caller, now: datetime) -> bool:
    learner = LearnerRepository(connection, caller, now)
    return not await learner.practice_days() and not await learner.lessons_done()


class SimulatedPhone:
    """The phone of a simulated person: knows its drill and folds its answers by the product's rules, and uploads them."""

    def __init__(
        self,
        connection: Connection,
        caller: Caller,
        person: Person,
        today: date,
        catalogue: Catalogue,
        algorithm: Algorithm,
    ) -> None:
        self._connection = connection
        self._caller = caller
        self._today = today
        self._catalogue = catalogue
        self._algorithm = algorithm
        self._random = Random(f"harbour {person.staff_no}")
        self._habits = habits_of(self._random, today, DAYS, exemplary=person.staff_no == "L001")
        self._preferences = Preferences(ZONE, "zh-Hans", new_per_day=self._habits.new_per_day)
        self._memories: dict[str, Memory] = {}
        self._lessons_done: set[str] = set()

    async def practise(self) -> None:
        """Live through all days up to yesterday."""
        learner = self._learner(session_start(self._habits, self._habits.first_day, ZONE, self._random))
        await learner.lock()
        await learner.set_preferences(self._preferences)
        for day in days_of(self._habits, self._today, self._random):
            await self._session(session_start(self._habits, day, ZONE, self._random))

    def _learner(self, moment: datetime) -> LearnerRepository:
        return LearnerRepository(self._connection, self._caller, moment)

    async def _session(self, begun: datetime) -> None:
        """Take the drill, read its lesson, answer, ask missed items again, upload."""
        day = practice_day(begun, ZONE)
        drill = build_drill(
            day,
            self._preferences.drill_size,
            self._preferences,
            self._memories,
            frozenset(self._lessons_done),
            self._catalogue,
            self._algorithm,
        )
        moment = begun
        for step in drill.steps:
            if isinstance(step, LessonStep):
                await self._learner(moment).complete_lesson(step.lesson)
                self._lessons_done.add(step.lesson.lesson_id)
                moment += timedelta(minutes=step.lesson.minutes)
        submissions: list[Submission] = []
        waiting = [step for step in drill.steps if isinstance(step, ItemStep)]
        for _ in range(1 + AGAIN_AT_MOST):
            missed: list[ItemStep] = []
            for step in waiting:
                moment += timedelta(seconds=SECONDS_BETWEEN_ANSWERS + self._random.randrange(SECONDS_BETWEEN_ANSWERS))
                submission, correct = self._answer(step, moment, day)
                submissions.append(submission)
                if not correct:
                    missed.append(step)
            waiting = missed
        if submissions:
            await self._upload(submissions, moment + timedelta(seconds=5), day)

    def _answer(self, step: ItemStep, moment: datetime, day: date) -> tuple[Submission, bool]:
        item = step.item
        memory = self._memories.get(item.item_id)
        known = knows(self._habits, memory, day, self._algorithm, self._random)
        response = response_of(item, self._random, known=known)
        correct = grade(item, response).correct
        submission = _submission(step, response, moment, self._random)
        answer = Answer(submission.envelope.id, moment, day, correct, item.chance, item.prior_known)
        retention = self._catalogue.skills[item.skill].desired_retention
        schedule = Schedule(self._algorithm, retention, (str(self._caller.employee_id), item.item_id))
        self._memories[item.item_id] = advance(memory, answer, schedule)
        return submission, correct

    async def _upload(self, submissions: list[Submission], uploaded: datetime, day: date) -> None:
        receipt = await submit_reviews(
            submissions,
            Batch("demo-phone", uploaded, uploaded.isoformat(), uploaded),
            ReviewRepository(self._connection, self._caller),
            learner_id=self._caller.employee_id,
            catalogue=self._catalogue,
            algorithm=self._algorithm,
        )
        store = self._learner(uploaded)
        await note_progress(receipt.standings, day, store, catalogue=self._catalogue, algorithm=self._algorithm)


def _submission(step: ItemStep, response: Mapping[str, object], moment: datetime, random: Random) -> Submission:
    identity = uuid7(moment, random)
    payload = msgspec.json.encode([identity, step.item.item_id, step.item.version, moment, response])
    return Submission(
        envelope=Envelope(identity, payload, blake2b(payload, digest_size=16).digest()),
        item_id=step.item.item_id,
        item_version=step.item.version,
        answered_at=moment,
        device_answered_at=moment.isoformat(),
        time_zone=ZONE,
        response=response,
        latency_ms=random.randint(4_000, 28_000),
        confidence=None,
    )
