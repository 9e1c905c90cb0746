"""Harbour Bank 港湾银行: its tree and its people, the same at every creation."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from random import Random
from uuid import UUID, uuid5

from sqlmodel.ext.asyncio.session import AsyncSession

from domain.identity.scope import Role
from domain.practice.learner import Preferences
from repositories.tables import (
    AssignmentRow,
    EmployeeRow,
    LearnerRow,
    OrganisationRow,
    OrgUnitAncestorRow,
    OrgUnitRow,
    RoleGrantRow,
)

SLUG = "harbour"
PASSWORD = "composure-demo"  # noqa: S105  (published on purpose; works only where the demo was asked for)
NAMESPACE = UUID("6f1d7b52-2c0a-5f0e-9a63-0b8f6c1a7d11")
NAMES = {"zh-Hans": "港湾银行", "zh-Hant": "港灣銀行", "en": "Harbour Bank"}
ZONE = "Asia/Shanghai"

BRANCHES = {
    "浦江分行": ("外滩网点", "陆家嘴网点", "徐家汇网点"),
    "滨海分行": ("泰达网点", "塘沽网点", "东疆网点"),
    "岭南分行": ("天河网点", "越秀网点", "番禺网点"),
}
LEARNERS = 46
VISITED = "L001"  # the learner whom visitors sign in as
# They study everything there is, so that there are programs completed: one in the branch of M001, and one elsewhere.
KEEN = ("L010", "L026")
# Days in the role, a range for each stage of the growth path, so that the drill shows all three; and how often each is drawn.
TENURES = ((30, 170), (190, 700), (760, 3000))
OFTEN = {"learner": (35, 40, 25), "other": (0, 40, 60)}
# Near the end of the first stage by tenure alone: what is beyond it was earned by an exam.
TENURE_OF_THE_VISITED = 130

SURNAMES = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕"
GIVEN = [
    "晓岚",
    "志远",
    "雨桐",
    "思敏",
    "子涵",
    "文静",
    "建国",
    "丽华",
    "浩然",
    "佳怡",
    "明哲",
    "欣然",
    "俊杰",
    "婉清",
    "海涛",
    "梦瑶",
    "立新",
    "春梅",
    "一鸣",
    "书仪",
    "博文",
    "静怡",
    "天宇",
    "慧敏",
    "永强",
    "若曦",
    "国栋",
    "雪莹",
    "振华",
    "可欣",
    "嘉豪",
    "敏慧",
    "云飞",
    "秀兰",
    "正阳",
    "诗涵",
    "伟民",
    "巧玲",
    "景行",
    "知夏",
    "启明",
    "晨曦",
    "念慈",
    "宏伟",
    "语嫣",
    "承志",
    "素琴",
    "修远",
    "安琪",
    "家明",
    "如意",
    "泽宇",
    "清妍",
    "世杰",
    "月华",
    "凯文",
    "怀瑾",
    "映雪",
    "长风",
    "星河",
]


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody of the demo bank; `roles` are held over the own unit."""

    staff_no: str
    name: str
    unit: str
    roles: tuple[Role, ...]
    role_started_on: date

    @property
    def employee_id(self) -> UUID:
        """The same id at every creation."""
        return identity(self.staff_no)


def identity(name: str) -> UUID:
    """An id that is the same at every creation."""
    return uuid5(NAMESPACE, name)


def people(today: date) -> list[Person]:
    """Sixty people: head office, branch and outlet managers, and learners in nine outlets."""
    random = Random("harbour people")
    names = iter([surname + given for surname, given in zip(SURNAMES * 2, random.sample(GIVEN, len(GIVEN)), strict=False)])

    def person(staff_no: str, unit: str, *roles: Role) -> Person:
        drawn = random.randint(*random.choices(TENURES, OFTEN["other" if roles else "learner"])[0])
        days = TENURE_OF_THE_VISITED if staff_no == VISITED else drawn
        return Person(staff_no, next(names), unit, roles, today - timedelta(days=days))

    outlets = [outlet for branch in BRANCHES.values() for outlet in branch]
    everybody = [person("H001", "总行", Role.HR), person("A001", "总行", Role.AUTHOR, Role.ADMIN)]
    managed = [*BRANCHES, *outlets]
    everybody += [person(f"M{n:03}", unit, Role.MANAGER) for n, unit in enumerate(managed, start=1)]
    everybody += [person(f"L{n:03}", outlets[(n - 1) % len(outlets)]) for n in range(1, LEARNERS + 1)]
    return everybody


def _units() -> Iterator[tuple[str, str, tuple[str, ...]]]:
    """Every unit with its kind and its ancestors, nearest first."""
    yield "总行", "head_office", ()
    for branch, outlets in BRANCHES.items():
        yield branch, "branch", ("总行",)
        for outlet in outlets:
            yield outlet, "outlet", (branch, "总行")


async def found_bank(session: AsyncSession, password_hash: str, today: date, opened: datetime) -> None:
    """Write the bank, its units, its people and their preferences; `opened` is when they were taken on by the product."""
    bank = identity(SLUG)
    session.add(OrganisationRow(id=bank, slug=SLUG, name=NAMES, is_demo=True, created_at=opened))
    await session.flush()
    for name, kind, ancestors in _units():
        parent = identity(ancestors[0]) if ancestors else None
        session.add(OrgUnitRow(id=identity(name), organisation_id=bank, parent_id=parent, kind=kind, name=name))
        await session.flush()
        for depth, ancestor in enumerate((name, *ancestors)):
            session.add(
                OrgUnitAncestorRow(ancestor_id=identity(ancestor), unit_id=identity(name), organisation_id=bank, depth=depth)
            )
    await session.flush()
    for person in people(today):
        session.add(
            EmployeeRow(
                id=person.employee_id,
                organisation_id=bank,
                unit_id=identity(person.unit),
                staff_no=person.staff_no,
                display_name=person.name,
                password_hash=password_hash,
                role_started_on=person.role_started_on,
                created_at=opened,
            )
        )
        session.add(learner_row(person.employee_id, bank, Preferences(ZONE, "zh-Hans")))
    await session.flush()
    for person in people(today):
        for role in person.roles:
            session.add(
                RoleGrantRow(employee_id=person.employee_id, role=role.value, unit_id=identity(person.unit), organisation_id=bank)
            )
    session.add_all(_assignments(bank, today, opened))


def _assignments(bank: UUID, today: date, opened: datetime) -> Iterator[AssignmentRow]:
    """What was given to learn: one program to the whole bank by HR, and one to a branch by its manager."""
    branch = next(iter(BRANCHES))
    for program_id, unit, giver, weeks in (("complaint-mindset", "总行", "H001", 4), ("win-win-talk", branch, "M001", 2)):
        yield AssignmentRow(
            organisation_id=bank,
            id=identity(f"{program_id} for {unit}"),
            program_id=program_id,
            unit_id=identity(unit),
            due_on=today + timedelta(weeks=weeks),
            grace_days=7,
            created_by=identity(giver),
            created_at=opened,
        )


def learner_row(learner_id: UUID, organisation_id: UUID, preferences: Preferences) -> LearnerRow:
    """The row that makes an employee a learner, without days off."""
    return LearnerRow(
        learner_id=learner_id,
        organisation_id=organisation_id,
        time_zone=preferences.time_zone,
        language=preferences.language,
        daily_goal_minutes=preferences.daily_goal_minutes,
        new_per_day=preferences.new_per_day,
        days_off={},
    )
