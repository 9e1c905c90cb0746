"""THE law of sync (2, 3, 4, 11): whatever happened on the way, devices that have nothing to send hold the same, and it is right.

A machine of Hypothesis drives the real service over HTTP in process with the reference client: devices of one learner with wrong
clocks and zones, requests and answers that get lost, duplicates, restarts, rubbish, a profile that changes, items that get new
versions, a regrading of what was held. In the end all sync, and `assert_all_agree` looks at every memory and every review.
COMPOSURE_SOAK_EXAMPLES raises the number of examples.
"""

import asyncio
import os
import tempfile
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any, TypeVar, cast

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule, run_state_machine_as_test

from clients.reference.line import Offline
from domain.content.catalogue import Catalogue
from domain.content.kinds import SingleChoice
from repositories.content.reading import Curriculum
from tests.content.test_publishing import with_another_key, with_item
from tests.http.packs import published, service_with
from tests.laws.test_held_reviews import regraded
from tests.service import UNKNOWN, Bank, Clock, Service, right
from tests.sync.devices import Device, Fate, assert_all_agree, begin_epoch

T = TypeVar("T")
Run = Callable[[Coroutine[Any, Any, T]], T]

SOAK_EXAMPLES = os.environ.get("COMPOSURE_SOAK_EXAMPLES")
EXAMPLES = int(SOAK_EXAMPLES or "25")
# Shrinking takes minutes over HTTP: what a soak finds is worth them.
PHASES = [phase for phase in Phase if SOAK_EXAMPLES or phase is not Phase.shrink]
STEPS = 25
ZONES = ("Asia/Shanghai", "Europe/London", "Pacific/Apia", "America/New_York", "Asia/Kathmandu")
CLOCK_ERRORS = [timedelta(), timedelta(seconds=-40), timedelta(hours=9), timedelta(days=-700), timedelta(days=4000)]
# Few items, so that devices answer the same ones.
ITEMS_OF_EACH_SKILL = 2
SKILLS = 2

fates = st.lists(st.sampled_from(["arrives", "request lost", "answer lost"]), max_size=8)
which = st.integers(0, 99)
answers = st.tuples(which, st.sampled_from(["right", "wrong", "unknown"]))


@pytest.fixture(scope="session")
async def loop(anyio_backend: str) -> asyncio.AbstractEventLoop:  # noqa: ARG001
    """The loop of the service, for a test that is not itself asynchronous."""
    return asyncio.get_running_loop()


@pytest.fixture
async def own_service(postgres: str, curriculum: Curriculum, keys_dir: Path, clock: Clock) -> AsyncIterator[Service]:
    """A service with a database of its own, since items get new versions."""
    async for service in service_with(curriculum, postgres, keys_dir, clock):
        yield service


