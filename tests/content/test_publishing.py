"""Publishing: versions are immutable, a change makes the next one, and answers are graded against what was shown."""

from collections.abc import AsyncIterator, Iterable
from dataclasses import replace
from pathlib import Path

import pytest

from api.wiring.database import SHARED, AuthoringDatabase
from api.wiring.migrations import migrate
from domain.content.items import ItemVersion
from domain.content.kinds import SingleChoice
from repositories.content.publishing import ItemMoved, Publication, publish
from repositories.content.reading import Curriculum
from tests.service import Bank, Clock, Service, new_database, right, running_service

pytestmark = pytest.mark.anyio

ITEM = "phrases.get-what-you-pay.queue"


@pytest.fixture
async def own_service(postgres: str, curriculum: Curriculum, keys_dir: Path, clock: Clock) -> AsyncIterator[Service]:
    """A service with a database of its own, since these tests change what is published."""
    url = await new_database(postgres)
    await migrate(url)
    async with running_service(url, keys_dir, clock) as service:
        await published(service, curriculum)
        yield service


async def published(service: Service, curriculum: Curriculum) -> Publication:
    async with service.authoring.transaction(SHARED) as session:
        publication = await publish(session, curriculum, service.clock())
    await service.app.state.services.refresh()
    return publication


def single_choice(items: Iterable[ItemVersion]) -> ItemVersion:
    return next(item for item in items if isinstance(item.body, SingleChoice))


def with_item(curriculum: Curriculum, item: ItemVersion) -> Curriculum:
    return replace(curriculum, items=tuple(item if each.item_id == item.item_id else each for each in curriculum.items))


def with_another_key(item: ItemVersion) -> ItemVersion:
    """The same question with the mark of the right option moved to the next one."""
    assert isinstance(item.body, SingleChoice)
    options = item.body.options
    place = next(n for n, option in enumerate(options) if option.correct)
    following = (place + 1) % len(options)
    moved = tuple(
        replace(option, correct=n == following, feedback=None if n == following else (option.feedback or item.explanation))
        for n, option in enumerate(options)
    )
    return replace(item, body=SingleChoice(moved))


async def test_publishing_the_same_again_changes_nothing(own_service: Service, curriculum: Curriculum) -> None:
    again = await published(own_service, curriculum)
    assert (again.revision, again.added, again.changed, again.withdrawn) == (1, 0, 0, 0)
    many = (curriculum.items, curriculum.lessons, curriculum.programs, curriculum.skills, curriculum.assessments)
    lexicon_and_path = 2
    assert again.unchanged == sum(map(len, many)) + lexicon_and_path


async def test_a_change_makes_the_next_version_and_leaves_the_first_as_it_was(
    own_service: Service, curriculum: Curriculum
) -> None:
    item = single_choice(curriculum.items)
    publication = await published(own_service, with_item(curriculum, with_another_key(item)))
    assert (publication.revision, publication.added, publication.changed) == (2, 0, 1)
    catalogue = await own_service.catalogue()
    assert catalogue.items[item.item_id].version == 2
    first = catalogue.version(item.item_id, 1)
    assert first is not None
    assert first.body == item.body


async def test_law_6_graded_against_the_version_that_was_shown(own_service: Service, curriculum: Curriculum) -> None:
    """A phone that was offline while the key changed is right by the key it was shown."""
    bank = await Bank.found(own_service)
    item = single_choice(curriculum.items)
    old_key = right(await own_service.catalogue(), item.item_id)
    await published(own_service, with_item(curriculum, with_another_key(item)))
    new_key = right(await own_service.catalogue(), item.item_id)
    assert old_key != new_key
    phone = await bank.employee()
    results = await phone.submit(
        phone.review(item.item_id, old_key),
        phone.review(item.item_id, new_key),
        phone.review(item.item_id, new_key, item_version=2),
    )
    assert [result["correct"] for result in results] == [True, False, True]


async def test_a_withdrawn_item_is_not_asked_again_and_its_answers_still_count(
    own_service: Service, curriculum: Curriculum
) -> None:
    bank = await Bank.found(own_service)
    item = single_choice(curriculum.items)
    key = right(await own_service.catalogue(), item.item_id)
    phone = await bank.employee()
    await phone.submit(phone.review(item.item_id, {"unknown": True}))
    fewer = replace(curriculum, items=tuple(each for each in curriculum.items if each.item_id != item.item_id))
    publication = await published(own_service, fewer)
    assert publication.withdrawn == 1
    drill = await phone.get("/v1/drill", size=100)
    assert item.item_id not in [step.get("item_id") for step in drill["steps"]]
    [late] = await phone.submit(phone.review(item.item_id, key))
    assert late["status"] == "accepted"


