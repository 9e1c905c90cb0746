"""Running the server, and saying what to try."""

import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from tempfile import TemporaryDirectory

from granian import Granian
from granian.constants import Interfaces, Loops
from granian.log import LogLevels
from rich.console import Console
from rich.table import Table

from api.wiring.demo.bank import PASSWORD, SLUG
from api.wiring.settings import Settings

APPLICATION = "api.wiring.app:create_app"
STOP_SECONDS = 10


class PortInUse(Exception):
    """Somebody else listens on our port."""


def refuse_taken_port(settings: Settings) -> None:
    """Raise `PortInUse` before anything is started in vain."""
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((settings.host, settings.port))
        except OSError as error:
            raise PortInUse(
                f"port {settings.port} on {settings.host} cannot be used ({error.strerror}): is another Composure running? "
                "Set COMPOSURE_PORT to use another."
            ) from None


def announce(settings: Settings, *, demo: bool, console: Console) -> None:
    """Say where it is and what to try next."""
    host = f"[{settings.host}]" if ":" in settings.host else settings.host
    base = f"http://{host}:{settings.port}"
    console.print(f"\n[bold]Composure 从容[/] on {base}", highlight=False)
    console.print(f"API description on {base}/schema\n", highlight=False)
    if not demo:
        return
    table = Table(title="Demo accounts", title_justify="left", caption=f"organisation {SLUG}, password {PASSWORD}")
    table.add_column("staff no")
    table.add_column("who")
    for staff_no, who in (
        ("L001", "a learner with today's drill waiting"),
        ("M001", "the manager of a branch"),
        ("H001", "HR of the whole bank"),
        ("A001", "author and admin"),
    ):
        table.add_row(staff_no, who)
    console.print(table)
    console.print("Today's drill of L001; the command works when pasted:\n")
    # Not through rich, which would break the line.
    print(_curl(base), flush=True)
    console.print("\nCtrl-C stops everything.\n")


def _curl(base: str) -> str:
    body = f'{{"organisation":"{SLUG}","staff_no":"L001","password":"{PASSWORD}"}}'
    token = "python3 -c 'import json,sys; print(json.load(sys.stdin)[\"access_token\"])'"
    sign_in = f"curl -s {base}/v1/auth/sign-in -H 'Content-Type: application/json' -d '{body}' | {token}"
    drill = f'curl -s "{base}/v1/drill?size=5" -H "Authorization: Bearer $TOKEN"'
    return f"TOKEN=$({sign_in}); {drill} | python3 -m json.tool --no-ensure-ascii"


def serve_until_stopped(settings: Settings) -> None:
    """Serve until SIGINT or SIGTERM; a worker that dies is replaced."""
    with _shared_metrics() if settings.workers > 1 else nullcontext():
        _serve(settings)


def _serve(settings: Settings) -> None:
    Granian(
        APPLICATION,
        factory=True,
        address=settings.host,
        port=settings.port,
        interface=Interfaces.ASGI,
        loop=Loops.uvloop,
        workers=settings.workers,
        respawn_failed_workers=True,
        workers_kill_timeout=STOP_SECONDS,
        log_level=LogLevels.warning,
    ).serve()


@contextmanager
def _shared_metrics() -> Iterator[None]:
    """A folder of this service's own in which its workers add up their figures."""
    with TemporaryDirectory(prefix="composure-metrics-") as folder:
        os.environ["PROMETHEUS_MULTIPROC_DIR"] = folder
        yield