class Devices(RuleBasedStateMachine):
    """Two or three devices of one learner. `bank`, `curriculum` and `run` are set by the test."""

    bank: Bank
    curriculum: Curriculum
    run: Run[Any]

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory(prefix="composure-devices-")
        self.clock = self.bank.service.clock
        self.clock.reset()
        self.person = self.run(self.bank.employee())
        self.edited = self.curriculum
        self.publish()
        per_skill = [self.catalogue.items_by_skill[code][:ITEMS_OF_EACH_SKILL] for code in self.catalogue.items_by_skill]
        self.items = [item.item_id for items in per_skill[:SKILLS] for item in items]
        self.devices: list[Device] = []

    @initialize(
        setups=st.lists(
            st.tuples(st.sampled_from(CLOCK_ERRORS), st.sampled_from(ZONES), st.sampled_from([None, 1, 2])),
            min_size=2,
            max_size=3,
        )
    )
    def hand_out_devices(self, setups: list[tuple[timedelta, str, int | None]]) -> None:
        for number, (clock_error, zone, page_limit) in enumerate(setups):
            path = Path(self.folder.name) / f"device-{number}"
            device = Device(self.person, path, self.catalogue, f"device-{number}", zone, clock_error, page_limit=page_limit)
            self.devices.append(device)

    def publish(self) -> None:
        """Devices go on with the versions that they hold."""
        self.run(published(self.bank.service, self.edited))
        self.catalogue: Catalogue = self.run(self.bank.service.catalogue())

    def device(self, number: int) -> Device:
        return self.devices[number % len(self.devices)]

    @rule(number=which, answers=st.lists(answers, min_size=1, max_size=4))
    def answer_offline(self, number: int, answers: list[tuple[int, str]]) -> None:
        for item, answer in answers:
            item_id = self.items[item % len(self.items)]
            device = self.device(number)
            device.answer(item_id, answered(device.catalogue, item_id, answer))
            self.clock.advance(minutes=7)

    @rule(
        number=which,
        bad=st.sampled_from(
            [{"item_id": "no.such-item"}, {"time_zone": "Mars/Olympus"}, {"response": 7}, {"answered_at": "noon"}]
        ),
    )
    def answer_with_rubbish(self, number: int, bad: dict[str, Any]) -> None:
        fields = {"item_id": self.items[0], "item_version": 1, "response": UNKNOWN}
        self.device(number).answer_ungraded(**{**fields, **bad})

    @rule(number=which, item=which)
    def answer_what_is_published_later(self, number: int, item: int) -> None:
        item_id = self.items[item % len(self.items)]
        version = self.catalogue.items[item_id].version + 1
        self.device(number).answer_ungraded(item_id=item_id, item_version=version, response=UNKNOWN)

    @rule(item=which)
    def publish_a_new_version(self, item: int) -> None:
        """Of the same skill; it counts otherwise in the fold, and where there is one choice, another is right."""
        item_id = self.items[item % len(self.items)]
        old = next(each for each in self.edited.items if each.item_id == item_id)
        new = replace(old, prior_known=0.3 if old.prior_known < 0.3 else 0.1)
        self.edited = with_item(self.edited, with_another_key(new) if isinstance(new.body, SingleChoice) else new)
        self.publish()

    @rule(number=which)
    def take_the_new_pack(self, number: int) -> None:
        device = self.device(number)
        device.catalogue = self.catalogue
        device.restart()

    @rule()
    def regrade_what_was_held(self) -> None:
        self.run(regraded(self.bank))

    @rule(number=which, meets=fates)
    def sync(self, number: int, meets: list[Fate]) -> None:
        with suppress(Offline):
            self.run(self.device(number).sync(meets))

    @rule(number=which, picked=st.lists(which, min_size=1, max_size=6), numbered=st.booleans())
    def send_a_ragged_batch(self, number: int, picked: list[int], numbered: bool) -> None:
        """Some of a device's reviews, sent or not, in any order and some twice, as a worse client would send them."""
        device = self.device(number)
        rows = device.phone.store.db.execute("SELECT number, body FROM review WHERE number > 0").fetchall()
        if not rows:
            return
        self.run(self._upload(device, [rows[place % len(rows)] for place in picked], numbered))

    async def _upload(self, device: Device, rows: list[tuple[int, str]], numbered: bool) -> None:
        reviews = [f'{body[:-1]}, "device_sequence": {number}}}' if numbered else body for number, body in rows]
        sent_at = device.now().isoformat()
        device_id = device.phone.store.device_id
        body = f'{{"sent_at": "{sent_at}", "device_id": "{device_id}", "reviews": [{", ".join(reviews)}]}}'
        async with device.http() as http:
            response = await http.post("/v1/reviews", content=body, headers={"Content-Type": "application/json"})
        assert response.status_code == 200 or response.json()["code"] == "device_revoked", response.text

    @rule(number=which, closed=st.booleans())
    def restart(self, number: int, closed: bool) -> None:
        before = self.device(number).shown()
        self.device(number).restart(close=closed)
        assert self.device(number).shown() == before

    @rule(number=which, clock_error=st.sampled_from(CLOCK_ERRORS), zone=st.sampled_from(ZONES))
    def travel_and_set_the_clock(self, number: int, clock_error: timedelta, zone: str) -> None:
        device = self.device(number)
        device.clock_was_set |= device.clock_error != clock_error
        device.clock_error, device.zone = clock_error, zone

    @rule(hours=st.sampled_from([1, 7, 24, 60, 300]))
    def time_passes(self, hours: int) -> None:
        self.clock.advance(hours=hours)

    @rule(number=which, lesson=which)
    def read_a_lesson(self, number: int, lesson: int) -> None:
        self.device(number).phone.read_lesson(self.catalogue.lesson_order[lesson % 4])

    @rule(
        zone=st.sampled_from(ZONES), language=st.sampled_from(["zh-Hans", "en"]), weekdays=st.sets(st.integers(1, 7), max_size=3)
    )
    def change_the_profile(self, zone: str, language: str, weekdays: set[int]) -> None:
        ranges = [{"first": "2026-12-24", "last": "2027-01-03"}] if 1 in weekdays else []
        changes = {"time_zone": zone, "language": language, "days_off": {"weekdays": sorted(weekdays), "ranges": ranges}}
        response = self.run(self.person.call("PATCH", "/v1/me", json=changes))
        assert response.status_code == 200, response.text

    @rule(number=which)
    def revoke_a_device(self, number: int) -> None:
        response = self.run(self.person.call("DELETE", f"/v1/devices/{self.device(number).phone.store.device_id}"))
        assert response.status_code in {204, 404}, response.text

    @rule()
    def begin_another_epoch(self) -> None:
        """As after a restore that lost nothing: what was lost comes back in tests/sync/test_epoch.py."""
        self.run(begin_epoch(self.bank.service))

    @precondition(lambda self: self.devices)
    @rule()
    def a_sync_ends_in_agreement(self) -> None:
        report = self.run(self.devices[0].sync())
        assert report.agrees

    def teardown(self) -> None:
        if self.devices:
            for _ in range(2):
                for device in self.devices:
                    self.run(device.sync())
            self.run(assert_all_agree(self.devices, self.catalogue))
            for device in self.devices:
                # The feed alone brought them there: repairing would hide a cursor that misses something (law 10).
                assert not [request for request in device.tunnel.requests if request.url.path.startswith("/v1/state")]
                device.phone.store.close()
        self.folder.cleanup()


def answered(catalogue: Catalogue, item_id: str, answer: str) -> dict[str, Any]:
    """A right answer, "I don't know", or a wrong answer where the kind has one that is easily made."""
    body: Any = catalogue.items[item_id].body
    key = right(catalogue, item_id)
    if answer == "right":
        return key
    if answer == "wrong" and "choice" in key:
        return {"choice": next(option.id for option in body.options if option.id != key["choice"])}
    if answer == "wrong" and "order" in key:
        return {"order": list(reversed(cast(list[str], key["order"])))}
    return dict(UNKNOWN)


def test_law_11_devices_that_have_nothing_to_send_agree_whatever_happened(
    loop: asyncio.AbstractEventLoop, own_service: Service, curriculum: Curriculum
) -> None:
    run = loop.run_until_complete
    bank = run(Bank.found(own_service))
    machine = type("DevicesOfABank", (Devices,), {"bank": bank, "curriculum": curriculum, "run": staticmethod(run)})
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=EXAMPLES,
            stateful_step_count=STEPS,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            print_blob=True,
            phases=PHASES,
        ),
    )
    own_service.clock.reset()
