"""The demo bank: what there is to see in it, and that it comes out the same every time."""

from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path

import asyncpg
import pytest

from api.auth.credentials import Passwords
from api.wiring.database import SHARED, AuthoringDatabase, Database
from api.wiring.demo.bank import PASSWORD, SLUG, VISITED, found_bank, identity, people
from api.wiring.demo.filling import SimulatedPhone, create_demo, keys_of
from api.wiring.keys import create_key
from api.wiring.migrations import migrate
from domain.content.catalogue import Catalogue
from domain.identity.scope import Caller
from domain.practice.algorithm import Fsrs6
from repositories.content.published import read_published
from repositories.content.publishing import publish
from repositories.content.reading import Curriculum
from tests.service import NOON, Clock, Service, new_database, running_service

pytestmark = pytest.mark.anyio

BANK = identity(SLUG)
TODAY = NOON.date()
REVIEWS_OF = "SELECT id, item_id, item_version, answered_at, response, correct FROM review WHERE learner_id = $1 ORDER BY id"

# An exam may ask what its skills hold beyond the stage, and that comes back in drills.
FIRST_MET = """
SELECT DISTINCT ON (learner_id, item_id) learner_id, item_id, origin FROM review ORDER BY learner_id, item_id, answered_at
"""


async def published(postgres: str, curriculum: Curriculum) -> str:
    """A database of its own, migrated, with the whole curriculum."""
    url = await new_database(postgres)
    await migrate(url)
    async with AuthoringDatabase.connected(url) as authoring, authoring.transaction(SHARED) as session:
        await publish(session, curriculum, NOON)
    return url


async def catalogue_of(database: Database) -> Catalogue:
    async with database.transaction(SHARED) as connection:
        return Catalogue.of(await read_published(connection))


@pytest.fixture(scope="module")
async def demo(postgres: str, whole_curriculum: Curriculum, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Service]:
    """The service on a database with the demo bank."""
    url = await published(postgres, whole_curriculum)
    keys: Path = tmp_path_factory.mktemp("keys")
    create_key(keys, NOON)
    async with AuthoringDatabase.connected(url) as authoring, Database.connected(url, 3, 15_000) as database:
        assert await create_demo(database, authoring, await catalogue_of(database), Fsrs6(), NOON)
    async with running_service(url, keys, Clock(), demo=True) as service:
        yield service


async def seen_by(service: Service, staff_no: str, path: str) -> dict[str, object]:
    headers = {"Authorization": f"Bearer {service.token(Caller(identity(staff_no), BANK))}"}
    response = await service.http.get(path, headers=headers)
    assert response.status_code == 200, response.text
    body: dict[str, object] = response.json()
    return body


async def rows(service_url: str, query: str, *arguments: object) -> list[tuple[object, ...]]:
    connection = await asyncpg.connect(service_url)
    try:
        return [tuple(row) for row in await connection.fetch(query, *arguments)]
    finally:
        await connection.close()


async def test_the_demo_bank_has_people_of_every_stage_who_passed_and_failed_exams(demo: Service) -> None:
    stages = Counter([(await seen_by(demo, person.staff_no, "/v1/assessments"))["stage"] for person in people(TODAY)])
    assert stages.keys() == {"beginner", "intermediate", "advanced"}

    results = Counter(await rows(demo.url, "SELECT assessment_id, (result->>'passed')::bool FROM exam_attempt"))
    exams = {"exam.beginner", "exam.intermediate", "exam.advanced"}
    assert results.keys() == {(exam, passed) for exam in exams for passed in (True, False)}
    passes = Counter(exam for (exam,) in await rows(demo.url, "SELECT assessment_id FROM exam_pass"))
    assert passes == {exam: results[exam, True] for exam in exams}
    answered = "SELECT count(*) FROM exam_attempt, jsonb_object_keys(answers)"
    assert await rows(demo.url, answered) == await rows(demo.url, "SELECT count(*) FROM review WHERE origin = 'exam'")


async def test_demo_people_were_drilled_in_their_own_stage_and_in_none_beyond(demo: Service) -> None:
    catalogue = await demo.catalogue()
    number = {stage.stage_id: place for place, stage in enumerate(catalogue.path.stages)}
    met: dict[object, set[int]] = {}
    for learner_id, item_id, origin in await rows(demo.url, FIRST_MET):
        if origin == "drill":
            met.setdefault(learner_id, set()).add(catalogue.stage_of[catalogue.lesson_of[str(item_id)]])
    for person in people(TODAY):
        stage = (await seen_by(demo, person.staff_no, "/v1/assessments"))["stage"]
        assert max(met.get(person.employee_id, {0})) <= number[str(stage)]
    assert {max(stages) for stages in met.values()} == set(number.values())


async def test_the_demo_bank_shows_all_bands_and_completed_programs(demo: Service) -> None:
    figures = await seen_by(demo, "M001", f"/v1/teams/{identity('浦江分行')}/mastery")
    members = figures["members"]
    assert isinstance(members, list)
    bands = Counter(cell["band"] for member in members for cell in member["cells"])
    assert bands["learning"] < bands["proficient"] + bands["mastered"] + bands["not_started"]
    assert min(bands["learning"], bands["proficient"], bands["mastered"]) > 0
    assert await rows(demo.url, "SELECT 1 FROM completion LIMIT 1")
    drill = await seen_by(demo, VISITED, "/v1/drill")
    assert drill["steps"]


async def test_the_demo_bank_holds_no_self_assessment(demo: Service) -> None:
    assert await rows(demo.url, "SELECT count(*) FROM private.self_result") == [(0,)]


async def test_a_demo_person_practises_the_same_every_time(demo: Service, postgres: str, whole_curriculum: Curriculum) -> None:
    url = await published(postgres, whole_curriculum)
    person = next(person for person in people(TODAY) if person.staff_no == VISITED)
    caller = Caller(person.employee_id, BANK)
    async with AuthoringDatabase.connected(url) as authoring, authoring.transaction(BANK) as session:
        await found_bank(session, Passwords().hash(PASSWORD), TODAY, NOON)
    async with Database.connected(url, 1, 15_000) as database:
        catalogue = await catalogue_of(database)
        async with database.transaction(BANK) as connection:
            phone = SimulatedPhone(connection, caller, person, TODAY, catalogue, Fsrs6(), keys_of(catalogue))
            await phone.practise()
    assert await rows(url, REVIEWS_OF, caller.employee_id) == await rows(demo.url, REVIEWS_OF, caller.employee_id)
