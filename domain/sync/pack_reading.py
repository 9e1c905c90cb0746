"""A pack read back on a device: from its JSON, decoded, to the values the rules work on.

For clients, which hold what several packs brought. Texts are in one language there; here they are said alike in all.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import fields, is_dataclass, replace
from functools import cache
from types import NoneType, UnionType
from typing import Any, get_args, get_origin, get_type_hints

from domain.content.catalogue import Catalogue, Published
from domain.content.items import ItemVersion
from domain.content.kinds import KINDS
from domain.content.lessons import Card, LessonVersion, Skill, SpokenLine
from domain.phrases.lexicon import ForbiddenPhrase, Lexicon
from domain.text import Text

Json = Mapping[str, Any]
Lexicons = Mapping[str, Lexicon]
Reader = Callable[[Any, Lexicons], Any]

_KINDS: Mapping[str, Any] = KINDS


def item_from_pack(item: Json, lexicons: Lexicons) -> ItemVersion:
    """An item version out of `items`; `lexicons` are those the device holds, by name. Raises `KeyError` when one is missing."""
    return ItemVersion(
        item_id=item["item_id"],
        version=item["item_version"],
        kind=item["kind"],
        skill=item["skill"],
        concepts=(),
        weight=item["weight"],
        prior_known=item["prior_known"],
        prompt=_text(item["prompt"]),
        explanation=_text(item["explanation"]),
        body=_reader(_KINDS[item["kind"]])(item["body"], lexicons),
    )


def lesson_from_pack(lesson: Json) -> LessonVersion:
    """A lesson version out of `lessons`; which concepts its cards teach is not in a pack."""
    return LessonVersion(
        lesson_id=lesson["lesson_id"],
        version=lesson["lesson_version"],
        skill=lesson["skill"],
        title=_text(lesson["title"]),
        minutes=lesson["minutes"],
        cards=tuple(_card(card) for card in lesson["cards"]),
    )


def _card(card: Json) -> Card:
    title, text = card.get("title"), card.get("text")
    return Card(
        kind=card["kind"],
        concepts=(),
        title=None if title is None else _text(title),
        text=None if text is None else _text(text),
        lines=tuple(SpokenLine(line["speaker"], _text(line["text"])) for line in card.get("lines", ())),
        avoid=card.get("avoid", False),
    )


def lexicon_from_pack(phrases: Iterable[Json]) -> Lexicon:
    """A lexicon out of `lexicons`."""
    read = _reader(ForbiddenPhrase)
    return Lexicon([read(phrase, {}) for phrase in phrases])


def catalogue_from_pack(
    items: Iterable[Json],
    lessons: Iterable[Json],
    skills: Iterable[Json],
    lesson_order: Sequence[str],
    lexicons: Lexicons,
    revision: int = 0,
) -> Catalogue:
    """The curriculum as far as the device holds it, of each item and lesson one version; a drill is built from it for stage 0.

    Lessons that were read when the pack was made are not in it: those of `lesson_order` of which the pack does not consist count
    as read, whatever the feed has told so far.
    """
    held = sorted(items, key=lambda item: str(item["item_id"]))
    versions = {item["item_id"]: item_from_pack(item, lexicons) for item in held}
    opened_by = {item["item_id"]: item["lesson_id"] for item in held if item["lesson_id"] is not None}
    by_lesson: dict[str, list[ItemVersion]] = {}
    for item_id, lesson_id in opened_by.items():
        by_lesson.setdefault(lesson_id, []).append(versions[item_id])
    published = Published(
        revision=revision,
        skills=tuple(_skill(place, skill) for place, skill in enumerate(skills)),
        item_versions=tuple(versions.values()),
        current_items={item_id: version.version for item_id, version in versions.items()},
        lexicon=Lexicon(()),
        lexicon_version=0,
        lessons=tuple(map(lesson_from_pack, lessons)),
        programs=(),
        lexicons=lexicons,
    )
    # The server has found out already which lesson opens what, and in which order they come.
    return replace(
        Catalogue.of(published),
        lesson_order=tuple(lesson_order),
        stage_of=dict.fromkeys(lesson_order, 0),
        lesson_of=opened_by,
        items_by_lesson={lesson_id: tuple(group) for lesson_id, group in by_lesson.items()},
    )


def _skill(place: int, skill: Json) -> Skill:
    """A skill; its goal is the server's affair, which forecasts mastery."""
    return Skill(skill["code"], place, _text(skill["title"]), skill["desired_retention"], goal=1.0)


def _text(words: str) -> Text:
    return Text(words, words, words)


@cache
def _reader(shape: Any) -> Reader:
    """How a value of the type `shape` is read: the way back of `api.sync.bodies`."""
    if shape is Text:
        return lambda value, _: _text(value)
    if shape is Lexicon:
        return lambda value, lexicons: lexicons[value]
    if get_origin(shape) is tuple:
        part = _reader(get_args(shape)[0])
        return lambda value, lexicons: tuple([part(each, lexicons) for each in value])
    if isinstance(shape, UnionType):
        [some] = [_reader(each) for each in get_args(shape) if each is not NoneType]
        return lambda value, lexicons: None if value is None else some(value, lexicons)
    if is_dataclass(shape):
        return _fields_reader(shape)
    return lambda value, _: value


def _fields_reader(shape: Any) -> Reader:
    types = get_type_hints(shape)
    parts = [(field.name, _reader(types[field.name])) for field in fields(shape)]
    return lambda value, lexicons: shape(**{name: read(value[name], lexicons) for name, read in parts})
