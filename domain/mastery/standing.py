"""What an upload or a lesson changes beyond single memories: skills mastered, and programs completed. Facts, recorded once."""

from bisect import bisect_left
from collections.abc import Mapping
from datetime import date
from typing import Protocol

from domain.content.catalogue import Catalogue
from domain.content.lessons import ProgramVersion
from domain.mastery.mastery import RULE, TOLERANCE, Band, band_of, held_of, mastery_of, reaches
from domain.practice.algorithm import Algorithm
from domain.practice.memory import Memory
from domain.practice.store import SkillStanding
from domain.practice.submit import Receipt

# Sums of weights where a skill has no items.
NOTHING = (0.0,)


class StandingStore(Protocol):
    """One learner's facts about skills, lessons and programs."""

    async def memories(self) -> dict[str, Memory]:
        """All memories of the learner."""
        ...

    async def lessons_done(self) -> frozenset[str]:
        """Ids of lessons read."""
        ...

    async def completions(self) -> frozenset[str]:
        """Ids of programs completed, under whichever version."""
        ...

    async def note_mastered(self, skill: str, day: date) -> None:
        """Record that the skill was first mastered on `day`."""
        ...

    async def note_completed(self, program: ProgramVersion) -> None:
        """Record that the learner met the program's rule now."""
        ...


def total_weight(catalogue: Catalogue, skill: str) -> float:
    """Weight of all published items of a skill."""
    return catalogue.weight_sums.get(skill, NOTHING)[-1]


def meets_rule(
    program: ProgramVersion,
    lessons_done: frozenset[str],
    memories: dict[str, Memory],
    day: date,
    catalogue: Catalogue,
    algorithm: Algorithm,
) -> bool:
    """Whether every lesson is read, every skill has the coverage and mastery the rule asks for, and nothing is to be relearned.

    Right after a wrong answer the model expects recall; that alone must not complete a program.
    """
    if not lessons_done.issuperset(program.lesson_ids):
        return False
    for skill in catalogue.skills_of(program):
        items = catalogue.items_by_skill.get(skill, ())
        if any(item.item_id in memories and memories[item.item_id].relearning for item in items):
            return False
        seen = held_of(items, memories, day)
        mastery = mastery_of(seen, total_weight(catalogue, skill), algorithm)
        reached = reaches(mastery.coverage, program.rule.min_coverage) and reaches(mastery.mastery, program.rule.min_mastery)
        if not reached:
            return False
    return True


def _could_matter(standings: Mapping[str, SkillStanding], catalogue: Catalogue) -> bool:
    """Cheap test that keeps most answers from reading all memories: some skill is covered enough for anything to follow."""
    least = min([RULE.mastered_coverage, *(program.rule.min_coverage for program in catalogue.programs)])
    return any(standing.items_seen >= _fewest_items(catalogue, skill, least) for skill, standing in standings.items())


def _fewest_items(catalogue: Catalogue, skill: str, coverage: float) -> int:
    """How few items can make up `coverage` of the skill's weight: the heaviest ones."""
    wanted = coverage * total_weight(catalogue, skill) - TOLERANCE
    return bisect_left(catalogue.weight_sums.get(skill, NOTHING), wanted)


async def note_progress(
    standings: Mapping[str, SkillStanding],
    day: date,
    store: StandingStore,
    *,
    catalogue: Catalogue,
    algorithm: Algorithm,
) -> None:
    """Record which of the skills in `standings` are mastered as of practice day `day`, and which of their programs completed."""
    if not _could_matter(standings, catalogue):
        return
    unmastered = [skill for skill, standing in sorted(standings.items()) if standing.mastered_on is None]
    completed = await store.completions()
    open_programs = [
        p for p in catalogue.programs if p.program_id not in completed and standings.keys() & set(catalogue.skills_of(p))
    ]
    # Lessons before memories: most programs stay open for a lesson to read, and that is the cheaper thing to find out.
    lessons_done = await store.lessons_done() if open_programs else frozenset()
    ready = [program for program in open_programs if lessons_done.issuperset(program.lesson_ids)]
    if not unmastered and not ready:
        return
    memories = await store.memories()
    for skill in unmastered:
        seen = held_of(catalogue.items_by_skill.get(skill, ()), memories, day)
        mastery = mastery_of(seen, total_weight(catalogue, skill), algorithm)
        if band_of(mastery, was_mastered=False) is Band.MASTERED:
            await store.note_mastered(skill, day)
    for program in ready:
        if meets_rule(program, lessons_done, memories, day, catalogue, algorithm):
            await store.note_completed(program)


async def note_upload(receipt: Receipt, store: StandingStore, *, catalogue: Catalogue, algorithm: Algorithm) -> None:
    """Record what follows from an upload: only a right answer can master a skill or complete a program."""
    correct = [review.graded for review in receipt.reviews if review.graded.correct]
    if correct:
        standings = {skill: receipt.standings[skill] for skill in {review.skill for review in correct}}
        last_day = max(review.practice_day for review in correct)
        await note_progress(standings, last_day, store, catalogue=catalogue, algorithm=algorithm)
