"""From an upload's JSON to the entries the domain judges: leniently, one by one, so that no review blocks another."""

import json
import re
from contextlib import suppress
from datetime import datetime
from hashlib import blake2b
from typing import Annotated, Any
from uuid import UUID

import msgspec
from msgspec import UNSET

from api.bodies import decode_body, field_error, refuse_deep
from api.learner.drill_schemas import MOST_REVIEWS, ReviewIn, SubmitReviews
from api.problems import FieldError
from domain.practice.device import LARGEST_DEVICE_SEQUENCE
from domain.practice.review import Batch, Envelope, Quarantined, Submission
from domain.practice.submit import Entry

DIGEST_BYTES = 16
LONGEST_DETAIL = 500
LONGEST_INTEGER_DIGITS = 4000
CANONICAL = msgspec.json.Encoder(order="sorted")
HALF_CHARACTER = re.compile(rb"\\u[dD][89a-fA-F]")


class NumberedReview(ReviewIn, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """`ReviewIn` with anything for its number: a bad number must not cost the answer."""

    device_sequence: Any = UNSET


class Upload(SubmitReviews, forbid_unknown_fields=True, frozen=True):
    """`SubmitReviews` with its reviews still unread."""

    reviews: Annotated[list[msgspec.Raw], msgspec.Meta(min_length=1, max_length=MOST_REVIEWS)]  # type: ignore[assignment]


class LooseUpload(SubmitReviews, forbid_unknown_fields=True, frozen=True):
    """`SubmitReviews` with anything for reviews."""

    reviews: Annotated[list[Any], msgspec.Meta(min_length=1, max_length=MOST_REVIEWS)]


REVIEW = msgspec.json.Decoder(NumberedReview)


def read_upload(body: bytes) -> Upload:
    """The batch around the reviews. Raises `Problem`.

    JavaScript writes half a character, such as a cut emoji, as an escape that no UTF-8 can hold, and msgspec refuses the whole
    body for it. One such review must not block its batch, so the body is then read by the more lenient standard library.
    """
    if HALF_CHARACTER.search(body):
        refuse_deep(body)
        with suppress(ValueError, RecursionError):
            return _read_leniently(body)
    return decode_body(body, Upload)


def _read_leniently(body: bytes) -> Upload:
    loose = json.loads(body, parse_constant=_refuse, parse_int=_integer)
    if not isinstance(loose, dict) or not isinstance(loose.get("reviews"), list):
        raise ValueError("not an upload")  # noqa: TRY004
    reviews = loose["reviews"]
    upload = msgspec.convert({**loose, "reviews": [None] * len(reviews)}, LooseUpload)
    upload.device_id.encode()  # half a character here is refused, like anything else that is wrong around the reviews
    return Upload(upload.sent_at, upload.device_id, [msgspec.Raw(json.dumps(review).encode()) for review in reviews])


def _integer(digits: str) -> float:
    """An integer; one too long for Python to read becomes infinite, which no field takes, so that only its review is held."""
    return int(digits) if len(digits) < LONGEST_INTEGER_DIGITS else float("inf")


def _refuse(constant: str) -> None:
    raise ValueError(f"{constant} is not JSON")


def entry_of(raw: msgspec.Raw) -> Entry:
    """One review, or what of it can be kept when it cannot be read."""
    payload = bytes(raw)
    try:
        review = REVIEW.decode(payload)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        return _unread(payload, error)
    told = review if review.device_sequence is UNSET else msgspec.structs.replace(review, device_sequence=UNSET)
    return Submission(
        # From what was understood, so that a retry that was written differently is still the same review.
        envelope=Envelope(review.id, payload, _digest(CANONICAL.encode(told)), _number(review.device_sequence)),
        item_id=review.item_id,
        item_version=review.item_version,
        answered_at=review.answered_at,
        device_answered_at=review.answered_at.isoformat(),
        time_zone=review.time_zone,
        response=review.response,
        latency_ms=review.latency_ms,
        confidence=review.confidence,
    )


def _unread(payload: bytes, why: Exception) -> Quarantined:
    """A review that has not the shape of one; its id and number, if those can be told."""
    try:
        loose = msgspec.json.decode(payload)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        # Half a character, or a number beyond every range; the rest of the review may still tell its id.
        rest, canonical = None, payload
        with suppress(ValueError, RecursionError):
            rest = json.loads(payload, parse_int=_integer)
            canonical = json.dumps(_unnumbered(rest), sort_keys=True).encode()
        return Quarantined(_envelope(rest, payload, canonical), "malformed_review", _tellable(f"not JSON: {error}"))
    envelope = _envelope(loose, payload, CANONICAL.encode(_unnumbered(loose)))
    where = field_error(why) if isinstance(why, msgspec.ValidationError) else FieldError("", str(why))
    return Quarantined(envelope, "malformed_review", _tellable(f"{where.pointer or '/'}: {where.detail}"))


def _unnumbered(loose: Any) -> Any:
    """The review without its number on the device, which may change when the device gets a new id."""
    return {name: value for name, value in loose.items() if name != "device_sequence"} if isinstance(loose, dict) else loose


def _tellable(detail: str) -> str:
    """`detail` without what PostgreSQL or UTF-8 cannot hold, since it repeats names that the client made up."""
    return detail.encode(errors="replace").decode().replace("\x00", "?")[:LONGEST_DETAIL]


def _digest(canonical: bytes) -> bytes:
    return blake2b(canonical, digest_size=DIGEST_BYTES).digest()


def _envelope(loose: Any, payload: bytes, canonical: bytes) -> Envelope:
    digest = _digest(canonical)
    try:
        identity = msgspec.convert(loose["id"], UUID)
    except (msgspec.ValidationError, TypeError, KeyError, UnicodeError):
        # Without a usable id the content stands for it, so that a retry is still recognised.
        identity = UUID(bytes=digest)
    return Envelope(identity, payload, digest, _number(loose.get("device_sequence")) if isinstance(loose, dict) else None)


def _number(said: Any) -> int | None:
    """The number of a review on its device, also one written as 7.0; None for what is no such number."""
    if isinstance(said, float) and said.is_integer():
        said = int(said)
    return said if type(said) is int and 1 <= said <= LARGEST_DEVICE_SEQUENCE else None


def batch_of(upload: Upload, received_at: datetime) -> Batch:
    """The upload's own facts."""
    return Batch(upload.device_id, upload.sent_at, upload.sent_at.isoformat(), received_at)
