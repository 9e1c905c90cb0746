"""`composure reviews rebuild`: what is stored of practice is compared with the fold of the log, and written where it differs."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from api.wiring.database import Database
from domain.content.catalogue import Catalogue
from domain.identity.scope import Caller
from domain.practice.algorithm import Fsrs6
from domain.practice.rebuild import Correction, Practice, correction, implied
from repositories.connection import Connection
from repositories.learners import lock_learner
from repositories.rebuilding import RebuildingRepository

# Their logs are in memory together: some hundred thousand reviews when all of them have practised for years.
LEARNERS_AT_ONCE = 50
# The change feed gives all memories of one sequence number on one page.
MEMORIES_A_SEQUENCE = 500


@dataclass(slots=True)
class Tally:
    """How many learners, or rows of a table, were looked at, were found to differ, and were written or deleted."""

    seen: int = 0
    differing: int = 0
    written: int = 0


@dataclass(slots=True)
class Rebuilt:
    """What a rebuilding found and did."""

    learners: Tally = field(default_factory=Tally)
    memories: Tally = field(default_factory=Tally)
    days: Tally = field(default_factory=Tally)
    standings: Tally = field(default_factory=Tally)

    def saw(self, stored: Practice, found: Correction) -> None:
        """Count one learner, and what of the stored practice is to be corrected."""
        for tally, seen, differing in (
            (self.learners, 1, int(bool(found))),
            (self.memories, len(stored.memories), len(found.memories)),
            (self.days, len(stored.days), len(found.days)),
            (self.standings, len(stored.standings), len(found.standings)),
        ):
            tally.seen += seen
            tally.differing += differing

    def wrote(self, done: Correction) -> None:
        """Count what was corrected for one learner."""
        self.learners.written += bool(done)
        self.memories.written += len(done.memories)
        self.days.written += len(done.days)
        self.standings.written += len(done.standings)


@dataclass(frozen=True, slots=True)
class Rebuilding:
    """The rebuilding of one organisation."""

    database: Database
    organisation_id: UUID
    catalogue: Catalogue
    algorithm: Fsrs6

    async def run(
        self, rebuilt: Rebuilt, *, writes: bool, progress: Callable[[int, int], None] = lambda _done, _all: None
    ) -> None:
        """Compare all learners and, with `writes`, correct those who differ; both is added to `rebuilt`.

        Compared is in snapshots, in which an upload shows as a whole or not at all, so that uploads go on and raise no alarm.
        Safe to kill at any moment: every learner is corrected in one transaction.
        """
        done, after = 0, None
        while True:
            async with self.database.transaction(self.organisation_id, snapshot=True) as connection:
                store = RebuildingRepository(connection, self.organisation_id)
                everybody = await store.learner_count()
                learner_ids = await store.learners(after, LEARNERS_AT_ONCE)
                found = await self._compared(store, learner_ids)
            for learner_id, (stored, wanted) in found.items():
                rebuilt.saw(stored, wanted)
                if wanted and writes:
                    rebuilt.wrote(await self._correct(learner_id))
            done += len(learner_ids)
            progress(done, max(done, everybody))
            if len(learner_ids) < LEARNERS_AT_ONCE:
                return
            after = learner_ids[-1]

    async def _compared(
        self, store: RebuildingRepository, learner_ids: Sequence[UUID]
    ) -> dict[UUID, tuple[Practice, Correction]]:
        """What is stored of each learner, and what makes it the fold of the log."""
        practices = implied(await store.histories(learner_ids), self.algorithm, self.catalogue.desired_retention)
        stored = await store.stored(learner_ids)
        return {each: (stored[each], correction(stored[each], practices.get(each, Practice()))) for each in learner_ids}

    async def _correct(self, learner_id: UUID) -> Correction:
        """Compare again under the lock that uploads take, and write. Returns what was still to be corrected."""
        async with self.database.transaction(self.organisation_id) as connection:
            sequence = await self._next_sequence(connection, learner_id)
            store = RebuildingRepository(connection, self.organisation_id)
            _, wanted = (await self._compared(store, [learner_id]))[learner_id]
            memories = list(wanted.memories.changed.items())
            for begin in range(0, len(memories), MEMORIES_A_SEQUENCE):
                if begin:
                    sequence = await self._next_sequence(connection, learner_id)
                await store.write_memories(learner_id, sequence, memories[begin : begin + MEMORIES_A_SEQUENCE])
            await store.write_rest(learner_id, wanted)
        return wanted

    async def _next_sequence(self, connection: Connection, learner_id: UUID) -> int:
        """Number of the learner's next change, whose row is held until the transaction ends."""
        return (await lock_learner(connection, Caller(learner_id, self.organisation_id))).sequence
