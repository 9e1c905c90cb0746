"""Commands an operator, an author or a developer gives."""

import asyncio
import os
import re
import signal
import sys
from types import FrameType

import asyncpg
import rich_click as click
from alembic.util import CommandError
from rich.console import Console
from rich.text import Text
from sqlalchemy.exc import DBAPIError

from api.cli.content import content
from api.cli.databases import database, on_database
from api.cli.feed import feed
from api.cli.openapi import openapi
from api.cli.phrases import phrases
from api.cli.preparing import prepare
from api.cli.reviews import reviews
from api.cli.serving import PortInUse, announce, refuse_taken_port, serve_until_stopped
from api.wiring import migrations
from api.wiring.database import DatabaseAway
from api.wiring.embedded import DataFolderInUse, EmbeddedServerFailed
from api.wiring.keys import SigningKeyError, create_key, load_keys
from api.wiring.services import wall_clock
from api.wiring.settings import Settings, SettingsError
from repositories.content.publishing import ItemMoved
from repositories.content.yaml_file import ContentError

console = Console(stderr=True)

# What an operator can mend: told in a sentence, without a traceback.
EXPECTED = (
    SettingsError,
    DataFolderInUse,
    EmbeddedServerFailed,
    PortInUse,
    SigningKeyError,
    ContentError,
    ItemMoved,
    DatabaseAway,
    CommandError,
    OSError,
    asyncpg.PostgresError,
)


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="composure")
def cli() -> None:
    """Composure 从容: microlearning for bank employees who handle customer complaints."""


@cli.command()
@click.option("--demo", is_flag=True, help="Create the demo bank once, and allow signing in to it.")
@click.option("--prepare/--no-prepare", "prepares", default=None, help="Migrate and publish first (default: when embedded).")
def serve(demo: bool, prepares: bool | None) -> None:
    """Serve the product; without DATABASE_URL with an embedded PostgreSQL in the data folder."""
    settings = Settings.from_environment()
    demo = demo or settings.demo
    refuse_taken_port(settings)
    with database(settings) as url:
        embedded = settings.database_url is None
        if prepares or demo or (prepares is None and embedded):
            asyncio.run(prepare(settings, url, demo=demo, console=console))
        load_keys(settings.keys_dir)  # a worker that found none would be replaced for ever
        os.environ["DATABASE_URL"] = url
        os.environ["COMPOSURE_DEMO"] = "1" if demo else "0"
        announce(settings, demo=demo, console=console)
        serve_until_stopped(settings)
    console.print("Stopped.")


@cli.command(context_settings={"ignore_unknown_options": True})
@click.argument("revision", default="head")
def migrate(revision: str) -> None:
    """Bring the database to REVISION: `head` (the default), `base`, or a step such as `-1` or `+1`."""
    if not re.fullmatch(r"head|base|[+-]\d+", revision):
        raise click.BadParameter("head, base, or a step such as -1 or +1", param_hint="REVISION")
    on_database(lambda _, url: migrations.migrate(url, revision))
    console.print(f"Migrated to {revision}.")


@cli.command()
@click.option("--demo", is_flag=True, help="Also create the demo bank.")
def seed(demo: bool) -> None:
    """Migrate, and publish the curriculum."""
    on_database(lambda settings, url: prepare(settings, url, demo=demo, console=console))


@cli.group()
def keys() -> None:
    """Signing keys of access tokens."""


@keys.command("create")
def create() -> None:
    """Add a signing key; it signs from the next start on, and the older ones go on verifying."""
    path = create_key(Settings.from_environment().keys_dir, wall_clock())
    console.print(f"Wrote {path}. Keep it secret, and the same on every server.")


cli.add_command(content)
cli.add_command(feed)
cli.add_command(openapi)
cli.add_command(phrases)
cli.add_command(reviews)


def _stop(_signal: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def main() -> None:
    """Run a command; what an operator can mend is told in a sentence."""
    # Both ways of stopping unwind the stack, so that PostgreSQL stops with us at every moment.
    signal.signal(signal.SIGTERM, _stop)
    try:
        cli(standalone_mode=False)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except (click.Abort, KeyboardInterrupt):
        console.print("Stopped.")
        sys.exit(130)
    except DBAPIError as error:
        # Without the statement, which would bury what went wrong.
        console.print("[bold red]composure:[/]", Text(str(error.orig)))
        sys.exit(1)
    except EXPECTED as error:
        console.print("[bold red]composure:[/]", Text(str(error) or type(error).__name__))
        sys.exit(1)


__all__ = ["cli", "main"]
