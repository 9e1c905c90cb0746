"""What tests of syncing share."""

from collections.abc import Iterator

import pytest

from tests.sync.devices import OPENED


@pytest.fixture(autouse=True)
def close_files() -> Iterator[None]:
    yield
    while OPENED:
        OPENED.pop().close()
