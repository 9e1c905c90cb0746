"""Whether a draft only quotes a phrase in order to refuse it: 我不会说“这不是我们的事”.

A refusal is a word of saying under a negation, right before the phrase or its quotation mark, or right behind the closing mark.
"""

import re

from domain.phrases.views import plain

# How far from the phrase a refusal may stand, in characters.
REACH = 24

_SAYING = r"(?:说|讲|提|用|出现|使用|回答|回复|答复|回一?句|甩一?句|写)"
_REFUSING = r"(?:不|别|勿|莫|禁止|避免|杜绝|切忌|拒绝|严禁|不要|不会|不能|不可|不该|不应|不得|不准|不许|不宜|绝不|决不|从不|永不)"
_BEFORE = re.compile(
    rf"{_REFUSING}(?:[会能可该应当以再要许准得宜去]|随便|轻易|直接|对客户|跟客户|向客户|对你|跟你|给客户|这样|用这句话|再次|把|拿){{0,4}}{_SAYING}"
    r"(?:出|过|到|成|类似|这种|这样|这句|这类|诸如|像|的?话|什么|一句|是|得|起|：|:|,|，|\s){0,5}[“”\"'‘’「」『』《》]?\s*$"
)
_BEFORE_ENGLISH = re.compile(
    r"\b(?:never|not|don'?t|won'?t|avoid|stop|shouldn'?t|cannot|can'?t|without|refuse to|instead of|rather than)\b"
    r"(?:\s+(?:ever|be|to|just|simply|you|we|i|tell(?:ing)?|the|a|customers?|them|anyone))*\s*"
    r"\b(?:say(?:ing)?|said|tell(?:ing)?|use|using|utter(?:ing)?|reply(?:ing)?|answer(?:ing)?|write|writing|respond(?:ing)?)\b"
    r"(?:\s+(?:that|to|you|the|a|customers?|them|anyone|things?|words?|phrases?|like|such|as|with|something))*\s*[:,]?\s*[“”\"'‘’「]?\s*"
    r"(?:that'?s|it'?s|this is|it is|that is)?\s*$"
)
_BEHIND = re.compile(
    rf"^[^“”\"'‘’「」『』。！？!?\n]{{0,4}}[”\"'’」』][，,\s]*(?:这种话|这句话|这样的话|这类话|之类的?话?|这几个字|一类的话|的话|等)?[，,\s]*"
    rf"(?:我|我们|员工|柜员|一律|都|也|是|属于|绝对|坚决)*(?:{_REFUSING}.{{0,4}}(?:{_SAYING}|出口)|是?(?:一句)?禁语|说不得|不可取|不能出口)"
)
_BEHIND_ENGLISH = re.compile(
    r"^[^“”\"'‘’.!?\n]{0,4}[”\"'’][,\s]*(?:is|are|must|should|would|will|can|we|i|which|that)?[^.!?\n]{0,16}"
    r"\b(?:never|not|forbidden|banned|off limits|dont|don't|avoid)\b"
)


def is_refused(draft: str, start: int, end: int) -> bool:
    """Whether the words at `[start, end)` of `draft` are named only to say that they are not to be said."""
    before = plain(draft[max(0, start - 3 * REACH) : start])
    behind = plain(draft[end : end + 3 * REACH])
    return bool(
        _BEFORE.search(before[-REACH:])
        or _BEFORE_ENGLISH.search(before)
        or _BEHIND.search(behind)
        or _BEHIND_ENGLISH.search(behind)
    )
