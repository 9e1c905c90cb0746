"""getMastery and getProgress."""

from datetime import date
from typing import Any

from litestar import Controller, Request, Response, get

from api.conditional import CONDITIONAL, conditional
from api.injected import Injected
from api.learner.schemas import DayBody, ForecastBody, MasteryBody, ProgramProgressBody, ProgressBody, SkillMasteryBody
from api.parameters import ChosenLanguage
from api.wiring.desk import Desk
from domain.content.catalogue import Catalogue
from domain.content.lessons import Skill
from domain.mastery.mastery import band_of, falls_below_on, held_of, mastery_of
from domain.mastery.standing import total_weight
from domain.practice.algorithm import Algorithm
from domain.practice.clock import practice_day
from domain.practice.memory import Memory
from domain.practice.progress import progress_of
from domain.text import Language

RECENT_DAYS = 30


class MasteryController(Controller):
    """What the caller holds, and how diligently it came about."""

    path = "/v1"
    tags = ["mastery"]

    @get("/mastery", operation_id="getMastery", opt=CONDITIONAL)
    async def mastery(
        self,
        request: Request[Any, Any, Any],
        desk: Injected[Desk],
        language: ChosenLanguage = None,
    ) -> Response[MasteryBody]:
        """Mastery by skill today, with coverage, band, and what becomes of it without practice."""
        preferences = await desk.preferences()
        day = practice_day(desk.now, preferences.time_zone)
        memories = await desk.learner.memories()
        mastered_on = {skill: standing.mastered_on for skill, standing in (await desk.learner.standings()).items()}
        horizon = preferences.days_off.due_horizon(day)
        said_in = language or preferences.language
        skills = [
            _skill(skill, memories, mastered_on.get(skill.code), day, horizon, desk.catalogue, desk.algorithm, said_in)
            for skill in desk.catalogue.counted_skills
        ]
        return conditional(request, MasteryBody(day, skills))

    @get("/progress", operation_id="getProgress", opt=CONDITIONAL)
    async def progress(
        self,
        request: Request[Any, Any, Any],
        desk: Injected[Desk],
        language: ChosenLanguage = None,
    ) -> Response[ProgressBody]:
        """Streak, days practised, minutes, the last 30 practice days, and programs."""
        preferences = await desk.preferences()
        today = practice_day(desk.now, preferences.time_zone)
        days = await desk.learner.practice_days()
        progress = progress_of(days, today, preferences.days_off)
        read = await desk.learner.lessons_done()
        completed_at = await desk.learner.completions_at()
        body = ProgressBody(
            practice_day=today,
            streak_days=progress.streak_days,
            longest_streak_days=progress.longest_streak_days,
            days_practised=progress.days_practised,
            reviews=progress.reviews,
            correct=progress.correct,
            minutes=progress.minutes,
            reviews_today=sum(day.reviews for day in days if day.day == today),
            daily_goal_minutes=preferences.daily_goal_minutes,
            recent_days=[
                DayBody(day.day, day.reviews, day.correct, round(day.practised_ms / 60_000, 1)) for day in days[-RECENT_DAYS:]
            ],
            programs=[
                ProgramProgressBody(
                    program_id=program.program_id,
                    title=program.title.said_in(language or preferences.language),
                    lessons_done=len(read.intersection(program.lesson_ids)),
                    lessons_total=len(program.lesson_ids),
                    completed_at=completed_at.get(program.program_id),
                )
                for program in desk.catalogue.programs
            ],
        )
        return conditional(request, body)


def _skill(
    skill: Skill,
    memories: dict[str, Memory],
    mastered_on: date | None,
    day: date,
    horizon: date,
    catalogue: Catalogue,
    algorithm: Algorithm,
    language: Language,
) -> SkillMasteryBody:
    items = catalogue.items_by_skill.get(skill.code, ())
    own = [memories[item.item_id] for item in items if item.item_id in memories]
    seen, total = held_of(items, memories, day), total_weight(catalogue, skill.code)
    today = mastery_of(seen, total, algorithm)
    return SkillMasteryBody(
        skill=skill.code,
        title=skill.title.said_in(language),
        band=band_of(today, was_mastered=mastered_on is not None).value,
        mastery=today.mastery,
        coverage=today.coverage,
        items_seen=len(own),
        items_total=len(items),
        items_due=sum(memory.relearning or memory.due_on <= horizon for memory in own),
        last_practised_on=max((memory.last_practice_day for memory in own), default=None),
        mastered_on=mastered_on,
        forecast=ForecastBody(
            in_7_days=mastery_of(seen, total, algorithm, 7).mastery,
            in_30_days=mastery_of(seen, total, algorithm, 30).mastery,
            goal=skill.goal,
            falls_below_goal_on=falls_below_on(seen, total, skill.goal, day, algorithm),
        ),
    )
