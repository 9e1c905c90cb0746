"""Refresh tokens: each works once; one that comes back ends its session."""

from datetime import UTC, datetime, timedelta
from itertools import product
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.identity.scope import Caller, Grant, Role, Scope
from domain.identity.sessions import Family, Refresh, StoredToken, judge_refresh

NOW = datetime(2026, 11, 20, 4, tzinfo=UTC)
LATER, EARLIER = NOW + timedelta(days=1), NOW - timedelta(days=1)


def token(*, used: bool = False, revoked: bool = False, allowed: bool = True, expires_at: datetime = LATER) -> StoredToken:
    used_at, revoked_at = (EARLIER if used else None), (EARLIER if revoked else None)
    return StoredToken(UUID(int=1), Family(UUID(int=2), None), expires_at, used_at, revoked_at, allowed)


def test_an_unused_token_in_its_time_continues_the_session() -> None:
    assert judge_refresh(token(), NOW) is Refresh.CONTINUE


def test_an_unknown_token_is_refused() -> None:
    assert judge_refresh(None, NOW) is Refresh.REFUSE


@pytest.mark.parametrize(
    ("stored", "verdict"),
    [
        (token(used=True), Refresh.END_FAMILY),
        (token(used=True, expires_at=EARLIER), Refresh.END_FAMILY),  # a copy found late is a copy all the same
        (token(used=True, allowed=False), Refresh.END_FAMILY),
        (token(used=True, revoked=True), Refresh.REFUSE),  # the session has ended already
        (token(revoked=True), Refresh.REFUSE),
        (token(allowed=False), Refresh.REFUSE),
        (token(expires_at=EARLIER), Refresh.REFUSE),
        (token(expires_at=NOW), Refresh.REFUSE),
        (token(expires_at=NOW + timedelta(microseconds=1)), Refresh.CONTINUE),
    ],
)
def test_a_token_that_is_used_revoked_expired_or_of_a_closed_account(stored: StoredToken, verdict: Refresh) -> None:
    assert judge_refresh(stored, NOW) is verdict


@given(st.timedeltas(timedelta(days=-400), timedelta(days=400)))
def test_only_one_combination_continues(remaining: timedelta) -> None:
    for used, revoked, allowed in product([False, True], repeat=3):
        stored = token(used=used, revoked=revoked, allowed=allowed, expires_at=NOW + remaining)
        sound = not used and not revoked and allowed and remaining > timedelta()
        assert (judge_refresh(stored, NOW) is Refresh.CONTINUE) == sound


def test_a_scope_names_the_units_of_the_roles_asked_for_and_no_others() -> None:
    grants = tuple(Grant(role, UUID(int=n)) for n, role in enumerate([Role.MANAGER, Role.HR, Role.MANAGER, Role.AUTHOR]))
    scope = Scope(Caller(UUID(int=9), UUID(int=8)), grants)
    assert scope.units_with(Role.MANAGER) == (UUID(int=0), UUID(int=2))
    assert scope.units_with(Role.HR, Role.AUTHOR) == (UUID(int=1), UUID(int=3))
    assert scope.units_with(Role.ADMIN) == scope.units_with() == ()
