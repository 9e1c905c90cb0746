"""Simulated learners: how diligent they are, how well they remember, and how they answer."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from random import Random
from uuid import UUID
from zoneinfo import ZoneInfo

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
ADMITS_NOT_KNOWING = 0.3  # how often somebody who does not know says so instead of guessing


@dataclass(frozen=True, slots=True)
class Habits:
    """One simulated person.

    `diligence` is the probability to practise on a working day, `recall` a factor on the stability the model expects,
    `quickness` the probability to know a new item after its lesson; `away` a time without practice, if any: a fortnight of leave,
    or for those who gave up, everything since.
    """

    diligence: float
    recall: float
    quickness: float
    first_day: date
    away: tuple[date, date] | None
    hour: int
    new_per_day: int


def habits_of(random: Random, today: date, days: int, *, exemplary: bool) -> Habits:
    """Draw a person. The one whom visitors sign in as is exemplary, so that there is something to see."""
    first_day = today - timedelta(days=days - (40 if exemplary else random.choice([0, 0, 0, 7, 20, 45])))
    leave = first_day + timedelta(days=random.randint(20, max(21, days - 15)))
    return Habits(
        diligence=0.95 if exemplary else min(0.97, max(0.04, random.betavariate(1.8, 1.4))),
        recall=1.3 if exemplary else random.lognormvariate(0.0, 0.35),
        quickness=0.85 if exemplary else random.uniform(0.5, 0.9),
        first_day=first_day,
        away=None if exemplary else _absence(random, first_day, leave, today),
        hour=random.choice([7, 8, 12, 13, 18, 20, 21]),
        new_per_day=4 if exemplary else random.choice([4, 6, 8, 10, 10]),
    )


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


def response_of(item: ItemVersion, random: Random, *, known: bool) -> Mapping[str, object]:
    """What the person answers: the key when known, else a guess or an admission."""
    if known:
        return item.body.key("zh-Hans")
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
