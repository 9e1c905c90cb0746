"""How the pack is sent, and how large it is: compressed, with the whole curriculum, under 300 KB."""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from api.compressed import chosen_coding
from domain.content.catalogue import Catalogue
from domain.content.shuffle import digest_of
from domain.practice.learner import Preferences
from domain.text import LANGUAGES, Language
from repositories.content.reading import Curriculum
from tests.http.expecting import answer, item_steps
from tests.http.packs import ZONE, fetch, ids, pack_for, plain, service_with
from tests.service import Bank, Clock, Phone, Service

pytestmark = pytest.mark.anyio

DAYS = 14
MOST_BYTES = 300_000
KEEN = Preferences(ZONE, "zh-Hans", daily_goal_minutes=20, new_per_day=20)


@pytest.fixture(scope="module")
async def whole_service(postgres: str, whole_curriculum: Curriculum, keys_dir: Path, clock: Clock) -> AsyncIterator[Service]:
    """A service with everything that is committed in content/."""
    async for service in service_with(whole_curriculum, postgres, keys_dir, clock):
        yield service


@pytest.mark.parametrize(
    ("accept", "coding"),
    [
        ("gzip, deflate, br", "gzip"),
        ("gzip, zstd", "zstd"),
        ("ZSTD", "zstd"),
        ("gzip;q=1.0, zstd;q=0.5", "gzip"),
        ("gzip, zstd;q=0", "gzip"),
        ("*", "zstd"),
        ("*;q=0, gzip;q=0.2", "gzip"),
        ("gzip;q=0", None),
        ("gzip;q=much", None),
        ("identity", None),
        ("identity, gzip;q=0.5", None),
        ("br", None),
        ("", None),
    ],
)
async def test_a_pack_comes_in_the_coding_that_is_wanted_most(bank: Bank, accept: str, coding: str | None) -> None:
    phone = await bank.employee()
    assert chosen_coding(accept) == coding
    response = await fetch(phone, accept)
    assert response.headers.get("content-encoding") == coding
    assert response.headers["vary"] == "Accept-Encoding"
    assert plain(response) == await pack_for(phone)


async def test_an_entity_tag_holds_for_every_coding(bank: Bank, catalogue: Catalogue) -> None:
    phone = await bank.employee()
    tag = (await fetch(phone, "zstd")).headers["etag"]
    for accept in ("zstd", "gzip", "identity"):
        response = await fetch(phone, accept)
        assert response.headers["etag"] == tag
        unchanged = await fetch(phone, accept, **{"If-None-Match": tag})
        assert (unchanged.status_code, unchanged.content) == (304, b"")
        assert (unchanged.headers["etag"], unchanged.headers["vary"]) == (tag, "Accept-Encoding")
        assert "content-encoding" not in unchanged.headers
    await answer(phone, catalogue, sorted(catalogue.items)[-1:], correctly=False)
    assert (await fetch(phone, "gzip", **{"If-None-Match": tag})).status_code == 200


async def compressed_sizes(phone: Phone) -> list[int]:
    return [int((await fetch(phone, accept)).headers["content-length"]) for accept in ("zstd", "gzip")]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(("stage", "started"), [(0, "2026-11-01"), (1, "2026-01-05"), (2, "2020-01-05")])
async def test_a_pack_stays_small_at_the_start_of_every_stage(
    whole_service: Service, stage: int, started: str, language: Language
) -> None:
    bank = await Bank.found(whole_service)
    catalogue = await whole_service.catalogue()
    own = [lesson_id for lesson_id in catalogue.lesson_order if catalogue.stage_of[lesson_id] == stage]
    for preferences in (
        Preferences(ZONE, language),
        replace(KEEN, language=language),
        Preferences(ZONE, language, daily_goal_minutes=60, new_per_day=100),
    ):
        phone = await bank.employee(preferences=preferences, role_started_on=started)
        pack = await pack_for(phone)
        assert max(await compressed_sizes(phone)) < MOST_BYTES
        assert pack["lesson_order"][:5] == own[:5]
        if preferences.new_per_day <= 20:
            assert pack["contents"]["items_total"] == DAYS * preferences.new_per_day


@pytest.mark.parametrize("language", LANGUAGES)
async def test_a_pack_stays_small_with_all_memories_due(whole_service: Service, language: Language) -> None:
    bank = await Bank.found(whole_service)
    catalogue = await whole_service.catalogue()
    phone = await bank.employee(preferences=replace(KEEN, language=language), role_started_on="2020-01-05")
    everything = sorted(catalogue.items, key=digest_of)
    for start in range(0, len(everything), 300):
        await answer(phone, catalogue, everything[start : start + 300], correctly=False)
        assert max(await compressed_sizes(phone)) < MOST_BYTES
    pack = await pack_for(phone)
    relearned = [step["item_id"] for step in item_steps(await phone.get("/v1/drill", size=100))]
    assert set(relearned) <= ids(pack)
    assert pack["contents"]["items_total"] > 400
