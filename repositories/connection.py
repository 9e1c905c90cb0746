"""The one connection a transaction runs on, as far as repositories may use it: no transaction control in reach."""

from collections.abc import Awaitable, Callable
from typing import Any, Protocol


class Connection(Protocol):
    """What of an asyncpg connection repositories use."""

    async def fetch(self, query: str, *args: Any) -> list[Any]:
        """All rows."""
        ...

    async def fetchrow(self, query: str, *args: Any) -> Any:
        """The first row, or None."""
        ...

    async def fetchval(self, query: str, *args: Any, timeout: float | None = None) -> Any:  # noqa: ASYNC109
        """The first column of the first row, or None."""
        ...

    async def execute(self, query: str, *args: Any) -> str:
        """Run without rows; returns the command tag."""
        ...

    async def copy_from_query(
        self,
        query: str,
        *args: Any,
        output: Callable[[bytes], Awaitable[None]],
        format: str,  # noqa: A002  (asyncpg's name)
        header: bool,
        timeout: float,  # noqa: ASYNC109
    ) -> str:
        """Let PostgreSQL write the rows in `format` to `output`."""
        ...
