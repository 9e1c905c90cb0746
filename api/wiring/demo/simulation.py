"""Simulated learners: how diligent they are, how well they remember, and how they answer."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from random import Random
from uuid import UUID
from zoneinfo import ZoneInfo

from api.wiring.demo.bank import KEEN, VISITED, Person
from domain.content.items import ItemVersion
from domain.content.kinds import (
    Body,
    Classify,
    Cloze,
    Matching,
    MultipleChoice,
    Ordering,
    Rewrite,
    Scenario,
    SingleChoice,
    SpotPhrase,
)
from domain.practice.algorithm import Algorithm
from domain.practice.memory import Memory

SATURDAY = 6
GIVE_UP_FOR_GOOD = 0.25
TAKE_LEAVE = 0.55
NEVER_SITS = 0.2
SITS_TOO_EARLY = 0.5
ADMITS_NOT_KNOWING = 0.3  # how often somebody who does not know says so instead of guessing


@dataclass(frozen=True, slots=True)
class Habits:
    """One simulated person.

    `diligence` is the probability to practise on a working day, `recall` a factor on the stability the model expects,
    `quickness` the probability to know a new item after its lesson; `away` a time without practice, if any: a fortnight of leave,
    or for those who gave up, everything since. `dares_at` is the share of an exam's questions that the person wants to have met
    in drills before sitting it; None for who never does. The drill brings one lesson a day; `reads_ahead` is how many more the
    person reads in the library, so that more new items open.
    """

    diligence: float
    recall: float
    quickness: float
    first_day: date
    away: tuple[date, date] | None
    hour: int
    minutes: int
    new_per_day: int
    dares_at: float | None
    reads_ahead: int


def habits_of(random: Random, today: date, days: int, person: Person) -> Habits:
    """Draw a person. The one whom visitors sign in as is exemplary, so that there is something to see."""
    longest_ago = today - timedelta(days=days)
    first_day = max(longest_ago + timedelta(days=random.choice([0, 0, 0, 7, 20, 45])), person.role_started_on)
    leave = first_day + timedelta(days=random.randint(20, max(21, days - 15)))
    habits = Habits(
        diligence=min(0.97, max(0.04, random.betavariate(1.8, 1.3))),
        recall=random.lognormvariate(0.0, 0.35),
        quickness=random.uniform(0.5, 0.9),
        first_day=first_day,
        away=_absence(random, first_day, leave, today),
        hour=random.choice([7, 8, 12, 13, 18, 20, 21]),
        minutes=random.choice([5, 5, 10, 10]),
        new_per_day=random.choice([6, 8, 10, 12]),
        dares_at=_daring(random),
        reads_ahead=random.choice([0, 0, 1, 2]),
    )
    if person.staff_no not in {VISITED, *KEEN}:
        return habits
    first_day = max(longest_ago, person.role_started_on)
    habits = replace(habits, diligence=0.95, recall=1.3, quickness=0.85, first_day=first_day, away=None, dares_at=0.6)
    if person.staff_no == VISITED:
        return replace(habits, minutes=10, new_per_day=10, reads_ahead=0)
    return replace(habits, minutes=20, new_per_day=20, reads_ahead=2)


def _daring(random: Random) -> float | None:
    """Some never sit an exam, some too early, and most when they have met the greater part of its questions."""
    fate = random.random()
    if fate < NEVER_SITS:
        return None
    return random.uniform(0.15, 0.45) if fate < SITS_TOO_EARLY else random.uniform(0.5, 0.85)


def _absence(random: Random, first_day: date, leave: date, today: date) -> tuple[date, date] | None:
    fate = random.random()
    if fate < GIVE_UP_FOR_GOOD:
        return first_day + timedelta(days=random.randint(22, 36)), today
    return (leave, leave + timedelta(days=14)) if fate < TAKE_LEAVE else None


def practises(habits: Habits, day: date, random: Random) -> bool:
    """Whether the person opens the app on `day`."""
    if day < habits.first_day or (habits.away and habits.away[0] <= day < habits.away[1]):
        return False
    return random.random() < habits.diligence * (0.35 if day.isoweekday() >= SATURDAY else 1.0)


def session_start(habits: Habits, day: date, zone: str, random: Random) -> datetime:
    """When the person begins on `day`, in UTC."""
    local = datetime.combine(day, time(habits.hour, random.randrange(60), random.randrange(60)), ZoneInfo(zone))
    return local.astimezone(UTC)


def knows(habits: Habits, memory: Memory | None, day: date, algorithm: Algorithm, random: Random) -> bool:
    """Whether the person recalls the item on `day`: by the model's own curve, with a stability of their own."""
    if memory is None:
        return random.random() < habits.quickness
    if memory.relearning and memory.last_practice_day == day:
        return random.random() < 0.9  # noqa: PLR2004  (seen a minute ago)
    return random.random() < algorithm.retrievability(memory.stability * habits.recall, memory.elapsed_days(day))


def response_of(item: ItemVersion, key: Mapping[str, object], random: Random, *, known: bool) -> Mapping[str, object]:
    """What the person answers: the item's `key` when known, else a guess or an admission."""
    if known:
        return key
    return {"unknown": True} if random.random() < ADMITS_NOT_KNOWING else _guess(item.body, random)


def _guess(body: Body, random: Random) -> Mapping[str, object]:
    match body:
        case SingleChoice(options=options):
            return {"choice": random.choice(options).id}
        case MultipleChoice(options=options):
            return {"choices": [o.id for o in random.sample(options, random.randint(1, len(options)))]}
        case Ordering(entries=entries):
            return {"order": [entry.id for entry in random.sample(entries, len(entries))]}
        case Matching(lefts=lefts, rights=rights):
            drawn = random.sample(rights, len(lefts))
            return {"pairs": {left.id: right.id for left, right in zip(lefts, drawn, strict=True)}}
        case SpotPhrase(lines=lines):
            spoken = [line.id for line in lines if line.speaker == "employee"]
            return {"lines": random.sample(spoken, random.randint(1, min(3, len(spoken))))}
        case Cloze(gaps=gaps):
            return {"texts": {gap.id: "想不起来" for gap in gaps}}
        case Classify(entries=entries, groups=groups):
            return {"pairs": {entry.id: random.choice(groups).id for entry in entries}}
        case Rewrite(bad_reply=bad_reply):
            return {"text": bad_reply.zh_hans}
        case Scenario():
            return {"path": [choice.id for choice in random.choice(list(body.paths()))]}


def uuid7(moment: datetime, random: Random) -> UUID:
    """A UUIDv7 (RFC 9562) of `moment`, its random bits drawn from `random` so that the demo is reproducible."""
    milliseconds = int(moment.timestamp() * 1000)
    high, low = random.getrandbits(12), random.getrandbits(62)
    return UUID(int=(milliseconds << 80) | (0x7 << 76) | (high << 64) | (0b10 << 62) | low)


def days_of(habits: Habits, today: date, random: Random) -> Iterator[date]:
    """The days on which the person practises, up to yesterday."""
    day = habits.first_day
    while day < today:
        if practises(habits, day, random):
            yield day
        day += timedelta(days=1)
