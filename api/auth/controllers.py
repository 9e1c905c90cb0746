"""signIn, refreshSession, signOut, getJwks."""

from datetime import datetime
from typing import Any
from uuid import uuid4

import msgspec
from litestar import Controller, Request, get, post
from litestar.params import RawBody

from api.auth.credentials import hash_of, tenant_of
from api.auth.schemas import Jwk, Jwks, RefreshSession, Session, SignIn, SignOut
from api.auth.sessions import begin_session, session_ended
from api.bodies import body_of, decode_body
from api.injected import Injected
from api.problems import device_revoked, unauthenticated
from api.wiring.services import Services
from domain.identity.scope import Caller
from domain.identity.sessions import Family, Refresh, SessionStore, StoredToken, judge_refresh


class AuthController(Controller):
    """Sessions."""

    path = "/v1/auth"
    tags = ["sessions"]

    @post("/sign-in", operation_id="signIn", status_code=200, opt=body_of(SignIn))
    async def sign_in(self, request: Request[Any, Any, Any], body: RawBody, services: Injected[Services]) -> Session:
        """Begin a session with staff number and password.

        401 `wrong_credentials` does not say which of the three was wrong; 429 after too many failures; 403 `device_revoked` for a
        device that its owner has revoked.
        """
        now = services.clock()
        data = decode_body(body, SignIn)
        address = request.client.host if request.client else ""
        async with services.throttle.attempt(data.organisation, data.staff_no, address) as attempt:
            async with services.accounts_of(data.organisation) as (store, organisation_id):
                account = await store.account(data.staff_no)
            # The password is checked between two transactions: a hash takes long, and a connection must not wait for it.
            matches = await services.passwords.verify(data.password, account.password_hash if account else None)
            allowed = account is not None and matches and (services.settings.demo or not account.is_demo)
            attempt.failed = not allowed
        if account is None or organisation_id is None or not allowed:
            raise unauthenticated("wrong_credentials", "Organisation, staff number or password is wrong.")
        caller = Caller(account.employee_id, organisation_id)
        async with services.sessions_of(organisation_id) as store:
            if data.device_id is not None and not await store.admit_device(account.employee_id, data.device_id, now):
                raise device_revoked()
            return await begin_session(
                store, services.tokens, caller, Family(uuid4(), data.device_id), now, services.settings.refresh_token_days
            )

    @post("/refresh", operation_id="refreshSession", status_code=200, opt=body_of(RefreshSession))
    async def refresh(self, body: RawBody, services: Injected[Services]) -> Session:
        """Exchange a refresh token for a new pair. A token handed in twice ends the session on every device that shares it."""
        now = services.clock()
        token = decode_body(body, RefreshSession).refresh_token
        organisation_id = tenant_of(token)
        if organisation_id is None:
            raise session_ended()
        async with services.sessions_of(organisation_id) as store:
            stored = await store.take(hash_of(token), demo=services.settings.demo)
            verdict = judge_refresh(stored, now)
            if stored is not None and verdict is Refresh.CONTINUE and not await _may_go_on(store, stored, now):
                verdict = Refresh.END_FAMILY
            if stored is not None and verdict is Refresh.CONTINUE:
                await store.use(hash_of(token), now)
                caller = Caller(stored.employee_id, organisation_id)
                return await begin_session(
                    store, services.tokens, caller, stored.family, now, services.settings.refresh_token_days
                )
            if stored is not None and verdict is Refresh.END_FAMILY:
                await store.revoke_family(stored.family.id, now)
        # Raised only now: raised inside, it would roll the revocation back.
        raise session_ended()

    @post("/sign-out", operation_id="signOut", status_code=204, opt=body_of(SignOut))
    async def sign_out(self, body: RawBody, services: Injected[Services]) -> None:
        """End a session. Also 204 for a token that no longer holds: afterwards it is signed out either way."""
        now = services.clock()
        token = decode_body(body, SignOut).refresh_token
        organisation_id = tenant_of(token)
        if organisation_id is None:
            return
        async with services.sessions_of(organisation_id) as store:
            stored = await store.take(hash_of(token), demo=services.settings.demo)
            if stored is not None:
                await store.revoke_family(stored.family.id, now)


async def _may_go_on(store: SessionStore, stored: StoredToken, now: datetime) -> bool:
    """Whether the device of the session, if it has one, was not revoked meanwhile."""
    device_id = stored.family.device_id
    return device_id is None or await store.admit_device(stored.employee_id, device_id, now)


@get("/.well-known/jwks.json", operation_id="getJwks", tags=["sessions"])
async def get_jwks(services: Injected[Services]) -> Jwks:
    """The public keys that access tokens verify with."""
    return Jwks(keys=[msgspec.convert(key, Jwk) for key in services.keys.jwks()])
