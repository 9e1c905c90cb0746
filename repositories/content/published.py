"""The published curriculum, read back for the running service."""

from domain.content.catalogue import Published
from repositories.connection import Connection
from repositories.content.payloads import item_from, lesson_from, program_from, skill_from

REVISION = "SELECT coalesce(max(revision), 0) FROM content_revision"

CURRENT = """
SELECT publishable.kind, publishable.id, version.version, version.payload
FROM publishable
JOIN published_version version
  ON version.kind = publishable.kind AND version.id = publishable.id AND version.version = publishable.current_version
WHERE publishable.withdrawn_at IS NULL AND publishable.kind <> 'item'
"""

CURRENT_ITEMS = "SELECT id, current_version FROM publishable WHERE kind = 'item' AND withdrawn_at IS NULL"

ITEM_VERSIONS = "SELECT id, version, payload FROM published_version WHERE kind = 'item'"


async def current_revision(connection: Connection) -> int:
    """Number of the latest publication; 0 before the first."""
    revision: int = await connection.fetchval(REVISION)
    return revision


async def read_published(connection: Connection) -> Published:
    """Everything practice needs: current skills, lessons and programs, and every version of every item."""
    revision = await current_revision(connection)
    rows = await connection.fetch(CURRENT)
    return Published(
        revision=revision,
        skills=tuple(
            sorted((skill_from(id_, payload) for kind, id_, _, payload in rows if kind == "skill"), key=lambda s: s.position)
        ),
        item_versions=tuple(item_from(*row) for row in await connection.fetch(ITEM_VERSIONS)),
        current_items=dict(await connection.fetch(CURRENT_ITEMS)),
        lessons=tuple(lesson_from(id_, version, payload) for kind, id_, version, payload in rows if kind == "lesson"),
        programs=tuple(
            sorted(
                (program_from(id_, version, payload) for kind, id_, version, payload in rows if kind == "program"),
                key=lambda program: program.position,
            )
        ),
    )
