"""Texts in three languages from the two that are written."""

import re
from collections.abc import Mapping

from opencc import OpenCC

from domain.text import Text
from repositories.content import authored

Overrides = Mapping[str, str]


class TextCompiler:
    """Makes Traditional Chinese: OpenCC for the characters, then `overrides` (of what it gave) for the words of the trade."""

    def __init__(self, overrides: Overrides) -> None:
        self._traditional = OpenCC("s2tw")
        self._overrides = overrides
        longest_first = sorted(overrides, key=len, reverse=True)
        self._overridden = re.compile("|".join(map(re.escape, longest_first))) if overrides else None

    def traditional(self, simplified: str) -> str:
        """`simplified` as it is read in Taiwan and Hong Kong."""
        converted: str = self._traditional.convert(simplified)
        if self._overridden is None:
            return converted
        return self._overridden.sub(lambda found: self._overrides[found.group()], converted)

    def text(self, said: authored.Said) -> Text:
        """A text in all three languages."""
        simplified = said.zh.strip()
        return Text(simplified, said.zh_hant or self.traditional(simplified), said.en.strip())

    def optional(self, said: authored.Said | None) -> Text | None:
        """A text that may be missing."""
        return None if said is None else self.text(said)
