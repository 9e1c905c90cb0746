"""Text in the three languages the product is written in."""

from dataclasses import dataclass
from typing import Literal, get_args

Language = Literal["zh-Hans", "zh-Hant", "en"]
LANGUAGES: tuple[Language, ...] = get_args(Language)


@dataclass(frozen=True, slots=True)
class Text:
    """One text, said in every language: the renderings share one identity, so they share one memory."""

    zh_hans: str
    zh_hant: str
    en: str

    def said_in(self, language: Language) -> str:
        """The rendering in `language`."""
        match language:
            case "zh-Hans":
                return self.zh_hans
            case "zh-Hant":
                return self.zh_hant
            case "en":
                return self.en
