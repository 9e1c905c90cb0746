"""`python -m soak`: make everything fail that can fail, and show that nothing acknowledged was lost or counted twice."""

import sys
from collections.abc import Callable

import rich_click as click
from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from api.wiring.embedded import DataFolderInUse, EmbeddedServerFailed, locked_folder
from api.wiring.migrations import ROOT
from bench.command import run
from bench.stage import ServerFailed
from soak import scenarios
from soak.report import Row, show, write_json
from soak.sizes import Sizes
from soak.stage import SoakStage, staged

FOLDER = ROOT / ".data" / "soak"
RESULT = FOLDER.parent / "soak.json"
SCENARIOS: dict[str, Callable[[SoakStage, Sizes, Callable[[float], None]], Row]] = {
    "storm": scenarios.storm,
    "contention": scenarios.contention,
    "worker-kills": scenarios.worker_kills,
    "database-kills": scenarios.database_kills,
    "cuts": scenarios.cuts,
    "cursor": scenarios.cursor,
    "clocks": scenarios.clocks,
}

console = Console(width=None if sys.stdout.isatty() else 180)
errors = Console(stderr=True)


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--quick", is_flag=True, help="Every scenario once, with few faults.")
@click.option("--only", multiple=True, type=click.Choice(list(SCENARIOS)), help="Only this scenario; may be given several times.")
def main(*, quick: bool, only: tuple[str, ...]) -> None:
    """Kill workers and PostgreSQL, cut connections, storm and contend: nothing acknowledged is lost or counted twice."""
    sizes = Sizes.small() if quick else Sizes()
    rows: list[Row] = []
    columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    with locked_folder(FOLDER), Progress(*columns, console=errors, transient=not errors.is_terminal) as progress:
        task = progress.add_task("setting up", total=1)
        with staged(FOLDER / "run") as stage:
            progress.update(task, completed=1)
            for name, scenario in SCENARIOS.items():
                if not only or name in only:
                    task = progress.add_task(name, total=1)
                    rows.append(scenario(stage, sizes, lambda by, task=task: progress.advance(task, by)))  # type: ignore[misc]
    show(rows, console)
    write_json(rows, RESULT)
    if not all(row.kept for row in rows):
        sys.exit(1)


if __name__ == "__main__":
    run(main, "soak", (DataFolderInUse, EmbeddedServerFailed, ServerFailed), errors)
