"""getOfflinePack: what practising takes where there is no signal."""

from typing import Annotated, Any

from litestar import Controller, Request, Response, get
from litestar.params import QueryParameter

from api.compressed import COMPRESSED
from api.conditional import CONDITIONAL, conditional
from api.injected import Injected
from api.parameters import ChosenLanguage
from api.sync.pack_schemas import OfflinePack
from api.wiring.desk import SNAPSHOT, Desk
from domain.practice.clock import practice_day
from domain.sync.held import LONGEST_TOKEN, read_held
from domain.sync.pack import pack_of

MOST_DAYS = 30

Days = Annotated[int, QueryParameter(ge=1, le=MOST_DAYS, description="Practice days to be packed for, today being the first.")]
Have = Annotated[
    str | None,
    QueryParameter(
        max_length=LONGEST_TOKEN,
        pattern=r"^[A-Za-z0-9_-]*(?!\n)$",
        description="`have` of the last pack. One that is too old, or of another language, counts as none.",
    ),
]


class PackController(Controller):
    """The pack."""

    path = "/v1"
    tags = ["sync"]

    @get("/pack", operation_id="getOfflinePack", opt={**CONDITIONAL, **SNAPSHOT}, middleware=[COMPRESSED])
    async def pack(
        self,
        request: Request[Any, Any, Any],
        desk: Injected[Desk],
        days: Days = 14,
        language: ChosenLanguage = None,
        have: Have = None,
    ) -> Response[OfflinePack]:
        """What drilling takes for `days` practice days without signal: items with keys and explanations, and lessons.

        In it is what the drills of these days may ask, new items included. Compressed it stays under 300 KB: when more would be
        wanted, first the new items that would come last are left out, and then what is due least urgently. Questions of an exam
        that is being sat are never in it. With `have`, `items` and `lessons` hold only what the device has not; of what
        `contents` does not list any more the device may drop what it has. Comes in zstd or gzip.
        """
        held = None if have is None else read_held(have)
        catalogue = desk.catalogue
        if held is not None and held.known > len(catalogue.editions):
            # Another worker may have handed out what was published a moment ago.
            catalogue = await desk.newest_catalogue()
        preferences = await desk.preferences()
        day = practice_day(desk.now, preferences.time_zone)
        career = await desk.learner.career()
        writer = desk.services.pack_writers.of(catalogue, language or preferences.language)
        chosen = pack_of(
            day,
            days,
            preferences,
            await desk.learner.memories(),
            await desk.learner.lessons_done(),
            catalogue,
            desk.algorithm,
            writer.size_of,
            stage=desk.stage_in(career, day),
            secret=frozenset() if career.sitting is None else career.sitting.secret_items(desk.now),
        )
        return conditional(request, writer.pack(chosen, day, days, held, desk.services.epoch))
