"""`composure reviews …`: what an operator does about the log: grade what had to wait, and rebuild what is folded from it."""

import sys
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING
from uuid import UUID

import rich_click as click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Column, Table

from api.cli.databases import on_database
from api.wiring.database import SHARED, Database
from api.wiring.regrading import Regraded, Regrading
from api.wiring.services import wall_clock
from api.wiring.settings import Settings
from domain.content.catalogue import Catalogue
from domain.practice.algorithm import Fsrs6
from repositories.content.published import read_published

if TYPE_CHECKING:
    from api.wiring.rebuilding import Rebuilt

STATEMENT_TIMEOUT_MS = 300_000

Move = Callable[[int, int], None]
Work = Callable[[Database, UUID, Catalogue, Move], Awaitable[None]]

console = Console(highlight=False)
progress_console = Console(stderr=True)

of_organisation = click.option("--organisation", "slug", metavar="SLUG", help="Only this bank, by its short name (default: all).")


@click.group()
def reviews() -> None:
    """The log of reviews: grade what had to wait, rebuild what follows from it."""


@reviews.command()
@of_organisation
def regrade(slug: str | None) -> None:
    """Judge the reviews in quarantine again, and record those that can be graded now, at their own time. Safe to repeat."""
    regraded = Regraded()

    async def work(database: Database, organisation_id: UUID, catalogue: Catalogue, move: Move) -> None:
        await Regrading(database, organisation_id, catalogue, Fsrs6(), wall_clock).run(regraded, move)

    _for_banks("Grading again", slug, work)
    console.print(_regraded_table(regraded))


@reviews.command()
@of_organisation
@click.option("--check", is_flag=True, help="Write nothing; fail when anything differs.")
def rebuild(slug: str | None, check: bool) -> None:
    """Compare memories, practice days and standings with the fold of the log, and write what differs."""
    # Not above: numpy, which it folds with, would come with every command, and with the service.
    from api.wiring.rebuilding import Rebuilding, Rebuilt  # noqa: PLC0415

    rebuilt = Rebuilt()

    async def work(database: Database, organisation_id: UUID, catalogue: Catalogue, move: Move) -> None:
        await Rebuilding(database, organisation_id, catalogue, Fsrs6()).run(rebuilt, writes=not check, progress=move)

    _for_banks("Comparing" if check else "Rebuilding", slug, work)
    console.print(_rebuilt_table(rebuilt))
    if check and rebuilt.learners.differing:
        console.print("[bold red]What is stored is not the fold of the log.[/]")
        sys.exit(1)


def _for_banks(title: str, slug: str | None, work: Work) -> None:
    """Do `work` for one bank, or for all, with a bar that moves by its learners or reviews."""

    async def job(_settings: Settings, url: str) -> None:
        columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
        async with Database.connected(url, 1, STATEMENT_TIMEOUT_MS) as database:
            banks = await _banks(database, slug)
            async with database.transaction(SHARED, snapshot=True) as connection:
                catalogue = Catalogue.of(await read_published(connection))
            with Progress(*columns, console=progress_console, transient=not progress_console.is_terminal) as progress:
                task = progress.add_task(title, total=None)
                for name, organisation_id in banks.items():
                    progress.reset(task, description=f"{title}: {name}", total=None)
                    await work(
                        database, organisation_id, catalogue, lambda done, all_: progress.update(task, completed=done, total=all_)
                    )

    on_database(job)


async def _banks(database: Database, slug: str | None) -> dict[str, UUID]:
    banks = await database.organisations()
    if not banks:
        raise click.ClickException("no bank is to be seen: there is none, or DATABASE_URL names another user than who migrated")
    if slug is None:
        return banks
    if slug not in banks:
        raise click.BadParameter("there is no bank of this short name", param_hint="--organisation")
    return {slug: banks[slug]}


def _regraded_table(regraded: Regraded) -> Table:
    table = Table("reason", *(_number(heading) for heading in ("held before", "graded now", "still held")))
    for reason, tally in sorted(regraded.reasons.items()):
        table.add_row(reason, f"{tally.held:,}", f"{tally.graded:,}", f"{tally.held - tally.graded:,}")
    table.add_section()
    total = regraded.total
    table.add_row("all", f"{total.held:,}", f"{total.graded:,}", f"{total.held - total.graded:,}")
    return table


def _rebuilt_table(rebuilt: "Rebuilt") -> Table:
    table = Table("", *(_number(heading) for heading in ("looked at", "differing", "written")))
    for name, tally in (
        ("learners", rebuilt.learners),
        ("memories", rebuilt.memories),
        ("practice days", rebuilt.days),
        ("skill standings", rebuilt.standings),
    ):
        table.add_row(name, f"{tally.seen:,}", f"{tally.differing:,}", f"{tally.written:,}")
    return table


def _number(heading: str) -> Column:
    return Column(heading, justify="right")
