"""Every kind of item: which responses it takes, how it scores them, how likely luck passes, and what a learner is shown."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import combinations, permutations
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.content.kinds import Body, MalformedResponse, Matching, MultipleChoice, Ordering, Rendered, SingleChoice, SpotPhrase
from domain.content.kinds.base import Response
from domain.content.kinds.ordering import Entry
from domain.content.kinds.spot_phrase import Line
from domain.practice.grading import grade
from domain.text import LANGUAGES
from tests.domain.support import item, option, single, text


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


def subsets(names: list[str]) -> Iterator[tuple[str, ...]]:
    return (chosen for size in range(1, len(names) + 1) for chosen in combinations(names, size))


def guesses(body: Body) -> Iterator[Response]:
    """Every response that somebody who knows nothing might give: nobody taps nothing, or a customer's line."""
    match body:
        case SingleChoice(options=options):
            yield from ({"choice": each.id} for each in options)
        case MultipleChoice(options=options):
            yield from ({"choices": list(chosen)} for chosen in subsets([each.id for each in options]))
        case Ordering(entries=entries):
            yield from ({"order": list(order)} for order in permutations([each.id for each in entries]))
        case Matching(lefts=lefts, rights=rights):
            for way in permutations([each.id for each in rights], len(lefts)):
                yield {"pairs": dict(zip([left.id for left in lefts], way, strict=True))}
        case SpotPhrase(lines=lines):
            employee = [line.id for line in lines if line.speaker == "employee"]
            yield from ({"lines": list(chosen)} for chosen in subsets(employee))


@each_body
def test_the_chance_is_the_share_of_all_guesses_that_pass(body: Body) -> None:
    version = item("x", body=body)
    passed = [grade(version, response).correct for response in guesses(body)]
    assert version.chance == pytest.approx(sum(passed) / len(passed), abs=1e-12)
    assert 0 < version.chance < 1


@each_body
def test_the_key_scores_one_and_passes(body: Body) -> None:
    assert body.score(body.key) == 1.0
    verdict = grade(item("x", body=body), body.key)
    assert (verdict.correct, verdict.score, verdict.unknown) == (True, 1.0, False)


@each_body
def test_only_the_key_scores_one(body: Body) -> None:
    def same(response: Response) -> bool:
        ordered = isinstance(body, Ordering)
        return all(
            value == body.key[name] if ordered or not isinstance(value, list) else set(value) == set(body.key[name])  # type: ignore[call-overload]
            for name, value in response.items()
        )

    for response in guesses(body):
        assert (body.score(response) == 1.0) == same(response), response
        assert 0 <= body.score(response) <= 1


@each_body
def test_i_do_not_know_is_wrong_scores_nothing_and_is_taken_by_every_kind(body: Body) -> None:
    verdict = grade(item("x", body=body), {"unknown": True})
    assert (verdict.correct, verdict.score, verdict.unknown, verdict.notes) == (False, 0.0, True, ())


@pytest.mark.parametrize("response", [{"unknown": False}, {"unknown": None}, {"unknown": "true"}, {"unknown": 1}, {"unknown": 1.0}])
def test_i_do_not_know_is_true_and_nothing_like_it(response: dict[str, object]) -> None:
    with pytest.raises(MalformedResponse):
        grade(item("x"), response)


@each_body
def test_i_do_not_know_stands_alone(body: Body) -> None:
    with pytest.raises(MalformedResponse):
        grade(item("x", body=body), {"unknown": True, **body.key})


FIELD_OF = {SingleChoice: "choice", MultipleChoice: "choices", Ordering: "order", Matching: "pairs", SpotPhrase: "lines"}
ONE_OF_EACH: list[Body] = [single(), multiple(4, 2), ordering(4), matching(3, 1), spot("cece", {1})]
NOT_A_VALUE: list[object] = [None, True, 0, 1.5, "", "zzz", [None], [1], [["a"]], [{}], {"a": 1}, {"left-0": None}, ["zzz"], [True]]


@pytest.mark.parametrize("body", ONE_OF_EACH, ids=name_of)
@pytest.mark.parametrize("value", NOT_A_VALUE, ids=str)
def test_a_value_of_another_shape_is_malformed(body: Body, value: object) -> None:
    with pytest.raises(MalformedResponse):
        body.score({FIELD_OF[type(body)]: value})


@pytest.mark.parametrize("body", ONE_OF_EACH, ids=name_of)
def test_another_field_a_missing_field_and_an_extra_field_are_malformed(body: Body) -> None:
    for response in ({}, {"text": "a"}, {**body.key, "extra": 1}):
        with pytest.raises(MalformedResponse):
            grade(item("x", body=body), response)


@pytest.mark.parametrize("body", ONE_OF_EACH, ids=name_of)
def test_the_key_of_another_kind_is_malformed(body: Body) -> None:
    for other in ONE_OF_EACH:
        if other is not body:
            with pytest.raises(MalformedResponse):
                body.score(other.key)


