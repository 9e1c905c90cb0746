"""How everything published is kept in a version's payload, and the hash that tells one version from another."""

from collections.abc import Mapping
from hashlib import blake2b
from typing import Any

import msgspec

from domain.content.assessments import Assessment, Exam, Questionnaire
from domain.content.items import ItemVersion
from domain.content.kinds import KINDS
from domain.content.lessons import LessonVersion, ProgramVersion, Skill
from domain.content.path import GrowthPath
from domain.phrases.lexicon import ForbiddenPhrase, Lexicon
from domain.text import Text

Thing = Skill | ItemVersion | LessonVersion | ProgramVersion | Lexicon | Assessment | GrowthPath
Lexicons = Mapping[str, Lexicon]

# There is one of each, and it has versions.
LEXICON = "forbidden-phrases"
GROWTH_PATH = "growth-path"

_ASSESSMENTS: dict[str, type[Assessment]] = {"exam": Exam, "self": Questionnaire}
_KIND_OF_ASSESSMENT = {shape: kind for kind, shape in _ASSESSMENTS.items()}

# What identifies a version is kept beside the payload, and the chance of guessing follows from the body.
_KEPT_ELSEWHERE = {"version", "item_id", "lesson_id", "program_id", "assessment_id", "code", "chance", "_keys"}


def payload_of(thing: Thing) -> dict[str, Any]:
    """Everything about `thing` but its identity and version."""
    if isinstance(thing, Lexicon):
        return {"phrases": msgspec.to_builtins(thing.phrases)}
    built: dict[str, Any] = msgspec.to_builtins(thing, enc_hook=_named)
    kept = {name: value for name, value in built.items() if name not in _KEPT_ELSEWHERE}
    return {"kind": _KIND_OF_ASSESSMENT[type(thing)], **kept} if isinstance(thing, Assessment) else kept


def _named(value: Any) -> str:
    """A lexicon inside an item is kept by name: the hash of its payload."""
    if isinstance(value, Lexicon):
        return hash_of(payload_of(value)).hex()
    raise TypeError(f"{type(value)} has no place in a payload")


def hash_of(payload: Mapping[str, Any]) -> bytes:
    """Thirty-two bytes (BLAKE2b of the payload as JSON with sorted keys) that change when anything shown or graded changes."""
    return blake2b(msgspec.json.encode(payload, order="sorted"), digest_size=32).digest()


def skill_from(code: str, payload: str) -> Skill:
    """A skill from its payload."""
    return msgspec.convert({"code": code, **msgspec.json.decode(payload)}, Skill)


def lexicon_from(payload: str) -> Lexicon:
    """A lexicon from its payload."""
    return Lexicon(msgspec.convert(msgspec.json.decode(payload)["phrases"], tuple[ForbiddenPhrase, ...]))


def item_from(item_id: str, version: int, payload: str, lexicons: Lexicons) -> ItemVersion:
    """An item version from its payload; `lexicons` are all that were ever published, by the hash of their payload."""
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
        body=msgspec.convert(stored["body"], KINDS[stored["kind"]], dec_hook=lambda _, name: lexicons[name]),
    )


def lesson_from(lesson_id: str, version: int, payload: str) -> LessonVersion:
    """A lesson version from its payload."""
    return msgspec.convert({"lesson_id": lesson_id, "version": version, **msgspec.json.decode(payload)}, LessonVersion)


def program_from(program_id: str, version: int, payload: str) -> ProgramVersion:
    """A program version from its payload."""
    return msgspec.convert({"program_id": program_id, "version": version, **msgspec.json.decode(payload)}, ProgramVersion)


def assessment_from(assessment_id: str, version: int, payload: str) -> Assessment:
    """An assessment version from its payload."""
    stored = msgspec.json.decode(payload)
    shape = _ASSESSMENTS[stored.pop("kind")]
    return msgspec.convert({"assessment_id": assessment_id, "version": version, **stored}, shape)


def path_from(payload: str) -> GrowthPath:
    """The growth path from its payload."""
    return msgspec.json.decode(payload, type=GrowthPath)
