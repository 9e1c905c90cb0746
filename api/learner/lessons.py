"""listLessons, getLesson, completeLesson."""

from typing import Any

from litestar import Controller, Request, Response, get, post

from api.conditional import CONDITIONAL, conditional
from api.injected import Injected
from api.learner.rendering import cards_of
from api.learner.schemas import LessonBody, LessonCompleted, LessonList, LessonSummary
from api.parameters import ChosenLanguage, LessonId
from api.problems import not_found
from api.wiring.desk import Desk
from domain.content.catalogue import Catalogue
from domain.content.lessons import LessonVersion
from domain.mastery.standing import note_progress
from domain.practice.clock import practice_day


class LessonController(Controller):
    """Lessons."""

    path = "/v1/lessons"
    tags = ["lessons"]

    @get("", operation_id="listLessons", opt=CONDITIONAL)
    async def list_lessons(
        self,
        request: Request[Any, Any, Any],
        desk: Injected[Desk],
        language: ChosenLanguage = None,
    ) -> Response[LessonList]:
        """All lessons in the order of study, with when they were read."""
        preferences = await desk.preferences()
        said_in = language or preferences.language
        read = await desk.learner.lessons_completed_at()
        seen: set[str] = set()
        lessons: list[LessonSummary] = []
        for program in desk.catalogue.programs:
            for module in program.modules:
                for lesson_id in module.lesson_ids:
                    if lesson_id in seen:
                        continue
                    seen.add(lesson_id)
                    lesson = desk.catalogue.lessons[lesson_id]
                    lessons.append(
                        LessonSummary(
                            lesson_id=lesson_id,
                            lesson_version=lesson.version,
                            skill=lesson.skill,
                            title=lesson.title.said_in(said_in),
                            minutes=lesson.minutes,
                            program_id=program.program_id,
                            module=module.title.said_in(said_in),
                            completed_at=read.get(lesson_id),
                        )
                    )
        return conditional(request, LessonList(lessons, len(lessons), None))

    @get("/{lesson_id:str}", operation_id="getLesson", opt=CONDITIONAL)
    async def lesson(
        self,
        request: Request[Any, Any, Any],
        lesson_id: LessonId,
        desk: Injected[Desk],
        language: ChosenLanguage = None,
    ) -> Response[LessonBody]:
        """One lesson with its cards."""
        lesson = _lesson(desk.catalogue, lesson_id)
        said_in = language or (await desk.preferences()).language
        read = await desk.learner.lessons_completed_at()
        body = LessonBody(
            lesson_id=lesson_id,
            lesson_version=lesson.version,
            skill=lesson.skill,
            title=lesson.title.said_in(said_in),
            minutes=lesson.minutes,
            cards=cards_of(lesson, said_in),
            completed_at=read.get(lesson_id),
        )
        return conditional(request, body)

    @post("/{lesson_id:str}/completion", operation_id="completeLesson", status_code=200)
    async def complete(
        self,
        lesson_id: LessonId,
        desk: Injected[Desk],
    ) -> LessonCompleted:
        """Record that the lesson was read to its end. Safe to repeat: the first time counts."""
        lesson = _lesson(desk.catalogue, lesson_id)
        day = practice_day(desk.now, (await desk.preferences()).time_zone)
        await desk.learner.complete_lesson(lesson)
        await note_progress(await desk.learner.standings(), day, desk.learner, catalogue=desk.catalogue, algorithm=desk.algorithm)
        read = await desk.learner.lessons_completed_at()
        return LessonCompleted(lesson_id, read[lesson_id], sorted(await desk.learner.completions()))


def _lesson(catalogue: Catalogue, lesson_id: str) -> LessonVersion:
    lesson = catalogue.lessons.get(lesson_id)
    if lesson is None:
        raise not_found()
    return lesson
