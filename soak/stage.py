"""Where the soak plays: a PostgreSQL that can be killed and started again, and the service as an operator starts it."""

import asyncio
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from signal import SIGKILL, SIGQUIT, SIGTERM
from threading import Event
from time import monotonic, time

import asyncpg
import httpx
import psutil

from api.auth.tokens import AccessTokens
from api.wiring.embedded import embedded_postgres
from api.wiring.keys import create_key, load_keys
from api.wiring.migrations import ROOT
from api.wiring.services import wall_clock
from api.wiring.settings import Settings
from bench.filling import Filling
from bench.stage import ServerFailed, Stage, free_port, template
from repositories.content.reading import Curriculum, read_curriculum

TOKEN_SECONDS = 7200
STARTING_SECONDS = 60
STOPPING_SECONDS = 20
GONE_SECONDS = 20
POLL_SECONDS = 0.02
# granian takes a worker that dies within 5.5 s of its own replacement for a crash loop and gives up; its supervisor's business.
SAFE_AGE_SECONDS = 6.5


class Postgres:
    """The embedded server on one folder. Whatever happens to it, it comes back under the same address."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.url = ""
        self._running = ExitStack()

    def start(self) -> None:
        """Start it, after a crash with recovery. Raises `EmbeddedServerFailed`."""
        self.url = self._running.enter_context(embedded_postgres(self.folder))

    def kill(self) -> None:
        """SIGKILL to the postmaster and everything it has started; returns when all are gone."""
        processes = self._processes()
        for process in processes:
            with suppress(psutil.NoSuchProcess):
                process.kill()
        _wait_until_gone(processes)

    def stop_at_once(self) -> None:
        """What `pg_ctl stop -m immediate` does: the processes end without a checkpoint; returns when all are gone."""
        processes = self._processes()
        processes[0].send_signal(SIGQUIT)
        _wait_until_gone(processes)

    def end(self) -> None:
        """Stop it for good; also one whose start was interrupted."""
        self._running.close()
        for process in psutil.process_iter(["name", "cmdline"]):
            if process.info["name"] == "postgres" and str(self.folder) in " ".join(process.info["cmdline"] or []):
                with suppress(psutil.NoSuchProcess):
                    process.kill()

    async def until_it_accepts(self) -> float:
        """Wait until a connection is taken; returns the moment, in seconds of `monotonic`. Raises `ServerFailed`."""
        deadline = monotonic() + STARTING_SECONDS
        while monotonic() < deadline:
            try:
                connection = await asyncpg.connect(self.url)
            except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError):
                await asyncio.sleep(POLL_SECONDS)
            else:
                moment = monotonic()
                await connection.close()
                return moment
        raise ServerFailed(f"PostgreSQL did not come back within {STARTING_SECONDS} s")

    def _processes(self) -> list[psutil.Process]:
        postmaster = psutil.Process(int((self.folder / "postmaster.pid").read_text().split("\n", 1)[0]))
        return [postmaster, *postmaster.children(recursive=True)]


@dataclass(frozen=True)
class Service:
    """A running service."""

    port: int
    process: subprocess.Popen[bytes]
    log: Path

    @property
    def base(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.port}"

    def workers(self) -> list[psutil.Process]:
        """Its worker processes."""
        found = []
        with suppress(psutil.NoSuchProcess):
            found = psutil.Process(self.process.pid).children()
        return [worker for worker in found if worker.is_running() and worker.status() != psutil.STATUS_ZOMBIE]

    async def is_staffed(self, workers: int) -> bool:
        """Whether it has so many workers, or soon has them again."""
        for _ in range(int(STARTING_SECONDS / POLL_SECONDS)):
            if len(self.workers()) == workers or self.process.poll() is not None:
                break
            await asyncio.sleep(POLL_SECONDS)
        return len(self.workers()) == workers

    def kill(self) -> None:
        """SIGKILL to it and its workers: its own session holds these and nothing else."""
        os.killpg(self.process.pid, SIGKILL)
        self.process.wait()

    def stop(self) -> None:
        """Stop it as an operator would; whoever outlives that is killed."""
        if self.process.poll() is not None:
            return
        workers = self.workers()
        self.process.send_signal(SIGTERM)
        try:
            self.process.wait(STOPPING_SECONDS)
        except subprocess.TimeoutExpired:
            self.kill()
        for worker in workers:
            with suppress(psutil.NoSuchProcess):
                worker.kill()

    async def grown_worker(self, first: set[int]) -> psutil.Process:
        """The oldest worker, as soon as it may be killed: one of the `first` at any time, a replacement at a safe age.

        Raises `ServerFailed` when the service has ended.
        """
        while not (workers := self.workers()):
            if self.process.poll() is not None:
                raise ServerFailed(f"the service ended; its log is {self.log}")
            await asyncio.sleep(POLL_SECONDS)
        oldest = min(workers, key=lambda worker: (worker.create_time(), worker.pid))
        if oldest.pid not in first:
            await asyncio.sleep(max(0.0, oldest.create_time() + SAFE_AGE_SECONDS - time()))
        return oldest


@dataclass(frozen=True)
class SoakStage(Stage):
    """The bench's stage on a PostgreSQL that can be killed."""

    server: Postgres

    def founded(self, name: str, learners: int) -> str:
        """A new database with a bank of that many learners, numbered from 1; its address."""

        async def work() -> str:
            url = await self.new_database(name)
            connection = await asyncpg.connect(url)
            try:
                filling = Filling(connection, self)
                await filling.found()
                await filling.people(1, learners)
            finally:
                await connection.close()
            return url

        return asyncio.run(work())

    @contextmanager
    def service(self, url: str, *, workers: int = 1) -> Iterator[Service]:
        """The service on the database at `url`, started as an operator starts it. Raises `ServerFailed`."""
        port = free_port()
        log = self.folder / f"service-{port}.log"
        environment = {name: value for name, value in os.environ.items() if not name.startswith(("COMPOSURE_", "DATABASE_"))}
        environment |= {
            "DATABASE_URL": url,
            "COMPOSURE_HOST": "127.0.0.1",
            "COMPOSURE_PORT": str(port),
            "COMPOSURE_KEYS_DIR": str(self.keys_dir),
            "COMPOSURE_WORKERS": str(workers),
        }
        with log.open("wb") as output:
            # A session of its own: Ctrl-C reaches only the soak, which then stops everything in order.
            process = subprocess.Popen(
                [sys.executable, "-m", "api", "serve"],
                cwd=ROOT,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )
        service = Service(port, process, log)
        try:
            _wait_until_ready(service)
            yield service
        finally:
            service.stop()


