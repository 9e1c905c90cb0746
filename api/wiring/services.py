"""What a running service consists of, and the dependencies that hand its parts to controllers."""

import asyncio
import gc
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import structlog
from litestar import Request

from api.auth.credentials import Passwords
from api.auth.throttle import SignInThrottle
from api.auth.tokens import AccessTokens
from api.problems import unauthenticated
from api.sync.pack_rendering import PackWriters
from api.wiring.database import SHARED, Database, DatabaseAway
from api.wiring.keys import SigningKeys, load_keys
from api.wiring.settings import Settings
from api.wiring.turns import Turns
from domain.content.catalogue import Catalogue
from domain.identity.scope import Caller
from domain.identity.sessions import SessionStore
from domain.phrases.own import OwnLexicons
from domain.practice.algorithm import Fsrs6
from repositories.connection import Connection
from repositories.content.published import current_revision, read_published
from repositories.feed import read_epoch
from repositories.sessions import SessionRepository

CATALOGUE_POLL_SECONDS = 5
EXPORTS_AT_ONCE = 4
YOUNG_OBJECTS = 20_000

log = structlog.get_logger()

Clock = Callable[[], datetime]


def wall_clock() -> datetime:
    """The time now: the one place that reads it."""
    return datetime.now(UTC)  # noqa: TID251


@dataclass(slots=True)
class Services:
    """The parts of a running service."""

    settings: Settings
    clock: Clock
    database: Database
    export_database: Database
    keys: SigningKeys
    tokens: AccessTokens
    passwords: Passwords
    throttle: SignInThrottle
    algorithm: Fsrs6
    own_lexicons: OwnLexicons = field(default_factory=OwnLexicons)
    turns: Turns = field(default_factory=Turns)
    pack_writers: PackWriters = field(default_factory=PackWriters)
    exports_under_way: int = 0
    _catalogue: Catalogue | None = None
    _epoch: UUID | None = None
    _first_reading: "asyncio.Task[None] | None" = None

    def caller_of(self, request: Request[Any, Any, Any], now: datetime) -> Caller:
        """Who calls. Raises `Problem` 401."""
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not token:
            raise unauthenticated("missing_token", "Send an access token: Authorization: Bearer …")
        return self.tokens.caller(token.strip(), now)

    async def catalogue(self) -> Catalogue:
        """The published curriculum. Raises `DatabaseAway` while it was never read."""
        if self._catalogue is None:
            # A cold start under load reads it once, and when that fails it fails for all who waited.
            if self._first_reading is None or self._first_reading.done():
                self._first_reading = asyncio.create_task(self.refresh())
            await asyncio.shield(self._first_reading)
        assert self._catalogue is not None  # noqa: S101
        return self._catalogue

    @property
    def epoch(self) -> UUID:
        """The epoch that cursors carry; read together with the curriculum, which every request has waited for."""
        assert self._epoch is not None  # noqa: S101
        return self._epoch

    @asynccontextmanager
    async def accounts_of(self, organisation_slug: str) -> AsyncIterator[tuple[SessionStore, UUID | None]]:
        """Accounts of the organisation with that short name, and its id, in a transaction; an empty store when there is none."""
        async with self.database.sign_in_transaction(organisation_slug) as (connection, organisation_id):
            yield SessionRepository(connection, organisation_id or SHARED), organisation_id

    @asynccontextmanager
    async def sessions_of(self, organisation_id: UUID) -> AsyncIterator[SessionStore]:
        """Refresh tokens of the organisation, in a transaction."""
        async with self.database.transaction(organisation_id) as connection:
            yield SessionRepository(connection, organisation_id)

    async def refresh(self) -> None:
        """Read the curriculum when there is a newer publication than the one in memory, and the epoch."""
        async with self.database.transaction(SHARED, snapshot=True) as connection:
            self._epoch = await read_epoch(connection)
            await self.refresh_on(connection)

    async def refresh_on(self, connection: Connection) -> Catalogue:
        """The newest curriculum, read on a connection that is there already."""
        if self._catalogue is None or await current_revision(connection) != self._catalogue.revision:
            self._catalogue = Catalogue.of(await read_published(connection))
        return self._catalogue

    async def keep_fresh(self) -> None:
        """Look for new publications until cancelled; a database that is away is asked again next time."""
        while True:
            await asyncio.sleep(CATALOGUE_POLL_SECONDS)
            try:
                await self.refresh()
            except DatabaseAway as error:
                log.warning("catalogue_not_refreshed", reason=str(error))
            except Exception:
                log.exception("catalogue_not_refreshed")


def _settle_heap() -> None:
    """Spare the garbage collector the curriculum: hundreds of thousands of objects that stay, walked again and again.

    With the larger threshold young objects have time to die by themselves: an upload makes thousands and keeps none.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(YOUNG_OBJECTS)


@asynccontextmanager
async def running_services(settings: Settings, database_url: str, clock: Clock) -> AsyncIterator[Services]:
    """Connect, and keep the curriculum fresh until the block ends."""
    keys = load_keys(settings.keys_dir)
    timeout_ms = settings.statement_timeout_ms
    async with (
        Database.connected(database_url, settings.database_pool_size, timeout_ms) as database,
        # Their own: readers that take their time must not hold the connections that answers need.
        Database.connected(database_url, EXPORTS_AT_ONCE, timeout_ms) as export_database,
    ):
        services = Services(
            settings=settings,
            clock=clock,
            database=database,
            export_database=export_database,
            keys=keys,
            tokens=AccessTokens(keys, settings.issuer, settings.access_token_seconds),
            passwords=Passwords(),
            throttle=SignInThrottle(settings.throttle_sign_in),
            algorithm=Fsrs6(),
        )
        # Before the first request where the database is there; where it is not, the service starts all the same.
        with suppress(DatabaseAway):
            await services.refresh()
        _settle_heap()
        refreshing = asyncio.create_task(services.keep_fresh())
        try:
            yield services
        finally:
            refreshing.cancel()
            with suppress(asyncio.CancelledError):
                await refreshing


def services_of(request: Request[Any, Any, Any]) -> Services:
    """The running service's parts."""
    services: Services = request.app.state.services
    return services
