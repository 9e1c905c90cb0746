"""Phones that answer questions and upload what they answered, again and again until it is acknowledged."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from time import monotonic
from typing import Any
from uuid import UUID

import httpx
import msgspec

from api.wiring.services import wall_clock
from bench import payloads
from bench.filling import learner_id
from domain.content.items import ItemVersion
from soak.ledger import PATIENCE_SECONDS, Ledger
from soak.stage import SoakStage

REQUEST_SECONDS = 10
AGAIN_SECONDS = 0.1  # after a connection that broke; after a 503 the service says when
REST_SECONDS = 0.05  # at most, between two uploads
BATCH = 20
VARIETY = 60  # items, at most: few enough that each is answered again and again
LATE_SHARE = 0.2
LATEST = timedelta(days=3)


@dataclass(frozen=True)
class Upload:
    """One batch: the bytes that are sent until they are acknowledged, and the reviews in them."""

    ids: tuple[UUID, ...]
    body: bytes


class Phone:
    """One device of a learner, with connections of its own."""

    def __init__(
        self, stage: SoakStage, base: str, learner: int, device: str, *, keeps_alive: bool = True, variety: int = VARIETY
    ) -> None:
        self.learner_id = learner_id(learner)
        self._random = Random(f"{learner} {device}")
        self._device = device
        items = sorted(stage.catalogue.items.values(), key=lambda item: item.item_id)
        self._items: Sequence[ItemVersion] = items[:: -(-len(items) // variety)]  # from all skills
        self._answered = 0
        self._http = httpx.AsyncClient(
            base_url=base,
            headers={"Authorization": f"Bearer {stage.token(self.learner_id)}", "Content-Type": "application/json"},
            limits=httpx.Limits(max_keepalive_connections=None if keeps_alive else 0),
            timeout=None,
            verify=False,
        )

    def answers(self, many: int, late_share: float = LATE_SHARE) -> list[dict[str, Any]]:
        """Fresh reviews of different items as far as there are, most of them of just now and some up to days late."""
        now, reviews = wall_clock(), []
        for n in range(many):
            if n % len(self._items) == 0:
                items = self._random.sample(self._items, min(many, len(self._items)))
            late = self._random.random() < late_share
            moment = now - (LATEST * self._random.random() if late else (many - n) * timedelta(milliseconds=1))
            self._answered += 1
            review = payloads.review(items[n % len(items)], moment, right=self._random.random() < 0.8)
            reviews.append({**review, "device_sequence": self._answered})
        return reviews

    def upload(self, reviews: Sequence[Mapping[str, Any]], sent_at: datetime | None = None) -> Upload:
        """A batch of them, sent now, or when the phone's clock says so."""
        body = msgspec.json.encode({"sent_at": sent_at or wall_clock(), "device_id": self._device, "reviews": reviews})
        return Upload(tuple(review["id"] for review in reviews), body)

    async def deliver(self, upload: Upload, ledger: Ledger) -> None:
        """Send the same bytes until they are acknowledged: after a 503, a broken connection or a timeout again."""
        first = monotonic()
        while (begun := monotonic()) < first + PATIENCE_SECONDS:
            response = await self._post(upload, ledger)
            if response is None:
                await asyncio.sleep(AGAIN_SECONDS)
            elif _says_when(response):
                await asyncio.sleep(int(response.headers["retry-after"]))
            else:
                _note(response, upload, ledger, begun)
                return
        ledger.complain(f"an upload was not acknowledged for {PATIENCE_SECONDS} s")

    async def post_once(self, upload: Upload, ledger: Ledger) -> None:
        """Send it once; anything but a 200 is a complaint."""
        begun = monotonic()
        response = await self._post(upload, ledger)
        if response is None:
            ledger.complain("a connection broke, or hung")
        else:
            _note(response, upload, ledger, begun)

    async def _post(self, upload: Upload, ledger: Ledger) -> httpx.Response | None:
        """The answer; None when the connection broke or a phone would have given up waiting, which is a hang."""
        ledger.sent.update(upload.ids)
        begun = monotonic()
        try:
            async with asyncio.timeout(REQUEST_SECONDS):
                return await self._http.post("/v1/reviews", content=upload.body)
        except TimeoutError:
            ledger.hangs += 1
        except httpx.TransportError:
            pass
        finally:
            ledger.longest = max(ledger.longest, monotonic() - begun)
        return None

    async def get(self, path: str, **parameters: str) -> Any:
        """A JSON answer. Raises `httpx.HTTPError`, and `TimeoutError` when it hangs."""
        async with asyncio.timeout(REQUEST_SECONDS):
            response = await self._http.get(path, params=parameters)
        return response.raise_for_status().json()

    async def work(self, ledger: Ledger, stop: asyncio.Event) -> None:
        """Upload batch after batch, with short rests, until `stop`."""
        while not stop.is_set():
            await self.deliver(self.upload(self.answers(BATCH)), ledger)
            await asyncio.sleep(REST_SECONDS * self._random.random())

    async def close(self) -> None:
        """Hang up."""
        await self._http.aclose()


def _says_when(response: httpx.Response) -> bool:
    return response.status_code == httpx.codes.SERVICE_UNAVAILABLE and response.headers.get("retry-after", "").isdigit()


def _note(response: httpx.Response, upload: Upload, ledger: Ledger, begun: float) -> None:
    if response.status_code == httpx.codes.OK:
        ledger.acknowledge(upload.ids, response.json()["results"], begun)
    else:
        ledger.complain(f"{response.status_code} {response.text[:500]}")


@asynccontextmanager
async def phones(stage: SoakStage, base: str, many: int, learners: int, *, variety: int = VARIETY) -> AsyncIterator[list[Phone]]:
    """So many phones of so many learners; every other one of a learner opens a connection for each upload."""
    held = [
        Phone(stage, base, 1 + n % learners, f"phone-{n}", keeps_alive=n // learners % 2 == 0, variety=variety)
        for n in range(many)
    ]
    try:
        yield held
    finally:
        for phone in held:
            await phone.close()


@asynccontextmanager
async def at_work(held: Sequence[Phone], ledger: Ledger) -> AsyncIterator[None]:
    """All of them upload while the block runs; afterwards each brings its last batch to an end."""
    stop = asyncio.Event()
    working = [asyncio.create_task(phone.work(ledger, stop)) for phone in held]
    try:
        yield
    except BaseException:
        for task in working:
            task.cancel()
        await asyncio.gather(*working, return_exceptions=True)
        raise
    stop.set()
    await asyncio.gather(*working)
