"""The command line: `composure …`, or `python -m api …`."""

from api.cli.main import main

__all__ = ["main"]
