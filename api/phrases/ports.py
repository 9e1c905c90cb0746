"""What the checker's controllers ask of a store. All of it concerns the caller's organisation and no other."""

from typing import Protocol

from domain.phrases.own import OwnPhrase, WordedPhrase


class OwnPhraseStore(Protocol):
    """The organisation's phrases, for every employee to read."""

    async def stamp(self) -> str | None:
        """What stands for the wording of all phrases: another wording has another stamp. None without any phrase."""
        ...

    async def stamped(self) -> tuple[str | None, list[OwnPhrase]]:
        """All phrases by id, and the stamp of just these."""
        ...

    async def all(self) -> list[WordedPhrase]:
        """All phrases by id."""
        ...


class OwnPhraseAuthor(Protocol):
    """Changing them; only who may gets one."""

    async def put(self, phrase: OwnPhrase) -> bool:
        """Add it, or replace the one of the same id; False when there are too many already."""
        ...

    async def delete(self, phrase_id: str) -> bool:
        """Take it away; False when there is none."""
        ...
