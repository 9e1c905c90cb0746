"""Today's drill: relearning, due, then new items with their lesson, skills interleaved."""

from collections import deque
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import date
from typing import Literal

from domain.content.catalogue import Catalogue
from domain.content.items import ItemVersion
from domain.content.lessons import LessonVersion
from domain.content.path import study_order
from domain.practice.algorithm import Algorithm
from domain.practice.learner import Preferences
from domain.practice.memory import Memory
from domain.practice.selection import most_saving

StepReason = Literal["relearn", "due", "new"]


@dataclass(frozen=True, slots=True)
class ItemStep:
    """An item to ask; `retrievability` today is None for a new one, `repetitions` seeds its shuffling."""

    item: ItemVersion
    reason: StepReason
    retrievability: float | None
    repetitions: int


@dataclass(frozen=True, slots=True)
class LessonStep:
    """A lesson to read before its first item."""

    lesson: LessonVersion


@dataclass(frozen=True, slots=True)
class Counts:
    """How much waits in all, also beyond what fits into this drill."""

    relearn: int
    due: int
    new: int


@dataclass(frozen=True, slots=True)
class Drill:
    """The steps in order, and what waits in all."""

    steps: tuple[ItemStep | LessonStep, ...]
    counts: Counts


def build_drill(
    day: date,
    size: int,
    preferences: Preferences,
    memories: Mapping[str, Memory],
    lessons_done: frozenset[str],
    catalogue: Catalogue,
    algorithm: Algorithm,
    *,
    stage: int = 0,
    secret: Set[str] = frozenset(),
) -> Drill:
    """Choose and order at most `size` items for practice day `day`; at most one lesson comes with them.

    New items come from the learner's `stage` of the growth path and then from earlier ones; what was begun stays in review,
    whatever its stage. Items in `secret` are questions of an exam that is being sat, and left out.
    """
    memories = {item_id: memory for item_id, memory in memories.items() if item_id not in secret}
    current = {item_id: memory for item_id, memory in memories.items() if item_id in catalogue.items}
    horizon = preferences.days_off.due_horizon(day)
    relearn = [(item_id, m) for item_id, m in current.items() if m.relearning]
    due = [(item_id, m) for item_id, m in current.items() if not m.relearning and m.due_on <= horizon]
    relearn.sort(key=lambda pair: pair[1].place)

    asked = relearn[:size]
    asked += most_saving(due, size - len(asked), day, algorithm)
    steps = [_practised(catalogue.items[item_id], memory, day, algorithm) for item_id, memory in asked]

    introduced_today = sum(memory.first_practice_day == day for memory in memories.values())
    still_new = max(0, preferences.new_per_day - introduced_today)
    order = study_order(stage, catalogue.lesson_order, catalogue.stage_of)
    lesson, waiting = _new_items(order, catalogue, memories.keys() | secret, lessons_done, still_new)
    steps += [ItemStep(item, "new", None, 0) for item in waiting[: max(0, size - len(steps))]]

    ordered = _with_lesson(interleaved(steps), lesson, catalogue)
    return Drill(tuple(ordered), Counts(len(relearn), len(due), len(waiting)))


def _practised(item: ItemVersion, memory: Memory, day: date, algorithm: Algorithm) -> ItemStep:
    retrievability = algorithm.retrievability(memory.stability, memory.elapsed_days(day))
    return ItemStep(item, "relearn" if memory.relearning else "due", retrievability, memory.repetitions)


def _new_items(
    order: Sequence[str], catalogue: Catalogue, known: Set[str], lessons_done: frozenset[str], wanted: int
) -> tuple[LessonVersion | None, list[ItemVersion]]:
    """Unseen items of lessons read, in the order of study; then those of the one next lesson, which has to be read first."""
    waiting: list[ItemVersion] = []
    following: LessonVersion | None = None
    for lesson_id in order:
        if len(waiting) >= wanted:
            break
        unseen = [item for item in catalogue.items_by_lesson.get(lesson_id, ()) if item.item_id not in known]
        if not unseen:
            continue
        if lesson_id not in lessons_done:
            if following is not None:
                break
            following = catalogue.lessons[lesson_id]
        waiting += unseen
    return following, waiting[:wanted]


def interleaved(steps: Sequence[ItemStep]) -> list[ItemStep]:
    """The steps with no two neighbours of one skill wherever that can be avoided, and otherwise close to the given order.

    Greedy: the first waiting step of another skill, unless one skill is so frequent that it must come now to fit at all.
    """
    queues: dict[str, deque[tuple[int, ItemStep]]] = {}
    for place, step in enumerate(steps):
        queues.setdefault(step.item.skill, deque()).append((place, step))
    ordered: list[ItemStep] = []
    last: str | None = None
    for remaining in range(len(steps), 0, -1):
        fullest = max(queues, key=lambda skill: len(queues[skill]))
        must = 2 * len(queues[fullest]) > remaining and fullest != last
        others = [skill for skill in queues if skill != last] or list(queues)
        skill = fullest if must else min(others, key=lambda skill: queues[skill][0][0])
        ordered.append(queues[skill].popleft()[1])
        if not queues[skill]:
            del queues[skill]
        last = skill
    return ordered


def _with_lesson(steps: Sequence[ItemStep], lesson: LessonVersion | None, catalogue: Catalogue) -> list[ItemStep | LessonStep]:
    """The lesson right before the first of its items; left out when none of them made it into the drill."""
    ordered: list[ItemStep | LessonStep] = list(steps)
    if lesson is not None:
        opened = {item.item_id for item in catalogue.items_by_lesson.get(lesson.lesson_id, ())}
        first = next((n for n, s in enumerate(steps) if s.reason == "new" and s.item.item_id in opened), None)
        if first is not None:
            ordered.insert(first, LessonStep(lesson))
    return ordered
