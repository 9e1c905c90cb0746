"""Whether a draft only names a phrase in order to refuse it: 我不会说“这不是我们的事”.

It takes a negated word of saying: before the quotation (我不会说“…”), behind it (“…”这种话我们不说), or, without quotation marks,
right before the phrase. Neither looks further than its own sentence.
"""

import re

from domain.phrases.views import plain

# How far from its phrase a quotation mark may stand, and how far from the mark a negation, in characters.
REACH_TO_MARK = 40
REACH_TO_NEGATION = 40

_OPENING = "“‘「『《【"
_CLOSING = "”’」』》】"
_SENTENCE_END = re.compile(r"[。!?！？;；\n]|\.(?=\s|$)")
# An apostrophe is no mark: it stands between letters.
_APOSTROPHE = re.compile(r"(?<=[A-Za-zＡ-Ｚａ-ｚ])['’](?=[A-Za-zＡ-Ｚａ-ｚ])")

_NOT = r"(?:不|没|别|勿|莫|避免|杜绝|拒绝|禁止|严禁|与其)"
_SAY = r"(?:说|讲|提|问|答|回|用|拿|以|喊|写|听到|出现|承诺|搬出|甩|丢|称|催)"
_NOT_ENGLISH = r"(?:\b(?:never|not|avoid|stop|without|refuse|nobody|no one)\b|n['’]?t\b)"
_SAY_ENGLISH = (
    r"\b(?:say|saying|said|tell|telling|told|use|using|utter|reply|replying|answer|answering|write|writing|respond|ask|hear)\b"
)

_REFUSED_BEFORE = re.compile(
    rf"{_NOT}.{{0,10}}?{_SAY}.{{0,10}}$|{_NOT_ENGLISH}.{{0,16}}?{_SAY_ENGLISH}.{{0,24}}$"
    r"|\b(?:instead of|rather than|replace|avoid|drop|swap|without)\b.{0,12}$"
)
_REFUSED_BEHIND = re.compile(
    rf"^.{{0,16}}?{_NOT}.{{0,6}}?(?:{_SAY}|出口)|^.{{0,12}}?(?:禁[语用句]|不可取|不合适|不妥|不允许|违规|[换改][成为作])"
    rf"|^.{{0,28}}?{_NOT_ENGLISH}.{{0,12}}?{_SAY_ENGLISH}"
    r"|^.{0,28}?\b(?:forbidden|banned|off limits|avoided|replaced|not what we say)\b"
)
_NEGATED_SAYING = re.compile(
    rf"{_NOT}[会能要可该应得准许再敢]*(?:再|跟|和|对|向|给|客户|你|轻易|随便|直接)*(?:说|讲|提|回答|回复)(?:过|出|到|什么)?[这那]?个?$"
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
    return bool(_REFUSED_BEFORE.search(_sentence_before(draft, opening)) or _REFUSED_BEHIND.search(behind))


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
