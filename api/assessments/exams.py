"""listAssessments, startAssessment, getAttempt, saveAnswers, submitAssessment."""

from collections.abc import Mapping
from datetime import datetime
from http import HTTPStatus
from math import ceil
from typing import Annotated
from uuid import UUID, uuid4

from litestar import Controller, get, post, put
from litestar.params import PathParameter, RawBody

from api.assessments.rendering import attempt_body
from api.assessments.schemas import AnswersSaved, AssessmentList, AssessmentSummary, AttemptBody, RejectedAnswer, SaveAnswers
from api.bodies import body_of, decode_body
from api.injected import Injected
from api.parameters import AssessmentId, ChosenLanguage
from api.problems import Problem, not_found
from api.wiring.desk import Desk
from domain.assessment.exam import Attempt, eligibility
from domain.assessment.form import BankTooSmall
from domain.assessment.sitting import (
    AttemptClosed,
    MayNotBegin,
    begin,
    hand_in,
    is_overdue,
    with_answers,
)
from domain.content.assessments import Exam
from domain.content.catalogue import Catalogue
from domain.practice.clock import practice_day
from domain.text import Language

AttemptId = Annotated[UUID, PathParameter(description="An attempt of the caller's.")]

REFUSALS = {
    "exam_passed": "The exam is passed already.",
    "attempt_open": "Another exam is open. Hand it in first.",
    "retake_too_soon": "The exam may be taken again later: see Retry-After.",
    "attempts_used_up": "All attempts of this period are used: see Retry-After.",
}


class ExamController(Controller):
    """Stage exams: timed by the server, keys withheld until submission, one attempt open at a time."""

    path = "/v1/assessments"
    tags = ["assessments"]

    @get("", operation_id="listAssessments")
    async def assessments(self, desk: Injected[Desk], language: ChosenLanguage = None) -> AssessmentList:
        """All assessments, with what the caller has passed and may begin, and the caller's stage of the growth path."""
        preferences = await desk.preferences()
        said_in = language or preferences.language
        await _settle(desk)
        standing = await desk.attempts.open_attempt()
        passes = await desk.attempts.passes()
        summaries = []
        for assessment in desk.catalogue.assessments.values():
            if isinstance(assessment, Exam):
                summaries.append(await _summary(desk, assessment, standing, passed_at=passes, said_in=said_in))
            else:
                title = assessment.title.said_in(said_in)
                summaries.append(
                    AssessmentSummary(
                        assessment_id=assessment.assessment_id, kind="self", title=title, questions=len(assessment.statements)
                    )
                )
        stages = desk.catalogue.path.stages
        day = practice_day(desk.now, preferences.time_zone)
        stage = stages[desk.stage_in(await desk.learner.career(), day)].stage_id if stages else None
        return AssessmentList(stage, None if standing is None else standing.id, summaries, len(summaries))

    @post("/{assessment_id:str}/attempts", operation_id="startAssessment", status_code=200)
    async def start(self, assessment_id: AssessmentId, desk: Injected[Desk], language: ChosenLanguage = None) -> AttemptBody:
        """Begin an exam. Repeated while the attempt is open, it gives the same attempt: a lost response loses nothing."""
        exam = desk.catalogue.assessments.get(assessment_id)
        if not isinstance(exam, Exam):
            raise not_found()
        learner = await desk.learner.lock()
        await _settle(desk)
        try:
            attempt = await begin(
                exam,
                desk.attempts,
                desk.catalogue,
                learner_id=desk.caller.employee_id,
                attempt_id=uuid4(),
                salt=uuid4(),
                now=desk.now,
            )
        except MayNotBegin as refused:
            raise _refused(refused, desk) from refused
        except BankTooSmall as error:
            detail = f"The published bank holds too few items of {error} for this exam."
            raise Problem(HTTPStatus.CONFLICT, "bank_too_small", detail) from error
        catalogue = await _catalogue_of(desk, attempt)
        return attempt_body(attempt, catalogue, language or learner.preferences.language, desk.now)

    @get("/attempts/{attempt_id:uuid}", operation_id="getAttempt")
    async def attempt(self, attempt_id: AttemptId, desk: Injected[Desk], language: ChosenLanguage = None) -> AttemptBody:
        """An attempt to be resumed, with what was answered so far; or, once it is handed in, its result."""
        preferences = await desk.preferences()
        await _settle(desk)
        attempt = await _own(desk, attempt_id)
        return attempt_body(attempt, await _catalogue_of(desk, attempt), language or preferences.language, desk.now)

    @put("/attempts/{attempt_id:uuid}/answers", operation_id="saveAnswers", opt=body_of(SaveAnswers))
    async def save(self, attempt_id: AttemptId, body: RawBody, desk: Injected[Desk]) -> AnswersSaved:
        """Keep answers while the exam goes on, as often as one likes; a later answer to a place replaces the earlier.

        An answer that cannot be taken is told in `rejected` and does not lose the others.
        """
        given = decode_body(body, SaveAnswers)
        await desk.learner.lock()
        attempt = await _own(desk, attempt_id)
        attempt, rejected = _answered(desk, attempt, await _catalogue_of(desk, attempt), given)
        await desk.attempts.save_answers(attempt)
        return AnswersSaved(len(attempt.answers), rejected, attempt.deadline_at, desk.now)

    @post("/attempts/{attempt_id:uuid}/submission", operation_id="submitAssessment", status_code=200, opt=body_of(SaveAnswers))
    async def submit(
        self, attempt_id: AttemptId, body: RawBody, desk: Injected[Desk], language: ChosenLanguage = None
    ) -> AttemptBody:
        """Hand in, with the last answers. Safe to repeat: an attempt handed in before tells its result again.

        When the time was up, what was saved in time counts and what comes with this call does not.
        """
        given = decode_body(body, SaveAnswers)
        learner = await desk.learner.lock()
        await _settle(desk)
        attempt = await _own(desk, attempt_id)
        catalogue = await _catalogue_of(desk, attempt)
        rejected: list[RejectedAnswer] = []
        if attempt.submitted_at is None:
            attempt, rejected = _answered(desk, attempt, catalogue, given)
            attempt = await _close(desk, attempt)
        said_in = language or learner.preferences.language
        return attempt_body(attempt, catalogue, said_in, desk.now, rejected)


