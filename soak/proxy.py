"""A proxy between phones and service that cuts connections where it hurts."""

import asyncio
import socket
import struct
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from enum import Enum
from itertools import cycle
from random import Random
from time import monotonic

HEAD_END = b"\r\n\r\n"
RESET = struct.pack("ii", 1, 0)


class Cut(Enum):
    """Where a connection breaks."""

    BEFORE = "before the request is forwarded"
    WITHIN = "in the middle of its body"
    AT_WORK = "when all of it was forwarded, without waiting for the answer"
    UNDELIVERED = "when the answer is complete at the proxy and nothing of it delivered"
    HALF_DELIVERED = "in the middle of the answer"


class CuttingProxy:
    """Passes requests on to the service and cuts about half of them, each kind of cut in turn, until it has made enough."""

    def __init__(self, service_port: int, cuts: int) -> None:
        self._service_port = service_port
        self._random = Random("cuts")
        self._kinds = cycle(Cut)
        self._left = cuts
        self._connections: dict[asyncio.StreamWriter, asyncio.Task[None]] = {}
        self._cut = asyncio.Condition()
        self.made: list[float] = []  # moments of the cuts, in seconds of `monotonic`

    @asynccontextmanager
    async def listening(self) -> AsyncIterator[str]:
        """Listen on the loopback until the block ends; yields where."""
        server = await asyncio.start_server(self._accept, "127.0.0.1", 0)
        try:
            yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        finally:
            server.close()
            tasks = list(self._connections.values())
            for writer in self._connections:
                writer.transport.abort()
            await asyncio.gather(*tasks)
            await server.wait_closed()

    async def next_cut(self, after: int) -> float:
        """Wait until more than `after` cuts were made; the moment of the next one."""
        async with self._cut:
            await self._cut.wait_for(lambda: len(self.made) > after)
            return self.made[after]

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._connections[writer] = task
        service: asyncio.StreamWriter | None = None
        try:
            answers, service = await asyncio.open_connection("127.0.0.1", self._service_port)
            while await self._pass_on(reader, writer, answers, service):
                pass
        except (OSError, EOFError):  # somebody hung up
            pass
        finally:
            del self._connections[writer]
            for end in (writer, service):
                if end is not None:
                    end.close()
                    with suppress(OSError):
                        await end.wait_closed()

    async def _pass_on(
        self,
        phone: asyncio.StreamReader,
        to_phone: asyncio.StreamWriter,
        service: asyncio.StreamReader,
        to_service: asyncio.StreamWriter,
    ) -> bool:
        """One request and its answer; whether the connection still stands."""
        request = await _message(phone)
        cut = self._draw()
        if cut is Cut.WITHIN:
            to_service.write(request[: len(request) // 2])
        elif cut is not Cut.BEFORE:
            to_service.write(request)
        await to_service.drain()
        if cut in {None, Cut.UNDELIVERED, Cut.HALF_DELIVERED}:
            answer = await _message(service)
            if cut is not Cut.UNDELIVERED:
                to_phone.write(answer if cut is None else answer[: len(answer) // 2])
                await to_phone.drain()
        if cut is None:
            return True
        await self._make_cut(to_phone, to_service)
        return False

    def _draw(self) -> Cut | None:
        if self._left == 0 or self._random.random() < 0.5:
            return None
        self._left -= 1
        return next(self._kinds)

    async def _make_cut(self, *ends: asyncio.StreamWriter) -> None:
        """Break the connection as the network does: half the time it ends, half the time it is reset."""
        reset = self._random.random() < 0.5
        for end in ends:
            if reset:
                end.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
                end.transport.abort()
            else:
                end.close()
        async with self._cut:
            self.made.append(monotonic())
            self._cut.notify_all()


async def _message(stream: asyncio.StreamReader) -> bytes:
    """One HTTP message with a known length. Raises `EOFError` when the stream ends."""
    head = await stream.readuntil(HEAD_END)
    length = head.lower().partition(b"content-length:")[2].partition(b"\r\n")[0]
    return head + await stream.readexactly(int(length or 0))
