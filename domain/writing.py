"""What counts as the same writing: simplified and traditional characters, full and half width, upper and lower case.

Owns the folds that comparing and searching rest on. Knows nothing of what is searched for.
"""

import re
import unicodedata
from functools import cache

from opencc import OpenCC

_HAN_BLOCKS = (range(0x3400, 0x4DC0), range(0x4E00, 0xA000), range(0xF900, 0xFB00))
_NOT_WORDS = re.compile(r"[\W_]+")

# Characters that simplified Chinese keeps for one of their uses, and that traditional Chinese writes for both.
_ONE_OF_TWO = dict(zip("著乾甚妳祇瞭摺藉帳覆黏", "着干什你只了折借账复粘", strict=True))


class _Folds(dict[int, str]):
    """What each character is folded to, worked out when it is first met; `str.translate` reads it."""

    def __missing__(self, code: int) -> str:
        original = chr(code)
        narrow = unicodedata.normalize("NFKC", original).casefold()
        # One character stays one character, so that places in the folded text are places in the original.
        self[code] = _simplified_characters().get(narrow, narrow) if len(narrow) == 1 else original
        return self[code]


@cache
def _simplified_characters() -> dict[str, str]:
    han = [chr(code) for block in _HAN_BLOCKS for code in block]
    simplified = OpenCC("t2s").convert("\n".join(han)).split("\n")
    variants = {before: after for before, after in zip(han, simplified, strict=True) if before != after}
    return variants | _ONE_OF_TWO


_FOLDS = _Folds()


def folded(words: str) -> str:
    """`words` in half width, lower case and simplified characters, character by character: the length stays."""
    return words.translate(_FOLDS)


def bare(words: str) -> str:
    """What two short texts are compared by: `folded`, and without spaces and punctuation."""
    return _NOT_WORDS.sub("", folded(words))
