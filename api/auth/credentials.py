"""Secrets: password hashes, and refresh tokens of which only a hash is kept."""

import asyncio
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as Base64Error
from hashlib import sha256
from uuid import UUID

from pwdlib import PasswordHash

# A hash takes a core for tens of milliseconds and 64 MiB: more at once than this would starve the drills.
HASHES_AT_ONCE = 2
SECRET_BYTES = 32


class Passwords:
    """Argon2id with the library's recommended parameters."""

    def __init__(self) -> None:
        self._hasher = PasswordHash.recommended()
        self._slots = asyncio.Semaphore(HASHES_AT_ONCE)
        # Verified when there is no such account, so that a wrong name takes as long as a wrong password.
        self._nobody = self._hasher.hash(secrets.token_urlsafe())

    def hash(self, password: str) -> str:
        """A salted hash of `password`."""
        return self._hasher.hash(password)

    async def verify(self, password: str, stored: str | None) -> bool:
        """Whether `password` is the one `stored` was made of; False, after the same work, when there is none."""
        async with self._slots:
            matches = await asyncio.to_thread(self._hasher.verify, password, stored or self._nobody)
        return matches and stored is not None


def new_refresh_token(organisation_id: UUID) -> str:
    """A token nobody can guess; it begins with its tenant, within which alone it is looked for."""
    return urlsafe_b64encode(organisation_id.bytes + secrets.token_bytes(SECRET_BYTES)).decode().rstrip("=")


def tenant_of(token: str) -> UUID | None:
    """The tenant a refresh token names; None when it is not one."""
    try:
        raw = urlsafe_b64decode(token + "=" * (-len(token) % 4))
    except (Base64Error, ValueError):
        return None
    tenant_bytes = len(UUID(int=0).bytes)
    return UUID(bytes=raw[:tenant_bytes]) if len(raw) == tenant_bytes + SECRET_BYTES else None


def hash_of(token: str) -> bytes:
    """What is kept of a refresh token. A plain hash does: the token is random, there is nothing to try out."""
    return sha256(token.encode()).digest()
