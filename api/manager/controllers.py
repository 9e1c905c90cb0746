"""listTeam and getTeamMastery."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from litestar import Controller, Request, Response, get

from api.conditional import CONDITIONAL, conditional
from api.injected import Injected
from api.learner.schemas import UnitBody
from api.manager.ports import TeamStore
from api.manager.schemas import CellBody, MemberBody, MemberMasteryBody, SkillHeading, TeamBody, TeamMasteryBody
from api.parameters import AfterStaffNo, ChosenLanguage, Limit, UnitId
from api.problems import not_found
from api.wiring.desk import Desk
from domain.mastery.mastery import Band, band_of
from domain.mastery.team import Member, TeamCell, Unit
from domain.practice.clock import practice_day


class TeamController(Controller):
    """A unit and everybody below it; 404 for a unit outside the caller's scope as for one that does not exist."""

    path = "/v1/teams/{unit_id:uuid}"
    tags = ["teams"]

    @get("", operation_id="listTeam")
    async def team(self, unit_id: UnitId, desk: Injected[Desk], limit: Limit = 100, after: AfterStaffNo = None) -> TeamBody:
        """People below the unit, by staff number."""
        unit, members, total, following = await _page(unit_id, await desk.team(), limit, after, f"/v1/teams/{unit_id}", {})
        return TeamBody(
            unit=UnitBody(unit.unit_id, unit.name),
            members=[
                MemberBody(m.employee_id, m.staff_no, m.display_name, m.role_started_on, UnitBody(m.unit_id, m.unit_name))
                for m in members
            ],
            total=total,
            next=following,
        )

    @get("/mastery", operation_id="getTeamMastery", opt=CONDITIONAL)
    async def mastery(
        self,
        request: Request[Any, Any, Any],
        unit_id: UnitId,
        desk: Injected[Desk],
        limit: Limit = 100,
        after: AfterStaffNo = None,
        language: ChosenLanguage = None,
    ) -> Response[TeamMasteryBody]:
        """People × skills: mastery, coverage and band today, and the day of last practice."""
        chosen = {} if language is None else {"language": language}
        path = f"/v1/teams/{unit_id}/mastery"
        team = await desk.team()
        unit, members, total, following = await _page(unit_id, team, limit, after, path, chosen)
        preferences = await desk.preferences()
        said_in = language or preferences.language
        cells = await team.mastery(members, desk.catalogue, desk.algorithm, desk.now)
        codes = [skill.code for skill in desk.catalogue.counted_skills]
        body = TeamMasteryBody(
            unit=UnitBody(unit.unit_id, unit.name),
            practice_day=practice_day(desk.now, preferences.time_zone),
            skills=[SkillHeading(skill.code, skill.title.said_in(said_in)) for skill in desk.catalogue.counted_skills],
            members=[
                MemberMasteryBody(
                    employee_id=member.employee_id,
                    staff_no=member.staff_no,
                    display_name=member.display_name,
                    unit=UnitBody(member.unit_id, member.unit_name),
                    cells=[_cell(code, cells.get((member.employee_id, code))) for code in codes],
                )
                for member in members
            ],
            total=total,
            next=following,
        )
        return conditional(request, body)


async def _page(
    unit_id: UUID, team: TeamStore, limit: int, after: str | None, path: str, query: Mapping[str, str]
) -> tuple[Unit, list[Member], int, str | None]:
    unit = await team.unit(unit_id)
    if unit is None:
        raise not_found()
    # One more than the page holds tells whether there is a next one.
    members = await team.members(unit, after, limit + 1)
    page = members[:limit]
    following = None
    if len(members) > limit:
        following = f"{path}?{urlencode({'limit': limit, 'after': page[-1].staff_no, **query})}"
    return unit, page, await team.member_count(unit), following


def _cell(skill: str, cell: TeamCell | None) -> CellBody:
    if cell is None:
        return CellBody(skill, Band.NOT_STARTED.value, 0.0, 0.0, None)
    band = band_of(cell.mastery, was_mastered=cell.was_mastered)
    return CellBody(skill, band.value, cell.mastery.mastery, cell.mastery.coverage, cell.last_practised_on)
