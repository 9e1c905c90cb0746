"""Bringing a database to where it can be served from: migrated, the curriculum published, the demo bank created."""

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from api.wiring.database import SHARED, AuthoringDatabase, Database
from api.wiring.demo.filling import AT_ONCE, create_demo
from api.wiring.keys import create_key
from api.wiring.migrations import migrate
from api.wiring.services import wall_clock
from api.wiring.settings import Settings
from domain.content.catalogue import Catalogue
from domain.practice.algorithm import Fsrs6
from repositories.content.published import read_published
from repositories.content.publishing import Publication, publish
from repositories.content.reading import read_curriculum


async def prepare(settings: Settings, url: str, *, demo: bool, console: Console) -> None:
    """Migrate, publish, make a signing key when there is none, and create the demo bank when asked for."""
    if not any(settings.keys_dir.glob("*.pem")):
        create_key(settings.keys_dir, wall_clock())
    columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=not console.is_terminal) as progress:
        task = progress.add_task("Migrating the database", total=1)
        await migrate(url)
        progress.update(task, completed=1)
        async with AuthoringDatabase.connected(url) as authoring:
            published = await _publish(settings, authoring, progress)
            if demo:
                await _create_demo(settings, url, authoring, progress)
    console.print(
        f"Curriculum: revision {published.revision}, {published.added} new, {published.changed} changed, "
        f"{published.unchanged} unchanged, {published.withdrawn} withdrawn."
    )


async def _publish(settings: Settings, authoring: AuthoringDatabase, progress: Progress) -> Publication:
    task = progress.add_task("Publishing the curriculum", total=len(list(settings.content_dir.rglob("*.yaml"))))
    curriculum = read_curriculum(settings.content_dir, lambda _: progress.advance(task))
    async with authoring.transaction(SHARED) as session:
        published = await publish(session, curriculum, wall_clock())
    progress.update(task, completed=progress.tasks[task].total)
    return published


async def _create_demo(settings: Settings, url: str, authoring: AuthoringDatabase, progress: Progress) -> None:
    task = progress.add_task("Letting the demo bank practise", total=None)
    async with Database.connected(url, AT_ONCE, settings.statement_timeout_ms) as database:
        async with database.transaction(SHARED) as connection:
            catalogue = Catalogue.of(await read_published(connection))
        await create_demo(
            database,
            authoring,
            catalogue,
            Fsrs6(),
            wall_clock(),
            lambda done, everybody: progress.update(task, completed=done, total=everybody),
        )
