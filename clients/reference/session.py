"""Signing in, and staying signed in: a short access token, and a refresh token that works once.

Tokens are kept in the device's file here; on a phone they belong into the keychain or keystore, not into a file.
"""

import asyncio
from collections.abc import AsyncGenerator, Mapping
from http import HTTPStatus
from typing import Any
from uuid import UUID

import httpx

from clients.reference.line import Line, Refused
from clients.reference.outbox import Outbox
from clients.reference.store import Store


class SignedOut(Exception):
    """The session has ended: the learner has to sign in again. The queue waits as long as that takes."""


class SessionAuth(httpx.Auth):
    """Puts the access token onto requests, and refreshes the session when the server says that it has expired.

    One refresh at a time: a refresh token that is handed in twice ends the session.
    """

    requires_response_body = True

    def __init__(self, store: Store, base: str) -> None:
        self._store = store
        self._refresh_url = httpx.URL(base).join("/v1/auth/refresh")
        self._refreshing = asyncio.Lock()

    async def async_auth_flow(self, request: httpx.Request) -> AsyncGenerator[httpx.Request, httpx.Response]:
        """The request, and once more with a new token when the first is no longer good. Raises `SignedOut`."""
        token = self._store.get("access_token")
        if token is not None:
            request.headers["Authorization"] = f"Bearer {token}"
        response = yield request
        if response.status_code != HTTPStatus.UNAUTHORIZED or token is None:
            return
        async with self._refreshing:
            if self._store.get("access_token") == token:
                refreshed = yield self._refresh()
                await refreshed.aread()
                if refreshed.status_code == HTTPStatus.UNAUTHORIZED:
                    with self._store.transaction():
                        self._store.put(access_token=None, refresh_token=None)
                    raise SignedOut
                if refreshed.status_code != HTTPStatus.OK:
                    return
                keep_session(self._store, refreshed.json())
        request.headers["Authorization"] = f"Bearer {self._store.get('access_token')}"
        yield request

    def _refresh(self) -> httpx.Request:
        token = self._store.get("refresh_token")
        if token is None:
            raise SignedOut
        return httpx.Request("POST", self._refresh_url, json={"refresh_token": token})


def keep_session(store: Store, session: Mapping[str, Any]) -> None:
    """Keep both tokens, before either is used: a new refresh token that is lost ends the session."""
    with store.transaction():
        store.put(access_token=session["access_token"], refresh_token=session["refresh_token"])


async def _begun(line: Line, who: Mapping[str, str]) -> Any:
    """A new session. Raises `SignedOut`, `Offline`, `Refused`."""
    try:
        return (await line.ask("POST", "/v1/auth/sign-in", lambda: who, auth=None)).json()
    except Refused as refused:
        if refused.status == HTTPStatus.UNAUTHORIZED:
            raise SignedOut from None
        raise


async def sign_in(line: Line, store: Store, organisation: str, staff_no: str, password: str, new_device_id: str) -> None:
    """Begin a session on this device and learn whose it is.

    Raises `SignedOut` for wrong credentials, `Offline`, `Refused`, and `ValueError` when the file is another learner's: tokens
    are kept only after that, or one learner's queue would be sent in another's name.
    """
    who = {"organisation": organisation, "staff_no": staff_no, "password": password}
    device_id = store.get("device_id") or new_device_id
    try:
        session = await _begun(line, who | {"device_id": device_id})
    except Refused as refused:
        if refused.code != "device_revoked" or device_id == new_device_id:
            raise
        # Its owner has revoked this device, and now signs in on it: it goes on as another, and so does its queue.
        device_id = new_device_id
        with store.transaction():
            Outbox(store).move_to(device_id)
        session = await _begun(line, who | {"device_id": device_id})
    me = (await line.ask("GET", "/v1/me", headers={"Authorization": f"Bearer {session['access_token']}"}, auth=None)).json()
    store.set_up(UUID(me["employee_id"]), device_id)
    keep_session(store, session)
    with store.transaction():
        store.put(display_name=me["display_name"], profile=store.get("profile") or me["preferences"])
