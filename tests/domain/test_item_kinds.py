"""Every kind of item: which responses it takes, how it scores them, how likely luck passes, and what is told."""

from collections.abc import Iterator
from itertools import combinations, permutations, product
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.content.kinds import (
    Body,
    Classify,
    Cloze,
    Feedback,
    MalformedResponse,
    Matching,
    MultipleChoice,
    Ordering,
    Rewrite,
    Scenario,
    SingleChoice,
    SpotPhrase,
)
from domain.content.kinds.base import Response
from domain.practice.grading import grade
from tests.domain.bodies import (
    BODIES,
    classify,
    cloze,
    each_body,
    matching,
    multiple,
    name_of,
    ordering,
    rewrite,
    scenario,
    spot,
)
from tests.domain.support import item, single


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
        case Classify(entries=entries, groups=groups):
            for dealt in product([group.id for group in groups], repeat=len(entries)):
                yield {"pairs": dict(zip([entry.id for entry in entries], dealt, strict=True))}


can_be_guessed = pytest.mark.parametrize(
    "body", [b for b in BODIES if not isinstance(b, Cloze | Rewrite | Scenario) and b != classify(8, 5, b.threshold)], ids=name_of
)


@can_be_guessed
def test_the_chance_is_the_share_of_all_guesses_that_pass(body: Body) -> None:
    version = item("x", body=body)
    passed = [grade(version, response).correct for response in guesses(body)]
    assert version.chance == pytest.approx(sum(passed) / len(passed), abs=1e-12)
    assert 0 < version.chance < 1


@each_body
def test_the_key_scores_one_and_passes(body: Body) -> None:
    assert body.score(body.key("en")) == 1.0
    verdict = grade(item("x", body=body), body.key("en"))
    assert (verdict.correct, verdict.score, verdict.unknown) == (True, 1.0, False)


@can_be_guessed
def test_only_the_key_scores_one(body: Body) -> None:
    def same(response: Response) -> bool:
        ordered = isinstance(body, Ordering)
        return all(
            value == body.key("en")[name] if ordered or not isinstance(value, list) else set(value) == set(body.key("en")[name])  # type: ignore[call-overload]
            for name, value in response.items()
        )

    for response in guesses(body):
        assert (body.score(response) == 1.0) == same(response), response
        assert 0 <= body.score(response) <= 1


@each_body
def test_i_do_not_know_is_wrong_scores_nothing_and_is_taken_by_every_kind(body: Body) -> None:
    verdict = grade(item("x", body=body), {"unknown": True})
    assert (verdict.correct, verdict.score, verdict.unknown, verdict.feedback) == (False, 0.0, True, Feedback())


@pytest.mark.parametrize(
    "response", [{"unknown": False}, {"unknown": None}, {"unknown": "true"}, {"unknown": 1}, {"unknown": 1.0}]
)
def test_i_do_not_know_is_true_and_nothing_like_it(response: dict[str, object]) -> None:
    with pytest.raises(MalformedResponse):
        grade(item("x"), response)


@each_body
def test_i_do_not_know_stands_alone(body: Body) -> None:
    with pytest.raises(MalformedResponse):
        grade(item("x", body=body), {"unknown": True, **body.key("en")})


FIELD_OF: dict[type, str] = {
    SingleChoice: "choice",
    MultipleChoice: "choices",
    Ordering: "order",
    Matching: "pairs",
    SpotPhrase: "lines",
    Cloze: "texts",
    Classify: "pairs",
    Rewrite: "text",
    Scenario: "path",
}
ONE_OF_EACH: list[Body] = [
    single(),
    multiple(4, 2),
    ordering(4),
    matching(3, 1),
    spot("cece", {1}),
    cloze(),
    classify(),
    rewrite(),
    scenario(),
]
NOT_A_VALUE: list[object] = [
    None,
    True,
    0,
    1.5,
    "",
    "zzz",
    [None],
    [1],
    [["a"]],
    [{}],
    {"a": 1},
    {"left-0": None},
    ["zzz"],
    [True],
]


@pytest.mark.parametrize("body", ONE_OF_EACH, ids=name_of)
@pytest.mark.parametrize("value", NOT_A_VALUE, ids=str)
def test_a_value_of_another_shape_is_malformed(body: Body, value: object) -> None:
    if isinstance(body, Rewrite) and value == "zzz":
        return  # any text is a rewrite
    with pytest.raises(MalformedResponse):
        body.score({FIELD_OF[type(body)]: value})


@pytest.mark.parametrize("body", ONE_OF_EACH, ids=name_of)
def test_another_field_a_missing_field_and_an_extra_field_are_malformed(body: Body) -> None:
    for response in ({}, {"words": "a"}, {**body.key("en"), "extra": 1}):
        with pytest.raises(MalformedResponse):
            grade(item("x", body=body), response)


@pytest.mark.parametrize("body", ONE_OF_EACH, ids=name_of)
def test_the_key_of_another_kind_is_malformed(body: Body) -> None:
    for other in ONE_OF_EACH:
        if other is not body:
            with pytest.raises(MalformedResponse):
                body.score(other.key("en"))


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
def test_any_json_is_scored_or_malformed_and_nothing_else(response: dict[str, Any]) -> None:
    for body in ONE_OF_EACH:
        try:
            verdict = grade(item("x", body=body), response)
        except MalformedResponse:
            continue
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
    assert [note.id for note in single(4, 0).feedback({"choice": "c"}).notes] == ["c"]
    assert single(4, 0).feedback({"choice": "a"}) == Feedback()
    assert [note.id for note in multiple(5, 2).feedback({"choices": ["a", "d", "e"]}).notes] == ["d", "e"]
    assert [note.id for note in spot("ceceece", {1, 4}).feedback({"lines": ["l3"]}).notes] == ["l1", "l4"]
