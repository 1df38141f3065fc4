"""`keepless database`: the tables of accounts, made, brought up to this version, and dropped."""

import click
from rich.console import Console

from keepless.commands.environment import database_url
from keepless.commands.refusal import SCHEMA, Refusal, told
from keepless.errors import AccountsFault

NEWER = "the tables there are of a newer Keepless: install that one, and leave them as they are"
OTHERS = "the tables there are of a newer Keepless, or not of Keepless: they were left as they are"

out = Console(highlight=False)


@click.group()
def database() -> None:
    """The tables of accounts."""


@database.command()
def upgrade() -> None:
    """Make the tables, or bring them up to this version. Nothing is lost, and it may run twice."""
    from keepless.adapters.sql import schema  # noqa: PLC0415 - 0.3 s that no other command needs

    with told(schema_says=OTHERS):
        before = schema.upgrade(database_url())
    if before.is_current:
        out.print(f"The tables are at version {before.wanted} already.")
    else:
        out.print(f"The tables are at version {before.wanted} now.")


@database.command()
@click.option("--yes", is_flag=True, help="Do not ask.")
def downgrade(*, yes: bool) -> None:
    """Drop the tables, with every account in them.

    That is all users, sessions, and what is sealed beside them.
    """
    from keepless.adapters.sql import schema  # noqa: PLC0415

    if not yes:
        click.confirm("This deletes every account, and the banks stay connected at Plaid. Go on?", abort=True, err=True)
    with told(schema_says=OTHERS):
        schema.downgrade(database_url())
    out.print("The tables are gone.")


@database.command()
def status() -> None:
    """Say whether the tables are those of this version. Exit code 1 where they are not."""
    from keepless.adapters.sql import schema  # noqa: PLC0415

    with told():
        found = schema.state(database_url())
        if found.is_newer:
            raise Refusal(NEWER)
        if not found.is_current:
            raise AccountsFault(SCHEMA)
    out.print(f"The tables are at version {found.wanted}, which is the one of this Keepless.")
