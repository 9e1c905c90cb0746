"""What survives faults: small versions of the scenarios of `python -m soak`, against the service as operators start it."""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from fasteners import InterProcessLock

from repositories.content.reading import Curriculum
from soak import scenarios
from soak.report import Row
from soak.sizes import Sizes
from soak.stage import SoakStage, staged

SMALL = Sizes.small()


@pytest.fixture(scope="module")
def stage(curriculum: Curriculum) -> Iterator[SoakStage]:
    # A server of its own, which is killed. Not below pytest's own folder: as root PostgreSQL runs as another user.
    folder = Path(tempfile.mkdtemp(prefix="composure-faults-"))
    # Starting adds that user when it is missing: one worker at a time.
    starting = InterProcessLock(Path(tempfile.gettempdir()) / "composure-test.lock")
    starting.acquire()
    try:
        with staged(folder / "run", curriculum) as stage:
            starting.release()
            yield stage
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def still(_: float) -> None:
    """No bar to move."""


def assert_kept(row: Row) -> None:
    assert row.broken == []
    assert (row.lost, row.doubled, row.differing, row.hangs) == (0, 0, 0, 0)
    assert row.acknowledged == row.sent > 0
    assert row.memories > 0


def test_law_3_copies_of_one_batch_that_arrive_at_once_count_once(stage: SoakStage) -> None:
    row = scenarios.storm(stage, SMALL, still)
    assert_kept(row)
    assert row.sent == SMALL.storm_reviews


def test_law_2_the_same_reviews_in_different_groups_at_the_same_time_give_one_memory(stage: SoakStage) -> None:
    assert_kept(scenarios.contention(stage, SMALL, still))


def test_law_5_nothing_acknowledged_is_lost_when_workers_are_killed(stage: SoakStage) -> None:
    row = scenarios.worker_kills(stage, SMALL, still)
    assert_kept(row)
    assert row.faults == SMALL.worker_kills


def test_law_5_nothing_acknowledged_is_lost_when_postgresql_is_killed(stage: SoakStage) -> None:
    row = scenarios.database_kills(stage, SMALL, still)
    assert_kept(row)
    assert row.faults == SMALL.database_kills + 1


def test_law_5_nothing_acknowledged_is_lost_when_connections_are_cut(stage: SoakStage) -> None:
    row = scenarios.cuts(stage, SMALL, still)
    assert_kept(row)
    assert row.faults == SMALL.cuts


def test_law_7_wrong_clocks_lose_nothing(stage: SoakStage) -> None:
    assert_kept(scenarios.clocks(stage, SMALL, still))


def test_law_10_a_cursor_misses_nothing_while_commits_are_slow(stage: SoakStage) -> None:
    row = scenarios.cursor(stage, SMALL, still)
    assert_kept(row)
    assert row.faults > 0
