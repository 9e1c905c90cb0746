"""Query and path parameters that cannot be used, and requests nobody serves."""

from typing import Any
from urllib.parse import quote

import pytest

from domain.identity.scope import Role
from tests.http.expecting import expect_problem
from tests.service import Bank

pytestmark = pytest.mark.anyio

LONG = "x" * 50_000
NO_NUMBER = ["", "abc", "1.5", "0x10", "NaN", "1 ", "١٢", "true", "1\x00", "--1", LONG]
OUT_OF_RANGE = ["0", "-1", "101000", str(2**31), str(2**63), str(2**64), "-" + "9" * 400, "9" * 400]


@pytest.mark.parametrize("size", [*NO_NUMBER, *OUT_OF_RANGE, "101"], ids=lambda value: ascii(value)[:16])
async def test_a_size_that_cannot_be_used_is_refused(bank: Bank, size: str) -> None:
    phone = await bank.employee()
    problem = expect_problem(await phone.call("GET", "/v1/drill", params={"size": size}), 400, "invalid_parameter")
    assert [error["pointer"] for error in problem["errors"]] == ["size"]


@pytest.mark.parametrize("limit", [*NO_NUMBER, *OUT_OF_RANGE, "1001"], ids=lambda value: ascii(value)[:16])
@pytest.mark.parametrize("suffix", ["", "/mastery"])
async def test_a_limit_that_cannot_be_used_is_refused(bank: Bank, suffix: str, limit: str) -> None:
    manager = await bank.employee("head", Role.MANAGER)
    path = f"/v1/teams/{bank.units['head']}{suffix}"
    problem = expect_problem(await manager.call("GET", path, params={"limit": limit}), 400, "invalid_parameter")
    assert [error["pointer"] for error in problem["errors"]] == ["limit"]


@pytest.mark.parametrize("after", ["\x00", "a\x00b", "x" * 65, LONG], ids=lambda value: ascii(value)[:16])
async def test_a_place_in_the_list_that_cannot_be_used_is_refused(bank: Bank, after: str) -> None:
    manager = await bank.employee("head", Role.MANAGER)
    path = f"/v1/teams/{bank.units['head']}"
    expect_problem(await manager.call("GET", path, params={"after": after}), 400, "invalid_parameter")


@pytest.mark.parametrize("after", ["", "' OR 1=1 --", "%", "王", "\U0010ffff", "\n"])
async def test_any_other_text_is_a_place_in_the_list(bank: Bank, after: str) -> None:
    manager = await bank.employee("head", Role.MANAGER, staff_no="m")
    body = await manager.get(f"/v1/teams/{bank.units['head']}", after=after)
    assert body["total"] == 1
    assert body["next"] is None


@pytest.mark.parametrize("language", ["", "zh", "EN", "zh-hans", "fr", "en\x00", "en,zh-Hans", LONG], ids=lambda v: ascii(v)[:16])
@pytest.mark.parametrize("path", ["/v1/drill", "/v1/lessons", "/v1/mastery", "/v1/progress", "/v1/exports/completions"])
async def test_a_language_nobody_speaks_here_is_refused(bank: Bank, path: str, language: str) -> None:
    phone = await bank.employee("head", Role.HR)
    expect_problem(await phone.call("GET", path, params={"language": language}), 400, "invalid_parameter")


@pytest.mark.parametrize("raw", ["%FF", "%C3%28", "%ED%A0%80", "%", "%zz", "%u0041"])
@pytest.mark.parametrize("name", ["size", "language"])
async def test_bytes_that_are_no_text_are_refused(bank: Bank, name: str, raw: str) -> None:
    phone = await bank.employee()
    expect_problem(await phone.call("GET", f"/v1/drill?{name}={raw}"), 400, "invalid_parameter")


@pytest.mark.parametrize("raw", ["%FF", "%ED%A0%80", "%00"])
async def test_bytes_that_are_no_text_find_nobody_and_break_nothing(bank: Bank, raw: str) -> None:
    manager = await bank.employee("head", Role.MANAGER)
    for path in (f"/v1/teams/{bank.units['head']}?after={raw}", f"/v1/lessons/{raw}", f"/v1/exports/completions?unit_id={raw}"):
        response = await manager.call("GET", path)
        assert response.status_code in {200, 400, 404}, path
        if response.status_code != 200:
            expect_problem(response, response.status_code, response.json()["code"])


