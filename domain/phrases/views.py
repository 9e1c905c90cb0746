"""A text as patterns see it, with the way back to the places in the original.

Patterns for Chinese see a view without spaces, punctuation and emoji; patterns for English see words with one space between
them. In both a line break stands where a sentence ends, so that no pattern reaches from one sentence into the next.
"""

import re
from functools import cached_property

from domain.writing import folded

_FORMAL_YOU = str.maketrans("您妳祢", "你你你")
_ENDS = "。!?;\n\r…"
_NEITHER_LETTER_NOR_END = re.compile(rf"(?:[^\w{_ENDS}]|_)+")
# A mark after one or two characters splits a phrase, not a text: 没。办。法
_END_OF_CHINESE_SENTENCE = re.compile(rf"(?<=\w\w\w)[{_ENDS}]+")
_STRAY_ENDS = re.compile(rf"[{_ENDS}]+")
_END_OF_ENGLISH_SENTENCE = re.compile(rf"[{_ENDS}]+|\.+(?=\s|$)")
SHORTEST_ENGLISH_SENTENCE = 3
_WORD = re.compile(r"[^\W_]+")
_LETTER = re.compile(r"[^\W_]")
_APOSTROPHES = str.maketrans(dict.fromkeys("'’‘`´", ""))
_SPLIT_WORD = re.compile(r"(?<=[a-z])[^\w\s]+(?=[a-z])")


class View:
    """`words` to search in, as UTF-8, made of all letters of `text` in their order, and of spaces and line breaks."""

    def __init__(self, words: str, text: str) -> None:
        self.words = words.encode()
        self._decoded = words
        self._text = text

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Where the text of `words[start:end]`, which begins and ends with a letter, stands in the original, in code points."""
        return self._places[start], self._places[end - 1] + 1

    @cached_property
    def _places(self) -> list[int]:
        """For each byte of `words` the place of its letter; worked out only when something was found."""
        letters = (letter.start() for letter in _LETTER.finditer(self._text))
        places: list[int] = []
        for character in self._decoded:
            place = -1 if character in " \n" else next(letters)
            places.extend([place] * len(character.encode()))
        return places


def plain(text: str) -> str:
    """`folded`, and 您 as 你: what views are made of. The length stays."""
    return folded(text).translate(_FORMAL_YOU)


def chinese_view(text: str) -> View:
    """Letters and characters only, with a line break where a sentence ends; `text` is `plain`."""
    marked = _NEITHER_LETTER_NOR_END.sub("", text)
    words = _STRAY_ENDS.sub(lambda ends: "\n" if ends.group() == "\n" else "", _END_OF_CHINESE_SENTENCE.sub("\n", marked))
    return View(words, text)


def english_views(text: str) -> list[View]:
    """The words of a `plain` text; and once more with split words put together (`prob-lem`), when there are any."""
    without_apostrophes = text.translate(_APOSTROPHES)
    joined = _SPLIT_WORD.sub("", without_apostrophes)
    return [View(_words(form), text) for form in dict.fromkeys((without_apostrophes, joined))]


def _words(text: str) -> str:
    written: list[str] = []
    for sentence in _END_OF_ENGLISH_SENTENCE.split(text):
        words = _WORD.findall(sentence)
        if words:
            written += (" ".join(words), "\n" if len(words) >= SHORTEST_ENGLISH_SENTENCE else " ")
    return "".join(written)
