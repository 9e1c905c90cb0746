"""checkPhrases, and the phrases that an organisation adds."""

import asyncio
import json
from pathlib import Path
from typing import Any

import httpx
import pytest

from api.wiring.services import wall_clock
from domain.identity.scope import Role
from tests.http.expecting import expect_problem, without_request_id
from tests.service import Bank, Phone
from tests.system.processes import composure

pytestmark = pytest.mark.anyio

CHECK = "/v1/phrases/check"
OWN = "/v1/phrases/own"
WRITTEN = {"phrase": "本网点不受理", "why": "把客户推走。", "instead": "我带您到能办的窗口。"}
HIT_FIELDS = {"phrase_id", "start", "end", "start_utf16", "end_utf16", "text", "phrase", "why", "instead", "quoted", "own"}


async def checked(phone: Phone, text: str, **options: Any) -> dict[str, Any]:
    response = await phone.call("POST", CHECK, json={"text": text, **options})
    assert response.status_code == 200, response.text
    body: dict[str, Any] = response.json()
    assert set(body) == {"hits", "total", "clean", "lexicon_version", "own_version"}
    for hit in body["hits"]:
        assert set(hit) == HIT_FIELDS
        assert hit["text"] == text[hit["start"] : hit["end"]]
        in_utf16 = text.encode("utf-16-le")[2 * hit["start_utf16"] : 2 * hit["end_utf16"]]
        assert hit["text"] == in_utf16.decode("utf-16-le")
    return body


def ids(body: dict[str, Any]) -> list[str]:
    return [hit["phrase_id"] for hit in body["hits"]]


async def put(phone: Phone, phrase_id: str, **changes: Any) -> httpx.Response:
    return await phone.call("PUT", f"{OWN}/{phrase_id}", json={**WRITTEN, **changes})


async def fill(bank: Bank, author: Phone, count: int) -> None:
    async with bank.service.database.transaction(bank.id) as connection:
        await connection.execute(
            """INSERT INTO organisation_phrase
               SELECT $1, 'p' || n, '第' || n || '句话', 'why', 'instead', $2, now() FROM generate_series(1, $3) AS n""",
            bank.id,
            author.caller.employee_id,
            count,
        )


@pytest.mark.parametrize(
    ("draft", "text"),
    [
        ("您好，这不是我们的事，抱歉。", "这不是我们的事"),
        ("您好，這不是我們的事。", "這不是我們的事"),
        ("Sorry, that's NOT our business.", "NOT our business"),
        ("您好😀，这 不😀是我们·的事。", "这 不😀是我们·的事"),
        ("👨‍👩‍👧 ｎｏｔ ｏｕｒ 🙏🏽 ｂｕｓｉｎｅｓｓ!", "ｎｏｔ ｏｕｒ 🙏🏽 ｂｕｓｉｎｅｓｓ"),
    ],
)
async def test_a_phrase_is_found_in_every_language_with_its_exact_place(bank: Bank, draft: str, text: str) -> None:
    phone = await bank.employee()
    body = await checked(phone, draft)
    [hit] = [hit for hit in body["hits"] if hit["phrase_id"] == "not-our-business"]
    assert hit["text"].endswith(text)
    assert (hit["quoted"], hit["own"], body["clean"], body["own_version"]) == (False, False, False, None)
    assert body["lexicon_version"] >= 1


async def test_offsets_count_code_points_and_utf_16_units(bank: Bank) -> None:
    phone = await bank.employee()
    [hit] = [hit for hit in (await checked(phone, "😀😀这不是😀我们的事"))["hits"] if hit["phrase_id"] == "not-our-business"]
    assert (hit["start"], hit["end"], hit["start_utf16"], hit["end_utf16"]) == (2, 10, 4, 13)


