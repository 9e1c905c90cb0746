"""Small values to test rules with: texts, items, catalogues, memories, answers."""

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID

from domain.content.catalogue import Catalogue, Published
from domain.content.items import ItemVersion
from domain.content.kinds import Body, SingleChoice
from domain.content.kinds.choices import Option
from domain.content.lessons import Card, CompletionRule, LessonVersion, Module, ProgramVersion, Skill
from domain.phrases.lexicon import Lexicon
from domain.practice.algorithm import Fsrs6
from domain.practice.memory import Answer, Memory, Schedule
from domain.text import Text

FSRS = Fsrs6()
TODAY = date(2026, 11, 20)
LEARNER = UUID(int=7)


def text(words: str) -> Text:
    return Text(f"简{words}", f"繁{words}", f"en {words}")


def option(name: str, *, correct: bool = False, feedback: bool | None = None) -> Option:
    """An option; by default the wrong ones carry feedback."""
    says = not correct if feedback is None else feedback
    return Option(name, text(f"option {name}"), correct, text(f"why not {name}") if says else None)


def single(size: int = 4, right: int = 0) -> SingleChoice:
    return SingleChoice(tuple(option("abcdef"[n], correct=n == right) for n in range(size)))


def item(
    item_id: str,
    *,
    skill: str = "skill",
    concepts: Sequence[str] = ("concept",),
    weight: float = 1.0,
    version: int = 1,
    body: Body | None = None,
    kind: str = "single_choice",
    prior_known: float = 0.5,
) -> ItemVersion:
    return ItemVersion(
        item_id=item_id,
        version=version,
        kind=kind,
        skill=skill,
        concepts=tuple(concepts),
        weight=weight,
        prior_known=prior_known,
        prompt=text("prompt"),
        explanation=text("explanation"),
        body=single() if body is None else body,
    )


def lesson(lesson_id: str, *, concepts: Sequence[str] = (), skill: str = "skill") -> LessonVersion:
    """A lesson of one card."""
    cards = (Card("idea", tuple(concepts), None, text("card"), ()),)
    return LessonVersion(lesson_id, 1, skill, text(lesson_id), 3, cards)


def program(lessons: Iterable[str], rule: CompletionRule, program_id: str = "program") -> ProgramVersion:
    return ProgramVersion(program_id, 1, 1, text(program_id), (Module("module", text("module"), tuple(lessons)),), rule)


def catalogue_of(
    items: Sequence[ItemVersion],
    lessons: Sequence[LessonVersion] = (),
    *,
    older: Sequence[ItemVersion] = (),
    rule: CompletionRule | None = None,
    desired_retention: float = 0.9,
) -> Catalogue:
    """A catalogue with one program of all the lessons in the given order."""
    codes = dict.fromkeys([*(each.skill for each in items), *(each.skill for each in lessons)])
    skills = tuple(Skill(code, place, text(code), desired_retention, 0.85) for place, code in enumerate(codes))
    order = program([each.lesson_id for each in lessons], rule or CompletionRule(0.9, 0.85))
    return Catalogue.of(
        Published(
            revision=1,
            skills=skills,
            item_versions=(*older, *items),
            current_items={each.item_id: each.version for each in items},
            lexicon=Lexicon(()),
            lexicon_version=0,
            lessons=tuple(lessons),
            programs=(order,),
        )
    )


def answer(
    number: int = 1,
    *,
    day: date = TODAY,
    correct: bool = True,
    chance: float = 0.0,
    prior_known: float = 0.5,
    at: datetime | None = None,
) -> Answer:
    """An answer given at noon of `day`, a millisecond later for each `number`, unless `at` says when."""
    moment = at or datetime.combine(day, time(12), UTC) + timedelta(milliseconds=number)
    return Answer(UUID(int=number), moment, day, correct, chance, prior_known)


def schedule(desired_retention: float = 0.9, learner: str = "learner", item_id: str = "item") -> Schedule:
    return Schedule(FSRS, desired_retention, (learner, item_id))


def memory(
    *,
    stability: float = 10.0,
    difficulty: float = 5.0,
    first: date | None = None,
    last: date = TODAY,
    due: date = TODAY,
    relearning: bool = False,
    number: int = 1,
) -> Memory:
    return Memory(
        stability=stability,
        difficulty=difficulty,
        first_practice_day=last if first is None else first,
        last_practice_day=last,
        due_on=due,
        repetitions=1,
        lapses=0,
        relearning=relearning,
        last_answered_at=datetime.combine(last, time(12), UTC) + timedelta(milliseconds=number),
        last_review_id=UUID(int=number),
    )
