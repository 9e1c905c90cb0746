"""Content files: the committed curriculum is sound, and every mistake is named with file and line."""

import shutil
from pathlib import Path

import pytest

from domain.content.coverage import Bank, by_skill
from domain.content.kinds import SingleChoice
from domain.content.shuffle import digest_of
from repositories.content.reading import Curriculum, read_curriculum
from repositories.content.yaml_file import ContentError
from tests.service import CONTENT

ITEMS = "items/forbidden-phrases/pushing-away.yaml"
LESSON = "lessons/forbidden-phrases/pushing-away.yaml"


PROGRAM = "programs/refusing.yaml"
SKILL = "forbidden-phrases"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """One skill of the committed curriculum, sound for itself and read in no time."""
    small = tmp_path / "content"
    for part in (f"lessons/{SKILL}", f"items/{SKILL}"):
        shutil.copytree(CONTENT / part, small / part)
    for name in ("concepts.tsv", "sources.yaml", "traditional.tsv", "phrases.yaml"):
        shutil.copy(CONTENT / name, small)
    [skill] = [line for line in (CONTENT / "skills.yaml").read_text("utf-8").splitlines() if f"code: {SKILL}," in line]
    (small / "skills.yaml").write_text(f"skills:\n{skill}\n", "utf-8")
    lessons = "".join(f"      - {SKILL}.{path.stem}\n" for path in sorted((small / "lessons" / SKILL).iterdir()))
    for path, text in ((PROGRAM, A_PROGRAM + lessons), ("growth-path.yaml", A_PATH), ("assessments/exam.yaml", AN_EXAM)):
        (small / path).parent.mkdir(exist_ok=True)
        (small / path).write_text(text, "utf-8")
    return small


A_PROGRAM = """id: refusing
position: 1
title: {zh: 不说, en: Not to say}
sources: [outline-002]
completion: {min_coverage: 0.9, min_mastery: 0.7}
modules:
  - id: all
    title: {zh: 全部, en: Everything}
    lessons:
"""

A_PATH = """stages:
  - {id: beginner, title: {zh: 初阶, en: Beginner}, from_months: 0, exam: exam.beginner, skills: [forbidden-phrases]}
"""

AN_EXAM = """kind: exam
id: exam.beginner
position: 1
title: {zh: 考试, en: Exam}
minutes: 10
pass_mark: 0.8
blueprint:
  - {skill: forbidden-phrases, kinds: [single_choice], count: 5}
retake: {wait_hours: 24, attempts: 3, within_days: 30}
"""


def test_the_small_curriculum_of_these_tests_is_sound(folder: Path) -> None:
    assert len(read_curriculum(folder).assessments) == 1


def defects(folder: Path) -> list[str]:
    with pytest.raises(ContentError) as caught:
        read_curriculum(folder)
    return [str(defect) for defect in caught.value.defects]


def edit(folder: Path, file: str, old: str, new: str) -> int:
    """Replace the first `old`; returns the line it stood on."""
    text = (folder / file).read_text(encoding="utf-8")
    assert old in text
    (folder / file).write_text(text.replace(old, new, 1), encoding="utf-8")
    return text[: text.index(old)].count("\n") + 1


def test_the_committed_curriculum_covers_every_concept(whole_curriculum: Curriculum) -> None:
    skills = by_skill(whole_curriculum.concepts, Bank(whole_curriculum.lessons, whole_curriculum.items))
    assert sum(skill.concepts for skill in skills) == 641
    assert [gap for skill in skills for gap in skill.gaps] == []


def test_reading_twice_gives_the_same_ids_and_texts(whole_curriculum: Curriculum) -> None:
    assert read_curriculum(CONTENT) == whole_curriculum


def test_traditional_chinese_is_made_and_differs(whole_curriculum: Curriculum) -> None:
    different = sum(item.prompt.zh_hans != item.prompt.zh_hant for item in whole_curriculum.items)
    assert different > 0.9 * len(whole_curriculum.items)
    assert all("们" not in item.prompt.zh_hant for item in whole_curriculum.items)


def test_option_ids_do_not_betray_the_key(whole_curriculum: Curriculum) -> None:
    """Authors mostly write the right option first; the ids that learners see are dealt out anew."""
    bodies = [item.body for item in whole_curriculum.items if isinstance(item.body, SingleChoice)]
    first = sum(body.options[0].correct for body in bodies)
    assert 0.1 * len(bodies) < first < 0.45 * len(bodies)


