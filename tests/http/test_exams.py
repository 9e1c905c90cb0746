"""Stage exams over HTTP: drawn, timed by the server, resumable, graded once, and a review for every answer."""

import asyncio
from datetime import datetime, timedelta
from math import ceil
from typing import Any
from uuid import UUID

import asyncpg
import pytest

from domain.content.catalogue import Catalogue
from domain.content.shuffle import digest_of
from domain.practice.learner import Preferences
from tests.http.expecting import expect_problem, names_in
from tests.service import Bank, Phone

pytestmark = pytest.mark.anyio

EXAM = "exam.beginner"
OTHER = "exam.intermediate"
SECRETS = {"key", "correct", "feedback", "explanation", "offence", "score", "quality", "note", "criteria"}


async def started(phone: Phone, exam: str = EXAM) -> dict[str, Any]:
    response = await phone.call("POST", f"/v1/assessments/{exam}/attempts")
    assert response.status_code == 200, response.text
    body: dict[str, Any] = response.json()
    return body


def answers(attempt: dict[str, Any], catalogue: Catalogue, *, right: int | None = None) -> dict[str, Any]:
    """The keys of the first `right` places, all when it is None, and "I don't know" for the others."""
    given = []
    for number, question in enumerate(attempt["questions"]):
        known = right is None or number < right
        response = dict(catalogue.items[question["item_id"]].body.key("en")) if known else {"unknown": True}
        given.append({"place": question["place"], "response": response})
    return {"answers": given}


async def submitted(phone: Phone, attempt: dict[str, Any], body: dict[str, Any]) -> dict[str, Any]:
    response = await phone.call("POST", f"/v1/assessments/attempts/{attempt['attempt_id']}/submission", json=body)
    assert response.status_code == 200, response.text
    told: dict[str, Any] = response.json()
    return told


async def saved(phone: Phone, attempt: dict[str, Any], body: dict[str, Any]) -> dict[str, Any]:
    response = await phone.call("PUT", f"/v1/assessments/attempts/{attempt['attempt_id']}/answers", json=body)
    assert response.status_code == 200, response.text
    told: dict[str, Any] = response.json()
    return told


async def listed(phone: Phone, exam: str = EXAM) -> dict[str, Any]:
    body = await phone.get("/v1/assessments")
    assert body["total"] == len(body["assessments"])
    [summary] = [each for each in body["assessments"] if each["assessment_id"] == exam]
    found: dict[str, Any] = summary
    return found


async def test_an_exam_is_drawn_by_its_blueprint_and_shows_no_key(bank: Bank) -> None:
    phone = await bank.employee()
    attempt = await started(phone)
    skills = [question["skill"] for question in attempt["questions"]]
    assert (skills.count("forbidden-phrases"), skills.count("handling-process")) == (3, 8)
    assert [question["place"] for question in attempt["questions"]] == list(range(11))
    assert len({question["item_id"] for question in attempt["questions"]}) == 11
    assert {q["kind"] for q in attempt["questions"] if q["skill"] == "forbidden-phrases"} <= {"single_choice", "spot_phrase"}
    assert not names_in(attempt) & SECRETS
    assert "result" not in attempt


async def test_candidates_get_forms_of_their_own(bank: Bank) -> None:
    forms = [[q["item_id"] for q in (await started(await bank.employee()))["questions"]] for _ in range(4)]
    assert len({tuple(form) for form in forms}) == 4


async def test_a_form_mixes_the_kinds(bank: Bank) -> None:
    attempt = await started(await bank.employee())
    assert len({q["kind"] for q in attempt["questions"] if q["skill"] == "handling-process"}) >= 6


async def test_starting_again_gives_the_same_attempt(bank: Bank) -> None:
    phone = await bank.employee()
    first = await started(phone)
    bank.service.clock.advance(minutes=5)
    again = await started(phone)
    assert again["now"] != first["now"]
    assert {**again, "now": None} == {**first, "now": None}


async def test_one_exam_is_open_at_a_time(bank: Bank, catalogue: Catalogue) -> None:
    phone = await bank.employee()
    attempt = await started(phone)
    refused = await phone.call("POST", f"/v1/assessments/{OTHER}/attempts")
    expect_problem(refused, 409, "attempt_open")
    assert (await listed(phone, OTHER))["refusal"] == "attempt_open"
    assert (await listed(phone))["open_attempt_id"] == attempt["attempt_id"]
    await submitted(phone, attempt, answers(attempt, catalogue))
    await started(phone, OTHER)