async def test_the_answer_comes_in_the_language_asked_for_and_else_in_that_of_the_profile(bank: Bank) -> None:
    phone = await bank.employee()
    draft = "这不是我们的事"
    said = {}
    for language in ("zh-Hans", "zh-Hant", "en"):
        [hit] = (await checked(phone, draft, language=language))["hits"]
        said[language] = (hit["phrase"], hit["why"], hit["instead"])
        assert all(said[language])
    assert len(set(said.values())) == 3
    assert said["en"][0].isascii()
    [hit] = (await checked(phone, draft))["hits"]
    assert (hit["phrase"], hit["why"], hit["instead"]) == said["zh-Hans"]
    assert (await phone.call("PATCH", "/v1/me", json={"language": "en"})).status_code == 200
    [hit] = (await checked(phone, draft))["hits"]
    assert (hit["phrase"], hit["why"], hit["instead"]) == said["en"]


async def test_a_phrase_that_is_only_quoted_is_reported_and_leaves_the_draft_clean(bank: Bank) -> None:
    phone = await bank.employee()
    body = await checked(phone, "我不会说“这不是我们的事”。")
    assert [(hit["phrase_id"], hit["quoted"]) for hit in body["hits"]] == [("not-our-business", True)]
    assert body["clean"] is True
    assert (await checked(phone, "我不会说“这不是我们的事”。这不是我们的事。"))["clean"] is False


@pytest.mark.parametrize(
    "draft", ["x", " ", "\n", "😀", "。", "您好，我马上帮您查。", "𠀀" * 10_000, "a" * 10_000, "好" * 10_000]
)
async def test_a_clean_draft_has_no_hits(bank: Bank, draft: str) -> None:
    phone = await bank.employee()
    body = await checked(phone, draft)
    assert (body["hits"], body["clean"]) == ([], True)


async def test_a_draft_of_ten_thousand_characters_is_checked_to_its_end(bank: Bank) -> None:
    phone = await bank.employee()
    draft = "您好。" * 3331 + "这不是我们的事"
    assert len(draft) == 10_000
    assert ids(await checked(phone, draft)) == ["not-our-business"]
    expect_problem(await phone.call("POST", CHECK, json={"text": draft + "。"}), 400, "invalid_body")


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"text": ""},
        {"text": "a" * 10_001},
        {"text": "😀" * 10_001},
        {"text": "a\x00b"},
        {"text": "\x00"},
        {"text": None},
        {"text": 7},
        {"text": ["不行"]},
        {"text": {"a": 1}},
        {"text": "a", "language": "fr"},
        {"text": "a", "language": None},
        {"text": "a", "language": ["en"]},
        {"text": "a", "surprise": 1},
        [],
        "a",
        7,
    ],
    ids=lambda body: ascii(body)[:32],
)
async def test_what_is_no_draft_is_refused(bank: Bank, body: Any) -> None:
    phone = await bank.employee()
    expect_problem(await phone.call("POST", CHECK, json=body), 400, "invalid_body")


@pytest.mark.parametrize("body", [b"", b"{", b'{"text": "\\ud83d"}', b'{"text": "\\ude00\\ud83d"}', b'{"text": "\xff"}'])
async def test_what_is_no_json_is_refused(bank: Bank, body: bytes) -> None:
    author = await bank.employee("head", Role.AUTHOR)
    for method, path in (("POST", CHECK), ("PUT", f"{OWN}/x")):
        answer = await author.call(method, path, content=body, headers={"Content-Type": "application/json"})
        assert answer.status_code == 400
        assert answer.json()["code"] in {"malformed_json", "invalid_body"}
        answer = await author.call(method, path, content=body, headers={"Content-Type": "text/plain"})
        expect_problem(answer, 415, "unsupported_media_type")


async def test_a_draft_is_not_in_the_logs(bank: Bank, keys_dir: Path, tmp_path: Path) -> None:
    author = await bank.employee("head", Role.AUTHOR)
    await put(author, "sesame")
    token = bank.service.app.state.services.tokens.issue(author.caller, wall_clock())
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    settings = {"DATABASE_URL": bank.service.url, "COMPOSURE_KEYS_DIR": str(keys_dir)}
    with composure(tmp_path / "server.log", "serve", **settings) as server:
        server.wait_until_live()
        async with httpx.AsyncClient(base_url=server.base, headers=headers) as http:
            draft = f"{WRITTEN['phrase']} draft-4711"
            for body in ({"text": draft}, {"text": draft * 1000}, {"text": "\x00" + draft}, {"text": [draft]}, {draft: 1}):
                await http.post(CHECK, content=json.dumps(body, ensure_ascii=False))
            await http.post(CHECK, content=b'{"text": "draft-4711\xff"}')
        server.stop()
        log = server.output()
    assert log.count('"operation":"checkPhrases"') == 6
    assert "4711" not in log
    assert WRITTEN["phrase"] not in log


