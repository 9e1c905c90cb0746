"""The product as its users start it: a process of its own, on a port of its own."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Event
from time import monotonic

import httpx

ROOT = Path(__file__).resolve().parents[2]
START_SECONDS = 90
STOP_SECONDS = 30
POLL_SECONDS = 0.05


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@dataclass
class Running:
    """A server process and how to talk to it."""

    process: subprocess.Popen[str]
    base: str
    log: Path

    def wait_until_live(self) -> None:
        """Return when it answers; fail when it ends or takes too long."""
        deadline = monotonic() + START_SECONDS
        while True:
            assert self.process.poll() is None, f"it ended with {self.process.returncode}: {self.output()}"
            try:
                if httpx.get(f"{self.base}/health/live").status_code == 200:
                    return
            except httpx.TransportError:
                assert monotonic() < deadline, f"it does not answer: {self.output()}"
            Event().wait(POLL_SECONDS)

    def output(self) -> str:
        """All it has printed."""
        return self.log.read_text(errors="replace")

    def stop(self, how: signal.Signals = signal.SIGTERM) -> int:
        """Stop it as an operator would, and wait for its end."""
        self.process.send_signal(how)
        return self.process.wait(STOP_SECONDS)

    def kill(self) -> None:
        """End it and its workers at once, as the kernel would when memory runs out."""
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait(STOP_SECONDS)


@contextmanager
def composure(log: Path, *arguments: str, **environment: str) -> Iterator[Running]:
    """Run `composure …` with exactly these settings; whatever happens, it is gone afterwards."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("COMPOSURE_", "DATABASE_"))}
    port = environment.setdefault("COMPOSURE_PORT", str(free_port()))
    with log.open("a") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "api", *arguments],
            cwd=ROOT,
            env={**clean, **environment},
            stdout=output,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
    running = Running(process, f"http://127.0.0.1:{port}", log)
    try:
        yield running
    finally:
        if process.poll() is None:
            running.kill()
