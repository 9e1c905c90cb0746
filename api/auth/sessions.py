"""Sessions: what a sign-in begins, a refresh continues, and a sign-out or a replayed token ends."""

from datetime import datetime, timedelta

from api.auth.credentials import hash_of, new_refresh_token
from api.auth.schemas import Session
from api.auth.tokens import AccessTokens
from api.problems import Problem, unauthenticated
from domain.identity.scope import Caller
from domain.identity.sessions import Family, SessionStore


async def begin_session(
    store: SessionStore, tokens: AccessTokens, caller: Caller, family: Family, now: datetime, refresh_days: int
) -> Session:
    """Issue a pair of tokens of the family."""
    refresh_token = new_refresh_token(caller.organisation_id)
    lifetime = timedelta(days=refresh_days)
    await store.add(hash_of(refresh_token), caller.employee_id, family, now, now + lifetime)
    return Session(
        access_token=tokens.issue(caller, now),
        token_type="Bearer",  # noqa: S106
        expires_in=tokens.lifetime_seconds,
        refresh_token=refresh_token,
        refresh_expires_in=round(lifetime.total_seconds()),
    )


def session_ended() -> Problem:
    """The refresh token does not hold, for whatever reason: the reasons are not told apart."""
    return unauthenticated("invalid_refresh_token", "The refresh token does not hold: sign in again.")