async def test_an_interrupted_attempt_is_resumed_with_what_was_saved(bank: Bank, catalogue: Catalogue) -> None:
    phone = await bank.employee()
    attempt = await started(phone)
    body = answers(attempt, catalogue)
    receipt = await saved(phone, attempt, {"answers": body["answers"][:4]})
    assert (receipt["answered"], receipt["rejected"], receipt["deadline_at"]) == (4, [], attempt["deadline_at"])
    await saved(phone, attempt, {"answers": [{"place": 0, "response": {"unknown": True}}]})
    resumed = await phone.get(f"/v1/assessments/attempts/{attempt['attempt_id']}")
    assert resumed["questions"] == attempt["questions"]
    assert resumed["answers"] == [{"place": 0, "response": {"unknown": True}}, *body["answers"][1:4]]
    assert not names_in({**resumed, "answers": []}) & SECRETS


async def test_all_right_passes_and_tells_everything(bank: Bank, catalogue: Catalogue) -> None:
    phone = await bank.employee(preferences=Preferences("Asia/Shanghai", "en"))
    attempt = await started(phone)
    told = await submitted(phone, attempt, answers(attempt, catalogue))
    assert told["result"]["score"] == pytest.approx(1)
    assert told["result"]["passed"] is True
    assert {each["skill"]: (each["points"], each["questions"]) for each in told["result"]["skills"]} == {
        "forbidden-phrases": (pytest.approx(3), 3),
        "handling-process": (pytest.approx(8), 8),
    }
    for question, asked in zip(told["result"]["questions"], attempt["questions"], strict=True):
        item = catalogue.items[asked["item_id"]]
        assert (question["place"], question["item_id"], question["correct"]) == (asked["place"], item.item_id, True)
        assert question["explanation"] == item.explanation.en
        assert question["key"] == item.body.key("en")
    assert (await listed(phone))["passed_at"] == told["submitted_at"] == "2026-11-20T04:00:00Z"
    assert (await listed(phone))["refusal"] == "exam_passed"
    expect_problem(await phone.call("POST", f"/v1/assessments/{EXAM}/attempts"), 409, "exam_passed")


async def test_below_the_pass_mark_fails_and_leaves_no_fact(bank: Bank, catalogue: Catalogue) -> None:
    phone = await bank.employee()
    attempt = await started(phone)
    told = await submitted(phone, attempt, answers(attempt, catalogue, right=8))
    assert told["result"]["score"] == pytest.approx(8 / 11)
    assert told["result"]["passed"] is False
    assert sum(question["correct"] for question in told["result"]["questions"]) == 8
    assert "passed_at" not in await listed(phone)


async def test_nine_of_eleven_reach_four_fifths(bank: Bank, catalogue: Catalogue) -> None:
    phone = await bank.employee()
    attempt = await started(phone)
    assert (await submitted(phone, attempt, answers(attempt, catalogue, right=9)))["result"]["passed"] is True


async def test_handing_in_again_tells_the_same_and_counts_nothing_twice(bank: Bank, catalogue: Catalogue) -> None:
    phone = await bank.employee()
    attempt = await started(phone)
    first = await submitted(phone, attempt, answers(attempt, catalogue, right=5))
    rows = await phone.review_rows()
    assert await submitted(phone, attempt, answers(attempt, catalogue)) == first
    assert await submitted(phone, attempt, {"answers": []}) == first
    assert await phone.review_rows() == rows


async def test_exam_answers_train_the_memory_and_are_marked(bank: Bank, catalogue: Catalogue) -> None:
    phone = await bank.employee()
    await phone.submit(phone.review("phrases.ten.belongs", {"unknown": True}))
    attempt = await started(phone)
    body = answers(attempt, catalogue, right=6)
    await submitted(phone, attempt, {"answers": body["answers"][:9]})
    rows = await phone.review_rows()
    origins = {row["item_id"]: row["origin"] for row in rows}
    answered = [question["item_id"] for question in attempt["questions"][:9]]
    assert {item: origin for item, origin in origins.items() if item in answered} == dict.fromkeys(answered, "exam")
    assert len(rows) == 1 + 9
    memories = await phone.memory_rows()
    assert all(memories[item]["relearning"] is (place >= 6) for place, item in enumerate(answered))


