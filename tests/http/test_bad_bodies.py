"""Bodies that cannot be read: a problem with a stable code, never a 500, and nothing of them is kept."""

import json
from typing import Any

import httpx
import pytest

from domain.content.catalogue import Catalogue
from tests.http.expecting import expect_problem
from tests.service import NOON, UNKNOWN, Bank, Phone

pytestmark = pytest.mark.anyio

ITEM = "phrases.ten.belongs"
MEBIBYTE = 1 << 20
OPERATIONS = [
    ("POST", "/v1/auth/sign-in"),
    ("POST", "/v1/auth/refresh"),
    ("POST", "/v1/auth/sign-out"),
    ("PATCH", "/v1/me"),
    ("POST", "/v1/reviews"),
]


async def send(phone: Phone, method: str, path: str, body: bytes, media_type: str = "application/json") -> httpx.Response:
    return await phone.call(method, path, content=body, headers={"Content-Type": media_type})


def nested(depth: int, opening: bytes = b"[", closing: bytes = b"]") -> bytes:
    return opening * depth + closing * depth


@pytest.mark.parametrize(("method", "path"), OPERATIONS)
@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"", "malformed_json"),
        (b" ", "malformed_json"),
        (b"{", "malformed_json"),
        (b"}", "malformed_json"),
        (b"]" * 40, "malformed_json"),
        (b'{"a": }', "invalid_body"),
        (b"{'a': 1}", "malformed_json"),
        (b"NaN", "malformed_json"),
        (b"Infinity", "malformed_json"),
        (b'{"a": NaN}', "invalid_body"),
        (b"\xef\xbb\xbf{}", "malformed_json"),
        (b"\x00", "malformed_json"),
        (b"\xff\xfe{\x00}\x00", "malformed_json"),
        (b'"\xff"', "invalid_body"),
        (b'{"a": "\xc3\x28"}', "invalid_body"),
        (b'{"\xed\xa0\x80": 1}', "malformed_json"),
        (b'{"a": "\\ud800"}', "invalid_body"),
        (b'{"\\udc00": 1}', "malformed_json"),
        (b"null", "invalid_body"),
        (b"true", "invalid_body"),
        (b"1", "invalid_body"),
        (b"1e999", "invalid_body"),
        (b"9" * 5000, "invalid_body"),
        (b'"text"', "invalid_body"),
        (b"[]", "invalid_body"),
        (b'{"surprise": 1}', "invalid_body"),
        (b'{"surprise": 1e308}', "invalid_body"),
        (b'{"\\u0000": 1}', "invalid_body"),
        (nested(32), "invalid_body"),
        (nested(33), "json_too_deep"),
        (nested(1000), "json_too_deep"),
        (nested(100_000), "json_too_deep"),
        (b'{"a":' * 33 + b"1" + b"}" * 33, "json_too_deep"),
        (b'{"a":' * 100_000, "json_too_deep"),
        (b"[" * 500_000, "json_too_deep"),
    ],
    ids=lambda value: ascii(value)[:24] if isinstance(value, bytes) else "",
)
async def test_what_is_no_request_is_refused(bank: Bank, method: str, path: str, body: bytes, code: str) -> None:
    phone = await bank.employee()
    expect_problem(await send(phone, method, path, body), 400, code)


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b'{"new_per_day": }', "malformed_json"),
        (b'{"new_per_day": 1} {}', "malformed_json"),
        (b'{"new_per_day": 1,}', "malformed_json"),
        (b'{"new_per_day": NaN}', "malformed_json"),
        (b'{"new_per_day": -Infinity}', "malformed_json"),
        (b'{"new_per_day": 1e999}', "invalid_body"),
        (b'{"new_per_day": 01}', "malformed_json"),
        (b'{"time_zone": "\xff"}', "malformed_json"),
        (b'{"time_zone": "\xed\xa0\x80"}', "malformed_json"),
        (b'{"time_zone": "\\ud800"}', "malformed_json"),
        (b'{"time_zone": "\\udc00\\ud800"}', "malformed_json"),
        (b'{"time_zone": "\\x41"}', "malformed_json"),
        (b'{"time_zone": "a\nb"}', "malformed_json"),
        (b'{"days_off": ' + b"[" * 31 + b"]" * 31 + b"}", "invalid_body"),
        (b'{"days_off": ' + b"[" * 32 + b"]" * 32 + b"}", "json_too_deep"),
    ],
    ids=lambda value: ascii(value)[:36] if isinstance(value, bytes) else "",
)
async def test_a_known_field_with_an_unreadable_value_is_refused(bank: Bank, body: bytes, code: str) -> None:
    phone = await bank.employee()
    expect_problem(await send(phone, "PATCH", "/v1/me", body), 400, code)


async def test_brackets_within_text_are_no_depth(bank: Bank) -> None:
    phone = await bank.employee()
    body = json.dumps({"time_zone": "[" * 40 + '\\"' + "{" * 10}).encode()
    expect_problem(await send(phone, "PATCH", "/v1/me", body), 422, "unknown_time_zone")


