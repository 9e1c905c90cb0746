"""Late and wrong clocks: the same days of practice, told by phones whose clocks are wrong by a day, ten years, or millennia."""

import asyncio
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from time import monotonic
from typing import Any
from zoneinfo import ZoneInfo

import asyncpg

from api.wiring.services import wall_clock
from bench import payloads
from bench.filling import learner_id
from domain.content.items import ItemVersion
from soak.audit import audit
from soak.ledger import Ledger
from soak.phones import Phone
from soak.report import Row
from soak.sizes import Sizes
from soak.stage import SoakStage

ZONES = ("Asia/Shanghai", "Europe/Berlin", "America/New_York", "America/Santiago", "Australia/Lord_Howe")
LATE = timedelta(days=30)
LONGEST_BACK = timedelta(days=360)
AROUND = timedelta(hours=30)  # before and after a change of the clocks
STEP = timedelta(minutes=83)
DAY_STARTS = timedelta(hours=4)
NEAR = timedelta(minutes=1)
END_OF_TIME = datetime(9999, 12, 30, tzinfo=UTC)

# What a phone said of a review, when it was answered in truth, and the time of sending by the phone's clock.
Claim = tuple[dict[str, Any], datetime, datetime]

ROWS = """
SELECT id, device_answered_at, device_sent_at, answered_at, received_at, clamped, practice_day FROM review WHERE learner_id = $1
"""


def _errors(now: datetime) -> dict[str, timedelta]:
    """By how much each phone's clock is wrong."""
    days = {"right": 0, "a day fast": 1, "a day slow": -1, "ten years fast": 3652, "ten years slow": -3652}
    return {name: timedelta(days=many) for name, many in days.items()} | {"year 9999": END_OF_TIME - now}


def _changes(zone: ZoneInfo, now: datetime) -> list[datetime]:
    """When the clocks of a zone changed within the last year, to the day."""
    moments = [now - n * timedelta(days=1) for n in range(1, LONGEST_BACK.days)]
    return [
        before for after, before in pairwise(moments) if after.astimezone(zone).utcoffset() != before.astimezone(zone).utcoffset()
    ]


def _moments(now: datetime) -> list[tuple[datetime, str]]:
    """When and where was answered: on the days around every change of the clocks, and 30 days before now."""
    told = []
    for name in ZONES:
        for middle in [*_changes(ZoneInfo(name), now), now - LATE]:
            steps = range(int(2 * AROUND / STEP))
            told += [(middle - AROUND + n * STEP, name) for n in steps]
    return told


def _day(moment: datetime, zone: str) -> date:
    """The practice day, figured otherwise than the product does: the wall clock four hours back."""
    return (moment.astimezone(ZoneInfo(zone)).replace(tzinfo=None) - DAY_STARTS).date()


def _impossible(now: datetime) -> list[datetime]:
    """Times that cannot be, told by a phone whose clock is right when it sends."""
    years = (datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC), datetime(1, 1, 1, tzinfo=UTC), datetime(1970, 1, 1, tzinfo=UTC))
    return [now + timedelta(hours=2), now + timedelta(days=3652), now - timedelta(days=800), *years]


def clocks(stage: SoakStage, sizes: Sizes, move: Callable[[float], None]) -> Row:
    """Nothing is lost, what the phones said is kept, days are right, and impossible times are flagged."""
    begun, now = monotonic(), wall_clock()
    errors = _errors(now)
    url = stage.founded("clocks", len(errors) + 1)
    ledger = Ledger()
    items = sorted(stage.catalogue.items.values(), key=lambda item: item.item_id)[: sizes.clock_items]

    async def tell(base: str) -> None:
        for learner, (name, error) in enumerate(errors.items(), 1):
            told = await _tell(stage, base, learner, error, items, ledger)
            await _check(url, learner, told, ledger, f"clock {name}")
            move(1 / (len(errors) + 1))
        await _tell_impossible(stage, base, url, len(errors) + 1, items[0], ledger)
        move(1 / (len(errors) + 1))

    with stage.service(url) as service:
        asyncio.run(tell(service.base))
    if ledger.accepted.total() != len(ledger.sent):
        ledger.complain(f"{ledger.accepted.total()} of {len(ledger.sent)} reviews were accepted")
    findings = asyncio.run(audit(url, ledger, stage.catalogue))
    return Row.of("late and wrong clocks", len(errors) + 1, ledger, findings, [], monotonic() - begun)


async def _tell(
    stage: SoakStage, base: str, learner: int, error: timedelta, items: Sequence[ItemVersion], ledger: Ledger
) -> dict[str, Claim]:
    """Upload all moments in batches, by a clock that is wrong by `error` when answering and when sending."""
    phone, told = Phone(stage, base, learner, "wrong-clock"), dict[str, Claim]()
    moments = _moments(wall_clock())
    try:
        for start in range(0, len(moments), 100):
            batch, sent_at = [], wall_clock() + error
            for n, (moment, zone) in enumerate(moments[start : start + 100], start):
                review = payloads.review(items[n % len(items)], moment)
                answered_at = (moment + error).astimezone(ZoneInfo(zone))
                batch.append({**review, "answered_at": answered_at, "time_zone": zone, "device_sequence": n + 1})
                told[str(review["id"])] = batch[-1], moment, sent_at
            await phone.post_once(phone.upload(batch, sent_at), ledger)
    finally:
        await phone.close()
    return told


async def _check(url: str, learner: int, told: dict[str, Claim], ledger: Ledger, who: str) -> None:
    connection = await asyncpg.connect(url)
    rows = await connection.fetch(ROWS, learner_id(learner))
    await connection.close()
    for row in rows:
        review, moment, sent_at = told[str(row["id"])]
        kept, said = [row["device_answered_at"], row["device_sent_at"]], [review["answered_at"].isoformat(), sent_at.isoformat()]
        if kept != said:
            ledger.complain(f"{who}: said {said}, kept {kept}")
        if row["clamped"] or abs(row["answered_at"] - moment) > NEAR:
            ledger.complain(f"{who}: answered at {moment}, recorded at {row['answered_at']}, clamped {row['clamped']}")
        # The correction may be off by what the upload was under way; on the brink of a day that may be the day before or after.
        if row["practice_day"] not in {_day(moment + off, review["time_zone"]) for off in (-NEAR, NEAR)}:
            ledger.complain(f"{who}: {moment} in {review['time_zone']} was recorded as practice day {row['practice_day']}")


async def _tell_impossible(stage: SoakStage, base: str, url: str, learner: int, item: ItemVersion, ledger: Ledger) -> None:
    phone, now = Phone(stage, base, learner, "jumping-clock"), wall_clock()
    reviews = [{**payloads.review(item, now), "answered_at": moment} for moment in _impossible(now)]
    await phone.post_once(phone.upload(reviews), ledger)
    await phone.close()
    connection = await asyncpg.connect(url)
    rows = await connection.fetch(ROWS, learner_id(learner))
    await connection.close()
    said = {str(review["id"]): review["answered_at"] for review in reviews}
    for row in rows:
        if not row["clamped"] or row["answered_at"] != row["received_at"]:
            ledger.complain(
                f"an impossible {said[str(row['id'])]} was recorded as {row['answered_at']}, clamped {row['clamped']}"
            )
        if datetime.fromisoformat(row["device_answered_at"]) != said[str(row["id"])]:
            ledger.complain(f"said {said[str(row['id'])]}, kept {row['device_answered_at']}")
