"""Which due items to ask first when more is due than fits: a simulation of the orders that were considered.

Learners come back from weeks away and have room for fewer items a day than are due. True recall follows the same model as
the schedule. Reported is the knowledge held, as the mean retrievability of all items, averaged over the days that follow and at
their end. Run: `python -m bench.drill_order`; the decision is docs/decisions/0006-drill-order.md.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from random import Random
from statistics import mean, stdev
from uuid import UUID

from rich.console import Console
from rich.progress import track
from rich.table import Table

from domain.practice.algorithm import Algorithm, Fsrs6
from domain.practice.memory import Answer, Memory, Schedule, advance
from domain.practice.selection import knowledge_saved

ITEMS = 190
LEARNING_DAYS = 60
FOLLOWED_DAYS = 60
LEARNERS = 60
NEW_PER_DAY = 6
CHANCE = 0.25
START = date(2026, 1, 1)

Order = Callable[[Memory, date, Algorithm], float]


@dataclass(frozen=True, slots=True)
class Outcome:
    """Mean retrievability of all items."""

    over_the_days: float
    at_the_end: float


def retrievability(memory: Memory, day: date, algorithm: Algorithm) -> float:
    return algorithm.retrievability(memory.stability, memory.elapsed_days(day))


ORDERS: dict[str, Order] = {
    "random": lambda memory, day, _: Random(f"{memory.last_review_id}{day}").random(),
    "longest overdue first": lambda memory, day, _: -(day - memory.due_on).days,
    "least retrievable first": retrievability,
    "most retrievable first": lambda memory, day, algorithm: -retrievability(memory, day, algorithm),
    "least stable first": lambda memory, _day, _algorithm: memory.stability,
    "most knowledge saved, 7 days": lambda memory, day, algorithm: -knowledge_saved(memory, day, algorithm, 7),
    "most knowledge saved, 30 days": lambda memory, day, algorithm: -knowledge_saved(memory, day, algorithm, 30),
    "most knowledge saved, 90 days": lambda memory, day, algorithm: -knowledge_saved(memory, day, algorithm, 90),
}


def simulate(order: Order, away_days: int, capacity: int, seed: int, algorithm: Algorithm) -> Outcome:
    """One learner: learns with time enough, is away, and comes back to a drill of `capacity` items a day."""
    random = Random(seed)
    strength = random.lognormvariate(0, 0.3)
    memories: dict[int, Memory] = {}

    def ask(item: int, day: date) -> None:
        before = memories.get(item)
        recalled = random.random() < (
            0.7 if before is None else algorithm.retrievability(before.stability * strength, before.elapsed_days(day))
        )
        moment = datetime.combine(day, time(12), UTC) + timedelta(seconds=random.random())
        answer = Answer(UUID(int=random.getrandbits(128)), moment, day, recalled or random.random() < CHANCE, CHANCE, 0.5)
        memories[item] = advance(before, answer, Schedule(algorithm, 0.9, (str(seed), str(item))))

    def practise(day: date, room: int) -> None:
        due = [item for item, memory in memories.items() if memory.due_on <= day]
        due.sort(key=lambda item: (order(memories[item], day, algorithm), item))
        for item in due[:room]:
            ask(item, day)

    for n in range(LEARNING_DAYS):
        day = START + timedelta(days=n)
        practise(day, ITEMS)
        for item in range(len(memories), min(ITEMS, len(memories) + NEW_PER_DAY)):
            ask(item, day)
    back = START + timedelta(days=LEARNING_DAYS + away_days)
    held = []
    for n in range(FOLLOWED_DAYS):
        day = back + timedelta(days=n)
        practise(day, capacity)
        held.append(mean(retrievability(memory, day, algorithm) for memory in memories.values()))
    return Outcome(mean(held), held[-1])


def main() -> None:
    """Simulate every order with the same learners, and print what they hold."""
    algorithm = Fsrs6()
    for away_days, capacity in ((21, 5), (21, 10), (90, 5), (90, 10), (90, 20)):
        table = Table(title=f"{capacity} items a day after {away_days} days away, {LEARNERS} learners, {ITEMS} items")
        for heading in ("order", f"knowledge over {FOLLOWED_DAYS} days", "at their end", "more than random", "±"):
            table.add_column(heading, justify="left" if heading == "order" else "right")
        random: list[float] = []
        for name, order in track(ORDERS.items(), "Simulating", transient=True):
            outcomes = [simulate(order, away_days, capacity, seed, algorithm) for seed in range(LEARNERS)]
            over = [outcome.over_the_days for outcome in outcomes]
            random = random or over
            # The same learners under each order: their differences are compared, which are far steadier than the values.
            gains = [one - other for one, other in zip(over, random, strict=True)]
            end = mean(outcome.at_the_end for outcome in outcomes)
            error = stdev(gains) / LEARNERS**0.5
            table.add_row(name, f"{mean(over):.4f}", f"{end:.4f}", f"{mean(gains):+.4f}", f"{error:.4f}")
        Console(width=110).print(table)


if __name__ == "__main__":
    main()
