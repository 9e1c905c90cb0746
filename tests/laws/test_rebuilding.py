"""Law 1, carried out: what is stored of practice can be compared with the log, and rebuilt from it."""

import asyncio
import subprocess
import sys
from datetime import timedelta
from typing import Any

import pytest
from anyio import to_thread
from click.testing import CliRunner, Result

from api.cli.main import cli
from api.wiring.rebuilding import MEMORIES_A_SEQUENCE, Rebuilding, Rebuilt, Tally
from domain.content.catalogue import Catalogue
from tests.http.expecting import answer, items_of
from tests.laws.test_reviews import independent_fold
from tests.service import NOON, UNKNOWN, Bank, Phone, right

pytestmark = pytest.mark.anyio

ITEM = "phrases.ten.belongs"
SKILLS = ("forbidden-phrases", "customer-psychology")
TABLES = {"memory": "item_id", "practice_day": "day", "skill_standing": "skill"}


async def practised(bank: Bank, catalogue: Catalogue) -> Phone:
    """A learner of two skills over three weeks: right and wrong, twice a day, in a zone that changes, in an exam, and late."""
    bank.service.clock.reset()
    phone = await bank.employee()
    for day, skill, correctly in ((0, 0, True), (1, 1, False), (5, 0, True), (5, 0, False), (20, 0, True)):
        bank.service.clock.now = NOON + timedelta(days=day)
        await answer(phone, catalogue, items_of(catalogue, SKILLS[skill], 6), correctly=correctly)
    west = phone.review(ITEM, UNKNOWN, time_zone="America/Los_Angeles", latency_ms=None)
    late = phone.review(ITEM, right(catalogue, ITEM), answered_at=NOON + timedelta(days=3), latency_ms=500_000)
    await phone.submit(west, late)
    attempt = (await phone.call("POST", "/v1/assessments/exam.beginner/attempts")).json()
    body = {"answers": [{"place": question["place"], "response": UNKNOWN} for question in attempt["questions"]]}
    await phone.call("POST", f"/v1/assessments/attempts/{attempt['attempt_id']}/submission", json=body)
    return phone


async def rebuilt(bank: Bank, catalogue: Catalogue, *, writes: bool = True) -> Rebuilt:
    done = Rebuilt()
    services = bank.service.app.state.services
    await Rebuilding(services.database, bank.id, catalogue, services.algorithm).run(done, writes=writes)
    return done


async def tampered(bank: Bank, *statements: str) -> None:
    """Statements that reach nobody but the bank's own: the walls see to that."""
    async with bank.service.database.transaction(bank.id) as connection:
        for statement in statements:
            await connection.execute(statement)


async def stored(phone: Phone) -> dict[str, dict[Any, dict[str, Any]]]:
    """All that rebuilding may write, by table and key."""
    async with phone.service.database.transaction(phone.caller.organisation_id) as connection:
        return {
            table: {
                row[key]: dict(row)
                for row in await connection.fetch(f"SELECT * FROM {table} WHERE learner_id = $1", phone.caller.employee_id)
            }
            for table, key in {**TABLES, "learner": "learner_id"}.items()
        }


def assert_restored(now: dict[str, dict[Any, dict[str, Any]]], before: dict[str, dict[Any, dict[str, Any]]]) -> None:
    """Everything is as it was, but for the noise of floats, the sequence of a change, and facts and caches beside the log."""
    beside = {"sequence", "mastered_on", "figured_on", "figured_revision", "mastery", "coverage", "stable"}
    for table in TABLES:
        assert now[table].keys() == before[table].keys(), table
        for key, row in before[table].items():
            for name in row.keys() - beside:
                expected = pytest.approx(row[name], rel=1e-9, abs=0) if isinstance(row[name], float) else row[name]
                assert now[table][key][name] == expected, (table, key, name)


async def test_law_1_what_the_service_stored_is_the_fold_of_the_log(bank: Bank, catalogue: Catalogue) -> None:
    phones = [await practised(bank, catalogue) for _ in range(2)]
    idle = await bank.employee()
    before = [await stored(phone) for phone in (*phones, idle)]
    done = await rebuilt(bank, catalogue)
    assert done.learners == Tally(seen=3)
    assert done.memories == Tally(seen=sum(len(each["memory"]) for each in before))
    assert done.memories.seen > 2 * 12
    assert done.days.seen == sum(len(each["practice_day"]) for each in before) > 4
    assert done.standings.seen == sum(len(each["skill_standing"]) for each in before) > 4
    assert (done.days.differing, done.standings.differing) == (0, 0)
    assert [await stored(phone) for phone in (*phones, idle)] == before