@contextmanager
def staged(play: Path, curriculum: Curriculum | None = None) -> Iterator[SoakStage]:
    """Set up in `play`, which is emptied first; afterwards no process is left, and of files only logs and keys."""
    shutil.rmtree(play, ignore_errors=True)
    play.mkdir(parents=True)
    server = Postgres(play / "postgres")
    try:
        server.start()
        create_key(play / "keys", wall_clock())
        tokens = AccessTokens(load_keys(play / "keys"), Settings.issuer, TOKEN_SECONDS)
        catalogue = asyncio.run(template(server.url, curriculum or read_curriculum(Settings.content_dir)))
        yield SoakStage(play, server.url, catalogue, tokens, server)
    finally:
        server.end()
        shutil.rmtree(play / "postgres", ignore_errors=True)


def _wait_until_gone(processes: list[psutil.Process]) -> None:
    """And reaped, by whoever does that here: PostgreSQL does not start beside a zombie of its predecessor."""
    _, alive = psutil.wait_procs(processes, GONE_SECONDS)
    if alive:
        raise ServerFailed(f"{alive} do not end")


def _wait_until_ready(service: Service) -> None:
    deadline = monotonic() + STARTING_SECONDS
    while monotonic() < deadline and service.process.poll() is None:
        with suppress(httpx.TransportError):
            if httpx.get(f"{service.base}/health/ready", timeout=5).status_code == httpx.codes.OK:
                return
        Event().wait(POLL_SECONDS)
    raise ServerFailed(f"the service did not become ready; its log is {service.log}")
