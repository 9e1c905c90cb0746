"""Slowing down who guesses passwords: by account, whether it exists or not, and by address."""

from math import ceil
from time import time

from limits import RateLimitItem, parse
from limits.aio.storage import MemoryStorage
from limits.aio.strategies import MovingWindowRateLimiter

PER_ACCOUNT = parse("10 per 5 minutes")
# A bank may stand behind one address: generous, against trying one password on every account.
PER_ADDRESS = parse("1000 per 5 minutes")


class SignInThrottle:
    """Counts failed sign-ins of this process; a moving window, so that waiting always helps."""

    def __init__(self, enabled: bool) -> None:  # noqa: FBT001
        self._enabled = enabled
        self._limiter = MovingWindowRateLimiter(MemoryStorage())

    async def seconds_to_wait(self, organisation: str, staff_no: str, address: str) -> int:
        """0 when a sign-in may be tried, else after how many seconds."""
        if not self._enabled:
            return 0
        return max([await self._wait(limit, *key) for limit, key in self._keys(organisation, staff_no, address)])

    async def failed(self, organisation: str, staff_no: str, address: str) -> None:
        """Count a failed sign-in."""
        for limit, key in self._keys(organisation, staff_no, address):
            await self._limiter.hit(limit, *key)

    def _keys(self, organisation: str, staff_no: str, address: str) -> list[tuple[RateLimitItem, tuple[str, ...]]]:
        return [(PER_ACCOUNT, ("account", organisation, staff_no)), (PER_ADDRESS, ("address", address))]

    async def _wait(self, limit: RateLimitItem, *key: str) -> int:
        if await self._limiter.test(limit, *key):
            return 0
        reset_time = (await self._limiter.get_window_stats(limit, *key)).reset_time
        return max(1, ceil(reset_time - time()))
