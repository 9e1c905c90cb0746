"""`composure phrases …`: what authors see of a draft, and how the lexicon is measured."""

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from api.cli.main import cli
from domain.phrases.evaluation import LOOK_ALIKE
from repositories.content.cases import read_cases
from repositories.content.yaml_file import ContentError
from tests.service import CONTENT

HEADING = "expected\tlanguage\ttext\n"
SAID = "not-our-business\tzh-Hans\t您好，这不是我们的事。\n"
LOOKS_ALIKE = "-\ten\tThis is our business.\n"


def run(*arguments: str, typed: str | None = None) -> Result:
    return CliRunner().invoke(cli, ["phrases", *arguments], input=typed, env={"COLUMNS": "160"})


def test_a_draft_is_shown_with_what_to_say_instead() -> None:
    result = run("check", "--language", "en", typed="您好，這不是我們的事。\n")
    assert result.exit_code == 1
    assert "這不是我們的事" in result.output
    assert "not-our-business" in result.output
    assert "1 said" in result.output


def test_a_clean_draft_is_called_clean(tmp_path: Path) -> None:
    draft = tmp_path / "draft.txt"
    draft.write_text("我不会说“这不是我们的事”[/]", encoding="utf-8")
    result = run("check", str(draft))
    assert result.exit_code == 0
    assert "clean" in result.output
    assert "1 only quoted" in result.output


def test_a_draft_that_is_too_long_is_refused() -> None:
    assert run("check", typed="好" * 10_001).exit_code == 2


@pytest.mark.parametrize(
    ("rows", "exit_code", "told"),
    [
        (SAID + LOOKS_ALIKE, 0, []),
        (SAID + "-\tzh-Hans\t这不是我们的事\n", 1, ["false alarm not-our-business: 这不是我们的事"]),
        (SAID + "not-our-business\tzh-Hans\t您好\n", 1, ["missed not-our-business: 您好"]),
        (SAID + "no-such-phrase\tzh-Hans\t您好\n", 1, ["missed no-such-phrase: 您好"]),
    ],
)
def test_a_set_below_the_goal_fails_and_its_errors_are_told(tmp_path: Path, rows: str, exit_code: int, told: list[str]) -> None:
    file = tmp_path / "cases.tsv"
    file.write_text(HEADING + rows, encoding="utf-8")
    result = run("evaluate", str(file))
    assert result.exit_code == exit_code, result.output
    for line in told:
        assert line in result.output
    assert "budget 5 ms" in result.output


@pytest.mark.parametrize(
    ("text", "defect"),
    [
        ("", ":1: "),
        ("expected\ttext\n", ":1: "),
        (HEADING + SAID + "a\tb\n", ":3: three columns"),
        (HEADING + "a\tfr\tb\n", ":2: fr is no language"),
        (HEADING + "a\ten\t\n", ":2: a draft has"),
    ],
)
def test_a_set_that_cannot_be_read_is_refused_with_its_line(tmp_path: Path, text: str, defect: str) -> None:
    file = tmp_path / "cases.tsv"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(ContentError, match=defect):
        read_cases(file)


def test_the_committed_set_has_two_hundred_hits_and_as_many_look_alikes() -> None:
    expected = [case.expected for case in read_cases(CONTENT / "phrase-cases.tsv")]
    assert expected.count(LOOK_ALIKE) >= 200
    assert len(expected) - expected.count(LOOK_ALIKE) >= 200
