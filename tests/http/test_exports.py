"""exportCompletions: the CSV that HR takes to an auditor."""

import csv
from datetime import timedelta
from io import StringIO
from typing import Any

import httpx
import pytest

from api.wiring.services import EXPORTS_AT_ONCE
from domain.content.catalogue import Catalogue
from domain.identity.scope import Role
from tests.http.expecting import answer, expect_problem, read_lesson
from tests.http.test_exams import answers, started, submitted
from tests.service import NOON, UNKNOWN, Bank, Phone

pytestmark = pytest.mark.anyio

PATH = "/v1/exports/completions"
ITEM = "phrases.ten.belongs"


async def export(phone: Phone, **params: Any) -> httpx.Response:
    response = await phone.call("GET", PATH, params=params)
    assert response.status_code == 200, response.text
    return response


async def rows_of(phone: Phone, **params: Any) -> dict[str, dict[str, str]]:
    """Rows by staff number, read as a spreadsheet would."""
    response = await export(phone, language="en", **params)
    rows = list(csv.DictReader(StringIO(response.content.decode("utf-8-sig"), newline="")))
    assert int(response.headers["composure-row-count"]) == len(rows)
    of_programs = [row for row in rows if not row["program id"].startswith("exam.")]
    assert len({row["staff no"] for row in of_programs}) == len(of_programs)
    return {row["staff no"]: row for row in of_programs}


async def exam_rows_of(phone: Phone, staff_no: str, **params: str) -> dict[str, dict[str, str]]:
    """One person's rows about exams, by exam."""
    response = await export(phone, language="en", **params)
    rows = csv.DictReader(StringIO(response.content.decode("utf-8-sig"), newline=""))
    return {row["program id"]: row for row in rows if row["program id"].startswith("exam.") and row["staff no"] == staff_no}


async def test_everybody_of_the_scope_is_there_with_status_and_dates(bank: Bank, catalogue: Catalogue) -> None:
    hr = await bank.employee("head", Role.HR, staff_no="1-hr", name="周敏")
    done = await bank.employee("north-1", staff_no="2-done")
    begun = await bank.employee("south", staff_no="3-begun")
    [program] = catalogue.programs
    await answer(done, catalogue, catalogue.items)
    for lesson_id in program.lesson_ids:
        await read_lesson(done, lesson_id)
        bank.service.clock.advance(minutes=1)
    await read_lesson(begun, program.lesson_ids[0])
    completed_at = NOON + timedelta(seconds=1, minutes=len(program.lesson_ids) - 1)
    lessons = str(len(program.lesson_ids))
    common = {
        "in role since": "2026-01-05",
        "program id": program.program_id,
        "program": program.title.en,
        "program version": "1",
        "lessons in all": lessons,
    }
    assert await rows_of(hr) == {
        "1-hr": {
            "staff no": "1-hr", "name": "周敏", "unit": "head", **common, "status": "not started", "lessons done": "0",
            "started at": "", "completed at": "",
        },
        "2-done": {
            "staff no": "2-done", "name": "王晓岚", "unit": "head / north / north-1", **common, "status": "completed",
            "lessons done": lessons, "started at": "2026-11-20T04:00:01Z",
            "completed at": f"{completed_at:%Y-%m-%dT%H:%M:%SZ}",
        },
        "3-begun": {
            "staff no": "3-begun", "name": "王晓岚", "unit": "head / south", **common, "status": "in progress",
            "lessons done": "1", "started at": f"{bank.service.clock():%Y-%m-%dT%H:%M:%SZ}", "completed at": "",
        },
    }  # fmt: skip


async def test_it_begins_with_a_byte_order_mark_and_says_what_it_is(bank: Bank) -> None:
    hr = await bank.employee("head", Role.HR)
    response = await export(hr)
    assert response.content.startswith(b"\xef\xbb\xbf")
    assert not response.content.startswith(b"\xef\xbb\xbf" * 2)
    assert response.headers["content-type"].startswith("text/csv")
    assert response.headers["composure-row-count"] == "3"  # a program and two exams
    assert response.headers["cache-control"] == "no-store"
    assert response.headers["content-disposition"] == 'attachment; filename="completions-20261120T040000Z.csv"'


