"""Schemathesis against the running service: every operation, examples made from the API description, no failure."""

import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from api.wiring.services import wall_clock
from domain.identity.scope import Role
from tests.service import Bank
from tests.system.processes import ROOT, Running, composure

pytestmark = pytest.mark.anyio

EXAMPLES = 60
SEED = 20261121


@pytest.fixture
async def running(bank: Bank, keys_dir: Path, tmp_path: Path) -> AsyncIterator[Running]:
    """A server process on the tests' database, which accepts tokens of the tests' keys."""
    settings = {"DATABASE_URL": bank.service.url, "COMPOSURE_KEYS_DIR": str(keys_dir)}
    with composure(tmp_path / "server.log", "serve", **settings) as server:
        server.wait_until_live()
        yield server


async def test_every_operation_keeps_its_contract(bank: Bank, running: Running, tmp_path: Path) -> None:
    somebody = await bank.employee("head", Role.MANAGER, Role.HR, Role.AUTHOR)
    token = bank.service.app.state.services.tokens.issue(somebody.caller, wall_clock())
    report = subprocess.run(
        [
            sys.executable, "-m", "schemathesis.cli", "--config-file", str(ROOT / "tests/system/schemathesis.toml"),
            "run", f"{running.base}/schema/openapi.json", "-H", f"Authorization: Bearer {token}",
            "--max-examples", str(EXAMPLES), "--seed", str(SEED), "--workers", "1", "--generation-database", "none",
        ],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
        timeout=240,
    )  # fmt: skip
    assert report.returncode == 0, report.stdout[-20_000:] + report.stderr[-2_000:]
    assert "request_failed" not in running.output(), running.output()[-5_000:]
