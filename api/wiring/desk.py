"""What an authenticated request works with: who calls, when, and the stores of that caller within one transaction.

One dependency and not ten: Litestar resolves each through a task group and a check of its own, which took a fifth of the time
of an answer. And it has to be one: it is the only generator dependency, see `provide_desk`.
"""

from collections.abc import AsyncGenerator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from litestar import Request
from litestar.di import Provide

from api.learner.ports import LearnerStore
from api.manager.ports import TeamStore
from api.phrases.ports import OwnPhraseAuthor, OwnPhraseStore
from api.wiring.services import Services, services_of
from domain.assessment.questionnaire import PrivateStore
from domain.assessment.sitting import AttemptStore
from domain.content.catalogue import Catalogue
from domain.content.path import months_between
from domain.identity.scope import Caller, Role, Scope
from domain.mastery.assignments import AssignmentStore, OwnAssignmentStore
from domain.phrases.own import OwnLexicons
from domain.practice.algorithm import Fsrs6
from domain.practice.device import DeviceStore
from domain.practice.learner import Career, LearnerMissing, Preferences
from domain.practice.store import ReviewStore
from domain.sync.feed import FeedStore
from repositories.assignments import AssignmentRepository, OwnAssignmentRepository
from repositories.attempts import AttemptRepository
from repositories.connection import Connection
from repositories.devices import DeviceRepository
from repositories.feed import FeedRepository
from repositories.learners import LearnerRepository
from repositories.own_phrases import OwnPhraseAuthorRepository, OwnPhraseRepository
from repositories.private import PrivateRepository
from repositories.reviews import ReviewRepository
from repositories.teams import TeamRepository

# What a handler puts into its `opt` that only reads, and whose several reads must be of one moment.
SNAPSHOT = {"snapshot": True}


@dataclass(frozen=True, slots=True)
class Desk:
    """One request of one caller: `now` is when it came in, one value for all of it."""

    services: Services
    now: datetime
    caller: Caller
    catalogue: Catalogue
    connection: Connection

    @property
    def algorithm(self) -> Fsrs6:
        """The memory model."""
        return self.services.algorithm

    @property
    def reviews(self) -> ReviewStore:
        """The caller's own log."""
        return ReviewRepository(self.connection, self.caller)

    @property
    def learner(self) -> LearnerStore:
        """The caller's own profile and facts."""
        return LearnerRepository(self.connection, self.caller, self.now)

    @property
    def devices(self) -> DeviceStore:
        """The caller's own devices."""
        return DeviceRepository(self.connection, self.caller, self.now)

    @property
    def feed(self) -> FeedStore:
        """The caller's own change feed."""
        return FeedRepository(self.connection, self.caller)

    @property
    def attempts(self) -> AttemptStore:
        """The caller's own attempts at exams."""
        return AttemptRepository(self.connection, self.caller)

    async def private(self) -> PrivateStore:
        """The caller's self-assessments. The rest of the transaction reaches nothing else."""
        return await PrivateRepository.opened(self.connection, self.caller)

    def stage_in(self, career: Career, day: date) -> int:
        """Number of the stage of the growth path, from 0, that somebody with this career has reached on a practice day."""
        return self.catalogue.path.reached(months_between(career.role_started_on, day), career.exams_passed)

    async def preferences(self) -> Preferences:
        """What the caller has set. Raises `LearnerMissing`."""
        preferences = await self.learner.preferences()
        if preferences is None:
            raise LearnerMissing
        return preferences

    async def newest_catalogue(self) -> Catalogue:
        """The curriculum with what another process published since it was last looked for, on the request's own connection."""
        return await self.services.refresh_on(self.connection)

    @property
    def own_assignments(self) -> OwnAssignmentStore:
        """What the caller was given to complete."""
        return OwnAssignmentRepository(self.connection, self.caller)

    async def assignments(self) -> AssignmentStore:
        """Assignments within the caller's grants, as they are in this transaction."""
        return AssignmentRepository(self.connection, Scope(self.caller, await self.learner.grants()), self.now)

    @property
    def own_lexicons(self) -> OwnLexicons:
        """Compiled lexicons of organisations, kept between requests."""
        return self.services.own_lexicons

    @property
    def own_phrases(self) -> OwnPhraseStore:
        """The phrases of the caller's organisation."""
        return OwnPhraseRepository(self.connection, self.caller)

    async def own_phrase_author(self) -> OwnPhraseAuthor | None:
        """Changing them, for authors and admins; None for everybody else."""
        scope = Scope(self.caller, await self.learner.grants())
        may_change = scope.units_with(Role.AUTHOR, Role.ADMIN)
        return OwnPhraseAuthorRepository(self.connection, scope, self.now) if may_change else None

    async def team(self) -> TeamStore:
        """What the caller may see of others, by the grants that are in force in this transaction."""
        return TeamRepository(self.connection, Scope(self.caller, await self.learner.grants()))


async def provide_desk(request: Request[Any, Any, Any]) -> AsyncGenerator[Desk, None]:
    """Authenticate, then begin the request's one transaction, within the caller's tenant.

    Litestar ends a generator dependency after the handler and before the response starts, so that nothing is acknowledged
    before it is committed; a handler that raises rolls it back. There must be no second generator dependency: several would be
    ended side by side. The curriculum comes before the transaction: reading it takes a connection of its own, and requests that
    each hold one and wait for another would wait for each other.
    """
    services = services_of(request)
    now = services.clock()
    caller = services.caller_of(request, now)
    catalogue = await services.catalogue()
    snapshot = "snapshot" in request.route_handler.opt
    async with (
        services.turns.of(caller.employee_id),
        services.database.transaction(caller.organisation_id, snapshot=snapshot) as connection,
    ):
        yield Desk(services, now, caller, catalogue, connection)


def provide_services(request: Request[Any, Any, Any]) -> Services:
    """Everything, for the few operations that need no caller or begin transactions of their own kind."""
    return services_of(request)


DEPENDENCIES = {
    "desk": Provide(provide_desk),
    "services": Provide(provide_services, sync_to_thread=False),
}
