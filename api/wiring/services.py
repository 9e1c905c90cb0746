"""What a running service consists of, and the dependencies that hand its parts to controllers."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import structlog
from litestar import Request
from litestar.di import Provide

from api.auth.credentials import Passwords
from api.auth.throttle import SignInThrottle
from api.auth.tokens import AccessTokens
from api.injected import Injected
from api.problems import unauthenticated
from api.wiring.database import SHARED, Database, DatabaseAway
from api.wiring.keys import SigningKeys, load_keys
from api.wiring.settings import Settings
from domain.content.catalogue import Catalogue
from domain.identity.scope import Caller, Scope
from domain.identity.sessions import SessionStore
from domain.practice.algorithm import Fsrs6
from repositories.connection import Connection
from repositories.content.published import current_revision, read_published
from repositories.feed import read_epoch
from repositories.learners import LearnerRepository
from repositories.reviews import ReviewRepository
from repositories.sessions import SessionRepository
from repositories.teams import TeamRepository

CATALOGUE_POLL_SECONDS = 5

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
    keys: SigningKeys
    tokens: AccessTokens
    passwords: Passwords
    throttle: SignInThrottle
    algorithm: Fsrs6
    _catalogue: Catalogue | None = None
    _epoch: UUID | None = None

    async def catalogue(self) -> Catalogue:
        """The published curriculum. Raises `DatabaseAway` while it was never read."""
        if self._catalogue is None:
            await self.refresh()
        assert self._catalogue is not None  # noqa: S101
        return self._catalogue

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

    async def epoch(self) -> UUID:
        """The epoch that cursors carry."""
        if self._epoch is None:
            async with self.database.transaction(SHARED) as connection:
                self._epoch = await read_epoch(connection)
        return self._epoch

    async def refresh(self) -> None:
        """Read the curriculum when there is a newer publication than the one in memory."""
        async with self.database.transaction(SHARED, snapshot=True) as connection:
            if self._catalogue is None or await current_revision(connection) != self._catalogue.revision:
                self._catalogue = Catalogue.of(await read_published(connection))

    async def keep_fresh(self) -> None:
        """Look for new publications until cancelled; a database that is away is asked again next time."""
        while True:
            await asyncio.sleep(CATALOGUE_POLL_SECONDS)
            try:
                await self.refresh()
            except DatabaseAway as error:
                log.warning("catalogue_not_refreshed", reason=str(error))


@asynccontextmanager
async def running_services(settings: Settings, database_url: str, clock: Clock) -> AsyncIterator[Services]:
    """Connect, and keep the curriculum fresh until the block ends."""
    keys = load_keys(settings.keys_dir)
    async with Database.connected(database_url, settings.database_pool_size, settings.statement_timeout_ms) as database:
        services = Services(
            settings=settings,
            clock=clock,
            database=database,
            keys=keys,
            tokens=AccessTokens(keys, settings.issuer, settings.access_token_seconds),
            passwords=Passwords(),
            throttle=SignInThrottle(settings.throttle_sign_in),
            algorithm=Fsrs6(),
        )
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


def provide_now(request: Request[Any, Any, Any]) -> datetime:
    """When the request came in; one value for all of it."""
    return services_of(request).clock()


def provide_caller(request: Request[Any, Any, Any], now: Injected[datetime]) -> Caller:
    """Who calls. Authentication comes before any transaction, since those take the caller as an argument."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise unauthenticated("missing_token", "Send an access token: Authorization: Bearer …")
    return services_of(request).tokens.caller(token.strip(), now)


async def provide_catalogue(request: Request[Any, Any, Any], caller: Injected[Caller]) -> Catalogue:  # noqa: ARG001
    """The published curriculum as of now. Takes the caller so that who is not known is told so before anything is read."""
    return await services_of(request).catalogue()


async def provide_transaction(request: Request[Any, Any, Any], caller: Injected[Caller]) -> AsyncGenerator[Connection, None]:
    """The request's one transaction, within the caller's tenant.

    Litestar ends a generator dependency after the handler and before the response starts, so that nothing is acknowledged
    before it is committed; a handler that raises rolls it back. There must be no second generator dependency: several would be
    ended side by side.
    """
    async with services_of(request).database.transaction(caller.organisation_id) as connection:
        yield connection


def provide_reviews(transaction: Injected[Connection], caller: Injected[Caller]) -> ReviewRepository:
    """The caller's own log."""
    return ReviewRepository(transaction, caller)


def provide_learner(transaction: Injected[Connection], caller: Injected[Caller], now: Injected[datetime]) -> LearnerRepository:
    """The caller's own profile and facts."""
    return LearnerRepository(transaction, caller, now)


async def provide_scope(caller: Injected[Caller], learner: Injected[LearnerRepository]) -> Scope:
    """The caller's grants, as they are in this transaction."""
    return Scope(caller, await learner.grants())


def provide_team(transaction: Injected[Connection], caller_scope: Injected[Scope]) -> TeamRepository:
    """What the caller may see of others."""
    return TeamRepository(transaction, caller_scope)


def provide_algorithm(request: Request[Any, Any, Any]) -> Fsrs6:
    """The memory model."""
    return services_of(request).algorithm


def provide_services(request: Request[Any, Any, Any]) -> Services:
    """Everything, for the few controllers that begin transactions of their own kind."""
    return services_of(request)


DEPENDENCIES = {
    "now": Provide(provide_now, sync_to_thread=False),
    "caller": Provide(provide_caller, sync_to_thread=False),
    "catalogue": Provide(provide_catalogue),
    "transaction": Provide(provide_transaction),
    "reviews": Provide(provide_reviews, sync_to_thread=False),
    "learner": Provide(provide_learner, sync_to_thread=False),
    "caller_scope": Provide(provide_scope),
    "team": Provide(provide_team, sync_to_thread=False),
    "algorithm": Provide(provide_algorithm, sync_to_thread=False),
    "services": Provide(provide_services, sync_to_thread=False),
}

__all__ = ["DEPENDENCIES", "Services", "running_services", "wall_clock"]
