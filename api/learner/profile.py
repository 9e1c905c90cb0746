"""getMe and updateMe."""

from litestar import Controller, Response, get, patch, route
from litestar.params import RawBody
from msgspec import UNSET

from api.bodies import body_of, decode_body
from api.injected import Injected
from api.learner.ports import LearnerStore
from api.learner.schemas import DayRange, DaysOffBody, Me, OrganisationBody, PreferencesBody, RoleBody, UnitBody, UpdateMe
from api.problems import not_found, unusable
from api.wiring.desk import Desk
from domain.identity.scope import Caller
from domain.practice.clock import is_time_zone
from domain.practice.days_off import DateRange, DaysOff
from domain.practice.learner import Preferences


class ProfileController(Controller):
    """The caller."""

    path = "/v1/me"
    tags = ["profile"]

    # Litestar's own answer to OPTIONS names only the method that was registered first. This one stands before the others, or
    # Litestar's would be there already.
    @route("", http_method=["OPTIONS"], status_code=204, include_in_schema=False)
    async def allowed(self) -> Response[None]:
        """Which methods there are."""
        return Response(None, status_code=204, headers={"Allow": "GET, OPTIONS, PATCH"})

    @get("", operation_id="getMe")
    async def me(self, desk: Injected[Desk]) -> Me:
        """Who the caller is, and what the caller has set."""
        return await _me(desk.caller, desk.learner)

    @patch("", operation_id="updateMe", opt=body_of(UpdateMe))
    async def update(self, body: RawBody, desk: Injected[Desk]) -> Me:
        """Change preferences; what is left out stays. Days off shift due days from the next drill on."""
        changes = decode_body(body, UpdateMe)
        before = await desk.learner.lock()
        await desk.learner.set_preferences(_changed(before.preferences, changes))
        return await _me(desk.caller, desk.learner)


async def _me(caller: Caller, learner: LearnerStore) -> Me:
    profile, preferences = await learner.profile(), await learner.preferences()
    if profile is None or preferences is None:
        raise not_found()
    return Me(
        employee_id=caller.employee_id,
        staff_no=profile.staff_no,
        display_name=profile.display_name,
        role_started_on=profile.role_started_on,
        organisation=OrganisationBody(profile.organisation_slug, profile.organisation_name),
        unit=UnitBody(profile.unit_id, profile.unit_name),
        roles=[RoleBody(grant.role.value, grant.unit_id) for grant in await learner.grants()],
        preferences=preferences_body(preferences),
    )


def preferences_body(preferences: Preferences) -> PreferencesBody:
    """What a learner has set."""
    return PreferencesBody(
        time_zone=preferences.time_zone,
        language=preferences.language,
        daily_goal_minutes=preferences.daily_goal_minutes,
        new_per_day=preferences.new_per_day,
        days_off=_days_off_body(preferences.days_off),
    )


def _days_off_body(days_off: DaysOff) -> DaysOffBody:
    return DaysOffBody(sorted(days_off.weekdays), [DayRange(days.first, days.last) for days in days_off.ranges])


def _changed(before: Preferences, changes: UpdateMe) -> Preferences:
    if changes.time_zone is not UNSET and not is_time_zone(changes.time_zone):
        raise unusable("unknown_time_zone", "/time_zone", "not an IANA time zone")
    days_off = before.days_off
    if changes.days_off is not UNSET:
        ranges = tuple(DateRange(days.first, days.last) for days in changes.days_off.ranges)
        days_off = DaysOff(frozenset(changes.days_off.weekdays), ranges)
        defect = days_off.defect()
        if defect is not None:
            raise unusable("unusable_days_off", "/days_off", defect)
    return Preferences(
        time_zone=before.time_zone if changes.time_zone is UNSET else changes.time_zone,
        language=before.language if changes.language is UNSET else changes.language,
        daily_goal_minutes=(before.daily_goal_minutes if changes.daily_goal_minutes is UNSET else changes.daily_goal_minutes),
        new_per_day=before.new_per_day if changes.new_per_day is UNSET else changes.new_per_day,
        days_off=days_off,
    )