@pytest.mark.parametrize(
    ("method", "path"), [("POST", CHECK), ("GET", OWN), ("PUT", f"{OWN}/not-here"), ("DELETE", f"{OWN}/not-here")]
)
async def test_nobody_without_a_token_gets_in(bank: Bank, method: str, path: str) -> None:
    response = await bank.service.http.request(method, path, json={"text": "a"})
    expect_problem(response, 401, "missing_token")


@pytest.mark.parametrize("role", [Role.AUTHOR, Role.ADMIN])
async def test_an_own_phrase_holds_for_everybody_of_the_organisation_from_the_next_check_on(bank: Bank, role: Role) -> None:
    author, learner = await bank.employee("head", role), await bank.employee("south-1")
    draft = "對不起，本網點 不·受理😀"
    assert (await checked(learner, draft))["clean"] is True
    response = await put(author, "not-here")
    assert response.status_code == 200, response.text
    stored = response.json()
    assert stored == {"phrase_id": "not-here", **WRITTEN, "added_at": "2026-11-20T04:00:00Z"}
    first = await checked(learner, draft, language="en")
    [hit] = first["hits"]
    assert (hit["phrase_id"], hit["own"], hit["quoted"], hit["text"]) == ("not-here", True, False, "本網點 不·受理")
    assert {field: hit[field] for field in WRITTEN} == WRITTEN
    assert first["clean"] is False
    assert await learner.get(OWN) == {"phrases": [stored], "total": 1, "next": None}
    # Of the same moment, so that no time tells of the change.
    assert (await put(author, "not-here", phrase="不受理您")).status_code == 200
    second = await checked(learner, draft)
    assert (second["hits"], second["clean"]) == ([], True)
    assert first["own_version"] != second["own_version"]
    assert ids(await checked(learner, "不受理您")) == ["not-here"]
    response = await author.call("DELETE", f"{OWN}/not-here")
    assert (response.status_code, response.content) == (204, b"")
    assert (await checked(learner, "不受理您"))["own_version"] is None
    assert await learner.get(OWN) == {"phrases": [], "total": 0, "next": None}


async def test_the_same_phrases_have_the_same_version(bank: Bank) -> None:
    author = await bank.employee("head", Role.AUTHOR)
    await put(author, "a")
    version = (await checked(author, "好"))["own_version"]
    await put(author, "b", phrase="另一句话")
    assert (await checked(author, "好"))["own_version"] != version
    await author.call("DELETE", f"{OWN}/b")
    assert (await checked(author, "好"))["own_version"] == version
    # Another remark is another answer.
    await put(author, "a", why="因为")
    assert (await checked(author, "好"))["own_version"] != version


async def test_own_phrases_stand_among_those_of_the_lexicon_by_place(bank: Bank) -> None:
    author = await bank.employee("head", Role.AUTHOR)
    await put(author, "z", phrase="抱歉了")
    await put(author, "not-our-business", phrase="我们的事")
    body = await checked(author, "抱歉了，这不是我们的事，我们从不说“抱歉了”")
    assert [(hit["phrase_id"], hit["own"], hit["quoted"]) for hit in body["hits"]] == [
        ("z", True, False),
        ("not-our-business", False, False),
        ("not-our-business", True, False),
        ("z", True, True),
    ]


async def test_only_authors_and_admins_change_phrases_and_everybody_sees_them(bank: Bank) -> None:
    author = await bank.employee("head", Role.AUTHOR)
    await put(author, "not-here")
    for phone in (await bank.employee(), await bank.employee("head", Role.MANAGER, Role.HR)):
        answers = [
            await put(phone, "not-here", phrase="别的话"),
            await put(phone, "new"),
            await phone.call("DELETE", f"{OWN}/not-here"),
            await phone.call("DELETE", f"{OWN}/new"),
        ]
        for answer in answers:
            expect_problem(answer, 403, "not_an_author")
        assert [without_request_id(answer) for answer in answers] == [without_request_id(answers[0])] * 4
        assert [phrase["phrase_id"] for phrase in (await phone.get(OWN))["phrases"]] == ["not-here"]
    assert (await author.get(OWN))["phrases"][0]["phrase"] == WRITTEN["phrase"]


