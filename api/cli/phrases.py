"""`composure phrases …`: check a draft, and measure how well the lexicon finds what it should."""

import sys
from itertools import cycle
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import TextIO

import rich_click as click
from rich.console import Console
from rich.table import Column, Table
from rich.text import Text

from api.wiring.settings import Settings
from domain.phrases.evaluation import GOAL, Case, Judged, Score, judge, score, score_of_phrase
from domain.phrases.lexicon import LONGEST_DRAFT, Hit, Lexicon
from domain.text import LANGUAGES, Language
from repositories.content.cases import read_cases
from repositories.content.reading import read_lexicon

CASE_FILES = ("phrase-cases.tsv", "phrase-cases-unseen.tsv")
BUDGET_MS = 5.0
RUNS = 51

console = Console(highlight=False)


@click.group()
def phrases() -> None:
    """Forbidden phrases in drafts."""


@phrases.command()
@click.argument("draft", type=click.File(encoding="utf-8"), default="-")
@click.option("--language", type=click.Choice(LANGUAGES), default="zh-Hans", help="Of what is said about each hit.")
def check(draft: TextIO, language: Language) -> None:
    """Show the forbidden phrases in DRAFT, a file or standard input; fails when one is said."""
    text = draft.read().rstrip("\n")
    if len(text) > LONGEST_DRAFT:
        raise click.BadParameter(f"a draft has {LONGEST_DRAFT} characters at most", param_hint="DRAFT")
    hits = read_lexicon(Settings.from_environment().content_dir).check(text)
    console.print(_highlighted(text, hits))
    if hits:
        console.print(_hit_table(text, hits, language))
    said = sum(not hit.quoted for hit in hits)
    console.print(f"[bold red]{said} said[/]" if said else "[green]clean[/]", f"{len(hits) - said} only quoted")
    sys.exit(1 if said else 0)


@phrases.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path), required=False)
def evaluate(file: Path | None) -> None:
    """Measure the lexicon on labelled drafts: FILE, or the sets in the content folder; fails below the goal."""
    folder = Settings.from_environment().content_dir
    lexicon = read_lexicon(folder)
    files = [file] if file else [path for name in CASE_FILES if (path := folder / name).exists()]
    if not files:
        raise click.UsageError(f"there is no {CASE_FILES[0]} in {folder}")
    sets = {path.name: judge(lexicon, read_cases(path)) for path in files}
    judged = [each for of_set in sets.values() for each in of_set]
    console.print(_phrase_table(lexicon, judged))
    for name, of_set in sets.items():
        console.print(_totals(name, of_set))
    if len(sets) > 1:
        console.print(_totals("together", judged))
    _print_errors(judged)
    _print_speed(lexicon, [each.case for each in judged])
    if not all(score(of_set).is_good_enough for of_set in sets.values()):
        console.print(f"[bold red]below the goal of {GOAL} in every set[/]")
        sys.exit(1)


def _highlighted(text: str, hits: tuple[Hit, ...]) -> Text:
    shown = Text(text)
    for hit in hits:
        shown.stylize("black on yellow" if hit.quoted else "bold white on red", hit.start, hit.end)
    return shown


def _hit_table(text: str, hits: tuple[Hit, ...], language: Language) -> Table:
    table = Table("at", "said", Column("phrase", no_wrap=True), "why", "instead")
    for hit in hits:
        phrase = hit.phrase
        explained = (phrase.id, phrase.why.said_in(language), phrase.instead.said_in(language))
        said = Text(text[hit.start : hit.end], "yellow" if hit.quoted else "red")
        table.add_row(f"{hit.start}–{hit.end}", said, *map(Text, explained))
    return table


def _phrase_table(lexicon: Lexicon, judged: list[Judged]) -> Table:
    table = Table("phrase", *(_number(heading) for heading in ("rows", "found", "missed", "false alarms")))
    labelled = [each.case.expected for each in judged if not each.case.is_look_alike]
    for phrase_id in dict.fromkeys([*(phrase.id for phrase in lexicon.phrases), *labelled]):
        of_phrase = score_of_phrase(judged, phrase_id)
        counts = (of_phrase.rows, of_phrase.found, of_phrase.missed, of_phrase.false_alarms)
        table.add_row(phrase_id, *(str(count) if count else "" for count in counts))
    return table


def _totals(name: str, judged: list[Judged]) -> Table:
    headings = ("rows", "look-\nalikes", "found", "missed", "false alarms", "precision", "recall")
    table = Table("language", *(_number(heading) for heading in headings), title=name, title_justify="left")
    for language in LANGUAGES:
        _add_score(table, language, score([each for each in judged if each.case.language == language]))
    table.add_section()
    _add_score(table, "all", score(judged))
    return table


def _add_score(table: Table, name: str, of_rows: Score) -> None:
    counts = (of_rows.rows, of_rows.look_alikes, of_rows.found, of_rows.missed, of_rows.false_alarms)
    shares = [Text(f"{share:.3f}", "green" if share >= GOAL else "bold red") for share in (of_rows.precision, of_rows.recall)]
    table.add_row(name, *map(str, counts), *shares)


def _number(heading: str) -> Column:
    return Column(heading, justify="right")


def _print_errors(judged: list[Judged]) -> None:
    for each in judged:
        if each.is_missed:
            console.print(Text.assemble(("missed ", "bold red"), each.case.expected, ": ", each.case.text), soft_wrap=True)
        for alarm in sorted(each.false_alarms):
            console.print(Text.assemble(("false alarm ", "bold red"), alarm, ": ", each.case.text), soft_wrap=True)


def _print_speed(lexicon: Lexicon, cases: list[Case]) -> None:
    """The time of checking one long draft in each language: an ordinary one, and one in which every row says a phrase."""
    for language in LANGUAGES:
        own = [case for case in cases if case.language == language]
        # A draft that somebody would write: in it a phrase is found here and there, and not in every second sentence.
        harmless = [case.text for case in own if case.is_look_alike and not lexicon.check(case.text)]
        said = [case.text for case in own if not case.is_look_alike]
        draft, worst = _long_draft(said[:2], harmless), _long_draft([], said)
        milliseconds, longest = (median(_timed(lexicon, each) for _ in range(RUNS)) for each in (draft, worst))
        verdict = "[green]kept[/]" if milliseconds <= BUDGET_MS else "[bold red]exceeded[/]"
        measured = f"{milliseconds:.2f} ms, median of {RUNS}; budget {BUDGET_MS:g} ms {verdict}"
        dense = f"with {len(lexicon.check(worst))} phrases in it {longest:.1f} ms"
        console.print(f"{len(draft):,} characters of {language}: {measured}; {dense}")


def _long_draft(said: list[str], harmless: list[str]) -> str:
    draft, length = said, sum(map(len, said))
    for text in cycle(harmless):
        if length >= LONGEST_DRAFT:
            break
        draft.append(text)
        length += len(text)
    return "".join(draft)[:LONGEST_DRAFT]


def _timed(lexicon: Lexicon, draft: str) -> float:
    begun = perf_counter()
    lexicon.check(draft)
    return 1000 * (perf_counter() - begun)
