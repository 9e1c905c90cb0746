"""What a learner is shown of a question: all of it, in an order of its own, and nothing of the key."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from domain.content.kinds import (
    Body,
    Classify,
    Cloze,
    Matching,
    MultipleChoice,
    Ordering,
    Rendered,
    Rewrite,
    Scenario,
    SingleChoice,
    SpotPhrase,
)
from domain.content.kinds.ordering import Entry
from domain.text import LANGUAGES
from tests.domain.bodies import each_body, matching, multiple, name_of, ordering, spot
from tests.domain.support import single, text


def rekeyed(body: Body) -> Body:
    """The same question, as far as it can be seen, with another key."""
    match body:
        case SingleChoice(options=options):
            return SingleChoice(tuple(replace(o, correct=n == len(options) - 2, feedback=None) for n, o in enumerate(options)))
        case MultipleChoice(options=options):
            return MultipleChoice(tuple(replace(o, correct=not o.correct, feedback=text("?")) for o in options), 0.1)
        case Ordering(entries=entries):
            return Ordering((*entries[1:], entries[0]), 0.1)
        case Matching():
            turned = dict(zip(body.answer, [*list(body.answer.values())[1:], next(iter(body.answer.values()))], strict=True))
            return replace(body, answer=turned, pass_threshold=0.1)
        case SpotPhrase(lines=lines):
            other = [replace(x, offence=text("?") if x.speaker == "employee" and x.offence is None else None) for x in lines]
            return SpotPhrase(tuple(other), 0.1)
        case Cloze(gaps=gaps):
            return replace(body, gaps=tuple(replace(gap, accepted=(text("else"),)) for gap in gaps))
        case Classify():
            turned = dict(zip(body.answer, [*list(body.answer.values())[1:], next(iter(body.answer.values()))], strict=True))
            return replace(body, answer=turned, pass_threshold=0.1)
        case Rewrite():
            return replace(body, moves=(), model=text("else"), pass_threshold=0.1)
        case Scenario(turns=turns, endings=endings):
            alike = [tuple(replace(c, quality="good", mood=0, note=text("?")) for c in turn.choices) for turn in turns]
            turned_turns = tuple(replace(turn, choices=choices) for turn, choices in zip(turns, alike, strict=True))
            turned_endings = tuple(replace(e, outcome="bad" if e.outcome == "good" else "good") for e in endings)
            return replace(body, turns=turned_turns, endings=turned_endings)


@pytest.mark.parametrize("language", LANGUAGES)
@each_body
def test_what_is_shown_would_be_the_same_under_another_key(body: Body, language: Any) -> None:
    other = rekeyed(body)
    assert other.key("en") != body.key("en")
    for seed in range(20):
        assert body.render(language, seed) == other.render(language, seed)


def parts_of(rendered: Rendered) -> list[tuple[str, ...]]:
    choices = [choice for turn in rendered.turns for choice in turn.choices]
    groups = (rendered.options, rendered.left, rendered.right, rendered.lines, choices)
    return [tuple(part.id for part in group) for group in groups]


@each_body
def test_everything_is_shown_once_in_the_language_asked_for(body: Body) -> None:
    prefixes = {"zh-Hans": "简", "zh-Hant": "繁", "en": "en "}
    ids = {language: [sorted(group) for group in parts_of(body.render(language, "seed"))] for language in LANGUAGES}
    assert ids["zh-Hans"] == ids["zh-Hant"] == ids["en"]
    for language, prefix in prefixes.items():
        rendered = body.render(language, "seed")  # type: ignore[arg-type]
        choices = [choice for turn in rendered.turns for choice in turn.choices]
        shown = [*rendered.options, *rendered.left, *rendered.right, *rendered.lines, *choices]
        assert len({part.id for part in shown}) == len(shown)
        says = [turn.text for turn in rendered.turns]
        texts = [*(part.text for part in shown), *says, *filter(None, (rendered.passage, rendered.bad_reply))]
        assert texts
        assert all(words.startswith(prefix) for words in texts)


shuffling = pytest.mark.parametrize("body", [single(), multiple(4, 2), ordering(4), matching(4, 1)], ids=name_of)
LAYOUTS: list[Callable[[Rendered], tuple[str, ...]]] = [
    lambda rendered: tuple(part.id for part in rendered.options or rendered.left),
    lambda rendered: tuple(part.id for part in rendered.options or rendered.right),
]


@shuffling
def test_the_same_learner_sees_the_same_order_at_the_same_repetition(body: Body) -> None:
    for seed in (("L1", "x", 1, 0), ("L2", "x", 1, 3)):
        assert body.render("en", *seed) == body.render("en", *seed)
        assert parts_of(body.render("en", *seed)) == parts_of(body.render("zh-Hans", *seed))


@shuffling
@pytest.mark.parametrize("layout", LAYOUTS)
def test_learners_and_repetitions_see_different_orders_and_no_place_is_favoured(
    body: Body, layout: Callable[[Rendered], tuple[str, ...]]
) -> None:
    by_learner = [layout(body.render("en", f"L{n}", "x", 1, 0)) for n in range(400)]
    by_repetition = [layout(body.render("en", "L1", "x", 1, n)) for n in range(400)]
    for orders in (by_learner, by_repetition):
        names = sorted(orders[0])
        for name in names:
            first = sum(order[0] == name for order in orders)
            assert first == pytest.approx(400 / len(names), rel=0.4), (name, first)


def test_the_two_columns_of_a_matching_are_shuffled_apart() -> None:
    twins = Matching(
        tuple(Entry(f"{n}", text(f"l{n}")) for n in range(4)),
        tuple(Entry(f"{n}", text(f"r{n}")) for n in range(4)),
        {f"{n}": f"{n}" for n in range(4)},
        1.0,
    )
    renderings = [twins.render("en", seed) for seed in range(50)]
    assert sum([p.id for p in r.left] == [p.id for p in r.right] for r in renderings) < 10


def test_a_dialogue_keeps_its_order_and_says_who_speaks() -> None:
    shown = spot("cece", {1}).render("en", "any").lines
    assert [(line.id, line.speaker) for line in shown] == [
        ("l0", "customer"),
        ("l1", "employee"),
        ("l2", "customer"),
        ("l3", "employee"),
    ]
