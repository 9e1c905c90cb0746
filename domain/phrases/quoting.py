"""Whether a draft only names a phrase in order to refuse it: 我不会说“这不是我们的事”.

Within quotation marks, a negation shortly before the opening or behind the closing mark is enough. Without marks it takes a
negated word of saying right before the phrase. Neither looks further than its own sentence.
"""

import re

from domain.phrases.views import plain

# How far from its phrase a quotation mark may stand, and how far from the mark a negation, in characters.
REACH_TO_MARK = 40
REACH_TO_NEGATION = 28

_OPENING = "“‘「『《【"
_CLOSING = "”’」』》】"
_SENTENCE_END = re.compile(r"[。!?！？;；\n]|\.(?=\s|$)")
# An apostrophe is no mark: it stands between letters.
_APOSTROPHE = re.compile(r"(?<=[A-Za-zＡ-Ｚａ-ｚ])['’](?=[A-Za-zＡ-Ｚａ-ｚ])")

_NEGATION = re.compile(
    r"不(?!好意思|过|少|同|错|久|断|妨|起)|从没|没有?人?(?:会|该|权)|别|勿|莫|忌|避免|杜绝|拒绝|禁|违规|与其|[换改]成|[换改]为"
    r"|\b(?:never|not|cannot|avoid(?:ed)?|stop|without|refuse|forbidden|banned|off limits|instead of|rather than)\b"
    r"|\b(?:replaced?|swap|drop|nobody|no one)\b|n['’]?t\b"
)
_NEGATED_SAYING = re.compile(
    r"(?:不[会能要可该应得准许再敢]*|别|勿|莫|避免|禁止)(?:再|跟|和|对|向|给|客户|你|轻易|随便|直接)*"
    r"(?:说|讲|提|回答|回复)(?:过|出|到|什么)?$"
    r"|\b(?:never|not|avoid|n['’]?t)(?: (?:ever|be|just|simply|you|to))*"
    r" (?:say|saying|tell|telling|reply|replying|answer|answering)(?: (?:that|to|you|customers?|them|a))*"
    r" ?(?:that['’]?s|it['’]?s|this is|it is|that is)? ?$"
)


def is_refused(draft: str, start: int, end: int) -> bool:
    """Whether the words at `[start, end)` of `draft` are named only to say that they are not to be said."""
    quotation = _quotation(draft, start, end)
    if quotation is None:
        return bool(_NEGATED_SAYING.search(_sentence_before(draft, start)))
    opening, closing = quotation
    behind = _SENTENCE_END.split(plain(draft[closing + 1 : closing + 1 + REACH_TO_NEGATION]), 1)[0]
    return bool(_NEGATION.search(_sentence_before(draft, opening)) or _NEGATION.search(behind))


def _sentence_before(draft: str, place: int) -> str:
    return _SENTENCE_END.split(plain(draft[max(0, place - REACH_TO_NEGATION) : place]))[-1]


def _quotation(draft: str, start: int, end: int) -> tuple[int, int] | None:
    """Places of the marks around `[start, end)`; None when it does not stand in a quotation."""
    first = max(0, start - REACH_TO_MARK)
    before = _APOSTROPHE.sub(" ", draft[first : start + 1])[:-1]
    behind = _APOSTROPHE.sub(" ", draft[end - 1 : end + REACH_TO_MARK])[1:]
    opened = [place for place, mark in enumerate(before) if mark in _OPENING]
    closed = [place for place, mark in enumerate(before) if mark in _CLOSING]
    if opened and (not closed or closed[-1] < opened[-1]):
        ends = [place for place, mark in enumerate(behind) if mark in _CLOSING]
        return (first + opened[-1], end + ends[0]) if ends else None
    for mark in "\"'":
        # A straight mark opens and closes: an odd number of them stands before what is quoted.
        if before.count(mark) % 2 and mark in behind:
            return first + before.rindex(mark), end + behind.index(mark)
    return None
