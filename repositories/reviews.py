"""One learner's log of reviews and the memories it folds into. Implements `domain.practice.submit.ReviewStore`."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Any
from uuid import UUID

import msgspec

from domain.identity.scope import Caller
from domain.practice.clock import TOLERATED_SKEW
from domain.practice.learner import Learner
from domain.practice.memory import Answer, Memory
from domain.practice.review import Batch, FirstVerdict, Known, MemoryTold, Quarantined
from domain.practice.store import ItemMemory, Recalled, Recording, SkillStanding
from repositories.connection import Connection
from repositories.devices import GAPS, ranges_from
from repositories.learners import LEARNER_COLUMNS, SITTING, learner_from, lock_learner
from repositories.memories import MEMORY_COLUMNS, REPLACE_MEMORY, memory_arrays, memory_fields

MOST_RAGGED_BYTES = 65_536

# The device's row is written when RETURNING asks for it: after the learner's row is locked, as everything else of an upload.
# Numbers that somebody makes up would let the row grow without end: it is short where they come from a counter.
BEGIN_UPLOAD = f"""
WITH seen AS (
    INSERT INTO device (learner_id, id, organisation_id, first_seen_at, last_seen_at, skew, received)
    SELECT $1, $2, $3, $4, $4, $6, coalesce(range_agg(int8range(n, n + 1)), '{{}}') FROM unnest($5::bigint[]) AS n
    ON CONFLICT (learner_id, id) DO UPDATE SET
        last_seen_at = greatest(device.last_seen_at, excluded.last_seen_at),
        skew = CASE WHEN device.skew - excluded.skew BETWEEN -$7::interval AND $7
                    OR excluded.last_seen_at < device.last_seen_at THEN device.skew ELSE excluded.skew END,
        received = CASE WHEN pg_column_size(device.received + excluded.received) <= {MOST_RAGGED_BYTES}
                   THEN device.received + excluded.received ELSE device.received END
    RETURNING revoked_at, skew, {GAPS} AS missing
)
UPDATE learner SET sequence = sequence + 1 WHERE learner_id = $1
RETURNING sequence, {LEARNER_COLUMNS}, {SITTING}, (SELECT revoked_at FROM seen), (SELECT skew FROM seen),
          (SELECT missing FROM seen)
"""

# Ids used before, and memories, in one round trip: a row without a digest is a memory, one without an item waits in quarantine.
RECALL = """
SELECT id, digest, item_id, item_version, response, correct, score, after_stability, after_difficulty, after_due_on,
       after_last_practice_day, after_lapses, after_repetitions, NULL::date, NULL::bool, NULL::timestamptz
FROM review WHERE learner_id = $1 AND id = ANY($2)
UNION ALL
SELECT id, digest, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL
FROM review_quarantine WHERE learner_id = $1 AND id = ANY($2) AND released_at IS NULL
UNION ALL
SELECT last_review_id, NULL, item_id, NULL, NULL, NULL, NULL, stability, difficulty, due_on,
       last_practice_day, lapses, repetitions, first_practice_day, relearning, last_answered_at
