"""What all files share: ids, texts in two languages, patterns."""

from typing import Annotated

from msgspec import Meta, Struct, field

Id = Annotated[str, Meta(pattern=r"^[a-z0-9]+(?:[.-][a-z0-9]+)*$", max_length=80)]
# Something to read, and without the NUL that PostgreSQL cannot store.
Words = Annotated[str, Meta(pattern=r"^(?=[\s\S]*\S)[^\x00]*$")]
Share = Annotated[float, Meta(ge=0.05, le=0.95)]
Threshold = Annotated[float, Meta(gt=0, le=1)]


class Said(Struct, forbid_unknown_fields=True, frozen=True):
    """A text in two written languages; `zh-Hant` only where the machine reading would be wrong."""

    zh: Words
    en: Words
    zh_hant: Words | None = field(name="zh-Hant", default=None)


class Patterns(Struct, forbid_unknown_fields=True, frozen=True):
    """Expressions over the folded text, by script."""

    zh: list[Words] = []
    en: list[Words] = []
