"""Items and their versions: a stable identity, and what was shown under it at one time."""

from dataclasses import dataclass, field

from domain.content.kinds import Body
from domain.text import Text


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

    def __post_init__(self) -> None:
        # Computed once here: for matching it counts thousands of permutations, and every review asks for it.
        object.__setattr__(self, "chance", self.body.chance)
