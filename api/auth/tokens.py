"""Access tokens: short-lived signed JWTs that say who calls and for which bank, and nothing about what they may see."""

import json
from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache
from typing import Any, Protocol
from uuid import UUID

import jwt
import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from jwt.api_jws import PyJWS

from api.problems import Problem, unauthenticated
from domain.identity.scope import Caller

ALGORITHM = "EdDSA"
AUDIENCE = "composure"
REMEMBERED_TOKENS = 20_000
# The most that settings allow: a token that claims more was not issued here, whoever signed it.
LONGEST_LIFETIME_SECONDS = 86_400


class Claims(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a token says. Read strictly: PyJWT would take a text or 1e308 for `exp`, and the last of two claims of one name."""

    sub: UUID
    org: UUID
    iss: str
    aud: str
    iat: int
    exp: int


class Keys(Protocol):
    """The keys tokens are signed and verified with."""

    @property
    def signing_kid(self) -> str:
        """Id of the key that signs now."""
        ...

    @property
    def signing(self) -> Ed25519PrivateKey:
        """The key that signs now."""
        ...

    @property
    def verifying(self) -> Mapping[str, Ed25519PublicKey]:
        """All keys that verify, by id."""
        ...


class AccessTokens:
    """Issues and verifies access tokens."""

    def __init__(self, keys: Keys, issuer: str, lifetime_seconds: int) -> None:
        self._keys = keys
        self._issuer = issuer
        self.lifetime_seconds = lifetime_seconds
        # A phone sends one token hundreds of times; its signature needs checking once, its expiry every time.
        self._verified = lru_cache(REMEMBERED_TOKENS)(self._verify)

    def issue(self, caller: Caller, now: datetime) -> str:
        """A token for `caller` that holds for `lifetime_seconds`."""
        issued = int(now.timestamp())
        claims: dict[str, Any] = {
            "sub": str(caller.employee_id),
            "org": str(caller.organisation_id),
            "iss": self._issuer,
            "aud": AUDIENCE,
            "iat": issued,
            "exp": issued + self.lifetime_seconds,
        }
        return jwt.encode(claims, self._keys.signing, ALGORITHM, headers={"kid": self._keys.signing_kid})

    def caller(self, token: str, now: datetime) -> Caller:
        """Whom the token speaks for. Raises `Problem` 401: `invalid_token` or `expired_token`."""
        claims = self._verified(token)
        if claims.exp <= now.timestamp():
            raise unauthenticated("expired_token", "The access token has expired: refresh the session.")
        return Caller(employee_id=claims.sub, organisation_id=claims.org)

    def _verify(self, token: str) -> Claims:
        try:
            key = self._keys.verifying[jwt.get_unverified_header(token)["kid"]]
            payload = PyJWS().decode(token, key, algorithms=[ALGORITHM])
            claims = msgspec.convert(json.loads(payload, object_pairs_hook=_without_duplicates), Claims)
        except (jwt.InvalidTokenError, msgspec.ValidationError, KeyError, TypeError, ValueError, RecursionError):
            raise _invalid_token() from None
        if claims.iss != self._issuer or claims.aud != AUDIENCE or not 0 < claims.exp - claims.iat <= LONGEST_LIFETIME_SECONDS:
            raise _invalid_token()
        return claims


def _invalid_token() -> Problem:
    return unauthenticated("invalid_token", "The access token does not hold.")


def _without_duplicates(pairs: list[tuple[str, object]]) -> dict[str, object]:
    """Refuse a claim that is made twice: two readers could believe two different ones."""
    claims = dict(pairs)
    if len(claims) != len(pairs):
        raise ValueError("a claim is made twice")
    return claims
