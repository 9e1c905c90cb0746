"""Bodies of signing in and out."""

from msgspec import Struct

from api.text_fields import DeviceId, Password, ShortText, Token


class SignIn(Struct, forbid_unknown_fields=True, frozen=True):
    """Who signs in: the bank's short name, the staff number within it, and the password.

    With `device_id` the session belongs to that device, and ends when its owner revokes it.
    """

    organisation: ShortText
    staff_no: ShortText
    password: Password
    device_id: DeviceId | None = None


class RefreshSession(Struct, forbid_unknown_fields=True, frozen=True):
    """The refresh token of the last answer; it works once."""

    refresh_token: Token


class SignOut(Struct, forbid_unknown_fields=True, frozen=True):
    """Any refresh token of the session to end."""

    refresh_token: Token


class Session(Struct, frozen=True):
    """A session: an access token for `expires_in` seconds, and a refresh token to be exchanged for the next."""

    access_token: str
    token_type: str
    expires_in: int
    refresh_token: str
    refresh_expires_in: int


class Jwk(Struct, frozen=True):
    """A public key (RFC 8037)."""

    kty: str
    crv: str
    alg: str
    use: str
    kid: str
    x: str


class Jwks(Struct, frozen=True):
    """The public keys that access tokens verify with."""

    keys: list[Jwk]
