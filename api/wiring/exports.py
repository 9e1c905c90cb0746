"""Streamed exports: each owns a connection and a snapshot, from counting its rows to its last byte."""

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from uuid import UUID

import structlog

from api.problems import Problem
from api.wiring.database import DatabaseAway
from api.wiring.services import EXPORTS_AT_ONCE, Services
from domain.identity.scope import Caller, Role, Scope
from domain.text import Language
from repositories.exports import ExportRepository, courses_of
from repositories.learners import LearnerRepository
from repositories.teams import TeamRepository

BYTE_ORDER_MARK = b"\xef\xbb\xbf"
PIECES_AHEAD = 16
LONGEST_EXPORT_SECONDS = 3600
# A reader that takes nothing for this long is gone, and must not hold a connection.
PATIENCE_SECONDS = 30

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Export:
    """An export under way: how many rows it has, and its bytes as they come."""

    rows: int
    pieces: Callable[[], AsyncIterator[bytes]]


async def completions_export(
    services: Services, caller: Caller, unit_id: UUID | None, as_of: datetime, language: Language
) -> Export | None:
    """Begin an export of the unit, or of the caller's own HR unit; None when the caller may not export it.

    Raises `Problem` 429 when as many are under way as there are connections for them.
    """
    if services.exports_under_way >= EXPORTS_AT_ONCE:
        headers = {"Retry-After": str(PATIENCE_SECONDS)}
        detail = f"{EXPORTS_AT_ONCE} exports are under way: try again when one has ended."
        raise Problem(HTTPStatus.TOO_MANY_REQUESTS, "too_many_exports", detail, headers=headers)
    pieces: asyncio.Queue[bytes | None] = asyncio.Queue(PIECES_AHEAD)
    rows: asyncio.Future[int | None] = asyncio.get_running_loop().create_future()
    writing = asyncio.create_task(_write_completions(services, caller, unit_id, as_of, language, rows, pieces))
    writing.add_done_callback(lambda task: _report(task, rows))
    count = await rows
    if count is None:
        return None

    async def read() -> AsyncIterator[bytes]:
        try:
            yield BYTE_ORDER_MARK
            while (piece := await pieces.get()) is not None:
                yield piece
            await writing  # raises when the export broke: then the response breaks off, and does not look whole
        finally:
            writing.cancel()

    return Export(count, read)


async def _write_completions(
    services: Services,
    caller: Caller,
    unit_id: UUID | None,
    as_of: datetime,
    language: Language,
    rows: "asyncio.Future[int | None]",
    pieces: "asyncio.Queue[bytes | None]",
) -> None:
    async def put(piece: bytes | None) -> None:
        # asyncpg reuses its buffer: what waits in the queue has to be a copy.
        await asyncio.wait_for(pieces.put(None if piece is None else bytes(piece)), PATIENCE_SECONDS)

    services.exports_under_way += 1
    try:
        catalogue = await services.catalogue()
        async with services.export_database.transaction(
            caller.organisation_id, snapshot=True, statement_timeout_seconds=LONGEST_EXPORT_SECONDS
        ) as connection:
            scope = Scope(caller, await LearnerRepository(connection, caller, as_of).grants())
            roots = scope.units_with(Role.HR)
            unit = None
            if roots:
                hr_only = Scope(caller, tuple(grant for grant in scope.grants if grant.role is Role.HR))
                unit = await TeamRepository(connection, hr_only).unit(unit_id or roots[0])
            if unit is None:
                _tell(rows, None)
                return
            exports = ExportRepository(connection, unit.unit_id)
            courses = courses_of(catalogue)
            _tell(rows, await exports.completion_rows(courses, as_of, LONGEST_EXPORT_SECONDS))
            await exports.copy_completions(courses, as_of, language, put, LONGEST_EXPORT_SECONDS)
        await put(None)
    except BaseException:
        # Whoever still reads has to learn that it broke: what waits is worth nothing any more, and makes room for the end.
        while not pieces.empty():
            pieces.get_nowait()
        pieces.put_nowait(None)
        raise
    finally:
        services.exports_under_way -= 1


def _tell(rows: "asyncio.Future[int | None]", count: int | None) -> None:
    if not rows.done():  # cancelled, when the client went away meanwhile
        rows.set_result(count)


def _report(task: "asyncio.Task[None]", rows: "asyncio.Future[int | None]") -> None:
    """An error before the first byte becomes the response's; a later one is logged, since only the broken stream can tell it."""
    if task.cancelled():
        return
    error = task.exception()
    if error is None:
        return
    if rows.cancelled():
        return  # the client went away before the first byte
    if not rows.done():
        rows.set_exception(error)
    elif isinstance(error, DatabaseAway | TimeoutError):
        log.warning("export_broke_off", reason=str(error))
    else:
        log.error("export_failed", exc_info=error)
