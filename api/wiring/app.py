"""The application: controllers, dependencies and errors put together."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib.resources import files
from pathlib import Path

from litestar import Litestar
from litestar.router import Router
from litestar.static_files import create_static_files_router

from api import errors, openapi
from api.assessments.exams import ExamController
from api.assessments.questionnaires import QuestionnaireController
from api.auth.controllers import AuthController, get_jwks
from api.bodies import require_json
from api.hr.controllers import ExportController
from api.learner.lessons import LessonController
from api.learner.mastery import MasteryController
from api.learner.profile import ProfileController
from api.learner.reviews import ReviewController
from api.manager.assignments import AssignmentController
from api.manager.controllers import TeamController
from api.observing import Observing
from api.operations.controllers import live, metrics, ready
from api.phrases.controllers import PhraseController
from api.sync.changes import FeedController
from api.sync.devices import DeviceController
from api.sync.pack import PackController
from api.wiring.desk import DEPENDENCIES
from api.wiring.logs import configure_logs
from api.wiring.services import Clock, running_services, wall_clock
from api.wiring.settings import Settings, SettingsError

LARGEST_BODY_BYTES = 1 << 20


def create_app(settings: Settings | None = None, clock: Clock = wall_clock) -> Litestar:
    """The application for a server to run. Raises `SettingsError`.

    The database must have an address: who wants the embedded one starts it first (`composure serve`).
    """
    settings = settings or Settings.from_environment()
    if settings.database_url is None:
        raise SettingsError("DATABASE_URL is not set; `composure serve` starts the embedded PostgreSQL instead")
    database_url = settings.database_url
    configure_logs(settings.log_format)

    @asynccontextmanager
    async def lifespan(app: Litestar) -> AsyncIterator[None]:
        async with running_services(settings, database_url, clock) as services:
            app.state.services = services
            yield

    return describe_app(lifespan, clock)


def describe_app(lifespan: object = None, clock: Clock = wall_clock) -> Litestar:
    """The application's routes and their description; without a lifespan it cannot serve, only be described."""
    app = Litestar(
        route_handlers=[
            AuthController,
            get_jwks,
            ProfileController,
            ReviewController,
            LessonController,
            FeedController,
            DeviceController,
            PackController,
            MasteryController,
            ExamController,
            QuestionnaireController,
            PhraseController,
            TeamController,
            AssignmentController,
            ExportController,
            live,
            ready,
            metrics,
            _api_page_assets(),
        ],
        dependencies=DEPENDENCIES,
        guards=[require_json],
        exception_handlers={Exception: errors.respond},
        lifespan=[] if lifespan is None else [lifespan],  # type: ignore[list-item]
        openapi_config=openapi.CONFIG,
        request_max_body_size=LARGEST_BODY_BYTES,
    )
    openapi.complete_description(app)
    # Around the router and not among Litestar's middleware, which sees no request that has no route.
    app.asgi_handler = Observing(app.asgi_handler, clock)
    return app


def _api_page_assets() -> Router:
    """The API page's script and style, out of an installed package: the page works where no other network is."""
    folder = Path(str(files("swagger_ui") / "static"))
    return create_static_files_router(path=openapi.ASSETS, directories=[folder], include_in_schema=False)
