"""`composure content …`: is the curriculum sound, does it cover what it should, are its questions good?"""

import sys
from collections.abc import Iterable
from pathlib import Path

import rich_click as click
from rich.console import Console
from rich.table import Table

from api.wiring.settings import Settings
from domain.content.coverage import Bank, Coverage, by_outline, by_skill
from domain.content.quality import figures_of, findings_in, findings_in_lesson
from repositories.content.reading import Curriculum, read_curriculum
from repositories.content.yaml_file import ContentError

console = Console()

FOLDER = click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path), required=False)


@click.group()
def content() -> None:
    """The curriculum as files."""


@content.command()
@FOLDER
def check(folder: Path | None) -> None:
    """Check every file; defects come with file and line. Then coverage and quality."""
    curriculum = _read(folder)
    console.print(
        f"[green]sound[/]: {len(curriculum.programs)} programs, {len(curriculum.lessons)} lessons, "
        f"{len(curriculum.items)} items, {len(curriculum.lexicon.phrases)} forbidden phrases"
    )
    _exit_with([*_coverage(curriculum), *_quality(curriculum)])


@content.command()
@FOLDER
def coverage(folder: Path | None) -> None:
    """Which concepts are taught and practised, by skill and by outline; fails when one is missing."""
    _exit_with(_coverage(_read(folder)))


@content.command()
@FOLDER
def lint(folder: Path | None) -> None:
    """Whether the questions are good ones; fails when a rule of quality is broken."""
    _exit_with(_quality(_read(folder)))


def _read(folder: Path | None) -> Curriculum:
    folder = folder or Settings.from_environment().content_dir
    try:
        return read_curriculum(folder)
    except ContentError as error:
        for defect in error.defects:
            console.print(f"{folder}/{defect}", highlight=False, soft_wrap=True, markup=False)
        console.print(f"[bold red]{len(error.defects)} defects[/]")
        sys.exit(1)


def _coverage(curriculum: Curriculum) -> list[str]:
    bank = Bank(curriculum.lessons, curriculum.items)
    skills = by_skill(curriculum.concepts, bank)
    console.print(_coverage_table("skill", skills))
    console.print(_coverage_table("outline", by_outline(curriculum.concepts, bank)))
    return [gap for skill in skills for gap in skill.gaps]


def _coverage_table(by: str, rows: Iterable[Coverage]) -> Table:
    table = Table()
    for heading in (by, "concepts", "taught", "practised", "lessons", "items", "kinds"):
        table.add_column(heading, justify="left" if heading in {by, "kinds"} else "right")
    for row in rows:
        numbers = (row.concepts, row.taught, row.practised, row.lessons, row.items)
        table.add_row(row.name, *map(str, numbers), ", ".join(row.kinds))
    return table


def _quality(curriculum: Curriculum) -> list[str]:
    table = Table()
    for heading in ("quality of the bank", "value", "limit", ""):
        table.add_column(heading)
    figures = figures_of(curriculum.items)
    for figure in figures:
        table.add_row(figure.name, figure.value, figure.limit, "[green]kept[/]" if figure.kept else "[bold red]broken[/]")
    console.print(table)
    broken = [f"{figure.name}: {figure.value}, not {figure.limit}" for figure in figures if not figure.kept]
    in_items = (f"{item.item_id}: {finding}" for item in curriculum.items for finding in findings_in(item))
    in_lessons = (f"{each.lesson_id}: {finding}" for each in curriculum.lessons for finding in findings_in_lesson(each))
    return [*broken, *in_items, *in_lessons]


def _exit_with(problems: list[str]) -> None:
    for problem in problems:
        console.print(problem, highlight=False, markup=False, soft_wrap=True)
    if problems:
        console.print(f"[bold red]{len(problems)} to be mended[/]")
        sys.exit(1)