@pytest.mark.parametrize(
    ("tampering", "memories", "days", "standings"),
    [
        ("UPDATE memory SET stability = stability * 1.00001 WHERE item_id = '{item}'", 1, 0, 0),
        ("UPDATE memory SET difficulty = 10 - difficulty WHERE item_id = '{item}'", 1, 0, 0),
        ("UPDATE memory SET due_on = due_on + 1", None, 0, 0),
        ("UPDATE memory SET lapses = lapses + 1, relearning = NOT relearning WHERE item_id = '{item}'", 1, 0, 0),
        ("UPDATE memory SET skill = 'case-lab' WHERE item_id = '{item}'", 1, 0, 0),
        ("UPDATE memory SET last_review_id = gen_random_uuid() WHERE item_id = '{item}'", 1, 0, 0),
        ("DELETE FROM memory", None, 0, 0),
        ("UPDATE memory SET item_id = 'never.answered' WHERE item_id = '{item}'", 2, 0, 0),
        ("UPDATE practice_day SET practised_ms = 0 WHERE day = '2026-11-20'", 0, 1, 0),
        ("UPDATE practice_day SET day = '2001-01-01' WHERE day = '2026-11-20'", 0, 2, 0),
        ("UPDATE skill_standing SET reviews = 0, items_seen = 9, last_practised_on = '2001-01-01'", 0, 0, None),
        ("UPDATE skill_standing SET skill = 'no-such-skill' WHERE skill = 'customer-psychology'", 0, 0, 2),
        ("DELETE FROM skill_standing", 0, 0, None),
    ],
    ids=str,
)
async def test_law_1_what_was_tampered_with_is_found_and_rebuilt(
    bank: Bank, catalogue: Catalogue, tampering: str, memories: int | None, days: int, standings: int | None
) -> None:
    phone = await practised(bank, catalogue)
    before = await stored(phone)
    await tampered(bank, tampering.format(item=items_of(catalogue, SKILLS[0])[0]))
    expected = (
        len(before["memory"]) if memories is None else memories,
        days,
        len(before["skill_standing"]) if standings is None else standings,
    )
    checked = await rebuilt(bank, catalogue, writes=False)
    assert (checked.memories.differing, checked.days.differing, checked.standings.differing) == expected
    assert (checked.learners, checked.memories.written) == (Tally(1, 1, 0), 0)
    done = await rebuilt(bank, catalogue)
    assert (done.memories.written, done.days.written, done.standings.written) == expected
    assert done.learners == Tally(1, 1, 1)
    assert_restored(await stored(phone), before)
    assert (await rebuilt(bank, catalogue)).learners == Tally(1, 0, 0)


async def test_law_1_memories_are_rebuilt_from_nothing_but_the_log(bank: Bank, catalogue: Catalogue) -> None:
    """By the fold of the rules for one answer, which shares no step with the one that rebuilds."""
    phone = await practised(bank, catalogue)
    await tampered(bank, "DELETE FROM memory", "DELETE FROM practice_day", "DELETE FROM skill_standing")
    await rebuilt(bank, catalogue)
    expected, found = await independent_fold(phone, catalogue), await phone.memory_rows()
    assert found.keys() == expected.keys()
    for item_id, memory in expected.items():
        assert found[item_id]["stability"] == pytest.approx(memory.stability, rel=1e-9, abs=0)
        assert found[item_id]["difficulty"] == pytest.approx(memory.difficulty, rel=1e-9, abs=0)
        for name in ("due_on", "repetitions", "lapses", "relearning", "last_practice_day", "last_answered_at", "last_review_id"):
            assert found[item_id][name] == getattr(memory, name), (item_id, name)


async def test_law_1_who_never_practised_has_nothing_to_rebuild(bank: Bank, catalogue: Catalogue) -> None:
    assert await rebuilt(bank, catalogue) == Rebuilt()
    phone = await bank.employee()
    before = await stored(phone)
    assert await rebuilt(bank, catalogue) == Rebuilt(learners=Tally(seen=1))
    assert await stored(phone) == before


async def test_checking_writes_nothing(bank: Bank, catalogue: Catalogue) -> None:
    phone = await practised(bank, catalogue)
    await tampered(bank, "UPDATE memory SET stability = 1", "DELETE FROM practice_day")
    before = await stored(phone)
    checked = await rebuilt(bank, catalogue, writes=False)
    assert checked.memories.differing > 0
    assert await stored(phone) == before


async def test_law_10_devices_pull_what_was_rebuilt_and_nothing_else(bank: Bank, catalogue: Catalogue) -> None:
    phone = await practised(bank, catalogue)
    cursor = (await phone.get("/v1/changes"))["cursor"]
    wrong, other = items_of(catalogue, SKILLS[0])[:2]
    await tampered(
        bank, f"UPDATE memory SET stability = 1 WHERE item_id = '{wrong}'", f"DELETE FROM memory WHERE item_id = '{other}'"
    )
    await rebuilt(bank, catalogue)
    page = await phone.get("/v1/changes", cursor=cursor)
    assert {memory["item_id"] for memory in page["memories"]} == {wrong, other}
    assert page["has_more"] is False
    again = await phone.get("/v1/changes", cursor=page["cursor"])
    await rebuilt(bank, catalogue)
    assert await phone.get("/v1/changes", cursor=page["cursor"]) == again


