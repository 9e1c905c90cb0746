"""Where the bench plays: a PostgreSQL of its own on a fresh folder, databases in it, and the real server on one of them."""

import asyncio
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from signal import SIGKILL, SIGTERM
from urllib.error import URLError
from urllib.request import urlopen
from uuid import UUID

import asyncpg

from api.auth.tokens import AccessTokens
from api.wiring.database import SHARED, AuthoringDatabase, Database
from api.wiring.embedded import embedded_postgres, locked_folder
from api.wiring.keys import create_key, load_keys
from api.wiring.migrations import ROOT, migrate
from api.wiring.services import wall_clock
from api.wiring.settings import Settings
from domain.content.catalogue import Catalogue
from domain.identity.scope import Caller
from domain.practice.clock import practice_day
from repositories.content.published import read_published
from repositories.content.publishing import publish
from repositories.content.reading import Curriculum, read_curriculum

FOLDER = ROOT / ".data" / "bench"
ORGANISATION = UUID("bbbbbbbb-0000-4000-8000-000000000000")
ZONE = "Asia/Shanghai"
STARTING_SECONDS = 30
STOPPING_SECONDS = 20
TEMPLATE = "bench_template"


class ServerFailed(Exception):
    """The service did not start or did not stop; says where its log is."""


@dataclass(frozen=True)
class Server:
    """A running service."""

    port: int
    pid: int


@dataclass(frozen=True)
class Stage:
    """A PostgreSQL with a template database: migrated, the curriculum published."""

    folder: Path
    postgres: str
    catalogue: Catalogue
    tokens: AccessTokens

    @property
    def keys_dir(self) -> Path:
        """Signing keys of the service."""
        return self.folder / "keys"

    @property
    def today(self) -> date:
        """The learners' practice day."""
        return practice_day(wall_clock(), ZONE)

    def url(self, database: str) -> str:
        """Address of a database."""
        head, _, query = self.postgres.partition("?")
        return f"{head.rsplit('/', 1)[0]}/{database}?{query}"

    def token(self, learner_id: UUID) -> str:
        """An access token, as signing in would give it."""
        return self.tokens.issue(Caller(learner_id, ORGANISATION), wall_clock())

    async def new_database(self, name: str) -> str:
        """A copy of the template."""
        connection = await asyncpg.connect(self.postgres)
        await connection.execute(f"CREATE DATABASE {name} TEMPLATE {TEMPLATE}")
        await connection.close()
        return self.url(name)

    @contextmanager
    def serving(self, database: str) -> Iterator[Server]:
        """The service on `database`, started as an operator starts it. Raises `ServerFailed`."""
        port = free_port()
        log_path = self.folder / f"server-{database}.log"
        environment = {name: value for name, value in os.environ.items() if not name.startswith("COMPOSURE_")} | {
            "DATABASE_URL": self.url(database),
            "COMPOSURE_HOST": "127.0.0.1",
            "COMPOSURE_PORT": str(port),
            "COMPOSURE_KEYS_DIR": str(self.keys_dir),
            "COMPOSURE_LOG_FORMAT": "json",
            "COMPOSURE_ACCESS_TOKEN_SECONDS": "3600",
        }
        with ExitStack() as stack:
            log = stack.enter_context(log_path.open("wb"))
            # A session of its own: Ctrl-C reaches only the bench, which then stops everything in order.
            process = subprocess.Popen(
                [sys.executable, "-m", "api", "serve"],
                env=environment,
                cwd=ROOT,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
            stack.callback(_stop, process)
            _wait_until_ready(process, port, log_path)
            yield Server(port, process.pid)


@contextmanager
def staged() -> Iterator[Stage]:
    """Set up in a fresh folder, and clear away. Raises `DataFolderInUse` beside another bench."""
    with locked_folder(FOLDER):
        play = FOLDER / "run"
        shutil.rmtree(play, ignore_errors=True)
        play.mkdir()
        try:
            with embedded_postgres(play / "postgres") as postgres:
                create_key(play / "keys", wall_clock())
                tokens = AccessTokens(load_keys(play / "keys"), Settings.issuer, 3600)
                yield Stage(play, postgres, asyncio.run(template(postgres, read_curriculum(Settings.content_dir))), tokens)
        finally:
            # Logs of the service stay for a look afterwards; gigabytes of invented practice do not.
            shutil.rmtree(play / "postgres", ignore_errors=True)


async def template(postgres: str, curriculum: Curriculum) -> Catalogue:
    """A database that is migrated and holds the published curriculum, to be copied; and that curriculum."""
    connection = await asyncpg.connect(postgres)
    await connection.execute(f"CREATE DATABASE {TEMPLATE}")
    await connection.close()
    head, _, query = postgres.partition("?")
    url = f"{head.rsplit('/', 1)[0]}/{TEMPLATE}?{query}"
    await migrate(url)
    async with AuthoringDatabase.connected(url) as authoring, authoring.transaction(SHARED) as session:
        await publish(session, curriculum, wall_clock())
    async with (
        Database.connected(url, 1, Settings.statement_timeout_ms) as database,
        database.transaction(SHARED) as transaction,
    ):
        return Catalogue.of(await read_published(transaction))


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _wait_until_ready(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    deadline = time.monotonic() + STARTING_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        with suppress(URLError, ConnectionError), urlopen(f"http://127.0.0.1:{port}/health/ready", timeout=5) as response:
            if response.status == 200:
                return
        time.sleep(0.1)
    raise ServerFailed(f"the service did not become ready; its log is {log}")


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.send_signal(SIGTERM)
    try:
        process.wait(STOPPING_SECONDS)
    except subprocess.TimeoutExpired:
        # Its own session holds it and its workers, and nothing else.
        with suppress(ProcessLookupError):
            os.killpg(process.pid, SIGKILL)
        process.wait()
