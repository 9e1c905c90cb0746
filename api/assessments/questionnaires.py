"""getQuestionnaire, submitSelfAssessment, listSelfResults, deleteSelfResult: private to the person."""

from http import HTTPStatus
from typing import Annotated
from uuid import UUID, uuid4

from litestar import Controller, delete, get, post
from litestar.params import PathParameter, RawBody

from api.assessments.rendering import questionnaire_body, self_result_body
from api.assessments.schemas import QuestionnaireBody, SelfResultBody, SelfResultList, SubmitSelfAssessment
from api.bodies import body_of, decode_body
from api.injected import Injected
from api.parameters import AssessmentId, ChosenLanguage
from api.problems import FieldError, Problem, not_found
from api.wiring.desk import Desk
from domain.assessment.questionnaire import MalformedAnswers, SelfResult, profile_of
from domain.content.assessments import Questionnaire

# One a week for four years; each can be deleted.
MOST_RESULTS = 200

ResultId = Annotated[UUID, PathParameter(description="A result of the caller's.")]


class QuestionnaireController(Controller):
    """Self-assessments: voluntary, repeatable, deletable, and out of reach for managers, HR, exports and reports."""

    path = "/v1/assessments"
    tags = ["assessments"]

    @get("/{assessment_id:str}/questionnaire", operation_id="getQuestionnaire")
    async def questionnaire(
        self, assessment_id: AssessmentId, desk: Injected[Desk], language: ChosenLanguage = None
    ) -> QuestionnaireBody:
        """The statements of a self-assessment, mixed, and how it is scored."""
        questionnaire = _questionnaire(desk, assessment_id)
        said_in = language or (await desk.preferences()).language
        return questionnaire_body(questionnaire, desk.caller.employee_id, said_in)

    @post(
        "/{assessment_id:str}/self-results",
        operation_id="submitSelfAssessment",
        status_code=201,
        opt=body_of(SubmitSelfAssessment),
    )
    async def submit(
        self, assessment_id: AssessmentId, body: RawBody, desk: Injected[Desk], language: ChosenLanguage = None
    ) -> SelfResultBody:
        """Score a self-assessment and keep it for the caller alone. It may be taken again at any time."""
        questionnaire = _questionnaire(desk, assessment_id)
        answers = decode_body(body, SubmitSelfAssessment).answers
        said_in = language or (await desk.preferences()).language
        try:
            profile = profile_of(questionnaire, answers)
        except MalformedAnswers as error:
            detail = "Every statement takes one answer from 1 to 5."
            raise Problem(
                HTTPStatus.UNPROCESSABLE_ENTITY, "malformed_answers", detail, [FieldError("/answers", str(error))]
            ) from error
        result = SelfResult(uuid4(), assessment_id, questionnaire.version, answers, profile, desk.now)
        private = await desk.private()
        if len(await private.results()) >= MOST_RESULTS:
            detail = f"{MOST_RESULTS} results are kept at most: delete one first."
            raise Problem(HTTPStatus.CONFLICT, "too_many_results", detail)
        await private.add(result)
        return self_result_body(result, questionnaire, said_in)

    @get("/self-results", operation_id="listSelfResults")
    async def results(self, desk: Injected[Desk], language: ChosenLanguage = None) -> SelfResultList:
        """The caller's own results, latest first."""
        said_in = language or (await desk.preferences()).language
        private = await desk.private()
        known = {key: each for key, each in desk.catalogue.assessments.items() if isinstance(each, Questionnaire)}
        results = await private.results()
        return SelfResultList([self_result_body(each, known.get(each.assessment_id), said_in) for each in results], len(results))

    @delete("/self-results/{result_id:uuid}", operation_id="deleteSelfResult", status_code=204)
    async def delete(self, result_id: ResultId, desk: Injected[Desk]) -> None:
        """Delete one of the caller's own results for good."""
        private = await desk.private()
        if not await private.delete(result_id):
            raise not_found()


def _questionnaire(desk: Desk, assessment_id: str) -> Questionnaire:
    questionnaire = desk.catalogue.assessments.get(assessment_id)
    if not isinstance(questionnaire, Questionnaire):
        raise not_found()
    return questionnaire
