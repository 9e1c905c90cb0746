"""The terminal program: what is typed becomes a response of the right shape for every kind, and a drill needs no server."""

from collections.abc import Iterable
from io import StringIO
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from rich.console import Console

from clients.reference.__main__ import main
from clients.reference.face import GAP, Face
from clients.reference.outbox import Outbox
from clients.reference.phone import Phone
from clients.reference.shelf import Shelf
from clients.reference.store import Store
from clients.reference.sync import Sync
from clients.reference.words import WORDS
from domain.content.catalogue import Catalogue
from domain.content.items import ItemVersion
from domain.content.kinds import KINDS
from domain.content.kinds.base import Rendered
from domain.practice.grading import grade
from domain.practice.memory import Memory
from domain.text import LANGUAGES
from tests.domain.support import memory
from tests.service import Bank
from tests.sync.devices import Device

LEARNER = UUID(int=7)


class Keyboard(Console):
    """A console on which these lines are typed, and nothing more after them."""

    def __init__(self, lines: Iterable[str], *, then: str | None = None) -> None:
        super().__init__(file=StringIO(), width=120)
        self._lines = list(lines)
        self._then = then

    def input(self, *prompt: Any, **options: Any) -> str:
        self.print(*prompt)
        if self._lines:
            return self._lines.pop(0)
        if self._then is None:
            raise EOFError
        return self._then

    @property
    def shown(self) -> str:
        assert isinstance(self.file, StringIO)
        return self.file.getvalue()


def typed(item: ItemVersion, rendered: Rendered) -> list[str]:
    """What somebody types who knows the right answer."""
    [(name, key)] = item.body.key("zh-Hans").items()
    value: Any = key
    listed = [part.id for part in (rendered.lines if name == "lines" else rendered.options)]
    match name:
        case "choice":
            return [str(listed.index(value) + 1)]
        case "choices" | "order" | "lines":
            return [" ".join(str(listed.index(each) + 1) for each in value)]
        case "pairs":
            rights = [part.id for part in rendered.right]
            return [str(rights.index(value[left.id]) + 1) for left in rendered.left]
        case "texts":
            return [value[gap] for gap in GAP.findall(rendered.passage or "")]
        case "path":
            places = {choice.id: place for turn in rendered.turns for place, choice in enumerate(turn.choices, start=1)}
            return [str(places[each]) for each in value]
        case _:
            return [value]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.anyio
async def test_what_is_typed_is_the_response(catalogue: Catalogue, kind: str) -> None:
    item = next(item for item in catalogue.items.values() if item.kind == kind)
    rendered = item.body.render("zh-Hans", LEARNER, item.item_id, item.version, 2)
    lines = typed(item, rendered)
    nonsense = ["99"] if kind not in {"cloze", "rewrite"} else []
    console = Keyboard([*nonsense, *lines])
    face = Face(console, "zh-Hans")
    response = face.question(item, "due", LEARNER, 2)
    assert dict(response) == dict(item.body.key("zh-Hans"))
    told: Memory = memory()
    face.verdict(item, grade(item, response), told)
    assert WORDS["right"].zh_hans in console.shown
    assert ("请再输入一次" in console.shown) is bool(nonsense)

    silent = Face(Keyboard([], then=""), "en").question(item, "new", LEARNER, 0)
    assert silent == {"unknown": True}
    unknown = Keyboard([])
    Face(unknown, "en").verdict(item, grade(item, silent), told)
    assert "Not right" in unknown.shown


@pytest.mark.anyio
async def test_a_drill_needs_a_pack_and_no_server(bank: Bank, catalogue: Catalogue, tmp_path: Path) -> None:
    person = await bank.employee()
    arguments = ["--organisation", bank.slug, "--staff-no", person.staff_no, "--folder", str(tmp_path)]
    empty = Keyboard([])
    assert main([*arguments, "drill"], empty) == 1
    assert WORDS["no_pack"].zh_hans in empty.shown

    path = tmp_path / f"{bank.slug}-{person.staff_no}.sqlite3"
    device = Device(person, path, catalogue)
    phone = Phone(device.phone.store, device.now, device.zone, device.entropy, Shelf(device.phone.store))
    async with device.http() as http:
        await Sync(phone, http, clock=device.now, sleep=device.sleep, entropy=device.entropy).run()
    device.phone.store.close()

    stopped = Keyboard([""] * 8)
    assert main([*arguments, "drill"], stopped) == 0
    finished = Keyboard([], then="")
    assert main([*arguments, "drill"], finished) == 0
    store = Store(path)
    answered = store.db.execute("SELECT count(*), count(DISTINCT number) FROM review").fetchone()
    assert answered[0] == answered[1] > 5
    assert store.db.execute("SELECT count(*) FROM lesson_read").fetchone() > (0,)
    with store.transaction():
        outbox = Outbox(store)
        outbox.set_aside(outbox.batch()[0], "json_too_deep", device.now())
    store.close()
    status = Keyboard([])
    assert main([*arguments, "status"], status) == 0
    assert str(answered[0] - 1) in status.shown
    assert "1 (json_too_deep)" in status.shown


def test_everything_is_said_in_every_language() -> None:
    for text in WORDS.values():
        assert all(text.said_in(language).strip() for language in LANGUAGES)