async def test_law_10_devices_are_told_what_was_published_and_withdrawn_since(
    own_service: Service, curriculum: Curriculum
) -> None:
    phone = await (await Bank.found(own_service)).employee()
    item = single_choice(curriculum.items)
    fewer = replace(curriculum, items=tuple(each for each in curriculum.items if each.item_id != item.item_id))
    cursor = (await phone.get("/v1/changes"))["cursor"]
    told = []
    for next_one in (with_item(curriculum, with_another_key(item)), fewer, curriculum):
        await published(own_service, next_one)
        page = await phone.get("/v1/changes", cursor=cursor)
        cursor = page["cursor"]
        told.append((page["content"]["revision"], page["content"]["published"], page["content"]["withdrawn"]))
        assert (await phone.get("/v1/changes", cursor=cursor))["content"] is None
    versions = [{"kind": "item", "id": item.item_id, "version": version} for version in (2, 3)]
    assert told == [(2, [versions[0]], []), (3, [], [versions[0]]), (4, [versions[1]], [])]


async def test_an_item_keeps_its_skill_for_ever(own_service: Service, curriculum: Curriculum) -> None:
    """Two versions in two skills would make memory and standing depend on the order in which answers arrive."""
    item = single_choice(curriculum.items)
    elsewhere = next(skill.code for skill in curriculum.skills if skill.code != item.skill)
    fewer = replace(curriculum, items=tuple(each for each in curriculum.items if each.item_id != item.item_id))
    for first in (curriculum, fewer):  # also when it was withdrawn in between
        await published(own_service, first)
        with pytest.raises(ItemMoved, match=f"{item.item_id} was published in {item.skill}"):
            await published(own_service, with_item(curriculum, replace(item, skill=elsewhere)))
    assert (await own_service.catalogue()).version(item.item_id, 2) is None


async def test_law_4_an_answer_of_a_withdrawn_skill_is_recorded_and_blocks_nothing(
    own_service: Service, curriculum: Curriculum
) -> None:
    bank = await Bank.found(own_service)
    item = single_choice(curriculum.items)
    key = right(await own_service.catalogue(), item.item_id)
    other = next(each for each in curriculum.items if each.skill != item.skill)
    fewer = replace(
        curriculum,
        skills=tuple(each for each in curriculum.skills if each.code != item.skill),
        items=tuple(each for each in curriculum.items if each.skill != item.skill),
        lessons=tuple(each for each in curriculum.lessons if each.skill != item.skill),
        programs=tuple(
            replace(each, modules=tuple(module for module in each.modules if module.module_id != item.skill))
            for each in curriculum.programs
        ),
    )
    await published(own_service, fewer)
    phone = await bank.employee()
    results = await phone.submit(phone.review(item.item_id, key), phone.review(other.item_id, {"unknown": True}))
    assert [result["status"] for result in results] == ["accepted", "accepted"]
    assert (await phone.get("/v1/changes"))["digest"] == (await phone.get("/v1/state"))["digest"]


async def test_what_was_withdrawn_may_come_back_under_its_old_version(own_service: Service, curriculum: Curriculum) -> None:
    item = single_choice(curriculum.items)
    fewer = replace(curriculum, items=tuple(each for each in curriculum.items if each.item_id != item.item_id))
    await published(own_service, fewer)
    back = await published(own_service, curriculum)
    assert (back.added, back.changed, back.withdrawn) == (0, 1, 0)
    assert (await own_service.catalogue()).items[item.item_id].version == 1


async def test_a_running_service_notices_a_publication_of_another_process(own_service: Service, curriculum: Curriculum) -> None:
    item = single_choice(curriculum.items)
    async with AuthoringDatabase.connected(own_service.url) as elsewhere, elsewhere.transaction(SHARED) as session:
        await publish(session, with_item(curriculum, with_another_key(item)), own_service.clock())
    await own_service.app.state.services.refresh()
    assert (await own_service.catalogue()).items[item.item_id].version == 2


async def test_law_4_what_was_published_a_moment_ago_is_graded_and_not_quarantined(
    own_service: Service, curriculum: Curriculum
) -> None:
    """The drill came from a worker that knew the new version already; this one has not looked yet."""
    bank = await Bank.found(own_service)
    item = single_choice(curriculum.items)
    async with own_service.authoring.transaction(SHARED) as session:
        await publish(session, with_item(curriculum, with_another_key(item)), own_service.clock())
    assert (await own_service.catalogue()).version(item.item_id, 2) is None
    phone = await bank.employee()
    [result] = await phone.submit(phone.review(item.item_id, {"unknown": True}, item_version=2))
    assert result["status"] == "accepted"
