"""Signing keys: Ed25519, one PEM file each; the newest signs, all verify, so that keys rotate by adding a file."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat, load_pem_private_key
from jwt.utils import base64url_encode


class SigningKeyError(Exception):
    """A signing key is missing or cannot be used: says which and why."""


@dataclass(frozen=True, slots=True)
class SigningKeys:
    """The key that signs now, and every key that verifies, by `kid`."""

    signing_kid: str
    signing: Ed25519PrivateKey
    verifying: Mapping[str, Ed25519PublicKey]

    def jwks(self) -> list[dict[str, Any]]:
        """Public keys as JWK (RFC 8037)."""
        return [
            {"kty": "OKP", "crv": "Ed25519", "alg": "EdDSA", "use": "sig", "kid": kid, "x": _x(key)}
            for kid, key in self.verifying.items()
        ]


def create_key(folder: Path, now: datetime) -> Path:
    """Add a key to `folder`, readable by its owner only; it signs from the next start on."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    path = folder / f"{now:%Y%m%dT%H%M%S}.pem"
    pem = Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:  # noqa: PTH123
        file.write(pem)
    return path


def load_keys(folder: Path) -> SigningKeys:
    """All `*.pem` of `folder`; the last by name signs. Raises `SigningKeyError`."""
    private: dict[str, Ed25519PrivateKey] = {}
    for path in sorted(folder.glob("*.pem")):
        try:
            key = load_pem_private_key(path.read_bytes(), password=None)
        except (ValueError, TypeError, OSError) as error:
            raise SigningKeyError(f"{path} is not an unencrypted private key: {error}") from None
        if not isinstance(key, Ed25519PrivateKey):
            raise SigningKeyError(f"{path} is not an Ed25519 key")
        private[_kid(key.public_key())] = key
    if not private:
        raise SigningKeyError(f"there is no signing key in {folder}: make one with `composure keys create`")
    kid = list(private)[-1]
    return SigningKeys(kid, private[kid], {kid: key.public_key() for kid, key in private.items()})


def _x(key: Ed25519PublicKey) -> str:
    return base64url_encode(key.public_bytes(Encoding.Raw, PublicFormat.Raw)).decode()


def _kid(key: Ed25519PublicKey) -> str:
    """RFC 7638 thumbprint."""
    return base64url_encode(sha256(f'{{"crv":"Ed25519","kty":"OKP","x":"{_x(key)}"}}'.encode()).digest()).decode()
