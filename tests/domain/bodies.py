"""Question bodies of every kind and size, for the tests of the kinds."""

import pytest

from domain.content.kinds import Body, Matching, MultipleChoice, Ordering, SpotPhrase
from domain.content.kinds.ordering import Entry
from domain.content.kinds.spot_phrase import Line
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


TWO_THIRDS = 0.6666666667  # as an author would write it: a hair above 2/3
BODIES: list[Body] = [
    *(single(size, right) for size, right in [(3, 0), (4, 3), (5, 2)]),
    *(multiple(size, right, at) for size, right in [(3, 2), (4, 2), (5, 3), (6, 4)] for at in (0.5, 0.75, 1.0)),
    multiple(5, 3, TWO_THIRDS),
    *(ordering(size, at) for size in (3, 4, 5, 6) for at in (1.0, 0.8, 0.5)),
    ordering(3, TWO_THIRDS),
    *(matching(size, extra, at) for size, extra in [(3, 0), (3, 2), (4, 0), (4, 1), (5, 2)] for at in (0.75, 1.0, 0.4)),
    matching(3, 1, TWO_THIRDS),
    *(spot(who, key, at) for who, key in [("cece", {1}), ("ceceece", {1, 4}), ("eeeeecceee", {0, 3, 9})] for at in (1.0, 0.5)),
]


def name_of(body: object) -> str:
    return type(body).__name__


each_body = pytest.mark.parametrize("body", BODIES, ids=name_of)
