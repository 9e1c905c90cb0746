"""checkPhrases; listOwnPhrases, putOwnPhrase and deleteOwnPhrase. A draft is neither stored nor logged."""

from datetime import datetime
from http import HTTPStatus
from typing import Annotated

from litestar import Controller, Response, delete, get, post, put, route
from litestar.params import PathParameter, RawBody
from msgspec import UNSET

from api.bodies import body_of, decode_body
from api.injected import Injected
from api.phrases.ports import OwnPhraseAuthor
from api.phrases.schemas import CheckPhrases, OwnPhraseBody, OwnPhraseList, PhraseCheck, PhraseHit, PutOwnPhrase
from api.problems import Problem, not_found, unusable
from api.wiring.desk import Desk
from domain.phrases.lexicon import MOST_HITS, Hit, Lexicon
from domain.phrases.offsets import Utf16Places
from domain.phrases.own import FEWEST_LETTERS, MOST_OWN_PHRASES, OwnPhrase, can_be_found, is_same
from domain.phrases.views import PlainText
from domain.text import Language

# `$` alone would let a line break pass behind the id.
PhraseId = Annotated[str, PathParameter(max_length=80, pattern=r"^[a-z0-9][a-z0-9.-]*(?!\n)$")]


class PhraseController(Controller):
    """Forbidden phrases."""

    path = "/v1/phrases"
    tags = ["phrases"]

    # Litestar's own answer to OPTIONS names one method only, and is there before this one when that stands first.
    @route("/own/{phrase_id:str}", http_method=["OPTIONS"], status_code=204, include_in_schema=False)
    async def allowed(self) -> Response[None]:
        """Which methods there are."""
        return Response(None, status_code=204, headers={"Allow": "DELETE, OPTIONS, PUT"})

    @post("/check", operation_id="checkPhrases", status_code=200, opt=body_of(CheckPhrases))
    async def check(self, body: RawBody, desk: Injected[Desk]) -> PhraseCheck:
        """Find every forbidden phrase in a draft reply, with why and what to say instead.

        A phrase that the draft only quotes in order to refuse it is reported as `quoted`, and leaves the draft clean.
        """
        draft = decode_body(body, CheckPhrases)
        said_in = (await desk.preferences()).language if draft.language is UNSET else draft.language
        own_version, own = await _own_lexicon(desk)
        plain, places = PlainText(draft.text), Utf16Places(draft.text)
        lexicons = [desk.catalogue.lexicon] if own is None else [desk.catalogue.lexicon, own]
        found = [(each, number) for number, lexicon in enumerate(lexicons) for each in lexicon.find(plain)]
        found.sort(key=lambda pair: (pair[0].start, pair[0].end, pair[1], lexicons[pair[1]].phrases[pair[0].stands_for].id))
        hits = [
            _hit(lexicons[number].hit(draft.text, each), draft.text, places, said_in, own=number > 0)
            for each, number in found[:MOST_HITS]
        ]
        return PhraseCheck(
            hits=hits,
            total=len(found),
            clean=len(found) <= MOST_HITS and all(hit.quoted for hit in hits),
            lexicon_version=desk.catalogue.lexicon_version,
            own_version=own_version,
        )

    @get("/own", operation_id="listOwnPhrases")
    async def own(self, desk: Injected[Desk]) -> OwnPhraseList:
        """The phrases that the caller's organisation added, by id."""
        phrases = [_own_phrase_body(record.phrase, record.added_at) for record in await desk.own_phrases.all()]
        return OwnPhraseList(phrases, len(phrases), None)

    @put("/own/{phrase_id:str}", operation_id="putOwnPhrase", opt=body_of(PutOwnPhrase))
    async def put_own(self, phrase_id: PhraseId, body: RawBody, desk: Injected[Desk]) -> OwnPhraseBody:
        """Add a phrase, or replace the one of that id; the next check knows it. For authors and admins."""
        author = await _author(desk)
        written = decode_body(body, PutOwnPhrase)
        if not can_be_found(written.phrase):
            raise unusable("unusable_phrase", "/phrase", f"needs {FEWEST_LETTERS} letters")
        phrase = OwnPhrase(phrase_id, written.phrase, written.why, written.instead)
        same = [each.phrase.id for each in await desk.own_phrases.all() if is_same(each.phrase, phrase)]
        if same:
            raise Problem(HTTPStatus.CONFLICT, "phrase_exists", f"The phrase is there already: {same[0]}.")
        if not await author.put(phrase):
            raise Problem(
                HTTPStatus.CONFLICT, "too_many_phrases", f"An organisation has {MOST_OWN_PHRASES} phrases of its own at most."
            )
        return _own_phrase_body(phrase, desk.now)

    @delete("/own/{phrase_id:str}", operation_id="deleteOwnPhrase")
    async def delete_own(self, phrase_id: PhraseId, desk: Injected[Desk]) -> None:
        """Take a phrase away; the next check does not know it any more. For authors and admins."""
        author = await _author(desk)
        if not await author.delete(phrase_id):
            raise not_found()


async def _own_lexicon(desk: Desk) -> tuple[str | None, Lexicon | None]:
    """The organisation's phrases compiled, under their stamp: that is asked every time, they are read when it is a new one."""
    stamp = await desk.own_phrases.stamp()
    if stamp is None:
        return None, None
    lexicon = desk.own_lexicons.get(desk.caller.organisation_id, stamp)
    if lexicon is None:
        # Somebody may have changed them since.
        stamp, phrases = await desk.own_phrases.stamped()
        if stamp is None:
            return None, None
        lexicon = desk.own_lexicons.keep(desk.caller.organisation_id, stamp, phrases)
    return stamp, lexicon


async def _author(desk: Desk) -> OwnPhraseAuthor:
    author = await desk.own_phrase_author()
    if author is None:
        # No 404: everybody may see the phrases, so that there is nothing to hide.
        raise Problem(HTTPStatus.FORBIDDEN, "not_an_author", "Only authors and admins change the organisation's phrases.")
    return author


def _hit(hit: Hit, draft: str, places: Utf16Places, said_in: Language, *, own: bool) -> PhraseHit:
    return PhraseHit(
        phrase_id=hit.phrase.id,
        start=hit.start,
        end=hit.end,
        start_utf16=places.of(hit.start),
        end_utf16=places.of(hit.end),
        text=draft[hit.start : hit.end],
        phrase=hit.phrase.phrase.said_in(said_in),
        why=hit.phrase.why.said_in(said_in),
        instead=hit.phrase.instead.said_in(said_in),
        quoted=hit.quoted,
        own=own,
    )


def _own_phrase_body(phrase: OwnPhrase, added_at: datetime) -> OwnPhraseBody:
    return OwnPhraseBody(phrase.id, phrase.phrase, phrase.why, phrase.instead, added_at)