async def test_the_file_is_named_for_the_moment_in_utc(bank: Bank) -> None:
    hr = await bank.employee("head", Role.HR)
    response = await export(hr, as_of="2026-11-20T08:30:00+08:00")
    assert "completions-20261120T003000Z.csv" in response.headers["content-disposition"]


async def test_law_17_an_export_longer_than_its_buffers_is_whole(bank: Bank) -> None:
    hr = await bank.employee("head", Role.HR)
    async with bank.service.database.transaction(bank.id) as connection:
        await connection.execute(
            """INSERT INTO employee (id, organisation_id, unit_id, staff_no, display_name, role_started_on, active, created_at)
               SELECT gen_random_uuid(), $1, $2, 'many-' || n, '王晓岚', '2026-01-05', true, '2026-01-01'
               FROM generate_series(1, 20000) AS n""",
            bank.id,
            bank.units["south-1"],
        )
    assert len(await rows_of(hr)) == 20_001


async def test_the_scope_is_the_unit_asked_for_within_the_grant(bank: Bank) -> None:
    hr = await bank.employee("head", Role.HR, staff_no="hr", role_unit="north")
    for unit, staff_no in (("north", "n"), ("north-1", "n1"), ("south", "s")):
        await bank.employee(unit, staff_no=staff_no)
    assert set(await rows_of(hr)) == {"n", "n1"}
    assert set(await rows_of(hr, unit_id=bank.units["north-1"])) == {"n1"}
    for outside in ("head", "south"):
        expect_problem(await hr.call("GET", PATH, params={"unit_id": str(bank.units[outside])}), 404, "not_found")


async def test_a_manager_who_is_hr_elsewhere_exports_only_there(bank: Bank) -> None:
    both = await bank.employee("north", Role.MANAGER)
    async with bank.service.database.transaction(bank.id) as connection:
        await connection.execute(
            "INSERT INTO role_grant (employee_id, role, unit_id, organisation_id) VALUES ($1, 'hr', $2, $3)",
            both.caller.employee_id,
            bank.units["south"],
            bank.id,
        )
    await bank.employee("south", staff_no="s")
    assert set(await rows_of(both)) == {"s"}
    expect_problem(await both.call("GET", PATH, params={"unit_id": str(bank.units["north"])}), 404, "not_found")


FORMULAS = [
    "=cmd|' /C calc'!A0",
    "+1",
    "-1",
    "@SUM(A1)",
    " =1",
    " +1",
    "\u3000=1",
    "\u00a0=1",
    "\u2003=1",
    "＝1+1",
    "＋1",
    "－1",
    "＠x",
    " ＝1",
    "\tx",
    "\rx",
    "\nx",
    "\t=1",
    "\r\n=1",
]


@pytest.mark.parametrize("name", FORMULAS, ids=ascii)
async def test_no_name_becomes_a_formula(bank: Bank, name: str) -> None:
    hr = await bank.employee("head", Role.HR, staff_no="hr")
    await bank.employee("south", staff_no="x", name=name)
    assert (await rows_of(hr))["x"]["name"] == "'" + name


@pytest.mark.parametrize("staff_no", ["=1+1", "@x", "＝1"])
async def test_no_staff_number_becomes_a_formula(bank: Bank, staff_no: str) -> None:
    hr = await bank.employee("head", Role.HR, staff_no="hr")
    await bank.employee("south", staff_no=staff_no)
    assert set(await rows_of(hr)) == {"hr", "'" + staff_no}


@pytest.mark.parametrize(
    "name", ["王晓岚", "O'Brien", "A=B", "a-b", "x, y", 'say "x"', "two\nlines", "'quoted", "{0}", "%s", "1"]
)
async def test_other_names_stay_as_they_are(bank: Bank, name: str) -> None:
    hr = await bank.employee("head", Role.HR, staff_no="hr")
    await bank.employee("south", staff_no="x", name=name)
    assert (await rows_of(hr))["x"]["name"] == name


