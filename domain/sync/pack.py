"""What a device needs to practise for some days without the server: items, and the lessons that open them.

Knows nothing of how it is written down and sent, but for how much of it may be sent.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import accumulate, islice

from domain.content.catalogue import Catalogue
from domain.content.items import ItemVersion
from domain.content.lessons import LessonVersion
from domain.content.path import study_order
from domain.practice.algorithm import Algorithm
from domain.practice.days_off import DaysOff
from domain.practice.learner import Preferences
from domain.practice.memory import Memory
from domain.practice.selection import most_saving

# Items and lessons as JSON in UTF-8. Compressed it is about a third (docs/decisions/0019-offline-pack.md), so that with all that
# comes beside it a pack stays under 300 KB.
ROOM_BYTES = 750_000

SizeOf = Callable[[ItemVersion | LessonVersion], int]
Practised = Sequence[tuple[str, Memory]]


@dataclass(frozen=True, slots=True)
class Pack:
    """`items` by id, `lessons` to be read before some of them, and in the order of study the lessons new items may come from.

    A lesson of `lesson_order` that was read already is not among `lessons`.
    """

    items: tuple[ItemVersion, ...]
    lessons: tuple[LessonVersion, ...]
    lesson_order: tuple[str, ...]


def pack_of(
    day: date,
    days: int,
    preferences: Preferences,
    memories: Mapping[str, Memory],
    lessons_done: frozenset[str],
    catalogue: Catalogue,
    algorithm: Algorithm,
    size_of: SizeOf,
    *,
    stage: int = 0,
    secret: Set[str] = frozenset(),
    room: int = ROOM_BYTES,
) -> Pack:
    """What drills may ask on `days` practice days of which `day` is the first, each day's new items included.

    When that is more than `room`, first the new items that would come last are left out, and then what is due least urgently;
    `size_of` says how much of the room an item or a lesson takes. Items in `secret` are questions of an exam that is being sat.
    """
    memories = {item_id: memory for item_id, memory in memories.items() if item_id not in secret}
    current = [(item_id, memory) for item_id, memory in memories.items() if item_id in catalogue.items]
    waiting = due_within(day, days, preferences.days_off, current)
    items = _fitting(waiting, room, day, preferences.days_off, catalogue, algorithm, size_of)

    introduced_today = sum(memory.first_practice_day == day for memory in memories.values())
    order = study_order(stage, catalogue.lesson_order, catalogue.stage_of)
    unseen = _unseen(order, catalogue, memories.keys() | secret)
    left = room - sum(size_of(item) for item in items) if len(items) == len(waiting) else 0
    lessons: dict[str, LessonVersion] = {}
    opening: dict[str, None] = {}
    for lesson_id, item in islice(unseen, max(0, days * preferences.new_per_day - introduced_today)):
        lesson = None if lesson_id in lessons_done or lesson_id in lessons else catalogue.lessons[lesson_id]
        left -= size_of(item) + (0 if lesson is None else size_of(lesson))
        if left < 0:
            break
        items.append(item)
        opening[lesson_id] = None
        if lesson is not None:
            lessons[lesson_id] = lesson
    return Pack(tuple(sorted(items, key=lambda item: item.item_id)), tuple(lessons.values()), tuple(opening))


def due_within(day: date, days: int, days_off: DaysOff, memories: Iterable[tuple[str, Memory]]) -> Practised:
    """Those that a drill of one of the `days` practice days from `day` on may ask: relearning, or due by then."""
    horizon = max(days_off.due_horizon(day + timedelta(days=ahead)) for ahead in range(days))
    return [(item_id, memory) for item_id, memory in memories if memory.relearning or memory.due_on <= horizon]


def _fitting(
    waiting: Practised,
    room: int,
    day: date,
    days_off: DaysOff,
    catalogue: Catalogue,
    algorithm: Algorithm,
    size_of: SizeOf,
) -> list[ItemVersion]:
    """As many as fit: all, or the most urgent in the order in which the drills would ask them."""
    items = [catalogue.items[item_id] for item_id, _ in waiting]
    if sum(map(size_of, items)) <= room:
        return items
    ranked = [catalogue.items[item_id] for item_id, _ in _by_urgency(waiting, day, days_off, algorithm)]
    return [item for item, taken in zip(ranked, accumulate(map(size_of, ranked)), strict=True) if taken <= room]


def _by_urgency(waiting: Practised, day: date, days_off: DaysOff, algorithm: Algorithm) -> Practised:
    """What is relearned, what is due on `day` as its drill ranks it, and then day by day."""
    horizon = days_off.due_horizon(day)
    relearning = [pair for pair in waiting if pair[1].relearning]
    due = [pair for pair in waiting if not pair[1].relearning and pair[1].due_on <= horizon]
    later = [pair for pair in waiting if not pair[1].relearning and pair[1].due_on > horizon]
    relearning.sort(key=lambda pair: pair[1].place)
    later.sort(key=lambda pair: (pair[1].due_on, pair[0]))
    return [*relearning, *most_saving(due, len(due), day, algorithm), *later]


def _unseen(order: Iterable[str], catalogue: Catalogue, known: Set[str]) -> Iterator[tuple[str, ItemVersion]]:
    """Items never asked with the lesson that opens them, in the order in which drills introduce them."""
    for lesson_id in order:
        for item in catalogue.items_by_lesson.get(lesson_id, ()):
            if item.item_id not in known:
                yield lesson_id, item
