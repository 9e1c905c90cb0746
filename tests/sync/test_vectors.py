"""The test vectors for clients in other languages (docs/sync-vectors.json) say what the rules of this service say."""

import json
from collections.abc import Callable, Mapping
from datetime import date, datetime
from math import isclose
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from domain.content.items import ItemVersion
from domain.content.shuffle import digest_of, shuffled, unit_interval
from domain.practice.algorithm import DEFAULT_PARAMETERS, Fsrs6, Rating, State
from domain.practice.clock import practice_day
from domain.practice.days_off import DateRange, DaysOff
from domain.practice.drill import ItemStep, interleaved
from domain.practice.grading import grade
from domain.practice.learner import Preferences
from domain.practice.memory import Answer, Memory, Schedule, advance, fold, fuzz_days, known_probability
from domain.practice.selection import knowledge_saved
from domain.sync.digest import hexadecimal, lesson_hash, memory_hash, profile_digest, state_digest, together
from domain.sync.pack_reading import item_from_pack

FILE = Path(__file__).parents[2] / "docs" / "sync-vectors.json"
VECTORS: Mapping[str, Any] = json.loads(FILE.read_text(encoding="utf-8"))
FSRS = Fsrs6()
LIKENESS = 1e-12

Given = Mapping[str, Any]


def _memory(given: Given) -> Memory:
    return Memory(
        stability=given["stability"],
        difficulty=given["difficulty"],
        first_practice_day=date.fromisoformat(given["first_practice_day"]),
        last_practice_day=date.fromisoformat(given["last_practice_day"]),
        due_on=date.fromisoformat(given["due_on"]),
        repetitions=given["repetitions"],
        lapses=given["lapses"],
        relearning=given["relearning"],
        last_answered_at=datetime.fromisoformat(given["last_answered_at"]),
        last_review_id=UUID(given["last_review_id"]),
    )


def _days_off(given: Given) -> DaysOff:
    ranges = (DateRange(date.fromisoformat(each["first"]), date.fromisoformat(each["last"])) for each in given["ranges"])
    return DaysOff(frozenset(given["weekdays"]), tuple(ranges))


def _memory_hash(given: Given) -> int:
    return memory_hash(given["item_id"], _memory(given))


def _lesson_hash(given: Given) -> int:
    return lesson_hash(given["lesson_id"], given["lesson_version"], datetime.fromisoformat(given["completed_at"]))


def _profile(given: Given) -> int:
    return profile_digest(
        Preferences(
            time_zone=given["time_zone"],
            language=given["language"],
            daily_goal_minutes=given["daily_goal_minutes"],
            new_per_day=given["new_per_day"],
            days_off=_days_off(given["days_off"]),
        )
    )


def _state(given: Given) -> dict[str, Any]:
    hashes: dict[str, list[int]] = {}
    for each in given["memories"]:
        hashes.setdefault(each["skill"], []).append(_memory_hash(each))
    skills = {code: together(own) for code, own in hashes.items()}
    profile, lessons = _profile(given["profile"]), together(map(_lesson_hash, given["lessons"]))
    return {
        "digest": hexadecimal(state_digest(profile, lessons, skills)),
        "profile": hexadecimal(profile),
        "lessons": hexadecimal(lessons),
        "skills": {code: hexadecimal(digest) for code, digest in skills.items()},
    }


def _retrievability(given: Given) -> float:
    return FSRS.retrievability(given["stability"], given["elapsed_days"])


def _step(given: Given) -> dict[str, Any]:
    before = None if given["before"] is None else State(**given["before"])
    after = FSRS.step(before, Rating(given["rating"]), given["elapsed_days"])
    return {"stability": after.stability, "difficulty": after.difficulty}


def _fold(given: Given) -> list[dict[str, Any]]:
    schedule = Schedule(FSRS, given["desired_retention"], (given["learner_id"], given["item_id"]))
    answers = [
        Answer(
            UUID(each["id"]),
            datetime.fromisoformat(each["answered_at"]),
            practice_day(datetime.fromisoformat(each["answered_at"]), each["time_zone"]),
            each["correct"],
            each["chance"],
            each["prior_known"],
        )
        for each in given["answers"]
    ]
    memory: Memory | None = None
    after = []
    for answer in sorted(answers, key=lambda answer: answer.place):
        memory = advance(memory, answer, schedule)
        after.append(_written(memory))
    assert memory == fold(answers, schedule)
    return after