@pytest.mark.parametrize(("method", "path"), OPERATIONS)
@pytest.mark.parametrize("size", [MEBIBYTE + 1, 2 * MEBIBYTE])
async def test_more_than_a_mebibyte_is_refused(bank: Bank, method: str, path: str, size: int) -> None:
    phone = await bank.employee()
    expect_problem(await send(phone, method, path, b" " * size), 413, "body_too_large")


async def test_more_than_a_mebibyte_in_pieces_of_unknown_number_is_refused(bank: Bank) -> None:
    phone = await bank.employee()

    async def pieces() -> Any:
        for _ in range(64):
            yield b" " * (MEBIBYTE // 32)

    response = await phone.call("POST", "/v1/reviews", content=pieces(), headers={"Content-Type": "application/json"})
    expect_problem(response, 413, "body_too_large")


async def test_a_mebibyte_to_the_byte_is_read(bank: Bank) -> None:
    phone = await bank.employee()
    body = json.dumps({"sent_at": NOON.isoformat(), "device_id": "d", "reviews": [phone.review(ITEM, UNKNOWN)]}).encode()
    response = await send(phone, "POST", "/v1/reviews", body + b" " * (MEBIBYTE - len(body)))
    assert response.status_code == 200
    assert response.json()["results"][0]["status"] == "accepted"


@pytest.mark.parametrize(("method", "path"), OPERATIONS)
async def test_another_media_type_is_refused(bank: Bank, method: str, path: str) -> None:
    phone = await bank.employee()
    for media_type in ("text/plain", "application/xml", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"):
        expect_problem(await send(phone, method, path, b"{}", media_type), 415, "unsupported_media_type")


@pytest.mark.parametrize("media_type", ["application/json", "application/json; charset=utf-8", "APPLICATION/JSON"])
async def test_json_is_json_however_it_is_written(bank: Bank, media_type: str) -> None:
    phone = await bank.employee()
    response = await send(phone, "PATCH", "/v1/me", b'{"new_per_day": 3}', media_type)
    assert response.status_code == 200
    assert response.json()["preferences"]["new_per_day"] == 3


async def test_of_a_field_that_is_there_twice_the_last_counts(bank: Bank) -> None:
    phone = await bank.employee()
    response = await send(phone, "PATCH", "/v1/me", b'{"new_per_day": 3, "new_per_day": 4}')
    assert response.status_code == 200
    assert response.json()["preferences"]["new_per_day"] == 4
    # And it is checked like any other.
    for body in (b'{"new_per_day": 3, "new_per_day": "4"}', b'{"new_per_day": 3, "new_per_day": 101}'):
        expect_problem(await send(phone, "PATCH", "/v1/me", body), 400, "invalid_body")


@pytest.mark.parametrize(
    "change",
    [
        {"organisation": None},
        {"organisation": 1},
        {"organisation": ""},
        {"organisation": "x" * 65},
        {"organisation": "a\x00b"},
        {"staff_no": ["E-1"]},
        {"staff_no": "\x00"},
        {"staff_no": "x" * 65},
        {"password": ""},
        {"password": "x" * 257},
        {"password": "a\x00"},
        {"password": 10**30},
        {"remember_me": True},
    ],
    ids=lambda change: ascii(change)[:24],
)
async def test_what_is_no_sign_in_is_refused_with_its_place(bank: Bank, change: dict[str, Any]) -> None:
    body = {"organisation": bank.slug, "staff_no": "E-1", "password": "x", **change}
    problem = expect_problem(await bank.service.http.post("/v1/auth/sign-in", json=body), 400, "invalid_body")
    [field] = change
    pointer = "" if field == "remember_me" else f"/{field}"
    assert [error["pointer"] for error in problem["errors"]] == [pointer]
    # A password is not repeated in an error.
    assert str(change[field])[:50] not in problem["errors"][0]["detail"] or not str(change[field])


@pytest.mark.parametrize("field", ["organisation", "staff_no", "password"])
async def test_nothing_of_a_sign_in_may_be_missing(bank: Bank, field: str) -> None:
    body = {"organisation": bank.slug, "staff_no": "E-1", "password": "x"}
    del body[field]
    expect_problem(await bank.service.http.post("/v1/auth/sign-in", json=body), 400, "invalid_body")


@pytest.mark.parametrize("operation", ["refresh", "sign-out"])
@pytest.mark.parametrize(
    "token", ["", "x" * 513, "ünïcode", "a b", "a\x00", None, 7, ["x"], {"x": 1}], ids=lambda t: ascii(t)[:12]
)
async def test_what_is_no_refresh_token_is_refused(bank: Bank, operation: str, token: Any) -> None:
    response = await bank.service.http.post(f"/v1/auth/{operation}", json={"refresh_token": token})
    expect_problem(response, 400, "invalid_body")


@pytest.mark.parametrize(
    "change",
    [
        {"sent_at": ...},
        {"sent_at": None},
        {"sent_at": "2026-11-20T12:00:00"},
        {"sent_at": "2026-11-20"},
        {"sent_at": "soon"},
        {"sent_at": 1_700_000_000},
        {"sent_at": 1e308},
        {"sent_at": "10000-01-01T00:00:00Z"},
        {"sent_at": "0000-01-01T00:00:00Z"},
        {"sent_at": "2026-11-20T12:00:00+99:00"},
        {"device_id": ...},
        {"device_id": ""},
        {"device_id": "x" * 65},
        {"device_id": "a\x00b"},
        {"device_id": 5},
        {"reviews": ...},
        {"reviews": None},
        {"reviews": {}},
        {"reviews": []},
        {"reviews": "[]"},
        {"surprise": 1},
    ],
    ids=lambda change: ascii(change)[:32],
)
async def test_an_upload_of_the_wrong_shape_is_refused_whole(bank: Bank, change: dict[str, Any]) -> None:
    phone = await bank.employee()
    body = {"sent_at": NOON.isoformat(), "device_id": "d", "reviews": [phone.review(ITEM, UNKNOWN)], **change}
    body = {name: value for name, value in body.items() if value is not ...}
    expect_problem(await phone.call("POST", "/v1/reviews", json=body), 400, "invalid_body")
    assert await phone.review_rows() == []


@pytest.mark.parametrize(
    "rubbish",
    [
        b'"\\ud800"',
        b'{"id": "\\ud800"}',
        b"1e999",
        b"9" * 5000,
        b"-" + b"9" * 400,
        b"1E400",
        b'"' + b"\\u0000" * 100 + b'"',
        b'{"id": {"id": 1}}',
        b'{"id": "11111111-1111-1111-1111-111111111111", "id": 1}',
        b'{"response": {"order": [1e999]}}',
        b'{"answered_at": "9999-12-31T23:59:59Z"}',
        b"[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]",
    ],
    ids=lambda value: ascii(value)[:32],
)
async def test_rubbish_among_reviews_is_kept_and_blocks_no_other(bank: Bank, rubbish: bytes) -> None:
    phone = await bank.employee()
    good = json.dumps(phone.review(ITEM, UNKNOWN)).encode()
    head = json.dumps({"sent_at": NOON.isoformat(), "device_id": "d"}).encode()[:-1]
    body = head + b', "reviews": [' + rubbish + b", " + good + b"]}"
    response = await send(phone, "POST", "/v1/reviews", body)
    assert response.status_code == 200, response.text
    assert [result["status"] for result in response.json()["results"]] == ["quarantined", "accepted"]
    async with bank.service.database.transaction(bank.id) as connection:
        payload = await connection.fetchval(
            "SELECT payload FROM review_quarantine WHERE learner_id = $1", phone.caller.employee_id
        )
    assert payload == rubbish


@pytest.mark.parametrize(
    "response",
    [
        {},
        {"choice": None},
        {"choice": 1e308},
        {"choice": "\U0001f4a9" * 1000},
        {"choice": ["a"]},
        {"choice": {"a": "a"}},
        {"unknown": False},
        {"unknown": 1},
        {"unknown": True, "choice": "a"},
        {"choices": ["a"]},
        {"order": ["a"]},
        {"pairs": {"a": "a"}},
        {"\x00": "a"},
        {"choice": "a\x00"},
        {"choice": 10**400},
    ],
    ids=lambda value: ascii(value)[:32],
)
async def test_a_response_of_the_wrong_shape_is_quarantined(bank: Bank, catalogue: Catalogue, response: dict[str, Any]) -> None:
    phone = await bank.employee()
    item = next(item for item in catalogue.items.values() if item.kind == "single_choice")
    [result] = await phone.submit(phone.review(item.item_id, response))
    assert result["status"] == "quarantined"
    assert result["reason"] in {"malformed_response", "malformed_review"}
    assert await phone.review_rows() == []


async def test_half_a_character_around_the_reviews_is_refused(bank: Bank) -> None:
    phone = await bank.employee()
    body = rb'{"sent_at":"2026-11-20T04:00:00Z","device_id":"\ud83d","reviews":[1]}'
    expect_problem(await send(phone, "POST", "/v1/reviews", body), 400, "malformed_json")


async def test_an_unfinished_string_behind_many_brackets_is_read_once_and_not_once_for_each_quote(bank: Bank) -> None:
    """Quadratic, this would take minutes; linear, it is refused like any other rubbish."""
    phone = await bank.employee()
    body = b"[" + b"[]," * 40 + b'"' + b'\\"' * 400_000
    expect_problem(await send(phone, "PATCH", "/v1/me", body), 400, "invalid_body")


async def test_an_unknown_field_with_nul_in_its_name_holds_its_review_and_blocks_no_other(bank: Bank) -> None:
    phone = await bank.employee()
    good, odd = phone.review(ITEM, UNKNOWN), {**phone.review(ITEM, UNKNOWN), "a\x00b": 1}
    assert [result["status"] for result in await phone.submit(odd, good)] == ["quarantined", "accepted"]
