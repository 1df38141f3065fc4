"""How a command refuses: one line on standard error that says what to do, and exit code 1."""

import contextlib
from collections.abc import Iterator

import click
from rich.console import Console

from keepless.errors import AccountsFault, ConfigError

# The word of `errors.AccountsFault` for tables that are missing or of another version.
SCHEMA = "schema"
WHAT_TO_DO = {
    "unreachable": "the database does not answer: is it running, and is DATABASE_URL right?",
    "slow": "the database did not answer in time, or another process has it locked: try again",
    SCHEMA: "the database has not the tables of this Keepless: run `keepless database upgrade`",
    "refused": "the database refused: check the user and password in DATABASE_URL, and what that user may do",
}

err = Console(stderr=True, highlight=False)


class Refusal(click.ClickException):
    """What the line says. Nothing in it may be a secret; what a terminal would obey is not printed."""

    def show(self, file: object = None) -> None:
        del file
        err.print(f"keepless: {printable(self.message)}", soft_wrap=True, markup=False)


def printable(text: str) -> str:
    """The text with a question mark for each character that a terminal would take for a command."""
    return "".join(character if character.isprintable() else "?" for character in text)


@contextlib.contextmanager
def told(*, schema_says: str = WHAT_TO_DO[SCHEMA]) -> Iterator[None]:
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
