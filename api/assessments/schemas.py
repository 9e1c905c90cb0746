"""Shapes of assessments. Fields may be added, never renamed."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from msgspec import Meta, Struct

from api.learner.question_schemas import FeedbackBody, QuestionBody

MOST_PLACES = 200
Place = Annotated[int, Meta(ge=0, lt=MOST_PLACES)]
RefusalCode = Literal["exam_passed", "attempt_open", "retake_too_soon", "attempts_used_up"]


class AssessmentSummary(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """An assessment in a list. For an exam: its stage, limits, and whether it may be begun now; if not, why, and from when on."""

    assessment_id: str
    kind: Literal["exam", "self"]
    title: str
    questions: int
    stage: str | None = None
    minutes: int | None = None
    pass_mark: float | None = None
    passed_at: datetime | None = None
    open_attempt_id: UUID | None = None
    may_begin: bool | None = None
    refusal: RefusalCode | None = None
    from_time: datetime | None = None


class AssessmentList(Struct, frozen=True):
    """All assessments in order, the caller's stage of the growth path, and an attempt that is open, at whichever exam."""

    stage: str | None
    open_attempt_id: UUID | None
    assessments: list[AssessmentSummary]
    total: int


class ExamQuestionBody(QuestionBody, frozen=True, omit_defaults=True, kw_only=True):
    """A question of an exam, at its place of the form."""

    place: int


class AnswerBody(Struct, forbid_unknown_fields=True, frozen=True):
    """An answer: the place of the form, and a response in the shape of the question's kind."""

    place: Place
    response: dict[str, Any]


class SaveAnswers(Struct, forbid_unknown_fields=True, frozen=True):
    """Answers to keep; those of other places stay as they were."""

    answers: Annotated[list[AnswerBody], Meta(max_length=MOST_PLACES)]


class RejectedAnswer(Struct, frozen=True):
    """An answer that could not be taken, and why; what was saved at its place before stays."""

    place: int
    detail: str


class AnswersSaved(Struct, frozen=True):
    """How many places are answered now, which answers could not be taken, and how long there is by the server's clock (`now`)."""

    answered: int
    rejected: list[RejectedAnswer]
    deadline_at: datetime
    now: datetime


class SkillResultBody(Struct, frozen=True):
    """Points of one skill; each question gives 0 to 1."""

    skill: str
    points: float
    questions: int


class GradedQuestionBody(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """What one place came to; `feedback` is missing where nothing was answered."""

    place: int
    item_id: str
    correct: bool
    score: float
    explanation: str
    key: dict[str, Any]
    feedback: FeedbackBody | None = None


class ResultBody(Struct, frozen=True):
    """What the attempt came to: share of all points, whether it is passed, by skill and by question, with the keys."""

    score: float
    passed: bool
    skills: list[SkillResultBody]
    questions: list[GradedQuestionBody]


class AttemptBody(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """An attempt. While it is open: the questions without keys and what was answered. Afterwards: the result.

    `deadline_at` is by the server's clock, of which `now` is the reading. Answers count until then, and a little longer for
    the sake of slow networks. `rejected` tells of answers of this call that could not be taken.
    """

    attempt_id: UUID
    assessment_id: str
    started_at: datetime
    deadline_at: datetime
    now: datetime
    submitted_at: datetime | None = None
    questions: list[ExamQuestionBody] = []
    answers: list[AnswerBody] = []
    rejected: list[RejectedAnswer] = []
    result: ResultBody | None = None


class StatementBody(Struct, frozen=True):
    """A sentence to agree with from 1 (not at all) to 5 (fully)."""

    statement_id: str
    text: str


class QuestionnaireBody(Struct, frozen=True):
    """A questionnaire about oneself: voluntary, private, never a grade. `method` says how it is scored."""

    assessment_id: str
    assessment_version: int
    title: str
    purpose: str
    method: str
    statements: list[StatementBody]


class SubmitSelfAssessment(Struct, forbid_unknown_fields=True, frozen=True):
    """An answer from 1 to 5 to every statement, by its id."""

    answers: Annotated[dict[str, Annotated[int, Meta(ge=1, le=5)]], Meta(min_length=1, max_length=200)]


class ScaleBody(Struct, frozen=True):
    """One scale from 0 to 100; where it leads, `reading` and `lessons` are worth a look."""

    scale_id: str
    title: str
    points: float
    leads: bool
    reading: str
    lessons: list[str]


class SelfResultBody(Struct, frozen=True):
    """What a self-assessment gave: scales in order; when none stands out, `even` and advice for that."""

    id: UUID
    assessment_id: str
    taken_at: datetime
    scales: list[ScaleBody]
    even: bool
    advice: str | None


class SelfResultList(Struct, frozen=True):
    """The caller's own results, latest first. Nobody else can read them."""

    results: list[SelfResultBody]
    total: int
