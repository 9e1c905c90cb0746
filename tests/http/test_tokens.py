"""Access tokens: what verifies, and every way to forge one."""

import json
from base64 import urlsafe_b64encode
from typing import Any

import httpx
import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from tests.http.expecting import expect_problem
from tests.service import Bank, Phone, Service

pytestmark = pytest.mark.anyio


def claims_of(phone: Phone, **changes: Any) -> dict[str, Any]:
    issued = int(phone.service.clock().timestamp())
    claims = {
        "sub": str(phone.caller.employee_id),
        "org": str(phone.caller.organisation_id),
        "iss": "composure",
        "aud": "composure",
        "iat": issued,
        "exp": issued + 600,
        **changes,
    }
    return {name: value for name, value in claims.items() if value is not ...}


def encoded(value: bytes) -> str:
    return urlsafe_b64encode(value).decode().rstrip("=")


def signed(phone: Phone, payload: dict[str, Any] | bytes, key: Ed25519PrivateKey | None = None, **header: Any) -> str:
    """A token made by hand, since a library refuses to make most of these."""
    keys = phone.service.app.state.services.keys
    header = {"alg": "EdDSA", "typ": "JWT", "kid": keys.signing_kid, **header}
    body = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
    signing_input = f"{encoded(json.dumps(header).encode())}.{encoded(body)}"
    return f"{signing_input}.{encoded((key or keys.signing).sign(signing_input.encode()))}"


async def present(service: Service, token: str, scheme: str = "Bearer") -> httpx.Response:
    return await service.http.get("/v1/me", headers={"Authorization": f"{scheme} {token}"})


async def test_a_token_made_by_hand_like_the_real_one_holds(bank: Bank) -> None:
    """Without this the forgeries below might fail for a reason of their own."""
    phone = await bank.employee()
    assert (await present(bank.service, signed(phone, claims_of(phone)))).status_code == 200


async def test_the_published_keys_verify_an_issued_token(bank: Bank) -> None:
    phone = await bank.employee()
    token = bank.service.token(phone.caller)
    jwks = jwt.PyJWKSet.from_dict((await bank.service.http.get("/.well-known/jwks.json")).json())
    key = jwks[jwt.get_unverified_header(token)["kid"]]
    claims = jwt.decode(token, key, algorithms=["EdDSA"], audience="composure", issuer="composure", options={"verify_exp": False})
    assert claims == claims_of(phone)


async def test_the_published_keys_hold_nothing_private(bank: Bank) -> None:
    keys = (await bank.service.http.get("/.well-known/jwks.json")).json()["keys"]
    assert keys
    for key in keys:
        assert set(key) == {"kty", "crv", "alg", "use", "kid", "x"}


async def test_a_token_says_nothing_personal(bank: Bank) -> None:
    phone = await bank.employee(name="王晓岚", staff_no="E-personal")
    claims = jwt.decode(bank.service.token(phone.caller), options={"verify_signature": False})
    assert set(claims) == {"sub", "org", "iss", "aud", "iat", "exp"}


@pytest.mark.parametrize(
    "changes",
    [
        {"exp": ...},
        {"exp": "9999999999"},
        {"exp": None},
        {"exp": True},
        {"exp": [2**31]},
        {"exp": 1e308},
        {"exp": float("inf")},
        {"exp": float("nan")},
        {"exp": 10**12},
        {"exp": 10**18},
        {"exp": 10**400},
        {"exp": -(10**18)},
        {"iat": ...},
        {"iat": "now"},
        {"aud": "another"},
        {"aud": ["composure"]},
        {"aud": ...},
        {"iss": "another"},
        {"iss": ...},
        {"sub": ...},
        {"sub": "L001"},
        {"sub": 7},
        {"org": ...},
        {"org": None},
        {"role": "admin"},
    ],
    ids=lambda changes: str(changes)[:24],
)
async def test_claims_that_are_not_exactly_ours_do_not_hold(bank: Bank, changes: dict[str, Any]) -> None:
    phone = await bank.employee()
    expect_problem(await present(bank.service, signed(phone, claims_of(phone, **changes))), 401, "invalid_token")


async def test_a_claim_that_is_there_twice_does_not_hold(bank: Bank) -> None:
    phone = await bank.employee()
    twice = json.dumps(claims_of(phone)).replace('"exp"', '"exp": 1, "exp"', 1).encode()
    expect_problem(await present(bank.service, signed(phone, twice)), 401, "invalid_token")


async def test_another_key_does_not_sign_for_us(bank: Bank) -> None:
    phone = await bank.employee()
    stranger = Ed25519PrivateKey.generate()
    expect_problem(await present(bank.service, signed(phone, claims_of(phone), stranger)), 401, "invalid_token")


