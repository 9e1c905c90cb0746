"""YAML read strictly, remembering the line of everything, so that an error can name it."""

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import msgspec
import yaml

T = TypeVar("T")
Steps = tuple[str | int, ...]

LARGEST_FILE_BYTES = 4 << 20
DEEPEST_YAML = 32

_FAILURE = re.compile(r"^(?P<what>.*?)(?: - at `(?P<path>[^`]*)`)?$", re.DOTALL)
_STEP = re.compile(r"\.([^.\[]+)|\[(?:\.\.\.|\d+)\]")


@dataclass(frozen=True, slots=True, order=True)
class Defect:
    """Something wrong in a content file."""

    file: str
    line: int
    message: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.message}"


class ContentError(Exception):
    """The curriculum cannot be used; carries every defect found."""

    def __init__(self, defects: list[Defect]) -> None:
        self.defects = sorted(defects)
        super().__init__("\n".join(map(str, self.defects)))


@dataclass(slots=True)
class YamlFile:
    """One parsed file: plain data, and the line each path in it begins on."""

    name: str
    data: Any = None
    lines: dict[Steps, int] = field(default_factory=dict)

    @classmethod
    def read(cls, path: Path, name: str) -> "YamlFile":
        """Parse. Raises `ContentError` for bad UTF-8, bad YAML, and duplicate or non-text keys."""
        file = cls(name)
        try:
            if path.stat().st_size > LARGEST_FILE_BYTES or not path.is_file():
                raise ContentError([Defect(name, 1, f"not a file of at most {LARGEST_FILE_BYTES >> 20} MiB")])
            text = path.read_text(encoding="utf-8")
            _refuse_exotic(text, name)
            node = yaml.compose(text, Loader=_LOADER)
        except UnicodeDecodeError as error:
            raise ContentError([Defect(name, 1, f"not UTF-8: {error}")]) from None
        except yaml.YAMLError as error:
            mark = getattr(error, "problem_mark", None)
            raise ContentError([Defect(name, mark.line + 1 if mark else 1, f"not YAML: {error}")]) from None
        if node is None:
            raise ContentError([Defect(name, 1, "the file is empty")])
        file.data = file._build(node, ())
        return file

    def _build(self, node: yaml.Node, path: Steps) -> Any:
        self.lines[path] = node.start_mark.line + 1
        if isinstance(node, yaml.MappingNode):
            built: dict[str, Any] = {}
            for key_node, value_node in node.value:
                key = key_node.value
                if not isinstance(key_node, yaml.ScalarNode):
                    raise ContentError([Defect(self.name, key_node.start_mark.line + 1, "a key is plain text")])
                if key in built:
                    raise ContentError([Defect(self.name, key_node.start_mark.line + 1, f"{key!r} stands here twice")])
                built[key] = self._build(value_node, (*path, key))
                self.lines[*path, key] = key_node.start_mark.line + 1
            return built
        if isinstance(node, yaml.SequenceNode):
            return [self._build(child, (*path, place)) for place, child in enumerate(node.value)]
        try:
            return _SCALARS.construct_object(node)
        except (yaml.YAMLError, ValueError, OverflowError) as error:
            raise ContentError([Defect(self.name, self.lines[path], f"not a value: {error}")]) from None

    def convert(self, path: Steps, shape: type[T]) -> T:
        """What stands at `path`, as `shape`. Raises `ContentError` naming the line."""
        data = self.data
        for step in path:
            data = data[step]
        try:
            return msgspec.convert(data, shape)
        except msgspec.ValidationError as error:
            what, where = _failure(error)
            steps = _locate(data, shape, where)
            raise ContentError([Defect(self.name, self.line((*path, *steps)), what)]) from None

    def line(self, path: Steps) -> int:
        """The line of `path`, or of the nearest thing around it that has one."""
        while path not in self.lines:
            path = path[:-1]
        return self.lines[path]


# The C parser where PyYAML has it: the same language, ten times as fast.
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_SCALARS = yaml.constructor.SafeConstructor()


def _refuse_exotic(text: str, name: str) -> None:
    """Raise for what curriculum files have no use for, and what can make a small file endless: aliases, tags, deep nesting."""
    depth = 0
    for event in yaml.parse(text, Loader=_LOADER):
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        aliased = isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None) is not None
        if aliased or getattr(event, "tag", None) is not None or depth > DEEPEST_YAML:
            line = event.start_mark.line + 1 if event.start_mark else 1
            raise ContentError([Defect(name, line, f"no anchors, aliases or tags, and at most {DEEPEST_YAML} levels")])


def _failure(error: msgspec.ValidationError) -> tuple[str, str]:
    match = _FAILURE.match(str(error))
    assert match is not None
    return match["what"], match["path"] or "$"


def _locate(data: Any, shape: Any, where: str) -> Steps:
    """Exact steps for msgspec's path, which says `[...]` for every list index: try the elements of each list one by one."""
    steps: list[str | int] = []
    here = data
    for match in _STEP.finditer(where):
        if match[1] is not None:
            if not isinstance(here, dict) or match[1] not in here:
                break
            steps.append(match[1])
        else:
            culprit = next((n for n in range(len(here)) if not _converts(_only(data, steps, n), shape)), 0)
            steps.append(culprit)
        here = here[steps[-1]]
    return tuple(steps)


def _only(data: Any, steps: list[str | int], index: int) -> Any:
    """`data` with the list at `steps` cut down to its one element `index`."""
    if not steps:
        return [data[index]]
    first, *rest = steps
    changed = _only(data[first], rest, index)
    if isinstance(data, dict):
        return {**data, first: changed}
    # Elements before the culprit are sound, so the culprit alone stands for its list.
    return [changed]


def _converts(data: Any, shape: Any) -> bool:
    try:
        msgspec.convert(data, shape)
    except msgspec.ValidationError:
        return False
    return True
