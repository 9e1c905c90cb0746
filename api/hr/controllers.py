"""exportCompletions."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from litestar import Controller, get
from litestar.datastructures import ResponseHeader
from litestar.openapi.datastructures import ResponseSpec
from litestar.params import QueryParameter
from litestar.response import Stream

from api.injected import Injected
from api.problems import FieldError, invalid, not_found
from api.text_fields import LanguageCode
from api.wiring.exports import completions_export
from api.wiring.services import Services
from domain.identity.scope import Caller

CSV = "text/csv"
ROW_COUNT = "Composure-Row-Count"


class ExportController(Controller):
    """Exports, streamed: of a million rows none is held in memory."""

    path = "/v1/exports"
    tags = ["exports"]

    @get(
        "/completions",
        operation_id="exportCompletions",
        media_type=CSV,
        responses={
            200: ResponseSpec(
                bytes,
                media_type=CSV,
                generate_examples=False,
                description="CSV with a UTF-8 byte-order mark: one row for every employee and program.",
            )
        },
        response_headers=[ResponseHeader(name=ROW_COUNT, description="Rows without the heading.", documentation_only=True)],
    )
    async def completions(
        self,
        caller: Injected[Caller],
        services: Injected[Services],
        now: Injected[datetime],
        unit_id: Annotated[UUID | None, QueryParameter(description="Default: the unit of the caller's HR grant.")] = None,
        as_of: Annotated[datetime | None, QueryParameter(description="Facts up to this moment; default: now.")] = None,
        language: Annotated[LanguageCode, QueryParameter(description="Of headings and status.")] = "zh-Hans",
    ) -> Stream:
        """Program status and dates of every employee of a unit and below, as CSV. For HR of that unit only."""
        if as_of is not None and as_of.tzinfo is None:
            raise invalid("invalid_parameter", "A parameter cannot be used.", FieldError("as_of", "needs an offset or Z"))
        if as_of is not None and as_of > now:
            raise invalid("invalid_parameter", "A parameter cannot be used.", FieldError("as_of", "lies in the future"))
        export = await completions_export(services, caller, unit_id, as_of or now, language)
        if export is None:
            raise not_found()
        name = f"completions-{as_of or now:%Y%m%dT%H%M%SZ}.csv"
        return Stream(
            export.pieces(),
            media_type=CSV,
            headers={
                ROW_COUNT: str(export.rows),
                "Content-Disposition": f'attachment; filename="{name}"',
                "Cache-Control": "no-store",
            },
        )
