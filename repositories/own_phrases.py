"""The phrases that an organisation added to the lexicon. Implements the ports of `api.phrases`."""

from datetime import datetime

from domain.identity.scope import Caller, Scope
from domain.phrases.own import MOST_OWN_PHRASES, OwnPhrase, WordedPhrase
from repositories.connection import Connection

# Every change makes a new row version, which `xmin` names: no clock has to tell two changes of one moment apart, and no long text
# has to be read to find out that nothing changed.
STAMP = """
SELECT left(encode(sha256(convert_to(string_agg(id || ' ' || xmin, ',' ORDER BY id COLLATE "C"), 'UTF8')), 'hex'), 32)
FROM organisation_phrase WHERE organisation_id = $1
"""

# One statement, so that the stamp stands for just these rows.
STAMPED = f"""
SELECT id, phrase, why, instead, ({STAMP}) FROM organisation_phrase WHERE organisation_id = $1 ORDER BY id
"""

ALL = "SELECT id, phrase, why, instead, added_at FROM organisation_phrase WHERE organisation_id = $1 ORDER BY id"

# Authors of one organisation take turns, so that two of them cannot both add the last phrase there is room for.
TAKE_TURNS = "SELECT pg_advisory_xact_lock(hashtextextended('organisation_phrase ' || $1::text, 0))"

HAS_ROOM = """
SELECT count(*) < $3 OR bool_or(id = $2) FROM organisation_phrase WHERE organisation_id = $1
"""

PUT = """
INSERT INTO organisation_phrase (organisation_id, id, phrase, why, instead, added_by, added_at)
VALUES ($1, $2, $3, $4, $5, $6, $7)
ON CONFLICT (organisation_id, id) DO UPDATE
SET phrase = excluded.phrase, why = excluded.why, instead = excluded.instead,
    added_by = excluded.added_by, added_at = excluded.added_at
"""

DELETE = "DELETE FROM organisation_phrase WHERE organisation_id = $1 AND id = $2 RETURNING id"


class OwnPhraseRepository:
    """The phrases of the caller's organisation, to read."""

    def __init__(self, connection: Connection, caller: Caller) -> None:
        self._connection = connection
        self._organisation_id = caller.organisation_id

    async def stamp(self) -> str | None:
        """What stands for the wording of all phrases; None without any."""
        stamp: str | None = await self._connection.fetchval(STAMP, self._organisation_id)
        return stamp

    async def stamped(self) -> tuple[str | None, list[OwnPhrase]]:
        """All phrases by id, and the stamp of just these."""
        rows = await self._connection.fetch(STAMPED, self._organisation_id)
        return rows[0][4] if rows else None, [OwnPhrase(*row[:4]) for row in rows]

    async def all(self) -> list[WordedPhrase]:
        """All phrases by id."""
        rows = await self._connection.fetch(ALL, self._organisation_id)
        return [WordedPhrase(OwnPhrase(*row[:4]), row[4]) for row in rows]


class OwnPhraseAuthorRepository:
    """Changes to the phrases of the organisation of an author or admin. `now` is when the request came in."""

    def __init__(self, connection: Connection, scope: Scope, now: datetime) -> None:
        self._connection = connection
        self._caller = scope.caller
        self._now = now

    async def put(self, phrase: OwnPhrase) -> bool:
        """Add it, or replace the one of the same id; False when there are too many already."""
        organisation_id = self._caller.organisation_id
        await self._connection.execute(TAKE_TURNS, str(organisation_id))
        if not await self._connection.fetchval(HAS_ROOM, organisation_id, phrase.id, MOST_OWN_PHRASES):
            return False
        await self._connection.execute(
            PUT,
            organisation_id,
            phrase.id,
            phrase.phrase,
            phrase.why,
            phrase.instead,
            self._caller.employee_id,
            self._now,
        )
        return True

    async def delete(self, phrase_id: str) -> bool:
        """Take it away; False when there is none."""
        return await self._connection.fetchval(DELETE, self._caller.organisation_id, phrase_id) is not None
