"""Whether the database is there, safe to promise durability on, and at the revision this code needs."""

from alembic.script import ScriptDirectory

from api.wiring.database import SHARED, DatabaseAway, DatabaseBusy
from api.wiring.migrations import configuration
from api.wiring.services import Services

DURABILITY = "SELECT name FROM pg_settings WHERE name IN ('fsync', 'full_page_writes', 'synchronous_commit') AND setting = 'off'"
REVISION = "SELECT version_num FROM alembic_version"
PRIVATE = "SELECT pg_has_role(session_user, 'composure_private', 'MEMBER')"
BYPASSES = "SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = current_user"

NEEDED_REVISION = ScriptDirectory.from_config(configuration()).get_current_head()


async def why_not_ready(services: Services) -> list[str]:
    """Reasons against sending requests here; none when ready."""
    reasons = []
    try:
        async with services.database.transaction(SHARED) as connection:
            reasons += [f"PostgreSQL runs with {row[0]} = off" for row in await connection.fetch(DURABILITY)]
            if await connection.fetchval(BYPASSES):
                reasons.append("the database role of the service bypasses row-level security")
            if not await connection.fetchval(PRIVATE):
                reasons.append("the database user may not become composure_private")
            found = await connection.fetchval(REVISION)
            if found != NEEDED_REVISION:
                reasons.append(f"the database is at revision {found}, this code needs {NEEDED_REVISION}")
        if not (await services.catalogue()).items:
            reasons.append("no curriculum is published")
    except DatabaseBusy as error:
        reasons.append(str(error))
    except DatabaseAway:
        reasons.append("the database is away, or not migrated")
    return reasons
