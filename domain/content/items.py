"""Items and their versions: a stable identity, and what was shown under it at one time."""

from dataclasses import dataclass, field

from domain.content.kinds import Body
from domain.content.kinds.base import Response
from domain.text import Language, Text


@dataclass(frozen=True, slots=True)
class ItemVersion:
    """One immutable version of an item.

    `prior_known` is the probability that somebody knows it before the first lesson; `weight` its share in the mastery of the
    skill.
    """

    item_id: str
    version: int
    kind: str
    skill: str
    concepts: tuple[str, ...]
    weight: float
    prior_known: float
    prompt: Text
    explanation: Text
    body: Body
    chance: float = field(init=False)
    _keys: dict[Language, Response] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        # Computed once here: for matching it counts thousands of permutations, and every review asks for it.
        object.__setattr__(self, "chance", self.body.chance)
        object.__setattr__(self, "_keys", {})

    def key_in(self, language: Language) -> Response:
        """A right answer, in the shape of a response. Kept once found: the best path of a scenario takes a search."""
        if language not in self._keys:
            self._keys[language] = self.body.key(language)
        return self._keys[language]
