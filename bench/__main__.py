"""`python -m bench`: measure everything and print one table."""

import sys

import rich_click as click
from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from api.wiring.embedded import DataFolderInUse, EmbeddedServerFailed
from bench import large_tables, measures, phrases, pulling, refolding
from bench.anchor import AnchorFailed
from bench.client import LoadFailed
from bench.command import run
from bench.report import show, write_json
from bench.stage import FOLDER, ServerFailed, staged

NAMES = ("answers", "batch", "uploads", "pull", "refold", "phrases", "drill", "matrix")
RESULT = FOLDER.parent / "bench.json"

console = Console(width=None if sys.stdout.isatty() else 160)
errors = Console(stderr=True)


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--quick", is_flag=True, help="Shorter and noisier; the large table has 300,000 memories instead of 3 million.")
@click.option("--only", multiple=True, type=click.Choice(NAMES), help="Measure only this; may be given several times.")
def main(*, quick: bool, only: tuple[str, ...]) -> None:
    """Measure the service, and beside each figure what the same machine could do at best."""
    chosen = only or NAMES
    columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=errors, transient=not errors.is_terminal) as progress:
        task = progress.add_task("setting up", total=1)
        with staged() as stage:
            progress.update(task, completed=1)
            bench = measures.Bench(stage, measures.Effort.quick() if quick else measures.Effort(), progress)
            alone = {
                "answers": measures.answers,
                "batch": measures.batch,
                "uploads": measures.uploads,
                "pull": pulling.pull,
                "refold": refolding.refold,
                "phrases": phrases.phrases,
            }
            for name, measure in alone.items():
                if name in chosen:
                    measure(bench)
            if "drill" in chosen or "matrix" in chosen:
                large_tables.large_tables(bench, drill="drill" in chosen, matrix="matrix" in chosen)
    show(bench.rows, bench.notes, console)
    write_json(bench.rows, RESULT)


if __name__ == "__main__":
    run(main, "bench", (DataFolderInUse, EmbeddedServerFailed, ServerFailed, AnchorFailed, LoadFailed), errors)
