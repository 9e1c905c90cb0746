"""`composure openapi`: write the API description, or compare it with the committed one."""

import json
import sys
from pathlib import Path

import rich_click as click

COMMITTED = Path(__file__).resolve().parents[2] / "openapi" / "openapi.json"


@click.command()
@click.option("--check", is_flag=True, help="Compare with the committed description instead of writing it.")
def openapi(check: bool) -> None:
    """Write openapi/openapi.json."""
    # Imported late: it brings the metrics along, which look for the folder that several workers share when they are imported.
    from api.wiring.app import describe_app  # noqa: PLC0415

    described = json.dumps(describe_app().openapi_schema.to_schema(), ensure_ascii=False, indent=2, sort_keys=True) + "\n"
    if not check:
        COMMITTED.write_text(described, encoding="utf-8")
        click.echo(f"Wrote {COMMITTED}")
    elif COMMITTED.read_text(encoding="utf-8") != described:
        click.echo(
            "openapi/openapi.json is not what the code describes: run `composure openapi` and read the difference.", err=True
        )
        sys.exit(1)
    else:
        click.echo("openapi/openapi.json is what the code describes.")
