"""Single choice: `{"choice": "b"}`."""

from dataclasses import dataclass

from domain.content.kinds.base import Feedback, Rendered, Response, known_id, only_field
from domain.content.kinds.choices import Option, notes_on, render_options
from domain.text import Language


@dataclass(frozen=True, slots=True)
class SingleChoice:
    """One right option among several."""

    options: tuple[Option, ...]

    def _chosen(self, response: Response) -> str:
        return known_id(only_field(response, "choice"), [option.id for option in self.options], "choice")

    def _right(self) -> str:
        return next(option.id for option in self.options if option.correct)

    def score(self, response: Response) -> float:
        """1 for the right option, 0 for another."""
        return float(self._chosen(response) == self._right())

    @property
    def threshold(self) -> float:
        """Nothing less than the right option passes."""
        return 1.0

    @property
    def chance(self) -> float:
        """One in the number of options."""
        return 1 / max(1, len(self.options))

    def key(self, language: Language) -> Response:
        """The right option."""
        return {"choice": self._right()}

    def feedback(self, response: Response) -> Feedback:
        """Feedback on the chosen option."""
        return Feedback(notes_on(self.options, (self._chosen(response),)))

    def render(self, language: Language, *seed: object) -> Rendered:
        """The options, shuffled."""
        return render_options(self.options, language, *seed)
