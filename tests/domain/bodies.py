"""Question bodies of every kind and size, for the tests of the kinds."""

import pytest

from domain.content.kinds import Body, Classify, Cloze, Matching, MultipleChoice, Ordering, Rewrite, Scenario, SpotPhrase
from domain.content.kinds.base import Ending
from domain.content.kinds.cloze import Gap
from domain.content.kinds.ordering import Entry
from domain.content.kinds.rewrite import Move
from domain.content.kinds.scenario import Choice, Customer, Quality, Turn
from domain.content.kinds.spot_phrase import Line
from domain.phrases.lexicon import ForbiddenPhrase, Lexicon
from tests.domain.support import option, single, text


def multiple(size: int, right: int, threshold: float = 0.75) -> MultipleChoice:
    return MultipleChoice(tuple(option("abcdef"[n], correct=n < right) for n in range(size)), threshold)


def ordering(size: int, threshold: float = 1.0) -> Ordering:
    """Right order: the ids backwards."""
    return Ordering(tuple(Entry(name, text(name)) for name in reversed("abcdef"[:size])), threshold)


def matching(size: int, distractors: int = 0, threshold: float = 0.75) -> Matching:
    """Each left belongs to the right of the next number; the first right, or a distractor, is left over or wraps."""
    lefts = tuple(Entry(f"left-{n}", text(f"left {n}")) for n in range(size))
    rights = tuple(Entry(f"right-{n}", text(f"right {n}")) for n in range(size + distractors))
    answer = {f"left-{n}": f"right-{(n + 1) % len(rights)}" for n in range(size)}
    return Matching(lefts, rights, answer, threshold)


def spot(speakers: str, offending: set[int], threshold: float = 1.0) -> SpotPhrase:
    """`speakers` such as "cece"."""
    return SpotPhrase(
        tuple(
            Line(f"l{n}", "employee" if who == "e" else "customer", text(f"l{n}"), text(f"no {n}") if n in offending else None)
            for n, who in enumerate(speakers)
        ),
        threshold,
    )


def cloze(size: int = 2, threshold: float = 1.0) -> Cloze:
    """A passage with a gap for each number; "word 0" and "other 0" fit the first."""
    gaps = tuple(Gap(f"gap-{n}", (text(f"word {n}"), text(f"other {n}"))) for n in range(1, size + 1))
    return Cloze(text(" ".join(f"{{{gap.id}}}" for gap in gaps)), gaps, threshold)


def classify(size: int = 6, groups: int = 3, threshold: float = 0.75) -> Classify:
    """Utterances dealt round the groups."""
    entries = tuple(Entry(f"left-{n}", text(f"utterance {n}")) for n in range(size))
    rights = tuple(Entry(f"right-{n}", text(f"group {n}")) for n in range(groups))
    return Classify(entries, rights, {f"left-{n}": f"right-{n % groups}" for n in range(size)}, threshold)


NOT_OURS = ForbiddenPhrase("not-ours", text("not ours"), text("why"), text("instead"), ("不是我们的事",), ("not our business",))


def rewrite(threshold: float = 1.0) -> Rewrite:
    """Understanding and an offer are wanted, and that it is not our business is not to be said."""
    moves = (
        Move("move-1", text("understand"), text("say that you understand"), ("理解",), ("understand",)),
        Move("move-2", text("offer"), text("say what you will do"), ("帮你",), ("will help",)),
    )
    model = text("我理解您的着急，我马上帮您查。I understand and will help.")
    return Rewrite(text("这不是我们的事 not our business"), moves, model, threshold, Lexicon((NOT_OURS,)))


def scenario(threshold: float = 0.75, mood: int = 6) -> Scenario:
    """Two turns. The first has a good, a fair and a forbidden answer, which ends the talk; the second a good and a poor one."""

    def choice(identity: str, quality: Quality, mood: int, leads_to: str) -> Choice:
        return Choice(identity, text(f"say {identity}"), quality, mood, leads_to, text(f"did {identity}"))

    first = (
        choice("t1.a", "good", -2, "t2"),
        choice("t1.b", "fair", -1, "t2"),
        choice("t1.c", "forbidden", 3, "left"),
    )
    second = (choice("t2.a", "poor", 1, "left"), choice("t2.b", "good", -3, "trust"))
    turns = (Turn("t1", text("well?"), first), Turn("t2", text("and now?"), second))
    endings = (Ending("trust", "good", text("stays")), Ending("left", "bad", text("leaves")))
    return Scenario(Customer("temperament.one", "motive.one", mood), turns, endings, threshold)


TWO_THIRDS = 0.6666666667  # as an author would write it: a hair above 2/3
BODIES: list[Body] = [
    *(single(size, right) for size, right in [(3, 0), (4, 3), (5, 2)]),
    *(multiple(size, right, at) for size, right in [(3, 2), (4, 2), (5, 3), (6, 4)] for at in (0.5, 0.75, 1.0)),
    multiple(5, 3, TWO_THIRDS),
    *(ordering(size, at) for size in (3, 4, 5, 6) for at in (1.0, 0.8, 0.5)),
    ordering(3, TWO_THIRDS),
    *(matching(size, extra, at) for size, extra in [(3, 0), (3, 2), (4, 0), (4, 1), (5, 2)] for at in (0.75, 1.0, 0.4)),
    matching(3, 1, TWO_THIRDS),
    *(cloze(size, at) for size in (1, 2, 3) for at in (0.5, 1.0)),
    *(classify(size, groups, at) for size, groups in [(4, 2), (6, 3), (8, 5)] for at in (0.5, 0.75, 1.0)),
    *(rewrite(at) for at in (TWO_THIRDS, 1.0)),
    *(scenario(at) for at in (0.6, 0.75, 1.0)),
    *(spot(who, key, at) for who, key in [("cece", {1}), ("ceceece", {1, 4}), ("eeeeecceee", {0, 3, 9})] for at in (1.0, 0.5)),
]


def name_of(body: object) -> str:
    return type(body).__name__


each_body = pytest.mark.parametrize("body", BODIES, ids=name_of)
