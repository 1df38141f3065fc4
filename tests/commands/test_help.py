"""What `--help` shows on a terminal."""

from collections.abc import Iterator

import click
import pytest
from commands.asking import keepless

from keepless.cli import cli


def groups(group: click.Group, *names: str) -> Iterator[tuple[str, ...]]:
    """The words that lead to each command that has others."""
    yield names
    for name, command in group.commands.items():
        if isinstance(command, click.Group):
            yield from groups(command, *names, name)


@pytest.mark.parametrize("columns", ["80", "120"])
@pytest.mark.parametrize("names", list(groups(cli)), ids=lambda names: " ".join(names) or "keepless")
def test_what_a_command_does_is_said_in_a_line_that_is_not_cut_off(names, columns):
    _, _, listed = keepless(*names, "--help", COLUMNS=columns).stdout.partition("Commands:")
    assert listed.strip()
    assert "..." not in listed
