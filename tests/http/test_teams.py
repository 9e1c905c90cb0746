"""listTeam and getTeamMastery: everybody below a unit, exactly once, with the figures they see themselves."""

from typing import Any

import pytest

from domain.content.catalogue import Catalogue
from domain.identity.scope import Role
from domain.practice.learner import Preferences
from tests.http.expecting import answer, items_of
from tests.service import UNKNOWN, Bank, Phone

pytestmark = pytest.mark.anyio

ZONES = ("Asia/Shanghai", "America/New_York", "Pacific/Kiritimati", "Pacific/Pago_Pago", "Asia/Kathmandu", "Australia/Lord_Howe")


async def pages(phone: Phone, path: str, **params: Any) -> list[dict[str, Any]]:
    """Every page, following `next` as a client would."""
    found = [await phone.get(path, **params)]
    while found[-1]["next"]:
        response = await phone.call("GET", found[-1]["next"])
        assert response.status_code == 200, response.text
        found.append(response.json())
        assert len(found) < 100
    return found


def staff_nos(found: list[dict[str, Any]]) -> list[str]:
    return [member["staff_no"] for page in found for member in page["members"]]


async def test_a_manager_sees_everybody_of_the_subtree_and_nobody_else(bank: Bank) -> None:
    manager = await bank.employee("north", Role.MANAGER, staff_no="N-0")
    for unit, staff_no in (("north-1", "N-1"), ("north-1", "N-2"), ("south", "S-1"), ("south-1", "S-2"), ("head", "H-1")):
        await bank.employee(unit, staff_no=staff_no)
    head = await bank.employee("head", Role.MANAGER, staff_no="H-0")
    elsewhere = await Bank.found(bank.service)
    await elsewhere.employee("north", staff_no="X-1")
    north, outlet, whole = (f"/v1/teams/{bank.units[name]}" for name in ("north", "north-1", "head"))
    assert staff_nos(await pages(manager, north)) == ["N-0", "N-1", "N-2"]
    assert staff_nos(await pages(manager, outlet)) == ["N-1", "N-2"]
    assert staff_nos(await pages(head, whole)) == ["H-0", "H-1", "N-0", "N-1", "N-2", "S-1", "S-2"]
    for path in (north, outlet):
        for suffix in ("", "/mastery"):
            page = await manager.get(path + suffix)
            assert page["total"] == len(page["members"])
            assert page["next"] is None
    page = await manager.get(outlet)
    assert page["unit"] == {"id": str(bank.units["north-1"]), "name": "north-1"}
    assert page["members"][0]["unit"] == page["unit"]
    assert page["members"][0]["role_started_on"] == "2026-01-05"


async def test_who_has_left_is_in_no_team(bank: Bank) -> None:
    manager = await bank.employee("north", Role.MANAGER, staff_no="N-0")
    gone = await bank.employee("north-1", staff_no="N-1")
    async with bank.service.database.transaction(bank.id) as connection:
        await connection.execute("UPDATE employee SET active = false WHERE id = $1", gone.caller.employee_id)
    page = await manager.get(f"/v1/teams/{bank.units['north']}")
    assert (staff_nos([page]), page["total"]) == (["N-0"], 1)


@pytest.mark.parametrize("suffix", ["", "/mastery"])
@pytest.mark.parametrize("limit", [1, 2, 3, 7, 8, 9, 1000])
async def test_law_17_following_next_visits_everybody_exactly_once(bank: Bank, suffix: str, limit: int) -> None:
    manager = await bank.employee("head", Role.MANAGER, staff_no="8 +&=?#/%25")
    strange = ["10", "9", "a", "B", "é", "工号一", "x" * 64]
    for staff_no in strange:
        await bank.employee("south-1", staff_no=staff_no)
    found = await pages(manager, f"/v1/teams/{bank.units['head']}{suffix}", limit=limit)
    visited = staff_nos(found)
    assert len(visited) == len(set(visited)) == 8
    assert set(visited) == {manager.staff_no, *strange}
    assert {page["total"] for page in found} == {8}
    assert [len(page["members"]) for page in found[:-1]] == [limit] * (len(found) - 1)
    assert found[-1]["members"]


async def test_a_page_keeps_its_language(bank: Bank) -> None:
    manager = await bank.employee("head", Role.MANAGER)
    await bank.employee("south")
    found = await pages(manager, f"/v1/teams/{bank.units['head']}/mastery", limit=1, language="en")
    assert len(found) == 2
    assert found[0]["skills"] == found[1]["skills"]
    assert found[0]["skills"][0]["title"].isascii()


