"""One request, again and again until it is answered: what a phone does on a line that comes and goes.

Everything the client sends may be sent twice. So a request whose answer did not come is simply sent again, after a pause that
grows and is drawn by lot, so that a whole counter hall that comes back into signal does not call at the same instant.
"""

from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from random import Random
from typing import Any

import httpx

Sleep = Callable[[float], Awaitable[None]]

WORTH_TRYING_AGAIN = frozenset({429, 500, 502, 503, 504})


class Offline(Exception):
    """The server did not answer, however often it was asked; nothing is lost, and the next sync goes on."""


class Refused(Exception):
    """The server answered no, by a problem with a stable `code`; asking again would change nothing."""

    def __init__(self, status: int, code: str, detail: str) -> None:
        super().__init__(f"{status} {code}: {detail}")
        self.status = status
        self.code = code


@dataclass(frozen=True, slots=True)
class Patience:
    """How often a request is tried, and the pauses in between, in seconds: doubled each time, and never longer than `longest`."""

    attempts: int = 6
    first_pause: float = 0.5
    longest_pause: float = 30.0

    def pause(self, attempt: int, lot: float) -> float:
        """The pause after failed `attempt` (from 0); `lot` is between 0 and 1."""
        return lot * min(self.longest_pause, self.first_pause * 2.0**attempt)


class Line:
    """Requests over `http`, which knows the address and signs in (`session.SessionAuth`).

    `answered_at` is the server's time of its last answer, None before the first.
    """

    def __init__(self, http: httpx.AsyncClient, sleep: Sleep, entropy: Random, patience: Patience | None = None) -> None:
        self._http = http
        self._sleep = sleep
        self._entropy = entropy
        self._patience = patience or Patience()
        self.answered_at: datetime | None = None

    async def ask(
        self, method: str, path: str, body: Callable[[], Mapping[str, Any]] | None = None, **options: Any
    ) -> httpx.Response:
        """The answer, of whatever kind that is not an error. Raises `Offline`, `Refused`.

        `body` is asked anew for each attempt: it holds `sent_at`, from which the server reads how wrong this clock is, and a
        pause must not look like a wrong clock.
        """
        pause = 0.0
        for attempt in range(self._patience.attempts):
            if attempt:
                await self._sleep(max(pause, self._patience.pause(attempt - 1, self._entropy.random())))
            pause = 0.0
            try:
                sent = None if body is None else body()
                response = await self._http.request(method, path, json=sent, **options)
            except httpx.TransportError:
                continue
            if response.status_code in WORTH_TRYING_AGAIN:
                pause = _retry_after(response)
                if pause > self._patience.longest_pause:
                    break
                continue
            if _is_somebody_else(response):
                continue
            self.answered_at = _date_of(response) or self.answered_at
            if response.is_error:
                raise _refusal(response)
            return response
        raise Offline(f"{method} {path}")


def _retry_after(response: httpx.Response) -> float:
    """Seconds the server asks for; 0 when it does not say, or says a date."""
    said = response.headers.get("retry-after", "")
    return float(said) if said.isdecimal() else 0.0


def _date_of(response: httpx.Response) -> datetime | None:
    """The server's time, to the second; None when it does not say."""
    with suppress(TypeError, ValueError):
        return parsedate_to_datetime(response.headers.get("date", "")).astimezone(UTC)
    return None


def _is_somebody_else(response: httpx.Response) -> bool:
    """Whether this is no answer of the service: the sign-in page of a hotel's network, or its redirection to one."""
    if response.status_code in {HTTPStatus.NO_CONTENT, HTTPStatus.NOT_MODIFIED}:
        return False
    return response.is_redirect or "json" not in response.headers.get("content-type", "")


def _refusal(response: httpx.Response) -> Refused:
    problem = response.json()
    return Refused(response.status_code, str(problem.get("code", "")), str(problem.get("detail", "")))
