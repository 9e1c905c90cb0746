"""Creating the demo bank once, and letting its people practise up to yesterday."""

import asyncio
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from hashlib import blake2b
from itertools import islice
from random import Random

import msgspec
from sqlmodel import select

from api.auth.credentials import Passwords
from api.wiring.database import AuthoringDatabase, Database
from api.wiring.demo.bank import PASSWORD, SLUG, ZONE, Person, found_bank, identity, people
from api.wiring.demo.exams import SimulatedCandidate, met_share
from api.wiring.demo.simulation import days_of, habits_of, knows, response_of, session_start, uuid7
from domain.content.assessments import Exam
from domain.content.catalogue import Catalogue
from domain.content.items import ItemVersion
from domain.content.lessons import LessonVersion
from domain.content.path import months_between, study_order
from domain.identity.scope import Caller
from domain.mastery.standing import note_progress
from domain.practice.algorithm import Algorithm
from domain.practice.clock import practice_day
from domain.practice.drill import ItemStep, LessonStep, build_drill
from domain.practice.grading import grade
from domain.practice.learner import Career, Preferences
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
SATURDAY = 6
BEFORE_AN_EXAM = timedelta(minutes=10)
BETWEEN_EXAMS = timedelta(days=7)
WISER_BY = 0.1


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
            await found_bank(session, Passwords().hash(PASSWORD), today, opened)
    since = today if existing is None else practice_day(existing.created_at, ZONE) + timedelta(days=DAYS + 1)
    everybody = people(since)
    keys = keys_of(catalogue)
    done = 0
    slots = asyncio.Semaphore(AT_ONCE)

    async def fill(person: Person) -> bool:
        nonlocal done
        caller = Caller(person.employee_id, bank)
        async with slots, database.transaction(bank) as connection:
            untouched = await _untouched(connection, caller, now)
            if untouched:
                await SimulatedPhone(connection, caller, person, since, catalogue, algorithm, keys).practise()
        done += 1
        progress(done, len(everybody))
        return untouched

    filled = await asyncio.gather(*map(fill, everybody))
    return existing is None or any(filled)


def keys_of(catalogue: Catalogue) -> dict[str, Mapping[str, object]]:
    """Right answers by item, found once for everybody: the best path of a scenario takes a search."""
    return {item_id: item.key_in("zh-Hans") for item_id, item in catalogue.items.items()}


async def _untouched(connection: Connection, caller: Caller, now: datetime) -> bool:
    learner = LearnerRepository(connection, caller, now)
    return not await learner.practice_days() and not await learner.lessons_done()