async def test_a_unit_name_becomes_no_formula(bank: Bank) -> None:
    hr = await bank.employee("head", Role.HR, staff_no="hr")
    async with bank.service.database.transaction(bank.id) as connection:
        await connection.execute("UPDATE org_unit SET name = '=1' WHERE id = $1", bank.units["head"])
    assert (await rows_of(hr))["hr"]["unit"] == "'=1"


async def test_exams_stand_beside_programs_with_when_they_were_begun_and_passed(bank: Bank, catalogue: Catalogue) -> None:
    hr = await bank.employee("head", Role.HR)
    phone = await bank.employee("south", staff_no="x")
    moments = [bank.service.clock()]
    bank.service.clock.advance(minutes=1)
    attempt = await started(phone)
    moments.append(bank.service.clock())
    bank.service.clock.advance(minutes=1)
    await submitted(phone, attempt, answers(attempt, catalogue))
    moments.append(bank.service.clock())
    bank.service.clock.advance(days=1)
    found = [await exam_rows_of(hr, "x", as_of=moment.isoformat()) for moment in moments]
    told = ("status", "program version", "lessons in all", "started at", "completed at")
    assert [[rows["exam.beginner"][name] for name in told] for rows in found] == [
        ["not started", "1", "0", "", ""],
        ["in progress", "1", "0", "2026-11-20T04:01:00Z", ""],
        ["completed", "1", "0", "2026-11-20T04:01:00Z", "2026-11-20T04:02:00Z"],
    ]
    assert {rows["exam.intermediate"]["status"] for rows in found} == {"not started"}


