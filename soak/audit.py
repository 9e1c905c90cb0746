"""The last word: what the database holds, against what the phones were told and against a fold of the log."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from math import isclose
from typing import Any
from uuid import UUID

import asyncpg

from domain.content.catalogue import Catalogue
from domain.practice.algorithm import Fsrs6
from domain.practice.memory import Answer, Memory, Schedule, fold
from soak.ledger import MOST_COMPLAINTS, Ledger

RELATIVE = 1e-6
EXACT = (
    "first_practice_day",
    "last_practice_day",
    "due_on",
    "repetitions",
    "lapses",
    "relearning",
    "last_answered_at",
    "last_review_id",
)

LOG = "SELECT learner_id, item_id, skill, id, answered_at, practice_day, correct, chance, prior_known FROM review"
MEMORIES = f"SELECT learner_id, item_id, stability, difficulty, {', '.join(EXACT)} FROM memory"
DAYS = "SELECT learner_id, day, reviews, correct FROM practice_day"
STANDINGS = "SELECT learner_id, skill, reviews, items_seen FROM skill_standing"
DEADLOCKS = "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()"
HELD = "SELECT count(*) FROM review_quarantine"

Row = Any  # an asyncpg record


@dataclass
class Findings:
    """What an audit found. `doubled` is by how much sums and repetitions exceed or miss the log, and reviews accepted twice."""

    lost: int = 0
    doubled: int = 0
    memories: int = 0
    differing: int = 0
    complaints: list[str] = field(default_factory=list)

    def complain(self, what: str) -> None:
        """Note a detail; the first few are enough."""
        if len(self.complaints) < MOST_COMPLAINTS:
            self.complaints.append(what)


async def audit(url: str, ledger: Ledger, catalogue: Catalogue) -> Findings:
    """Look into the database itself, as its owner."""
    connection = await asyncpg.connect(url, command_timeout=120)
    try:
        log, memories, days, standings = [await connection.fetch(sql) for sql in (LOG, MEMORIES, DAYS, STANDINGS)]
        deadlocks, held = await connection.fetchval(DEADLOCKS), await connection.fetchval(HELD)
    finally:
        await connection.close()
    findings = Findings()
    if deadlocks or held:
        findings.complain(f"{deadlocks} deadlocks, {held} reviews in quarantine")
    _count_reviews(findings, log, ledger)
    _count_sums(findings, "day", _tally(log, "practice_day"), days)
    _count_sums(findings, "skill", _tally(log, "skill"), standings)
    _compare_memories(findings, log, memories, catalogue)
    return findings


def _count_reviews(findings: Findings, log: Iterable[Row], ledger: Ledger) -> None:
    rows = Counter(row["id"] for row in log)
    findings.lost = len(ledger.acknowledged - rows.keys())
    findings.doubled += sum(times - 1 for times in rows.values() if times > 1)
    findings.doubled += sum(times - 1 for times in ledger.accepted.values() if times > 1)
    if unknown := rows.keys() - ledger.sent:
        findings.complain(f"{len(unknown)} reviews in the log were never sent")
    if pending := ledger.sent - ledger.acknowledged:
        findings.complain(f"{len(pending)} reviews were sent and never acknowledged")


def _tally(log: Iterable[Row], column: str) -> dict[tuple[UUID, object], list[Row]]:
    groups: dict[tuple[UUID, object], list[Row]] = defaultdict(list)
    for row in log:
        groups[row["learner_id"], row[column]].append(row)
    return groups


def _count_sums(findings: Findings, column: str, groups: dict[tuple[UUID, object], list[Row]], sums: Iterable[Row]) -> None:
    stored = {(row["learner_id"], row[column]): row for row in sums}
    for key in groups.keys() | stored.keys():
        own, row = groups.get(key, []), stored.get(key)
        counted = 0 if row is None else row["reviews"]
        findings.doubled += abs(counted - len(own))
        if counted != len(own):
            findings.complain(f"{column} {key}: {counted} counted, {len(own)} in the log")
        elif row is not None and column == "day" and row["correct"] != sum(each["correct"] for each in own):
            findings.complain(f"{column} {key}: {row['correct']} counted as correct")
        elif row is not None and column == "skill" and row["items_seen"] != len({each["item_id"] for each in own}):
            findings.complain(f"{column} {key}: {row['items_seen']} items counted as seen")


def _compare_memories(findings: Findings, log: Iterable[Row], memories: Iterable[Row], catalogue: Catalogue) -> None:
    answers: dict[tuple[UUID, str], list[Answer]] = defaultdict(list)
    for row in log:
        columns = ("id", "answered_at", "practice_day", "correct", "chance", "prior_known")
        answers[row["learner_id"], row["item_id"]].append(Answer(*(row[column] for column in columns)))
    stored = {(row["learner_id"], row["item_id"]): row for row in memories}
    findings.memories = len(answers)
    algorithm = Fsrs6()
    for key in answers.keys() | stored.keys():
        learner, item_id = key
        retention = catalogue.skills[catalogue.items[item_id].skill].desired_retention
        expected = fold(answers.get(key, []), Schedule(algorithm, retention, (str(learner), item_id)))
        found = stored.get(key)
        findings.doubled += abs((0 if found is None else found["repetitions"]) - len(answers.get(key, [])))
        if expected is None or found is None or not _agree(expected, found):
            findings.differing += 1
            findings.complain(f"memory of {item_id} of {learner}: stored {found}, the log says {expected}")


def _agree(expected: Memory, found: Row) -> bool:
    near = all(isclose(found[name], getattr(expected, name), rel_tol=RELATIVE) for name in ("stability", "difficulty"))
    return near and all(found[name] == getattr(expected, name) for name in EXACT)
