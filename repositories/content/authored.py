"""What authors write, as msgspec shapes: the file format of content/README.md, nothing more."""

from typing import Annotated, Literal

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


class Option(Said, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """An option of a choice question."""

    correct: bool = False
    feedback: Said | None = None


class Line(Said, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """A line of dialogue."""

    speaker: Literal["customer", "employee"]


class Offence(Line, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """A line of a spot-the-phrase dialogue."""

    offence: Said | None = None


class Pair(Struct, forbid_unknown_fields=True, frozen=True):
    """A left and the right that belongs to it."""

    left: Said
    right: Said


class Item(Struct, forbid_unknown_fields=True, frozen=True, kw_only=True, tag_field="kind"):
    """What all kinds share."""

    id: Id
    concepts: Annotated[list[str], Meta(min_length=1)]
    sources: Annotated[list[str], Meta(min_length=1)]
    prompt: Said
    explanation: Said
    editorial: bool = False
    prior_known: Share = 0.5
    weight: Annotated[float, Meta(gt=0, le=10)] = 1.0


class SingleChoice(Item, forbid_unknown_fields=True, frozen=True, kw_only=True, tag="single_choice"):
    """One right option."""

    options: list[Option]


class MultipleChoice(Item, forbid_unknown_fields=True, frozen=True, kw_only=True, tag="multiple_choice"):
    """Several right options."""

    options: list[Option]
    pass_threshold: Threshold = 0.75


class Ordering(Item, forbid_unknown_fields=True, frozen=True, kw_only=True, tag="ordering"):
    """Entries in the right order."""

    entries: list[Said]
    pass_threshold: Threshold = 1.0


class Matching(Item, forbid_unknown_fields=True, frozen=True, kw_only=True, tag="matching"):
    """Pairs, and rights that belong to nothing."""

    pairs: list[Pair]
    distractors: list[Said] = []
    pass_threshold: Threshold = 0.75


class SpotPhrase(Item, forbid_unknown_fields=True, frozen=True, kw_only=True, tag="spot_phrase"):
    """A dialogue with offending lines."""

    lines: list[Offence]
    pass_threshold: Threshold = 1.0


AnyItem = SingleChoice | MultipleChoice | Ordering | Matching | SpotPhrase


class Card(Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """One card of a lesson."""

    kind: Literal["hook", "idea", "dialogue", "remember"]
    concepts: list[str] = []
    title: Said | None = None
    text: Said | None = None
    lines: list[Line] = []


class Lesson(Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """A lesson file."""

    id: Id
    skill: str
    title: Said
    minutes: Annotated[int, Meta(ge=1, le=10)]
    sources: Annotated[list[str], Meta(min_length=1)]
    editorial: bool = False
    cards: Annotated[list[Card], Meta(min_length=1)]


class Module(Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """A module of a program."""

    id: Id
    title: Said
    lessons: Annotated[list[str], Meta(min_length=1)]


class Completion(Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """When a program is complete, beyond every lesson being read."""

    min_coverage: Annotated[float, Meta(ge=0, le=1)]
    min_mastery: Annotated[float, Meta(ge=0, le=1)]


class Program(Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """A program file."""

    id: Id
    position: Annotated[int, Meta(ge=1)]
    title: Said
    sources: Annotated[list[str], Meta(min_length=1)]
    completion: Completion
    modules: Annotated[list[Module], Meta(min_length=1)]


class Skill(Said, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """A skill of `skills.yaml`."""

    code: Id
    desired_retention: Annotated[float, Meta(ge=0.7, le=0.97)] = 0.9
    goal: Annotated[float, Meta(gt=0, lt=1)] = 0.85


class Source(Said, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """A work of `sources.yaml`."""

    id: Id


class SkillsFile(Struct, forbid_unknown_fields=True, frozen=True):
    """`skills.yaml`."""

    skills: list[Skill]


class SourcesFile(Struct, forbid_unknown_fields=True, frozen=True):
    """`sources.yaml`."""

    sources: list[Source]
