"""The lexicon of forbidden phrases."""

from msgspec import Struct

from repositories.content.authored.common import Id, Patterns, Said


class Phrase(Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """A forbidden phrase of the lexicon."""

    id: Id
    phrase: Said
    why: Said
    instead: Said
    patterns: Patterns
    unless: Patterns = Patterns()


class PhrasesFile(Struct, forbid_unknown_fields=True, frozen=True):
    """`phrases.yaml`."""

    phrases: list[Phrase]
