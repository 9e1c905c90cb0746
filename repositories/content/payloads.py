"""How skills, items, lessons and programs are kept in a version's payload, and the hash that tells one version from another."""

from collections.abc import Mapping
from hashlib import blake2b
from typing import Any

import msgspec

from domain.content.items import ItemVersion
from domain.content.kinds import KINDS
from domain.content.lessons import LessonVersion, ProgramVersion, Skill
from domain.text import Text

Thing = Skill | ItemVersion | LessonVersion | ProgramVersion

# What identifies a version is kept beside the payload, and the chance of guessing follows from the body.
_KEPT_ELSEWHERE = {"version", "item_id", "lesson_id", "program_id", "code", "chance"}


def payload_of(thing: Thing) -> dict[str, Any]:
    """Everything about `thing` but its identity and version."""
    built: dict[str, Any] = msgspec.to_builtins(thing)
    return {name: value for name, value in built.items() if name not in _KEPT_ELSEWHERE}


def hash_of(payload: Mapping[str, Any]) -> bytes:
    """Thirty-two bytes (BLAKE2b of the payload as JSON with sorted keys) that change when anything shown or graded changes."""
    return blake2b(msgspec.json.encode(payload, order="sorted"), digest_size=32).digest()


def skill_from(code: str, payload: str) -> Skill:
    """A skill from its payload."""
    return msgspec.convert({"code": code, **msgspec.json.decode(payload)}, Skill)


def item_from(item_id: str, version: int, payload: str) -> ItemVersion:
    """An item version from its payload."""
    stored = msgspec.json.decode(payload)
    return ItemVersion(
        item_id=item_id,
        version=version,
        kind=stored["kind"],
        skill=stored["skill"],
        concepts=tuple(stored["concepts"]),
        weight=stored["weight"],
        prior_known=stored["prior_known"],
        prompt=msgspec.convert(stored["prompt"], Text),
        explanation=msgspec.convert(stored["explanation"], Text),
        body=msgspec.convert(stored["body"], KINDS[stored["kind"]]),
    )


def lesson_from(lesson_id: str, version: int, payload: str) -> LessonVersion:
    """A lesson version from its payload."""
    return msgspec.convert({"lesson_id": lesson_id, "version": version, **msgspec.json.decode(payload)}, LessonVersion)


def program_from(program_id: str, version: int, payload: str) -> ProgramVersion:
    """A program version from its payload."""
    return msgspec.convert({"program_id": program_id, "version": version, **msgspec.json.decode(payload)}, ProgramVersion)
