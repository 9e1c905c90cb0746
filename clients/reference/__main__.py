"""The reference client on a terminal: `python -m clients.reference --organisation harbour --staff-no L001 sync|drill|status`.

The one place that reads the clock and draws by lot; everything below takes them as arguments. COMPOSURE_PASSWORD may hold the
password; otherwise it is asked for.
"""

import argparse
import asyncio
import os
import re
import sys
from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from random import SystemRandom

import httpx
from rich.console import Console
from rich.table import Table

from clients.reference.face import Face
from clients.reference.ids import uuid7
from clients.reference.line import Line, Offline, Refused
from clients.reference.phone import Phone
from clients.reference.session import SessionAuth, SignedOut, sign_in
from clients.reference.shelf import NoPack
from clients.reference.store import NotSetUp, Store
from clients.reference.sync import Report, Sync
from clients.reference.words import say
from domain.content.kinds import MalformedResponse
from domain.practice.drill import ItemStep, LessonStep
from domain.sync.digest import hexadecimal
from domain.text import Language

ENTROPY = SystemRandom()
REQUEST_SECONDS = 20


def now() -> datetime:
    """The device's clock."""
    return datetime.now(UTC)  # noqa: TID251


def read_arguments(arguments: list[str]) -> argparse.Namespace:
    """What was asked for."""
    parser = argparse.ArgumentParser(prog="python -m clients.reference", description="Composure 从容: the reference client.")
    parser.add_argument("--base", default="http://127.0.0.1:8000", help="address of the service")
    parser.add_argument("--organisation", default="harbour", help="short name of the bank")
    parser.add_argument("--staff-no", required=True, help="staff number of the learner")
    parser.add_argument("--folder", type=Path, default=Path("phone"), help="where the device keeps its file")
    parser.add_argument("--zone", help="IANA zone of where the device is (default: the profile's)")
    parser.add_argument("--name", help="what to call this device in the learner's list of devices")
    parser.add_argument("command", choices=["sync", "drill", "status"])
    return parser.parse_args(arguments)


class Program:
    """One run of the program, on one device's file."""

    def __init__(self, asked: argparse.Namespace, console: Console) -> None:
        asked.folder.mkdir(parents=True, exist_ok=True)
        name = re.sub(r"[^\w.-]", "_", f"{asked.organisation}-{asked.staff_no}.sqlite3")
        self._asked = asked
        self._console = console
        self.store = Store(asked.folder / name)
        profile = self.store.get("profile") or {}
        self.language: Language = profile.get("language", "zh-Hans")
        zone = asked.zone or profile.get("time_zone", "UTC")
        self.phone = Phone(self.store, now, zone, ENTROPY)

    async def sync(self) -> None:
        """Sign in where nobody is, then sync."""
        base = self._asked.base
        if self._asked.name is not None:
            with self.store.transaction():
                self.store.put(device_name=self._asked.name)
        auth = SessionAuth(self.store, base)
        async with httpx.AsyncClient(base_url=base, auth=auth, timeout=REQUEST_SECONDS) as http:
            if self.store.get("refresh_token") is None:
                password = os.environ.get("COMPOSURE_PASSWORD") or self._console.input("Password: ", password=True)
                line = Line(http, asyncio.sleep, ENTROPY)
                new_device_id = str(uuid7(now(), 0, ENTROPY))
                await sign_in(line, self.store, self._asked.organisation, self._asked.staff_no, password, new_device_id)
            report = await Sync(self.phone, http, clock=now, sleep=asyncio.sleep, entropy=ENTROPY).run()
        self._tell(report)

    def _tell(self, report: Report) -> None:
        statuses = [result["status"] for result in report.results]
        counts = ", ".join(f"{status} {statuses.count(status)}" for status in sorted(set(statuses))) or "0"
        self._console.print(f"[green]{self._say('synced')}[/green] · {self._say('sent')}: {counts}")
        if report.refused:
            self._console.print(f"[red]{self._say('set_aside')}: {told_refused(report.refused)}[/red]")
        self._console.print(f"[dim]{self._say('digest')} {report.digest}[/dim]")

    def drill(self) -> None:
        """Today's drill, without a server."""
        drill = self.phone.drill()
        if not drill.steps:
            self._console.print(self._say("nothing"))
        face = Face(self._console, self.language)
        with suppress(EOFError, KeyboardInterrupt):  # who stops in the middle loses nothing
            for step in drill.steps:
                match step:
                    case LessonStep():
                        face.lesson(step.lesson)
                        self.phone.read_lesson(step.lesson.lesson_id)
                    case ItemStep():
                        self._practise(face, step)
        if drill.steps:
            self._console.print(f"[green]{self._say('done')}[/green]")

    def _practise(self, face: Face, step: ItemStep) -> None:
        while True:
            response = face.question(step.item, step.reason, self.store.learner_id, step.repetitions)
            try:
                told = self.phone.answer(step.item, response)
            except MalformedResponse:  # such as two lefts matched with one right: nothing was saved
                self._console.print(f"[yellow]{self._say('unusable')}[/yellow]")
                continue
            face.verdict(step.item, told.verdict, told.memory)
            return

    def status(self) -> None:
        """What the device holds."""
        held, drill = self.phone.held, self.phone.drill()
        waits = " · ".join(f"{self._say(name)} {getattr(drill.counts, name)}" for name in ("relearn", "due", "new"))
        table = Table(show_header=False, box=None)
        for word, value in (
            ("learner", f"{self.store.get('display_name')} {self._asked.staff_no}"),
            ("device", self.store.device_id),
            ("practice_day", self.phone.today(held.preferences.time_zone)),
            ("waits", waits),
            ("waiting", self.phone.outbox.waiting()),
            ("set_aside", told_refused(self.phone.outbox.refused())),
            ("memories", len(held.shown())),
            ("lessons", len(held.lessons_read())),
            ("pack", len(self.phone.shelf.catalogue().items)),
            ("digest", hexadecimal(held.digests().whole)),
        ):
            table.add_row(self._say(word), str(value))
        self._console.print(table)

    def _say(self, word: str) -> str:
        return say(word, self.language)


def told_refused(refused: Mapping[str, str]) -> str:
    """How many reviews were set aside, and why."""
    codes = ", ".join(sorted(set(refused.values())))
    return f"{len(refused)} ({codes})" if refused else "0"


def main(arguments: list[str], console: Console) -> int:
    """Run the program. Returns its exit code."""
    asked = read_arguments(arguments)
    program = Program(asked, console)
    try:
        match asked.command:
            case "sync":
                asyncio.run(program.sync())
            case "drill":
                program.drill()
            case _:
                program.status()
    except Offline:
        console.print(f"[yellow]{say('offline', program.language)}[/yellow]")
        return 1
    except SignedOut:
        console.print(f"[red]{say('signed_out', program.language)}[/red]")
        return 1
    except (NoPack, NotSetUp):
        console.print(f"[yellow]{say('no_pack', program.language)}[/yellow]")
        return 1
    except Refused as refused:
        console.print(f"[red]{say('refused', program.language)}: {refused}[/red]")
        return 1
    finally:
        program.store.close()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:], Console()))
