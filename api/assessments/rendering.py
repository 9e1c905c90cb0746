"""From attempts and profiles to the shapes that learners are sent."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from api.assessments.schemas import (
    AnswerBody,
    AttemptBody,
    ExamQuestionBody,
    GradedQuestionBody,
    QuestionnaireBody,
    RejectedAnswer,
    ResultBody,
    ScaleBody,
    SelfResultBody,
    SkillResultBody,
    StatementBody,
)
from api.learner.question_rendering import feedback_body, question_fields
from domain.assessment.exam import Attempt, Result
from domain.assessment.questionnaire import ScaleScore, SelfResult
from domain.content.assessments import Questionnaire, Scale
from domain.content.catalogue import Catalogue
from domain.content.items import ItemVersion
from domain.content.shuffle import shuffled
from domain.practice.grading import grade
from domain.text import Language


def attempt_body(
    attempt: Attempt,
    catalogue: Catalogue,
    language: Language,
    now: datetime,
    rejected: Sequence[RejectedAnswer] = (),
) -> AttemptBody:
    """An attempt as its candidate may see it now: questions while it is open, keys only once it is closed."""
    items = [_version(catalogue, question.item_id, question.item_version) for question in attempt.questions]
    is_open = attempt.submitted_at is None
    return AttemptBody(
        attempt_id=attempt.id,
        assessment_id=attempt.assessment_id,
        started_at=attempt.started_at,
        deadline_at=attempt.deadline_at,
        now=now,
        submitted_at=attempt.submitted_at,
        questions=[
            ExamQuestionBody(place=place, **question_fields(item, language, attempt.id, place))
            for place, item in enumerate(items)
            if is_open
        ],
        answers=[AnswerBody(place, dict(answer.response)) for place, answer in sorted(attempt.answers.items())],
        rejected=list(rejected),
        result=None if attempt.result is None else _result(attempt, attempt.result, items, language),
    )


def _version(catalogue: Catalogue, item_id: str, version: int) -> ItemVersion:
    item = catalogue.version(item_id, version)
    assert item is not None  # noqa: S101  (a version once published is never gone)
    return item


def _result(attempt: Attempt, result: Result, items: list[ItemVersion], language: Language) -> ResultBody:
    return ResultBody(
        score=result.score,
        passed=result.passed,
        skills=[SkillResultBody(each.skill, each.points, each.questions) for each in result.skills],
        questions=[_graded(attempt, place, item, language) for place, item in enumerate(items)],
    )


def _graded(attempt: Attempt, place: int, item: ItemVersion, language: Language) -> GradedQuestionBody:
    answer = attempt.answers.get(place)
    verdict = None if answer is None else grade(item, answer.response)
    return GradedQuestionBody(
        place=place,
        item_id=item.item_id,
        correct=verdict is not None and verdict.correct,
        score=0.0 if verdict is None else verdict.score,
        explanation=item.explanation.said_in(language),
        key=dict(item.key_in(language)),
        feedback=None if verdict is None else feedback_body(item, verdict.feedback, language),
    )


def questionnaire_body(questionnaire: Questionnaire, person: UUID, language: Language) -> QuestionnaireBody:
    """The questionnaire with its statements mixed, so that no scale can be read off their order."""
    mixed = shuffled(questionnaire.statements, person, key=lambda statement: statement.statement_id)
    return QuestionnaireBody(
        assessment_id=questionnaire.assessment_id,
        assessment_version=questionnaire.version,
        title=questionnaire.title.said_in(language),
        purpose=questionnaire.purpose.said_in(language),
        method=questionnaire.method.said_in(language),
        statements=[StatementBody(statement.statement_id, statement.text.said_in(language)) for statement in mixed],
    )


def self_result_body(result: SelfResult, questionnaire: Questionnaire | None, language: Language) -> SelfResultBody:
    """A result in words of the questionnaire as it is today; bare figures when it was withdrawn, or a scale of it is gone."""
    scales = {} if questionnaire is None else {scale.scale_id: scale for scale in questionnaire.scales}
    return SelfResultBody(
        id=result.id,
        assessment_id=result.assessment_id,
        taken_at=result.taken_at,
        scales=[_scale(scored, scales.get(scored.scale_id), language) for scored in result.profile.scales],
        even=result.profile.even,
        advice=None if questionnaire is None or not result.profile.even else questionnaire.even.said_in(language),
    )


def _scale(scored: ScaleScore, scale: Scale | None, language: Language) -> ScaleBody:
    return ScaleBody(
        scale_id=scored.scale_id,
        title=scored.scale_id if scale is None else scale.title.said_in(language),
        points=scored.points,
        leads=scored.leads,
        reading="" if scale is None else scale.reading.said_in(language),
        lessons=[] if scale is None else list(scale.lessons),
    )
