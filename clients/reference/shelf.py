"""The pack on the device: questions with their keys and explanations, and the lessons that open them.

A pack brings only what the device does not hold yet, and says in `contents` what it consists of: the rest may go. The token
`have` is the server's note of what this device holds; the device keeps it with the pack, in one transaction, and hands it back.
"""

import json
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from clients.reference.store import Store
from domain.content.catalogue import Catalogue
from domain.sync.pack_reading import catalogue_from_pack, lexicon_from_pack

# What of a pack is small, and replaced as a whole.
KEPT_WHOLE = ("practice_day", "days", "language", "revision", "have", "skills", "lesson_order")


class NoPack(Exception):
    """The device has never been online long enough to get a pack: there is nothing to practise."""


class Shelf:
    """The pack in a device's file."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._catalogue: Catalogue | None = None

    def catalogue(self) -> Catalogue:
        """The curriculum as far as this device holds it. Raises `NoPack`."""
        if self._catalogue is None:
            pack = self._store.get("pack")
            if pack is None:
                raise NoPack
            self._catalogue = catalogue_from_pack(
                self._held("item").values(),
                self._held("lesson").values(),
                pack["skills"],
                pack["lesson_order"],
                {name: lexicon_from_pack(phrases) for name, phrases in self._held("lexicon").items()},
                pack["revision"],
            )
        return self._catalogue

    def lessons_read(self) -> frozenset[str]:
        """Lessons that had been read when the pack was made: those of its order that it does not consist of.

        The feed tells of them too, but one that another device told of between the pull and the pack it tells only next time.
        """
        catalogue = self.catalogue()
        return frozenset(catalogue.lesson_order) - catalogue.lessons.keys()

    def wants(self, revision: int | None, language: str, today: date) -> bool:
        """Whether a new pack is worth asking for: something was published, the language is another, or a day has passed.

        `today` by the device's clock, however wrong: it is compared only with the day on which the same clock saw the last pack.
        """
        pack = self._store.get("pack")
        if pack is None:
            return True
        held = (pack["revision"], pack["language"], self._store.get("pack_taken_on"))
        return held != (revision, language, today.isoformat())

    def question(self) -> tuple[dict[str, str], dict[str, str]]:
        """Parameters and headers by which to ask for the next pack."""
        pack = self._store.get("pack")
        have = None if pack is None else pack["have"]
        known = self._store.get("pack_etag")
        # The tag is of one address: it counts only while the same `have` is asked with.
        unchanged = {"If-None-Match": known["etag"]} if known is not None and known["have"] == have else {}
        return ({} if have is None else {"have": have}), unchanged

    def take(self, pack: Mapping[str, Any], today: date, etag: str | None) -> None:
        """Put a pack on the shelf, and drop what it does not consist of; in one transaction, which is begun here."""
        contents = pack["contents"]
        asked_with = (self._store.get("pack") or {}).get("have")
        with self._store.transaction():
            for kind, name in (("item", "items"), ("lesson", "lessons")):
                for thing in pack[name]:
                    self._keep(kind, thing[f"{kind}_id"], thing[f"{kind}_version"], thing)
                self._drop_all_but(kind, {edition["id"] for edition in contents[name]})
            self._reopen(contents["items"])
            for name, phrases in pack["lexicons"].items():
                self._keep("lexicon", name, 0, phrases)
            self._drop_all_but("lexicon", self._lexicons_in_use())
            self._store.put(
                pack={name: pack[name] for name in KEPT_WHOLE},
                pack_taken_on=today.isoformat(),
                pack_etag=None if etag is None else {"have": asked_with, "etag": etag},
            )
        self._catalogue = None

    def still_good(self, today: date) -> None:
        """The server says that nothing has changed."""
        with self._store.transaction():
            self._store.put(pack_taken_on=today.isoformat())

    def _lexicons_in_use(self) -> set[str]:
        bodies = [item["body"] for item in self._held("item").values()]
        return {body["lexicon"] for body in bodies if "lexicon" in body}

    def _held(self, kind: str) -> dict[str, Any]:
        rows = self._store.db.execute("SELECT id, body FROM content WHERE kind = ?", (kind,))
        return {name: json.loads(body) for name, body in rows}

    def _keep(self, kind: str, name: str, version: int, body: Any) -> None:
        row = (kind, name, version, json.dumps(body, ensure_ascii=False))
        self._store.db.execute("INSERT OR REPLACE INTO content VALUES (?, ?, ?, ?)", row)

    def _reopen(self, editions: Iterable[Mapping[str, Any]]) -> None:
        """Note which lesson opens an item now: that may change while the item itself does not."""
        statement = "UPDATE content SET body = json_set(body, '$.lesson_id', ?) WHERE kind = 'item' AND id = ?"
        self._store.db.executemany(statement, [(edition["lesson_id"], edition["id"]) for edition in editions])

    def _drop_all_but(self, kind: str, names: set[str]) -> None:
        held = [name for (name,) in self._store.db.execute("SELECT id FROM content WHERE kind = ?", (kind,))]
        dropped = [(kind, name) for name in held if name not in names]
        self._store.db.executemany("DELETE FROM content WHERE kind = ? AND id = ?", dropped)