async def _summary(
    desk: Desk, exam: Exam, standing: Attempt | None, *, passed_at: Mapping[str, datetime], said_in: Language
) -> AssessmentSummary:
    is_open = standing is not None and standing.assessment_id == exam.assessment_id
    may = eligibility(
        exam,
        await desk.attempts.attempts(exam.assessment_id),
        desk.now,
        passed=exam.assessment_id in passed_at,
        other_open=standing is not None and not is_open,
    )
    stage = next((stage.stage_id for stage in desk.catalogue.path.stages if stage.exam == exam.assessment_id), None)
    return AssessmentSummary(
        assessment_id=exam.assessment_id,
        kind="exam",
        title=exam.title.said_in(said_in),
        questions=sum(line.count for line in exam.blueprint),
        stage=stage,
        minutes=exam.minutes,
        pass_mark=exam.pass_mark,
        passed_at=passed_at.get(exam.assessment_id),
        open_attempt_id=standing.id if standing is not None and is_open else None,
        may_begin=is_open or may.refusal is None,
        refusal=None if is_open or may.refusal is None else may.refusal.value,
        from_time=None if is_open else may.from_time,
    )


async def _own(desk: Desk, attempt_id: UUID) -> Attempt:
    attempt = await desk.attempts.attempt(attempt_id)
    if attempt is None:
        raise not_found()
    return attempt


def _answered(desk: Desk, attempt: Attempt, catalogue: Catalogue, given: SaveAnswers) -> tuple[Attempt, list[RejectedAnswer]]:
    """The attempt with the answers, and those that could not be taken. Raises `Problem`."""
    answers = [(answer.place, answer.response) for answer in given.answers]
    try:
        answered, rejected = with_answers(attempt, answers, catalogue, desk.now)
    except AttemptClosed as error:
        detail = "The attempt is handed in, or its time is up."
        raise Problem(HTTPStatus.CONFLICT, "attempt_closed", detail) from error
    return answered, [RejectedAnswer(each.place, each.detail) for each in rejected]


async def _catalogue_of(desk: Desk, attempt: Attempt) -> Catalogue:
    """A curriculum that holds what was drawn: another process may have drawn it from a publication this one has not read."""
    if all(desk.catalogue.version(question.item_id, question.item_version) for question in attempt.questions):
        return desk.catalogue
    return await desk.newest_catalogue()


async def _settle(desk: Desk) -> None:
    """Close the open attempt if its time ran out, with what was saved: nobody has to come back to hand in."""
    attempt = await desk.attempts.open_attempt()
    if attempt is not None and is_overdue(attempt, desk.now):
        await desk.learner.lock()
        # Another device may have saved or handed in while this one waited for the lock.
        attempt = await desk.attempts.open_attempt()
        if attempt is not None and is_overdue(attempt, desk.now):
            await _close(desk, attempt)


async def _close(desk: Desk, attempt: Attempt) -> Attempt:
    return await hand_in(
        attempt,
        desk.attempts,
        desk.reviews,
        desk.learner,
        learner_id=desk.caller.employee_id,
        time_zone=(await desk.preferences()).time_zone,
        catalogue=await _catalogue_of(desk, attempt),
        algorithm=desk.algorithm,
        now=desk.now,
    )


def _refused(refused: MayNotBegin, desk: Desk) -> Problem:
    may = refused.eligibility
    assert may.refusal is not None  # noqa: S101  (that is what was raised)
    headers = {}
    if may.from_time is not None:
        headers["Retry-After"] = str(ceil((may.from_time - desk.now).total_seconds()))
    return Problem(HTTPStatus.CONFLICT, may.refusal.value, REFUSALS[may.refusal.value], headers=headers)
