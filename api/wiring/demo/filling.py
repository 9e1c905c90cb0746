"""Creating the demo bank once, and letting its people practise up to yesterday."""

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, timedelta
from hashlib import blake2b
from random import Random

import msgspec
from sqlmodel import select

from api.auth.credentials import Passwords
from api.wiring.database import AuthoringDatabase, Database
from api.wiring.demo.bank import PASSWORD, SLUG, ZONE, Person, found_bank, identity, people
from api.wiring.demo.simulation import Habits, days_of, habits_of, knows, response_of, session_start, uuid7
from domain.content.catalogue import Catalogue
from domain.identity.scope import Caller
from domain.mastery.standing import note_progress
from domain.practice.algorithm import Algorithm
from domain.practice.clock import practice_day
from domain.practice.drill import ItemStep, LessonStep, build_drill
from domain.practice.grading import grade
from domain.practice.learner import Preferences
from domain.practice.memory import Answer, Schedule, advance
from domain.practice.review import Batch, Envelope, Submission
from domain.practice.submit import submit_reviews
from repositories.connection import Connection
from repositories.learners import LearnerRepository
from repositories.reviews import ReviewRepository
from repositories.tables import OrganisationRow

DAYS = 84
SECONDS_BETWEEN_ANSWERS = 14
AGAIN_AT_MOST = 2


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
    created = existing is None
    everybody = people(now.date())
    for done, person in enumerate(everybody, start=1):
        caller = Caller(person.employee_id, bank)
        async with database.transaction(bank) as connection:
            if await _untouched(connection, caller, now):
                await _practise(connection, caller, person, since, catalogue, algorithm)
                created = True
        progress(done, len(everybody))
    return created


async def _untouched(connection: Connection, caller: Caller, now: datetime) -> bool:
    learner = LearnerRepository(connection, caller, now)
    return not await learner.practice_days() and not await learner.lessons_done()


async def _practise(
    connection: Connection,
    caller: Caller,
    person: Person,
    today: date,
    catalogue: Catalogue,
    algorithm: Algorithm,
) -> None:
    random = Random(f"harbour {person.staff_no}")
    habits = habits_of(random, today, DAYS, exemplary=person.staff_no == "L001")
    preferences = Preferences(ZONE, "zh-Hans", new_per_day=habits.new_per_day)
    await LearnerRepository(connection, caller, session_start(habits, habits.first_day, ZONE, random)).set_preferences(
        preferences
    )
    for day in days_of(habits, today, random):
        await _one_session(connection, caller, habits, session_start(habits, day, ZONE, random), catalogue, algorithm, random)


async def _one_session(
    connection: Connection,
    caller: Caller,
    habits: Habits,
    begun: datetime,
    catalogue: Catalogue,
    algorithm: Algorithm,
    random: Random,
) -> None:
    """What a phone does in a session: fetch the drill, read its lesson, answer, ask missed items again, upload."""
    learner = LearnerRepository(connection, caller, begun)
    day = practice_day(begun, ZONE)
    preferences = Preferences(ZONE, "zh-Hans", new_per_day=habits.new_per_day)
    memories = await learner.memories()
    drill = build_drill(day, preferences.drill_size, preferences, memories, await learner.lessons_done(), catalogue, algorithm)
    moment = begun
    waiting = []
    for step in drill.steps:
        if isinstance(step, LessonStep):
            await learner.complete_lesson(step.lesson)
            moment += timedelta(minutes=step.lesson.minutes)
        else:
            waiting.append(step)
    submissions: list[Submission] = []
    for round_of in range(1 + AGAIN_AT_MOST):
        missed: list[ItemStep] = []
        for step in waiting:
            moment += timedelta(seconds=SECONDS_BETWEEN_ANSWERS + random.randrange(SECONDS_BETWEEN_ANSWERS))
            memory = memories.get(step.item.item_id)
            known = knows(habits, memory, day, algorithm, random)
            response = response_of(step.item, random, known=known)
            correct = grade(step.item, response).correct
            submission = _submission(step, response, moment, random)
            submissions.append(submission)
            # The phone folds for itself, as it will offline, to know what to ask again.
            answer = Answer(submission.envelope.id, moment, day, correct, step.item.chance, step.item.prior_known)
            retention = catalogue.skills[step.item.skill].desired_retention
            seed = (str(caller.employee_id), step.item.item_id)
            memories[step.item.item_id] = advance(memory, answer, Schedule(algorithm, retention, seed))
            if not correct:
                missed.append(step)
        waiting = missed
        if not waiting or round_of == AGAIN_AT_MOST:
            break
    if not submissions:
        return
    uploaded = moment + timedelta(seconds=5)
    batch = Batch("demo-phone", uploaded, uploaded.isoformat(), uploaded)
    receipt = await submit_reviews(
        submissions,
        batch,
        ReviewRepository(connection, caller),
        learner_id=caller.employee_id,
        catalogue=catalogue,
        algorithm=algorithm,
    )
    store = LearnerRepository(connection, caller, uploaded)
    await note_progress(receipt.standings, day, store, catalogue=catalogue, algorithm=algorithm)


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