class SimulatedPhone:
    """The phone of a simulated person: knows its drill and folds its answers by the product's rules, and uploads them.

    Nobody here takes a self-assessment: what people found out about themselves is theirs alone, and a demo that showed it to
    whoever looks around would teach the opposite.
    """

    def __init__(
        self,
        connection: Connection,
        caller: Caller,
        person: Person,
        today: date,
        catalogue: Catalogue,
        algorithm: Algorithm,
        keys: Mapping[str, Mapping[str, object]],
    ) -> None:
        self._connection = connection
        self._caller = caller
        self._today = today
        self._catalogue = catalogue
        self._algorithm = algorithm
        self._keys = keys
        self._random = Random(f"harbour {person.staff_no}")
        self._habits = habits_of(self._random, today, DAYS, person)
        self._preferences = Preferences(
            ZONE, "zh-Hans", daily_goal_minutes=self._habits.minutes, new_per_day=self._habits.new_per_day
        )
        self._candidate = SimulatedCandidate(connection, caller, catalogue, algorithm, self._random)
        self._next_exam, self._dares_at = self._habits.first_day, self._habits.dares_at
        self._career = Career(person.role_started_on, frozenset(), None)
        self._memories: dict[str, Memory] = {}
        self._lessons_done: set[str] = set()

    async def practise(self) -> None:
        """Live through all days up to yesterday."""
        learner = self._learner(session_start(self._habits, self._habits.first_day, ZONE, self._random))
        await learner.lock()
        await learner.set_preferences(self._preferences)
        for day in days_of(self._habits, self._today, self._random):
            ended = await self._session(session_start(self._habits, day, ZONE, self._random))
            await self._dare(ended + BEFORE_AN_EXAM, day)

    def _learner(self, moment: datetime) -> LearnerRepository:
        return LearnerRepository(self._connection, self._caller, moment)

    def _stage(self, day: date) -> int:
        """By tenure and exams passed at that day, as the drill of the API has it."""
        return self._catalogue.path.reached(months_between(self._career.role_started_on, day), self._career.exams_passed)

    async def _session(self, begun: datetime) -> datetime:
        """Read ahead, take the drill, read its lesson, answer, ask missed items again, upload. Returns when that was done."""
        day = practice_day(begun, ZONE)
        moment = await self._read([*self._ahead(day)], begun)
        drill = build_drill(
            day,
            self._preferences.drill_size,
            self._preferences,
            self._memories,
            frozenset(self._lessons_done),
            self._catalogue,
            self._algorithm,
            stage=self._stage(day),
        )
        moment = await self._read([step.lesson for step in drill.steps if isinstance(step, LessonStep)], moment)
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
        moment += timedelta(seconds=5)
        if submissions:
            await self._upload(submissions, moment, day)
        return moment

    def _ahead(self, day: date) -> Iterator[LessonVersion]:
        """What the person reads unasked: the next lessons in the order of study, and then those of later stages."""
        order = [
            *study_order(self._stage(day), self._catalogue.lesson_order, self._catalogue.stage_of),
            *self._catalogue.lesson_order,
        ]
        unread = (lesson_id for lesson_id in dict.fromkeys(order) if lesson_id not in self._lessons_done)
        return (self._catalogue.lessons[lesson_id] for lesson_id in islice(unread, self._habits.reads_ahead))

    async def _read(self, lessons: Iterable[LessonVersion], moment: datetime) -> datetime:
        for lesson in lessons:
            await self._learner(moment).complete_lesson(lesson)
            self._lessons_done.add(lesson.lesson_id)
            moment += timedelta(minutes=lesson.minutes)
        return moment

    async def _dare(self, begun: datetime, day: date) -> None:
        """Sit the exam of the present stage on a working day, when enough of it was met in drills; after a failure, of more."""
        exam = self._open_exam(day)
        if exam is None or self._dares_at is None or day < self._next_exam or day.isoweekday() >= SATURDAY:
            return
        if met_share(exam, self._memories, self._catalogue) < self._dares_at:
            return
        attempt = await self._candidate.sit(exam, begun, lambda item: self._response_in_exam(item, day))
        if attempt is None or attempt.result is None:
            return
        self._next_exam = day + BETWEEN_EXAMS
        if not attempt.result.passed:
            self._dares_at += WISER_BY
        # What the exam changed, read back and not guessed: the answers trained the memory, and a pass may open the next stage.
        learner = self._learner(begun)
        self._memories = await learner.memories()
        self._career = await learner.career()

    def _open_exam(self, day: date) -> Exam | None:
        """The exam of the present stage, unless it was passed."""
        stages = self._catalogue.path.stages
        exam = self._catalogue.assessments.get(stages[self._stage(day)].exam) if stages else None
        return exam if isinstance(exam, Exam) and exam.assessment_id not in self._career.exams_passed else None

    def _response_in_exam(self, item: ItemVersion, day: date) -> Mapping[str, object]:
        memory = self._memories.get(item.item_id)
        if memory is None:
            known = self._random.random() < item.prior_known  # never taught here, but perhaps by the job
        else:
            known = knows(self._habits, memory, day, self._algorithm, self._random)
        return response_of(item, self._keys[item.item_id], self._random, known=known)

    def _answer(self, step: ItemStep, moment: datetime, day: date) -> tuple[Submission, bool]:
        item = step.item
        memory = self._memories.get(item.item_id)
        known = knows(self._habits, memory, day, self._algorithm, self._random)
        response = response_of(item, self._keys[item.item_id], self._random, known=known)
        correct = known or grade(item, response).correct  # the upload grades everything; here only luck is to be found out
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
