"""`composure content …`: is the curriculum sound, and does it cover what it should?"""

import sys
from pathlib import Path

import rich_click as click
from rich.console import Console
from rich.table import Table

from api.wiring.settings import Settings
from domain.content.coverage import SkillCoverage, coverage_of
from repositories.content.reading import read_curriculum
from repositories.content.yaml_file import ContentError

console = Console()

FOLDER = click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path), required=False)


@click.group()
def content() -> None:
    """The curriculum as files."""


@content.command()
@FOLDER
def check(folder: Path | None) -> None:
    """Check every file; defects come with file and line."""
    folder = folder or Settings.from_environment().content_dir
    try:
        curriculum = read_curriculum(folder)
    except ContentError as error:
        for defect in error.defects:
            console.print(f"{folder}/{defect}", highlight=False, soft_wrap=True, markup=False)
        console.print(f"[bold red]{len(error.defects)} defects[/]")
        sys.exit(1)
    console.print(
        f"[green]sound[/]: {len(curriculum.programs)} programs, {len(curriculum.lessons)} lessons, {len(curriculum.items)} items"
    )
    _coverage(coverage_of(curriculum.concepts, curriculum.lessons, curriculum.items))


@content.command()
@FOLDER
def coverage(folder: Path | None) -> None:
    """Which concepts are taught and practised; fails when one of a skill that was begun is missing."""
    curriculum = read_curriculum(folder or Settings.from_environment().content_dir)
    _coverage(coverage_of(curriculum.concepts, curriculum.lessons, curriculum.items))


def _coverage(skills: list[SkillCoverage]) -> None:
    table = Table()
    for heading in ("skill", "concepts", "taught", "practised", "lessons", "items", "kinds"):
        table.add_column(heading, justify="left" if heading in {"skill", "kinds"} else "right")
    for skill in skills:
        numbers = (skill.concepts, skill.taught, skill.practised, skill.lessons, skill.items)
        table.add_row(skill.skill, *map(str, numbers), ", ".join(skill.kinds))
    console.print(table)
    gaps = [gap for skill in skills for gap in skill.gaps]
    for gap in gaps:
        console.print(gap, highlight=False, markup=False)
    if gaps:
        console.print(f"[bold red]{len(gaps)} gaps[/]")
        sys.exit(1)
