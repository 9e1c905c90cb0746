"""The result: a row for each scenario, as a table and as JSON."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import msgspec
from rich.console import Console
from rich.table import Table

from soak.audit import Findings
from soak.ledger import Ledger

RECOVERY_SECONDS = 5.0


@dataclass(frozen=True)
class Row:
    """What one scenario came to; times in seconds. `worst_recovery` is None where nothing goes away."""

    name: str
    faults: int
    sent: int
    acknowledged: int
    lost: int
    doubled: int
    memories: int
    differing: int
    hangs: int
    worst_recovery: float | None
    longest_request: float
    seconds: float
    complaints: tuple[str, ...]

    @classmethod
    def of(cls, name: str, faults: int, ledger: Ledger, findings: Findings, recoveries: Sequence[float], seconds: float) -> "Row":
        """Put together what the phones and the audit noted."""
        return cls(
            name=name,
            faults=faults,
            sent=len(ledger.sent),
            acknowledged=len(ledger.acknowledged),
            lost=findings.lost,
            doubled=findings.doubled,
            memories=findings.memories,
            differing=findings.differing,
            hangs=ledger.hangs,
            worst_recovery=max(recoveries, default=None),
            longest_request=ledger.longest,
            seconds=seconds,
            complaints=(*ledger.complaints, *findings.complaints),
        )

    @property
    def broken(self) -> list[str]:
        """What was promised and not kept, apart from how long it took."""
        counts = {"lost": self.lost, "doubled": self.doubled, "differing memories": self.differing, "hangs": self.hangs}
        return [f"{count} {what}" for what, count in counts.items() if count] + list(self.complaints)

    @property
    def kept(self) -> bool:
        """Whether every promise was kept, and the service came back soon enough."""
        return not self.broken and (self.worst_recovery or 0.0) <= RECOVERY_SECONDS


def show(rows: Sequence[Row], console: Console) -> None:
    """Print the table, and below it what was broken."""
    table = Table(title="Composure soak", title_justify="left", caption=f"recovery within {RECOVERY_SECONDS:g} s")
    table.add_column("scenario")
    for heading in ("faults", "sent", "acknowledged", "lost", "doubled", "memories", "differing"):
        table.add_column(heading, justify="right")
    for heading in ("worst recovery, s", "longest request, s", "took, s"):
        table.add_column(heading, justify="right")
    table.add_column("verdict")
    for row in rows:
        counts = (row.faults, row.sent, row.acknowledged, row.lost, row.doubled, row.memories, row.differing)
        recovery = "–" if row.worst_recovery is None else f"{row.worst_recovery:.2f}"
        times = (recovery, f"{row.longest_request:.2f}", f"{row.seconds:.0f}")
        verdict = "[green]kept[/]" if row.kept else "[bold red]BROKEN[/]"
        table.add_row(row.name, *(f"{count:,}" for count in counts), *times, verdict)
    console.print(table)
    for row in rows:
        for what in row.broken:
            console.print(f"{row.name}: {what}", highlight=False, markup=False)


def write_json(rows: Sequence[Row], path: Path) -> None:
    """The same rows for machines."""
    body = [{**asdict(row), "kept": row.kept} for row in rows]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(msgspec.json.format(msgspec.json.encode(body), indent=2) + b"\n")
