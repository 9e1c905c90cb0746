"""What a device holds of the curriculum, as a short token: a bitmap over all editions in the order of their publication.

A publication only appends to that order, so that a place keeps its meaning. The token is the server's own note to itself: devices
keep it and hand it back. One that cannot be used any more says nothing, and its device is sent everything.
"""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as NotBase64
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from struct import Struct
from uuid import UUID

from domain.content.catalogue import Edition
from domain.text import LANGUAGES, Language

FORMAT = 1
# So that it fits into the address of a request. Editions behind the last place are not noted, and would be sent each time.
MOST_PLACES = 32_000

# Format, language, epoch, number of editions there were, mark of the last of them.
_HEAD = Struct(">BB16sI4s")
LONGEST_TOKEN = (4 * (_HEAD.size + MOST_PLACES // 8) + 2) // 3


@dataclass(frozen=True, slots=True)
class Held:
    """What a token says: which editions a device holds in `language`, when there were `known` of them, the last with `mark`."""

    language: Language
    epoch: UUID
    known: int
    mark: bytes
    bitmap: bytes

    def among(self, places: Iterable[int], language: Language, epoch: UUID, editions: Sequence[Edition]) -> frozenset[int]:
        """Those of `places` that are held; none when the token is of another language, epoch or order of editions."""
        same = (self.language, self.epoch) == (language, epoch) and self.known <= len(editions)
        if not same or self.mark != _mark(editions, self.known):
            return frozenset()
        return frozenset(place for place in places if self._holds(place))

    def _holds(self, place: int) -> bool:
        return place >> 3 < len(self.bitmap) and bool(self.bitmap[place >> 3] >> (place & 7) & 1)


def write_held(places: Iterable[int], language: Language, epoch: UUID, editions: Sequence[Edition]) -> str:
    """The token of a device that holds the editions at `places`."""
    bitmap = bytearray(min(len(editions), MOST_PLACES) // 8 + 1)
    for place in places:
        if place < MOST_PLACES:
            bitmap[place >> 3] |= 1 << (place & 7)
    head = _HEAD.pack(FORMAT, LANGUAGES.index(language), epoch.bytes, len(editions), _mark(editions, len(editions)))
    return urlsafe_b64encode(head + bitmap.rstrip(b"\0")).decode().rstrip("=")


def read_held(token: str) -> Held | None:
    """What `token` says; None for one that this release did not make."""
    try:
        raw = urlsafe_b64decode(token + "=" * (-len(token) % 4))
    except NotBase64:
        return None
    if len(raw) < _HEAD.size:
        return None
    number, language, epoch, known, mark = _HEAD.unpack_from(raw)
    if number != FORMAT or language >= len(LANGUAGES):
        return None
    return Held(LANGUAGES[language], UUID(bytes=epoch), known, mark, raw[_HEAD.size :])


def _mark(editions: Sequence[Edition], known: int) -> bytes:
    """Four bytes of the last of the first `known` editions: others once something was put in before it.

    Which publishing never does, but the release before the one that numbers publications knows nothing of the order.
    """
    last = "\x1f".join(map(str, editions[known - 1])) if known else ""
    return blake2b(last.encode(), digest_size=4).digest()
