"""Publishing a curriculum: new versions for what changed, nothing for what did not, withdrawal for what is gone."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import func, select
from sqlmodel.ext.asyncio.session import AsyncSession

from repositories.content.payloads import GROWTH_PATH, LEXICON, Thing, hash_of, payload_of
from repositories.content.reading import Curriculum
from repositories.tables import ContentRevisionRow, PublishableRow, PublishedVersionRow


@dataclass(frozen=True, slots=True)
class Publication:
    """What one publication did."""

    revision: int
    added: int
    changed: int
    unchanged: int
    withdrawn: int


class ItemMoved(Exception):
    """Items that were published in another skill: one item has one skill for ever, because its memory is counted in it."""

    def __init__(self, moved: Mapping[str, str]) -> None:
        said = (f"{item_id} was published in {skill}" for item_id, skill in sorted(moved.items()))
        super().__init__(f"an item keeps its skill, give it a new id: {'; '.join(said)}")


async def publish(session: AsyncSession, curriculum: Curriculum, now: datetime) -> Publication:
    """Bring the tables in line with `curriculum`. A published version is never edited: a change gets the next number.

    Raises `ItemMoved`; then nothing is published.
    """
    # One publication at a time: the lock goes with the transaction.
    await session.exec(select(func.pg_advisory_xact_lock(func.hashtext("composure.publish"))))
    revision = (await session.exec(select(func.coalesce(func.max(ContentRevisionRow.revision), 0)))).one()
    following = revision + 1
    known = {(row.kind, row.id): row for row in await session.exec(select(PublishableRow))}
    versions = await _current_versions(session)
    _refuse_moved(curriculum, versions)
    hashes = {key: version.content_hash for key, version in versions.items()}
    added = changed = unchanged = 0
    gone = {key for key, row in known.items() if row.withdrawn_at is None}
    for kind, identity, thing in _things(curriculum):
        payload = payload_of(thing)
        content_hash = hash_of(payload)
        row = known.get((kind, identity))
        gone.discard((kind, identity))
        if row is not None and hashes[kind, identity] == content_hash and row.withdrawn_at is None:
            unchanged += 1
            continue
        if row is None:
            added += 1
            row = PublishableRow(kind=kind, id=identity, current_version=1, revision=following)
            session.add(row)
            await session.flush()  # the version below refers to it
        else:
            changed += 1
            row.withdrawn_at = None
            row.revision = following
            row.current_version += hashes[kind, identity] != content_hash
        if hashes.get((kind, identity)) != content_hash:
            session.add(
                PublishedVersionRow(
                    kind=kind,
                    id=identity,
                    version=row.current_version,
                    content_hash=content_hash,
                    payload=payload,
                    revision=following,
                    published_at=now,
                )
            )
    for key in gone:
        known[key].withdrawn_at = now
        known[key].revision = following
    if added or changed or gone:
        revision = following
        session.add(ContentRevisionRow(revision=revision, published_at=now))
    return Publication(revision, added, changed, unchanged, len(gone))


async def _current_versions(session: AsyncSession) -> dict[tuple[str, str], PublishedVersionRow]:
    """The last version of everything ever published, by kind and id."""
    current = (
        (PublishableRow.kind == PublishedVersionRow.kind)
        & (PublishableRow.id == PublishedVersionRow.id)
        & (PublishableRow.current_version == PublishedVersionRow.version)
    )
    versions = await session.exec(select(PublishedVersionRow).join(PublishableRow, current))  # type: ignore[arg-type]
    return {(version.kind, version.id): version for version in versions}


def _refuse_moved(curriculum: Curriculum, versions: Mapping[tuple[str, str], PublishedVersionRow]) -> None:
    published_in = {identity: version.payload["skill"] for (kind, identity), version in versions.items() if kind == "item"}
    moved = {
        item.item_id: published_in[item.item_id]
        for item in curriculum.items
        if published_in.get(item.item_id, item.skill) != item.skill
    }
    if moved:
        raise ItemMoved(moved)


def _things(curriculum: Curriculum) -> Iterator[tuple[str, str, Thing]]:
    yield "lexicon", LEXICON, curriculum.lexicon
    yield "growth_path", GROWTH_PATH, curriculum.path
    yield from (("assessment", assessment.assessment_id, assessment) for assessment in curriculum.assessments)
    yield from (("skill", skill.code, skill) for skill in curriculum.skills)
    yield from (("lesson", lesson.lesson_id, lesson) for lesson in curriculum.lessons)
    yield from (("item", item.item_id, item) for item in curriculum.items)
    yield from (("program", program.program_id, program) for program in curriculum.programs)
