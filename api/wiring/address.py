"""The database's address, once for asyncpg and once for SQLAlchemy on top of it."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import asyncpg
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

POOLED = "pgbouncer"


@dataclass(frozen=True, slots=True)
class DatabaseAddress:
    """An address asyncpg understands; `pooled` says that a pooler stands before it and shares connections by transaction."""

    url: str
    pooled: bool

    @classmethod
    def of(cls, url: str) -> "DatabaseAddress":
        """Take `pgbouncer=true`, which is meant for us, out of a postgresql:// address."""
        parts = urlsplit(url)
        query = parse_qsl(parts.query, keep_blank_values=True)
        kept = urlencode([(name, value) for name, value in query if name != POOLED])
        # By hand where there is no host: urlunsplit would drop the slashes of postgresql:///name.
        netloc_and_path = f"{parts.scheme}://{parts.netloc}{parts.path}"
        return cls(f"{netloc_and_path}?{kept}" if kept else netloc_and_path, (POOLED, "true") in query)

    @property
    def connect_arguments(self) -> dict[str, Any]:
        """Behind a pooler a prepared statement may meet another server connection, so none is kept."""
        return {"statement_cache_size": 0} if self.pooled else {}

    def engine(self) -> AsyncEngine:
        """A SQLAlchemy engine whose connections are made by asyncpg itself, so that it means the same by every parameter."""
        cache = "?prepared_statement_cache_size=0" if self.pooled else ""
        return create_async_engine(f"postgresql+asyncpg://{cache}", async_creator=self._connector())

    def _connector(self) -> Callable[..., Awaitable[Any]]:
        async def connect(**_: object) -> Any:
            return await asyncpg.connect(self.url, **self.connect_arguments)

        return connect