def _written(memory: Memory) -> dict[str, Any]:
    return {
        "stability": memory.stability,
        "difficulty": memory.difficulty,
        "first_practice_day": memory.first_practice_day.isoformat(),
        "last_practice_day": memory.last_practice_day.isoformat(),
        "due_on": memory.due_on.isoformat(),
        "repetitions": memory.repetitions,
        "lapses": memory.lapses,
        "relearning": memory.relearning,
        "last_review_id": str(memory.last_review_id),
    }


def _days_off_around(given: Given) -> dict[str, Any]:
    days_off, day = _days_off(given["days_off"]), date.fromisoformat(given["day"])
    return {"shifted": days_off.shifted(day).isoformat(), "due_horizon": days_off.due_horizon(day).isoformat()}


def _knowledge_saved(given: Given) -> float:
    memory = _memory(given["memory"])
    return knowledge_saved(memory, date.fromisoformat(given["day"]), FSRS)


def _shuffled(given: Given) -> list[str]:
    return list(shuffled(given["keys"], *given["seed"], key=str))


def _item(kind: str, body: Given, skill: str = "skill") -> ItemVersion:
    fields = {"item_id": "item", "item_version": 1, "kind": kind, "skill": skill, "weight": 1.0, "prior_known": 0.3}
    return item_from_pack(fields | {"prompt": "?", "explanation": "!", "body": body}, {})


def _grade(given: Given) -> dict[str, Any]:
    item = _item(given["kind"], given["body"])
    verdict = grade(item, given["response"])
    return {"score": verdict.score, "correct": verdict.correct, "threshold": item.body.threshold, "chance": item.chance}


def _interleaved(given: Given) -> list[str]:
    steps = []
    for step in given["steps"]:
        options = [{"id": step["item_id"], "text": "", "correct": True, "feedback": None}]
        steps.append(ItemStep(_item("single_choice", {"options": options}, step["skill"]), "new", None, 0))
    names = {id(step): given["steps"][place]["item_id"] for place, step in enumerate(steps)}
    return [names[id(step)] for step in interleaved(steps)]


CHECKED: Mapping[str, Callable[[Given], Any]] = {
    "memory_hash": lambda given: hexadecimal(_memory_hash(given)),
    "skill_digest": lambda given: hexadecimal(together(map(_memory_hash, given["memories"]))),
    "lesson_hash": lambda given: hexadecimal(_lesson_hash(given)),
    "lessons_digest": lambda given: hexadecimal(together(map(_lesson_hash, given["lessons"]))),
    "profile_digest": lambda given: hexadecimal(_profile(given)),
    "state_digest": _state,
    "practice_day": lambda given: practice_day(datetime.fromisoformat(given["moment"]), given["time_zone"]).isoformat(),
    "parameters": lambda _: list(DEFAULT_PARAMETERS),
    "retrievability": _retrievability,
    "interval_days": lambda given: FSRS.interval_days(given["stability"], given["desired_retention"]),
    "step": _step,
    "known_probability": lambda given: known_probability(given["retrievability"], given["chance"]),
    "fuzz_days": lambda given: fuzz_days(given["interval"]),
    "digest_of": lambda given: digest_of(*given["parts"]).hex(),
    "unit_interval": lambda given: unit_interval(*given["seed"]),
    "fold": _fold,
    "days_off": _days_off_around,
    "knowledge_saved": _knowledge_saved,
    "interleaved": _interleaved,
    "shuffled": _shuffled,
    "grade": _grade,
}


def _alike(expected: Any, computed: Any) -> bool:
    """Floats within 1e-12 of each other, everything else the same."""
    if isinstance(computed, float):
        return isinstance(expected, float) and isclose(expected, computed, rel_tol=LIKENESS, abs_tol=0.0)
    if isinstance(computed, dict):
        same_names = isinstance(expected, dict) and expected.keys() == computed.keys()
        return same_names and all(_alike(expected[name], value) for name, value in computed.items())
    if isinstance(computed, list):
        same_size = isinstance(expected, list) and len(expected) == len(computed)
        return same_size and all(map(_alike, expected, computed))
    return type(expected) is type(computed) and bool(expected == computed)


def test_every_section_of_the_file_is_checked_and_none_is_empty() -> None:
    sections = VECTORS.keys() - {"about"}
    assert sections == CHECKED.keys()
    assert all(VECTORS[section] for section in sections)


@pytest.mark.parametrize(
    ("section", "place"),
    [(section, place) for section in VECTORS if section != "about" for place in range(len(VECTORS[section]))],
)
def test_a_vector_is_what_the_rules_give(section: str, place: int) -> None:
    case = VECTORS[section][place]
    assert case.keys() == {"why", "given", "expected"}
    computed = CHECKED[section](case["given"])
    assert _alike(case["expected"], computed), computed
