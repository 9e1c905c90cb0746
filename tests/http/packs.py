"""What tests of the pack share: services of their own, and packs as a client fetches them."""

import json
import sys
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Any

import httpx

from api.wiring.database import SHARED
from api.wiring.migrations import migrate
from repositories.content.publishing import publish
from repositories.content.reading import Curriculum
from tests.service import Clock, Phone, Service, new_database, running_service

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

ZONE = "Asia/Shanghai"


async def service_with(curriculum: Curriculum, postgres: str, keys_dir: Path, clock: Clock) -> AsyncIterator[Service]:
    url = await new_database(postgres)
    await migrate(url)
    clock.reset()
    async with running_service(url, keys_dir, clock) as service:
        await published(service, curriculum)
        yield service


async def published(service: Service, curriculum: Curriculum) -> None:
    async with service.authoring.transaction(SHARED) as session:
        await publish(session, curriculum, service.clock())
    await service.app.state.services.refresh()


async def pack_for(phone: Phone, **params: Any) -> dict[str, Any]:
    pack: dict[str, Any] = await phone.get("/v1/pack", **params)
    return pack


def ids(pack: Mapping[str, Any]) -> set[str]:
    return {item["item_id"] for item in pack["items"]}


def contents(pack: Mapping[str, Any], what: str = "items") -> set[tuple[str, int]]:
    return {(each["id"], each["version"]) for each in pack["contents"][what]}


async def fetch(phone: Phone, accept: str, **headers: str) -> httpx.Response:
    return await phone.call("GET", "/v1/pack", headers={"Accept-Encoding": accept, **headers})


def plain(response: httpx.Response) -> Any:
    """The JSON; zstd is nothing that httpx knows by itself."""
    return json.loads(
        zstd.decompress(response.content) if response.headers.get("content-encoding") == "zstd" else response.content
    )
