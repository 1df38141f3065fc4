"""The commands `keepless users` and `keepless database`: who has which tier, and the tables beneath."""

import contextlib
import json
import sys
from collections.abc import Iterator
from datetime import UTC, datetime

import click
from rich.console import Console
from rich.table import Table
from rich.text import Text

from keepless.commands.environment import environment
from keepless.config import AccountSettings
from keepless.core.email import normal
from keepless.core.secret import Secret
from keepless.core.tiers import Tier
from keepless.errors import AccountsFault, ConfigError
from keepless.ports import AccountStore, User

TIERS = click.Choice([str(tier) for tier in Tier])
PAGE = 500  # users that are read, and shown, at a time
# An operator waits longer than a visitor.
STATEMENT_SECONDS = 15.0
OPERATION_SECONDS = 20.0
SCHEMA = "schema"
WHAT_TO_DO = {
    "unreachable": "the database does not answer: is it running, and is DATABASE_URL right?",
    "slow": "the database did not answer in time, or another process has it locked: try again",
    SCHEMA: "the database has not the tables of this Keepless: run `keepless database upgrade`",
    "refused": "the database refused: check the user and password in DATABASE_URL, and what that user may do",
}
NEWER = "the tables there are of a newer Keepless: install that one, and leave them as they are"
OTHERS = "the tables there are of a newer Keepless, or not of Keepless: they were left as they are"

out = Console(highlight=False)
err = Console(stderr=True, highlight=False)


class Refusal(click.ClickException):
    """One line on standard error, exit code 1."""

    def show(self, file: object = None) -> None:
        del file
        err.print(f"keepless: {self.message}", soft_wrap=True, markup=False)


@click.group()
def users() -> None:
    """Who has an account, and in which tier."""


@users.command("list")
@click.option("--tier", type=TIERS, help="Only those of this tier.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
def list_users(*, tier: str | None, as_json: bool) -> None:
    """List the users by address."""
    with _store() as store:
        pages = _pages(store, tier)
        if as_json:
            for page in pages:
                sys.stdout.writelines(_json_line(user) for user in page)
            return
        total = 0
        for page in pages:
            out.print(_table(page, header=total == 0))
            total += len(page)
    out.print(f"{total:,} {'user' if total == 1 else 'users'}")


@users.command("set-tier")
@click.argument("email")
@click.argument("tier", type=TIERS)
def set_tier(*, email: str, tier: str) -> None:
    """Set the tier of the user with this address."""
    address = normal(email)
    if address is None:
        raise Refusal("that is no e-mail address")
    with _store() as store:
        user = store.find(address)
        if user is None:
            raise Refusal(f"nobody has an account under {address}")
        if user.tier == tier:
            out.print(f"{address} is {tier} already.", markup=False)
            return
        if not store.set_tier(user.id, Tier(tier), at=datetime.now(UTC)):
            raise Refusal(f"the account of {address} was changed or deleted meanwhile: look again")
    out.print(f"{address} is {tier} now, and was {user.tier}.", markup=False)


@click.group()
def database() -> None:
    """The tables of accounts."""


@database.command()
def upgrade() -> None:
    """Make the tables, or bring them up to this version. Nothing is lost, and it may run twice."""
    from keepless.adapters.sql import schema  # noqa: PLC0415 - 0.3 s that no other command needs

    with _told(schema_says=OTHERS):
        before = schema.upgrade(_url())
    if before.is_current:
        out.print(f"The tables are at version {before.wanted} already.")
    else:
        out.print(f"The tables are at version {before.wanted} now.")


@database.command()
@click.option("--yes", is_flag=True, help="Do not ask.")
def downgrade(*, yes: bool) -> None:
    """Drop the tables, with all users, sessions and what is sealed beside them."""
    from keepless.adapters.sql import schema  # noqa: PLC0415

    if not yes:
        click.confirm("This deletes every account, and the banks stay connected at Plaid. Go on?", abort=True, err=True)
    with _told(schema_says=OTHERS):
        schema.downgrade(_url())
    out.print("The tables are gone.")


@database.command()
def status() -> None:
    """Say whether the tables are those of this version. Exit code 1 where they are not."""
    from keepless.adapters.sql import schema  # noqa: PLC0415

    with _told():
        found = schema.state(_url())
        if found.is_newer:
            raise Refusal(NEWER)
        if not found.is_current:
            raise AccountsFault(SCHEMA)
    out.print(f"The tables are at version {found.wanted}, which is the one of this Keepless.")


@contextlib.contextmanager
def _told(*, schema_says: str = WHAT_TO_DO[SCHEMA]) -> Iterator[None]:
    """Turns a setting that is wrong and a fault of the database into what the operator can do about it."""
    try:
        yield
    except ConfigError as wrong:
        said = str(wrong)
    except AccountsFault as fault:
        said = schema_says if fault.reason == SCHEMA else WHAT_TO_DO[fault.reason]
    else:
        return
    raise Refusal(said)


@contextlib.contextmanager
def _store() -> Iterator[AccountStore]:
    from keepless.adapters.sql.stores import make_stores  # noqa: PLC0415

    with _told():
        made = make_stores(
            _url(), statement_seconds=STATEMENT_SECONDS, operation_seconds=OPERATION_SECONDS, connections=1
        )
        with contextlib.closing(made):
            yield made.accounts


def _url() -> Secret:
    """DATABASE_URL, or what DATABASE_URL_FILE names, from the environment over the `.env` of this folder.

    Of the other settings none is needed here, so a machine that has just this one will do.
    """
    given = environment()
    names = ("DATABASE_URL", "DATABASE_URL_FILE")
    settings = AccountSettings.from_env({name: given[name] for name in names if name in given})
    if settings is None:
        raise ConfigError("DATABASE_URL is missing: without it there are no accounts")
    return settings.database_url


def _pages(store: AccountStore, tier: str | None) -> Iterator[list[User]]:
    """The users, so many at a time that any number of them fits in memory."""
    after = ""
    while page := store.users(after=after, limit=PAGE):
        after = page[-1].email
        if wanted := [user for user in page if tier in (None, user.tier)]:
            yield wanted


def _table(page: list[User], *, header: bool) -> Table:
    """A page as a table; the columns of pages that follow each other stand where those before do."""
    table = Table(box=None, show_header=header, pad_edge=False, header_style="bold")
    table.add_column("tier", min_width=10)
    table.add_column("since", min_width=10)
    table.add_column("tier set", min_width=16)
    table.add_column("e-mail", overflow="fold")
    for user in page:
        since, tier_set = f"{user.created_at:%Y-%m-%d}", f"{user.updated_at:%Y-%m-%d %H:%M}"
        table.add_row(str(user.tier), since, tier_set, Text(user.email))
    return table


def _json_line(user: User) -> str:
    told = {
        "id": user.id,
        "email": user.email,
        "tier": str(user.tier),
        "created_at": user.created_at.isoformat(),
        "updated_at": user.updated_at.isoformat(),
    }
    return json.dumps(told, ensure_ascii=False) + "\n"
