"""The SQL that one request sends, overheard and not copied: anchors run these statements, so the two cannot drift apart.

The application runs in this process and gets a real request; its connection tells every statement with its arguments.
"""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, redirect_stderr
from dataclasses import dataclass
from io import StringIO
from typing import Any, cast
from uuid import UUID

import httpx
from asyncpg.connection import LoggedQuery

from api.wiring.app import create_app
from api.wiring.database import Database
from api.wiring.settings import Settings
from bench.stage import Stage
from repositories.connection import Connection


@dataclass(frozen=True)
class Request:
    """A request of a learner."""

    learner: UUID
    method: str
    path: str
    body: bytes | None = None


@dataclass(frozen=True)
class Statement:
    """One round trip."""

    text: str
    arguments: tuple[Any, ...]


class _Overheard(Database):
    """The service's own database, whose connections tell what they are asked."""

    def __init__(self, inner: Database, heard: list[Statement]) -> None:
        self._inner = inner
        self._heard = heard

    def _hear(self, query: LoggedQuery) -> None:
        # asyncpg knows no arguments for a script, and None for its parameters.
        self._heard.append(Statement(query.query, tuple(query.args or ())))

    @asynccontextmanager
    async def transaction(
        self, organisation_id: UUID, *, snapshot: bool = False, statement_timeout_seconds: int | None = None
    ) -> AsyncIterator[Connection]:
        inner = self._inner.transaction(organisation_id, snapshot=snapshot, statement_timeout_seconds=statement_timeout_seconds)
        async with inner as connection:
            # It stays with the connection, so from the second transaction on BEGIN is heard as well.
            connection.add_query_logger(self._hear)  # type: ignore[attr-defined]
            yield connection


async def statements_of(stage: Stage, url: str, ahead: Sequence[Request], requests: Sequence[Request]) -> list[list[Statement]]:
    """What each of `requests` sends, in order, on a connection that has served `ahead`.

    Those should be of the same kinds: on a new connection asyncpg first asks for the types it meets.
    """
    with redirect_stderr(StringIO()):  # the application's log
        app = create_app(Settings(database_url=url, database_pool_size=2, keys_dir=stage.keys_dir))
    heard: list[Statement] = []
    captured: list[list[Statement]] = []
    async with (
        app.lifespan(),
        httpx.AsyncClient(transport=httpx.ASGITransport(cast("Any", app)), base_url="http://bench") as http,
    ):
        services = app.state.services
        await services.catalogue()
        services.database = _Overheard(services.database, heard)
        for place, request in enumerate([*ahead, *requests]):
            heard.clear()
            headers = {"Authorization": f"Bearer {stage.token(request.learner)}", "Content-Type": "application/json"}
            answer = await http.request(request.method, request.path, content=request.body, headers=headers)
            answer.raise_for_status()
            if place < len(ahead):
                continue
            if not (heard[0].text.startswith("BEGIN") and heard[-1].text == "COMMIT"):
                raise RuntimeError(f"this is not one transaction: {[statement.text for statement in heard]}")
            captured.append(list(heard))
    return captured