async def test_the_deadline_is_the_servers_with_a_little_grace(bank: Bank, catalogue: Catalogue) -> None:
    phone = await bank.employee()
    attempt = await started(phone)
    body = answers(attempt, catalogue)
    bank.service.clock.advance(minutes=30, seconds=29)
    await saved(phone, attempt, {"answers": body["answers"][:2]})
    bank.service.clock.advance(seconds=2)
    late = await phone.call("PUT", f"/v1/assessments/attempts/{attempt['attempt_id']}/answers", json=body)
    expect_problem(late, 409, "attempt_closed")
    told = await submitted(phone, attempt, body)
    assert told["result"]["score"] == pytest.approx(2 / 11)
    assert told["submitted_at"] == told["deadline_at"]


@pytest.mark.parametrize("touch", ["list", "get", "start"])
async def test_an_attempt_that_nobody_handed_in_is_closed_when_its_time_is_up(
    bank: Bank, catalogue: Catalogue, touch: str
) -> None:
    phone = await bank.employee()
    attempt = await started(phone)
    await saved(phone, attempt, answers(attempt, catalogue))
    bank.service.clock.advance(hours=2)
    if touch == "list":
        await phone.get("/v1/assessments")
    elif touch == "start":
        await started(phone, OTHER)
    told = await phone.get(f"/v1/assessments/attempts/{attempt['attempt_id']}")
    assert told["submitted_at"] == attempt["deadline_at"]
    assert told["result"]["passed"] is True


async def test_a_failed_exam_waits_and_is_given_three_times_in_thirty_days(bank: Bank) -> None:
    phone = await bank.employee()
    clock = bank.service.clock
    begun = clock()
    for number in range(3):
        attempt = await started(phone)
        await submitted(phone, attempt, {"answers": []})
        refused = await phone.call("POST", f"/v1/assessments/{EXAM}/attempts")
        code = "retake_too_soon" if number < 2 else "attempts_used_up"
        expect_problem(refused, 409, code)
        from_time = datetime.fromisoformat((await listed(phone))["from_time"])
        assert refused.headers["Retry-After"] == str(ceil((from_time - clock()).total_seconds()))
        clock.now = from_time - timedelta(seconds=1)
        expect_problem(await phone.call("POST", f"/v1/assessments/{EXAM}/attempts"), 409, code)
        clock.now = from_time
    assert clock() == begun + timedelta(days=30)
    await started(phone)


async def test_an_attempt_of_somebody_else_looks_like_none(bank: Bank) -> None:
    owner, other = await bank.employee(), await bank.employee()
    attempt = await started(owner)
    missing = "01890000-0000-7000-8000-000000000000"
    for identity in (attempt["attempt_id"], missing):
        calls: list[tuple[str, str, dict[str, Any]]] = [
            ("GET", "", {}),
            ("PUT", "/answers", {"json": {"answers": []}}),
            ("POST", "/submission", {"json": {"answers": []}}),
        ]
        for method, path, body in calls:
            expect_problem(await other.call(method, f"/v1/assessments/attempts/{identity}{path}", **body), 404, "not_found")


BAD: list[dict[str, Any]] = [
    {"answers": [{"place": -1, "response": {"unknown": True}}]},
    {"answers": [{"place": 0, "response": []}]},
    {"answers": [{"place": 0}]},
    {"answers": {}},
    {},
    {"answers": [], "more": 1},
]


@pytest.mark.parametrize("body", BAD)
async def test_a_body_of_another_shape_is_refused_and_loses_nothing(
    bank: Bank, catalogue: Catalogue, body: dict[str, Any]
) -> None:
    phone = await bank.employee()
    attempt = await started(phone)
    await saved(phone, attempt, answers(attempt, catalogue, right=3))
    for method, path in (("PUT", "answers"), ("POST", "submission")):
        refused = await phone.call(method, f"/v1/assessments/attempts/{attempt['attempt_id']}/{path}", json=body)
        expect_problem(refused, 400, "invalid_body")
    resumed = await phone.get(f"/v1/assessments/attempts/{attempt['attempt_id']}")
    assert len(resumed["answers"]) == 11
    assert "submitted_at" not in resumed


