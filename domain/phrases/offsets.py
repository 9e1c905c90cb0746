"""Places in a text as others count them: JavaScript, Kotlin and Swift's `NSRange` count UTF-16 code units."""

import re
from bisect import bisect_left

_TWO_UNITS = re.compile("[\U00010000-\U0010ffff]")


class Utf16Places:
    """Places of one text, from code points to UTF-16 code units."""

    def __init__(self, text: str) -> None:
        self._two_units = [found.start() for found in _TWO_UNITS.finditer(text)]

    def of(self, place: int) -> int:
        """How many code units stand before the code point at `place`."""
        return place + bisect_left(self._two_units, place)
