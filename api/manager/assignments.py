"""createAssignment, listAssignments, cancelAssignment."""

from datetime import date, datetime, timedelta
from http import HTTPStatus
from typing import Annotated, Any, Literal
from uuid import UUID

from litestar import Controller, Response, delete, get, post, route
from litestar.params import PathParameter, QueryParameter, RawBody
from msgspec import Meta, Struct

from api.bodies import body_of, decode_body
from api.injected import Injected
from api.problems import Problem, not_found, unusable
from api.sync.schemas import AssignmentState
from api.wiring.desk import Desk
from domain.mastery.assignments import MOST_GRACE_DAYS, Assignment, GivenAssignment, OwnAssignment, standing_of
from domain.practice.clock import practice_day

AssignmentId = Annotated[UUID, PathParameter(description="An assignment.")]
OfUnit = Annotated[UUID | None, QueryParameter(description="What reaches people of this unit; without it, the caller's own.")]


FURTHEST_BEHIND_UTC = timedelta(hours=12)


class CreateAssignment(Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """A program for a unit or for a person: exactly one of the two. `id` is made by the client, so that repeating is safe."""

    id: UUID
    program_id: Annotated[str, Meta(min_length=1, max_length=80, pattern="^[a-z0-9.-]+$")]
    unit_id: UUID | None = None
    employee_id: UUID | None = None
    due_on: date
    grace_days: Annotated[int, Meta(ge=0, le=MOST_GRACE_DAYS)] = 0


class OwnAssignmentBody(AssignmentState, frozen=True):
    """A program the caller was given. In grace the due day has passed and completion still counts as in time."""

    standing: Literal["completed", "open", "in_grace", "overdue"]


class AssignmentBody(Struct, frozen=True, kw_only=True):
    """A program that was given, to a unit or to a person."""

    assignment_id: UUID
    program_id: str
    unit_id: UUID | None
    employee_id: UUID | None
    due_on: date
    grace_days: int


class GivenAssignmentBody(AssignmentBody, frozen=True, kw_only=True):
    """An assignment with the name of its recipient; `people` are those it reaches in the unit asked for."""

    recipient: str
    assigned_at: datetime
    people: int
    people_completed: int


class AssignmentList(Struct, frozen=True):
    """Assignments in force, the one due first first: the caller's `own`, or those `given` that reach a unit."""

    own: list[OwnAssignmentBody]
    given: list[GivenAssignmentBody]
    total: int


class AssignmentController(Controller):
    """Programs given with a due day."""

    path = "/v1/assignments"
    tags = ["assignments"]

    # Before the others, see ProfileController.
    @route("", http_method=["OPTIONS"], status_code=204, include_in_schema=False)
    async def allowed(self) -> Response[None]:
        """Which methods there are."""
        return Response(None, status_code=204, headers={"Allow": "GET, OPTIONS, POST"})

    @post("", operation_id="createAssignment", status_code=200, opt=body_of(CreateAssignment))
    async def create(self, body: RawBody, desk: Injected[Desk]) -> AssignmentBody:
        """Give a program to a unit or person within the caller's scope. Safe to repeat under the same id.

        409 `id_reused` when the id stands for another assignment; 404 for a unit or person that is not the caller's to see.
        """
        wanted = _checked(decode_body(body, CreateAssignment), desk)
        recorded = await (await desk.assignments()).give(wanted)
        if recorded is None:
            raise not_found()
        if recorded != wanted:
            raise Problem(HTTPStatus.CONFLICT, "id_reused", "This id stands for another assignment.")
        return AssignmentBody(**_told(recorded))

    @get("", operation_id="listAssignments")
    async def assignments(self, desk: Injected[Desk], unit_id: OfUnit = None) -> AssignmentList:
        """The caller's own assignments; or, with `unit_id`, those that reach people of that unit."""
        if unit_id is None:
            own = await desk.own_assignments.own()
            today = practice_day(desk.now, (await desk.preferences()).time_zone)
            return AssignmentList([own_body(each, today) for each in own], [], len(own))
        given = await (await desk.assignments()).given(unit_id)
        if given is None:
            raise not_found()
        return AssignmentList([], [_given(each) for each in given], len(given))

    @delete("/{assignment_id:uuid}", operation_id="cancelAssignment", status_code=204)
    async def cancel(self, assignment_id: AssignmentId, desk: Injected[Desk]) -> None:
        """Take an assignment back; safe to repeat. What was completed stays completed."""
        if not await (await desk.assignments()).cancel(assignment_id):
            raise not_found()


def own_body(assignment: OwnAssignment, today: date) -> OwnAssignmentBody:
    """An assignment as the person sees it."""
    return OwnAssignmentBody(
        assignment_id=assignment.id,
        program_id=assignment.program_id,
        due_on=assignment.due_on,
        grace_days=assignment.grace_days,
        assigned_at=assignment.assigned_at,
        completed_at=assignment.completed_at,
        standing=standing_of(assignment, today).value,
    )


def _checked(data: CreateAssignment, desk: Desk) -> Assignment:
    if (data.unit_id is None) == (data.employee_id is None):
        raise unusable("one_recipient", "/unit_id", "exactly one of unit_id and employee_id")
    if all(program.program_id != data.program_id for program in desk.catalogue.programs):
        raise unusable("unknown_program", "/program_id", "no program has this id")
    if data.due_on < (desk.now - FURTHEST_BEHIND_UTC).date():
        raise unusable("due_in_the_past", "/due_on", "a day that has passed everywhere")
    return Assignment(data.id, data.program_id, data.unit_id, data.employee_id, data.due_on, data.grace_days)


def _given(given: GivenAssignment) -> GivenAssignmentBody:
    return GivenAssignmentBody(
        **_told(given.assignment),
        recipient=given.recipient,
        assigned_at=given.assigned_at,
        people=given.people,
        people_completed=given.people_completed,
    )


def _told(assignment: Assignment) -> dict[str, Any]:
    return {
        "assignment_id": assignment.id,
        "program_id": assignment.program_id,
        "unit_id": assignment.unit_id,
        "employee_id": assignment.employee_id,
        "due_on": assignment.due_on,
        "grace_days": assignment.grace_days,
    }
