"""Load over HTTP from a process of its own: keep-alive connections that write prebuilt bytes and do little else.

`python -m bench.client` reads a `Load` as MessagePack from standard input and writes an `Outcome` to standard output.
"""

import asyncio
import subprocess
import sys
from time import perf_counter, process_time
from typing import cast

import msgspec
import uvloop

HEAD_END = b"\r\n\r\n"
PATIENCE_SECONDS = 60


class Load(msgspec.Struct):
    """One list of requests for each connection, sent one after another.

    With `seconds` until then, without until all were sent. Every response must be a 200 that holds `expect`
    exactly `times` times.
    """

    port: int
    connections: list[list[bytes]]
    expect: bytes
    times: int = 1
    seconds: float | None = None


class Outcome(msgspec.Struct):
    """`latencies` in seconds for each connection; `cpu_seconds` is what this client itself took meanwhile."""

    seconds: float
    cpu_seconds: float
    latencies: list[list[float]]
    failure: str | None

    @property
    def all_latencies(self) -> list[float]:
        """Of all connections."""
        return [latency for connection in self.latencies for latency in connection]

    @property
    def per_second(self) -> float:
        """Answered requests."""
        return len(self.all_latencies) / self.seconds


class LoadFailed(Exception):
    """The service answered something else than it should; nothing that was measured counts."""


class _Connection(asyncio.Protocol):
    def __init__(self, load: Load, requests: list[bytes], deadline: float | None) -> None:
        self._load = load
        self._requests = iter(requests)
        self._deadline = deadline
        self._transport: asyncio.Transport | None = None
        self._begun = 0.0
        self._received = b""
        self._missing = 0
        self.latencies: list[float] = []
        self.done: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        self._send()

    def _send(self) -> None:
        assert self._transport is not None
        now = perf_counter()
        request = None if self._deadline is not None and now >= self._deadline else next(self._requests, None)
        if request is None:
            if self._deadline is not None and now < self._deadline:
                self._fail("too few requests were prepared for the time")
            elif not self.done.done():
                self.done.set_result(None)
            self._transport.close()
            return
        self._begun = now
        self._transport.write(request)

    def data_received(self, data: bytes) -> None:
        self._received = self._received + data if self._received else data
        if self._missing == 0:
            head, end, _ = self._received.partition(HEAD_END)
            if not end:
                return
            length = head.lower().partition(b"content-length:")[2].partition(b"\r\n")[0]
            self._missing = len(head) + len(end) + int(length or 0)
        if len(self._received) < self._missing:
            return
        self.latencies.append(perf_counter() - self._begun)
        response, self._received, self._missing = self._received, b"", 0
        if not response.startswith(b"HTTP/1.1 200") or response.count(self._load.expect) != self._load.times:
            self._fail(response[:2000].decode(errors="replace"))
            return
        self._send()

    def connection_lost(self, exc: Exception | None) -> None:
        self._fail(f"connection lost: {exc}")

    def _fail(self, why: str) -> None:
        if not self.done.done():
            self.done.set_exception(LoadFailed(why))


async def _bear(load: Load) -> Outcome:
    loop = asyncio.get_running_loop()
    cpu, begun = process_time(), perf_counter()
    deadline = None if load.seconds is None else begun + load.seconds
    connections = [_Connection(load, requests, deadline) for requests in load.connections]
    for connection in connections:
        await loop.create_connection(lambda connection=connection: connection, "127.0.0.1", load.port)  # type: ignore[misc]
    patience = PATIENCE_SECONDS + (load.seconds or 0)
    outcomes = await asyncio.wait_for(asyncio.gather(*(c.done for c in connections), return_exceptions=True), patience)
    failure = next((str(outcome) for outcome in outcomes if outcome is not None), None)
    return Outcome(perf_counter() - begun, process_time() - cpu, [c.latencies for c in connections], failure)


def bear(load: Load) -> Outcome:
    """Run `load` in a process of its own. Raises `LoadFailed`."""
    command = [sys.executable, "-m", "bench.client"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        try:
            answer, _ = process.communicate(msgspec.msgpack.encode(load))
        except BaseException:
            process.kill()
            raise
    if process.returncode:
        raise LoadFailed(f"the client ended with {process.returncode}")
    outcome = msgspec.msgpack.decode(answer, type=Outcome)
    if outcome.failure is not None:
        raise LoadFailed(outcome.failure)
    return outcome


if __name__ == "__main__":
    given = msgspec.msgpack.decode(sys.stdin.buffer.read(), type=Load)
    sys.stdout.buffer.write(msgspec.msgpack.encode(uvloop.run(_bear(given))))
