"""Labelled drafts that a lexicon is measured on: tab-separated, with the columns expected, language and text."""

from pathlib import Path

from domain.phrases.evaluation import Case
from domain.phrases.lexicon import LONGEST_DRAFT
from domain.text import LANGUAGES
from repositories.content.yaml_file import ContentError, Defect

HEADING = "expected\tlanguage\ttext"


def read_cases(path: Path) -> list[Case]:
    """The drafts of the file. Raises `ContentError`."""
    heading, *lines = path.read_text(encoding="utf-8").rstrip("\n").split("\n")
    if heading != HEADING:
        raise ContentError([Defect(path.name, 1, "the first line must be expected, language, text, with tabs between them")])
    cases: list[Case] = []
    defects: list[Defect] = []
    for number, line in enumerate(lines, start=2):
        fields = line.split("\t")
        if len(fields) != len(HEADING.split("\t")):
            defects.append(Defect(path.name, number, "three columns are needed"))
            continue
        expected, written_in, text = fields
        language = next((each for each in LANGUAGES if each == written_in), None)
        if language is None:
            defects.append(Defect(path.name, number, f"{written_in} is no language"))
        elif not 1 <= len(text) <= LONGEST_DRAFT:
            defects.append(Defect(path.name, number, f"a draft has 1 to {LONGEST_DRAFT} characters"))
        else:
            cases.append(Case(expected, language, text))
    if defects:
        raise ContentError(defects)
    return cases