class TestAsOf:
    """An export is of a moment."""

    async def test_it_shows_what_was_so_then(self, bank: Bank, catalogue: Catalogue) -> None:
        hr = await bank.employee("head", Role.HR, staff_no="hr")
        phone = await bank.employee("south", staff_no="x")
        [program] = catalogue.programs
        moments = [bank.service.clock()]
        bank.service.clock.advance(days=1)
        await read_lesson(phone, program.lesson_ids[0])
        moments.append(bank.service.clock())
        bank.service.clock.advance(days=1)
        await answer(phone, catalogue, catalogue.items)
        for lesson_id in program.lesson_ids:
            await read_lesson(phone, lesson_id)
        moments.append(bank.service.clock())
        bank.service.clock.advance(days=400)
        found = [(await rows_of(hr, as_of=moment.isoformat()))["x"] for moment in moments]
        assert [row["status"] for row in found] == ["not started", "in progress", "completed"]
        assert [row["lessons done"] for row in found] == ["0", "1", str(len(program.lesson_ids))]

    async def test_law_16_the_same_moment_gives_the_same_bytes_whatever_happened_since(
        self, bank: Bank, catalogue: Catalogue
    ) -> None:
        hr = await bank.employee("head", Role.HR)
        phone = await bank.employee("south")
        await read_lesson(phone, catalogue.lesson_order[0])
        as_of = bank.service.clock().isoformat()
        before = (await export(hr, as_of=as_of)).content
        bank.service.clock.advance(days=2)
        assert (await export(hr, as_of=as_of)).content == before
        await answer(phone, catalogue, catalogue.items)
        for lesson_id in catalogue.lesson_order:
            await read_lesson(phone, lesson_id)
        await bank.employee("south", staff_no="0-new")
        async with bank.service.database.transaction(bank.id) as connection:
            await connection.execute("UPDATE employee SET created_at = $1 WHERE staff_no = '0-new'", bank.service.clock())
        assert (await export(hr, as_of=as_of)).content == before

    async def test_law_16_practice_later_on_the_same_day_changes_nothing(self, bank: Bank) -> None:
        hr = await bank.employee("head", Role.HR)
        phone = await bank.employee("south")
        as_of = bank.service.clock().isoformat()
        before = (await export(hr, as_of=as_of)).content
        bank.service.clock.advance(hours=3)
        await phone.submit(phone.review(ITEM, UNKNOWN))
        assert (await export(hr, as_of=as_of)).content == before

    async def test_law_16_an_answer_that_arrives_late_changes_nothing(self, bank: Bank) -> None:
        hr = await bank.employee("head", Role.HR)
        phone = await bank.employee("south")
        as_of = bank.service.clock().isoformat()
        before = (await export(hr, as_of=as_of)).content
        bank.service.clock.advance(days=3)
        await phone.submit(phone.review(ITEM, UNKNOWN, answered_at=NOON - timedelta(days=2)))
        assert (await export(hr, as_of=as_of)).content == before

    async def test_two_ways_to_write_one_moment_are_one_moment(self, bank: Bank) -> None:
        hr = await bank.employee("head", Role.HR)
        one = await export(hr, as_of="2026-11-20T03:00:00Z")
        other = await export(hr, as_of="2026-11-20T11:00:00+08:00")
        assert one.content == other.content

    @pytest.mark.parametrize(
        ("as_of", "status", "code"),
        [
            ("2026-11-20T03:00:00", 400, "invalid_parameter"),
            ("2026-11-20", 400, "invalid_parameter"),
            ("yesterday", 400, "invalid_parameter"),
            ("", 400, "invalid_parameter"),
            ("0.5", 400, "invalid_parameter"),
            ("1e308", 400, "invalid_parameter"),
            ("nan", 400, "invalid_parameter"),
            ("1700000000", 400, "invalid_parameter"),
            ("2026-02-30T00:00:00Z", 400, "invalid_parameter"),
            ("2026-11-20T03:00:00Z\x00", 400, "invalid_parameter"),
            ("0001-01-01T00:00:00+14:00", 400, "invalid_parameter"),
            ("9999-12-31T23:59:59-12:00", 400, "invalid_parameter"),
            ("9999-12-31T23:59:59Z", 422, "as_of_in_future"),
            ("2026-11-20T04:00:01Z", 422, "as_of_in_future"),
        ],
        ids=ascii,
    )
    async def test_a_moment_that_cannot_be_used_is_refused(self, bank: Bank, as_of: str, status: int, code: str) -> None:
        hr = await bank.employee("head", Role.HR)
        problem = expect_problem(await hr.call("GET", PATH, params={"as_of": as_of}), status, code)
        assert [error["pointer"] for error in problem["errors"]] == ["as_of"]

    async def test_the_year_one_is_a_moment_before_everybody(self, bank: Bank) -> None:
        hr = await bank.employee("head", Role.HR)
        assert await rows_of(hr, as_of="0001-01-01T00:00:00Z") == {}


async def test_headings_and_status_are_said_in_three_languages(bank: Bank, catalogue: Catalogue) -> None:
    hr = await bank.employee("head", Role.HR)
    [program] = catalogue.programs
    for language, heading, status in (
        ("zh-Hans", "工号,姓名,机构,任职日期", "未开始"),
        ("zh-Hant", "工號,姓名,機構,任職日期", "未開始"),
        ("en", "staff no,name,unit,in role since", "not started"),
    ):
        text = (await export(hr, language=language)).content.decode("utf-8-sig")
        assert text.startswith(heading)
        assert f",{status}," in text
        assert program.title.said_in(language) in text  # type: ignore[arg-type]
    assert (await export(hr)).content == (await export(hr, language="zh-Hans")).content


async def test_more_exports_than_there_are_connections_for_are_refused_and_answers_go_on(bank: Bank) -> None:
    hr, learner = await bank.employee("head", Role.HR), await bank.employee()
    services = bank.service.app.state.services
    services.exports_under_way += EXPORTS_AT_ONCE
    try:
        refused = await hr.call("GET", "/v1/exports/completions")
        assert refused.status_code == 429
        assert refused.json()["code"] == "too_many_exports"
        assert refused.headers["retry-after"]
        await learner.get("/v1/drill")
    finally:
        services.exports_under_way -= EXPORTS_AT_ONCE
    assert (await hr.call("GET", "/v1/exports/completions")).status_code == 200
    assert services.exports_under_way == 0
