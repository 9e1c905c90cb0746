"""A proxy between service and PostgreSQL that holds commits back, as a slow disk or a synchronous standby does.

While a COMMIT waits its transaction stays open: sequences are taken and rows locked, and others overtake it.
"""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from urllib.parse import parse_qs, quote, urlsplit

from anyio.from_thread import start_blocking_portal

SOCKET = ".s.PGSQL.5432"
COMMIT = b"COMMIT\0"
CHUNK = 1 << 16
USUAL_SECONDS = 0.01
SELDOM_SECONDS = 0.2
SELDOM = 0.05


class SlowCommits:
    """Passes bytes on both ways; `held` counts the commits that waited."""

    def __init__(self, server: Path) -> None:
        self._server = server
        self._random = Random("slow commits")
        self._connections: dict[asyncio.StreamWriter, asyncio.Task[None]] = {}
        self.held = 0

    @asynccontextmanager
    async def listening(self, folder: Path) -> AsyncIterator[None]:
        """Listen on a socket in `folder` until the block ends."""
        server = await asyncio.start_unix_server(self._accept, folder / SOCKET)
        try:
            yield
        finally:
            server.close()
            tasks = list(self._connections.values())
            for writer in self._connections:
                writer.transport.abort()
            await asyncio.gather(*tasks)
            await server.wait_closed()

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._connections[writer] = task
        try:
            answers, server = await asyncio.open_unix_connection(self._server)
            await asyncio.gather(self._pass_on(reader, server, delays=True), self._pass_on(answers, writer, delays=False))
        except OSError:  # the server is away
            writer.close()
        finally:
            del self._connections[writer]

    async def _pass_on(self, source: asyncio.StreamReader, sink: asyncio.StreamWriter, *, delays: bool) -> None:
        """Until one end hangs up, and then hang up at the other."""
        with suppress(OSError):
            while data := await source.read(CHUNK):
                if delays and COMMIT in data:
                    self.held += 1
                    await asyncio.sleep(
                        self._random.random() * (SELDOM_SECONDS if self._random.random() < SELDOM else USUAL_SECONDS)
                    )
                sink.write(data)
                await sink.drain()
        sink.close()
        with suppress(OSError):
            await sink.wait_closed()


@contextmanager
def slow_commits(url: str) -> Iterator[tuple[str, SlowCommits]]:
    """Another address of the database at `url`, under which commits are slow, and what was held."""
    address = urlsplit(url)
    [server] = parse_qs(address.query)["host"]
    proxy = SlowCommits(Path(server) / SOCKET)
    with (
        TemporaryDirectory(prefix="composure-soak-") as folder,
        start_blocking_portal() as portal,
        portal.wrap_async_context_manager(proxy.listening(Path(folder))),
    ):
        yield address._replace(query=f"host={quote(folder, safe='')}").geturl(), proxy
