"""A part of the committed curriculum, small enough that a test can go through all of it, with every kind of item."""

from dataclasses import replace

from domain.content.assessments import BlueprintLine, Exam, Questionnaire, RetakeRule
from domain.content.catalogue import lessons_that_open
from domain.content.items import ItemVersion
from domain.content.kinds import Rewrite
from domain.content.lessons import Module, ProgramVersion
from domain.content.path import GrowthPath, Stage
from domain.phrases.lexicon import ForbiddenPhrase, Lexicon
from domain.text import Text
from repositories.content.reading import Curriculum

SKILLS = ("forbidden-phrases", "customer-psychology", "personality-styles", "handling-process", "case-lab")


def part_of(whole: Curriculum) -> Curriculum:
    """The lessons and items of `SKILLS` in one program, a module for each skill."""
    skills = tuple(skill for skill in whole.skills if skill.code in SKILLS)
    lessons = [lesson for skill in skills for lesson in whole.lessons if lesson.skill == skill.code]
    modules = tuple(
        Module(skill.code, skill.title, tuple(each.lesson_id for each in lessons if each.skill == skill.code)) for skill in skills
    )
    first = whole.programs[0]
    program = ProgramVersion("conversations", first.version, 1, first.title, modules, first.rule)
    opened = lessons_that_open(lessons, whole.items)
    items = tuple(with_lexicon(item) for item in whole.items if item.skill in SKILLS and item.item_id in opened)
    questionnaires = tuple(each for each in whole.assessments if isinstance(each, Questionnaire))
    return replace(
        whole,
        skills=skills,
        lessons=tuple(lessons),
        items=items,
        programs=(program,),
        assessments=(*EXAMS, *questionnaires),
        lexicon=LEXICON,
        path=GrowthPath((Stage("beginner", text("beginner"), 0, "exam.beginner", SKILLS, ()),)),
    )


def with_lexicon(item: ItemVersion) -> ItemVersion:
    """The item, graded by the small lexicon of the tests."""
    return replace(item, body=replace(item.body, lexicon=LEXICON)) if isinstance(item.body, Rewrite) else item


def text(words: str) -> Text:
    return Text(words, words, words)


LEXICON = Lexicon(
    [
        ForbiddenPhrase(
            "not-our-business",
            Text("这不是我们的事", "這不是我們的事", "That's not our business"),
            Text("把客户推出门外。", "把客戶推出門外。", "It pushes the customer away."),
            Text("我先帮您弄清楚该找谁。", "我先幫您弄清楚該找誰。", "Let me find out who can help."),
            ("(这|那)?不(是|归|属于)我们(的事|管)",),
            ("not (our|my) (business|problem)",),
        )
    ]
)

EXAMS = (
    Exam(
        assessment_id="exam.beginner",
        version=0,
        position=1,
        title=text("Beginner"),
        minutes=30,
        pass_mark=0.8,
        blueprint=(
            BlueprintLine("forbidden-phrases", ("single_choice", "spot_phrase"), 3),
            BlueprintLine("handling-process", (), 8),
        ),
        retake=RetakeRule(wait_hours=24, attempts=3, within_days=30),
    ),
    Exam(
        assessment_id="exam.intermediate",
        version=0,
        position=2,
        title=text("Intermediate"),
        minutes=10,
        pass_mark=0.5,
        blueprint=(BlueprintLine("customer-psychology", (), 2),),
        retake=RetakeRule(wait_hours=0, attempts=2, within_days=7),
    ),
)
