"""The files of a curriculum, and the defects found in them: collected, so that an author sees all of them at once."""

import csv
from collections.abc import Callable, Collection, Iterator
from pathlib import Path
from typing import Any

from repositories.content.yaml_file import ContentError, Defect, Steps, YamlFile


class Folder:
    """A folder of content files. `progress` is told the name of each file that is read."""

    def __init__(self, path: Path, progress: Callable[[str], None]) -> None:
        self._path = path
        self._progress = progress
        self._places: dict[tuple[str, str], Defect] = {}
        self.defects: list[Defect] = []

    def files(self, kind: str) -> Iterator[YamlFile]:
        """Every YAML file below the sub-folder `kind`."""
        for path in sorted((self._path / kind).rglob("*.yaml")):
            name = str(path.relative_to(self._path))
            self._progress(name)
            try:
                yield YamlFile.read(path, name)
            except ContentError as error:
                self.defects += error.defects

    def file(self, name: str) -> YamlFile | None:
        """One YAML file; a missing one is a defect."""
        try:
            return YamlFile.read(self._path / name, name)
        except FileNotFoundError:
            self.defects.append(Defect(name, 1, "the file is missing"))
        except ContentError as error:
            self.defects += error.defects
        return None

    def table(self, name: str, *columns: str) -> list[dict[str, str]]:
        """The rows of a tab-separated file; a missing file or another heading is a defect."""
        try:
            text = (self._path / name).read_text(encoding="utf-8")
        except (FileNotFoundError, UnicodeDecodeError) as error:
            self.defects.append(Defect(name, 1, f"cannot be read: {type(error).__name__}"))
            return []
        rows = csv.DictReader(text.splitlines(), delimiter="\t", quoting=csv.QUOTE_NONE)
        if not set(columns) <= set(rows.fieldnames or ()):
            self.defects.append(Defect(name, 1, f"the first line must name the columns {', '.join(columns)}"))
            return []
        whole = []
        for row in rows:
            if any(row[column] is None for column in columns):
                self.defects.append(Defect(name, rows.line_num, "a column is missing"))
            else:
                whole.append(row)
        return whole

    def converted(self, file: YamlFile, path: Steps, shape: Any) -> Any:
        """What stands at `path`, as `shape`; None, and a defect, when it is something else."""
        try:
            return file.convert(path, shape)
        except ContentError as error:
            self.defects += error.defects
            return None

    def claim(self, kind: str, identity: str, file: YamlFile, path: Steps) -> None:
        """Note that `identity` is defined here; a second definition is a defect."""
        here = Defect(file.name, file.line(path), identity)
        first = self._places.setdefault((kind, identity), here)
        if first is not here:
            self.defects.append(Defect(here.file, here.line, f"{identity} stands already in {first.file}:{first.line}"))

    def complain(self, file: YamlFile, path: Steps, message: str) -> None:
        """Note a defect."""
        self.defects.append(Defect(file.name, file.line(path), message))

    def complain_of(self, kind: str, identity: str, message: str) -> None:
        """Note a defect of something that was claimed."""
        place = self._places[kind, identity]
        self.defects.append(Defect(place.file, place.line, message))

    def refer(self, file: YamlFile, path: Steps, what: str, names: list[str], known: Collection[str]) -> None:
        """Note every name that is not `known`."""
        for name in names:
            if name not in known:
                self.complain(file, (*path, what), f"{name} is not a known {what.rstrip('s')}")
