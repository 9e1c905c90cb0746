"""A part of the committed curriculum, small enough that a test can go through all of it, with every kind of item."""

from dataclasses import replace

from domain.content.catalogue import lessons_that_open
from domain.content.lessons import Module, ProgramVersion
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
    items = tuple(item for item in whole.items if item.skill in SKILLS and item.item_id in opened)
    return replace(whole, skills=skills, lessons=tuple(lessons), items=items, programs=(program,))