@pytest.mark.parametrize(
    "unit_id", ["garbage", "0", "-1", "%00", "%FF", LONG, "g" * 36, "0b9079d0-4dca-41be-94b1-3f9b597d2f9"], ids=lambda v: v[:8]
)
@pytest.mark.parametrize("suffix", ["", "/mastery"])
async def test_a_unit_that_is_no_id_is_not_found(bank: Bank, suffix: str, unit_id: str) -> None:
    manager = await bank.employee("head", Role.MANAGER)
    expect_problem(await manager.call("GET", f"/v1/teams/{unit_id}{suffix}"), 404, "not_found")


@pytest.mark.parametrize("unit_id", ["", "garbage", "1", "\x00", "g" * 36, LONG], ids=lambda value: ascii(value)[:8])
async def test_a_unit_to_export_that_is_no_id_is_refused(bank: Bank, unit_id: str) -> None:
    hr = await bank.employee("head", Role.HR)
    response = await hr.call("GET", "/v1/exports/completions", params={"unit_id": unit_id})
    problem = expect_problem(response, 400, "invalid_parameter")
    assert [error["pointer"] for error in problem["errors"]] == ["unit_id"]


@pytest.mark.parametrize("lesson_id", ["UPPER", "a b", "a\x00", "課", "a" * 81, "a_b", "'", LONG], ids=lambda v: ascii(v)[:8])
async def test_a_lesson_that_can_have_no_such_id_is_refused(bank: Bank, lesson_id: str) -> None:
    phone = await bank.employee()
    for method, suffix in (("GET", ""), ("POST", "/completion")):
        response = await phone.call(method, f"/v1/lessons/{quote(lesson_id)}{suffix}")
        assert response.status_code in {400, 404}
        expect_problem(response, response.status_code, "not_found" if response.status_code == 404 else "invalid_parameter")


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/v1",
        "/v2/me",
        "/v1/me/",
        "/v1/nothing",
        "/v1/teams",
        "/v1/exports",
        "/.env",
        "/v1/../metrics/x",
        "/%00",
        "/%FF",
        f"/{LONG}",
    ],
    ids=lambda path: path[:16],
)
@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_a_path_nobody_serves_is_not_found(bank: Bank, method: str, path: str) -> None:
    phone = await bank.employee()
    response = await phone.call(method, path)
    if path == "/v1/me/":  # a trailing slash is the same path to the framework
        assert response.status_code in {200, 404, 405}
        return
    expect_problem(response, 404, "not_found")


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/v1/reviews"),
        ("DELETE", "/v1/reviews"),
        ("PUT", "/v1/me"),
        ("DELETE", "/v1/me"),
        ("POST", "/v1/drill"),
        ("GET", "/v1/auth/sign-in"),
        ("PATCH", "/v1/mastery"),
        ("POST", "/health/live"),
        ("TRACE", "/v1/me"),
        ("PROPFIND", "/v1/me"),
        ("BREW", "/v1/drill"),
    ],
)
async def test_a_method_nobody_serves_is_not_allowed(bank: Bank, method: str, path: str) -> None:
    phone = await bank.employee()
    response = await phone.call(method, path)
    expect_problem(response, 405, "method_not_allowed")
    assert response.headers["allow"]


async def test_an_unknown_parameter_is_no_reason_to_refuse_a_read(bank: Bank) -> None:
    phone = await bank.employee()
    assert await phone.get("/v1/drill", utm_source="x") == await phone.get("/v1/drill")


@pytest.mark.parametrize("given", ["short", "has space here", "ünïcode-ünïcode", "x" * 65, "a" * 7, "new\tline-"])
async def test_a_request_id_that_is_not_harmless_is_replaced(bank: Bank, given: str) -> None:
    response = await bank.service.http.get("/health/live", headers={b"X-Request-Id": given.encode()})
    assert response.headers["x-request-id"] != given
    assert len(response.headers["x-request-id"]) == 32


async def test_a_harmless_request_id_is_kept(bank: Bank) -> None:
    response = await bank.service.http.get("/v1/me", headers={"X-Request-Id": "gateway-0001"})
    assert expect_problem(response, 401, "missing_token")["request_id"] == "gateway-0001"


@pytest.mark.parametrize(
    "headers",
    [
        {"If-None-Match": "*" * 5000},
        {"If-None-Match": ',,,"",W/'},
        {"Accept": "application/xml"},
        {"Accept-Encoding": "gzip;q=x"},
        {"Accept-Language": "x" * 5000},
        {"Cookie": "a=\x01"},
        {"Range": "bytes=0-"},
    ],
    ids=lambda headers: next(iter(headers)),
)
async def test_strange_headers_do_no_harm(bank: Bank, headers: dict[str, Any]) -> None:
    phone = await bank.employee()
    response = await phone.call("GET", "/v1/drill", headers=headers)
    assert response.status_code == 200, response.text
