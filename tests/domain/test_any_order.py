"""Law 2: any order, any batching, any duplication, any number of devices: the same memory."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from uuid import UUID

from hypothesis import given, settings
from hypothesis import strategies as st

from domain.practice.learner import Learner
from domain.practice.memory import Answer, Schedule, fold
from domain.practice.review import Batch, Envelope, Quarantined, Submission
from domain.practice.submit import Accepted, Conflict, Duplicate, Entry, Held, Receipt, submit_reviews
from tests.domain.review_log import ReviewLog
from tests.domain.support import FSRS, LEARNER, answer, catalogue_of, item, schedule, single

RECEIVED = datetime(2026, 11, 20, 4, 0, tzinfo=UTC)
ZONES = ("Asia/Shanghai", "America/New_York", "Pacific/Apia")
OLDER = item("one", body=single(3, right=1))
CATALOGUE = catalogue_of([item("one", version=2), item("two"), item("three", skill="other")], older=[OLDER])

moments = st.integers(0, 40 * 24 * 60).map(lambda minutes: RECEIVED - timedelta(minutes=minutes))


@st.composite
def answers(draw: st.DrawFn) -> list[Answer]:
    """Answers with different ids; some at the same moment, some on practice days that run backwards."""
    drawn = draw(
        st.lists(st.tuples(moments, st.integers(-1, 1), st.booleans(), st.sampled_from([0.0, 0.25, 1 / 6])), max_size=12)
    )
    return [
        Answer(UUID(int=number), moment, moment.date() + timedelta(days=shift), correct, chance, 0.5)
        for number, (moment, shift, correct, chance) in enumerate(drawn)
    ]


@given(answers(), st.data())
def test_law_2_the_fold_of_any_permutation_is_the_same_memory(given_answers: list[Answer], data: st.DataObject) -> None:
    permuted = data.draw(st.permutations(given_answers))
    assert fold(permuted, schedule()) == fold(given_answers, schedule())


def test_order_of_answering_matters_so_that_sorting_does() -> None:
    """The property above would be empty if right-then-wrong and wrong-then-right gave the same."""
    right_first = [answer(1, correct=True), answer(2, correct=False)]
    wrong_first = [answer(1, correct=False), answer(2, correct=True)]
    assert fold(right_first, schedule()) != fold(wrong_first, schedule())


def test_no_answers_leave_no_memory() -> None:
    assert fold([], schedule()) is None


def test_answers_of_one_moment_stand_in_the_order_of_their_ids() -> None:
    first, second = answer(1, correct=True), replace(answer(2, correct=False), answered_at=answer(1).answered_at)
    memory = fold([second, first], schedule())
    assert memory is not None
    assert memory.relearning is True
    assert memory.last_review_id == second.review_id


def test_failing_again_while_relearning_is_the_same_lapse_and_the_first_failure_is_none() -> None:
    outcomes = [False, True, False, False, True, False]
    memory = fold([answer(number, correct=right) for number, right in enumerate(outcomes)], schedule())
    assert memory is not None
    assert (memory.lapses, memory.repetitions, memory.relearning) == (2, 6, True)


@st.composite
def submissions(draw: st.DrawFn) -> list[Submission]:
    fields = st.tuples(
        moments,
        st.sampled_from(["one", "two", "three", "missing"]),
        st.integers(1, 2),
        st.sampled_from(ZONES),
        st.sampled_from([{"choice": "a"}, {"choice": "b"}, {"unknown": True}, {"choice": "zzz"}]),
        st.none() | st.integers(0, 200_000),
    )
    drawn = draw(st.lists(fields, min_size=1, max_size=12))
    return [
        submission(number, at=at, item_id=name, version=version, zone=zone, response=response, latency_ms=latency)
        for number, (at, name, version, zone, response, latency) in enumerate(drawn, start=1)
    ]


def submission(
    number: int,
    *,
    at: datetime = RECEIVED,
    item_id: str = "two",
    version: int = 1,
    zone: str = "Asia/Shanghai",
    response: dict[str, object] | None = None,
    latency_ms: int | None = None,
) -> Submission:
    given_response = {"choice": "a"} if response is None else response
    payload = repr((number, at, item_id, version, zone, given_response, latency_ms)).encode()
    envelope = Envelope(UUID(int=number), payload, payload)
    return Submission(envelope, item_id, version, at, at.isoformat(), zone, given_response, latency_ms, None)


def upload(log: ReviewLog, entries: Sequence[Entry], *, clock_error: timedelta = timedelta(), minute: int = 0) -> Receipt:
    """Hand in a batch from a device whose clock is wrong by `clock_error`, in its answers as in `sent_at`."""
    received = RECEIVED + timedelta(minutes=minute)
    sent = received + clock_error
    shown = [replace(e, answered_at=e.answered_at + clock_error) if isinstance(e, Submission) else e for e in entries]
    batch = Batch("device", sent, sent.isoformat(), received)
    call = submit_reviews(shown, batch, log, learner_id=LEARNER, catalogue=CATALOGUE, algorithm=FSRS)
    return asyncio.run(call)


clock_errors = st.sampled_from([timedelta(), timedelta(hours=-7), timedelta(days=2), timedelta(days=4000)])


@given(submissions(), clock_errors, st.data())
@settings(max_examples=150)
def test_law_2_any_order_batching_and_duplication_gives_the_same_log_and_memory(
    entries: list[Submission], clock_error: timedelta, data: st.DataObject
) -> None:
    at_once, in_pieces = ReviewLog(), ReviewLog()
    upload(at_once, entries)

    repeated = entries + data.draw(st.lists(st.sampled_from(entries), max_size=8))
    shuffled = data.draw(st.permutations(repeated))
    cuts = sorted(data.draw(st.sets(st.integers(1, len(shuffled)), max_size=6)) | {0, len(shuffled)})
    accepted: list[UUID] = []
    for minute, (start, end) in enumerate(pairwise(cuts)):
        receipt = upload(in_pieces, shuffled[start:end], clock_error=clock_error, minute=minute)
        assert [outcome.id for outcome in receipt.outcomes] == [entry.envelope.id for entry in shuffled[start:end]]
        accepted += [outcome.id for outcome in receipt.outcomes if isinstance(outcome, Accepted)]

    assert in_pieces.items == at_once.items
    assert in_pieces.quarantine.keys() == at_once.quarantine.keys()
    assert in_pieces.days == at_once.days
    assert sorted(accepted) == sorted(at_once.reviews)  # each counted once, for ever
    for identity, row in at_once.reviews.items():
        assert in_pieces.reviews[identity].graded.answer == row.graded.answer


@given(submissions())
def test_law_1_what_is_stored_is_the_fold_of_the_log(entries: list[Submission]) -> None:
    log = ReviewLog()
    for minute, entry in enumerate(reversed(entries)):
        upload(log, [entry], minute=minute)
    for item_id, memory in log.items.items():
        own = [row.graded.answer for row in log.reviews.values() if row.graded.submission.item_id == item_id]
        assert memory == fold(own, Schedule(FSRS, 0.9, (str(LEARNER), item_id)))
    assert len(log.reviews) + len(log.quarantine) == len(entries)  # law 4: nothing is dropped


def test_a_receipt_names_the_change_of_each_upload() -> None:
    log = ReviewLog()
    first, second = upload(log, [submission(1)]), upload(log, [submission(2)])
    learners: list[Learner] = [first.learner, second.learner]
    assert [learner.sequence for learner in learners] == [1, 2]
    assert first.standings["skill"].items_seen == 1


def test_a_conflict_leaves_the_original_untouched_also_within_one_batch() -> None:
    log = ReviewLog()
    original = submission(1, response={"choice": "b"})
    forged = submission(1, response={"choice": "a"})
    outcomes = upload(log, [original, forged, original]).outcomes
    assert [type(outcome) for outcome in outcomes] == [Accepted, Conflict, Duplicate]
    assert isinstance(upload(log, [forged]).outcomes[0], Conflict)
    assert log.reviews[UUID(int=1)].graded.correct is False


def test_a_duplicate_is_answered_with_the_first_verdict_even_after_more_reviews() -> None:
    log = ReviewLog()
    [first] = upload(log, [submission(1, at=RECEIVED - timedelta(days=3))]).outcomes
    upload(log, [submission(2)])
    [again] = upload(log, [submission(1, at=RECEIVED - timedelta(days=3))]).outcomes
    assert isinstance(first, Accepted)
    assert again == Duplicate(first.id, first.verdict)


def test_what_waited_in_quarantine_is_graded_when_it_can_be() -> None:
    log = ReviewLog()
    waiting = Quarantined(submission(1).envelope, "unknown_item", "no item has this id")
    assert upload(log, [waiting]).outcomes == (Held(UUID(int=1), "unknown_item", "no item has this id"),)
    assert isinstance(upload(log, [waiting]).outcomes[0], Held)
    assert isinstance(upload(log, [submission(1)]).outcomes[0], Accepted)
    assert log.quarantine == {}
    assert list(log.reviews) == [UUID(int=1)]


def test_law_6_graded_against_the_version_that_was_shown() -> None:
    log = ReviewLog()
    upload(log, [submission(1, item_id="one", version=1, response={"choice": "b"})])
    upload(log, [submission(2, item_id="one", version=2, response={"choice": "b"})])
    verdicts = {number: log.reviews[UUID(int=number)].graded for number in (1, 2)}
    assert (verdicts[1].correct, verdicts[2].correct) == (True, False)
    assert (verdicts[1].chance, verdicts[2].chance) == (1 / 3, 1 / 4)


def test_a_late_review_refolds_its_item_and_keeps_what_was_told_before() -> None:
    log = ReviewLog()
    [told] = upload(log, [submission(1, at=RECEIVED - timedelta(days=1))]).outcomes
    upload(log, [submission(2, at=RECEIVED - timedelta(days=9), response={"choice": "b"})])
    assert isinstance(told, Accepted)
    assert log.reviews[UUID(int=1)].after == told.verdict.after
    assert log.items["two"].repetitions == 2
    assert log.items["two"].relearning is False  # the later answer was right
    assert log.items["two"].stability != told.verdict.after.stability
