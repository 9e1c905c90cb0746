"""A phone that answers and says so until it is killed: run by test_reference_client with the path of its file."""

import sys
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from random import Random
from uuid import UUID

from clients.reference.phone import Phone
from clients.reference.shelf import Shelf
from clients.reference.store import Store
from domain.content.catalogue import Catalogue
from tests.domain.support import catalogue_of, item

CATALOGUE = catalogue_of([item("one")])


class SmallShelf(Shelf):
    def catalogue(self) -> Catalogue:
        return CATALOGUE


if __name__ == "__main__":
    store = Store(Path(sys.argv[1]))
    store.set_up(UUID(int=7), "phone")
    ticks = count()
    begun = datetime(2026, 11, 20, 4, tzinfo=UTC)
    phone = Phone(store, lambda: begun + timedelta(seconds=next(ticks)), "Asia/Shanghai", Random(), SmallShelf(store))  # noqa: S311
    while True:
        print(phone.answer(CATALOGUE.items["one"], {"choice": "a"}).review_id, flush=True)