async def test_a_role_taken_back_changes_nothing_any_more(bank: Bank) -> None:
    author = await bank.employee("head", Role.AUTHOR)
    async with bank.service.database.transaction(bank.id) as connection:
        await connection.execute("DELETE FROM role_grant WHERE employee_id = $1", author.caller.employee_id)
    expect_problem(await put(author, "not-here"), 403, "not_an_author")


async def test_phrases_of_another_organisation_are_not_there(bank: Bank) -> None:
    author = await bank.employee("head", Role.AUTHOR)
    await put(author, "not-here")
    other = await (await Bank.found(bank.service)).employee("head", Role.AUTHOR, Role.ADMIN)
    assert await other.get(OWN) == {"phrases": [], "total": 0, "next": None}
    assert (await checked(other, WRITTEN["phrase"]))["clean"] is True
    foreign = await other.call("DELETE", f"{OWN}/not-here")
    missing = await other.call("DELETE", f"{OWN}/never-was")
    expect_problem(foreign, 404, "not_found")
    assert without_request_id(foreign) == without_request_id(missing)
    assert (await put(other, "not-here", phrase="别的话")).status_code == 200
    assert [phrase["phrase"] for phrase in (await author.get(OWN))["phrases"]] == [WRITTEN["phrase"]]
    assert (await other.call("DELETE", f"{OWN}/not-here")).status_code == 204
    assert (await checked(author, WRITTEN["phrase"]))["clean"] is False


@pytest.mark.parametrize("phrase_id", ["a", "0", "a.b-c.1", "x" * 80, "check", "not-our-business"])
async def test_an_id_is_what_the_author_calls_it(bank: Bank, phrase_id: str) -> None:
    author = await bank.employee("head", Role.AUTHOR)
    assert (await put(author, phrase_id)).status_code == 200
    assert [phrase["phrase_id"] for phrase in (await author.get(OWN))["phrases"]] == [phrase_id]
    assert (await author.call("DELETE", f"{OWN}/{phrase_id}")).status_code == 204


@pytest.mark.parametrize(
    "phrase_id", ["A", "-a", ".a", "a_b", "ä", "a%20b", "a%0A", "a%00", "%00", "x" * 81, "不行", "%F0%9F%98%80", "%FF"]
)
async def test_an_id_that_cannot_be_used_is_refused(bank: Bank, phrase_id: str) -> None:
    author = await bank.employee("head", Role.AUTHOR)
    expect_problem(await put(author, phrase_id), 400, "invalid_parameter")
    expect_problem(await author.call("DELETE", f"{OWN}/{phrase_id}"), 400, "invalid_parameter")


@pytest.mark.parametrize(
    ("change", "status", "code"),
    [
        ({"phrase": "不"}, 400, "invalid_body"),
        ({"phrase": ""}, 400, "invalid_body"),
        ({"phrase": "不" * 101}, 400, "invalid_body"),
        ({"phrase": "不行\x00"}, 400, "invalid_body"),
        ({"phrase": None}, 400, "invalid_body"),
        ({"phrase": 12}, 400, "invalid_body"),
        ({"phrase": {"zh": "不行"}}, 400, "invalid_body"),
        ({"phrase": "12315"}, 422, "unusable_phrase"),
        ({"phrase": "不!!"}, 422, "unusable_phrase"),
        ({"phrase": "  "}, 422, "unusable_phrase"),
        ({"phrase": "😀😀"}, 422, "unusable_phrase"),
        ({"why": ""}, 400, "invalid_body"),
        ({"why": "x" * 501}, 400, "invalid_body"),
        ({"why": "\x00"}, 400, "invalid_body"),
        ({"instead": ""}, 400, "invalid_body"),
        ({"instead": "😀" * 501}, 400, "invalid_body"),
        ({"instead": ...}, 400, "invalid_body"),
        ({"id": "x"}, 400, "invalid_body"),
    ],
    ids=lambda value: ascii(value)[:24],
)
async def test_a_phrase_that_cannot_be_used_is_refused(bank: Bank, change: dict[str, Any], status: int, code: str) -> None:
    author = await bank.employee("head", Role.AUTHOR)
    body = {name: value for name, value in {**WRITTEN, **change}.items() if value is not ...}
    expect_problem(await author.call("PUT", f"{OWN}/x", json=body), status, code)
    assert (await author.get(OWN))["total"] == 0