FROM memory WHERE learner_id = $1 AND item_id = ANY($3)
"""

ANSWERS_TO_ITEMS = """
SELECT item_id, id, answered_at, practice_day, correct, chance, prior_known
FROM review WHERE learner_id = $1 AND item_id = ANY($2)
"""

# One statement for all that graded reviews change: four round trips fewer for every single answer.
RECORD_PRACTICE = f"""
WITH new_review AS (
    INSERT INTO review (
        learner_id, organisation_id, device_id, device_sent_at, received_at, origin, algorithm, parameter_set,
        id, item_id, item_version, skill, device_answered_at, skew_ms, clamped, answered_at, time_zone, practice_day,
        response, digest, latency_ms, confidence, correct, score, chance, prior_known, before_stability, before_difficulty,
        after_stability, after_difficulty, after_due_on, after_last_practice_day, after_lapses, after_repetitions,
        device_sequence)
    SELECT $1, $2, $3, $4, $5, $6, $7, $8, r.*
    FROM unnest(
        $9::uuid[], $10::text[], $11::int[], $12::text[], $13::text[], $14::bigint[], $15::bool[], $16::timestamptz[],
        $17::text[], $18::date[], $19::jsonb[], $20::bytea[], $21::int[], $22::int[], $23::bool[], $24::float8[],
        $25::float8[], $26::float8[], $27::float8[], $28::float8[], $29::float8[], $30::float8[], $31::date[],
        $32::date[], $33::int[], $34::int[], $35::bigint[]) AS r
), new_memory AS (
    INSERT INTO memory (learner_id, organisation_id, sequence, item_id, skill, {MEMORY_COLUMNS})
    SELECT $1, $2, $36, m.* FROM unnest($37::text[], $38::text[], {memory_arrays(39)}) AS m
    {REPLACE_MEMORY}
), new_day AS (
    INSERT INTO practice_day (learner_id, organisation_id, day, reviews, correct, practised_ms)
    SELECT $1, $2, d.* FROM unnest($49::date[], $50::int[], $51::int[], $52::bigint[]) AS d
    ON CONFLICT (learner_id, day) DO UPDATE SET
        reviews = practice_day.reviews + excluded.reviews, correct = practice_day.correct + excluded.correct,
        practised_ms = practice_day.practised_ms + excluded.practised_ms
)
INSERT INTO skill_standing (learner_id, organisation_id, skill, items_seen, reviews, last_practised_on)
SELECT $1, $2, s.* FROM unnest($53::text[], $54::int[], $55::int[], $56::date[]) AS s
ON CONFLICT (learner_id, skill) DO UPDATE SET
    items_seen = skill_standing.items_seen + excluded.items_seen, reviews = skill_standing.reviews + excluded.reviews,
    last_practised_on = greatest(skill_standing.last_practised_on, excluded.last_practised_on), figured_on = NULL
RETURNING skill, items_seen, mastered_on
"""

QUARANTINE = """
INSERT INTO review_quarantine (
    learner_id, organisation_id, device_id, device_sent_at, received_at, id, payload, digest, reason, detail)
SELECT $1, $2, $3, $4, $5, q.* FROM unnest($6::uuid[], $7::bytea[], $8::bytea[], $9::text[], $10::text[]) AS q
"""

RELEASE = "UPDATE review_quarantine SET released_at = $3 WHERE learner_id = $1 AND id = ANY($2)"


class ReviewRepository:
    """The caller's own log; there is no way to name another learner."""

    def __init__(self, connection: Connection, caller: Caller) -> None:
        self._connection = connection
        self._caller = caller

    async def begin(self, batch: Batch, device_sequences: Sequence[int]) -> Learner:
        """Advance the sequence and hold the row; note what arrived from the device. Raises `LearnerMissing`."""
        if batch.origin == "exam":  # answered on the server, by whichever device
            return await lock_learner(self._connection, self._caller)
        row = await self._connection.fetchrow(
            BEGIN_UPLOAD,
            self._caller.employee_id,
            batch.device_id,
            self._caller.organisation_id,
            batch.received_at,
            device_sequences,
            batch.skew,
            TOLERATED_SKEW,
        )
        return replace(learner_from(row), device_revoked_at=row[7], device_skew=row[8], missing=ranges_from(row[9]))

    async def recall(self, ids: Sequence[UUID], item_ids: Sequence[str]) -> Recalled:
        """Ids used before, and memories."""
        known: dict[UUID, Known] = {}
        memories: dict[str, Memory] = {}
        for row in await self._connection.fetch(RECALL, self._caller.employee_id, ids, item_ids):
            if row[1] is None:
                memories[row[2]] = _memory(row)
            else:
                known[row[0]] = Known(digest=row[1], first=None if row[2] is None else _first_verdict(row))
        return Recalled(known, memories)

    async def answers(self, item_ids: Sequence[str]) -> dict[str, list[Answer]]:
        """All answers to these items."""
        answers: dict[str, list[Answer]] = {item_id: [] for item_id in item_ids}
        for row in await self._connection.fetch(ANSWERS_TO_ITEMS, self._caller.employee_id, item_ids):
            answers[row[0]].append(Answer(*row[1:]))
        return answers

    async def record(self, recording: Recording) -> dict[str, SkillStanding]:
        """Insert reviews and quarantine, and bring memories, days and standings up to date."""
        standings: dict[str, SkillStanding] = {}
        learner = (self._caller.employee_id, self._caller.organisation_id)
        upload = (recording.batch.device_id, recording.batch.device_sent_at, recording.batch.received_at)
        if recording.reviews:
            first = recording.reviews[0]
            rows = await self._connection.fetch(
                RECORD_PRACTICE, *learner, *upload, recording.batch.origin, first.algorithm, first.parameter_set,
                *_review_columns(recording), recording.sequence, *_memory_columns(recording),
                *_day_columns(recording), *_standing_columns(recording),
            )  # fmt: skip
            standings = {skill: SkillStanding(items_seen, mastered_on) for skill, items_seen, mastered_on in rows}
        if recording.quarantined:
            await self._connection.execute(QUARANTINE, *learner, *upload, *_quarantine_columns(recording.quarantined))
        if recording.released:
            await self._connection.execute(RELEASE, learner[0], recording.released, recording.recorded_at)
        return standings


