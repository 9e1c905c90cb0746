"""From the curriculum to what a pack is made of: items, lessons and lexicons, each encoded once for a publication and a language.

Writing the five hundred items of a large pack takes some twenty milliseconds, so that they are kept as the JSON they are sent as.
"""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any
from uuid import UUID

from msgspec import Raw, json

from api.learner.rendering import cards_of
from api.sync.bodies import in_language, writer_of
from api.sync.pack_schemas import OfflinePack, PackContents, PackEdition, PackItem, PackItemEdition, PackLesson, PackSkill
from domain.content.catalogue import Catalogue, Edition
from domain.content.items import ItemVersion
from domain.content.kinds import Rewrite
from domain.content.lessons import LessonVersion
from domain.phrases.lexicon import ForbiddenPhrase, Lexicon
from domain.sync.held import Held, write_held
from domain.sync.pack import Pack
from domain.text import Language

ENCODER = json.Encoder()


class PackWriter:
    """Writes what is published in one language."""

    def __init__(self, catalogue: Catalogue, language: Language, places: Mapping[Edition, int]) -> None:
        self._catalogue = catalogue
        self._language = language
        self._places = places
        self._names = {lexicon: name for name, lexicon in catalogue.lexicons.items()}
        self._written: dict[tuple[str, str], bytes] = {}

    def size_of(self, thing: ItemVersion | LessonVersion) -> int:
        """Bytes of JSON of a current item or lesson."""
        return len(self._bytes_of(thing))

    def pack(self, chosen: Pack, day: date, days: int, held: Held | None, epoch: UUID) -> OfflinePack:
        """The pack for a device that has what it `held`."""
        items = {self._places["item", item.item_id, item.version]: item for item in chosen.items}
        lessons = {self._places["lesson", lesson.lesson_id, lesson.version]: lesson for lesson in chosen.lessons}
        places = [*items, *lessons]
        editions = self._catalogue.editions
        there = frozenset() if held is None else held.among(places, self._language, epoch, editions)
        missing = [item for place, item in items.items() if place not in there]
        return OfflinePack(
            practice_day=day,
            days=days,
            language=self._language,
            revision=self._catalogue.revision,
            have=write_held(places, self._language, epoch, editions),
            skills=self._skills(),
            lesson_order=list(chosen.lesson_order),
            lessons=[self._encoded(lesson) for place, lesson in lessons.items() if place not in there],
            items=[self._encoded(item) for item in missing],
            lexicons=self._lexicons_of(missing),
            contents=PackContents(
                items=[PackItemEdition(item.item_id, item.version, self._opens(item)) for item in chosen.items],
                lessons=[PackEdition(lesson.lesson_id, lesson.version) for lesson in chosen.lessons],
                items_total=len(chosen.items),
                lessons_total=len(chosen.lessons),
            ),
        )

    def _skills(self) -> list[PackSkill]:
        skills = self._catalogue.skills.values()
        return [PackSkill(skill.code, skill.title.said_in(self._language), skill.desired_retention) for skill in skills]

    def _encoded(self, thing: ItemVersion | LessonVersion) -> Any:
        """A `PackItem` or `PackLesson` as the JSON it is sent as."""
        return Raw(self._bytes_of(thing))

    def _lexicons_of(self, items: Iterable[ItemVersion]) -> dict[str, Any]:
        """The lexicons by which some of `items` are graded, encoded."""
        lexicons = {item.body.lexicon for item in items if isinstance(item.body, Rewrite)}
        return {self._names[lexicon]: self._lexicon(lexicon) for lexicon in lexicons}

    def _bytes_of(self, thing: ItemVersion | LessonVersion) -> bytes:
        name = ("item", thing.item_id) if isinstance(thing, ItemVersion) else ("lesson", thing.lesson_id)
        written = self._written.get(name)
        if written is None:
            body = self._item(thing) if isinstance(thing, ItemVersion) else self._lesson(thing)
            written = self._written[name] = ENCODER.encode(body)
        return written

    def _item(self, item: ItemVersion) -> PackItem:
        return PackItem(
            item_id=item.item_id,
            item_version=item.version,
            kind=item.kind,  # type: ignore[arg-type]
            skill=item.skill,
            lesson_id=self._opens(item),
            weight=item.weight,
            prior_known=item.prior_known,
            chance=item.chance,
            threshold=item.body.threshold,
            prompt=item.prompt.said_in(self._language),
            explanation=item.explanation.said_in(self._language),
            key=dict(item.key_in(self._language)),
            body=in_language(item.body, self._language, self._names),
        )

    def _opens(self, item: ItemVersion) -> str | None:
        return self._catalogue.lesson_of.get(item.item_id)

    def _lesson(self, lesson: LessonVersion) -> PackLesson:
        return PackLesson(
            lesson_id=lesson.lesson_id,
            lesson_version=lesson.version,
            skill=lesson.skill,
            title=lesson.title.said_in(self._language),
            minutes=lesson.minutes,
            cards=cards_of(lesson, self._language),
        )

    def _lexicon(self, lexicon: Lexicon) -> Raw:
        key = ("lexicon", self._names[lexicon])
        if key not in self._written:
            write = writer_of(ForbiddenPhrase)
            self._written[key] = ENCODER.encode([write(phrase, self._language, {}) for phrase in lexicon.phrases])
        return Raw(self._written[key])


class PackWriters:
    """The writers of the publication that was asked for last, one for each language."""

    def __init__(self) -> None:
        self._catalogue: Catalogue | None = None
        self._places: Mapping[Edition, int] = {}
        self._writers: dict[Language, PackWriter] = {}

    def of(self, catalogue: Catalogue, language: Language) -> PackWriter:
        """The writer of a publication in a language."""
        if catalogue is not self._catalogue:
            self._catalogue = catalogue
            self._places = {edition: place for place, edition in enumerate(catalogue.editions)}
            self._writers = {}
        if language not in self._writers:
            self._writers[language] = PackWriter(catalogue, language, self._places)
        return self._writers[language]
