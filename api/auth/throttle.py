"""Slowing down who guesses passwords: by account, whether it exists or not, and by address."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from http import HTTPStatus
from math import ceil
from time import time
from weakref import WeakValueDictionary

from limits import RateLimitItem, parse
from limits.aio.storage import MemoryStorage
from limits.aio.strategies import MovingWindowRateLimiter

from api.problems import Problem

PER_ACCOUNT = parse("10 per 5 minutes")
# A bank may stand behind one address: generous, against trying one password on every account.
PER_ADDRESS = parse("1000 per 5 minutes")

Key = tuple[RateLimitItem, tuple[str, ...]]


class Attempt:
    """A sign-in that is being tried; it counts against the limits when it `failed`."""

    failed = False


class SignInThrottle:
    """Counts failed sign-ins of this process; a moving window, so that waiting always helps."""

    def __init__(self, enabled: bool) -> None:  # noqa: FBT001
        self._enabled = enabled
        self._limiter = MovingWindowRateLimiter(MemoryStorage())
        self._turns: WeakValueDictionary[tuple[str, str], asyncio.Lock] = WeakValueDictionary()

    @asynccontextmanager
    async def attempt(self, organisation: str, staff_no: str, address: str) -> AsyncIterator[Attempt]:
        """Try a sign-in. Raises `Problem` 429 after too many failures.

        Attempts on one account take turns, or guessing in parallel would be free.
        """
        attempt = Attempt()
        if not self._enabled:
            yield attempt
            return
        turn = self._turns.setdefault((organisation, staff_no), asyncio.Lock())
        keys: list[Key] = [(PER_ACCOUNT, ("account", organisation, staff_no)), (PER_ADDRESS, ("address", address))]
        async with turn:
            for limit, key in keys:
                if not await self._limiter.test(limit, *key):
                    raise await self._too_many(limit, key)
            yield attempt
            if attempt.failed:
                for limit, key in keys:
                    await self._limiter.hit(limit, *key)

    async def _too_many(self, limit: RateLimitItem, key: tuple[str, ...]) -> Problem:
        reset_time = (await self._limiter.get_window_stats(limit, *key)).reset_time
        seconds = max(1, ceil(reset_time - time()))
        return Problem(
            HTTPStatus.TOO_MANY_REQUESTS,
            "too_many_sign_ins",
            f"Too many failed sign-ins: try again in {seconds} seconds.",
            headers={"Retry-After": str(seconds)},
        )