async def test_one_bad_answer_does_not_lose_the_others(bank: Bank, catalogue: Catalogue) -> None:
    phone = await bank.employee()
    attempt = await started(phone)
    good = answers(attempt, catalogue)["answers"]
    bad = [{"place": 0, "response": {"nonsense": 1}}, {"place": 11, "response": {"unknown": True}}]
    receipt = await saved(phone, attempt, {"answers": [*good[:5], *bad]})
    assert receipt["answered"] == 5
    assert [rejected["place"] for rejected in receipt["rejected"]] == [0, 11]
    told = await submitted(phone, attempt, {"answers": [*good[5:], {"place": 1, "response": {"text": "a\u0000"}}]})
    assert told["result"]["score"] == pytest.approx(1)
    assert [rejected["place"] for rejected in told["rejected"]] == [1]


@pytest.mark.parametrize("exam", ["exam.none", "EXAM.BEGINNER"])
async def test_an_unknown_exam_is_not_found(bank: Bank, exam: str) -> None:
    response = await (await bank.employee()).call("POST", f"/v1/assessments/{exam}/attempts")
    assert response.status_code in {400, 404}


async def test_the_languages_ask_the_same_questions(bank: Bank) -> None:
    phone = await bank.employee()
    attempt = await started(phone)
    path = f"/v1/assessments/attempts/{attempt['attempt_id']}"
    said = {language: (await phone.get(path, language=language))["questions"] for language in ("zh-Hans", "zh-Hant", "en")}
    assert len({tuple(q["item_id"] for q in questions) for questions in said.values()}) == 1
    assert said["en"][0]["prompt"] != said["zh-Hans"][0]["prompt"] != said["zh-Hant"][0]["prompt"]


async def test_keys_cannot_be_had_through_practice_while_the_exam_is_open(bank: Bank, catalogue: Catalogue) -> None:
    phone = await bank.employee(preferences=Preferences("Asia/Shanghai", "en", new_per_day=100))
    attempt = await started(phone)
    asked = [question["item_id"] for question in attempt["questions"]]
    other = next(item for item in catalogue.items if item not in asked)
    known = dict(catalogue.items[asked[0]].body.key("en"))
    reviews = [phone.review(asked[0], known), *(phone.review(item, {"unknown": True}) for item in [*asked[1:], other])]
    *secret, open_one = await phone.submit(*reviews)
    assert open_one["feedback"]["key"]
    for result in [*secret, *(await phone.submit(*reviews))[:-1]]:
        assert set(result) == {"id", "status", "reason", "detail"}
        assert (result["status"], result["reason"]) == ("quarantined", "exam_open")
    drill = await phone.get("/v1/drill", size=100)
    assert not {step.get("item_id") for step in drill["steps"]} & set(asked)
    await submitted(phone, attempt, {"answers": []})
    told = await phone.submit(*reviews)
    assert [result["status"] for result in told] == ["accepted"] * len(asked) + ["duplicate"]
    assert all(result["feedback"]["key"] for result in told)
    drill = await phone.get("/v1/drill", size=100)
    assert {step.get("item_id") for step in drill["steps"]} >= set(asked[1:])


async def test_nothing_a_candidate_can_read_tells_whether_a_guess_was_right(bank: Bank, catalogue: Catalogue) -> None:
    """Progress and mastery count answers; those to the questions of an open exam wait."""
    seen = []
    for right in (True, False):
        phone = await bank.employee()
        attempt = await started(phone)
        item_id = attempt["questions"][0]["item_id"]
        response = dict(catalogue.items[item_id].body.key("en")) if right else {"unknown": True}
        await phone.submit(phone.review(item_id, response))
        seen.append([(await phone.call("GET", path)).json() for path in ("/v1/progress", "/v1/mastery")])
    assert seen[0] == seen[1]