async def test_law_10_no_sequence_number_has_more_memories_than_a_page(bank: Bank, catalogue: Catalogue) -> None:
    phone = await bank.employee()
    await phone.submit(phone.review(ITEM, UNKNOWN))
    # Invented items: the log of somebody who has seen more of them than the curriculum of the tests holds.
    many = 2 * MEMORIES_A_SEQUENCE + 1
    columns = ", ".join(name for name in (await phone.review_rows())[0] if name not in {"id", "item_id"})
    await tampered(
        bank,
        f"""INSERT INTO review (id, item_id, {columns}) SELECT gen_random_uuid(), 'invented.' || n, {columns}
            FROM review, generate_series(1, {many}) n""",
    )
    before = (await stored(phone))["learner"][phone.caller.employee_id]["sequence"]
    assert (await rebuilt(bank, catalogue)).memories.written == many
    sequences = [row["sequence"] for row in (await phone.memory_rows()).values() if row["sequence"] > before]
    assert sorted(sequences.count(number) for number in set(sequences)) == [1, MEMORIES_A_SEQUENCE, MEMORIES_A_SEQUENCE]
    assert max(sequences) == (await stored(phone))["learner"][phone.caller.employee_id]["sequence"]
    assert not (await rebuilt(bank, catalogue, writes=False)).learners.differing


async def test_law_2_uploads_beside_a_rebuilding_are_all_in_the_fold(bank: Bank, catalogue: Catalogue) -> None:
    phone = await practised(bank, catalogue)

    async def upload() -> None:
        for _ in range(15):
            bank.service.clock.advance(minutes=5)
            await phone.submit(phone.review(ITEM, UNKNOWN))

    async def damage_and_rebuild() -> None:
        for _ in range(5):
            await tampered(bank, "UPDATE memory SET stability = 1")
            await rebuilt(bank, catalogue)

    await asyncio.gather(upload(), damage_and_rebuild())
    await rebuilt(bank, catalogue)
    assert not (await rebuilt(bank, catalogue, writes=False)).learners.differing
    assert (await phone.memory_rows())[ITEM]["repetitions"] == len(
        [row for row in await phone.review_rows() if row["item_id"] == ITEM]
    )


async def test_figures_taken_from_a_wrong_memory_are_forgotten(bank: Bank, catalogue: Catalogue) -> None:
    """A manager's next look figures them anew."""
    phone = await practised(bank, catalogue)
    await tampered(
        bank,
        "UPDATE memory SET stability = 36500",
        "UPDATE skill_standing SET figured_on = '2026-12-10', figured_revision = 1, mastery = 1, coverage = 1, stable = true",
        "UPDATE skill_standing SET mastered_on = '2026-12-01'",
    )
    await rebuilt(bank, catalogue)
    standings = (await stored(phone))["skill_standing"].values()
    assert {row["figured_on"] for row in standings} == {None}
    assert {row["mastered_on"].isoformat() for row in standings} == {"2026-12-01"}, "a fact is not rebuilt away"


def command(url: str, *arguments: str) -> Result:
    return CliRunner().invoke(cli, ["reviews", "rebuild", *arguments], env={"COLUMNS": "160", "DATABASE_URL": url})


async def test_the_command_checks_and_rebuilds_one_bank(bank: Bank, catalogue: Catalogue) -> None:
    phone = await practised(bank, catalogue)
    before = await stored(phone)
    only = (bank.service.url, "--organisation", bank.slug)
    sound = await to_thread.run_sync(command, *only, "--check")
    assert sound.exit_code == 0, sound.output
    await tampered(bank, "UPDATE memory SET stability = 1 WHERE item_id LIKE 'phrases.%'")
    for arguments, exit_code, written in (((*only, "--check"), 1, False), (only, 0, True), ((*only, "--check"), 0, False)):
        result = await to_thread.run_sync(command, *arguments)
        assert result.exit_code == exit_code, result.output
        [line] = [line for line in result.output.splitlines() if "learners" in line]
        assert [cell.strip() for cell in line.split("│")[2:5]] == ["1", str(int(exit_code or written)), str(int(written))]
    assert_restored(await stored(phone), before)
    missing = await to_thread.run_sync(command, bank.service.url, "--organisation", "no-such-bank")
    assert missing.exit_code == 2


def test_neither_the_service_nor_any_other_command_loads_numpy() -> None:
    """Time and memory that only rebuilding is worth."""
    code = "import sys, api.cli.main, api.wiring.app; sys.exit('numpy' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