@pytest.mark.parametrize("phrase", ["不行", "ok", "(((不行", "ab\\", "不行" * 50, "[^ab]*", "不\n行", "{{}}ab", "нет"])
async def test_any_phrase_of_two_letters_is_found_as_it_is_written(bank: Bank, phrase: str) -> None:
    author = await bank.employee("head", Role.AUTHOR)
    assert (await put(author, "x", phrase=phrase, why="y" * 500, instead="😀" * 500)).status_code == 200
    assert ids(await checked(author, f"x {phrase} x")) == ["x"]


async def test_an_organisation_has_five_hundred_phrases_at_most(bank: Bank) -> None:
    author = await bank.employee("head", Role.AUTHOR)
    await fill(bank, author, 499)
    # Of those who add the last at the same moment one does.
    statuses = [
        answer.status_code for answer in await asyncio.gather(*(put(author, f"last-{n}", phrase=f"末句之{n}") for n in range(6)))
    ]
    assert sorted(statuses) == [200, *[409] * 5]
    expect_problem(await put(author, "one-more"), 409, "too_many_phrases")
    assert (await author.get(OWN))["total"] == 500
    assert ids(await checked(author, "第499句话，好吗"))[0] == "p499"
    # Replacing one needs no room.
    assert (await put(author, "p1", phrase="换一句")).status_code == 200
    # Another organisation has its own.
    other = await (await Bank.found(bank.service)).employee("head", Role.AUTHOR)
    assert (await put(other, "first")).status_code == 200


async def test_who_put_a_phrase_there_is_kept(bank: Bank) -> None:
    first, second = await bank.employee("head", Role.AUTHOR), await bank.employee("north", Role.ADMIN)
    await put(first, "x")
    bank.service.clock.advance(days=1)
    await put(second, "x")
    async with bank.service.database.transaction(bank.id) as connection:
        [row] = await connection.fetch("SELECT * FROM organisation_phrase")
    assert (row["added_by"], row["added_at"]) == (second.caller.employee_id, bank.service.clock())


async def test_what_the_database_says_of_a_phrase_is_what_was_written(bank: Bank) -> None:
    author = await bank.employee("head", Role.AUTHOR)
    odd = {"phrase": "‘不行’\t\\'; --", "why": '"\u2028\ufeff', "instead": "<b>😀</b>"}
    assert (await put(author, "x", **odd)).status_code == 200
    [stored] = (await author.get(OWN))["phrases"]
    assert {field: stored[field] for field in odd} == odd


async def test_the_same_phrase_is_added_once_however_it_is_written(bank: Bank) -> None:
    author = await bank.employee("head", Role.AUTHOR)
    assert (await put(author, "one")).status_code == 200
    same = "本 網點，不受理"
    expect_problem(await put(author, "two", phrase=same), 409, "phrase_exists")
    assert (await put(author, "one", phrase=same)).status_code == 200


async def test_more_hits_than_anybody_reads_are_counted_and_not_listed(bank: Bank) -> None:
    author = await bank.employee("head", Role.AUTHOR)
    assert (await put(author, "ha", phrase="哈哈")).status_code == 200
    body = await checked(author, "哈" * 10_000)
    assert (len(body["hits"]), body["total"], body["clean"]) == (500, 5_000, False)


@pytest.mark.parametrize("draft", ["1" + "." * 9_998 + "1", "a-b 1" + "." * 9_990 + "1", "“" * 10_000, "\n." * 5_000])
async def test_a_draft_of_marks_is_answered(bank: Bank, draft: str) -> None:
    assert (await checked(await bank.employee(), draft))["clean"] is True
