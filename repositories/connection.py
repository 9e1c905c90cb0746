"""The one connection a transaction runs on, as far as repositories may use it: no transaction control in reach."""

from collections.abc import AsyncIterator
from typing import Any, Protocol


class Connection(Protocol):
    """What of an asyncpg connection repositories use."""

    async def fetch(self, query: str, *args: Any) -> list[Any]:
        """All rows."""
        ...

    async def fetchrow(self, query: str, *args: Any) -> Any:
        """The first row, or None."""
        ...

    async def fetchval(self, query: str, *args: Any) -> Any:
        """The first column of the first row, or None."""
        ...

    async def execute(self, query: str, *args: Any) -> str:
        """Run without rows; returns the command tag."""
        ...

    def cursor(self, query: str, *args: Any, prefetch: int) -> AsyncIterator[Any]:
        """Rows as they come, `prefetch` at a time."""
        ...
