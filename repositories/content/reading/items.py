"""Item files."""

from collections.abc import Iterator

from domain.content.ethics import ASKED_BY_NAME, names_a_course, rewards_in, said_in_good_faith
from domain.content.items import ItemVersion
from domain.content.rules import defects_of
from domain.phrases.lexicon import Lexicon
from domain.phrases.patterns import PatternError
from repositories.content import authored
from repositories.content.compiling import ItemCompiler
from repositories.content.compiling.items import exhibits_of
from repositories.content.reading.folder import Folder
from repositories.content.reading.inventory import Inventory
from repositories.content.yaml_file import Steps, YamlFile


class ItemReader:
    """Reads items and checks them against concepts, sources and skills."""

    def __init__(
        self,
        folder: Folder,
        compiler: ItemCompiler,
        lexicon: Lexicon,
        inventory: Inventory,
    ) -> None:
        self._folder = folder
        self._compiler = compiler
        self._lexicon = lexicon
        self._inventory = inventory

    def read(self) -> list[ItemVersion]:
        """Every item."""
        return [item for file in self._folder.files("items") for item in self._of(file)]

    def _of(self, file: YamlFile) -> Iterator[ItemVersion]:
        data = file.data
        shape = isinstance(data, dict) and set(data) == {"skill", "items"}
        if not shape or not isinstance(data["items"], list) or not isinstance(data["skill"], str):
            self._folder.complain(file, (), "an item file is {skill: …, items: […]}")
            return
        self._folder.refer(file, (), "skill", [data["skill"]], self._inventory.skills)
        for place in range(len(data["items"])):
            path = ("items", place)
            item = self._folder.converted(file, path, authored.AnyItem)
            if item is None:
                continue
            self._folder.claim("item", item.id, file, path)
            self._folder.refer(file, path, "concepts", item.concepts, self._inventory.concepts)
            self._folder.refer(file, path, "sources", item.sources, self._inventory.sources)
            compiled = self._compiled(item, data["skill"], file, path)
            if compiled is not None:
                yield compiled

    def _compiled(self, item: authored.AnyItem, skill: str, file: YamlFile, path: Steps) -> ItemVersion | None:
        if isinstance(item, authored.Scenario):
            named = [item.customer.temperament, item.customer.motive]
            self._folder.refer(file, (*path, "customer"), "concepts", named, self._inventory.concepts)
        try:
            compiled = self._compiler.item(item, skill)
        except PatternError as error:
            self._folder.complain(file, path, f"{item.id}: {error}")
            return None
        defects = [
            *defects_of(compiled),
            *rewards_in(compiled, exhibits_of(item), self._inventory.to_avoid, asks_for_fault=item.asks_for == "fault"),
            *said_in_good_faith(compiled, self._lexicon),
            *self._unnamed(compiled),
        ]
        for defect in defects:
            self._folder.complain(file, path, f"{item.id}: {defect}")
        return compiled

    def _unnamed(self, item: ItemVersion) -> Iterator[str]:
        for concept_id in item.concepts:
            concept = self._inventory.concepts.get(concept_id)
            if concept is not None and ASKED_BY_NAME.intersection(concept.disagreements) and not names_a_course(item.prompt):
                yield f"the outlines disagree on {concept_id}: the prompt must name the course it asks about"
