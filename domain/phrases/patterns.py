"""Many patterns searched for at once, in time that grows with the text and not with what is written in it.

The engine is RE2 (finite automata, no backtracking), so that neither an author's pattern nor a hostile text can make it slow.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

import re2

from domain.phrases.views import View, chinese_view, english_views, plain

AUTOMATON_BYTES = 64 << 20

Script = Literal["zh", "en"]


class PatternError(ValueError):
    """The pattern is not a regular expression that RE2 takes, or it matches nothing at all."""


@dataclass(frozen=True, slots=True)
class Pattern:
    """A regular expression over the folded view of its script, and the number of the thing it stands for."""

    script: Script
    expression: str
    stands_for: int


@dataclass(frozen=True, slots=True, order=True)
class Found:
    """A match: `[start, end)` in code points of the original text."""

    start: int
    end: int
    stands_for: int


class PatternSet:
    """Patterns compiled together. Raises `PatternError` when one of them cannot be."""

    def __init__(self, patterns: Sequence[Pattern]) -> None:
        self._chinese = _Searcher([pattern for pattern in patterns if pattern.script == "zh"])
        self._english = _Searcher([pattern for pattern in patterns if pattern.script == "en"])

    def find(self, text: str) -> list[Found]:
        """Every match of every pattern, by place; matches of one pattern do not overlap."""
        text = plain(text)
        found = set(self._chinese.find(chinese_view(text)))
        for view in english_views(text):
            found.update(self._english.find(view))
        return sorted(found)

    def stands_in(self, text: str) -> bool:
        """Whether any pattern matches."""
        text = plain(text)
        return self._chinese.matches(chinese_view(text)) or any(self._english.matches(view) for view in english_views(text))


class _Searcher:
    """First one pass for all patterns, then one pass for each that matches somewhere."""

    def __init__(self, patterns: Sequence[Pattern]) -> None:
        self._patterns = patterns
        self._set = re2.Set.SearchSet(_options())
        for pattern in patterns:
            if _compiled(pattern.script, pattern.expression).search(b"") is not None:
                raise PatternError(f"{pattern.expression} matches the empty text")
            self._set.Add(_bounded(pattern.script, pattern.expression))
        if patterns:
            self._set.Compile()

    def matches(self, view: View) -> bool:
        return bool(self._patterns) and bool(self._set.Match(view.words))

    def find(self, view: View) -> Iterator[Found]:
        for number in (self._patterns and self._set.Match(view.words)) or ():
            pattern = self._patterns[number]
            for match in _compiled(pattern.script, pattern.expression).finditer(view.words):
                yield Found(*view.span(*match.span()), pattern.stands_for)


def _options() -> re2.Options:
    options = re2.Options()
    options.log_errors = False
    # A set has nothing to fall back to when its automaton outgrows its memory, and would then find nothing.
    options.max_mem = AUTOMATON_BYTES
    return options


def _bounded(script: Script, expression: str) -> str:
    # The expression is folded like the text, but for ASCII, where a capital may be part of the syntax.
    expression = "".join(character if character.isascii() else plain(character) for character in expression)
    return rf"\b(?:{expression})\b" if script == "en" else expression


@lru_cache(maxsize=8192)
def _compiled(script: Script, expression: str) -> re2._Regexp:
    try:
        return re2.compile(_bounded(script, expression).encode(), _options())
    except re2.error as error:
        raise PatternError(f"{expression}: {error}") from error


def literal(words: str) -> tuple[Pattern, ...]:
    """Patterns that find `words` itself in either script, however spaced and punctuated."""
    words = plain(words)
    chinese = chinese_view(words).words.decode().replace("\n", "")
    english = english_views(words)[0].words.decode().strip().replace("\n", " ")
    han = any("\u3400" <= character <= "\u9fff" for character in chinese)
    return (Pattern("zh", re2.escape(chinese), 0),) if han else (Pattern("en", re2.escape(english), 0),)
