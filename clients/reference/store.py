"""The device's file: SQLite, one for each device and learner, so that two who share a tablet share nothing in it.

Owns the schema, transactions and single values. A transaction that returned is on the disk: WAL with `synchronous = FULL`, the
only one of SQLite's usual settings that survives a battery pulled out. On a phone the file belongs into storage that is encrypted
with the device and **left out of backups**: a second device restored from it would use the same `device_id` and numbers.
"""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import UUID

PRAGMAS = ("journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON", "busy_timeout = 5000")

MEMORY_COLUMNS = """
    item_id TEXT PRIMARY KEY,
    skill TEXT NOT NULL,
    stability REAL NOT NULL,
    difficulty REAL NOT NULL,
    first_practice_day TEXT NOT NULL,
    last_practice_day TEXT NOT NULL,
    due_on TEXT NOT NULL,
    repetitions INTEGER NOT NULL,
    lapses INTEGER NOT NULL,
    relearning INTEGER NOT NULL,
    last_answered_at TEXT NOT NULL,
    last_review_id TEXT NOT NULL
"""

SCHEMA = (
    "CREATE TABLE IF NOT EXISTS meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID",
    # `body` is the review as it was made, for ever; `number` (device_sequence) is no part of it: a new device id renumbers.
    """CREATE TABLE IF NOT EXISTS review (
        place INTEGER PRIMARY KEY AUTOINCREMENT,
        id TEXT NOT NULL UNIQUE,
        number INTEGER UNIQUE,
        body TEXT NOT NULL,
        state TEXT NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'acknowledged', 'refused')),
        status TEXT,
        reason TEXT,
        acknowledged_at TEXT,
        asked_for INTEGER NOT NULL DEFAULT 0
    ) STRICT""",
    "CREATE INDEX IF NOT EXISTS review_waiting ON review (place) WHERE state = 'waiting'",
    # What the device made of a review that it could grade: enough to fold it again on top of whatever comes.
    """CREATE TABLE IF NOT EXISTS judged (
        place INTEGER PRIMARY KEY REFERENCES review ON DELETE CASCADE,
        item_id TEXT NOT NULL,
        skill TEXT NOT NULL,
        desired_retention REAL NOT NULL,
        answered_at TEXT NOT NULL,
        practice_day TEXT NOT NULL,
        correct INTEGER NOT NULL,
        chance REAL NOT NULL,
        prior_known REAL NOT NULL
    ) STRICT""",
    # `told_at` is when the server took note of it; what it was told is kept for a while, as it may forget.
    """CREATE TABLE IF NOT EXISTS lesson_read (
        lesson_id TEXT PRIMARY KEY,
        read_at TEXT NOT NULL,
        told_at TEXT
    ) STRICT, WITHOUT ROWID""",
    # `stale` marks what a pull from the start has not brought again yet.
    f"CREATE TABLE IF NOT EXISTS memory ({MEMORY_COLUMNS}, stale INTEGER NOT NULL DEFAULT 0) STRICT, WITHOUT ROWID",
    "CREATE INDEX IF NOT EXISTS memory_skill ON memory (skill)",
    f"CREATE TABLE IF NOT EXISTS provisional ({MEMORY_COLUMNS}) STRICT, WITHOUT ROWID",
    """CREATE TABLE IF NOT EXISTS lesson (
        lesson_id TEXT PRIMARY KEY,
        lesson_version INTEGER NOT NULL,
        completed_at TEXT NOT NULL,
        stale INTEGER NOT NULL DEFAULT 0
    ) STRICT, WITHOUT ROWID""",
    # The pack: items and lessons with their content.
    """CREATE TABLE IF NOT EXISTS content (
        kind TEXT NOT NULL,
        id TEXT NOT NULL,
        version INTEGER NOT NULL,
        body TEXT NOT NULL,
        PRIMARY KEY (kind, id)
    ) STRICT, WITHOUT ROWID""",
)


class Store:
    """An open file. Functions that write expect to be called within `transaction`."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.db = sqlite3.connect(path, isolation_level=None)
        for pragma in PRAGMAS:
            self.db.execute(f"PRAGMA {pragma}")
        with self.transaction():
            for statement in SCHEMA:
                self.db.execute(statement)

    def close(self) -> None:
        """Close the file. Nothing depends on it: a process that was killed never did."""
        self.db.close()

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """All of the block or nothing of it; when it ends, it is on the disk."""
        self.db.execute("BEGIN IMMEDIATE")
        try:
            yield self.db
        except BaseException:
            self.db.execute("ROLLBACK")
            raise
        self.db.execute("COMMIT")

    def get(self, name: str) -> Any:
        """A single value; None when it was never set."""
        row = self.db.execute("SELECT value FROM meta WHERE name = ?", (name,)).fetchone()
        return None if row is None else json.loads(row[0])

    def put(self, **values: Any) -> None:
        """Set single values; None removes one."""
        for name, value in values.items():
            if value is None:
                self.db.execute("DELETE FROM meta WHERE name = ?", (name,))
            else:
                self.db.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (name, json.dumps(value, ensure_ascii=False)))

    @property
    def learner_id(self) -> UUID:
        """Whose file this is. Raises `NotSetUp`."""
        stored = self.get("learner_id")
        if stored is None:
            raise NotSetUp
        return UUID(stored)

    @property
    def device_id(self) -> str:
        """The id under which this device uploads. Raises `NotSetUp`."""
        stored: str | None = self.get("device_id")
        if stored is None:
            raise NotSetUp
        return stored

    def set_up(self, learner_id: UUID, device_id: str) -> None:
        """Say whose file this is. Raises `ValueError` when it is somebody else's."""
        with self.transaction():
            if self.get("learner_id") not in {None, str(learner_id)}:
                raise ValueError("this file belongs to another learner")
            self.put(learner_id=str(learner_id), device_id=self.get("device_id") or device_id)


class NotSetUp(Exception):
    """Nobody has signed in on this device yet."""
