"""The result: rows of figures with anchors and budgets, as a table and as JSON."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import msgspec
from rich.console import Console
from rich.table import Table


@dataclass(frozen=True)
class Budget:
    """A bound on a row's `value` or `ratio`."""

    of: str
    at_least: float | None = None
    at_most: float | None = None

    def __str__(self) -> str:
        """As shown."""
        bound, sign = (self.at_least, "≥") if self.at_least is not None else (self.at_most, "≤")
        return f"{self.of} {sign} {bound:g}"

    def met_by(self, figure: float) -> bool:
        """Whether `figure` keeps the bound."""
        return (self.at_least is None or figure >= self.at_least) and (self.at_most is None or figure <= self.at_most)


@dataclass(frozen=True)
class Row:
    """One figure, and the anchor that says what it means on this machine."""

    name: str
    value: float
    unit: str
    anchor: str
    anchor_value: float
    budget: Budget | None = None

    @property
    def ratio(self) -> float:
        """Value to anchor."""
        return self.value / self.anchor_value

    @property
    def ok(self) -> bool | None:
        """Whether the budget is kept; None without one."""
        if self.budget is None:
            return None
        return self.budget.met_by(self.ratio if self.budget.of == "ratio" else self.value)


def show(rows: Sequence[Row], notes: Sequence[str], console: Console) -> None:
    """Print the table, and below it what the client took."""
    table = Table(title="Composure bench", title_justify="left")
    for heading in ("name", "value", "unit", "anchor", "anchor value", "ratio", "budget", "ok?"):
        table.add_column(heading, justify="right" if heading in {"value", "anchor value", "ratio"} else "left")
    for row in rows:
        ok = {True: "[green]yes[/]", False: "[red]no[/]", None: "–"}[row.ok]
        figures = (_short(row.value), row.unit, row.anchor, _short(row.anchor_value), f"{row.ratio:.2f}")
        table.add_row(row.name, *figures, "–" if row.budget is None else str(row.budget), ok)
    console.print(table)
    for note in notes:
        console.print(note, highlight=False)


def write_json(rows: Sequence[Row], path: Path) -> None:
    """The same rows for machines."""
    body = [{**asdict(row), "ratio": row.ratio, "budget": None if row.budget is None else str(row.budget)} for row in rows]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(msgspec.json.format(msgspec.json.encode(body), indent=2) + b"\n")


def _short(figure: float) -> str:
    if figure >= 100:
        return f"{figure:,.0f}"
    return f"{figure:.1f}" if figure >= 10 else f"{figure:.3g}"