@pytest.mark.parametrize(
    ("body", "response"),
    [
        (multiple(4, 2), {"choices": ["a", "a"]}),
        (multiple(4, 2), {"choices": "ab"}),
        (ordering(4), {"order": ["a", "b", "c"]}),
        (ordering(4), {"order": ["a", "b", "c", "c"]}),
        (ordering(4), {"order": ["a", "b", "c", "d", "a"]}),
        (matching(3), {"pairs": {"left-0": "right-1", "left-1": "right-2"}}),
        (matching(3), {"pairs": {"left-0": "right-1", "left-1": "right-1", "left-2": "right-0"}}),
        (matching(3), {"pairs": {"left-0": "right-1", "left-1": "right-2", "left-9": "right-0"}}),
        (matching(3), {"pairs": [["left-0", "right-1"]]}),
        (spot("cece", {1}), {"lines": ["l1", "l1"]}),
        (single(), {"choice": ["a"]}),
    ],
    ids=str,
)
def test_twice_too_few_and_too_many_are_malformed(body: Body, response: Response) -> None:
    with pytest.raises(MalformedResponse):
        body.score(response)


scalars = st.sampled_from([None, True, False, 0, 1, -1, 1e308, "", "a", "b", "c", "d", "l1", "left-0", "right-1", "\x00"])
json_values = scalars | st.lists(scalars | st.lists(scalars, max_size=2), max_size=5) | st.dictionaries(st.text("ab"), scalars)


@given(st.dictionaries(st.sampled_from([*FIELD_OF.values(), "unknown", "x"]), json_values, max_size=2))
@settings(deadline=None)
def test_any_json_is_scored_or_malformed_and_nothing_else(response: dict[str, Any]) -> None:
    for body in ONE_OF_EACH:
        try:
            verdict = grade(item("x", body=body), response)
        except MalformedResponse as error:
            assert str(error)
        else:
            assert 0 <= verdict.score <= 1


@pytest.mark.parametrize(
    ("body", "response", "score"),
    [
        (single(4, 2), {"choice": "c"}, 1.0),
        (single(4, 2), {"choice": "a"}, 0.0),
        (multiple(5, 3), {"choices": ["a", "b"]}, 2 / 3),
        (multiple(5, 3), {"choices": ["a", "b", "c", "d"]}, 2 / 3),
        (multiple(5, 3), {"choices": ["a", "b", "c", "d", "e"]}, 1 / 3),
        (multiple(5, 3), {"choices": ["d", "e"]}, 0.0),
        (multiple(5, 3), {"choices": []}, 0.0),
        (ordering(4), {"order": ["d", "c", "a", "b"]}, 5 / 6),
        (ordering(4), {"order": ["a", "b", "c", "d"]}, 0.0),
        (matching(4), {"pairs": {"left-0": "right-1", "left-1": "right-2", "left-2": "right-0", "left-3": "right-3"}}, 0.5),
        (spot("ceceece", {1, 4}), {"lines": ["l1"]}, 0.5),
        (spot("ceceece", {1, 4}), {"lines": ["l1", "l4", "l3"]}, 0.5),
        (spot("ceceece", {1, 4}), {"lines": ["l1", "l0"]}, 0.0),
        (spot("ceceece", {1, 4}), {"lines": ["l4", "l1"]}, 1.0),
    ],
    ids=str,
)
def test_partial_credit_by_hand(body: Body, response: Response, score: float) -> None:
    assert body.score(response) == pytest.approx(score)


@pytest.mark.parametrize(("threshold", "passes"), [(0.5, True), (0.51, False)])
def test_partial_credit_passes_from_the_threshold_on(threshold: float, passes: bool) -> None:
    half = {"lines": ["l1"]}
    assert grade(item("x", body=spot("ceceece", {1, 4}, threshold)), half).correct is passes


def test_notes_speak_of_the_wrong_options_chosen_and_of_every_offending_line() -> None:
    assert [note.id for note in single(4, 0).notes({"choice": "c"})] == ["c"]
    assert single(4, 0).notes({"choice": "a"}) == ()
    assert [note.id for note in multiple(5, 2).notes({"choices": ["a", "d", "e"]})] == ["d", "e"]
    assert [note.id for note in spot("ceceece", {1, 4}).notes({"lines": ["l3"]})] == ["l1", "l4"]


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


@pytest.mark.parametrize("language", LANGUAGES)
@each_body
def test_what_is_shown_would_be_the_same_under_another_key(body: Body, language: Any) -> None:
    other = rekeyed(body)
    assert other.key != body.key
    for seed in range(20):
        assert body.render(language, seed) == other.render(language, seed)


def parts_of(rendered: Rendered) -> list[tuple[str, ...]]:
    return [tuple(part.id for part in group) for group in (rendered.options, rendered.left, rendered.right, rendered.lines)]


@each_body
def test_everything_is_shown_once_in_the_language_asked_for(body: Body) -> None:
    prefixes = {"zh-Hans": "简", "zh-Hant": "繁", "en": "en "}
    ids = {language: [sorted(group) for group in parts_of(body.render(language, "seed"))] for language in LANGUAGES}
    assert ids["zh-Hans"] == ids["zh-Hant"] == ids["en"]
    for language, prefix in prefixes.items():
        rendered = body.render(language, "seed")  # type: ignore[arg-type]
        shown = [*rendered.options, *rendered.left, *rendered.right, *rendered.lines]
        assert len({part.id for part in shown}) == len(shown) > 0
        assert all(part.text.startswith(prefix) for part in shown)


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
    assert [(line.id, line.speaker) for line in shown] == [("l0", "customer"), ("l1", "employee"), ("l2", "customer"), ("l3", "employee")]
