"""exportCompletions."""

from datetime import datetime
from http import HTTPStatus
from typing import Annotated, Any
from uuid import UUID

import msgspec
from litestar import Controller, Request, get
from litestar.datastructures import ResponseHeader
from litestar.openapi.datastructures import ResponseSpec
from litestar.params import QueryParameter
from litestar.response import Stream
from msgspec import Meta

from api.injected import Injected
from api.problems import FieldError, Problem, invalid, not_found
from api.text_fields import LanguageCode
from api.wiring.exports import completions_export
from api.wiring.services import Services

CSV = "text/csv"
ROW_COUNT = "Composure-Row-Count"
AS_OF = "Facts up to this moment, with its offset; default: now."

Moment = Annotated[datetime, Meta(tz=True)]


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
        request: Request[Any, Any, Any],
        services: Injected[Services],
        unit_id: Annotated[UUID | None, QueryParameter(description="Default: the unit of the caller's HR grant.")] = None,
        as_of: Annotated[str | None, QueryParameter(schema_extra={"format": "date-time"}, description=AS_OF)] = None,
        language: Annotated[LanguageCode, QueryParameter(description="Of headings and status.")] = "zh-Hans",
    ) -> Stream:
        """Program status and dates of every employee of a unit and below, as CSV. For HR of that unit only."""
        now = services.clock()
        caller = services.caller_of(request, now)
        moment = now if as_of is None else _moment(as_of, now)
        export = await completions_export(services, caller, unit_id, moment, language)
        if export is None:
            raise not_found()
        name = f"completions-{moment:%Y%m%dT%H%M%SZ}.csv"
        return Stream(
            export.pieces(),
            media_type=CSV,
            headers={
                ROW_COUNT: str(export.rows),
                "Content-Disposition": f'attachment; filename="{name}"',
                "Cache-Control": "no-store",
            },
        )


def _moment(as_of: str, now: datetime) -> datetime:
    # Litestar would take the number 0.5 for a moment, and one without an offset for some other.
    try:
        moment = msgspec.convert(as_of, Moment).astimezone(now.tzinfo)
    except (msgspec.ValidationError, OverflowError) as error:
        raise invalid("invalid_parameter", "A parameter cannot be used.", FieldError("as_of", str(error))) from None
    if moment > now:
        raise Problem(
            HTTPStatus.UNPROCESSABLE_ENTITY,
            "as_of_in_future",
            "Nobody can reproduce an export of a moment that has not been.",
            [FieldError("as_of", "lies in the future")],
        )
    return moment
