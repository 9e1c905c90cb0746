"""The API description: Litestar's, completed by the request bodies and problems that controllers handle themselves."""

from typing import Any, cast

import msgspec
from litestar import Litestar
from litestar.openapi.config import OpenAPIConfig
from litestar.openapi.plugins import SwaggerRenderPlugin
from litestar.openapi.spec import Components, OpenAPIResponse, Reference, RequestBody, SecurityScheme, Tag

from api.bodies import BODY
from api.problems import PROBLEM_JSON, ProblemDetails

SCHEMAS = "#/components/schemas/{name}"
ASSETS = "/schema/assets"
# Operations that ask for no access token.
PUBLIC_TAGS = {"sessions", "operations"}

CONFIG = OpenAPIConfig(
    title="Composure 从容",
    version="1.0.0",
    description="Microlearning for bank employees who handle customer complaints: the daily drill, mastery, teams and records.",
    path="/schema",
    use_handler_docstrings=True,
    render_plugins=[
        SwaggerRenderPlugin(
            path="/",
            js_url=f"{ASSETS}/swagger-ui-bundle.js",
            css_url=f"{ASSETS}/swagger-ui.css",
            standalone_preset_js_url=f"{ASSETS}/swagger-ui-standalone-preset.js",
            favicon="<link rel='icon' href='data:,'>",
        )
    ],
    components=Components(
        security_schemes={"bearer": SecurityScheme(type="http", scheme="bearer", bearer_format="JWT")},
    ),
    security=[{"bearer": []}],
    tags=[
        Tag("sessions", "Signing in and staying signed in."),
        Tag("profile", "The caller, and what the caller has set."),
        Tag("practice", "The daily drill and its answers."),
        Tag("lessons", "What to read."),
        Tag("sync", "Working without signal: the change feed, digests, devices, the pack."),
        Tag("phrases", "Forbidden phrases in drafts."),
        Tag("mastery", "What the caller holds."),
        Tag("teams", "What managers see."),
        Tag("assignments", "Programs given with a due day."),
        Tag("exports", "What HR takes out."),
        Tag("operations", "Health and metrics."),
    ],
)


def complete_description(app: Litestar) -> None:
    """Add request bodies and problems to the description of every operation."""
    bodies: list[type[msgspec.Struct]] = [ProblemDetails]
    for route in app.routes:
        for handler in getattr(route, "route_handlers", ()):
            path_item = app.openapi_schema.paths.get(route.path_format) if app.openapi_schema.paths else None
            if path_item is None:
                continue
            for method in handler.http_methods:
                operation = getattr(path_item, method.lower(), None)
                if operation is None:
                    continue
                shape = handler.opt.get(BODY)
                if shape is not None:
                    bodies.append(shape)
                    content = {"application/json": {"schema": {"$ref": SCHEMAS.format(name=shape.__name__)}}}
                    operation.request_body = cast(RequestBody, {"required": True, "content": content})
                _add_problems(operation)
                operation.summary = (operation.description or "").split("\n")[0].removesuffix(".")
                if "conditional" in handler.opt:
                    operation.responses["304"] = cast(Any, {"description": "Unchanged since the `ETag` in `If-None-Match`."})
                if PUBLIC_TAGS.intersection(operation.tags or ()):
                    operation.security = cast(Any, [{}])
    _, schemas = msgspec.json.schema_components(bodies, ref_template=SCHEMAS)
    assert app.openapi_schema.components is not None  # noqa: S101
    app.openapi_schema.components.schemas.update(cast(Any, schemas))


def _add_problems(operation: Any) -> None:
    content = {PROBLEM_JSON: {"schema": {"$ref": SCHEMAS.format(name="ProblemDetails")}}}
    described = {"4XX": "The request was not accepted; `code` says why.", "503": "Not now: nothing was done, try again."}
    for status in [status for status in operation.responses if status.startswith(("4", "5"))]:
        del operation.responses[status]
    for status, description in described.items():
        if status not in operation.responses:
            operation.responses[status] = cast(OpenAPIResponse | Reference, {"description": description, "content": content})