async def test_what_was_answered_before_the_exam_does_not_tell_its_key_either(bank: Bank, catalogue: Catalogue) -> None:
    phone = await bank.employee()
    before = [phone.review(item_id, {"unknown": True}) for item_id in list(catalogue.items)[:300]]
    await phone.submit(*before)
    asked = {question["item_id"] for question in (await started(phone))["questions"]}
    again = [review for review in before if review["item_id"] in asked]
    assert again
    for result in await phone.submit(*again):
        assert set(result) == {"id", "status", "reason", "detail"}
        assert (result["status"], result["reason"]) == ("duplicate", "exam_open")


async def test_an_exam_that_was_left_keeps_its_secrets_no_longer_than_its_time(bank: Bank) -> None:
    phone = await bank.employee()
    attempt = await started(phone)
    review = phone.review(attempt["questions"][0]["item_id"], {"unknown": True})
    bank.service.clock.advance(minutes=30, seconds=45)
    [result] = await phone.submit(review)
    assert result["reason"] == "exam_open"
    bank.service.clock.advance(seconds=30)
    [result] = await phone.submit(review)
    assert result["feedback"]["key"]


async def test_eight_devices_that_start_at_once_begin_one_attempt(bank: Bank) -> None:
    phone = await bank.employee()
    begun = await asyncio.gather(*(started(phone) for _ in range(8)))
    assert len({attempt["attempt_id"] for attempt in begun}) == 1
    assert all(attempt["questions"] == begun[0]["questions"] for attempt in begun)


async def test_handing_in_from_eight_devices_at_once_is_one_submission(bank: Bank, catalogue: Catalogue) -> None:
    phone = await bank.employee()
    attempt = await started(phone)
    told = await asyncio.gather(*(submitted(phone, attempt, answers(attempt, catalogue)) for _ in range(8)))
    assert all(each["result"] == told[0]["result"] for each in told)
    assert len(await phone.review_rows()) == 11


async def waiting_for_a_lock(bank: Bank, count: int) -> None:
    """Until so many transactions of the service wait for a lock."""
    connection = await asyncpg.connect(bank.service.url)
    try:
        query = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
        while await connection.fetchval(query) < count:  # noqa: ASYNC110  (PostgreSQL sets no event)
            await asyncio.sleep(0.01)
    finally:
        await connection.close()


async def test_what_was_saved_while_time_ran_out_counts(bank: Bank, catalogue: Catalogue) -> None:
    """An answer that came in time waits for the learner's row; who closes the attempt meanwhile must not have read it before."""
    phone = await bank.employee()
    attempt = await started(phone)
    bank.service.clock.advance(minutes=30, seconds=29)
    async with bank.service.database.transaction(bank.id) as connection:
        await connection.execute("SELECT FROM learner WHERE learner_id = $1 FOR UPDATE", phone.caller.employee_id)
        saving = asyncio.create_task(saved(phone, attempt, answers(attempt, catalogue)))
        await waiting_for_a_lock(bank, 1)
        bank.service.clock.advance(seconds=2)
        closing = asyncio.create_task(phone.get("/v1/assessments"))
        await waiting_for_a_lock(bank, 2)
    assert (await saving)["answered"] == 11
    await closing
    told = await phone.get(f"/v1/assessments/attempts/{attempt['attempt_id']}")
    assert told["result"]["passed"] is True


async def test_the_ids_of_exam_reviews_cannot_be_taken_beforehand(bank: Bank, catalogue: Catalogue) -> None:
    phone = await bank.employee()
    attempt = await started(phone)
    other = next(item for item in catalogue.items if item not in {q["item_id"] for q in attempt["questions"]})
    guessed = [UUID(bytes=digest_of(attempt["attempt_id"], place)) for place in range(11)]
    await phone.submit(*(phone.review(other, {"unknown": True}, id=str(identity)) for identity in guessed))
    await submitted(phone, attempt, answers(attempt, catalogue))
    assert sum(row["origin"] == "exam" for row in await phone.review_rows()) == 11


async def test_law_16_a_pass_is_recorded_when_it_is_found_and_never_dated_back(bank: Bank, catalogue: Catalogue) -> None:
    phone = await bank.employee()
    attempt = await started(phone)
    await saved(phone, attempt, answers(attempt, catalogue))
    bank.service.clock.advance(hours=2)
    found = bank.service.clock()
    assert datetime.fromisoformat((await listed(phone))["passed_at"]) == found
