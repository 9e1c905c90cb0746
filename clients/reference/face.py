"""The terminal face: shows lessons and questions, and turns what is typed into responses. Knows nothing of storing or sending."""

import re
from collections.abc import Callable, Sequence

from rich.console import Console
from rich.markup import escape
from rich.panel import Panel

from clients.reference.words import say
from domain.content.items import ItemVersion
from domain.content.kinds.base import Rendered, RenderedPart, RenderedTurn, Response
from domain.content.lessons import LessonVersion
from domain.practice.grading import Verdict
from domain.practice.memory import Memory
from domain.text import Language

UNKNOWN: Response = {"unknown": True}
GAP = re.compile(r"\{(gap-\d+)\}")


class Face:
    """Talks with the learner in one language."""

    def __init__(self, console: Console, language: Language) -> None:
        self._console = console
        self._language = language

    def lesson(self, lesson: LessonVersion) -> None:
        """Show a lesson, card by card."""
        self._console.rule(f"{self._say('lesson')} · {escape(lesson.title.said_in(self._language))}")
        for card in lesson.cards:
            lines = [] if card.text is None else [card.text.said_in(self._language)]
            lines += [f"{self._say(line.speaker)}：{line.text.said_in(self._language)}" for line in card.lines]
            title = "" if card.title is None else card.title.said_in(self._language)
            if card.avoid:
                title = f"{title} ({self._say('avoid')})"
            colour = "red" if card.avoid else "blue"
            self._console.print(Panel(escape("\n".join(lines)), title=escape(title) or None, border_style=colour))
            self._ask("read")

    def question(self, item: ItemVersion, reason: str, learner_id: object, repetitions: int) -> Response:
        """Ask a question until the answer has the shape of a response; nothing typed is "I don't know"."""
        self._console.rule(f"{self._say('question')} · {self._say(reason)}")
        self._console.print(f"[bold]{escape(item.prompt.said_in(self._language))}[/bold]")
        # Shuffled by the same seed as on the server: the same order on every device.
        rendered = item.body.render(self._language, learner_id, item.item_id, item.version, repetitions)
        self._console.print(f"[dim]{self._say('unknown_hint')}[/dim]")
        return self._response(item.kind, rendered) or UNKNOWN

    def verdict(self, item: ItemVersion, verdict: Verdict, memory: Memory) -> None:
        """Say whether it was right, why, and when it comes back."""
        says = self._language
        colour, word = ("green", "right") if verdict.correct else ("red", "wrong")
        self._console.print(f"[bold {colour}]{self._say(word)}[/bold {colour}]")
        for note in verdict.feedback.notes:
            self._console.print(escape(f"· {note.text.said_in(says)}"))
        for turn in verdict.feedback.debrief:
            self._console.print(escape(f"· {turn.note.said_in(says)}"))
        for criterion in verdict.feedback.criteria:
            self._console.print(escape(f"{'✓' if criterion.met else '✗'} {criterion.label.said_in(says)}"))
        if not verdict.correct:
            self._console.print(escape(f"{self._say('answer')}: {self._key_in_words(item)}"))
        self._console.print(escape(item.explanation.said_in(says)))
        back = self._say("today") if memory.relearning else memory.due_on.isoformat()
        self._console.print(f"[dim]{self._say('due_on')}: {back}[/dim]")

    def _response(self, kind: str, rendered: Rendered) -> Response | None:
        match kind:
            case "single_choice":
                return self._number("choice", rendered.options)
            case "multiple_choice":
                return self._numbers("choices", rendered.options)
            case "ordering":
                return self._numbers("order", rendered.options, all_of_them=True)
            case "spot_phrase":
                return self._numbers("lines", rendered.lines)
            case "matching" | "classify":
                return self._pairs(rendered.left, rendered.right)
            case "cloze":
                return self._gaps(rendered.passage or "")
            case "rewrite":
                self._console.print(Panel(escape(rendered.bad_reply or ""), border_style="red"))
                typed = self._ask("text")
                return {"text": typed} if typed else None
            case _:
                return self._path(rendered.turns)

    def _number(self, name: str, parts: Sequence[RenderedPart]) -> Response | None:
        self._list(parts)
        chosen = self._ask_numbers("one", len(parts), lambda numbers: len(numbers) == 1)
        return {name: parts[chosen[0]].id} if chosen else None

    def _numbers(self, name: str, parts: Sequence[RenderedPart], *, all_of_them: bool = False) -> Response | None:
        self._list(parts)
        word = "order" if all_of_them else "several"
        chosen = self._ask_numbers(word, len(parts), lambda numbers: not all_of_them or len(numbers) == len(parts))
        return {name: [parts[number].id for number in chosen]} if chosen else None

    def _pairs(self, left: Sequence[RenderedPart], right: Sequence[RenderedPart]) -> Response | None:
        self._list(right)
        pairs: dict[str, str] = {}
        for part in left:
            self._console.print(escape(part.text))
            chosen = self._ask_numbers("match", len(right), lambda numbers: len(numbers) == 1)
            if not chosen:
                return None
            pairs[part.id] = right[chosen[0]].id
        return {"pairs": pairs}

    def _gaps(self, passage: str) -> Response | None:
        self._console.print(escape(GAP.sub("____", passage)))
        texts = {gap: self._ask("gap") for gap in GAP.findall(passage)}
        return {"texts": texts} if all(texts.values()) else None

    def _path(self, turns: Sequence[RenderedTurn]) -> Response | None:
        by_id = {turn.id: turn for turn in turns}
        turn: RenderedTurn | None = turns[0]
        path: list[str] = []
        while turn is not None:
            self._console.print(Panel(escape(turn.text), title=self._say("customer")))
            self._list(turn.choices)
            chosen = self._ask_numbers("one", len(turn.choices), lambda numbers: len(numbers) == 1)
            if not chosen:
                return None
            path.append(turn.choices[chosen[0]].id)
            turn = by_id.get(turn.leads_to[chosen[0]] or "")
        return {"path": path}

    def _list(self, parts: Sequence[RenderedPart]) -> None:
        for number, part in enumerate(parts, start=1):
            speaker = "" if part.speaker is None else f"{self._say(part.speaker)}："
            self._console.print(escape(f" {number}  {speaker}{part.text}"))

    def _ask_numbers(self, word: str, most: int, fits: Callable[[Sequence[int]], bool]) -> list[int]:
        """Different numbers, counted from 0; none for "I don't know"."""
        while typed := self._ask(word):
            numbers = [int(each) - 1 for each in typed.replace(",", " ").split() if each.isdecimal()]
            usable = len(set(numbers)) == len(numbers) and all(0 <= number < most for number in numbers)
            if numbers and usable and fits(numbers):
                return numbers
            self._console.print(f"[yellow]{self._say('unusable')}[/yellow]")
        return []

    def _key_in_words(self, item: ItemVersion) -> str:
        """The key, with the texts that its ids stand for."""
        rendered = item.body.render(self._language)
        choices = [choice for turn in rendered.turns for choice in turn.choices]
        parts = (*rendered.options, *rendered.left, *rendered.right, *rendered.lines, *choices)
        texts = {part.id: part.text for part in parts}
        [value] = item.body.key(self._language).values()
        if isinstance(value, dict):
            return "; ".join(f"{texts.get(left, left)} → {texts.get(right, right)}" for left, right in value.items())
        if isinstance(value, list | tuple):
            return " · ".join(texts.get(str(each), str(each)) for each in value)
        return texts.get(str(value), str(value))

    def _ask(self, word: str) -> str:
        return self._console.input(f"[cyan]{self._say(word)}[/cyan]> ").strip()

    def _say(self, word: str) -> str:
        return say(word, self._language)
