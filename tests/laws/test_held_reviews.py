"""Law 4, to its end: what could not be graded is graded when the cause is gone, as if nothing had ever been missing."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from anyio import to_thread
from click.testing import CliRunner, Result

from api.cli.main import cli
from api.wiring.database import SHARED
from api.wiring.migrations import migrate
from api.wiring.regrading import Regraded, Regrading
from domain.content.catalogue import Catalogue
from repositories.content.published import read_published
from repositories.content.publishing import publish
from repositories.content.reading import Curriculum
from tests.http.expecting import read_lesson
from tests.service import NOON, UNKNOWN, Bank, Clock, Phone, Service, new_database, right, running_service

pytestmark = pytest.mark.anyio

ITEM = "phrases.ten.belongs"
OTHER = "phrases.get-what-you-pay.queue"
EXAM = "exam.beginner"
TABLES = ("learner", "memory", "review", "review_quarantine", "practice_day", "skill_standing", "completion")


@pytest.fixture
async def own_service(postgres: str, curriculum: Curriculum, keys_dir: Path, clock: Clock) -> AsyncIterator[Service]:
    """A service with a database of its own, in which `ITEM` is not published yet."""
    clock.reset()
    url = await new_database(postgres)
    await migrate(url)
    async with running_service(url, keys_dir, clock) as service:
        await published(service, replace(curriculum, items=tuple(each for each in curriculum.items if each.item_id != ITEM)))
        yield service


async def published(service: Service, curriculum: Curriculum) -> None:
    async with service.authoring.transaction(SHARED) as session:
        await publish(session, curriculum, service.clock())
    await service.app.state.services.refresh()


async def regraded(bank: Bank, **options: Any) -> dict[str, tuple[int, int]]:
    """Regrade the bank. Returns how many were held and how many of them are graded, by reason."""
    services = bank.service.app.state.services
    async with services.database.transaction(SHARED) as connection:
        catalogue = Catalogue.of(await read_published(connection))
    done = Regraded()
    await Regrading(services.database, bank.id, catalogue, services.algorithm, services.clock).run(done, **options)
    return {reason: (tally.held, tally.graded) for reason, tally in done.reasons.items()}


async def rows(phone: Phone, table: str) -> list[dict[str, Any]]:
    async with phone.service.database.transaction(phone.caller.organisation_id) as connection:
        found = await connection.fetch(f"SELECT * FROM {table} WHERE learner_id = $1 ORDER BY 1, 2", phone.caller.employee_id)
    return [dict(row) for row in found]


async def everything(phone: Phone) -> dict[str, list[dict[str, Any]]]:
    return {table: await rows(phone, table) for table in TABLES}


async def waiting(phone: Phone) -> dict[str, str]:
    """Reasons of the reviews that wait, by id."""
    held = await rows(phone, "review_quarantine")
    return {str(row["id"]): row["reason"] for row in held if row["released_at"] is None}


def reasons_of(results: list[dict[str, Any]]) -> list[str | None]:
    return [result.get("reason") for result in results]


async def test_law_4_an_item_that_is_published_later_is_graded_and_folds_in_at_its_own_time(
    own_service: Service, curriculum: Curriculum
) -> None:
    """Equal to a learner who hands the same in when the item is there, on either side of an answer that was graded at once."""
    bank, clock = await Bank.found(own_service), own_service.clock
    key = dict(next(item for item in curriculum.items if item.item_id == ITEM).body.key("zh-Hans"))
    first, second, third = (NOON + timedelta(days=days) for days in (0, 3, 9))
    hasty, patient = await bank.employee(), await bank.employee()
    for moment, answer in ((first, UNKNOWN), (second, key)):
        clock.now = moment
        assert reasons_of(await hasty.submit(hasty.review(ITEM, answer))) == ["unknown_item"]
    clock.now = third
    await published(own_service, curriculum)
    [accepted] = await hasty.submit(hasty.review(ITEM, key))
    assert accepted["memory"]["reviews"] == 1
    clock.advance(days=2)
    assert await regraded(bank) == {"unknown_item": (2, 2)}
    given = ((first, UNKNOWN), (second, key), (third, key))
    await patient.submit(*(patient.review(ITEM, answer, answered_at=moment) for moment, answer in given))

    ours, theirs = (await hasty.memory_rows())[ITEM], (await patient.memory_rows())[ITEM]
    for name in ("stability", "difficulty"):
        assert ours[name] == pytest.approx(theirs[name], rel=1e-9, abs=0)
    for name in ("first_practice_day", "last_practice_day", "repetitions", "lapses", "relearning", "last_answered_at"):
        assert ours[name] == theirs[name], name
    # What the memory is judged by: the days it was practised on, and the sums of those days.
    for table, names in (
        ("review", ("practice_day", "answered_at", "clamped", "correct")),
        ("practice_day", ("day", "reviews", "correct", "practised_ms")),
        ("skill_standing", ("skill", "items_seen", "reviews", "last_practised_on")),
    ):
        both = [sorted(tuple(row[name] for name in names) for row in await rows(phone, table)) for phone in (hasty, patient)]
        assert both[0] == both[1], table


async def test_law_7_a_regraded_review_keeps_the_times_of_the_upload_it_came_with(
    own_service: Service, curriculum: Curriculum
) -> None:
    """Corrected by the skew of its own upload, and clamped to its own receipt: later nothing is known of that clock."""
    bank, clock = await Bank.found(own_service), own_service.clock
    phone = await bank.employee()
    fast = NOON + timedelta(hours=30)  # what the device takes for noon
    skewed, impossible = phone.review(ITEM, UNKNOWN, answered_at=fast - timedelta(hours=2)), phone.review(ITEM, UNKNOWN)
    await phone.submit(skewed, sent_at=fast)
    await phone.submit({**impossible, "answered_at": "2035-01-01T00:00:00Z"})
    clock.advance(days=30)
    await published(own_service, curriculum)
    assert await regraded(bank) == {"unknown_item": (2, 2)}
    by_id = {str(row["id"]): row for row in await rows(phone, "review")}
    one, other = by_id[skewed["id"]], by_id[impossible["id"]]
    assert (one["answered_at"], one["clamped"], one["skew_ms"]) == (NOON - timedelta(hours=2), False, -30 * 3_600_000)
    assert (other["answered_at"], other["clamped"]) == (NOON, True)
    for row in (one, other):
        assert (row["received_at"], row["device_id"], row["practice_day"].isoformat()) == (NOON, "phone-1", "2026-11-20")
    assert [row["released_at"] for row in await rows(phone, "review_quarantine")] == [clock.now, clock.now]


async def test_law_3_a_retry_of_what_was_regraded_is_a_duplicate(own_service: Service, curriculum: Curriculum) -> None:
    bank = await Bank.found(own_service)
    phone = await bank.employee()
    review = phone.review(ITEM, UNKNOWN)
    await phone.submit(review)
    await published(own_service, curriculum)
    await regraded(bank)
    [again] = await phone.submit(review)
    assert (again["status"], again["correct"], again["memory"]["reviews"]) == ("duplicate", False, 1)
    [other] = await phone.submit({**review, "latency_ms": 1})
    assert other["status"] == "conflict"


async def test_law_4_what_still_cannot_be_graded_stays_with_its_reason(bank: Bank) -> None:
    phone = await bank.employee()
    held = {
        "unknown_item": phone.review("no.such.item", UNKNOWN),
        "unknown_item_version": phone.review(ITEM, UNKNOWN, item_version=99),
        "unknown_time_zone": phone.review(ITEM, UNKNOWN, time_zone="Mars/Olympus"),
        "malformed_response": phone.review(ITEM, {"no": "such field"}),
        "malformed_review": phone.review(ITEM, UNKNOWN, latency_ms=-1),
    }
    assert reasons_of(await phone.submit(*held.values(), phone.review(OTHER, UNKNOWN))) == [*held, None]
    before = await everything(phone)
    bank.service.clock.advance(days=1)
    assert await regraded(bank) == dict.fromkeys(held, (1, 0))
    assert await everything(phone) == before
    assert await waiting(phone) == {review["id"]: reason for reason, review in held.items()}


async def test_law_4_one_review_that_cannot_be_graded_does_not_block_the_others(bank: Bank) -> None:
    """A machine that learns of a zone is simulated from the other end; the stored digest still is what retries go by."""
    phone = await bank.employee()
    found, lost = (phone.review(ITEM, UNKNOWN, time_zone=f"Mars/{place}") for place in ("Olympus", "Arcadia"))
    unreadable = phone.review(ITEM, UNKNOWN, time_zone="")
    await phone.submit(unreadable, lost, found)
    async with bank.service.database.transaction(bank.id) as connection:
        await connection.execute(
            """UPDATE review_quarantine
               SET payload = convert_to(replace(convert_from(payload, 'UTF8'), 'Mars/Olympus', 'Asia/Shanghai'), 'UTF8')
               WHERE learner_id = $1""",
            phone.caller.employee_id,
        )
    assert await regraded(bank) == {"unknown_time_zone": (2, 1), "malformed_review": (1, 0)}
    assert await waiting(phone) == {unreadable["id"]: "malformed_review", lost["id"]: "unknown_time_zone"}
    assert [str(row["id"]) for row in await rows(phone, "review")] == [found["id"]]
    [again] = await phone.submit(found)
    assert again["status"] == "duplicate"


async def test_law_4_regrading_again_changes_nothing(own_service: Service, curriculum: Curriculum) -> None:
    bank = await Bank.found(own_service)
    phone = await bank.employee()
    await phone.submit(phone.review(ITEM, UNKNOWN), phone.review("no.such.item", UNKNOWN))
    await published(own_service, curriculum)
    assert await regraded(bank) == {"unknown_item": (2, 1)}
    before = await everything(phone)
    own_service.clock.advance(days=1)
    assert await regraded(bank) == {"unknown_item": (1, 0)}
    assert await everything(phone) == before


async def test_law_4_a_regrading_that_was_killed_is_finished_by_the_next(own_service: Service, curriculum: Curriculum) -> None:
    bank = await Bank.found(own_service)
    phones = [await bank.employee() for _ in range(3)]
    for phone in phones:
        await phone.submit(phone.review(ITEM, UNKNOWN))
    await published(own_service, curriculum)

    def kill(_done: int, _all: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        await regraded(bank, progress=kill)
    assert sorted([len(await waiting(phone)) for phone in phones]) == [0, 1, 1]
    assert await regraded(bank) == {"unknown_item": (2, 2)}
    for phone in phones:
        assert len(await rows(phone, "review")) == 1


async def test_law_4_more_than_one_round_of_one_learner_is_graded(own_service: Service, curriculum: Curriculum) -> None:
    bank = await Bank.found(own_service)
    phone = await bank.employee()
    for item_id in (ITEM, "no.such.item"):
        moments = [NOON - timedelta(minutes=minute) for minute in range(300)]
        await phone.submit(*(phone.review(item_id, UNKNOWN, answered_at=moment) for moment in moments))
    await published(own_service, curriculum)
    told: list[tuple[int, int]] = []
    assert await regraded(bank, progress=lambda done, everything: told.append((done, everything))) == {"unknown_item": (600, 300)}
    assert told == [(500, 600), (600, 600)]
    assert (await phone.memory_rows())[ITEM]["repetitions"] == 300


async def test_law_3_retries_beside_a_regrading_count_once(own_service: Service, curriculum: Curriculum) -> None:
    bank = await Bank.found(own_service)
    phone = await bank.employee()
    reviews = [phone.review(ITEM, UNKNOWN, answered_at=NOON - timedelta(minutes=minute)) for minute in range(20)]
    for review in reviews:
        await phone.submit(review)
    await published(own_service, curriculum)
    counted, *results = await asyncio.gather(regraded(bank), *(phone.submit(review) for review in reviews))
    assert counted in ({}, {"unknown_item": (counted.get("unknown_item", (0, 0))[0],) * 2})
    assert {result["status"] for [result] in results} <= {"accepted", "duplicate"}
    assert await waiting(phone) == {}
    assert (await phone.memory_rows())[ITEM]["repetitions"] == len(await rows(phone, "review")) == 20


async def test_answers_to_an_open_exam_are_graded_after_it_was_handed_in_and_not_before(bank: Bank, catalogue: Catalogue) -> None:
    """They may be the last that a program waited for."""
    phone = await bank.employee()
    [program] = catalogue.programs
    for lesson_id in program.lesson_ids:
        await read_lesson(phone, lesson_id)
    attempt = (await phone.call("POST", f"/v1/assessments/{EXAM}/attempts")).json()
    secret = [question["item_id"] for question in attempt["questions"]]
    await phone.submit(
        *(phone.review(item_id, right(catalogue, item_id)) for item_id in barely_enough(catalogue, secret)),
    )
    assert set((await waiting(phone)).values()) == {"exam_open"}
    before = await everything(phone)
    assert await regraded(bank) == {"exam_open": (len(secret), 0)}
    assert await everything(phone) == before
    assert before["completion"] == []

    bank.service.clock.advance(minutes=5)
    body: dict[str, Any] = {"answers": []}
    await phone.call("POST", f"/v1/assessments/attempts/{attempt['attempt_id']}/submission", json=body)
    assert await regraded(bank) == {"exam_open": (len(secret), len(secret))}
    assert await waiting(phone) == {}
    [fact] = await rows(phone, "completion")
    assert (fact["program_id"], fact["completed_at"]) == (program.program_id, bank.service.clock.now)


def barely_enough(catalogue: Catalogue, first: list[str]) -> list[str]:
    """Items that make the least coverage of every skill of the program, those of `first` among them."""
    [program] = catalogue.programs
    chosen: list[str] = []
    for skill in catalogue.skills_of(program):
        items = sorted(catalogue.items_by_skill[skill], key=lambda item: item.item_id not in first)
        needed, weight = program.rule.min_coverage * sum(item.weight for item in items), 0.0
        for item in items:
            if weight < needed:
                chosen.append(item.item_id)
                weight += item.weight
    return chosen


async def test_an_exam_that_nobody_hands_in_holds_answers_only_for_its_time(bank: Bank) -> None:
    phone = await bank.employee()
    attempt = (await phone.call("POST", f"/v1/assessments/{EXAM}/attempts")).json()
    await phone.submit(phone.review(attempt["questions"][0]["item_id"], UNKNOWN))
    bank.service.clock.advance(minutes=29)
    assert await regraded(bank) == {"exam_open": (1, 0)}
    bank.service.clock.advance(minutes=3)
    assert await regraded(bank) == {"exam_open": (1, 1)}


def command(url: str, *arguments: str) -> Result:
    return CliRunner().invoke(cli, ["reviews", *arguments], env={"COLUMNS": "160", "DATABASE_URL": url})


async def test_the_command_grades_one_bank_or_all_and_tells_how_many(own_service: Service, curriculum: Curriculum) -> None:
    banks = [await Bank.found(own_service) for _ in range(3)]
    phones = [await bank.employee() for bank in banks]
    for phone in phones:
        await phone.submit(phone.review(ITEM, UNKNOWN), phone.review("no.such.item", UNKNOWN))
    await published(own_service, curriculum)
    one = await to_thread.run_sync(command, own_service.url, "regrade", "--organisation", banks[0].slug)
    assert one.exit_code == 0, one.output
    assert [len(await waiting(phone)) for phone in phones] == [1, 2, 2]
    everyone = await to_thread.run_sync(command, own_service.url, "regrade")
    assert everyone.exit_code == 0, everyone.output
    assert [len(await waiting(phone)) for phone in phones] == [1, 1, 1]
    for result, told in ((one, ["2", "1", "1"]), (everyone, ["5", "2", "3"])):
        [line] = [line for line in result.output.splitlines() if "unknown_item" in line]
        assert [cell.strip() for cell in line.split("│")[2:5]] == told
    missing = await to_thread.run_sync(command, own_service.url, "regrade", "--organisation", "no-such-bank")
    assert missing.exit_code == 2
    assert "no bank of this short name" in missing.output
