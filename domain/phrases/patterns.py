"""Many patterns searched for at once, in time that grows with the text and not with what is written in it.

The engine is RE2 (finite automata, no backtracking), so that neither an author's pattern nor a hostile text can make it slow.
"""

from collections.abc import Iterable, Iterator, Sequence, Set
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

import re2

from domain.phrases.views import PlainText, View, plain, sentences

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

    def find(self, text: PlainText, of: Set[int] | None = None) -> list[Found]:
        """Every match of every pattern, by place, or only of those that stand for one of `of`; matches of one do not overlap."""
        found = set(self._chinese.find(text.chinese_views, of))
        found.update(self._english.find(text.english_views, of))
        return sorted(found)

    def stands_in(self, text: str) -> bool:
        """Whether any pattern matches."""
        plain_text = PlainText(text)
        return self._chinese.matches(plain_text.chinese_views) or self._english.matches(plain_text.english_views)


class _Searcher:
    """First one pass for all patterns, then one pass for each that matches somewhere."""

    def __init__(self, patterns: Sequence[Pattern]) -> None:
        self._patterns = patterns
        self._set = re2.Set.SearchSet(_options())
        for pattern in patterns:
            # Without the borders of words, between which even nothing is something, and which would mend stray parentheses.
            if _compiled("zh", pattern.expression).search(b"") is not None:
                raise PatternError(f"{pattern.expression} matches the empty text")
            self._set.Add(_bounded(pattern.script, pattern.expression))
        try:
            if patterns:
                self._set.Compile()
        except re2.error as error:
            raise PatternError(f"the {len(patterns)} patterns are too large together") from error

    def matches(self, views: Iterable[View]) -> bool:
        return bool(self._patterns) and any(self._set.Match(view.words) for view in views)

    def find(self, views: Iterable[View], of: Set[int] | None) -> Iterator[Found]:
        if not self._patterns:
            return
        for view in views:
            for number in self._set.Match(view.words) or ():
                pattern = self._patterns[number]
                if of is not None and pattern.stands_for not in of:
                    continue
                matches = _compiled(pattern.script, pattern.expression).finditer(view.words)
                for start, end in view.spans(match.span() for match in matches):
                    yield Found(start, end, pattern.stands_for)


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


def literal(words: str) -> tuple[Script, str]:
    """An expression that finds `words` themselves, however spaced and punctuated, and its script; empty without letters."""
    said = sentences(words)
    # RE2 knows the borders of ASCII words only, so that other alphabets are searched for as Chinese is. Where the phrase itself
    # ends a sentence, the view may have a border.
    if all(word.isascii() for sentence in said for word in sentence):
        return "en", r"[ \n]".join(re2.escape(" ".join(sentence)) for sentence in said)
    return "zh", r"\n?".join(re2.escape("".join(sentence)) for sentence in said)