def test_an_unknown_key_is_named_with_its_line(folder: Path) -> None:
    line = edit(folder, ITEMS, "    explanation:", "    explanatoin:")
    [first, *_] = defects(folder)
    assert first.startswith(f"{ITEMS}:")
    assert any("explanatoin" in defect or "explanation" in defect for defect in defects(folder))
    assert abs(int(first.split(":")[1]) - line) < 30


def test_a_wrong_type_deep_inside_is_named_with_its_own_line(folder: Path) -> None:
    line = edit(folder, ITEMS, "correct: true", "correct: 3")
    assert any(defect.startswith(f"{ITEMS}:{line}:") for defect in defects(folder)), (line, defects(folder))


def test_a_duplicate_key_is_an_error(folder: Path) -> None:
    edit(folder, LESSON, "minutes:", "skill: forbidden-phrases\nminutes:")
    assert any("'skill' stands here twice" in defect for defect in defects(folder))


def test_a_duplicate_id_names_both_places(folder: Path) -> None:
    shutil.copy(folder / ITEMS, folder / "items/forbidden-phrases/zz-copy.yaml")
    assert any(f"stands already in {ITEMS}" in defect for defect in defects(folder))


@pytest.mark.parametrize(
    ("file", "old", "new", "message"),
    [
        (ITEMS, "concepts: [", "concepts: [no.such-concept, ", "no.such-concept is not a known concept"),
        (ITEMS, "sources: [", "sources: [no-such-source, ", "no-such-source is not a known source"),
        (ITEMS, "skill: forbidden-phrases", "skill: no-such-skill", "no-such-skill is not a known skill"),
        (LESSON, "kind: hook", "kind: hoook", "Invalid enum value 'hoook'"),
        (PROGRAM, "- forbidden-phrases.pushing-away", "- nothing.here", "nothing.here is not"),
        (PROGRAM, "      - forbidden-phrases.pushing-away\n", "", "no program leads to this"),
        ("growth-path.yaml", "from_months: 0", "from_months: 1", "the first stage begins at 0 months"),
        (
            "growth-path.yaml",
            "skills: [forbidden-phrases]",
            "skills: [no-such]",
            "forbidden-phrases stands in 0 stages, not in one",
        ),
        ("growth-path.yaml", "exam: exam.beginner", "exam: exam.none", "exam.none is not a known exam"),
        ("assessments/exam.yaml", "count: 5", "count: 20", "20 are drawn from 21 items of forbidden-phrases: 40 are needed"),
        ("assessments/exam.yaml", "kinds: [single_choice]", "kinds: [essay]", "essay is not a known kind"),
        ("assessments/exam.yaml", "pass_mark: 0.8", "pass_mark: 8", "Expected `float` <= 1.0"),
        ("phrases.yaml", 'zh:\n        - "', 'zh:\n        - "((', "missing )"),
        ("phrases.yaml", "  - id: even-a-child", "  - id: not-our-business", "not-our-business stands already in"),
        ("traditional.tsv", "converted\toverride", "from\tto", "the first line must name the columns converted, override"),
        (LESSON, "kind: idea", "avoid: maybe\n    kind: idea", "Expected `bool`"),
        ("skills.yaml", "desired_retention: 0.95", "desired_retention: 1.95", "Expected `float` <= 0.97"),
    ],
)
def test_each_mistake_says_what_is_wrong(folder: Path, file: str, old: str, new: str, message: str) -> None:
    edit(folder, file, old, new)
    assert any(message in defect for defect in defects(folder)), defects(folder)


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (b"\xff\xfe\x00", "not UTF-8"),
        (b"a: [1, 2", "not YAML"),
        (b"", "the file is empty"),
        (b"just text", "Expected `object`"),
        (b"a: &x [1]\nb: *x\n", "no anchors, aliases or tags"),
        (b"a: !!set {b}\n", "no anchors, aliases or tags"),
        (b"[" * 5000, "no anchors, aliases or tags, and at most 32 levels"),
        (b"? [a]\n: 1\n", "a key is plain text"),
        (b"a: 2026-99-99\n", "not a value"),
    ],
)
def test_a_broken_file_is_an_error_and_not_a_crash(folder: Path, damage: bytes, message: str) -> None:
    (folder / LESSON).write_bytes(damage)
    assert any(message in defect and defect.startswith(f"{LESSON}:") for defect in defects(folder)), defects(folder)


def test_a_missing_file_is_named(folder: Path) -> None:
    (folder / "sources.yaml").unlink()
    assert any(defect.startswith("sources.yaml:") for defect in defects(folder))


def test_digest_parts_are_kept_apart() -> None:
    assert digest_of("a", "bc") != digest_of("ab", "c")
