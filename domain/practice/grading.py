"""Grading: an item version and a response give a verdict. Latency and confidence play no part in it."""

from dataclasses import dataclass

from domain.content.items import ItemVersion
from domain.content.kinds import Feedback, MalformedResponse
from domain.content.kinds.base import Response, passes


@dataclass(frozen=True, slots=True)
class Verdict:
    """`score` 0 to 1, `correct` when it reaches the item's threshold; `unknown` when the learner said "I don't know"."""

    correct: bool
    score: float
    unknown: bool
    feedback: Feedback


def grade(item: ItemVersion, response: Response) -> Verdict:
    """Grade `response` against the version that was shown. Raises `MalformedResponse` for a response of another shape."""
    if "unknown" in response:
        if set(response) != {"unknown"} or response["unknown"] is not True:
            raise MalformedResponse('"unknown" stands alone and is true')
        return Verdict(correct=False, score=0.0, unknown=True, feedback=Feedback())
    score = item.body.score(response)
    return Verdict(correct=passes(score, item.body.threshold), score=score, unknown=False, feedback=item.body.feedback(response))
