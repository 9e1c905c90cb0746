"""Authored bodies in one language, as JSON: the shapes of the domain with every text said, and a lexicon by its name.

Derived from the dataclasses, so that a new kind of item or a new field is described and sent without a line here.
"""

from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass
from functools import cache
from types import NoneType, UnionType
from typing import TYPE_CHECKING, Any, Union, get_args, get_origin, get_type_hints

import msgspec

from domain.content.kinds import KINDS, Body
from domain.phrases.lexicon import ForbiddenPhrase, Lexicon
from domain.text import LANGUAGES, Language, Text

Names = Mapping[Lexicon, str]
Writer = Callable[[Any, Language, Names], Any]

_KINDS: Mapping[str, Any] = KINDS

_TAGS = {shape: kind for kind, shape in _KINDS.items()}


@cache
def shape_of(domain: Any) -> Any:
    """The type as which a value of the type `domain` is sent."""
    if domain is Text or domain is Lexicon:
        return str
    if get_origin(domain) is tuple:
        return list[shape_of(get_args(domain)[0])]  # type: ignore[misc]
    if isinstance(domain, UnionType):
        return Union[tuple(shape_of(each) for each in get_args(domain))]  # noqa: UP007
    return _struct_of(domain) if is_dataclass(domain) else domain


def _struct_of(domain: Any) -> Any:
    kind = _TAGS.get(domain)
    return msgspec.defstruct(
        f"Pack{domain.__name__}",
        [(name, shape_of(annotation)) for name, annotation in _fields(domain)],
        module=__name__,
        namespace={"__doc__": domain.__doc__},
        tag_field=None if kind is None else "kind",
        tag=kind,
        frozen=True,
    )


def in_language(body: Body, language: Language, names: Names) -> Any:
    """A body as it is sent; `names` are those of the lexicons."""
    return writer_of(_KINDS[_TAGS[type(body)]])(body, language, names)


@cache
def writer_of(domain: Any) -> Writer:
    """How a value of the type `domain` becomes one of `shape_of(domain)`."""
    if domain is Text:
        return lambda text, language, _: text.said_in(language)
    if domain is Lexicon:
        return lambda lexicon, _, names: names[lexicon]
    if domain == tuple[Text, ...]:
        return lambda texts, language, _: _in_every_language(texts, language)
    if get_origin(domain) is tuple:
        part = writer_of(get_args(domain)[0])
        return lambda values, language, names: [part(value, language, names) for value in values]
    if isinstance(domain, UnionType):
        [some] = [writer_of(each) for each in get_args(domain) if each is not NoneType]
        return lambda value, language, names: None if value is None else some(value, language, names)
    if is_dataclass(domain):
        return _fields_writer(domain)
    return lambda value, *_: value


def _fields_writer(domain: Any) -> Writer:
    shape = shape_of(domain)
    parts = [(name, writer_of(annotation)) for name, annotation in _fields(domain)]
    return lambda value, language, names: shape(*[write(getattr(value, name), language, names) for name, write in parts])


def _fields(domain: Any) -> list[tuple[str, Any]]:
    types = get_type_hints(domain)
    return [(field.name, types[field.name]) for field in fields(domain)]


def _in_every_language(texts: tuple[Text, ...], language: Language) -> list[str]:
    """Answers that are right in whatever language they are given, the learner's own first."""
    others = [each for each in LANGUAGES if each != language]
    return list(dict.fromkeys(text.said_in(each) for each in (language, *others) for text in texts))


if TYPE_CHECKING:
    AnyBody = msgspec.Struct
    PhraseBody = msgspec.Struct
else:
    AnyBody = Union[tuple(shape_of(kind) for kind in _KINDS.values())]  # noqa: UP007
    PhraseBody = shape_of(ForbiddenPhrase)
