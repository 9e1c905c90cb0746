"""Which due items to ask when more is due than fits: those whose practice today saves most knowledge.

Measured against other orders in docs/decisions/0006-drill-order.md.
"""

from collections.abc import Iterable, Sequence
from datetime import date

from domain.practice.algorithm import Algorithm, Rating, State
from domain.practice.memory import Memory

HORIZON_DAYS = 7


def knowledge_saved(memory: Memory, day: date, algorithm: Algorithm, horizon_days: int = HORIZON_DAYS) -> float:
    """Expected gain in retrievability `horizon_days` from `day` by asking today rather than not at all.

    R·R_good(h) + (1 − R)·R_again(h) − R_unasked(h), with R the retrievability today.
    """
    elapsed = memory.elapsed_days(day)
    before = State(memory.stability, memory.difficulty)
    recall = algorithm.retrievability(memory.stability, elapsed)

    def later(rating: Rating) -> float:
        return algorithm.retrievability(algorithm.step(before, rating, elapsed).stability, horizon_days)

    unasked = algorithm.retrievability(memory.stability, elapsed + horizon_days)
    return recall * later(Rating.GOOD) + (1 - recall) * later(Rating.AGAIN) - unasked


def most_saving(
    memories: Iterable[tuple[str, Memory]], size: int, day: date, algorithm: Algorithm
) -> Sequence[tuple[str, Memory]]:
    """The `size` memories whose practice saves most, most first; ties by item id, so that every device agrees."""
    ranked = sorted(memories, key=lambda pair: (-knowledge_saved(pair[1], day, algorithm), pair[0]))
    return ranked[:size]
