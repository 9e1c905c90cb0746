"""Whether a draft only quotes a phrase in order to refuse it: 我不会说“这不是我们的事”.

A refusal is a negated word of saying right before the phrase or its quotation mark, or a ban right behind the closing mark. A
pattern may find only the middle of what is quoted, so a few more words of the quotation may stand on either side of it.
"""

import re

from domain.phrases.views import plain

# How far from the phrase a refusal may stand, in characters. All searches below see no more than this of the draft.
REACH = 72

_OPEN = "“\"'‘「『《【"
_CLOSE = "”\"'’」』》】"
# Of a quotation: neither a mark, unless it is the apostrophe of an English word, nor the end of a sentence.
_INNER = rf"(?:[^{_OPEN}{_CLOSE}。!?;\n]|(?<=[a-z])['’](?=[a-z]))"
_OPENED = rf"[{_OPEN}]{_INNER}{{0,24}}$"
_CLOSED = rf"^{_INNER}{{0,24}}[。.,!?…]?[{_CLOSE}]"
_CLOSED_WITHIN = re.compile(rf"(?<![a-z])[{_CLOSE}]|[{_CLOSE}](?![a-z])")

# Chinese, before: 不 (可以 跟客户) 说 (过 类似) “
_REFUSING = r"(?:不|没|别|勿|莫|忌|避免|杜绝|拒绝|禁止|严禁|与其)"
_MANNER = (
    r"(?:[会能可该应当以再要许准得宜去让敢想愿只仅先]|随便|轻易|直接|允许|员工|同事|柜员|任何人|动辄|动不动就?|张口就|简单地?|从我们?(?:这里|这儿|口中|嘴里)"
    r"|[对跟向给和同拿把](?:客户|客人|顾客|消费者|任何人|他们|你))"
)
_SAYING = r"(?:说|讲|提|出现|使用|回答|回复|答复|回应|承诺|听到|催)"
_USING = rf"(?:{_SAYING}|用|喊|写|搬出|[回甩丢扔抛]一?句)"
_SUCH = r"(?:[出过到成起来给是口于你像]|类似|这[种样句类]|诸如|例如|比如|所谓|一[句声]|什么|的?话|客户|任何)"
_BEFORE = re.compile(
    rf"{_REFUSING}{_MANNER}{{0,5}}(?:{_USING}(?:{_SUCH}|[:,、\s]){{0,5}}{_OPENED}|{_SAYING}{_SUCH}{{0,3}}(?:[这那]个?|我们?)?$)"
)

# Chinese, behind: ” (这种话 我们) 从来不说; ” (应) 改成
_ABOUT_IT = (
    r"(?:[这那]?[种句类样一几三四五六个]{0,3}的?(?:话|字|词|说法|表述|口吻|口气|语气)|之类|一类|等|的|本身|[,、\s]|[跟对向和](?:客户|客人|你)"
    r"|我们?|员工|柜员|同事|行里|银行|大家|任何人|一律|从来|永远|都|也|就|是|属于|绝对|坚决|已经?|被|今后|以后|再|万万|千万|应该?|应当|要|[绝决]|早)"
)
_BANNED = (
    rf"(?:(?:不|别|勿|莫|严禁|禁止|避免|杜绝|拒绝).{{0,4}}(?:{_USING}|出口)|禁[语句用忌]|禁止$|忌[讳语]|[说讲]不得|不可取|不合适|不妥|不允许|不许|不准|受处分|违规"
    r"|[换改][成为作说])"
)
_BEHIND = re.compile(rf"{_CLOSED}{_ABOUT_IT}{{0,8}}{_BANNED}")

# English, before: never (will we) say (to customers) “; instead of “
_BEFORE_ENGLISH = re.compile(
    r"\b(?:never|not|(?:do|wo|should|must|would|ca)n['’]?t|cannot|avoid|stop|without|refuse|forbidden|nobody|no one"
    r"|instead|rather)"
    r"(?:\s+(?:ever|be|to|just|simply|you|we|i|the|of|than|will|should|would|must|may|us|allowed|supposed|going|again|only))*\s+"
    r"(?:say|saying|said|tell|telling|told|use|used|using|utter|reply|replying|answer|answering|write|writing|respond|hear)"
    r"(?:\s+(?:that|to|you|the|a|an|our|customers?|clients?|them|anyone|anybody|things?|words?|phrases?|lines?|like|such|as|with|something|just|only|us|me))*"
    rf"(?:[:,]?\s*{_OPENED}|:?\s*(?:that['’]?s|it['’]?s|this is|it is|that is)?\s*$)"
)
_INSTEAD_ENGLISH = re.compile(
    r"\b(?:replace|swap|avoid|drop|without|never|not|instead of|rather than|no more)"
    rf"(?:\s+(?:the|words?|phrases?|a|like))*:?\s+{_OPENED}"
)

# English, behind: ” (is a phrase we) never use
_BEHIND_ENGLISH = re.compile(
    rf"{_CLOSED}[,\s]*(?:(?:is|are|must|should|would|will|can|we|i|which|that|a|an|the|phrases?|words?|lines?|something|answers?|what|to|customers?"
    r"|staff|has|have|been|ever)\b[,\s]*){0,6}"
    r"\b(?:never|not|cannot|forbidden|banned|off limits|don['’]?t|won['’]?t|avoid|avoided|replaced)\b"
)


def is_refused(draft: str, start: int, end: int) -> bool:
    """Whether the words at `[start, end)` of `draft` are named only to say that they are not to be said."""
    # A pattern may look at a word behind the quotation: 说“我没办法”了.
    closing = _CLOSED_WITHIN.search(draft, start + 1, end)
    before = plain(draft[max(0, start - REACH) : start])
    behind = plain(draft[closing.start() if closing else end :][:REACH])
    return bool(
        _BEFORE.search(before)
        or _BEFORE_ENGLISH.search(before)
        or _INSTEAD_ENGLISH.search(before)
        or _BEHIND.search(behind)
        or _BEHIND_ENGLISH.search(behind)
    )
