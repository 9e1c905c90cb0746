"""`python -m api …` is `composure …`."""

from api.cli import main

main()
