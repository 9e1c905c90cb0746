"""Running one of our long commands: quiet libraries, both ways of stopping, failures in a sentence."""

import logging
import signal
import sys
from types import FrameType

import rich_click as click
from rich.console import Console


def run(main: click.Command, name: str, failures: tuple[type[Exception], ...], errors: Console) -> None:
    """Run `main`; `failures` are told in a sentence, everything else is a mistake of ours and shows its traceback."""
    # Shells start what runs in the background with SIGINT ignored.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGTERM, _stop)
    # Libraries tell of every command and request; the table is what is wanted.
    logging.disable(logging.INFO)
    try:
        main(standalone_mode=False)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except (click.Abort, KeyboardInterrupt):
        errors.print("Stopped.")
        sys.exit(130)
    except failures as error:
        errors.print(f"[bold red]{name}:[/] {error}", highlight=False)
        sys.exit(1)


def _stop(_signal: int, _frame: FrameType | None) -> None:
    # The way of Ctrl-C: it cancels what runs in an event loop, where an exception raised anywhere would tear it apart.
    signal.raise_signal(signal.SIGINT)
