"""`keepless users`: who has an account, and in which tier."""

import contextlib
import json
import sys
from collections.abc import Iterator
from datetime import UTC, datetime

import click
from rich.console import Console
from rich.table import Table
from rich.text import Text

from keepless.commands.environment import database_url
from keepless.commands.refusal import Refusal, told
from keepless.core.email import normal
from keepless.core.tiers import Tier
from keepless.ports import AccountStore, User

TIERS = click.Choice([str(tier) for tier in Tier])
PAGE = 500  # users that are read, and shown, at a time
# An operator waits longer than a visitor.
STATEMENT_SECONDS = 15.0
OPERATION_SECONDS = 20.0

out = Console(highlight=False)


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


@contextlib.contextmanager
def _store() -> Iterator[AccountStore]:
    from keepless.adapters.sql.stores import make_stores  # noqa: PLC0415 - SQLAlchemy takes 0.3 s

    with told():
        made = make_stores(
            database_url(), statement_seconds=STATEMENT_SECONDS, operation_seconds=OPERATION_SECONDS, connections=1
        )
        with contextlib.closing(made):
            yield made.accounts


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
