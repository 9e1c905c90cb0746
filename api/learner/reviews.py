"""getDrill and submitReviews: the daily loop."""

from collections import Counter
from typing import Annotated, Any

from litestar import Controller, Request, Response, get, post
from litestar.params import QueryParameter, RawBody

from api.bodies import body_of
from api.conditional import CONDITIONAL, conditional
from api.cursors import encode_cursor
from api.injected import Injected
from api.learner.drill_schemas import MOST_GAPS, CountsBody, DrillBody, NumberRangeBody, ReviewReceipt, SubmitReviews
from api.learner.rendering import ResultWriter, step_body
from api.learner.uploads import batch_of, entry_of, read_upload
from api.operations.metrics import REVIEWS
from api.parameters import ChosenLanguage
from api.problems import device_revoked
from api.wiring.desk import Desk
from domain.content.catalogue import Catalogue
from domain.mastery.standing import note_upload
from domain.practice.clock import practice_day
from domain.practice.device import DeviceRevoked
from domain.practice.drill import build_drill
from domain.practice.review import Submission
from domain.practice.submit import Receipt, submit_reviews
from domain.sync.feed import after_upload

LARGEST_DRILL = 100


class ReviewController(Controller):
    """The drill and its answers."""

    path = "/v1"
    tags = ["practice"]

    @get("/drill", operation_id="getDrill", opt=CONDITIONAL)
    async def drill(
        self,
        request: Request[Any, Any, Any],
        desk: Injected[Desk],
        size: Annotated[int | None, QueryParameter(ge=1, le=LARGEST_DRILL)] = None,
        language: ChosenLanguage = None,
    ) -> Response[DrillBody]:
        """Today's drill: relearning, due, then new items, without keys.

        `size` is the number of items (default: what fills the daily goal), `language` overrides the profile's.
        """
        preferences = await desk.preferences()
        day = practice_day(desk.now, preferences.time_zone)
        career = await desk.learner.career()
        drill = build_drill(
            day,
            size or preferences.drill_size,
            preferences,
            await desk.learner.memories(),
            await desk.learner.lessons_done(),
            desk.catalogue,
            desk.algorithm,
            stage=desk.stage_in(career, day),
            secret=frozenset() if career.sitting is None else career.sitting.secret_items(desk.now),
        )
        said_in = language or preferences.language
        counts = CountsBody(drill.counts.relearn, drill.counts.due, drill.counts.new)
        steps = [step_body(step, desk.caller.employee_id, said_in) for step in drill.steps]
        return conditional(request, DrillBody(day, preferences.time_zone, said_in, counts, steps))

    @post("/reviews", operation_id="submitReviews", status_code=200, opt=body_of(SubmitReviews))
    async def submit(
        self,
        body: RawBody,
        desk: Injected[Desk],
    ) -> ReviewReceipt:
        """Hand in 1 to 500 answers; safe to repeat.

        Every review gets a result, in the order sent: `accepted`, `duplicate` (with its first verdict), `conflict` (the id was
        used for another answer) or `quarantined` (kept with a reason; it never blocks the others). Answers to the questions of an
        exam that is being sat are quarantined as `exam_open`; they count when they are sent again after its submission.
        """
        upload = read_upload(body)
        entries = [entry_of(raw) for raw in upload.reviews]
        catalogue = desk.catalogue
        if any(isinstance(e, Submission) and catalogue.version(e.item_id, e.item_version) is None for e in entries):
            # Another worker may have handed out what was published a moment ago.
            catalogue = await desk.newest_catalogue()
        try:
            receipt = await submit_reviews(
                entries,
                batch_of(upload, desk.now),
                desk.reviews,
                learner_id=desk.caller.employee_id,
                catalogue=catalogue,
                algorithm=desk.algorithm,
            )
        except DeviceRevoked as error:
            raise device_revoked() from error
        await note_upload(receipt, desk.learner, catalogue=catalogue, algorithm=desk.algorithm)
        return _told(receipt, catalogue, desk)


def _told(receipt: Receipt, catalogue: Catalogue, desk: Desk) -> ReviewReceipt:
    """What the device is told."""
    learner = receipt.learner
    writer = ResultWriter(
        catalogue,
        desk.algorithm,
        learner.preferences,
        practice_day(desk.now, learner.preferences.time_zone),
        secret=frozenset() if learner.sitting is None else learner.sitting.secret_items(desk.now),
    )
    results = [writer.result(outcome) for outcome in receipt.outcomes]
    for status, many in Counter(result.status for result in results).items():
        REVIEWS.labels(status).inc(many)
    return ReviewReceipt(
        results=results,
        missing=[NumberRangeBody(gap.first, gap.last) for gap in learner.missing[:MOST_GAPS]],
        cursor=encode_cursor(after_upload(desk.services.epoch, learner, catalogue.revision)),
    )
