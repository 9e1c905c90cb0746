"""Syncing: push, pull, compare, repair, refresh the pack. Every step may be cut off anywhere, and the next sync goes on.

Push comes before pull, and no pull begins while an upload is unanswered: reviews that wait are folded on top of what is pulled,
and one that the server has counted already would be folded twice.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from http import HTTPStatus
from random import Random
from typing import Any
from urllib.parse import quote

import httpx

from clients.reference.ids import uuid7
from clients.reference.line import Line, Patience, Refused, Sleep
from clients.reference.outbox import Waiting
from clients.reference.phone import Clock, Phone
from clients.reference.refusals import Culprit, Refusals
from domain.practice.clock import TOLERATED_SKEW
from domain.sync.digest import hexadecimal

KEPT = timedelta(days=30)
MOST_ROUNDS = 4
CURSOR_GONE = frozenset({"cursor_of_another_epoch", "cursor_too_old", "invalid_cursor"})


class Disagreement(Exception):
    """Device and server do not hold the same, even after a pull from the start: a bug of one of them, to be reported."""


@dataclass(slots=True)
class Report:
    """What a sync did. `refused` are the reviews it set aside, and why."""

    results: list[Mapping[str, Any]] = field(default_factory=list)
    refused: dict[str, str] = field(default_factory=dict)
    pages: int = 0
    repaired: list[str] = field(default_factory=list)
    begun_again: int = 0
    agrees: bool = False
    digest: str = ""
    pack_bytes: int = 0


class Sync:
    """Syncs one device. Time, waiting and chance are arguments."""

    def __init__(
        self,
        phone: Phone,
        http: httpx.AsyncClient,
        *,
        clock: Clock,
        sleep: Sleep,
        entropy: Random,
        patience: Patience | None = None,
        page_limit: int | None = None,
        pack_days: int | None = 14,
    ) -> None:
        self._phone = phone
        self._store, self._outbox, self._held = phone.store, phone.outbox, phone.held
        self._line = Line(http, sleep, entropy, patience)
        self._clock = clock
        self._entropy = entropy
        self._page_limit = page_limit
        self._pack_days = pack_days

    async def run(self) -> Report:
        """Sync to agreement. Raises `Offline`, `SignedOut`, `Refused`, `Disagreement`; whatever was done until then is kept."""
        report = Report()
        for tried in range(MOST_ROUNDS):
            await self._push(report)
            await self._tell_name()
            try:
                await self._pull(report)
            except Refused as refused:
                if refused.code not in CURSOR_GONE:
                    raise
                report.begun_again += 1
                with self._store.transaction():
                    self._outbox.offer_all_again()
                    self._store.put(cursor=None)
                continue
            if self._agrees(report):
                self._compare_clocks()
                self._forget_old()
                await self._refresh_pack(report)
                return report
            if tried < MOST_ROUNDS // 2:
                await self._repair(report)
            else:
                with self._store.transaction():
                    self._store.put(cursor=None)
        raise Disagreement(report.digest)

    async def _push(self, report: Report) -> None:
        """Send what waits, oldest first. Each batch is answered, or is sent again by the next push.

        `refusals` tells what becomes of a batch that the server refuses as a whole.
        """
        for lesson_id in self._outbox.lessons():
            await self._tell_lesson(lesson_id)
        if not report.results:
            with self._store.transaction():
                self._outbox.offer_held_back()
        moved = False
        refusals = Refusals()
        while batch := self._outbox.batch(refusals.most, refusals.places):
            try:
                response = await self._line.ask("POST", "/v1/reviews", partial(self._upload, batch))
            except Refused as refused:
                if refused.code == "device_revoked" and not moved:
                    moved = True
                    self._become_another_device()
                    continue
                with self._store.transaction():
                    self._set_aside(refusals.refused(batch, refused), report)
                continue
            receipt = response.json()
            with self._store.transaction():
                self._outbox.acknowledge(batch, receipt["results"], self._clock())
                self._outbox.offer_missing(receipt.get("missing", ()))
                self._set_aside(refusals.taken(), report)
            report.results += receipt["results"]
        refusals.end()

    def _set_aside(self, culprits: Iterable[Culprit], report: Report) -> None:
        for sent, refused in culprits:
            self._outbox.set_aside(sent, refused.code, self._clock())
            report.refused[sent.wire["id"]] = refused.code

    def _upload(self, batch: list[Waiting]) -> dict[str, Any]:
        return {
            "sent_at": self._clock().isoformat(timespec="milliseconds"),
            "device_id": self._store.device_id,
            "reviews": [waiting.wire for waiting in batch],
        }

    async def _tell_lesson(self, lesson_id: str) -> None:
        try:
            await self._line.ask("POST", f"/v1/lessons/{quote(lesson_id, safe='')}/completion")
        except Refused as refused:
            if refused.status != HTTPStatus.NOT_FOUND:  # withdrawn since: there is nothing left to have read
                raise
        with self._store.transaction():
            self._outbox.lesson_told(lesson_id, self._clock())

    async def _tell_name(self) -> None:
        """Give the device its name in the learner's list of devices, once for each id it has had."""
        wanted = [self._store.device_id, self._store.get("device_name")]
        if wanted[1] is not None and self._store.get("named") != wanted:
            path = f"/v1/devices/{quote(self._store.device_id, safe='')}"
            await self._line.ask("PUT", path, lambda: {"name": wanted[1], "platform": "reference client"})
            with self._store.transaction():
                self._store.put(named=wanted)

    def _become_another_device(self) -> None:
        with self._store.transaction():
            self._outbox.move_to(str(uuid7(self._clock(), 0, self._entropy)))

    async def _pull(self, report: Report) -> None:
        """Take everything that changed since the cursor, a page and its cursor in one transaction."""
        while True:
            cursor = self._store.get("cursor")
            asked = {"cursor": cursor, "limit": self._page_limit}
            params = {name: value for name, value in asked.items() if value is not None}
            page = (await self._line.ask("GET", "/v1/changes", params=params)).json()
            report.pages += 1
            with self._store.transaction():
                if cursor is None:
                    self._held.mark_stale()
                self._take(page)
            if not page["has_more"]:
                report.digest = page["digest"]
                return

    def _take(self, page: Mapping[str, Any]) -> None:
        self._held.take_memories(page["memories"])
        self._held.take_lessons(page["lessons"])
        for part in ("profile", "assignments"):
            if page.get(part) is not None:
                self._store.put(**{part: page[part]})
        if page["content"] is not None:
            self._store.put(revision=page["content"]["revision"])
        self._store.put(cursor=page["cursor"])
        if page["has_more"]:
            self._held.fold_waiting([memory["item_id"] for memory in page["memories"]])
        else:
            self._held.drop_stale()
            # All of them: what the server did not count, such as an answer in quarantine, has to go from what is shown.
            self._held.fold_waiting()

    def _agrees(self, report: Report) -> bool:
        report.agrees = hexadecimal(self._held.digests().whole) == report.digest
        return report.agrees

    async def _repair(self, report: Report) -> None:
        """Replace the parts that differ from the server's."""
        theirs = (await self._line.ask("GET", "/v1/state")).json()
        mine = self._held.digests()
        skills = {code: hexadecimal(digest) for code, digest in mine.skills.items()}
        for skill in sorted(skills.keys() | theirs["skills"].keys()):
            if skills.get(skill) != theirs["skills"].get(skill):
                report.repaired.append(skill)
                await self._repair_skill(skill, gone=skill not in theirs["skills"])
        if hexadecimal(mine.lessons) != theirs["lessons"]:
            report.repaired.append("lessons")
            state = (await self._line.ask("GET", "/v1/state/lessons")).json()
            with self._store.transaction():
                self._held.take_all_lessons(state["lessons"])
        if hexadecimal(mine.profile) != theirs["profile"]:
            report.repaired.append("profile")
            me = (await self._line.ask("GET", "/v1/me")).json()
            with self._store.transaction():
                self._store.put(profile=me["preferences"])

    async def _repair_skill(self, skill: str, *, gone: bool) -> None:
        memories = []
        if not gone:
            memories = (await self._line.ask("GET", f"/v1/state/skills/{quote(skill, safe='')}")).json()["memories"]
        with self._store.transaction():
            self._held.take_skill(skill, memories)

    async def _refresh_pack(self, report: Report) -> None:
        """Ask for a pack, seldom: after the pull, because a lesson that was read is in the feed and not in the pack."""
        shelf, today = self._phone.shelf, self._clock().date()
        if self._pack_days is None or not shelf.wants(self._store.get("revision"), self._held.preferences.language, today):
            return
        params, headers = shelf.question()
        response = await self._line.ask("GET", "/v1/pack", params={**params, "days": self._pack_days}, headers=headers)
        if response.status_code == HTTPStatus.NOT_MODIFIED:
            shelf.still_good(today)
            return
        report.pack_bytes = response.num_bytes_downloaded
        shelf.take(response.json(), today, response.headers.get("etag"))

    def _compare_clocks(self) -> None:
        """Note how far this clock is behind the server's, by the `Date` of its last answer; a minute is no difference."""
        if self._line.answered_at is not None:
            behind = self._line.answered_at - self._clock()
            with self._store.transaction():
                self._store.put(clock_behind=behind.total_seconds() if abs(behind) > TOLERATED_SKEW else 0.0)

    def _forget_old(self) -> None:
        """Only after a sync that ended well: a clock that jumps ahead must not throw away what was never agreed upon."""
        with self._store.transaction():
            self._outbox.forget(self._clock() - KEPT)
