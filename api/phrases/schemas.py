"""Shapes of the checker. Fields may be added, never renamed."""

from datetime import datetime
from typing import Annotated

from msgspec import UNSET, Meta, Struct, UnsetType

from api.text_fields import NO_NUL, LanguageCode
from domain.phrases.lexicon import LONGEST_DRAFT

Draft = Annotated[str, Meta(min_length=1, max_length=LONGEST_DRAFT, pattern=NO_NUL)]
OwnWords = Annotated[str, Meta(min_length=2, max_length=100, pattern=NO_NUL)]
Remark = Annotated[str, Meta(min_length=1, max_length=500, pattern=NO_NUL)]


class CheckPhrases(Struct, forbid_unknown_fields=True, frozen=True):
    """A draft reply, in any of the languages; `language` is that of the answer (default: the profile's)."""

    text: Draft
    language: LanguageCode | UnsetType = UNSET


class PhraseHit(Struct, frozen=True):
    """A forbidden phrase in the draft.

    `text` stands at `[start, end)`: in Unicode code points of the draft as it was sent, and once more in UTF-16 code units.
    `phrase` is the phrase as the lexicon has it. `quoted` says that the draft names it only to refuse it; `own` that the
    organisation added it.
    """

    phrase_id: str
    start: int
    end: int
    start_utf16: int
    end_utf16: int
    text: str
    phrase: str
    why: str
    instead: str
    quoted: bool
    own: bool


class PhraseCheck(Struct, frozen=True):
    """Hits by their place, the first 500 of `total`; `clean` when none is said.

    The two versions tell what was searched for: the published lexicon, and the organisation's own phrases (null without any).
    """

    hits: list[PhraseHit]
    total: int
    clean: bool
    lexicon_version: int
    own_version: str | None


class PutOwnPhrase(Struct, forbid_unknown_fields=True, frozen=True):
    """A phrase to search for word for word; it needs two letters at least. What is said about it is shown in every language."""

    phrase: OwnWords
    why: Remark
    instead: Remark


class OwnPhraseBody(Struct, frozen=True):
    """A phrase of the organisation's own; `added_at` is when it got its present wording."""

    phrase_id: str
    phrase: str
    why: str
    instead: str
    added_at: datetime


class OwnPhraseList(Struct, frozen=True):
    """All of them, by id: there are never more than 500."""

    phrases: list[OwnPhraseBody]
    total: int
    next: str | None
