"""The two doors to the database, and the only place where transactions begin and end.

Every transaction works as `composure_app` within one tenant: both are set with SET LOCAL in the statement that begins it, which
costs no round trip of its own and holds behind a pooler that hands out connections by transaction.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from uuid import UUID

import asyncpg
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlmodel.ext.asyncio.session import AsyncSession

from api.wiring.address import DatabaseAddress
from repositories.connection import Connection

# The tenant of jobs that serve no tenant: it owns nothing, and so sees nothing but what all tenants share.
SHARED = UUID(int=0)

ORGANISATIONS = "SELECT slug, id FROM organisation ORDER BY slug"

ACQUIRE_SECONDS = 5
GRACE_SECONDS = 5


class DatabaseAway(Exception):
    """The database cannot be reached, is stopping, or gave up on a statement: nothing was committed, try again."""


_AWAY = (
    OSError,
    TimeoutError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,  # a connection that died while it was idle
    asyncpg.PostgresConnectionError,
    asyncpg.OperatorInterventionError,  # shutdown, crash recovery, cancelled by statement_timeout
    asyncpg.InsufficientResourcesError,
    asyncpg.DeadlockDetectedError,
    asyncpg.SerializationError,
    asyncpg.LockNotAvailableError,
    asyncpg.IdleInTransactionSessionTimeoutError,
    asyncpg.ReadOnlySQLTransactionError,  # a standby that is about to be promoted
    asyncpg.UndefinedTableError,  # not migrated yet
    asyncpg.UndefinedColumnError,
)


class DatabaseBusy(DatabaseAway):
    """Every connection of the pool was in use for as long as a request may wait for one."""


def _is_ours(error: Exception) -> bool:
    """Whether the driver refused a value we gave it: a mistake of ours, which no retry mends."""
    return isinstance(error, ValueError)


class Database:
    """A pool of connections and how to begin transactions on them."""

    def __init__(self, pool: "asyncpg.Pool[asyncpg.Record]", statement_timeout_ms: int) -> None:
        self._pool = pool
        self._statement_timeout_ms = statement_timeout_ms

    @classmethod
    @asynccontextmanager
    async def connected(cls, url: str, pool_size: int, statement_timeout_ms: int) -> AsyncIterator["Database"]:
        """A database whose connections are made when first needed, so that the service starts while it is away."""
        address = DatabaseAddress.of(url)
        pool = asyncpg.create_pool(
            address.url,
            min_size=0,
            max_size=pool_size,
            # The server gives up first; this is for a server that does not answer any more.
            command_timeout=statement_timeout_ms / 1000 + GRACE_SECONDS,
            reset=_nothing_to_reset,
            **address.connect_arguments,
        )
        await pool
        try:
            yield cls(pool, statement_timeout_ms)
        finally:
            pool.terminate()

    @asynccontextmanager
    async def transaction(
        self, organisation_id: UUID, *, snapshot: bool = False, statement_timeout_seconds: int | None = None
    ) -> AsyncIterator[Connection]:
        """A transaction within one tenant: committed when the block ends, rolled back when it raises.

        With `snapshot`, read only and of one moment. `statement_timeout_seconds` is for exports, which take long.
        Raises `DatabaseAway`; then nothing was committed, or (when the connection broke during the commit itself) it is not
        known, which is why every write is safe to repeat.
        """
        mode = " ISOLATION LEVEL REPEATABLE READ READ ONLY" if snapshot else ""
        limits = self._limits(None if statement_timeout_seconds is None else 1000 * statement_timeout_seconds)
        async with self._begun(f"BEGIN{mode}; {_as_tenant(organisation_id)}; {limits}") as connection:
            yield connection

    @asynccontextmanager
    async def sign_in_transaction(self, organisation_slug: str) -> AsyncIterator[tuple[Connection, UUID | None]]:
        """A transaction within the tenant of that short name, and its id; without such a tenant, one that sees nothing."""
        async with self._begun(f"BEGIN; {_as_tenant(SHARED)}; {self._limits()}") as connection:
            await connection.execute("SELECT set_config('app.organisation_slug', $1, true)", organisation_slug)
            found = await connection.fetchval("SELECT id FROM organisation WHERE slug = $1", organisation_slug)
            await connection.execute("SET LOCAL app.organisation_slug = ''")
            if found is not None:
                await connection.execute(f"SET LOCAL app.org = '{found}'")
            yield connection, found

    async def organisations(self) -> dict[str, UUID]:
        """All organisations by short name: for jobs that go through them, as the user who signs in and no tenant.

        Only the owner of the database sees any (or a superuser): for everybody else there are none.
        """
        async with self._begun(f"BEGIN READ ONLY; {self._limits()}") as connection:
            return dict(await connection.fetch(ORGANISATIONS))

    def _limits(self, statement_timeout_ms: int | None = None) -> str:
        timeout_ms = statement_timeout_ms or self._statement_timeout_ms
        return f"SET LOCAL statement_timeout = {timeout_ms}; SET LOCAL idle_in_transaction_session_timeout = {2 * timeout_ms}"

    @asynccontextmanager
    async def _begun(self, begin: str) -> AsyncIterator[Connection]:
        try:
            connection = await self._pool.acquire(timeout=ACQUIRE_SECONDS)
        except TimeoutError as error:
            if self._pool.get_idle_size() == 0 and self._pool.get_size() == self._pool.get_max_size():
                raise DatabaseBusy("all database connections are in use") from error
            raise DatabaseAway("connecting took too long") from error
        except _AWAY as error:
            raise DatabaseAway(str(error)) from error
        try:
            try:
                try:
                    await connection.execute(begin)
                except asyncpg.PostgresError as error:  # the role is missing, or may not be set: not migrated, or not granted
                    raise DatabaseAway(f"a transaction cannot begin: {error}") from error
                yield connection
            except BaseException:
                with suppress(*_AWAY):  # a connection that is gone has rolled back by itself
                    await connection.execute("ROLLBACK")
                raise
            if await connection.execute("COMMIT") != "COMMIT":
                raise DatabaseAway("the transaction had failed and was rolled back")
        except _AWAY as error:
            if _is_ours(error):
                raise
            raise DatabaseAway(str(error)) from error
        finally:
            with suppress(*_AWAY):
                await self._pool.release(connection)


def _as_tenant(organisation_id: UUID) -> str:
    # A UUID object prints as hexadecimal and dashes only; Citus needs SET LOCAL, which takes no parameters.
    return f"SET LOCAL ROLE composure_app; SET LOCAL app.org = '{organisation_id}'"


async def _nothing_to_reset(_: object) -> None:
    """Every setting is SET LOCAL and gone with its transaction: the usual reset would be one more round trip for nothing."""


class AuthoringDatabase:
    """The other door: SQLModel sessions for authoring, administration and jobs."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    @classmethod
    @asynccontextmanager
    async def connected(cls, url: str) -> AsyncIterator["AuthoringDatabase"]:
        """Sessions on `url`."""
        engine = DatabaseAddress.of(url).engine()
        try:
            yield cls(engine)
        finally:
            await engine.dispose()

    @asynccontextmanager
    async def transaction(self, organisation_id: UUID) -> AsyncIterator[AsyncSession]:
        """A session within one tenant, committed when the block ends and rolled back when it raises."""
        async with AsyncSession(self._engine, expire_on_commit=False) as session, session.begin():
            for statement in _as_tenant(organisation_id).split("; "):
                await session.exec(text(statement))  # type: ignore[call-overload]
            yield session
