"""Devices of the reference client under test: wrong clocks, zones of their own, and lines that break."""

from collections import deque
from collections.abc import AsyncGenerator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from random import Random
from typing import Any, Literal, cast
from uuid import uuid4

import httpx

from clients.reference.line import Patience, Sleep
from clients.reference.phone import Phone
from clients.reference.shelf import Shelf
from clients.reference.store import Store
from clients.reference.sync import Report, Sync
from domain.content.catalogue import Catalogue
from domain.identity.scope import Caller
from domain.practice.algorithm import Fsrs6
from domain.practice.clock import TOLERATED_SKEW
from domain.practice.memory import Answer, Memory, Schedule, fold
from tests.service import Phone as Person
from tests.service import Service

# Every file that was opened, so that the end of a test can close what a kill left open.
OPENED: list[Store] = []

Fate = Literal["arrives", "request lost", "answer lost"]


class Tunnel(httpx.AsyncBaseTransport):
    """A line to the service in process. Of the next requests each meets its fate; those behind the last arrive."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._inner = httpx.ASGITransport(cast(Any, service.app))
        self.fates: deque[Fate] = deque()
        self.requests: list[httpx.Request] = []

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        fate = self.fates.popleft() if self.fates else "arrives"
        if fate == "request lost":
            raise httpx.ConnectError("in a vault", request=request)
        response = await self._inner.handle_async_request(request)
        await response.aread()
        response.headers["Date"] = format_datetime(self._service.clock(), usegmt=True)
        if fate == "answer lost":
            raise httpx.ReadTimeout("the train left the station", request=request)
        return response


class Token(httpx.Auth):
    """Signs requests without a sign-in: passwords take their time, and sessions have tests of their own."""

    def __init__(self, service: Service, caller: Caller) -> None:
        self._service, self._caller = service, caller

    async def async_auth_flow(self, request: httpx.Request) -> AsyncGenerator[httpx.Request, httpx.Response]:
        request.headers["Authorization"] = f"Bearer {self._service.token(self._caller)}"
        yield request


class OpenShelf(Shelf):
    """A shelf with the whole curriculum: what is in a pack has tests of its own."""

    def __init__(self, store: Store, catalogue: Catalogue) -> None:
        super().__init__(store)
        self._catalogue = catalogue


@dataclass
class Device:
    """A device of `person`: its file, its line, its clock, which is wrong by `clock_error`, and its zone.

    `made` are the ids of its reviews and when in truth they were given, None where that does not matter.
    """

    person: Person
    path: Path
    catalogue: Catalogue
    name: str = "phone-1"
    zone: str = "Asia/Shanghai"
    clock_error: timedelta = timedelta()
    attempts: int = 3
    page_limit: int | None = None
    slept: list[float] = field(default_factory=list)
    made: dict[str, datetime | None] = field(default_factory=dict)
    clock_was_set: bool = False

    def __post_init__(self) -> None:
        self.tunnel = Tunnel(self.person.service)
        self.entropy = Random(self.name)  # noqa: S311
        self.sleep: Sleep = self._note_pause
        self.phone = self._started()
        self.phone.store.set_up(self.person.caller.employee_id, self.name)

    def now(self) -> datetime:
        """What the device takes for the time."""
        return self.person.service.clock() + self.clock_error

    def restart(self, *, close: bool = True) -> None:
        """Start again from the file; without `close` like after a kill."""
        if close:
            self.phone.store.close()
        self.phone = self._started()

    def _started(self) -> Phone:
        store = Store(self.path)
        OPENED.append(store)
        return Phone(store, self.now, self.zone, self.entropy, OpenShelf(store, self.catalogue))

    def answer(self, item_id: str, response: dict[str, Any]) -> str:
        """Answer offline."""
        self.phone.zone = self.zone
        told = self.phone.answer(self.catalogue.items[item_id], response, latency_ms=9000)
        self.made[told.review_id] = self.person.service.clock()
        return told.review_id

    def answer_ungraded(self, **fields: Any) -> str:
        review_id = self.phone.answer_ungraded(fields)
        self.made[review_id] = None
        return review_id

    async def sync(self, fates: Iterable[Fate] = ()) -> Report:
        """One sync, with no refreshing of packs; the first requests meet these fates."""
        self.tunnel.fates = deque(fates)
        try:
            async with self.http() as http:
                return await self.syncing(http).run()
        finally:
            self.tunnel.fates.clear()

    @asynccontextmanager
    async def http(self) -> AsyncGenerator[httpx.AsyncClient, None]:
        """A client on this device's line."""
        auth = Token(self.person.service, self.person.caller)
        async with httpx.AsyncClient(transport=self.tunnel, base_url="http://composure.test", auth=auth) as http:
            yield http

    def syncing(self, http: httpx.AsyncClient) -> Sync:
        return Sync(
            self.phone,
            http,
            clock=self.now,
            sleep=self.sleep,
            entropy=self.entropy,
            patience=Patience(self.attempts),
            page_limit=self.page_limit,
            pack_days=None,
        )

    async def _note_pause(self, seconds: float) -> None:
        self.slept.append(seconds)

    def bases(self) -> dict[str, Memory]:
        return self.phone.held.bases()

    def shown(self) -> dict[str, Memory]:
        return self.phone.held.shown()

    def digest(self) -> int:
        return self.phone.held.digests().whole


