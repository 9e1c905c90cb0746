"""A text as patterns see it, with the way back to the places in the original.

Patterns for Chinese see a view without spaces, punctuation and emoji; patterns for English see words with one space between
them. In both a line break stands where a sentence ends, so that no pattern reaches from one sentence into the next.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from functools import cached_property
from itertools import compress, count
from string import ascii_lowercase, digits

from domain.writing import folded

_FORMAL_YOU = str.maketrans("您妳祢", "你你你")
# Quotation marks too: what is quoted and what stands around it are said apart.
_ENDS = '。!?;\n\r…“”「」『』《》"'
_NEITHER_LETTER_NOR_END = re.compile(rf"(?:[^\w{_ENDS}]|_)+")
# A mark after one or two characters splits a phrase, not a text: 没。办。法
# It begins with the mark and looks back from there: an expression that begins by looking back is tried at every character.
_END_OF_CHINESE_SENTENCE = re.compile(rf"[{_ENDS}](?<=\w\w\w[{_ENDS}])[{_ENDS}]*(?=\w\w)")
_STRAY_ENDS = re.compile(rf"[{_ENDS}]+")
# Possessive and begun once: a long run of dots would otherwise be tried again from each of them.
_END_OF_ENGLISH_SENTENCE = re.compile(rf"[{_ENDS}]+|(?<!\.)\.++(?=\s|$)")
SHORTEST_ENGLISH_SENTENCE = 3
_WORD = re.compile(r"[^\W_]+")
_LETTER_BEYOND_ASCII = re.compile(r"[^\W\x00-\x7f]")
# From such a letter on, all that is no ASCII letter or digit: what is left to read is as short as the English in a text.
_OTHER_SCRIPT = re.compile(r"[^\W\x00-\x7f][^0-9a-z]*")
_ASCII_LETTER = re.compile(r"[0-9a-z]")
_ASCII_LETTERS = frozenset(digits + ascii_lowercase)
_APOSTROPHES = str.maketrans(dict.fromkeys("'’‘`´", ""))
_SPLIT_WORD = re.compile(r"[^\w\s](?<=[a-z][^\w\s])[^\w\s]*(?=[a-z])")


class _Plain(dict[int, str]):
    """What each character is to a view, worked out when it is first met: one table, for the draft is read once."""

    def __missing__(self, code: int) -> str:
        # Twice, for some characters are simplified in two steps, and patterns may be folded already.
        self[code] = folded(folded(chr(code))).translate(_FORMAL_YOU)
        return self[code]


_PLAIN = _Plain()


def plain(text: str) -> str:
    """`folded`, and 您 as 你: what views are made of. The length stays."""
    return text.translate(_PLAIN)


class View:
    """`words` to search in, as UTF-8, made of letters of a text in their order, and of spaces and line breaks.

    `places` gives the place of each of those letters in the original; it is asked only when something was found.
    """

    def __init__(self, words: str, places: Callable[[], list[int]]) -> None:
        self.words = words.encode()
        self._places = places

    def spans(self, matches: Iterable[tuple[int, int]]) -> Iterator[tuple[int, int]]:
        """From the first to the last letter of each of `matches`, where that stands in the original, in code points.

        `matches` are pairs of byte offsets in ascending order, which do not overlap; one without a letter is left out.
        """
        places = self._places()
        letters = reached = 0
        for start, end in matches:
            first = letters + _letters_in(self.words[reached:start])
            letters, reached = first + _letters_in(self.words[start:end]), end
            if letters > first:
                yield places[first], places[letters - 1] + 1


def _letters_in(words: bytes) -> int:
    return len(words.decode()) - words.count(b" ") - words.count(b"\n")


class PlainText:
    """A text made `plain`, and its views: made once, however many sets of patterns search in them."""

    def __init__(self, text: str) -> None:
        self._text = plain(text)

    @cached_property
    def letter_places(self) -> list[int]:
        """The place of each letter, in code points of the text; worked out only when something was found."""
        # What `isalnum` takes is what the expressions above take for a letter: `[^\W_]`.
        return list(compress(count(), map(str.isalnum, self._text)))

    @cached_property
    def ascii_letter_places(self) -> list[int]:
        """The place of each ASCII letter and digit."""
        return list(compress(count(), map(_ASCII_LETTERS.__contains__, self._text)))

    @cached_property
    def chinese_views(self) -> list[View]:
        """Letters and characters only, with a line break where a sentence ends; none when all letters are ASCII."""
        return [View(_chinese(self._text), lambda: self.letter_places)] if _LETTER_BEYOND_ASCII.search(self._text) else []

    @cached_property
    def english_views(self) -> list[View]:
        """The words in ASCII, and once more with split ones put together (`prob-lem`); none without a letter or digit."""
        if not _ASCII_LETTER.search(self._text):
            return []
        # What is written in another script between English words ends the sentence, and need not be read here.
        english = _OTHER_SCRIPT.sub("\n", self._text).translate(_APOSTROPHES)
        joined = _SPLIT_WORD.sub("", english)
        return [View(_english(form), lambda: self.ascii_letter_places) for form in dict.fromkeys((english, joined))]


def sentences(text: str) -> list[list[str]]:
    """The words of each sentence of `text`, as views have them; Chinese has one word where English has several."""
    parts = (_WORD.findall(part) for part in _END_OF_ENGLISH_SENTENCE.split(plain(text).translate(_APOSTROPHES)))
    return [words for words in parts if words]


def _chinese(text: str) -> str:
    marked = _NEITHER_LETTER_NOR_END.sub("", text)
    return _STRAY_ENDS.sub(lambda ends: "\n" if ends.group() == "\n" else "", _END_OF_CHINESE_SENTENCE.sub("\n", marked))


def _english(text: str) -> str:
    written: list[str] = []
    for sentence in _END_OF_ENGLISH_SENTENCE.split(text):
        words = _WORD.findall(sentence)
        if words:
            written += (" ".join(words), "\n" if len(words) >= SHORTEST_ENGLISH_SENTENCE else " ")
    return "".join(written)
