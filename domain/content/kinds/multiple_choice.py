"""Multiple choice with partial credit: `{"choices": ["a", "d"]}`."""

from dataclasses import dataclass

from domain.content.kinds.base import Feedback, Rendered, Response, chance_of_net_hits, known_ids, net_hits, only_field
from domain.content.kinds.choices import Option, notes_on, render_options
from domain.text import Language


@dataclass(frozen=True, slots=True)
class MultipleChoice:
    """Several right options; hits less false alarms must reach `pass_threshold` of the key."""

    options: tuple[Option, ...]
    pass_threshold: float

    def _chosen(self, response: Response) -> tuple[str, ...]:
        return known_ids(only_field(response, "choices"), [option.id for option in self.options], "choices")

    def _right(self) -> tuple[str, ...]:
        return tuple(option.id for option in self.options if option.correct)

    def score(self, response: Response) -> float:
        """Net hits as a share of the key."""
        return net_hits(self._chosen(response), frozenset(self._right()))

    @property
    def threshold(self) -> float:
        """The author's threshold."""
        return self.pass_threshold

    @property
    def chance(self) -> float:
        """Share of the non-empty selections that pass."""
        return chance_of_net_hits(len(self.options), len(self._right()), self.pass_threshold)

    def key(self, language: Language) -> Response:
        """All right options."""
        return {"choices": list(self._right())}

    def feedback(self, response: Response) -> Feedback:
        """Feedback on the wrong options that were chosen."""
        return Feedback(notes_on(self.options, self._chosen(response)))

    def render(self, language: Language, *seed: object) -> Rendered:
        """The options, shuffled."""
        return render_options(self.options, language, *seed)