async def fold_of_the_log(person: Person, catalogue: Catalogue) -> dict[str, Memory]:
    """Memories from the log alone, by nothing but the domain's fold."""
    answers: dict[str, list[Answer]] = {}
    for row in await person.review_rows():
        columns = ("id", "answered_at", "practice_day", "correct", "chance", "prior_known")
        answers.setdefault(row["item_id"], []).append(Answer(*(row[column] for column in columns)))
    learner = str(person.caller.employee_id)
    memories: dict[str, Memory] = {}
    for item_id, own in answers.items():
        retention = catalogue.skills[catalogue.items[item_id].skill].desired_retention
        memory = fold(own, Schedule(Fsrs6(), retention, (learner, item_id)))
        assert memory is not None
        memories[item_id] = memory
    return memories


def alike(one: Memory, other: Memory) -> bool:
    """Whether two memories are the same, but for noise of floats."""
    floats = ("stability", "difficulty")
    exact = ("first_practice_day", "last_practice_day", "due_on", "repetitions", "lapses", "relearning", "place")
    near = all(abs(getattr(one, name) - getattr(other, name)) <= 1e-6 * max(1, abs(getattr(one, name))) for name in floats)
    return near and all(getattr(one, name) == getattr(other, name) for name in exact)


async def quarantined(person: Person) -> list[dict[str, Any]]:
    """What waits in quarantine."""
    async with person.service.database.transaction(person.caller.organisation_id) as connection:
        statement = "SELECT * FROM review_quarantine WHERE learner_id = $1 AND released_at IS NULL"
        return [dict(row) for row in await connection.fetch(statement, person.caller.employee_id)]


async def begin_epoch(service: Service) -> None:
    """Begin another history of the feed, as after a restore."""
    async with service.database.transaction(uuid4()) as connection:
        await connection.execute("INSERT INTO feed_epoch (epoch, began_at) VALUES (gen_random_uuid(), clock_timestamp())")
    await service.app.state.services.refresh()


async def assert_all_agree(devices: list[Device], catalogue: Catalogue) -> None:
    """Laws 2, 4 and 11: devices that synced hold the same: the server's, the fold of the log. Nothing is lost or doubled."""
    person = devices[0].person
    server = await person.get("/v1/state")
    expected = await fold_of_the_log(person, catalogue)
    for device in devices:
        bases = device.bases()
        assert bases.keys() == expected.keys()
        for item_id, memory in expected.items():
            assert alike(bases[item_id], memory), (item_id, bases[item_id], memory)
        assert device.shown() == bases
        assert f"{device.digest():016x}" == server["digest"]
        assert device.phone.outbox.waiting() == 0
        assert device.phone.outbox.lessons() == []
    rows = {str(row["id"]): row for row in await person.review_rows()}
    kept = [*rows, *(str(row["id"]) for row in await quarantined(person))]
    assert sorted(kept) == sorted({review_id for device in devices for review_id in device.made})
    for device in devices:
        for review_id, given_at in device.made.items():
            if given_at is not None and review_id in rows and not device.clock_was_set:
                assert abs(rows[review_id]["answered_at"] - given_at) <= TOLERATED_SKEW, (device.clock_error, review_id)
