"""The published curriculum, read back for the running service."""

from domain.content.catalogue import Published
from domain.content.path import NO_PATH
from domain.phrases.lexicon import Lexicon
from repositories.connection import Connection
from repositories.content.payloads import (
    assessment_from,
    item_from,
    lesson_from,
    lexicon_from,
    path_from,
    program_from,
    skill_from,
)

REVISION = "SELECT coalesce(max(revision), 0) FROM content_revision"

CURRENT = """
SELECT publishable.kind, publishable.id, version.version, version.payload
FROM publishable
JOIN published_version version
  ON version.kind = publishable.kind AND version.id = publishable.id AND version.version = publishable.current_version
WHERE publishable.withdrawn_at IS NULL AND publishable.kind NOT IN ('item', 'lexicon')
"""

CURRENT_ITEMS = "SELECT id, current_version FROM publishable WHERE kind = 'item' AND withdrawn_at IS NULL"

ITEM_VERSIONS = "SELECT id, version, payload FROM published_version WHERE kind = 'item'"

LEXICONS = "SELECT version, encode(content_hash, 'hex'), payload FROM published_version WHERE kind = 'lexicon' ORDER BY version"

# By bytes, so that the order is the same under any locale of the database.
EDITIONS = """
SELECT kind, id, version FROM published_version WHERE kind IN ('item', 'lesson')
ORDER BY revision, kind COLLATE "C", id COLLATE "C", version
"""


async def current_revision(connection: Connection) -> int:
    """Number of the latest publication; 0 before the first."""
    revision: int = await connection.fetchval(REVISION)
    return revision


async def read_published(connection: Connection) -> Published:
    """Everything practice needs: current skills, lessons and programs, and every version of every item."""
    revision = await current_revision(connection)
    rows = await connection.fetch(CURRENT)
    lexicons = [(version, name, lexicon_from(payload)) for version, name, payload in await connection.fetch(LEXICONS)]
    by_name = {name: lexicon for _, name, lexicon in lexicons}
    return Published(
        revision=revision,
        skills=tuple(
            sorted((skill_from(id_, payload) for kind, id_, _, payload in rows if kind == "skill"), key=lambda s: s.position)
        ),
        item_versions=tuple(
            item_from(item_id, version, payload, by_name) for item_id, version, payload in await connection.fetch(ITEM_VERSIONS)
        ),
        current_items=dict(await connection.fetch(CURRENT_ITEMS)),
        lexicon=lexicons[-1][2] if lexicons else Lexicon(()),
        lexicon_version=lexicons[-1][0] if lexicons else 0,
        lessons=tuple(lesson_from(id_, version, payload) for kind, id_, version, payload in rows if kind == "lesson"),
        assessments=tuple(
            sorted(
                (assessment_from(id_, version, payload) for kind, id_, version, payload in rows if kind == "assessment"),
                key=lambda assessment: assessment.position,
            )
        ),
        path=next((path_from(payload) for kind, _, _, payload in rows if kind == "growth_path"), NO_PATH),
        programs=tuple(
            sorted(
                (program_from(id_, version, payload) for kind, id_, version, payload in rows if kind == "program"),
                key=lambda program: program.position,
            )
        ),
        lexicons=by_name,
        editions=tuple([(kind, id_, version) for kind, id_, version in await connection.fetch(EDITIONS)]),
    )