def _first_verdict(row: Sequence[Any]) -> FirstVerdict:
    item_id, item_version, response, correct, score, *told = row[2:13]
    return FirstVerdict(item_id, item_version, msgspec.json.decode(response), correct, score, MemoryTold(*told))


def _memory(row: Sequence[Any]) -> Memory:
    stability, difficulty, due_on, last_practice_day, lapses, repetitions = row[7:13]
    first_practice_day, relearning, last_answered_at = row[13:]
    return Memory(
        stability=stability,
        difficulty=difficulty,
        first_practice_day=first_practice_day,
        last_practice_day=last_practice_day,
        due_on=due_on,
        repetitions=repetitions,
        lapses=lapses,
        relearning=relearning,
        last_answered_at=last_answered_at,
        last_review_id=row[0],
    )


def _review_columns(recording: Recording) -> list[list[object]]:
    rows: list[tuple[object, ...]] = []
    for review in recording.reviews:
        graded, told, before = review.graded, review.after, review.before
        submission = graded.submission
        rows.append((
            submission.envelope.id, submission.item_id, submission.item_version, graded.skill, submission.device_answered_at,
            graded.skew_ms, graded.clamped, graded.answered_at, submission.time_zone, graded.practice_day,
            msgspec.json.encode(submission.response).decode(), submission.envelope.digest, submission.latency_ms,
            submission.confidence, graded.correct, graded.score, graded.chance, graded.prior_known,
            None if before is None else before.stability, None if before is None else before.difficulty,
            told.stability, told.difficulty, told.due_on, told.last_practice_day, told.lapses, told.repetitions,
            submission.envelope.device_sequence,
        ))  # fmt: skip
    return [list(column) for column in zip(*rows, strict=True)]


def _memory_columns(recording: Recording) -> list[list[object]]:
    rows = [(changed.item_id, changed.skill, *memory_fields(changed.memory)) for changed in recording.memories]
    return [list(column) for column in zip(*rows, strict=True)]


def _day_columns(recording: Recording) -> list[list[object]]:
    rows = [(day.day, day.reviews, day.correct, day.practised_ms) for day in recording.days]
    return [list(column) for column in zip(*rows, strict=True)]


def _standing_columns(recording: Recording) -> list[list[object]]:
    skills = sorted({changed.skill for changed in recording.memories})
    reviews = Counter(review.graded.skill for review in recording.reviews)
    first_seen = Counter(changed.skill for changed in recording.memories if changed.first_seen)
    # Later ones overwrite earlier ones.
    last_days = {m.skill: m.memory.last_practice_day for m in sorted(recording.memories, key=_last_practice_day)}
    return [
        list(skills),
        [first_seen[skill] for skill in skills],
        [reviews[skill] for skill in skills],
        [last_days[skill] for skill in skills],
    ]


def _last_practice_day(changed: ItemMemory) -> date:
    return changed.memory.last_practice_day


def _quarantine_columns(quarantined: Sequence[Quarantined]) -> list[list[object]]:
    rows = [(q.envelope.id, q.envelope.payload, q.envelope.digest, q.reason, q.detail) for q in quarantined]
    return [list(column) for column in zip(*rows, strict=True)]
