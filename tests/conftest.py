"""One PostgreSQL and one service for each worker; every test founds a bank of its own, so none has to clean up."""

import os
import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from fasteners import InterProcessLock

from api.wiring.database import SHARED, AuthoringDatabase
from api.wiring.embedded import embedded_postgres
from api.wiring.keys import create_key
from api.wiring.migrations import migrate
from domain.content.catalogue import Catalogue
from repositories.content.publishing import publish
from repositories.content.reading import Curriculum, read_curriculum
from tests.curriculum import part_of
from tests.service import CONTENT, Bank, Clock, Service, new_database, running_service


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """Address of a server; TEST_DATABASE_URL names a real one instead."""
    if "TEST_DATABASE_URL" in os.environ:
        yield os.environ["TEST_DATABASE_URL"]
        return
    # Not below pytest's own folder, which only its owner may enter: as root the server runs as another user.
    folder = Path(tempfile.mkdtemp(prefix="composure-test-"))
    # Starting adds that user when it is missing: one worker at a time.
    starting = InterProcessLock(Path(tempfile.gettempdir()) / "composure-test.lock")
    starting.acquire()
    try:
        with embedded_postgres(folder / "postgres") as url:
            starting.release()
            yield url
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def whole_curriculum() -> Curriculum:
    return read_curriculum(CONTENT)


@pytest.fixture(scope="session")
def curriculum(whole_curriculum: Curriculum) -> Curriculum:
    return part_of(whole_curriculum)


@pytest.fixture(scope="session")
async def database_url(postgres: str, curriculum: Curriculum, clock: Clock) -> str:
    """A database of this worker, migrated, with the curriculum."""
    url = await new_database(postgres)
    await migrate(url)
    async with AuthoringDatabase.connected(url) as authoring, authoring.transaction(SHARED) as session:
        await publish(session, curriculum, clock())
    return url


@pytest.fixture(scope="session")
def clock() -> Clock:
    return Clock()


@pytest.fixture(scope="session")
def keys_dir(tmp_path_factory: pytest.TempPathFactory, clock: Clock) -> Path:
    folder = tmp_path_factory.mktemp("keys")
    create_key(folder, clock())
    return folder


@pytest.fixture(scope="session")
async def service(database_url: str, keys_dir: Path, clock: Clock) -> AsyncIterator[Service]:
    async with running_service(database_url, keys_dir, clock) as service:
        yield service


@pytest.fixture
async def bank(service: Service, clock: Clock) -> Bank:
    """A fresh bank: a head office with two branches of an outlet each, and nobody in it."""
    clock.reset()
    return await Bank.found(service)


@pytest.fixture(scope="session")
async def catalogue(service: Service) -> Catalogue:
    return await service.catalogue()