@pytest.mark.parametrize("kid", ["another", "", None, 7, [], {}, "../../etc/passwd", "x" * 5000], ids=lambda kid: str(kid)[:20])
async def test_a_foreign_kid_does_not_hold(bank: Bank, kid: Any) -> None:
    phone = await bank.employee()
    expect_problem(await present(bank.service, signed(phone, claims_of(phone), kid=kid)), 401, "invalid_token")


async def test_a_key_carried_along_in_the_header_is_not_believed(bank: Bank) -> None:
    phone = await bank.employee()
    stranger = Ed25519PrivateKey.generate()
    x = encoded(stranger.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw))
    jwk = {"kty": "OKP", "crv": "Ed25519", "x": x}
    token = signed(phone, claims_of(phone), stranger, jwk=jwk, jku="http://composure.test/jwks.json")
    expect_problem(await present(bank.service, token), 401, "invalid_token")


@pytest.mark.parametrize("algorithm", ["none", "None", "NONE", "nOnE", ""])
async def test_an_unsigned_token_does_not_hold(bank: Bank, algorithm: str) -> None:
    phone = await bank.employee()
    token = signed(phone, claims_of(phone), alg=algorithm)
    for forged in (token, token.rpartition(".")[0] + ".", token.rpartition(".")[0]):
        expect_problem(await present(bank.service, forged), 401, "invalid_token")


@pytest.mark.parametrize("form", ["raw", "pem", "jwk"])
async def test_the_public_key_is_no_shared_secret(bank: Bank, form: str) -> None:
    """HS256 with the public key as its secret: the classic confusion of algorithms."""
    phone = await bank.employee()
    keys = bank.service.app.state.services.keys
    public = keys.verifying[keys.signing_kid]
    secrets = {
        "raw": public.public_bytes(Encoding.Raw, PublicFormat.Raw),
        "pem": public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo),
        "jwk": keys.jwks()[0]["x"].encode(),
    }
    header = {"alg": "HS256", "typ": "JWT", "kid": keys.signing_kid}
    signing_input = f"{encoded(json.dumps(header).encode())}.{encoded(json.dumps(claims_of(phone)).encode())}"
    # PyJWT itself refuses to sign with a PEM as the secret, so its algorithm is used directly.
    algorithm = jwt.algorithms.HMACAlgorithm(jwt.algorithms.HMACAlgorithm.SHA256)
    signature = algorithm.sign(signing_input.encode(), secrets[form])
    expect_problem(await present(bank.service, f"{signing_input}.{encoded(signature)}"), 401, "invalid_token")


async def test_a_changed_payload_breaks_the_signature(bank: Bank) -> None:
    victim, thief = await bank.employee(), await bank.employee()
    header, _, signature = bank.service.token(thief.caller).split(".")
    payload = encoded(json.dumps(claims_of(victim)).encode())
    expect_problem(await present(bank.service, f"{header}.{payload}.{signature}"), 401, "invalid_token")


@pytest.mark.parametrize(
    "token",
    [
        "garbage",
        "a.b.c",
        "...",
        "....",
        "e30.e30.e30",
        encoded(b"\xff\xfe") + ".e30.e30",
        encoded(b"[]") + ".e30.e30",
        encoded(b"null") + ".e30.e30",
        encoded(b'{"kid":' + b"[" * 100_000) + ".e30.e30",
        encoded(b'{"kid":1e999}') + ".e30.e30",
        "x" * 1_000_000,
        "a." * 50_000,
        "é.é.é",
        "' OR 1=1 --",
    ],
    ids=lambda token: token[:12],
)
async def test_garbage_is_no_token(bank: Bank, token: str) -> None:
    headers = {b"Authorization": b"Bearer " + token.encode()}
    expect_problem(await bank.service.http.get("/v1/me", headers=headers), 401, "invalid_token")


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer ", "Basic dTpw", "Token x", "eyJhbGciOiJub25lIn0.e30."])
async def test_without_a_bearer_token_nobody_calls(bank: Bank, header: str) -> None:
    response = await bank.service.http.get("/v1/me", headers={"Authorization": header})
    expect_problem(response, 401, "missing_token")
    assert response.headers["www-authenticate"] == "Bearer"


@pytest.mark.parametrize("scheme", ["bearer", "BEARER"])
async def test_the_scheme_is_written_in_any_case(bank: Bank, scheme: str) -> None:
    phone = await bank.employee()
    assert (await present(bank.service, bank.service.token(phone.caller), scheme)).status_code == 200


async def test_a_token_for_another_banks_employee_finds_nobody(bank: Bank) -> None:
    """Ids of a person and of a bank that do not belong together, as only a stolen signing key could combine them."""
    phone = await bank.employee()
    other = await Bank.found(bank.service)
    token = signed(phone, claims_of(phone, org=str(other.id)))
    expect_problem(await present(bank.service, token), 404, "not_found")