async def test_the_matrix_shows_what_each_person_sees(bank: Bank, catalogue: Catalogue) -> None:
    """Computed in SQL for a team and in Python for oneself: the same figures, in every zone and every band."""
    manager = await bank.employee("head", Role.MANAGER)
    people = [manager]
    for place, zone in enumerate(ZONES):
        phone = await bank.employee("south-1", preferences=Preferences(zone, "en"))
        people.append(phone)
        bank.service.clock.reset()
        for step in range(place):
            skill = list(catalogue.skills)[step % 3]
            items = items_of(catalogue, skill)
            await answer(phone, catalogue, items[: len(items) - 3 * place])
            if step % 2:
                await answer(phone, catalogue, items[:2], correctly=False)
            bank.service.clock.advance(days=3, hours=5)
    for _ in range(14):
        # Through all hours of a day, so that practice days begin at different moments; then long after.
        await assert_matrix_agrees(bank, manager, people)
        bank.service.clock.advance(hours=2)
    bank.service.clock.advance(days=200)
    await assert_matrix_agrees(bank, manager, people)


async def assert_matrix_agrees(bank: Bank, manager: Phone, people: list[Phone]) -> None:
    matrix = await manager.get(f"/v1/teams/{bank.units['head']}/mastery")
    rows = {row["staff_no"]: row["cells"] for row in matrix["members"]}
    assert rows.keys() == {phone.staff_no for phone in people}
    for phone in people:
        own = (await phone.get("/v1/mastery"))["skills"]
        assert [cell["skill"] for cell in rows[phone.staff_no]] == [skill["skill"] for skill in own]
        for cell, skill in zip(rows[phone.staff_no], own, strict=True):
            for name in ("mastery", "coverage"):
                assert cell[name] == pytest.approx(skill[name], abs=1e-9)
            for name in ("band", "last_practised_on"):
                assert cell[name] == skill[name]


async def test_the_matrix_shows_every_band(bank: Bank, catalogue: Catalogue) -> None:
    manager = await bank.employee("head", Role.MANAGER, staff_no="0")
    people = [manager, *[await bank.employee("south-1") for _ in range(4)]]
    items = items_of(catalogue, "customer-psychology")
    learning, proficient, mastered, fading = people[1:]
    for _ in range(8):
        await answer(fading, catalogue, items)
        bank.service.clock.advance(days=6)
    bank.service.clock.advance(days=900)
    for _ in range(8):
        await answer(mastered, catalogue, items)
        bank.service.clock.advance(days=6)
    await answer(proficient, catalogue, items)
    await answer(learning, catalogue, items[:5])
    await assert_matrix_agrees(bank, manager, people)
    matrix = await manager.get(f"/v1/teams/{bank.units['head']}/mastery")
    bands = {row["staff_no"]: row["cells"][1]["band"] for row in matrix["members"]}
    assert [bands[phone.staff_no] for phone in people] == ["not_started", "learning", "proficient", "mastered", "fading"]


# In these PostgreSQL knows an abbreviation of the same name that has no summer time.
@pytest.mark.parametrize("zone", ["CET", "EET", "MET", "WET", "EST", "Europe/Berlin", "Factory", "localtime", "UTC"])
async def test_a_zone_means_the_same_in_the_matrix(bank: Bank, catalogue: Catalogue, zone: str) -> None:
    """In the hour between 04:00 in summer time and 04:00 without it."""
    bank.service.clock.now = bank.service.clock.now.replace(year=2026, month=7, day=1, hour=12)
    manager = await bank.employee("head", Role.MANAGER)
    response = await manager.call("PATCH", "/v1/me", json={"time_zone": zone})
    if response.status_code == 422:
        return  # not offered, so nobody can have it
    assert response.status_code == 200
    await manager.submit(manager.review(items_of(catalogue, "customer-psychology", 1)[0], UNKNOWN, time_zone="UTC"))
    bank.service.clock.advance(days=5, hours=-11)
    for _ in range(8):
        bank.service.clock.advance(minutes=30)
        await assert_matrix_agrees(bank, manager, [manager])


async def test_the_same_matrix_asked_again_is_not_sent_again(bank: Bank) -> None:
    manager = await bank.employee("head", Role.MANAGER)
    path = f"/v1/teams/{bank.units['head']}/mastery"
    first = await manager.call("GET", path)
    bank.service.clock.advance(seconds=5)
    again = await manager.call("GET", path, headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
